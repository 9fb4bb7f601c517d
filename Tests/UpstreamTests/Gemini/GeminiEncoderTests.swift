import Domain
import Testing
import Wire

@testable import Upstream

@Suite struct GeminiEncoderTests {
  static func encoded(
    _ model: String = "gemini-2.5-flash", _ change: (inout ModelCall) -> Void = { _ in }
  ) throws -> EncodedCall {
    var call = ModelCall.asking(model: model)
    change(&call)
    return try Dialect.gemini.encode(call, .of(.gemini))
  }
  static let tool = ModelCall.Tool(
    name: "files/read", description: "Reads",
    inputSchema: [
      "$schema": "https://json-schema.org/draft/2020-12/schema", "type": "object",
      "properties": ["path": ["type": ["string", "null"]]], "additionalProperties": false,
    ])

  @Test(
    arguments: [
      ("gemini-2.5-flash", true, "/v1beta/models/gemini-2.5-flash:streamGenerateContent?alt=sse"),
      ("models/gemini-2.5-flash", false, "/v1beta/models/gemini-2.5-flash:generateContent"),
      ("tunedModels/mine", false, "/v1beta/tunedModels/mine:generateContent"),
    ])
  func `the model stands in the path`(_ model: String, _ stream: Bool, _ path: String) throws {
    #expect(try Self.encoded(model) { $0.stream = stream }.path == path)
  }

  @Test(arguments: ["", "a b", "a/b/c", "../x", "a?b", "x/"])
  func `a model that cannot stand in a path is refused by name`(_ model: String) throws {
    let complaint = #expect(throws: InvalidParams.self) { try Self.encoded(model) }
    #expect(complaint?.field == "model")
  }

  @Test(
    arguments: [
      (
        "gemini-2.5-pro", true, "",
        "/publishers/google/models/gemini-2.5-pro:streamGenerateContent?alt=sse"
      ),
      (
        "claude-opus-4@1", true, "", "/publishers/anthropic/models/claude-opus-4@1:streamRawPredict"
      ),
      ("claude-opus-4@1", false, "", "/publishers/anthropic/models/claude-opus-4@1:rawPredict"),
      (
        "gemini-2.5-pro", false, "express",
        "/v1/publishers/google/models/gemini-2.5-pro:generateContent"
      ),
    ])
  func `at Vertex the project stands in the base url, the publisher in the path`(
    _ model: String, _ stream: Bool, _ kind: String, _ path: String
  ) throws {
    let base =
      kind == "express"
      ? "https://aiplatform.googleapis.com"
      : "https://europe-west1-aiplatform.googleapis.com/v1/projects/p/locations/europe-west1"
    let call = ModelCall.asking(model: model, stream: stream)
    let encoded = try Dialect.vertex.encode(call, .of(.vertex, baseURL: base))
    #expect(encoded.path == path)
  }

  @Test func `parameters, system and schema keep their meaning`() throws {
    let body = try Self.encoded {
      $0.system = [.text("be"), .text("brief")]
      $0.tools = [Self.tool]
      $0.toolChoice = ["type": "tool", "name": "files/read"]
      $0.temperature = 0.5
      $0.topP = 0.9
      $0.topK = 40
      $0.stopSequences = ["END"]
    }.body
    let name = try #require(body["tools"]?[0]?["functionDeclarations"]?[0]?["name"])
    #expect(
      body == [
        "systemInstruction": ["parts": [["text": "be"], ["text": "brief"]]],
        "tools": [
          [
            "functionDeclarations": [
              [
                "name": name, "description": "Reads",
                "parametersJsonSchema": [
                  "type": "object", "properties": ["path": ["type": ["string", "null"]]],
                  "additionalProperties": false,
                ],
              ]
            ]
          ]
        ],
        "toolConfig": [
          "functionCallingConfig": ["mode": "ANY", "allowedFunctionNames": [name]]
        ],
        "contents": [["role": "user", "parts": [["text": "hello"]]]],
        "generationConfig": [
          "maxOutputTokens": 100, "temperature": 0.5, "topP": 0.9, "topK": 40,
          "stopSequences": ["END"],
        ],
      ])
    #expect(name.string?.utf8.contains(UInt8(ascii: "/")) == false)
  }

  @Test(
    arguments: [
      (
        "gemini-2.5-pro", ["type": "enabled", "budget_tokens": 2048],
        ["includeThoughts": true, "thinkingBudget": 2048]
      ),
      (
        "gemini-3-pro-preview", ["type": "enabled", "budget_tokens": 2048],
        ["includeThoughts": true, "thinkingLevel": "low"]
      ),
      (
        "gemini-3.5-flash", ["type": "enabled", "budget_tokens": 8192],
        ["includeThoughts": true, "thinkingLevel": "high"]
      ),
      ("gemini-2.5-pro", ["type": "adaptive"], ["includeThoughts": true]),
      (
        "gemini-2.5-flash", ["type": "enabled", "budget_tokens": 40_000],
        ["includeThoughts": true, "thinkingBudget": 24_576]
      ), ("gemini-2.0-flash", ["type": "enabled", "budget_tokens": 2048], nil),
      ("gemma-3-27b-it", ["type": "adaptive"], nil),
      ("gemini-2.5-flash-lite", ["type": "disabled"], ["thinkingBudget": 0]),
      ("gemini-2.5-pro", ["type": "disabled"], nil),
      ("gemini-2.5-pro", nil, nil),
    ] as [(String, JSON?, JSON?)])
  func `thinking becomes a budget or a level`(
    _ model: String, _ thinking: JSON?, _ expected: JSON?
  ) throws {
    let body = try Self.encoded(model) { $0.thinking = thinking }.body
    #expect(body["generationConfig"]?["thinkingConfig"] == expected)
  }

  @Test func `a schema for the reply goes as JSON Schema`() throws {
    let body = try Self.encoded {
      $0.responseFormat = [
        "type": "json_schema", "json_schema": ["name": "n", "schema": ["type": "object"]],
      ]
    }.body
    #expect(body["generationConfig"]?["responseMimeType"] == "application/json")
    #expect(body["generationConfig"]?["responseJsonSchema"] == ["type": "object"])
  }

  static func exchange(_ result: Block) -> [ModelCall.Message] {
    [
      .init(role: .user, blocks: [.text("hello")]),
      .init(
        role: .assistant,
        blocks: [
          .text("I look"), .toolUse(id: "c1", name: "f", input: ["x": 1]),
          .toolUse(id: "c2", name: "g", input: [:]),
        ]),
      .init(role: .user, blocks: [.text("also this"), result]),
      .init(role: .user, blocks: [.toolResult(id: "c1", content: "one", isError: false)]),
    ]
  }

  @Test func `results answer by name, stand first and together, and bring their images`() throws {
    let image: JSON = [
      "type": "image", "source": ["type": "base64", "media_type": "image/png", "data": "QQ=="],
    ]
    let result = Block.toolResult(
      id: "c2", content: [["type": "text", "text": "broken"], image], isError: true)
    let body = try Self.encoded { $0.messages = Self.exchange(result) }.body
    #expect(
      body["contents"]?[2] == [
        "role": "user",
        "parts": [
          ["functionResponse": ["name": "g", "response": ["error": "broken"]]],
          ["functionResponse": ["name": "f", "response": ["result": "one"]]],
          ["text": "also this"], ["inlineData": ["mimeType": "image/png", "data": "QQ=="]],
        ],
      ])
  }

  @Test func `a result without its call is refused by name`() throws {
    let complaint = #expect(throws: InvalidParams.self) {
      try Self.encoded {
        $0.messages = Self.exchange(.toolResult(id: "c9", content: "x", isError: false))
      }
    }
    #expect(complaint?.field == "messages[2].content[1].tool_use_id")
  }

  @Test(
    arguments: [
      ("gemini-3-pro-preview", true), ("gemini-3.5-flash", true), ("gemini-flash-latest", true),
      ("gemini-2.5-flash", false), ("gemini-2.0-flash", false),
    ])
  func `a foreign call gets the documented stand-in where a signature is demanded`(
    _ model: String, _ isSigned: Bool
  ) throws {
    var foreign = Block.toolUse(id: "c1", name: "f", input: [:])
    foreign.setOpaque("openai-responses", ["model": .string(model), "thought_signature": "x"])
    let body = try Self.encoded(model) {
      $0.messages.append(
        .init(
          role: .assistant, blocks: [foreign, .toolUse(id: "c2", name: "g", input: [:])]))
    }.body
    let parts = body["contents"]?[1]?["parts"]
    let standIn: JSON? = isSigned ? "skip_thought_signature_validator" : JSON?.none
    #expect(parts?[0]?["thoughtSignature"] == standIn)
    #expect(parts?[1]?["thoughtSignature"] == nil)
  }

  @Test func `what other families left behind is not sent`() throws {
    func mark(_ block: Block) -> Block {
      var block = block
      block.setOpaque("openai-responses", ["model": "gemini-2.5-flash", "item": "secret"])
      return block
    }
    let body = try Self.encoded {
      $0.messages.append(
        .init(
          role: .assistant,
          blocks: [
            mark(Block(["type": "redacted_thinking", "data": "secret"])),
            mark(Block(["type": "thinking", "thinking": "secret", "signature": "secret"])),
            mark(Block(["type": "server_tool_use", "id": "secret", "name": "s", "input": [:]])),
            mark(.text("said")),
          ]))
    }.body
    #expect(!body.text.contains("secret"))
    #expect(body["contents"]?[1] == ["role": "model", "parts": [["text": "said"]]])
  }

  @Test func `files by address keep their kind`() throws {
    let body = try Self.encoded {
      $0.messages = [
        .init(
          role: .user,
          blocks: [
            Block([
              "type": "document", "source": ["type": "url", "url": "https://a.example/b.PDF?x=1"],
            ]),
            Block(["type": "image", "source": ["type": "url", "url": "gs://bucket/object"]]),
            Block(["type": "document", "source": ["type": "text", "data": "plain"]]),
          ])
      ]
    }.body
    #expect(
      body["contents"]?[0]?["parts"] == [
        ["fileData": ["mimeType": "application/pdf", "fileUri": "https://a.example/b.PDF?x=1"]],
        ["fileData": ["fileUri": "gs://bucket/object"]], ["text": "plain"],
      ])
  }

  @Test func `models that write text are listed, page by page`() {
    let listing = Dialect.gemini.models
    let page: JSON = [
      "models": [
        ["name": "models/gemini-2.5-flash", "supportedGenerationMethods": ["generateContent"]],
        ["name": "models/embedding-001", "supportedGenerationMethods": ["embedContent"]],
        ["name": "tunedModels/mine"],
      ],
      "nextPageToken": "a/b=",
    ]
    #expect(listing.names(page) == ["gemini-2.5-flash", "tunedModels/mine"])
    #expect(listing.next(page) == "/v1beta/models?pageSize=1000&pageToken=a%2Fb%3D")
    #expect(listing.next(["models": []]) == nil)
  }
}
