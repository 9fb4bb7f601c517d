import Domain
import Testing
import Wire

@testable import Upstream

@Suite struct ResponsesEncoderTests {
  static func body(_ change: (inout ModelCall) -> Void) throws -> JSON {
    var call = ModelCall.asking(model: "gpt-5")
    change(&call)
    return try Dialect.openAIResponses.encode(call, .of(.openAIResponses)).body
  }

  @Test func `nothing is stored at the provider and reasoning comes back encrypted`() throws {
    let body = try Self.body { $0.system = [.text("be"), .text("brief")] }
    #expect(body["store"] == false)
    #expect(body["include"] == ["reasoning.encrypted_content"])
    #expect(body["instructions"] == "be\n\nbrief")
    #expect(body["max_output_tokens"] == 100)
    #expect(body["stream"] == true)
    for absent in ["tools", "tool_choice", "reasoning", "text", "temperature", "top_p"] {
      #expect(body[absent] == nil, "\(absent)")
    }
  }

  @Test(arguments: [
    ("gpt-4o", false), ("gpt-4.1-mini", false), ("openai/gpt-4o-mini", false),
    ("gpt-3.5-turbo", false), ("chatgpt-4o-latest", false), ("gpt-5.4", true), ("o3", true),
    ("grok-4.3", true), ("gpt-oss-120b", true),
  ])
  func `a model that does not reason is not asked about reasoning`(
    _ model: String, _ reasons: Bool
  ) throws {
    var call = ModelCall.asking(model: model)
    call.thinking = ["type": "enabled", "budget_tokens": 5_000]
    let body = try Dialect.openAIResponses.encode(call, .of(.openAIResponses)).body
    #expect((body["include"] != nil) == reasons)
    #expect((body["reasoning"] != nil) == reasons)
    #expect(body["store"] == false)
  }

  @Test(
    arguments: [
      (["type": "enabled", "budget_tokens": 1024], ["effort": "low", "summary": "auto"]),
      (["type": "enabled", "budget_tokens": 4096], ["effort": "medium", "summary": "auto"]),
      (["type": "enabled", "budget_tokens": 16384], ["effort": "high", "summary": "auto"]),
      (["type": "adaptive"], ["summary": "auto"]), (["type": "disabled"], nil), (nil, nil),
    ] as [(JSON?, JSON?)])
  func `thinking becomes an effort`(_ thinking: JSON?, _ reasoning: JSON?) throws {
    #expect(try Self.body { $0.thinking = thinking }["reasoning"] == reasoning)
  }

  @Test(
    arguments: [
      (["type": "auto"], "auto"), (["type": "any"], "required"), (["type": "none"], "none"),
      (["type": "tool", "name": "t"], ["type": "function", "name": "t"]),
    ] as [(JSON, JSON)])
  func `the choice of a tool keeps its meaning`(_ choice: JSON, _ expected: JSON) throws {
    let body = try Self.body {
      $0.tools = [.init(name: "t", description: "d", inputSchema: ["type": "object"])]
      $0.toolChoice = choice
    }
    #expect(body["tool_choice"] == expected)
    #expect(body["tools"]?[0]?["strict"] == false)
    #expect(body["parallel_tool_calls"] == nil)
  }

  @Test func `one call at a time is asked for where the caller wants it`() throws {
    let body = try Self.body {
      $0.tools = [.init(name: "t", description: "d", inputSchema: ["type": "object"])]
      $0.toolChoice = ["type": "auto", "disable_parallel_tool_use": true]
    }
    #expect(body["parallel_tool_calls"] == false)
  }

  @Test func `images and files stand in a message and in a result alike`() throws {
    let image = Block([
      "type": "image", "source": ["type": "base64", "media_type": "image/png", "data": "QQ=="],
    ])
    let pdf = Block([
      "type": "document", "title": "a.pdf",
      "source": ["type": "base64", "media_type": "application/pdf", "data": "QQ=="],
    ])
    let far = Block(["type": "image", "source": ["type": "url", "url": "https://a.example/x.png"]])
    let body = try Self.body {
      $0.messages = [
        .init(role: .user, blocks: [.text("see"), image, pdf, far]),
        .init(role: .assistant, blocks: [.toolUse(id: "c", name: "t", input: ["a": 1])]),
        .init(
          role: .user,
          blocks: [
            .toolResult(
              id: "c", content: .array([Block.text("here").json, image.json]), isError: false),
            .text("and now?"),
          ]),
      ]
    }
    let picture: JSON = ["type": "input_image", "image_url": "data:image/png;base64,QQ=="]
    let file: JSON = [
      "type": "input_file", "filename": "a.pdf", "file_data": "data:application/pdf;base64,QQ==",
    ]
    #expect(
      body["input"] == [
        [
          "type": "message", "role": "user",
          "content": [
            ["type": "input_text", "text": "see"], picture, file,
            ["type": "input_image", "image_url": "https://a.example/x.png"],
          ],
        ],
        ["type": "function_call", "call_id": "c", "name": "t", "arguments": "{\"a\":1}"],
        [
          "type": "function_call_output", "call_id": "c",
          "output": [["type": "input_text", "text": "here"], picture],
        ],
        [
          "type": "message", "role": "user",
          "content": [["type": "input_text", "text": "and now?"]],
        ],
      ])
  }

  @Test func `a failed result says so, and a long foreign id is shortened on both sides`() throws {
    let id = String(repeating: "x", count: 100)
    let body = try Self.body {
      $0.messages += [
        .init(role: .assistant, blocks: [.toolUse(id: id, name: "t", input: [:])]),
        .init(role: .user, blocks: [.toolResult(id: id, content: "no", isError: true)]),
      ]
    }
    let short = try #require(body["input"]?[1]?["call_id"]?.string)
    #expect(short.utf8.count <= 64)
    #expect(
      body["input"]?[2] == [
        "type": "function_call_output", "call_id": .string(short), "output": "Error:\nno",
      ])
  }

  @Test(
    arguments: [
      (
        Block(["type": "image", "source": ["type": "file", "file_id": "f"]]),
        "messages[0].content[0].source.type"
      ),
      (Block(["type": "image"]), "messages[0].content[0].source"),
      (Block(["type": "container_upload"]), "messages[0].content[0].type"),
    ])
  func `what cannot be said is refused by name`(_ block: Block, _ field: String) throws {
    let complaint = #expect(throws: InvalidParams.self) {
      try Self.body { $0.messages = [.init(role: .user, blocks: [block])] }
    }
    #expect(complaint?.field == field)
  }

  @Test func `stop sequences, which the API does not have, are refused by name`() throws {
    let complaint = #expect(throws: InvalidParams.self) {
      try Self.body { $0.stopSequences = ["END"] }
    }
    #expect(complaint?.field == "stop_sequences")
  }

  @Test func `what other families, other models and cut replies left behind is not sent`() throws {
    func block(_ family: String, _ own: JSON) -> Block {
      var block = Block(["type": "thinking", "thinking": "hm", "signature": "sig"])
      block.setOpaque(family, own)
      return block
    }
    var cited = Block.text("cited")
    cited.setOpaque("gemini", ["thought_signature": "secret"])
    cited["citations"] = [["type": "web_search_result_location"]]
    let mine: JSON = ["model": "gpt-5", "id": "r", "encrypted_content": "E"]
    let body = try Self.body {
      $0.messages.append(
        .init(
          role: .assistant,
          blocks: [
            block("gemini", ["model": "gpt-5", "thought_signature": "secret"]),
            block("openai-responses", ["model": "o3", "id": "r", "encrypted_content": "secret"]),
            Block(["type": "thinking", "thinking": "hm", "signature": "secret"]),
            Block(["type": "redacted_thinking", "data": "secret"]),
            Block(["type": "server_tool_use", "id": "secret", "name": "web_search", "input": [:]]),
            cited, block("openai-responses", mine),
          ]))
    }
    #expect(!body.text.contains("secret"))
    #expect(
      body["input"]?.array?.dropFirst() == [
        [
          "type": "message", "role": "assistant",
          "content": [["type": "output_text", "text": "cited"]],
        ]
      ])
  }

  @Test(
    arguments: [
      (["type": "text"], nil), (["type": "json_object"], ["type": "json_object"]),
      (
        [
          "type": "json_schema",
          "json_schema": ["name": "n", "strict": true, "schema": ["type": "object"]],
        ],
        ["type": "json_schema", "name": "n", "strict": true, "schema": ["type": "object"]]
      ),
    ] as [(JSON, JSON?)])
  func `a response format is flattened`(_ format: JSON, _ expected: JSON?) throws {
    #expect(try Self.body { $0.responseFormat = format }["text"]?["format"] == expected)
  }
}
