import Domain
import Outbound
import Wire

@testable import Upstream

/// One reply in a conversation of the tests, as its provider sends it.
struct Speech {
  struct Call {
    /// The name as the request had it, and as it is ours.
    let upstream: String
    let original: String
    let input: JSON
  }
  /// The how-manyeth reply of the conversation it is; what it says is made from it.
  let number: Int
  let thinks: Bool
  /// Whether its thinking is out of sight.
  let isHidden: Bool
  let text: String?
  let calls: [Call]
  /// Whether it was cut while it thought.
  let isCut: Bool

  /// What the decoder must have understood.
  func outcome(_ speaker: Speaker) -> Outcome {
    var outcome = Outcome()
    outcome.text = text ?? ""
    outcome.thinking = thinks && shows(speaker) ? thought(speaker) : ""
    outcome.calls = calls.map { .init(name: $0.original, input: $0.input) }
    outcome.stopReason = isCut ? "max_tokens" : calls.isEmpty ? "end_turn" : "tool_use"
    outcome.totalInput = 10
    outcome.output = 5
    return outcome
  }

  private func shows(_ speaker: Speaker) -> Bool {
    switch speaker.api {
    case .anthropic(let generation): !isHidden && generation == .budget
    case .chat: speaker.reasoningField != nil
    case .responses: !isHidden
    case .gemini: true
    }
  }
  private func thought(_ speaker: Speaker) -> String { "\(speaker.mark)thought-\(number)" }
  private func signature(_ speaker: Speaker) -> String { "\(speaker.mark)signature-\(number)" }

  /// The name of a call at its provider; nil for one that gives none.
  private func callID(_ speaker: Speaker, _ index: Int) -> String? {
    switch speaker.callNames {
    case .unique(let prefix):
      prefix == "Abc" ? "Abc" + padded(number * 10 + index) : "\(prefix)\(number)x\(index)"
    case .perFunction: "functions.\(calls[index].upstream):\(index)"
    case .none: nil
    }
  }
  private func padded(_ number: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: 6 - digits.count) + digits
  }

  /// The stream's events; what is signed is entered into `issued`.
  func events(_ speaker: Speaker, _ issued: inout [String: JSON]) -> [SSEEvent] {
    switch speaker.api {
    case .anthropic(let generation):
      return anthropic(speaker, generation, &issued).map {
        SSEEvent(name: $0["type"]?.string, data: $0.text)
      }
    case .chat:
      return chat(speaker, &issued).map { SSEEvent(name: nil, data: $0.string ?? $0.text) }
    case .responses:
      return responses(speaker, &issued).map {
        SSEEvent(name: $0["type"]?.string, data: $0.text)
      }
    case .gemini: return gemini(speaker, &issued).map { SSEEvent(name: nil, data: $0.text) }
    }
  }

  // MARK: Anthropic

  private func anthropic(
    _ speaker: Speaker, _ generation: AnthropicRules.Generation, _ issued: inout [String: JSON]
  ) -> [JSON] {
    let usage: JSON = ["input_tokens": 10, "output_tokens": 5]
    var blocks: [(start: JSON, deltas: [JSON])] = []
    if thinks {
      let signature = JSON.string(signature(speaker))
      if isHidden {
        issued[signature.string ?? ""] = .null
        blocks.append((["type": "redacted_thinking", "data": signature], []))
      } else {
        // Later generations leave the words out unless asked.
        let words = generation == .budget ? thought(speaker) : ""
        issued[signature.string ?? ""] = .string(words)
        blocks.append(
          (
            ["type": "thinking", "thinking": "", "signature": ""],
            [
              ["type": "thinking_delta", "thinking": .string(words)],
              ["type": "signature_delta", "signature": signature],
            ]
          ))
      }
    }
    if let text {
      blocks.append(
        (["type": "text", "text": ""], [["type": "text_delta", "text": .string(text)]]))
    }
    for (index, call) in calls.enumerated() {
      blocks.append(
        (
          [
            "type": "tool_use", "id": .string(callID(speaker, index) ?? ""),
            "name": .string(call.upstream), "input": [:],
          ], [["type": "input_json_delta", "partial_json": .string(call.input.text)]]
        ))
    }
    var events: [JSON] = [
      [
        "type": "message_start",
        "message": [
          "id": .string("msg_\(number)"), "type": "message", "role": "assistant",
          "model": .string(speaker.model), "content": [], "usage": usage,
        ],
      ]
    ]
    for (index, block) in blocks.enumerated() {
      let index = JSON.integer(index)
      events.append([
        "type": "content_block_start", "index": index, "content_block": block.start,
      ])
      for delta in block.deltas {
        events.append(["type": "content_block_delta", "index": index, "delta": delta])
      }
      events.append(["type": "content_block_stop", "index": index])
    }
    let reason: JSON = isCut ? "max_tokens" : calls.isEmpty ? "end_turn" : "tool_use"
    return events + [
      ["type": "message_delta", "delta": ["stop_reason": reason], "usage": usage],
      ["type": "message_stop"],
    ]
  }

  // MARK: Chat

  private func chat(_ speaker: Speaker, _ issued: inout [String: JSON]) -> [JSON] {
    func chunk(_ delta: JSON, _ finish: JSON = nil) -> JSON {
      [
        "id": .string("chatcmpl-\(number)"), "object": "chat.completion.chunk",
        "model": .string(speaker.model),
        "choices": [["index": 0, "delta": delta, "finish_reason": finish]],
      ]
    }
    var chunks: [JSON] = [chunk(["role": "assistant", "content": ""])]
    if thinks, let field = speaker.reasoningField {
      let words = JSON.string(thought(speaker))
      if field == "reasoning_details" {
        issued[signature(speaker)] = words
        let detail: JSON = ["type": "reasoning.text", "index": 0, "text": words]
        let signed: JSON = [
          "type": "reasoning.text", "index": 0, "signature": .string(signature(speaker)),
        ]
        chunks += [detail, signed].map { chunk(["reasoning_details": [$0]]) }
      } else {
        issued[words.string ?? ""] = .null
        chunks.append(chunk(.object([field: words])))
      }
    }
    if let text { chunks.append(chunk(["content": .string(text)])) }
    for (index, call) in calls.enumerated() {
      chunks.append(
        chunk([
          "tool_calls": [
            .record([
              "index": .integer(index), "id": callID(speaker, index).map(JSON.string),
              "type": "function",
              "function": [
                "name": .string(call.upstream), "arguments": .string(call.input.text),
              ],
            ])
          ]
        ]))
    }
    chunks.append(chunk([:], isCut ? "length" : calls.isEmpty ? "stop" : "tool_calls"))
    return chunks + [
      [
        "id": .string("chatcmpl-\(number)"), "choices": [],
        "usage": ["prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15],
      ], "[DONE]",
    ]
  }

  // MARK: Responses

  private func responses(_ speaker: Speaker, _ issued: inout [String: JSON]) -> [JSON] {
    var items: [JSON] = []
    if thinks {
      let id: JSON = .string("rs_\(number)")
      issued[signature(speaker)] = id
      let summary: [JSON] =
        isHidden ? [] : [["type": "summary_text", "text": .string(thought(speaker))]]
      items.append([
        "type": "reasoning", "id": id, "summary": .array(summary),
        "encrypted_content": .string(signature(speaker)),
      ])
    }
    if let text {
      items.append([
        "type": "message", "id": .string("msg_\(number)"), "role": "assistant",
        "content": [["type": "output_text", "text": .string(text), "annotations": []]],
      ])
    }
    for (index, call) in calls.enumerated() {
      items.append([
        "type": "function_call", "id": .string("fc_\(number)_\(index)"),
        "call_id": .string(callID(speaker, index) ?? ""), "name": .string(call.upstream),
        "arguments": .string(call.input.text),
      ])
    }
    var events: [JSON] = [
      ["type": "response.created", "response": ["id": .string("resp_\(number)")]]
    ]
    for (index, item) in items.enumerated() {
      events.append([
        "type": "response.output_item.done", "output_index": .integer(index), "item": item,
      ])
    }
    let response = JSON.record([
      "id": .string("resp_\(number)"), "status": isCut ? "incomplete" : "completed",
      "incomplete_details": isCut ? ["reason": "max_output_tokens"] : nil,
      "output": .array(items), "usage": ["input_tokens": 10, "output_tokens": 5],
    ])
    let end: JSON = isCut ? "response.incomplete" : "response.completed"
    return events + [["type": end, "response": response]]
  }

  // MARK: Gemini

  private func gemini(_ speaker: Speaker, _ issued: inout [String: JSON]) -> [JSON] {
    var parts: [JSON] = []
    if thinks { parts.append(["text": .string(thought(speaker)), "thought": true]) }
    let signature = JSON.string(signature(speaker))
    if let text {
      // Without a call the last part is signed, with calls the first of them.
      if calls.isEmpty { issued[signature.string ?? ""] = .string(text) }
      parts.append(
        .record(["text": .string(text), "thoughtSignature": calls.isEmpty ? signature : nil]))
    }
    for (index, call) in calls.enumerated() {
      let content: JSON = ["name": .string(call.upstream), "args": call.input]
      if index == 0 { issued[signature.string ?? ""] = content }
      parts.append(
        .record(["functionCall": content, "thoughtSignature": index == 0 ? signature : nil]))
    }
    let usage: JSON = ["promptTokenCount": 10, "candidatesTokenCount": 5]
    func chunk(_ parts: [JSON], _ finish: JSON?) -> JSON {
      [
        "candidates": [
          .record([
            "content": ["role": "model", "parts": .array(parts)], "finishReason": finish,
          ])
        ], "usageMetadata": usage, "modelVersion": .string(speaker.model),
        "responseId": .string("r\(number)"),
      ]
    }
    return parts.map { chunk([$0], nil) } + [chunk([], isCut ? "MAX_TOKENS" : "STOP")]
  }
}
