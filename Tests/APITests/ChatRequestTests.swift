import Domain
import Engine
import Testing
import Wire

@testable import API

@Suite struct ChatRequestTests {
  private static let least: JSON.Object = [
    "model": "up/m", "messages": [["role": "user", "content": "Hi"]],
  ]

  private static func read(_ more: JSON.Object) throws -> ChatRequest {
    var object = least
    object.merge(more)
    return try ChatRequest(object)
  }

  @Test func `the least request is a call with an open limit`() throws {
    let asked = try ChatRequest(Self.least)
    #expect(asked.request.hasOpenLimit)
    #expect(!asked.stream)
    #expect(asked.request.call.model == "up/m")
    #expect(asked.request.call.messages == [.init(role: .user, blocks: [.text("Hi")])])
    #expect(asked.request.call.toolChoice == nil)
  }

  @Test func `every member that has a counterpart arrives in the call`() throws {
    let asked = try Self.read([
      "max_completion_tokens": 77, "max_tokens": 5, "temperature": 0.5, "top_p": 0.9, "top_k": 3,
      "stop": "END", "stream": true, "stream_options": ["include_usage": true],
      "reasoning_effort": "low", "response_format": ["type": "json_object"],
      "tools": [
        [
          "type": "function",
          "function": [
            "name": "add", "description": "Adds.", "strict": true,
            "parameters": ["type": "object", "properties": ["a": ["type": "integer"]]],
          ],
        ]
      ], "tool_choice": "required", "parallel_tool_calls": false,
    ])
    let call = asked.request.call
    #expect(!asked.request.hasOpenLimit)
    #expect(asked.includesUsage)
    #expect(call.maxTokens == 77)
    #expect(call.temperature == 0.5)
    #expect(call.topP == 0.9)
    #expect(call.topK == 3)
    #expect(call.stopSequences == ["END"])
    #expect(call.stream)
    #expect(call.responseFormat == ["type": "json_object"])
    // Under 1,024 tokens nobody thinks.
    #expect(call.thinking == nil)
    #expect(call.tools.map(\.name) == ["add"])
    #expect(call.tools[0].inputSchema["properties"]?["a"] != nil)
    #expect(call.toolChoice == ["type": "any", "disable_parallel_tool_use": true])
  }

  @Test(
    arguments: [
      ("none", ["type": "disabled"]), ("minimal", ["type": "disabled"]),
      ("low", ["type": "enabled", "budget_tokens": 2_048]),
      ("medium", ["type": "enabled", "budget_tokens": 8_192]),
      ("high", ["type": "enabled", "budget_tokens": 24_576]),
    ] as [(String, JSON)])
  func `an effort is a budget of thinking`(effort: String, thinking: JSON) throws {
    #expect(try Self.read(["reasoning_effort": .string(effort)]).request.call.thinking == thinking)
  }

  @Test(
    arguments: [
      (["reasoning_effort": "xhigh"], "xhigh", ["type": "enabled", "budget_tokens": 24_576]),
      (["reasoning": ["effort": "low"]], "low", ["type": "enabled", "budget_tokens": 2_048]),
      (
        ["reasoning": ["max_tokens": 3_000, "exclude": true]], nil,
        ["type": "enabled", "budget_tokens": 3_000]
      ), (["reasoning": ["enabled": false]], "none", ["type": "disabled"]),
      (
        ["reasoning": ["enabled": true]], "medium",
        ["type": "enabled", "budget_tokens": 8_192]
      ), (["thinking": ["type": "disabled"]], nil, ["type": "disabled"]),
      (["thinking": ["type": "enabled"]], nil, ["type": "enabled", "budget_tokens": 8_192]),
      (["reasoning_effort": "high", "max_tokens": 500], "high", JSON?.none),
    ] as [(JSON.Object, String?, JSON?)])
  func `thinking is asked for in the words of any host`(
    more: JSON.Object, effort: String?, thinking: JSON?
  ) throws {
    let call = try Self.read(more).request.call
    #expect(call.effort == effort)
    #expect(call.thinking == thinking)
  }

  @Test func `what clients of other hosts say beside OpenAI's words is understood`() throws {
    let mark: JSON = ["type": "ephemeral"]
    let asked = try Self.read([
      "random_seed": 7, "usage": ["include": true], "tool_choice": "any",
      "response_format": [
        "type": "json_schema", "json_schema": ["schema": ["type": "object"]],
      ], "tools": [["type": "function", "function": ["name": "f"]]],
      "messages": [
        ["role": "system", "content": "Long.", "cache_control": mark],
        [
          "role": "user",
          "content": [
            ["type": "text", "text": "Look", "cache_control": mark],
            ["type": "image_url", "image_url": "https://a.example/b.png"],
          ],
        ], ["role": "assistant", "content": "a", "reasoning": "hm"],
        ["role": "user", "content": "b"],
        ["role": "assistant", "content": "c", "reasoning_details": [["type": "reasoning.text"]]],
        ["role": "user", "content": "d"],
        [
          "role": "assistant",
          "content": [
            ["type": "thinking", "thinking": [["type": "text", "text": "hm"]]],
            ["type": "text", "text": "e"],
          ],
        ], ["role": "user", "content": "f"],
      ],
    ])
    let call = asked.request.call
    #expect(call.toolChoice == ["type": "any"])
    #expect(call.responseFormat?["json_schema"]?["name"] == "reply")
    #expect(call.system.first?["cache_control"] == mark)
    #expect(call.messages[0].blocks[0]["cache_control"] == mark)
    #expect(call.messages[0].blocks[1]["source"]?["url"] == "https://a.example/b.png")
    let own = [1, 3, 5].map { call.messages[$0].blocks[0].opaque("openai-chat") }
    #expect(own[0] == ["model": "up/m", "field": "reasoning"])
    #expect(own[1] == ["model": "up/m", "details": [["type": "reasoning.text"]]])
    #expect(own[2] == ["model": "up/m", "field": "content"])
  }

  @Test func `a conversation with tools becomes blocks`() throws {
    let asked = try Self.read([
      "messages": [
        ["role": "developer", "content": "Be brief."],
        [
          "role": "user",
          "content": [
            ["type": "text", "text": "What is this?"],
            ["type": "image_url", "image_url": ["url": "data:image/png;base64,QUJD"]],
            [
              "type": "image_url",
              "image_url": ["url": "https://a.example/b.png", "detail": "low"],
            ],
          ],
        ],
        [
          "role": "assistant", "content": nil, "reasoning_content": "Hm.",
          "tool_calls": [
            [
              "id": "c1", "type": "function",
              "function": ["name": "look", "arguments": "{\"n\":1}"],
            ],
            ["id": "c2", "type": "function", "function": ["name": "rest", "arguments": ""]],
          ],
        ],
        ["role": "tool", "tool_call_id": "c1", "content": "one"],
        ["role": "tool", "tool_call_id": "c2", "content": [["type": "text", "text": "two"]]],
        ["role": "system", "content": [["type": "text", "text": "And kind."]]],
        ["role": "user", "name": "ann", "content": "So?"],
      ]
    ])
    let call = asked.request.call
    #expect(call.system == [.text("Be brief."), .text("And kind.")])
    #expect(call.messages.map(\.role) == [.user, .assistant, .user, .user])
    #expect(
      call.messages[0].blocks[1].json == [
        "type": "image",
        "source": ["type": "base64", "media_type": "image/png", "data": "QUJD"],
      ])
    #expect(call.messages[0].blocks[2]["source"]?["url"] == "https://a.example/b.png")
    #expect(call.messages[1].blocks.map(\.type) == ["thinking", "tool_use", "tool_use"])
    #expect(call.messages[1].blocks[1]["input"] == ["n": 1])
    #expect(call.messages[1].blocks[2]["input"] == [:])
    #expect(call.messages[2].blocks.map { $0["tool_use_id"] } == ["c1", "c2"])
  }

  @Test(
    arguments: [
      ("user", "u"), ("seed", 7), ("store", true), ("metadata", ["a": "b"]),
      ("service_tier", "auto"), ("logprobs", false), ("logprobs", nil), ("n", 1),
      ("frequency_penalty", 0), ("presence_penalty", 0.0), ("logit_bias", [:]),
      ("modalities", ["text"]), ("anything", nil), ("prompt_cache_key", "x"),
    ] as [(String, JSON)])
  func `what changes nothing is taken`(name: String, value: JSON) throws {
    #expect(try Self.read([name: value]).request == ChatRequest(Self.least).request)
  }

  @Test(
    arguments: [
      (["n": 2], "n"), (["logprobs": true], "logprobs"), (["top_logprobs": 2], "top_logprobs"),
      (["frequency_penalty": 1], "frequency_penalty"), (["logit_bias": ["1": 5]], "logit_bias"),
      (["functions": []], "functions"), (["audio": [:]], "audio"),
      (["web_search_options": [:]], "web_search_options"),
      (["modalities": ["audio"]], "modalities"),
      (["max_tokens": 0], "max_tokens"), (["temperature": 3], "temperature"),
      (["tool_choice": "maybe"], "tool_choice"), (["stop": [1]], "stop"),
      (["reasoning_effort": "huge"], "reasoning_effort"), (["messages": []], "messages"),
      (["model": nil], "model"), (["stream": "yes"], "stream"),
      (["response_format": ["type": "xml"]], "response_format.type"),
      (["tools": [["type": "custom"]]], "tools[0].type"),
      (["tools": [["type": "function", "function": [:]]]], "tools[0].function.name"),
      (["messages": [["role": "function", "content": "x"]]], "messages[0].role"),
      (["messages": [["role": "system", "content": "x"]]], "messages"),
      (
        ["messages": [["role": "user", "content": [["type": "input_audio"]]]]],
        "messages[0].content[0].type"
      ),
      (
        [
          "messages": [
            ["role": "user", "content": [["type": "image_url", "image_url": ["url": "ftp://x"]]]]
          ]
        ], "messages[0].content[0].image_url.url"
      ),
      (
        [
          "messages": [
            [
              "role": "assistant",
              "tool_calls": [["id": "a", "function": ["name": "f", "arguments": "[1]"]]],
            ]
          ]
        ], "messages[0].tool_calls[0].function.arguments"
      ),
      (["messages": [["role": "user", "content": "x", "weird": 1]]], "messages[0].weird"),
    ] as [(JSON.Object, String)])
  func `what cannot be honoured is refused by name`(more: JSON.Object, field: String) {
    let error = #expect(throws: InvalidParams.self) { try Self.read(more) }
    #expect(error?.field == field)
  }

  @Test(
    arguments: [
      ("text", 1), (["a", "b"], 2), ([1, 2, 3], 1), ([[1, 2], [3]], 2), ("", nil), ([], nil),
      (["a", ""], nil), (["a", 1], nil), ([[]], nil), (5, nil),
    ] as [(JSON, Int?)])
  func `an embedding's input says how many texts it holds`(input: JSON, count: Int?) {
    let object: JSON.Object = ["model": "m", "input": input]
    guard let count else {
      #expect(throws: InvalidParams.self) { try EmbeddingRequest.read(object) }
      return
    }
    #expect((try? EmbeddingRequest.read(object))?.count == count)
  }
}
