import TestSupport
import Wire

/// A stand-in's side of one model family: what it reads out of a request, and how it streams a reply.
struct FamilyScript: Sendable {
  let shape: String
  /// What the model is called where the family depends on it.
  var model = "stand-in"
  /// What stands before the paths of the family.
  var base = ""
  /// The names of the offered tools.
  let offered: @Sendable (JSON) -> [String]
  /// The results of tools that end the request, as texts.
  let results: @Sendable (JSON) -> [String]
  /// The choice as the family writes it.
  let choice: @Sendable (JSON) -> JSON?
  let call: @Sendable ([ScriptedCall]) throws -> [(event: String?, data: JSON)]
  let say: @Sendable (String) -> [(event: String?, data: JSON)]

  static let all: [FamilyScript] = [
    chat, anthropic, responses, gemini("gemini"),
    gemini("vertex", base: "/v1/projects/p/locations/l"),
    vertexAnthropic,
  ]

  /// Calls every offered tool once, in one reply, and then says what came back.
  func standIn() throws -> StandIn {
    try StandIn { body, connection in
      let results = self.results(body)
      let frames =
        results.isEmpty
        ? try self.call(
          self.offered(body).enumerated().map {
            ScriptedCall("c\($0.offset)", $0.element, #"{"x":\#($0.offset)}"#)
          }) : self.say(results.joined(separator: "|"))
      try connection.startChunked(status: 200, headers: [("content-type", "text/event-stream")])
      for (event, data) in frames {
        let head = event.map { "event: \($0)\n" } ?? ""
        try connection.chunk(Array("\(head)data: \(data.text)\n\n".utf8))
      }
      if shape == "openai-chat" { try connection.chunk(Array("data: [DONE]\n\n".utf8)) }
      try connection.end()
    }
  }

  private static let chat = FamilyScript(
    shape: "openai-chat",
    offered: { ($0["tools"]?.array ?? []).compactMap { $0["function"]?["name"]?.string } },
    results: { StandIn.results($0).map(\.content) }, choice: { $0["tool_choice"] },
    call: { calls in
      let deltas = calls.enumerated().map { index, call -> JSON in
        [
          "index": .integer(index), "id": .string(call.id), "type": "function",
          "function": ["name": .string(call.name), "arguments": .string(call.arguments)],
        ]
      }
      return [
        (nil, chunk(["role": "assistant", "tool_calls": .array(deltas)], nil)),
        (nil, chunk([:], "tool_calls")),
      ]
    }, say: { [(nil, chunk(["content": .string($0)], nil)), (nil, chunk([:], "stop"))] })

  private static func chunk(_ delta: JSON, _ reason: String?) -> JSON {
    [
      "id": "x", "object": "chat.completion.chunk", "created": 1, "model": "stand-in",
      "choices": [
        ["index": 0, "delta": delta, "finish_reason": reason.map(JSON.string) ?? .null]
      ],
      "usage": ["prompt_tokens": 3, "completion_tokens": 2, "total_tokens": 5],
    ]
  }

  private static let anthropic = anthropicLike("anthropic")
  private static let vertexAnthropic = anthropicLike(
    "vertex", model: "claude-stand-in", base: "/v1/projects/p/locations/l")

  private static func anthropicLike(
    _ shape: String, model: String = "stand-in", base: String = ""
  ) -> FamilyScript {
    FamilyScript(
      shape: shape, model: model, base: base,
      offered: { ($0["tools"]?.array ?? []).compactMap { $0["name"]?.string } },
      results: { body in
        (body["messages"]?.array?.last?["content"]?.array ?? []).filter {
          $0["type"] == "tool_result"
        }.map { $0["content"]?.string ?? $0["content"]?[0]?["text"]?.string ?? "" }
      }, choice: { $0["tool_choice"] },
      call: { calls in
        message(
          calls.map { call in
            (
              [
                "type": "tool_use", "id": .string(call.id), "name": .string(call.name),
                "input": [:],
              ],
              ["type": "input_json_delta", "partial_json": .string(call.arguments)]
            )
          }, "tool_use")
      },
      say: { text in
        message(
          [(["type": "text", "text": ""], ["type": "text_delta", "text": .string(text)])],
          "end_turn")
      })
  }

  private static func message(_ blocks: [(JSON, JSON)], _ reason: String) -> [(
    event: String?, data: JSON
  )] {
    var data: [JSON] = [
      [
        "type": "message_start",
        "message": [
          "id": "msg_1", "type": "message", "role": "assistant", "model": "stand-in",
          "content": [], "stop_reason": nil, "stop_sequence": nil,
          "usage": ["input_tokens": 3, "output_tokens": 1],
        ],
      ]
    ]
    for (index, (start, delta)) in blocks.enumerated() {
      data.append(
        ["type": "content_block_start", "index": .integer(index), "content_block": start])
      data.append(["type": "content_block_delta", "index": .integer(index), "delta": delta])
      data.append(["type": "content_block_stop", "index": .integer(index)])
    }
    data.append([
      "type": "message_delta", "delta": ["stop_reason": .string(reason), "stop_sequence": nil],
      "usage": ["output_tokens": 2],
    ])
    data.append(["type": "message_stop"])
    return data.map { ($0["type"]?.string, $0) }
  }

  private static let responses = FamilyScript(
    shape: "openai-responses",
    offered: { ($0["tools"]?.array ?? []).compactMap { $0["name"]?.string } },
    results: { body in
      (body["input"]?.array ?? []).reversed().prefix { $0["type"] == "function_call_output" }
        .reversed().map { $0["output"]?.string ?? $0["output"]?[0]?["text"]?.string ?? "" }
    }, choice: { $0["tool_choice"] },
    call: { calls in
      response(
        calls.map { call in
          (
            [
              "type": "function_call", "id": .string("fc_\(call.id)"), "call_id": .string(call.id),
              "name": .string(call.name), "arguments": .string(call.arguments),
              "status": "completed",
            ], "function_call_arguments", call.arguments
          )
        })
    },
    say: { text in
      response([
        (
          [
            "type": "message", "id": "msg_1", "role": "assistant", "status": "completed",
            "content": [["type": "output_text", "text": .string(text), "annotations": []]],
          ], "output_text", text
        )
      ])
    })

  private static func response(_ items: [(JSON, String, String)]) -> [(event: String?, data: JSON)]
  {
    func whole(_ status: JSON, _ output: [JSON]) -> JSON {
      [
        "id": "resp_1", "object": "response", "status": status, "model": "stand-in",
        "output": .array(output),
        "usage": ["input_tokens": 3, "output_tokens": 2, "total_tokens": 5],
      ]
    }
    var data: [JSON] = [["type": "response.created", "response": whole("in_progress", [])]]
    for (index, (item, kind, text)) in items.enumerated() {
      var open = item.object ?? [:]
      open["status"] = "in_progress"
      if item["type"] == "message" { open["content"] = [] } else { open["arguments"] = "" }
      let place: JSON.Object = ["item_id": item["id"] ?? .null, "output_index": .integer(index)]
      data.append([
        "type": "response.output_item.added", "output_index": .integer(index),
        "item": .object(open),
      ])
      var delta: JSON.Object = ["type": .string("response.\(kind).delta"), "delta": .string(text)]
      delta.merge(place)
      if item["type"] == "message" {
        var part: JSON.Object = [
          "type": "response.content_part.added", "content_index": 0,
          "part": ["type": "output_text", "text": "", "annotations": []],
        ]
        part.merge(place)
        data.append(.object(part))
        delta["content_index"] = 0
      }
      data.append(.object(delta))
      data.append([
        "type": "response.output_item.done", "output_index": .integer(index), "item": item,
      ])
    }
    data.append(["type": "response.completed", "response": whole("completed", items.map(\.0))])
    return data.enumerated().map { index, json in
      var object = json.object ?? [:]
      object["sequence_number"] = .integer(index)
      return (json["type"]?.string, .object(object))
    }
  }

  private static func gemini(_ shape: String, base: String = "") -> FamilyScript {
    FamilyScript(
      shape: shape, base: base,
      offered: { body in
        (body["tools"]?[0]?["functionDeclarations"]?.array ?? []).compactMap { $0["name"]?.string }
      },
      results: { body in
        (body["contents"]?.array?.last?["parts"]?.array ?? []).compactMap {
          $0["functionResponse"]?["response"]
        }.map { $0["result"]?.string ?? $0["output"]?.string ?? $0.text }
      }, choice: { $0["toolConfig"]?["functionCallingConfig"] },
      call: { calls in
        try calls.map { call in
          let args = try JSON(parsing: call.arguments)
          return (
            nil,
            candidate(
              ["functionCall": ["name": .string(call.name), "args": args]],
              isLast: call.id == calls.last?.id)
          )
        }
      }, say: { [(nil, candidate(["text": .string($0)], isLast: true))] })
  }

  private static func candidate(_ part: JSON, isLast: Bool) -> JSON {
    [
      "candidates": [
        .record([
          "content": ["role": "model", "parts": [part]], "index": 0,
          "finishReason": isLast ? JSON.string("STOP") : Optional<JSON>.none,
        ])
      ],
      "usageMetadata": [
        "promptTokenCount": 3, "candidatesTokenCount": 2, "totalTokenCount": 5,
      ], "modelVersion": "stand-in", "responseId": "r1",
    ]
  }
}
