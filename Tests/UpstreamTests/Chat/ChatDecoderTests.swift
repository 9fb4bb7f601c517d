import Domain
import Outbound
import Testing
import Wire

@testable import Upstream

@Suite struct ChatDecoderTests {
  static func chunk(_ delta: JSON, _ more: JSON.Object = [:]) -> JSON {
    var choice: JSON.Object = ["index": 0, "delta": delta]
    choice.merge(more)
    return ["id": "c", "model": "m", "choices": [.object(choice)]]
  }
  static func call(_ members: JSON.Object, _ name: String?, _ arguments: JSON?) -> JSON {
    var call = members
    call["function"] = .record(["name": name.map(JSON.string), "arguments": arguments])
    return ["tool_calls": [.object(call)]]
  }
  static let stop: JSON = ["choices": [["index": 0, "delta": [:], "finish_reason": "stop"]]]

  static func read(_ chunks: [JSON], _ call: ModelCall = .asking(model: "m")) throws -> Reply {
    let events = try events(of: Dialect.openAIChat.makeDecoder(call), data: chunks)
    #expect(GrammarChecker.violations(events) == [])
    return try reply(events)
  }

  struct Pieces: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let deltas: [JSON]
    /// Name and input of each call.
    let calls: [Outcome.Call]
    init(_ name: String, _ deltas: [JSON], _ calls: [Outcome.Call]) {
      testDescription = name
      self.deltas = deltas
      self.calls = calls
    }
  }
  static let f = Outcome.Call(name: "f", input: ["x": 1])
  static let g = Outcome.Call(name: "g", input: ["y": 2])

  static let pieces: [Pieces] = [
    Pieces("whole, without id and index", [call([:], "f", "{\"x\":1}")], [f]),
    Pieces(
      "two whole ones without id and index",
      [call([:], "f", "{\"x\":1}"), call([:], "g", "{\"y\":2}")], [f, g]),
    Pieces(
      "two of index 0 with ids of their own",
      [
        call(["index": 0, "id": "a"], "f", "{\"x\":1}"),
        call(["index": 0, "id": "b"], "g", "{\"y\":2}"),
      ], [f, g]),
    Pieces(
      "id and name in every piece",
      [
        call(["index": 0, "id": "a"], "f", "{\"x\""), call(["index": 0, "id": "a"], "f", ":1}"),
      ], [f]),
    Pieces(
      "the id comes later than the name",
      [call(["index": 0], "f", ""), call(["index": 0, "id": "a"], nil, "{\"x\":1}")], [f]),
    Pieces(
      "pieces without index continue the last call",
      [call(["id": "a"], "f", "{\"x\""), call([:], nil, ":1}")], [f]),
    Pieces(
      "two calls at the same time",
      [
        call(["index": 0, "id": "a"], "f", "{\"x\""),
        call(["index": 1, "id": "b"], "g", "{\"y\":"),
        call(["index": 0], nil, ":1}"), call(["index": 1], nil, "2}"),
      ], [f, g]),
    Pieces("input as an object", [call(["index": 0, "id": "a"], "f", ["x": 1])], [f]),
    Pieces(
      "input as JSON in JSON", [call(["index": 0, "id": "a"], "f", "\"{\\\"x\\\":1}\"")], [f]),
    Pieces(
      "no input at all", [call(["index": 0, "id": "a"], "f", "")], [.init(name: "f", input: [:])]),
    Pieces(
      "null as input", [call(["index": 0, "id": "a"], "f", "null")],
      [.init(name: "f", input: [:])]),
    Pieces(
      "the first form of the API",
      [
        ["function_call": ["name": "f", "arguments": "{\"x\""]],
        ["function_call": ["arguments": ":1}"]],
      ], [f]),
    Pieces(
      "text amid a call",
      [
        call(["index": 0, "id": "a"], "f", "{\"x\""), ["content": "so"],
        call(["index": 0], nil, ":1}"),
      ], [f]),
  ]

  @Test(arguments: pieces)
  func `pieces of calls find together`(_ pieces: Pieces) throws {
    let answer = try Self.read(pieces.deltas.map { Self.chunk($0) } + [Self.stop])
    #expect(Outcome(answer).calls == pieces.calls)
    // "stop" although calls were sent: a forced choice ends so.
    #expect(answer.stopReason == "tool_use")
    let ids = answer.blocks.filter { $0.type == "tool_use" }.compactMap { $0["id"]?.string }
    #expect(Set(ids).count == pieces.calls.count)
  }

  @Test func `text amid a call is not lost`() throws {
    let answer = try Self.read(
      [
        Self.chunk(Self.call(["index": 0, "id": "a"], "f", "{\"x\"")),
        Self.chunk(["content": "so"]), Self.chunk(Self.call(["index": 0], nil, ":1}")),
        Self.stop,
      ])
    #expect(answer.blocks.map(\.type) == ["tool_use", "text"])
    #expect(Outcome(answer).text == "so")
  }

  @Test func `input that is no JSON passes as it is, for the reader to refuse`() throws {
    let events = try events(
      of: Dialect.openAIChat.makeDecoder(.asking(model: "m")),
      data: [Self.chunk(Self.call(["index": 0, "id": "a"], "f", "x = 1")), Self.stop])
    #expect(events.contains(.blockDelta(index: 0, .inputJSON("x = 1"))))
    #expect(throws: InvalidParams.self) { try reply(events) }
  }

  @Test(arguments: [
    ("stop", "end_turn"), ("length", "max_tokens"), ("content_filter", "refusal"),
    ("tool_calls", "end_turn"), ("eos", "end_turn"), ("sensitive", "refusal"),
    ("never heard of", "end_turn"),
  ])
  func `each finish reason has its stop reason`(_ finish: String, _ stop: String) throws {
    let answer = try Self.read([
      Self.chunk(["content": "x"], ["finish_reason": .string(finish)])
    ])
    #expect(answer.stopReason == stop)
  }

  @Test(arguments: [
    ("error", UpstreamFailure.Kind.server), ("insufficient_system_resource", .overloaded),
  ])
  func `a finish reason that is a failure is one`(
    _ finish: String, _ kind: UpstreamFailure.Kind
  ) {
    let failure = #expect(throws: UpstreamFailure.self) {
      try Self.read([Self.chunk(["content": "x"], ["finish_reason": .string(finish)])])
    }
    #expect(failure?.kind == kind)
  }

  @Test func `a second finish reason and content after it are taken in`() throws {
    let answer = try Self.read([
      Self.chunk(["content": "a"], ["finish_reason": "stop"]),
      Self.chunk(["content": "b"]), Self.chunk([:], ["finish_reason": "length"]),
    ])
    #expect(Outcome(answer).text == "ab")
    #expect(answer.stopReason == "max_tokens")
  }

  @Test func `an end mark alone ends a reply, a connection that ends does not`() throws {
    var decoder = Dialect.openAIChat.makeDecoder(.asking(model: "m"))
    let text = SSEEvent(data: Self.chunk(["content": "x"]).text)
    _ = try decoder.take(text)
    #expect(try decoder.take(SSEEvent(data: "[DONE]")).last == .messageStop)
    decoder = Dialect.openAIChat.makeDecoder(.asking(model: "m"))
    _ = try decoder.take(text)
    #expect(try decoder.finish() == [])
    decoder = Dialect.openAIChat.makeDecoder(.asking(model: "m"))
    #expect(try decoder.take(SSEEvent(data: "[DONE]")) == [])
    #expect(try decoder.finish() == [])
  }

  @Test(
    arguments: [
      ["error": ["message": "boom", "code": 502]], ["error": "boom"],
      ["object": "error", "message": "boom", "code": 500], ["detail": "boom"],
      ["type": "error", "error": ["type": "api_error", "message": "boom"]],
      ["id": "c", "choices": [["index": 0, "error": ["message": "boom", "code": 502]]]],
    ] as [JSON])
  func `an error in any form inside a stream is a failure`(_ error: JSON) {
    let failure = #expect(throws: UpstreamFailure.self) {
      try Self.read([Self.chunk(["content": "x"]), error])
    }
    #expect(failure?.message == "boom")
    #expect(failure?.kind == .server)
  }

  @Test func `messages that repeat everything add only what is new`() throws {
    func whole(_ text: String) -> JSON {
      ["id": "c", "choices": [["index": 0, "message": ["content": .string(text)]]]]
    }
    let answer = try Self.read([whole("Hé"), whole("Héllo"), whole("Héllo"), Self.stop])
    #expect(Outcome(answer).text == "Héllo")
  }

  @Test func `a stop sequence that the host names is reported`() throws {
    var call = ModelCall.asking(model: "m")
    call.stopSequences = ["END"]
    let answer = try Self.read(
      [Self.chunk(["content": "x"], ["finish_reason": "stop", "stop_reason": "END"])], call)
    #expect(answer.stopReason == "stop_sequence")
    #expect(answer.stopSequence == "END")
  }

  @Test func `a refusal is text and its stop reason`() throws {
    let answer = try Self.read([Self.chunk(["refusal": "I will not"]), Self.stop])
    #expect(Outcome(answer).text == "I will not")
    #expect(answer.stopReason == "refusal")
  }

  @Test func `sources become citations of the text`() throws {
    let citation: JSON = [
      "type": "url_citation", "url_citation": ["url": "https://a.example", "title": "A"],
    ]
    let answer = try Self.read([
      Self.chunk(["content": "x", "annotations": [citation]]), Self.stop,
    ])
    #expect(answer.blocks[0]["citations"]?[0]?["url"] == "https://a.example")
  }

  static let counts: [(JSON, Usage)] = [
    // Cached tokens are part of the prompt, reasoning is part of the completion …
    (
      [
        "prompt_tokens": 100, "completion_tokens": 50, "total_tokens": 150,
        "prompt_tokens_details": ["cached_tokens": 30, "cache_write_tokens": 20],
        "completion_tokens_details": ["reasoning_tokens": 40],
      ], Usage(input: 50, output: 50, cacheRead: 30, cacheWrite: 20, reasoning: 40)
    ),
    // … but not everywhere.
    (
      [
        "prompt_tokens": 100, "completion_tokens": 2, "total_tokens": 142,
        "completion_tokens_details": ["reasoning_tokens": 40],
      ], Usage(input: 100, output: 42, reasoning: 40)
    ),
    (
      ["prompt_tokens": 7, "completion_tokens": 1, "prompt_tokens_details": ["cached_tokens": 9]],
      Usage(input: 0, output: 1, cacheRead: 9)
    ),
    (
      ["prompt_tokens": 9, "completion_tokens": 1, "prompt_cache_hit_tokens": 4],
      Usage(input: 5, output: 1, cacheRead: 4)
    ),
  ]

  @Test(arguments: counts)
  func `tokens are counted so that no two numbers overlap`(_ usage: JSON, _ expected: Usage) throws
  {
    let answer = try Self.read([
      Self.chunk(["content": "x"]),
      // Totals so far, replaced by the last ones.
      ["choices": [], "usage": ["prompt_tokens": 1, "completion_tokens": nil]],
      Self.stop, ["choices": [], "usage": usage],
    ])
    #expect(answer.usage == expected)
  }

  @Test func `without any count the tokens are estimated and marked`() throws {
    let text = String(repeating: "word ", count: 80)
    let answer = try Self.read([Self.chunk(["content": .string(text)]), Self.stop])
    #expect(answer.usage == Usage(input: 5, output: 100, isEstimated: true))
  }

  // MARK: Reasoning on its way out and back

  static func next(
    _ chunks: [JSON], baseURL: String = "https://host.example", answered: Bool = true
  ) throws -> JSON? {
    let call = ModelCall.asking(model: "m")
    var after = call.after(try read(chunks, call))
    if !answered { after.messages.append(.init(role: .user, blocks: [.text("and now?")])) }
    let body = try Dialect.openAIChat.encode(after, .of(.openAIChat, baseURL: baseURL)).body
    return body["messages"]?.array?.first { $0["role"] == "assistant" }
  }
  static let useTool = chunk(call(["index": 0, "id": "a"], "f", "{}"))

  @Test(arguments: ["reasoning_content", "reasoning"])
  func `reasoning goes back in its own field while the tools run`(_ field: String) throws {
    let thinks = Self.chunk(.object([field: "hm"] as JSON.Object))
    let sent = try Self.next([thinks, Self.useTool, Self.stop])
    #expect(sent?[field] == "hm")
    #expect(sent?["content"] == .null)
    // Once the user has spoken again it is of no more use.
    #expect(try Self.next([thinks, Self.useTool, Self.stop], answered: false)?[field] == nil)
    let azure = "https://x.services.ai.azure.com/openai"
    #expect(try Self.next([thinks, Self.useTool, Self.stop], baseURL: azure)?[field] == nil)
  }

  @Test func `parts of a thinking content go back as parts`() throws {
    let part: JSON = ["type": "thinking", "thinking": [["type": "text", "text": "hm"]]]
    let sent = try Self.next([
      Self.chunk(["content": [part]]), Self.chunk(["content": "so"]), Self.useTool, Self.stop,
    ])
    #expect(sent?["content"] == [part, ["type": "text", "text": "so"]])
  }

  @Test func `details of reasoning go back joined, signed and for good`() throws {
    func detail(_ members: JSON.Object) -> JSON {
      var detail: JSON.Object = ["type": "reasoning.text", "index": 0]
      detail.merge(members)
      return chunk(["reasoning_details": [.object(detail)]])
    }
    func chunk(_ delta: JSON) -> JSON { Self.chunk(delta) }
    let sealed: JSON = ["type": "reasoning.encrypted", "index": 1, "data": "SEALED"]
    let sent = try Self.next(
      [
        detail(["text": "h"]), detail(["text": "m"]), detail(["signature": "SIG"]),
        chunk(["reasoning_details": [sealed]]), Self.useTool, Self.stop,
      ], answered: false)
    let joined: JSON = [
      "type": "reasoning.text", "index": 0, "text": "hm", "signature": "SIG",
    ]
    #expect(sent?["reasoning_details"] == [joined, sealed])
  }

  @Test func `sealed reasoning without a word stands on the call it belongs to`() throws {
    let sealed: JSON = ["type": "reasoning.encrypted", "data": "SEALED"]
    let answer = try Self.read([
      Self.chunk(["reasoning_details": [sealed]]), Self.useTool, Self.stop,
    ])
    #expect(answer.blocks.map(\.type) == ["tool_use"])
    let sent = try Self.next([
      Self.chunk(["reasoning_details": [sealed]]), Self.useTool, Self.stop,
    ])
    #expect(sent?["reasoning_details"] == [sealed])
  }
}
