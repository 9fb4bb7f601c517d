import Testing
import Wire

@testable import Outbound

@Suite struct HeadParserTests {
  private func steps(_ lines: [String]) -> [HeadParser.Step] {
    var parser = HeadParser()
    return lines.map { parser.line(Array($0.utf8)) }
  }

  @Test func `a head is done at its blank line, once, and trailers change nothing`() {
    let lines = [
      "HTTP/1.1 200 OK\r\n", "A:  x y \t\r\n", "b:\n", "c:d:e\r\n", "\r\n", "t: 1\r\n", "\r\n",
    ]
    let head = ResponseHead(
      status: 200,
      headers: [HeaderField("A", "x y"), HeaderField("b", ""), HeaderField("c", "d:e")])
    #expect(steps(lines) == [.more, .more, .more, .more, .done(head), .more, .more])
  }

  @Test func `an interim reply leaves nothing behind`() {
    let head = ResponseHead(status: 204, headers: [])
    let lines = ["HTTP/1.1 103 Early\r\n", "link: x\r\n", "\r\n", "HTTP/2 204 \r\n", "\r\n"]
    #expect(steps(lines) == [.more, .more, .more, .more, .done(head)])
  }

  @Test(arguments: ["HTTP/1.1\r\n", "HTTP/1.1 abc\r\n", "HTTP/1.1 20\r\n", "HTTP/1.1 20000\r\n"])
  func `a start line without a status is told`(line: String) {
    #expect(steps([line]) == [.noStatus])
  }

  @Test func `lines count together, trailers too`() {
    let half = "x: " + String(repeating: "y", count: HeadParser.maxBytes / 2)
    #expect(steps(["HTTP/1.1 200 OK\r\n", half, half]) == [.more, .more, .tooLong])
    #expect(steps(["HTTP/1.1 200 OK\r\n", "\r\n", half, half]).last == .tooLong)
  }
}
