import Domain
import Outbound
import Wire

@testable import Upstream

/// One reply as each provider would send it: the text "Hello", a call of a tool with `{"x": 1}`, 10 tokens in and 5 out.
struct Sample {
  /// The stream's events.
  let events: [SSEEvent]
  /// The reply in one piece.
  let whole: JSON
  /// What the provider sends into a stream when it is too busy.
  let error: SSEEvent
  /// How many of `events` come before the one that says the reply is over.
  let eventsBeforeEnd: Int

  var bytes: [UInt8] {
    events.flatMap { SSEText.frame(event: $0.name, data: Array($0.data.utf8)) }
  }

  static func model(_ shape: Provider.Shape) -> String {
    switch shape {
    case .anthropic: "claude-sonnet-4-5"
    case .openAIChat, .openAIResponses: "gpt-5"
    case .gemini, .vertex: "gemini-2.5-flash"
    }
  }

  static func outcome(tool: String) -> Outcome {
    var outcome = Outcome()
    outcome.text = "Hello"
    outcome.calls = [.init(name: tool, input: ["x": 1])]
    outcome.stopReason = "tool_use"
    outcome.totalInput = 10
    outcome.output = 5
    return outcome
  }

  /// The names of the tools in a request.
  static func toolNames(_ shape: Provider.Shape, _ body: JSON) -> [String] {
    let tools = body["tools"]?.array ?? []
    let names =
      switch shape {
      case .anthropic, .openAIResponses: tools.map { $0["name"] }
      case .openAIChat: tools.map { $0["function"]?["name"] }
      case .gemini, .vertex:
        tools.flatMap { $0["functionDeclarations"]?.array ?? [] }.map { $0["name"] }
      }
    return names.compactMap { $0?.string }
  }

  init(_ shape: Provider.Shape, tool: String) {
    switch shape {
    case .anthropic: self.init(anthropic: .string(tool))
    case .openAIChat: self.init(chat: .string(tool))
    case .openAIResponses: self.init(responses: .string(tool))
    case .gemini, .vertex: self.init(gemini: .string(tool))
    }
  }

  private init(_ events: [JSON], isNamed: Bool, ends: Int, whole: JSON, error: JSON) {
    func event(_ json: JSON) -> SSEEvent {
      SSEEvent(name: isNamed ? json["type"]?.string : nil, data: json.string ?? json.text)
    }
    self.events = events.map(event)
    self.whole = whole
    self.error = event(error)
    eventsBeforeEnd = ends
  }

  private init(anthropic tool: JSON) {
    let usage: JSON = ["input_tokens": 10, "output_tokens": 5]
    let head: JSON = [
      "id": "msg_1", "type": "message", "role": "assistant", "model": "claude-sonnet-4-5",
    ]
    var start = head.object ?? [:]
    start.merge(["content": [], "stop_reason": nil, "usage": usage])
    var whole = head.object ?? [:]
    whole.merge([
      "content": [
        ["type": "text", "text": "Hello"],
        ["type": "tool_use", "id": "toolu_1", "name": tool, "input": ["x": 1]],
      ],
      "stop_reason": "tool_use", "usage": usage,
    ])
    let call: JSON = ["type": "tool_use", "id": "toolu_1", "name": tool, "input": [:]]
    self.init(
      [
        ["type": "message_start", "message": .object(start)],
        [
          "type": "content_block_start", "index": 0, "content_block": ["type": "text", "text": ""],
        ],
        [
          "type": "content_block_delta", "index": 0,
          "delta": ["type": "text_delta", "text": "Hello"],
        ],
        ["type": "content_block_stop", "index": 0],
        ["type": "content_block_start", "index": 1, "content_block": call],
        [
          "type": "content_block_delta", "index": 1,
          "delta": ["type": "input_json_delta", "partial_json": "{\"x\":"],
        ],
        [
          "type": "content_block_delta", "index": 1,
          "delta": ["type": "input_json_delta", "partial_json": "1}"],
        ],
        ["type": "content_block_stop", "index": 1],
        [
          "type": "message_delta", "delta": ["stop_reason": "tool_use", "stop_sequence": nil],
          "usage": usage,
        ],
        ["type": "message_stop"],
      ], isNamed: true, ends: 8, whole: .object(whole),
      error: [
        "type": "error", "error": ["type": "overloaded_error", "message": "too busy, sorry"],
      ])
  }

  private init(chat tool: JSON) {
    func chunk(_ delta: JSON, _ finish: JSON = nil) -> JSON {
      [
        "id": "c1", "object": "chat.completion.chunk", "model": "gpt-5",
        "choices": [["index": 0, "delta": delta, "finish_reason": finish]],
      ]
    }
    let usage: JSON = ["prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15]
    let call: JSON = [
      "index": 0, "id": "call_1", "type": "function",
      "function": ["name": tool, "arguments": "{\"x\":1}"],
    ]
    self.init(
      [
        chunk(["role": "assistant", "content": ""]), chunk(["content": "Hel"]),
        chunk(["content": "lo"]), chunk(["tool_calls": [call]]), chunk([:], "tool_calls"),
        ["id": "c1", "object": "chat.completion.chunk", "choices": [], "usage": usage],
        "[DONE]",
      ], isNamed: false, ends: 4,
      whole: [
        "id": "c1", "object": "chat.completion", "model": "gpt-5",
        "choices": [
          [
            "index": 0, "finish_reason": "tool_calls",
            "message": ["role": "assistant", "content": "Hello", "tool_calls": [call]],
          ]
        ],
        "usage": usage,
      ],
      error: ["error": ["message": "too busy, sorry", "code": 503]])
  }

  private init(responses tool: JSON) {
    let text: JSON = [
      "type": "message", "role": "assistant",
      "content": [["type": "output_text", "text": "Hello", "annotations": []]],
    ]
    let call: JSON = [
      "type": "function_call", "call_id": "call_1", "name": tool, "arguments": "{\"x\":1}",
    ]
    let response: JSON = [
      "id": "resp_1", "object": "response", "model": "gpt-5", "status": "completed",
      "output": [text, call], "usage": ["input_tokens": 10, "output_tokens": 5],
    ]
    self.init(
      [
        ["type": "response.created", "response": ["id": "resp_1", "model": "gpt-5"]],
        [
          "type": "response.output_text.delta", "output_index": 0, "content_index": 0,
          "delta": "Hello",
        ],
        ["type": "response.output_item.done", "output_index": 0, "item": text],
        ["type": "response.output_item.done", "output_index": 1, "item": call],
        ["type": "response.completed", "response": response],
      ], isNamed: true, ends: 4, whole: response,
      error: ["type": "error", "code": "server_error", "message": "too busy, sorry"])
  }

  private init(gemini tool: JSON) {
    func chunk(_ parts: [JSON], _ finish: JSON? = nil) -> JSON {
      .record([
        "candidates": [
          .record([
            "content": ["role": "model", "parts": .array(parts)], "finishReason": finish,
          ])
        ],
        "usageMetadata": ["promptTokenCount": 10, "candidatesTokenCount": 5],
        "modelVersion": "gemini-2.5-flash", "responseId": "r1",
      ])
    }
    let call: JSON = ["functionCall": ["name": tool, "args": ["x": 1]]]
    self.init(
      [chunk([["text": "Hel"]]), chunk([["text": "lo"]]), chunk([call]), chunk([], "STOP")],
      isNamed: false, ends: 3, whole: chunk([["text": "Hello"], call], "STOP"),
      error: [
        "error": ["code": 503, "message": "too busy, sorry", "status": "UNAVAILABLE"]
      ])
  }
}
