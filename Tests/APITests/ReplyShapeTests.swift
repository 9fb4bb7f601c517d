import Domain
import Testing
import Wire

@testable import API

@Suite struct ReplyShapeTests {
  private static let start = StreamEvent.messageStart(id: "m1", model: "up/m", usage: Usage())
  private static func end(_ reason: String) -> [StreamEvent] {
    [
      .messageDelta(
        stopReason: reason, stopSequence: nil,
        usage: Usage(input: 5, output: 3, cacheRead: 2, reasoning: 1)), .messageStop,
    ]
  }
  private static let thinks: [StreamEvent] = [
    .blockStart(index: 0, Block(["type": "thinking", "thinking": "", "signature": ""])),
    .blockDelta(index: 0, .thinking("Hm")), .blockDelta(index: 0, .signature("sig")),
    .blockStop(index: 0),
  ]
  private static let speaks: [StreamEvent] = [
    .blockStart(index: 1, .text("")), .blockDelta(index: 1, .text("He")), .ping,
    .blockDelta(index: 1, .text("llo")), .blockStop(index: 1),
  ]
  private static let calls: [StreamEvent] = [
    .blockStart(index: 2, .toolUse(id: "c1", name: "add", input: [:])),
    .blockDelta(index: 2, .inputJSON("{\"a\":")), .blockDelta(index: 2, .inputJSON("1}")),
    .blockStop(index: 2), .blockStart(index: 3, .toolUse(id: "c2", name: "sub", input: [:])),
    .blockDelta(index: 3, .inputJSON("{}")), .blockStop(index: 3),
  ]

  private static func chunks(_ events: [StreamEvent], usage: Bool = false) -> [JSON] {
    var machine = ChatChunks(created: 7, includesUsage: usage)
    return events.flatMap { machine.take($0) }.compactMap { frame in
      if case .json(let json) = frame.data { json } else { nil }
    }
  }
  private static func deltas(_ chunks: [JSON]) -> [JSON] {
    chunks.compactMap { $0["choices"]?[0]?["delta"] }
  }
  private static func whole(_ events: [StreamEvent]) -> Reply {
    var assembler = ReplyAssembler()
    for event in events { try? assembler.take(event) }
    return assembler.reply
  }

  @Test func `a reply with everything becomes chunks in OpenAI's order`() {
    let events = [Self.start] + Self.thinks + Self.speaks + Self.calls + Self.end("tool_use")
    let chunks = Self.chunks(events)
    #expect(
      Self.deltas(chunks) == [
        ["role": "assistant", "content": ""], ["reasoning_content": "Hm"], ["content": "He"],
        ["content": "llo"],
        [
          "tool_calls": [
            [
              "index": 0, "id": "c1", "type": "function",
              "function": ["name": "add", "arguments": ""],
            ]
          ]
        ], ["tool_calls": [["index": 0, "function": ["arguments": "{\"a\":"]]]],
        ["tool_calls": [["index": 0, "function": ["arguments": "1}"]]]],
        [
          "tool_calls": [
            [
              "index": 1, "id": "c2", "type": "function",
              "function": ["name": "sub", "arguments": ""],
            ]
          ]
        ], ["tool_calls": [["index": 1, "function": ["arguments": "{}"]]]], [:],
      ])
    #expect(chunks.allSatisfy { $0["id"] == "m1" && $0["model"] == "up/m" && $0["created"] == 7 })
    #expect(chunks.allSatisfy { $0["object"] == "chat.completion.chunk" && $0["usage"] == nil })
    #expect(chunks.last?["choices"]?[0]?["finish_reason"] == "tool_calls")
  }

  @Test func `usage comes in a last chunk without choices, where it was asked for`() {
    let chunks = Self.chunks([Self.start] + Self.speaks + Self.end("end_turn"), usage: true)
    #expect(chunks.last?["choices"] == [])
    #expect(chunks.last?["usage"]?["prompt_tokens"] == 7)
    #expect(chunks.last?["usage"]?["total_tokens"] == 10)
    #expect(chunks.last?["usage"]?["prompt_tokens_details"]?["cached_tokens"] == 2)
    #expect(chunks.dropLast().allSatisfy { $0["usage"] == .null })
  }

  @Test(arguments: [
    ("end_turn", false, "stop"), ("stop_sequence", false, "stop"), ("pause_turn", false, "stop"),
    ("max_tokens", false, "length"), ("max_tokens", true, "length"),
    ("model_context_window_exceeded", false, "length"), ("refusal", false, "content_filter"),
    ("tool_use", true, "tool_calls"), ("tool_use", false, "stop"), ("end_turn", true, "tool_calls"),
  ])
  func `the reason of the end is put into OpenAI's words`(
    reason: String, hasCalls: Bool, expected: String
  ) {
    #expect(ChatReply.finish(reason, hasCalls: hasCalls) == expected)
  }

  @Test func `a whole reply is one completion`() {
    let events = [Self.start] + Self.thinks + Self.speaks + Self.calls + Self.end("tool_use")
    let json = ChatReply.completion(Self.whole(events), created: 7)
    let message = json["choices"]?[0]?["message"]
    #expect(json["object"] == "chat.completion")
    #expect(message?["content"] == "Hello")
    #expect(message?["reasoning_content"] == "Hm")
    #expect(message?["tool_calls"]?[0]?["function"]?["arguments"] == "{\"a\":1}")
    #expect(message?["tool_calls"]?[1]?["function"]?["arguments"] == "{}")
    #expect(json["choices"]?[0]?["finish_reason"] == "tool_calls")
    #expect(json["usage"]?["completion_tokens"] == 3)
  }

  @Test(arguments: [("tool_use", false), ("max_tokens", true)])
  func
    `broken input of a tool is text for OpenAI's clients and an error for Anthropic's, unless it was cut`(
      reason: String, isTaken: Bool
    ) throws
  {
    let broken: [StreamEvent] = [
      .blockStart(index: 0, .toolUse(id: "c1", name: "add", input: [:])),
      .blockDelta(index: 0, .inputJSON("{\"a\":")), .blockStop(index: 0),
    ]
    let reply = Self.whole([Self.start] + broken + Self.end(reason))
    let call = ChatReply.completion(reply, created: 7)["choices"]?[0]?["message"]?["tool_calls"]?[0]
    #expect(call?["function"]?["arguments"] == "{\"a\":")
    if isTaken {
      let block = try AnthropicReply.message(reply)["content"]?[0]
      #expect(block == ["type": "tool_use", "id": "c1", "name": "add", "input": [:]])
    } else {
      #expect(throws: QlaudError.self) { try AnthropicReply.message(reply) }
    }
  }

  @Test func `Anthropic's frames bear the event's name, and opaque data is not among them`() {
    let events = [Self.start, .opaque(index: 0, family: "gemini", "x"), .messageStop]
    let frames = events.compactMap(AnthropicReply.frame)
    #expect(frames.map(\.name) == ["message_start", "message_stop"])
    #expect(
      frames.last?.bytes
        == Array("event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n".utf8))
    #expect(ChatReply.done.bytes == Array("data: [DONE]\n\n".utf8))
  }

  @Test(
    arguments: [
      (QlaudError.invalid("n", "must be 1"), "invalid_request_error", "invalid_params"),
      (QlaudError.notFound("model", "\"x\""), "invalid_request_error", "model_not_found"),
      (QlaudError(.unauthorized, "no"), "authentication_error", "invalid_api_key"),
      (QlaudError(.keyCapExceeded, "no"), "insufficient_quota", "insufficient_quota"),
      (
        QlaudError(.upstreamError, "slow", details: ["status": 429]), "rate_limit_error",
        "rate_limit_exceeded"
      ), (QlaudError(.offline, "gone"), "server_error", "offline"),
    ])
  func `errors are told in OpenAI's shape`(error: QlaudError, type: String, code: String) {
    let body = OpenAIError.body(error)["error"]
    #expect(body?["type"]?.string == type)
    #expect(body?["code"]?.string == code)
    #expect(body?["message"]?.string == error.message)
    #expect(body?["param"] == error.details["field"] ?? .null)
  }
}
