import Testing

@testable import Wire

/// What goes into a decoder and what must come out, however it is cut.
struct FrameExample: Sendable, CustomTestStringConvertible {
  let name: String
  let framing: Framing
  let input: [UInt8]
  let frames: [Frame]
  let limit: Int
  var testDescription: String { name }

  static func lines(_ name: String, limit: Int = 64, _ input: String, _ frames: Frame...) -> Self {
    .init(name: name, framing: .lines, input: Array(input.utf8), frames: frames, limit: limit)
  }
  static func counted(_ name: String, limit: Int = 64, _ input: String, _ frames: Frame...) -> Self
  {
    .init(
      name: name, framing: .contentLength, input: Array(input.utf8), frames: frames, limit: limit)
  }
  static func message(_ text: String) -> Frame { .message(Array(text.utf8)) }
  static let badLength = Frame.broken("Content-Length: must stand once, as a whole number")

  static let all: [FrameExample] = [
    .lines("nothing", ""),
    .lines("one line", "{}\n", message("{}")),
    .lines("two lines", "{}\n[]\n", message("{}"), message("[]")),
    .lines("last line without its end", "{}\n[]", message("{}"), message("[]")),
    .lines(
      "CRLF stays in the message, where it is white space", "{}\r\n[]\r\n", message("{}\r"),
      message("[]\r")),
    .lines("blank lines", "\n\n{}\n\n \t\n\r\n[]\n\n", message("{}"), message("[]")),
    .lines("blank end", "{}\n  ", message("{}")),
    .lines("no JSON at all", "hello\nworld\n", message("hello"), message("world")),
    .lines("white space around", "  {} \n", message("  {} ")),
    .lines("NUL and other bytes", "\u{0}\u{1}\n", message("\u{0}\u{1}")),
    .lines("a line of the limit", limit: 4, "1234\n5\n", message("1234"), message("5")),
    .lines("a line one over the limit", limit: 4, "12345\n6\n", .tooLong, message("6")),
    .lines("a line far over the limit", limit: 4, "1234567890123456\n6\n", .tooLong, message("6")),
    .lines("two long lines", limit: 4, "12345\n123456789\n6\n", .tooLong, .tooLong, message("6")),
    .lines("a long last line", limit: 4, "1\n1234567890", message("1"), .tooLong),
    .lines("a last line of the limit", limit: 4, "1234", message("1234")),
    .lines("a long blank line counts", limit: 4, "      \n1\n", .tooLong, message("1")),
    .lines("CR counts", limit: 4, "1234\r\n123\r\n", .tooLong, message("123\r")),
    .counted("nothing", ""),
    .counted("one message", "Content-Length: 2\r\n\r\n{}", message("{}")),
    .counted(
      "two messages", "Content-Length: 2\r\n\r\n{}Content-Length: 3\r\n\r\n[1]", message("{}"),
      message("[1]")),
    .counted("an empty message", "Content-Length: 0\r\n\r\n", message("")),
    .counted("any case, no space", "content-LENGTH:2\r\n\r\n{}", message("{}")),
    .counted("more spaces, a leading zero", "Content-Length:   02\r\n\r\n{}", message("{}")),
    .counted("line feeds alone", "Content-Length: 2\n\n{}", message("{}")),
    .counted(
      "another header before",
      "Content-Type: application/vscode-jsonrpc; charset=utf-8\r\nContent-Length: 2\r\n\r\n{}",
      message("{}")),
    .counted(
      "another header behind", "Content-Length: 2\r\nX: y\r\n\r\n{}", message("{}")),
    .counted(
      "line ends in the body", "Content-Length: 6\r\n\r\n{\r\n\r\n}", message("{\r\n\r\n}")),
    .counted("an unfinished body is none", "Content-Length: 3\r\n\r\n{}"),
    .counted("an unfinished header is none", "Content-Length: 3\r\n"),
    .counted("a body of the limit", limit: 4, "Content-Length: 4\r\n\r\n[10]", message("[10]")),
    .counted(
      "a body one over the limit", limit: 4,
      "Content-Length: 5\r\n\r\n[100]Content-Length: 1\r\n\r\n1", .tooLong, message("1")),
    .counted(
      "a body far over the limit, cut off", limit: 4, "Content-Length: 99999999\r\n\r\n[100]",
      .tooLong),
    .counted("no length", "X: y\r\n\r\n{}", badLength),
    .counted("no header", "\r\n{}", badLength),
    .counted("twice", "Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}", badLength),
    .counted("negative", "Content-Length: -2\r\n\r\n{}", badLength),
    .counted("a sign", "Content-Length: +2\r\n\r\n{}", badLength),
    .counted("hexadecimal", "Content-Length: 0x2\r\n\r\n{}", badLength),
    .counted("a fraction", "Content-Length: 2.0\r\n\r\n{}", badLength),
    .counted("empty", "Content-Length:\r\n\r\n{}", badLength),
    .counted("two numbers", "Content-Length: 2 2\r\n\r\n{}", badLength),
    .counted(
      "beyond a machine's word", "Content-Length: 99999999999999999999\r\n\r\n{}", badLength),
    .counted("a space before the colon", "Content-Length : 2\r\n\r\n{}", badLength),
    .counted("other digits", "Content-Length: \u{0662}\r\n\r\n{}", badLength),
    .counted("broken is final", "X\r\n\r\nContent-Length: 2\r\n\r\n{}", badLength),
    .counted(
      "good before broken", "Content-Length: 2\r\n\r\n{}{}\r\n\r\n", message("{}"), badLength),
  ]
}

@Suite struct FrameDecoderTests {
  /// Feeds `pieces` in turn and takes every frame as soon as it is there.
  static func frames(_ example: FrameExample, cut pieces: [ArraySlice<UInt8>]) -> [Frame] {
    var decoder = FrameDecoder(example.framing, limit: example.limit)
    var found: [Frame] = []
    for piece in pieces {
      decoder.append(piece)
      while let frame = decoder.next() { found.append(frame) }
    }
    while let frame = decoder.finish() { found.append(frame) }
    return found
  }

  @Test(arguments: FrameExample.all)
  func `a stream gives the same frames however it is cut`(example: FrameExample) {
    #expect(Self.frames(example, cut: [example.input[...]]) == example.frames)
    let single = example.input.indices.map { example.input[$0...$0] }
    #expect(Self.frames(example, cut: single) == example.frames)
    for seed in 1...20 as ClosedRange<UInt64> {
      var random = SeededGenerator(seed: seed)
      var pieces: [ArraySlice<UInt8>] = []
      var rest = example.input[...]
      while !rest.isEmpty {
        let size = Int.random(in: 0...9, using: &random)
        pieces.append(rest.prefix(size))
        rest = rest.dropFirst(size)
      }
      #expect(Self.frames(example, cut: pieces) == example.frames, "seed \(seed)")
    }
  }

  @Test func `many frames in one piece, and pieces over the compaction mark, keep their order`() {
    let count = 40_000
    let input = (0..<count).map { "{\"n\":\($0)}\n" }.joined()
    var decoder = FrameDecoder(.lines)
    var next = 0
    var rest = Array(input.utf8)[...]
    while !rest.isEmpty {
      decoder.append(rest.prefix(70_001))
      rest = rest.dropFirst(70_001)
      while let frame = decoder.next() {
        if frame != FrameExample.message("{\"n\":\(next)}") { Issue.record("frame \(next)") }
        next += 1
      }
    }
    #expect(next == count)
  }

  @Test func `a header block of the limit is read and one byte more breaks the framing`() {
    let ending = "\r\nContent-Length: 2\r\n\r\n"
    func input(_ bytes: Int) -> [UInt8] {
      Array(("X:" + String(repeating: "y", count: bytes - 2 - ending.utf8.count) + ending).utf8)
    }
    for chunk in [512, 100_000] {
      let fits = FrameExample(
        name: "", framing: .contentLength, input: input(8192) + Array("{}".utf8), frames: [],
        limit: 64)
      #expect(Self.frames(fits, cut: fits.chunks(chunk)) == [FrameExample.message("{}")])
      let over = FrameExample(
        name: "", framing: .contentLength, input: input(8193) + Array("{}".utf8), frames: [],
        limit: 64)
      #expect(
        Self.frames(over, cut: over.chunks(chunk)) == [.broken("header block over 8192 bytes")])
    }
  }

  @Test func `a header that never ends breaks the framing`() {
    var decoder = FrameDecoder(.contentLength)
    decoder.append(Array(repeating: UInt8(ascii: "x"), count: 8193))
    #expect(decoder.next() == .broken("header block over 8192 bytes"))
    decoder.append(Array("\r\n\r\nContent-Length: 2\r\n\r\n{}".utf8))
    #expect(decoder.next() == nil && decoder.finish() == nil)
  }

  @Test func `the default limit is the protocol's`() {
    var decoder = FrameDecoder(.lines)
    let line = [UInt8](repeating: UInt8(ascii: "1"), count: Limits.frameBytes)
    decoder.append(line)
    decoder.append([UInt8(ascii: "\n")])
    #expect(decoder.next() == .message(line))
    decoder.append(line)
    #expect(decoder.next() == nil)
    decoder.append([UInt8(ascii: "1")])
    #expect(decoder.next() == .tooLong)
    decoder.append(line)
    #expect(decoder.next() == nil)
    decoder.append(Array("\n[]\n".utf8))
    #expect(decoder.next() == FrameExample.message("[]"))
  }

  @Test(arguments: [Framing.lines, .contentLength], ["{}", "", #"{"é":"\n"}"#])
  func `what is framed is read back`(framing: Framing, text: String) {
    var decoder = FrameDecoder(framing)
    decoder.append(FrameDecoder.frame(Array(text.utf8), as: framing))
    let expected = framing == .lines && text.isEmpty ? nil : FrameExample.message(text)
    #expect(decoder.next() == expected)
    #expect(decoder.next() == nil && decoder.finish() == nil)
  }

  @Test func `the framing's bytes are as the protocols say`() {
    #expect(FrameDecoder.frame(Array("{}".utf8), as: .lines) == Array("{}\n".utf8))
    #expect(
      FrameDecoder.frame(Array("é".utf8), as: .contentLength)
        == Array("Content-Length: 2\r\n\r\né".utf8))
  }
}

extension FrameExample {
  fileprivate func chunks(_ size: Int) -> [ArraySlice<UInt8>] {
    stride(from: 0, to: input.count, by: size).map { input[$0..<min($0 + size, input.count)] }
  }
}

@Suite struct FramingTests {
  static let table: [(String, Framing?)] = [
    ("", nil), ("C", nil), ("c", nil), ("{", .lines), ("[", .lines), (" ", .lines), ("\n", .lines),
    ("\r\n", .lines), ("\t{", .lines), ("1", .lines), ("\"", .lines), ("n", .lines), ("\0", .lines),
    ("Content-Length: 2", .contentLength), ("Co", .contentLength),
    ("content-length", .contentLength),
    ("co", .contentLength), ("G", .http), ("GET / HTTP/1.1", .http), ("POST", .http), ("P", .http),
    ("PUT", .http), ("PATCH", .http), ("DELETE", .http), ("HEAD", .http), ("OPTIONS", .http),
    ("TRACE", .http), ("CONNECT", .http), ("CO", .http), ("get", .lines), ("é", .lines),
  ]

  @Test(arguments: FramingTests.table)
  func `the first bytes choose the framing`(prefix: String, framing: Framing?) {
    #expect(Framing.sniff(Array(prefix.utf8)) == framing)
  }

  @Test(arguments: FramingTests.table)
  func `a choice once made does not change with more bytes`(prefix: String, framing: Framing?) {
    let bytes = Array(prefix.utf8)
    for length in 0...bytes.count {
      if let early = Framing.sniff(bytes[..<length]) { #expect(early == framing) }
    }
  }
}
