import Testing
import Wire

@testable import Domain

@Suite struct ReplyAssemblerTests {
  static func assembled(_ events: [StreamEvent]) throws(InvalidParams) -> ReplyAssembler {
    var assembler = ReplyAssembler()
    for event in events { try assembler.take(event) }
    return assembler
  }
  static let start = StreamEvent.messageStart(id: "msg_1", model: "m", usage: Usage(input: 5))
  static let end: [StreamEvent] = [
    .messageDelta(stopReason: "end_turn", stopSequence: nil, usage: Usage(input: 5, output: 9)),
    .messageStop,
  ]
  static func tool(_ deltas: [String]) -> [StreamEvent] {
    [start, .blockStart(index: 0, .toolUse(id: "t1", name: "f", input: [:]))]
      + deltas.map { .blockDelta(index: 0, .inputJSON($0)) } + [.blockStop(index: 0)]
  }

  @Test func `text, thinking with its signature, and a tool call become blocks in order`() throws {
    let assembler = try Self.assembled(
      [
        Self.start, .blockStart(index: 0, Block(["type": "thinking", "thinking": ""])),
        .blockDelta(index: 0, .thinking("hm")), .ping, .blockDelta(index: 0, .thinking("m")),
        .blockDelta(index: 0, .signature("sig")), .blockStop(index: 0),
        .blockStart(index: 1, .text("")), .blockDelta(index: 1, .text("Hel")),
        .blockDelta(index: 1, .text("lo")), .blockStop(index: 1),
        .blockStart(index: 2, .toolUse(id: "t1", name: "f", input: [:])),
        .blockDelta(index: 2, .inputJSON("")), .blockDelta(index: 2, .inputJSON(#"{"b":1,"#)),
        .blockDelta(index: 2, .inputJSON(#""a":2.0}   "#)), .blockStop(index: 2),
      ] + Self.end)
    #expect(assembler.isComplete)
    let reply = assembler.reply
    #expect(reply.id == "msg_1" && reply.model == "m" && reply.stopReason == "end_turn")
    #expect(reply.usage == Usage(input: 5, output: 9))
    #expect(
      reply.blocks.map(\.json.text) == [
        #"{"type":"thinking","thinking":"hmm","signature":"sig"}"#,
        #"{"type":"text","text":"Hello"}"#,
        #"{"type":"tool_use","id":"t1","name":"f","input":{"b":1,"a":2.0}}"#,
      ])
  }

  @Test func `a reply that breaks off is what came and is not complete`() throws {
    let assembler = try Self.assembled([
      Self.start, .blockStart(index: 0, .text("")), .blockDelta(index: 0, .text("Hel")),
    ])
    #expect(!assembler.isComplete && assembler.reply.stopReason == nil)
    #expect(assembler.reply.blocks == [.text("Hel")])
  }

  @Test func `an unfinished tool input is left out`() throws {
    let assembler = try Self.assembled(Array(Self.tool([#"{"a":"#]).dropLast()))
    #expect(assembler.reply.blocks == [.toolUse(id: "t1", name: "f", input: [:])])
  }

  @Test(arguments: [[], [""], ["", ""]] as [[String]])
  func `a tool call without input keeps the empty object`(deltas: [String]) throws {
    let assembler = try Self.assembled(Self.tool(deltas))
    #expect(assembler.reply.blocks == [.toolUse(id: "t1", name: "f", input: [:])])
  }

  @Test(arguments: ["{", "[1]", "7", "null", "\"x\"", #"{"a":1,"a":2}"#, " ", "{}{}"])
  func `a tool input that is no object is refused and stays readable`(text: String) {
    var assembler = ReplyAssembler()
    var complaint: InvalidParams?
    for event in Self.tool([text]) {
      do throws(InvalidParams) { try assembler.take(event) } catch { complaint = error }
    }
    #expect(complaint == InvalidParams("input", "is no JSON object"))
    #expect(assembler.reply.blocks.first?["input"] == [:])
    #expect(assembler.reply.blocks.first?[Block.invalidInputKey] == .string(text))
  }

  @Test func `the next tool call after a refused one starts afresh`() throws {
    var assembler = ReplyAssembler()
    for event in Self.tool(["{"]) {
      do throws(InvalidParams) { try assembler.take(event) } catch {
        #expect(error.field == "input")
      }
    }
    try assembler.take(.blockStart(index: 1, .toolUse(id: "t2", name: "g", input: [:])))
    try assembler.take(.blockDelta(index: 1, .inputJSON(#"{"x":1}"#)))
    try assembler.take(.blockStop(index: 1))
    #expect(assembler.reply.blocks.last == .toolUse(id: "t2", name: "g", input: ["x": 1]))
  }

  @Test func `opaque data stays on its block, by family, and clients never see it`() throws {
    let opaque = StreamEvent.opaque(index: 0, family: "gemini", ["thought_signature": "s"])
    let assembler = try Self.assembled([
      Self.start, .blockStart(index: 0, .text("")), opaque,
      .opaque(index: 0, family: "other", 1), .opaque(index: 7, family: "gemini", 1),
      .blockDelta(index: 0, .text("x")), .blockStop(index: 0),
    ])
    let block = try #require(assembler.reply.blocks.first)
    #expect(block.opaque("gemini")?["thought_signature"] == "s" && block.opaque("other") == 1)
    #expect(block.opaque("none") == nil)
    #expect(block.publicJSON.text == #"{"type":"text","text":"x"}"#)
    #expect(opaque.wire == nil)
  }

  @Test func `citations gather, a compaction grows, what is unknown changes nothing`() throws {
    let assembler = try Self.assembled([
      Self.start, .blockStart(index: 0, .text("x")),
      .blockDelta(index: 0, .other(["type": "citations_delta", "citation": ["n": 1]])),
      .blockDelta(index: 0, .other(["type": "citations_delta", "citation": ["n": 2]])),
      .blockDelta(index: 0, .other(["type": "new_delta", "what": 1])), .blockStop(index: 0),
      .blockStart(index: 1, Block(["type": "compaction"])),
      .blockDelta(index: 1, .other(["type": "compaction_delta", "content": "so"])),
      .blockDelta(index: 1, .other(["type": "compaction_delta", "content": " far"])),
      .blockStop(index: 1), .blockDelta(index: 9, .text("nowhere")), .blockStop(index: 9),
    ])
    #expect(
      assembler.reply.blocks.map(\.json.text) == [
        #"{"type":"text","text":"x","citations":[{"n":1},{"n":2}]}"#,
        #"{"type":"compaction","content":"so far"}"#,
      ])
  }
}

@Suite struct StreamEventTests {
  static let table: [(StreamEvent, String)] = [
    (
      .messageStart(id: "i", model: "m", usage: Usage(input: 1)),
      """
      {"type":"message_start","message":{"id":"i","type":"message","role":"assistant","model":"m",\
      "content":[],"stop_reason":null,"stop_sequence":null,\
      "usage":{"input_tokens":1,"output_tokens":0}}}
      """
    ),
    (
      .blockStart(index: 0, .text("")),
      #"{"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}"#
    ),
    (
      .blockDelta(index: 1, .text("a")),
      #"{"type":"content_block_delta","index":1,"delta":{"type":"text_delta","text":"a"}}"#
    ),
    (
      .blockDelta(index: 1, .inputJSON("{")),
      #"{"type":"content_block_delta","index":1,"delta":{"type":"input_json_delta","partial_json":"{"}}"#
    ),
    (
      .blockDelta(index: 1, .signature("s")),
      #"{"type":"content_block_delta","index":1,"delta":{"type":"signature_delta","signature":"s"}}"#
    ),
    (
      .blockDelta(index: 1, .thinking("t")),
      #"{"type":"content_block_delta","index":1,"delta":{"type":"thinking_delta","thinking":"t"}}"#
    ),
    (.blockStop(index: 2), #"{"type":"content_block_stop","index":2}"#),
    (
      .messageDelta(stopReason: "end_turn", stopSequence: nil, usage: Usage(output: 2)),
      """
      {"type":"message_delta","delta":{"stop_reason":"end_turn","stop_sequence":null},\
      "usage":{"input_tokens":0,"output_tokens":2}}
      """
    ),
    (.messageStop, #"{"type":"message_stop"}"#), (.ping, #"{"type":"ping"}"#),
  ]

  @Test(arguments: StreamEventTests.table)
  func `an event is written in Anthropic's words and its type is its name`(
    event: StreamEvent, text: String
  ) throws {
    let wire = try #require(event.wire)
    #expect(wire.data.text == text)
    #expect(wire.data["type"] == .string(wire.name))
  }
}

@Suite struct BlockTests {
  @Test func `content becomes blocks`() throws {
    #expect(Block.list("hi") == [.text("hi")])
    #expect(Block.list("") == [])
    #expect(Block.list(nil) == [])
    #expect(Block.list([["type": "text", "text": "a"], 7, "x"]) == [.text("a")])
    #expect(
      Block.toolResult(id: "t", content: "ok", isError: false).json.text
        == #"{"type":"tool_result","tool_use_id":"t","content":"ok"}"#)
    #expect(Block.toolResult(id: "t", content: "no", isError: true)["is_error"] == true)
  }
}

@Suite struct EventFilterTests {
  static func event(_ thread: String?, _ turn: String?, _ key: String?) -> Event {
    Event(
      seq: 1, at: 0, threadID: thread.map(ThreadID.init), turnID: turn.map(TurnID.init),
      keyID: key.map(KeyID.init), name: "ping", data: [:])
  }

  @Test func `a filter passes what it names, and the daemon's own events to every key`() {
    let mine = EventFilter(visibleTo: KeyID(rawValue: "k"))
    #expect(mine.matches(Self.event("t", nil, "k")))
    #expect(!mine.matches(Self.event("t", nil, "other")))
    #expect(mine.matches(Self.event(nil, nil, nil)))
    let thread = EventFilter(threadID: ThreadID(rawValue: "t"))
    #expect(thread.matches(Self.event("t", nil, "x")) && !thread.matches(Self.event("u", nil, "x")))
    #expect(!thread.matches(Self.event(nil, nil, nil)))
    let turn = EventFilter(turnID: TurnID(rawValue: "n"))
    #expect(turn.matches(Self.event("t", "n", "x")) && !turn.matches(Self.event("t", nil, "x")))
    #expect(EventFilter().matches(Self.event("t", "n", "x")))
  }
}
