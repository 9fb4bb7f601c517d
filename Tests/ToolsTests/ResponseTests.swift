import Domain
import Testing
import Wire

@testable import Tools

/// What a remote can try with its answers.
@Suite struct ResponseTests {
  struct Row: Sendable, CustomStringConvertible {
    let name: String
    let answer: Recorder.Answer
    let output: JSON
    var isError = false
    var description: String { name }
    /// Whether the answer means to deceive, rather than being an ordinary one.
    var isTrick: Bool {
      ["UTF-8", "Unicode", "NUL", "key twice", "too deep", "called", "none"].contains {
        name.contains($0)
      }
    }
  }
  static let rows: [Row] = [
    Row(name: "JSON", answer: .init(#"{"b":1,"a":[2]}"#), output: ["b": 1, "a": [2]]),
    Row(name: "JSON called text", answer: .init("[1]", type: "text/plain"), output: [1]),
    Row(name: "text called JSON", answer: .init("oops"), output: "oops"),
    Row(name: "JSON with a key twice", answer: .init(#"{"a":1,"a":2}"#), output: #"{"a":1,"a":2}"#),
    Row(name: "no type", answer: .init("hi", type: nil), output: "hi"),
    Row(name: "nothing", answer: .init(""), output: ""),
    Row(name: "204", answer: .init("", status: 204), output: ""),
    Row(name: "byte by byte", answer: .init(#"{"a":"é💥"}"#, piece: 1), output: ["a": "é💥"]),
    Row(
      name: "too deep to be read back",
      answer: .init(String(repeating: "[", count: 200) + String(repeating: "]", count: 200)),
      output: .string(String(repeating: "[", count: 200) + String(repeating: "]", count: 200))),
    Row(
      name: "a picture", answer: .init(bytes: [0x89, 0x50, 0, 1], type: "image/png"),
      output: "[binary answer, not shown: image/png, 4 bytes]"),
    Row(
      name: "bytes with NUL", answer: .init(bytes: [65, 0, 66]),
      output: "[binary answer, not shown: no type, 3 bytes]"),
    Row(
      name: "a stream of bytes that is none",
      answer: .init("text", type: "application/octet-stream"),
      output: "text"),
    Row(
      name: "Latin-1", answer: .init(bytes: [0x63, 0xE9], type: "text/plain; charset=ISO-8859-1"),
      output: "cé"),
    Row(
      name: "not UTF-8", answer: .init(bytes: [0x61, 0xFF, 0x62], type: "text/plain"),
      output: "a\u{FFFD}b"),
    Row(
      name: "overlong UTF-8", answer: .init(bytes: [0x61, 0xC0, 0xAF], type: "text/plain"),
      output: "a\u{FFFD}\u{FFFD}"),
    Row(
      name: "a surrogate in UTF-8",
      answer: .init(bytes: [0x61, 0xED, 0xA0, 0x80], type: "text/plain"),
      output: "a\u{FFFD}\u{FFFD}\u{FFFD}"),
    Row(
      name: "UTF-8 cut short", answer: .init(bytes: [0x61, 0xF0, 0x9F], type: "text/plain"),
      output: "a\u{FFFD}"),
    Row(
      name: "bytes beyond Unicode",
      answer: .init(bytes: [0x61, 0xF5, 0x80, 0x80, 0x80], type: "text/plain"),
      output: "a\u{FFFD}\u{FFFD}\u{FFFD}\u{FFFD}"),
    Row(
      name: "JSON that is not UTF-8",
      answer: .init(bytes: Array(#"{"a":""#.utf8) + [0xFF] + Array(#""}"#.utf8)),
      output: "{\"a\":\"\u{FFFD}\"}"),
    Row(
      name: "404", answer: .init(#"{"why":"gone"}"#, status: 404),
      output: ["error": "HTTP status 404", "status": 404, "body": ["why": "gone"]], isError: true),
    Row(
      name: "500 in text", answer: .init("<h1>down</h1>", status: 500, type: "text/html"),
      output: ["error": "HTTP status 500", "status": 500, "body": "<h1>down</h1>"], isError: true),
    Row(
      name: "a redirect that was not followed", answer: .init("", status: 302),
      output: ["error": "HTTP status 302", "status": 302, "body": ""], isError: true),
    Row(
      name: "network", answer: .init(failure: SendFailure(.network, "connection refused")),
      output: "network error: connection refused", isError: true),
    Row(
      name: "address refused", answer: .init(failure: SendFailure(.refused, "link-local address")),
      output: "the request was refused: link-local address", isError: true),
  ]
  @Test(.timeLimit(.minutes(1)), arguments: rows)
  func `an answer becomes JSON where it is JSON, text where it is text, an error where it failed`(
    _ row: Row
  ) async throws {
    #expect(try await Self.problem(row) == nil)
  }

  /// What was made of an answer instead of what should be.
  static func problem(_ row: Row) async throws -> String? {
    let (tool, _) = try HTTPCallTool.free(["url": "https://a.b/", "method": "GET"])
    let result = await Dispatch.run(.test([:]), on: tool, Recorder(row.answer).outside())
    return result == ToolResult(output: row.output, isError: row.isError)
      ? nil : result.output.text
  }

  @Test(.timeLimit(.minutes(1)), arguments: [1, 2, 3, 4, 5, 6, 7, 8])
  func `a long answer is cut at a whole character, with a notice`(_ limit: Int) async throws {
    #expect(try await Self.problem(limit: limit) == nil)
  }

  static func problem(limit: Int) async throws -> String? {
    let (tool, _) = try HTTPCallTool.free([
      "url": "https://a.b/", "response_max_bytes": .string("\(limit)"),
    ])
    let answer = Recorder.Answer("aé💥€zzzzzzzzzz", piece: 2)
    let result = await Dispatch.run(.test([:]), on: tool, Recorder(answer).outside())
    let shown = try #require(result.output.string?.split(separator: "\n").first.map(String.init))
    let isCut =
      "aé💥€zzzzzzzzzz".hasPrefix(shown) && shown.utf8.count <= limit
      && !shown.contains("\u{FFFD}") && result.output.string?.contains("[…truncated…]") == true
    return isCut && !result.isError ? nil : result.output.text
  }

  @Test(.timeLimit(.minutes(1))) func `an answer of just the limit is whole`() async throws {
    let (tool, _) = try HTTPCallTool.free(["url": "https://a.b/", "response_max_bytes": "7"])
    let result = await Dispatch.run(
      .test([:]), on: tool, Recorder(.init(#"{"a":1}"#, piece: 3)).outside())
    #expect(result.output == ["a": 1])
  }

  @Test(.timeLimit(.minutes(1))) func `an endless answer is read up to the limit and no further`()
    async throws
  {
    let (tool, _) = try HTTPCallTool.free(["url": "https://a.b/", "response_max_bytes": "10"])
    var answer = Recorder.Answer(String(repeating: "a", count: 40), piece: 4)
    answer.drips = true
    let result = await Dispatch.run(.test([:]), on: tool, Recorder(answer).outside())
    #expect(result.output.string?.hasPrefix("aaaaaaaaaa\n[…truncated…]") == true)
  }

  @Test(.timeLimit(.minutes(1)), arguments: [true, false])
  func `an answer that comes too slowly, or not at all, is a time-out that names its limit`(
    _ drips: Bool
  ) async throws {
    let (tool, _) = try HTTPCallTool.free(["url": "https://a.b/", "timeout_ms": "45000"])
    var answer = Recorder.Answer("{\"a\":")
    answer.drips = drips
    answer.hangs = !drips
    let clock = TestClock(deadlinesPass: true)
    let result = await Dispatch.run(.test([:]), on: tool, Recorder(answer).outside(clock))
    #expect(result.isError)
    #expect(result.output.string?.contains("45000 ms") == true)
  }

  @Test(.timeLimit(.minutes(1))) func `a cancelled call ends`() async throws {
    let (tool, _) = try HTTPCallTool.free(["url": "https://a.b/"])
    var answer = Recorder.Answer("")
    answer.hangs = true
    let recorder = Recorder(answer)
    let result = await withTaskGroup(of: ToolResult?.self) { group in
      group.addTask { await Dispatch.run(.test([:]), on: tool, recorder.outside()) }
      group.addTask {
        while recorder.requests.isEmpty { await Task.yield() }
        return nil
      }
      _ = await group.next()
      group.cancelAll()
      return await group.next() ?? nil
    }
    #expect(result == .failure("the call was cancelled"))
  }

  @Test(.timeLimit(.minutes(1))) func `requests over their limits are not sent`() async throws {
    let recorder = Recorder()
    let big = JSON.string(String(repeating: "x", count: HTTPTemplate.bodyLimit))
    let (body, _) = try HTTPCallTool.free([
      "url": "https://a.b/", "body_template": ["a": "{{args.x}}"],
    ])
    let (url, _) = try HTTPCallTool.free(["url": "https://a.b/{{args.x}}"])
    for tool in [body, url] {
      let result = await Dispatch.run(.test(["x": big]), on: tool, recorder.outside())
      #expect(result.isError && result.output.string?.contains("bytes") == true)
    }
    #expect(recorder.requests.isEmpty)
  }
}
