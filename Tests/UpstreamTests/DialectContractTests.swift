import Domain
import Outbound
import Testing
import Wire

@testable import Upstream

/// What every dialect must do, whatever its provider looks like. A new one needs one entry in ``Sample``.
@Suite(.timeLimit(.minutes(1)))
struct DialectContractTests {
  static let names = [
    "github/create_issue", "github_create_issue", "lookup", "日本",
    String(repeating: "n", count: 300),
  ]

  static func call(_ dialect: Dialect, stream: Bool = true) -> ModelCall {
    var call = ModelCall.asking(model: Sample.model(dialect.shape), stream: stream)
    call.tools = names.map { .init(name: $0, description: "does", inputSchema: ["type": "object"]) }
    return call
  }

  static func run(_ dialect: Dialect, _ name: String = "lookup") throws -> [StreamEvent] {
    let sample = Sample(dialect.shape, tool: name)
    return try events(of: dialect.makeDecoder(call(dialect)), pieces: [sample.bytes])
  }

  @Test func `each shape has one dialect`() {
    #expect(Dialect.all.map(\.shape) == Provider.Shape.allCases)
    for shape in Provider.Shape.allCases { #expect(Dialect.of(shape).shape == shape) }
  }

  @Test(arguments: Dialect.all)
  func `a reply gives its text, its call and its usage in the strict order`(_ dialect: Dialect)
    throws
  {
    let events = try Self.run(dialect)
    #expect(GrammarChecker.violations(events) == [])
    #expect(Outcome(try reply(events)) == Sample.outcome(tool: "lookup"))
  }

  @Test(arguments: Dialect.all)
  func `the same bytes give the same events, however they are cut`(_ dialect: Dialect) throws {
    let bytes = Sample(dialect.shape, tool: "lookup").bytes
    let whole = try Self.run(dialect)
    for size in [1, 2, 7, 64] {
      let pieces = stride(from: 0, to: bytes.count, by: size).map {
        Array(bytes[$0..<min($0 + size, bytes.count)])
      }
      let cut = try events(of: dialect.makeDecoder(Self.call(dialect)), pieces: pieces)
      #expect(cut == whole)
    }
  }

  /// Comments, pings, empty events, fields without data, as hosts and what stands between send them to keep a connection.
  @Test(
    arguments: Dialect.all,
    [
      ": OPENROUTER PROCESSING", "data:", "data: {}", "id: 7\nretry: 100",
      "event: ping\ndata: {\"type\":\"ping\"}", "event: keepalive\ndata: {\"type\":\"keepalive\"}",
      "event: heartbeat", ":\r\n:", "data: null",
    ])
  func `noise between the events of a stream changes nothing`(_ dialect: Dialect, _ noise: String)
    throws
  {
    let call = ModelCall.asking(model: Sample.model(dialect.shape))
    let sample = Sample(dialect.shape, tool: "f")
    let frames = sample.events.map { SSEText.frame(event: $0.name, data: Array($0.data.utf8)) }
    let plain = try events(of: dialect.makeDecoder(call), pieces: frames)
    let between = Array("\(noise)\n\n".utf8)
    let noisy = try events(
      of: dialect.makeDecoder(call), pieces: [between] + frames.flatMap { [$0, between] })
    #expect(noisy.filter { $0 != .ping } == plain)
  }

  @Test(arguments: Dialect.all)
  func `a reply that is not streamed says the same`(_ dialect: Dialect) throws {
    var decoder = dialect.makeDecoder(Self.call(dialect, stream: false))
    let events = try decoder.whole(Sample(dialect.shape, tool: "lookup").whole)
    #expect(GrammarChecker.violations(events) == [])
    #expect(Outcome(try reply(events)) == Sample.outcome(tool: "lookup"))
  }

  @Test(arguments: Dialect.all)
  func `a stream that breaks off never ends well`(_ dialect: Dialect) throws {
    let sample = Sample(dialect.shape, tool: "lookup")
    for count in 0..<sample.eventsBeforeEnd {
      var decoder = dialect.makeDecoder(Self.call(dialect))
      var seen: [StreamEvent] = []
      for event in sample.events.prefix(count) { seen += try decoder.take(event) }
      seen += try decoder.finish()
      #expect(!seen.contains(.messageStop))
      // What came is in order as far as it goes.
      let problems = GrammarChecker.violations(seen).filter {
        $0 != "stream ends without message_stop" && $0 != "no stop_reason"
      }
      #expect(problems == [])
    }
  }

  @Test(arguments: Dialect.all)
  func `what comes after the end is dropped`(_ dialect: Dialect) throws {
    let sample = Sample(dialect.shape, tool: "lookup")
    var decoder = dialect.makeDecoder(Self.call(dialect))
    var seen: [StreamEvent] = []
    for event in sample.events { seen += try decoder.take(event) }
    seen += try decoder.finish()
    seen += try decoder.finish()
    #expect(seen == (try Self.run(dialect)))
  }

  @Test(arguments: Dialect.all)
  func `names of tools are made fit and come back as they were`(_ dialect: Dialect) throws {
    let body = try dialect.encode(Self.call(dialect), .of(dialect.shape)).body
    let sent = Sample.toolNames(dialect.shape, body)
    #expect(Set(sent).count == Self.names.count)
    for (name, upstream) in zip(Self.names, sent) {
      let fits = upstream.utf8.allSatisfy {
        Set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-".utf8).contains($0)
      }
      #expect(fits && (1...128).contains(upstream.utf8.count))
      let answer = try reply(try Self.run(dialect, upstream))
      #expect(Outcome(answer).calls.map(\.name) == [name])
    }
  }

  @Test(arguments: Dialect.all)
  func `an error inside a stream is a failure with its words`(_ dialect: Dialect) throws {
    let sample = Sample(dialect.shape, tool: "lookup")
    for count in [0, 2] {
      var decoder = dialect.makeDecoder(Self.call(dialect))
      for event in sample.events.prefix(count) { _ = try decoder.take(event) }
      let failure = #expect(throws: UpstreamFailure.self) { try decoder.take(sample.error) }
      #expect(failure?.message == "too busy, sorry")
      #expect(failure?.isRetryable == true)
    }
  }

  @Test(arguments: Dialect.all)
  func `what is not JSON is malformed`(_ dialect: Dialect) {
    var decoder = dialect.makeDecoder(Self.call(dialect))
    let failure = #expect(throws: UpstreamFailure.self) {
      try decoder.take(SSEEvent(name: nil, data: "{\"broken"))
    }
    #expect(failure?.kind == .malformed)
  }

  @Test(arguments: Dialect.all)
  func `a whole reply of another API is malformed, not empty`(_ dialect: Dialect) {
    var decoder = dialect.makeDecoder(Self.call(dialect, stream: false))
    let failure = #expect(throws: UpstreamFailure.self) {
      try decoder.whole(["status": "ok"])
    }
    #expect(failure?.kind == .malformed)
  }

  // MARK: Requests

  /// What another family left must not be seen by this one.
  @Test(arguments: Dialect.all)
  func `nothing of another family is sent`(_ dialect: Dialect) throws {
    var history: [Block] = []
    for shape in Provider.Shape.allCases where shape != dialect.shape {
      // Claude speaks at Vertex as well, but not under these names.
      for type in ["thinking", "redacted_thinking", "text", "tool_use", "server_tool_use"] {
        var block = Block([
          "type": .string(type), "thinking": "pondering", "signature": "", "data": "",
          "text": "said", "id": .string("id-\(shape.rawValue)-\(type)"), "name": "lookup",
          "input": [:],
        ])
        block.setOpaque(
          shape.rawValue,
          [
            "model": .string(Sample.model(dialect.shape)), "secret": "CANARY",
            "encrypted_content": "CANARY", "thought_signature": "CANARY",
            "details": [["data": "CANARY"]], "item": ["CANARY": true], "part": ["CANARY": true],
          ])
        history.append(block)
      }
    }
    var call = Self.call(dialect)
    call.messages.append(.init(role: .assistant, blocks: history))
    let answers = history.filter { $0.type == "tool_use" }.map {
      Block.toolResult(id: $0["id"]?.string ?? "", content: "done", isError: true)
    }
    call.messages.append(.init(role: .user, blocks: answers + [.text("go on")]))
    let body = try dialect.encode(call, .of(dialect.shape)).body.text
    #expect(!body.contains("CANARY"))
    #expect(!body.contains("_opaque"))
    #expect(body.contains("said"))
  }

  @Test(arguments: Dialect.all)
  func `a request is the same bytes each time and says whether it streams`(_ dialect: Dialect)
    throws
  {
    let provider = Provider.of(dialect.shape)
    let first = try dialect.encode(Self.call(dialect), provider)
    #expect(try dialect.encode(Self.call(dialect), provider) == first)
    #expect(first.path.hasPrefix("/"))
    #expect(try JSON(parsing: first.body.bytes) == first.body)
    let whole = try dialect.encode(Self.call(dialect, stream: false), provider)
    #expect(whole != first)
  }

  @Test(arguments: Dialect.all)
  func `empty text and empty messages are left out`(_ dialect: Dialect) throws {
    var call = Self.call(dialect)
    call.system = [.text("")]
    call.messages.append(.init(role: .assistant, blocks: [.text("")]))
    call.messages.append(.init(role: .user, blocks: [.text(""), .text("still there?")]))
    let body = try dialect.encode(call, .of(dialect.shape)).body.text
    #expect(!body.contains("\"text\":\"\""))
    #expect(!body.contains("\"content\":[]"))
    #expect(!body.contains("\"parts\":[]"))
    #expect(body.contains("still there?"))
  }
}

extension Dialect: CustomTestStringConvertible {
  package var testDescription: String { shape.rawValue }
}
