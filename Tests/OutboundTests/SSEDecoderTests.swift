import Testing
import Wire

@testable import Outbound

@Suite struct SSEDecoderTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let name: String
    let input: String
    let events: [SSEEvent]
    /// What only `finish()` gives.
    var last: SSEEvent?
    var testDescription: String { name }
  }

  static let cases: [Case] = [
    Case(
      name: "LF", input: "data: a\n\ndata: b\n\n", events: [.init(data: "a"), .init(data: "b")]),
    Case(
      name: "CR", input: "data: a\r\rdata: b\r\r", events: [.init(data: "a"), .init(data: "b")]),
    Case(
      name: "CRLF", input: "data: a\r\n\r\ndata: b\r\n\r\n",
      events: [.init(data: "a"), .init(data: "b")]),
    Case(
      name: "mixed line ends", input: "event: x\rdata: a\r\n\ndata: b\n\r\n",
      events: [.init(name: "x", data: "a"), .init(data: "b")]),
    Case(name: "byte order mark", input: "\u{FEFF}data: a\n\n", events: [.init(data: "a")]),
    Case(
      name: "byte order mark later on is text", input: "data: a\n\ndata: \u{FEFF}b\n\n",
      events: [.init(data: "a"), .init(data: "\u{FEFF}b")]),
    Case(
      name: "comments", input: ": OPENROUTER PROCESSING\n\n:\n: x\ndata: a\n: y\n\n",
      events: [.init(data: "a")]),
    Case(
      name: "UTF-8", input: "data: žluťoučký 🐎 日本\n\n", events: [.init(data: "žluťoučký 🐎 日本")]),
    Case(
      name: "several data lines", input: "data: a\ndata: b\ndata:\ndata: c\n\n",
      events: [.init(data: "a\nb\n\nc")]),
    Case(
      name: "empty data", input: "data:\n\ndata\n\n", events: [.init(data: ""), .init(data: "")]),
    Case(name: "no data, no event", input: "event: x\nid: 1\n\n", events: []),
    Case(
      name: "the name does not outlive its event", input: "event: x\n\ndata: a\n\n",
      events: [.init(data: "a")]),
    Case(
      name: "one space belongs to the colon", input: "data:a\n\ndata:  b \n\n",
      events: [.init(data: "a"), .init(data: " b ")]),
    Case(
      name: "colons in the value", input: "data: {\"a\": 1}\nevent: x:y\n\n",
      events: [.init(name: "x:y", data: "{\"a\": 1}")]),
    Case(
      name: "id stays until it is changed", input: "id: 7\ndata: a\n\ndata: b\n\nid\ndata: c\n\n",
      events: [.init(data: "a", id: "7"), .init(data: "b", id: "7"), .init(data: "c")]),
    Case(
      name: "an id with NUL is passed over", input: "id: 7\nid: 8\0\ndata: a\n\n",
      events: [.init(data: "a", id: "7")]),
    Case(
      name: "unknown fields, retry, case",
      input: "foo: 1\nDATA: no\nretry: 10\n data: no\ndata: a\n\n",
      events: [.init(data: "a")]),
    Case(
      name: "no final blank line", input: "data: a\n\nevent: end\ndata: b\n",
      events: [.init(data: "a")], last: .init(name: "end", data: "b")),
    Case(
      name: "no final line end", input: "data: a\n\ndata: [DONE]", events: [.init(data: "a")],
      last: .init(data: "[DONE]")),
    Case(name: "nothing but a mark", input: "\u{FEFF}", events: []),
    Case(name: "blank lines", input: "\n\r\n\r\r\n\n", events: []),
    Case(name: "empty", input: "", events: []),
  ]

  @Test(arguments: cases, [1, 2, 3, 7, Int.max])
  func `a stream gives the same events in pieces of any size`(_ example: Case, size: Int) throws {
    var decoder = SSEDecoder()
    var events: [SSEEvent] = []
    var rest = Array(example.input.utf8)[...]
    while !rest.isEmpty {
      try decoder.append(rest.prefix(size))
      rest = rest.dropFirst(size)
      while let event = decoder.next() { events.append(event) }
    }
    #expect(events == example.events)
    #expect(decoder.finish() == example.last)
    #expect(decoder.finish() == nil)
  }

  @Test func `an event is there as soon as its blank line ends, whatever follows`() throws {
    var decoder = SSEDecoder()
    try decoder.append("data: a\r\n\r".utf8)
    #expect(decoder.next() == SSEEvent(data: "a"))
    try decoder.append("\ndata: b\n\n".utf8)
    #expect(decoder.next() == SSEEvent(data: "b"))
    #expect(decoder.next() == nil)
  }

  @Test func `bytes that are not UTF-8 are replaced`() throws {
    var decoder = SSEDecoder()
    try decoder.append(Array("data: a".utf8) + [0xFF, 0xC3] + Array("b\n\n".utf8))
    #expect(decoder.next()?.data == "a\u{FFFD}\u{FFFD}b")
  }

  @Test func `retry is kept, nonsense in it is not`() throws {
    var decoder = SSEDecoder()
    try decoder.append("retry: 1500\nretry: 1e3\nretry:\nretry: 99999999999999999999\n\n".utf8)
    #expect(decoder.retryMilliseconds == 1500)
  }

  @Test(arguments: [1, 5, 1000])
  func `an event over the limit ends the stream, what came before stays`(size: Int) {
    var decoder = SSEDecoder(maxEventBytes: 100)
    let input = Array("data: ok\n\ndata: \(String(repeating: "x", count: 200))".utf8)
    #expect(throws: SSEDecoder.Overflow(limit: 100)) {
      for start in stride(from: 0, to: input.count, by: size) {
        try decoder.append(input[start..<min(start + size, input.count)])
      }
    }
    #expect(decoder.next() == SSEEvent(data: "ok"))
    #expect(decoder.next() == nil)
    #expect(throws: SSEDecoder.Overflow.self) { try decoder.append("\n\n".utf8) }
    #expect(decoder.finish() == nil)
  }

  @Test func `the limit counts all lines of an event, and only one event`() throws {
    var decoder = SSEDecoder(maxEventBytes: 100)
    for _ in 0..<50 { try decoder.append("data: 0123456789\n\n".utf8) }
    for _ in 0..<8 { try decoder.append("data: 0123456789\n".utf8) }
    #expect(throws: SSEDecoder.Overflow.self) { try decoder.append("data: 0123456789\n".utf8) }
  }
}
