import Domain
import Outbound
import Testing
import Wire

@testable import Upstream

@Suite struct AnthropicTests {
  static func messages(_ messages: [ModelCall.Message], model: String = "claude-x") throws -> [JSON]
  {
    var call = ModelCall.asking(model: model)
    call.messages = messages
    return try Dialect.anthropic.encode(call, .of(.anthropic)).body["messages"]?.array ?? []
  }

  @Test func `results stand first, neighbours are one, blank text and blank ends go`() throws {
    let sent = try Self.messages([
      .init(role: .assistant, blocks: [.toolUse(id: "functions.f:0", name: "a b", input: [:])]),
      .init(role: .user, blocks: [.text("and"), .text(" \n")]),
      .init(
        role: .user, blocks: [.toolResult(id: "functions.f:0", content: "1", isError: false)]),
      .init(role: .assistant, blocks: [.text("so  \n")]),
    ])
    #expect(sent.map { $0["role"] } == ["assistant", "user", "assistant"])
    let id = sent[0]["content"]?[0]?["id"]
    #expect(id?.string?.contains(":") == false)
    #expect(sent[0]["content"]?[0]?["name"] == "a_b")
    #expect(sent[1]["content"]?.array?.map { $0["type"] } == ["tool_result", "text"])
    #expect(sent[1]["content"]?[0]?["tool_use_id"] == id)
    #expect(sent[2]["content"]?[0]?["text"] == "so")
  }

  @Test func `only thinking that this model can read is sent`() throws {
    func thinking(_ signature: String, _ mark: (String, JSON)?) -> Block {
      var block = Block([
        "type": "thinking", "thinking": "hm", "signature": .string(signature),
      ])
      if let mark { block.setOpaque(mark.0, mark.1) }
      return block
    }
    let cases: [(Block, String, Bool)] = [
      (thinking("s", nil), "claude-x", true), (thinking("", nil), "claude-x", false),
      (thinking("s", ("anthropic", ["model": "claude-y"])), "claude-x", false),
      (thinking("s", ("anthropic", ["model": "claude-y-4-5-20250929"])), "claude-y-4-5", true),
      (thinking("s", ("anthropic", ["model": "glm-4.6"])), "claude-x", false),
      (thinking("s", ("anthropic", ["model": "glm-4.6"])), "glm-4.6", true),
      (thinking("s", ("gemini", ["model": "g"])), "claude-x", false),
    ]
    for (block, model, isSent) in cases {
      let sent = try Self.messages(
        [.init(role: .assistant, blocks: [block, .text("so")])], model: model)
      #expect((sent[0]["content"]?.array?.count == 2) == isSent)
    }
  }

  @Test func `unknown blocks and members pass, our own do not`() throws {
    var own = Block(["type": "web_search_tool_result", "tool_use_id": "s", "content": []])
    own.setOpaque("anthropic", ["model": "claude-x"])
    var foreign = Block(["type": "server_tool_use", "id": "x", "name": "web_search", "input": [:]])
    foreign.setOpaque("openai-responses", ["item": [:]])
    var call = Block.toolUse(id: "t", name: "f", input: ["x": 1])
    call["cache_control"] = ["type": "ephemeral"]
    call["_invalid_input"] = "{"
    var text = Block.text("so")
    text["citations"] = [
      ["type": "char_location", "cited_text": "a"],
      ["type": "web_search_result_location", "encrypted_index": "", "url": "https://a.example"],
    ]
    let sent = try Self.messages([.init(role: .assistant, blocks: [own, foreign, text, call])])
    #expect(
      sent[0]["content"] == [
        ["type": "web_search_tool_result", "tool_use_id": "s", "content": []],
        [
          "type": "text", "text": "so",
          "citations": [["type": "char_location", "cited_text": "a"]],
        ],
        [
          "type": "tool_use", "id": "t", "name": "f", "input": ["x": 1],
          "cache_control": ["type": "ephemeral"],
        ],
      ])
  }

  @Test func `a schema is asked for, JSON without one is refused`() throws {
    var call = ModelCall.asking(model: "claude-x")
    call.responseFormat = [
      "type": "json_schema", "json_schema": ["name": "n", "schema": ["type": "object"]],
    ]
    let body = try Dialect.anthropic.encode(call, .of(.anthropic)).body
    #expect(
      body["output_config"]
        == ["format": ["type": "json_schema", "schema": ["type": "object"]]])
    call.responseFormat = ["type": "json_object"]
    let failure = #expect(throws: InvalidParams.self) {
      try Dialect.anthropic.encode(call, .of(.anthropic))
    }
    #expect(failure?.field == "response_format")
  }

  // MARK: Replies

  static let start: JSON = [
    "type": "message_start",
    "message": [
      "id": "m", "role": "assistant", "content": [],
      "usage": [
        "input_tokens": 3, "output_tokens": 1, "cache_creation_input_tokens": 10,
        "cache_creation": ["ephemeral_5m_input_tokens": 0, "ephemeral_1h_input_tokens": 10],
      ],
    ],
  ]
  static func block(_ kind: String, _ index: Int, _ members: JSON.Object = [:]) -> JSON {
    var object: JSON.Object = [
      "type": .string("content_block_\(kind)"), "index": .integer(index),
    ]
    object.merge(members)
    return .object(object)
  }
  static func read(_ data: [JSON]) throws -> Reply {
    let events = try events(of: Dialect.anthropic.makeDecoder(.asking(model: "m")), data: data)
    #expect(GrammarChecker.violations(events) == [])
    return try reply(events)
  }
  static let stop: JSON = [
    "type": "message_delta", "delta": ["stop_reason": "end_turn"],
    "usage": ["output_tokens": 9, "cache_creation_input_tokens": 25],
  ]

  @Test func `totals replace what the start said, a missing end mark is forgiven after the reason`()
    throws
  {
    let answer = try Self.read([Self.start, Self.stop])
    #expect(answer.usage == Usage(input: 3, output: 9, cacheWriteHour: 25))
    #expect(answer.stopReason == "end_turn")
    #expect(answer.model == "m")
  }

  /// ```
  ///   block 0          block 1
  ///   start
  ///                    start
  ///                    delta
  ///   delta
  ///   stop
  ///                    stop
  /// ```
  @Test func `blocks that a host mixes come one after the other`() throws {
    let text: JSON.Object = ["content_block": ["type": "text", "text": ""]]
    func delta(_ text: JSON) -> JSON.Object { ["delta": ["type": "text_delta", "text": text]] }
    let answer = try Self.read([
      Self.start, Self.block("start", 0, text), Self.block("start", 1, text),
      Self.block("delta", 1, delta("b")), Self.block("delta", 0, delta("a")),
      Self.block("stop", 0), Self.block("stop", 1), Self.stop, ["type": "message_stop"],
    ])
    #expect(answer.blocks.map { $0["text"] } == ["a", "b"])
  }

  @Test func `a call that comes whole in its start has a delta of input`() throws {
    let call: JSON = ["type": "tool_use", "id": "t", "name": "f", "input": ["x": 1]]
    let stop: JSON = ["type": "message_delta", "delta": ["stop_reason": "tool_use"]]
    let answer = try Self.read([
      Self.start, Self.block("start", 0, ["content_block": call]), Self.block("stop", 0), stop,
      ["type": "message_stop"],
    ])
    #expect(answer.blocks == [.toolUse(id: "t", name: "f", input: ["x": 1])])
  }

  @Test func `an error in OpenAI's shape is an error here too`() {
    let failure = #expect(throws: UpstreamFailure.self) {
      try Self.read([["error": ["message": "cannot parse", "code": 500]]])
    }
    #expect(failure?.kind == .server)
    #expect(failure?.message == "cannot parse")
  }

  @Test func `the list of models has pages`() {
    let listing = Dialect.anthropic.models
    let page: JSON = ["data": [["id": "a"], ["id": "b"]], "has_more": true, "last_id": "b"]
    #expect(listing.names(page) == ["a", "b"])
    #expect(listing.next(page) == "/v1/models?limit=1000&after_id=b")
    #expect(listing.next(["data": [], "has_more": false, "last_id": "b"]) == nil)
    #expect(Dialect.openAIChat.models.names([["id": "x"]]) == ["x"])
  }
}
