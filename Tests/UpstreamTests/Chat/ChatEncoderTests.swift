import Domain
import Testing
import Wire

@testable import Upstream

@Suite struct ChatEncoderTests {
  static func body(_ call: ModelCall, _ baseURL: String = "https://host.example") throws -> JSON {
    try Dialect.openAIChat.encode(call, .of(.openAIChat, baseURL: baseURL)).body
  }
  static func messages(_ messages: [ModelCall.Message], _ baseURL: String = "https://host.example")
    throws -> [JSON]
  {
    var call = ModelCall.asking(model: "m")
    call.messages = messages
    return try body(call, baseURL)["messages"]?.array ?? []
  }
  static let pixel: JSON = ["type": "base64", "media_type": "image/png", "data": "QQ=="]

  @Test func `results become tool messages, their images follow with the user's words`() throws {
    let result = Block.toolResult(
      id: "a",
      content: [["type": "text", "text": "seen"], ["type": "image", "source": Self.pixel]],
      isError: false)
    let sent = try Self.messages([
      .init(
        role: .assistant,
        blocks: [
          .text("look"), .toolUse(id: "a", name: "f", input: ["x": 1]),
          .toolUse(id: "b", name: "f", input: [:]),
        ]),
      .init(
        role: .user,
        blocks: [.text("well?"), result, .toolResult(id: "b", content: "no", isError: true)]),
    ])
    let image: JSON = ["type": "image_url", "image_url": ["url": "data:image/png;base64,QQ=="]]
    func call(_ id: JSON, _ arguments: JSON) -> JSON {
      ["id": id, "type": "function", "function": ["name": "f", "arguments": arguments]]
    }
    #expect(
      sent == [
        [
          "role": "assistant", "content": "look",
          "tool_calls": [call("a", "{\"x\":1}"), call("b", "{}")],
        ],
        ["role": "tool", "tool_call_id": "a", "content": "seen\n(1 attached below)"],
        ["role": "tool", "tool_call_id": "b", "content": "Error: no"],
        ["role": "user", "content": [image, ["type": "text", "text": "well?"]]],
      ])
  }

  @Test func `neighbours of one side become one and empty ones go`() throws {
    let sent = try Self.messages([
      .init(role: .user, blocks: [.text("a")]), .init(role: .user, blocks: [.text("b")]),
      .init(role: .assistant, blocks: [.text("")]),
      .init(role: .assistant, blocks: [.text("c")]),
      .init(role: .assistant, blocks: [.text("d"), .toolUse(id: "t", name: "f", input: [:])]),
    ])
    #expect(sent.map { $0["role"] } == ["user", "assistant"])
    #expect(sent[0]["content"] == "a\n\nb")
    #expect(sent[1]["content"] == "c\n\nd")
    #expect(sent[1]["tool_calls"]?.array?.count == 1)
  }

  @Test(
    arguments: [
      (
        ["type": "base64", "media_type": "application/pdf", "data": "UEQ="] as JSON,
        "https://host.example",
        [
          "type": "file",
          "file": ["filename": "T", "file_data": "data:application/pdf;base64,UEQ="],
        ] as JSON
      ),
      (
        ["type": "url", "url": "https://a.example/b.pdf"], "https://api.mistral.ai",
        ["type": "document_url", "document_url": "https://a.example/b.pdf"]
      ),
      (
        ["type": "text", "data": "plain"], "https://host.example",
        ["type": "text", "text": "plain"]
      ),
      (
        ["type": "content", "content": [["type": "text", "text": "inner"]]], "https://host.example",
        ["type": "text", "text": "inner"]
      ),
    ] as [(JSON, String, JSON)])
  func `documents go as the host takes them`(_ source: JSON, _ base: String, _ part: JSON) throws {
    let block = Block(["type": "document", "title": "T", "source": source])
    let image = Block(["type": "image", "source": ["type": "url", "url": "https://a.example/i"]])
    let sent = try Self.messages([.init(role: .user, blocks: [block, image])], base)
    #expect(sent.last?["content"]?[0] == part)
    #expect(sent.last?["content"]?[1]?["image_url"]?["url"] == "https://a.example/i")
  }

  @Test func `what cannot be sent is refused by its place`() {
    let failure = #expect(throws: InvalidParams.self) {
      try Self.messages([
        .init(role: .user, blocks: [.text("a"), Block(["type": "container_upload"])])
      ])
    }
    #expect(failure?.field == "messages[0].content[1].type")
    var call = ModelCall.asking(model: "m")
    call.stopSequences = ["a", "b", "c", "d", "e"]
    let many = #expect(throws: InvalidParams.self) { try Self.body(call) }
    #expect(many?.field == "stop_sequences")
  }

  @Test(arguments: [
    ("https://api.openai.com", "gpt-4o", "max_tokens"),
    ("https://api.openai.com", "gpt-5-mini", "max_completion_tokens"),
    ("https://api.openai.com", "o3", "max_completion_tokens"),
    ("https://x.openai.azure.com/openai", "o4-mini", "max_completion_tokens"),
    ("https://openrouter.ai/api", "openai/gpt-5", "max_tokens"),
    ("http://127.0.0.1:8080", "gpt-5", "max_tokens"),
  ])
  func `the limit of tokens has the name that the host knows`(
    _ base: String, _ model: String, _ field: String
  ) throws {
    let body = try Self.body(.asking(model: model), base)
    let fields = ["max_tokens", "max_completion_tokens"].filter { body[$0] != nil }
    #expect(fields == [field])
  }

  @Test(
    arguments: [
      ("https://api.openai.com", "gpt-5", "reasoning_effort", "medium"),
      ("https://api.openai.com", "gpt-4o", "reasoning_effort", nil),
      ("https://openrouter.ai/api", "x", "reasoning", ["max_tokens": 5000]),
      ("https://api.deepseek.com", "deepseek-chat", "thinking", ["type": "enabled"]),
      ("https://api.groq.com/openai", "x", "thinking", nil),
      ("https://dashscope-intl.aliyuncs.com/compatible-mode", "qwen3-max", "enable_thinking", true),
      ("https://dashscope-intl.aliyuncs.com/compatible-mode", "q", "thinking_budget", 5000),
      ("https://api.minimax.io", "MiniMax-M2", "reasoning_split", true),
      ("https://api.minimax.io", "MiniMax-M2", "thinking", nil),
    ] as [(String, String, String, JSON?)])
  func `thinking is asked for in the host's words`(
    _ base: String, _ model: String, _ field: String, _ value: JSON?
  ) throws {
    var call = ModelCall.asking(model: model)
    call.thinking = ["type": "enabled", "budget_tokens": 5000]
    #expect(try Self.body(call, base)[field] == value)
  }

  @Test(arguments: [
    ("https://api.openai.com", "gpt-5", "minimal", "minimal"),
    ("https://api.openai.com", "gpt-5.4", "max", "xhigh"),
    ("https://api.openai.com", "gpt-4o", "high", nil), ("https://host.example", "m", "high", nil),
  ])
  func `an effort goes word for word where the host knows it`(
    _ base: String, _ model: String, _ effort: String, _ sent: String?
  ) throws {
    var call = ModelCall.asking(model: model)
    call.effort = effort
    #expect(try Self.body(call, base)["reasoning_effort"]?.string == sent)
    let provider = Provider.of(.openAIResponses, baseURL: base)
    let reasoning = try Dialect.openAIResponses.encode(call, provider).body["reasoning"]
    if base.contains("openai") { #expect(reasoning?["effort"]?.string == sent) }
  }

  @Test(arguments: [
    ("https://api.deepseek.com", true), ("https://api.moonshot.ai", true),
    ("https://host.example", false),
  ])
  func `a host that wants its reasoning back gets it with every message of the model`(
    _ base: String, _ isAlways: Bool
  ) throws {
    var thought = Block(["type": "thinking", "thinking": "hm", "signature": ""])
    thought.setOpaque("openai-chat", ["model": "m", "field": "reasoning_content"])
    let foreign = Block(["type": "thinking", "thinking": "hm?", "signature": "s"])
    func call(_ id: String) -> Block { .toolUse(id: id, name: "f", input: [:]) }
    let sent = try Self.messages(
      [
        .init(role: .user, blocks: [.text("go")]),
        .init(role: .assistant, blocks: [thought, call("a")]),
        .init(role: .user, blocks: [.toolResult(id: "a", content: "1", isError: false)]),
        .init(role: .assistant, blocks: [foreign, .text("so")]),
        .init(role: .user, blocks: [.text("and?")]),
      ], base)
    #expect(
      sent.map { $0["reasoning_content"]?.string }
        == [nil, isAlways ? "hm" : nil, nil, isAlways ? "" : nil, nil])
  }

  @Test(
    arguments: [
      ("auto", "auto"), ("any", "required"), ("none", "none"),
      ("tool", ["type": "function", "function": ["name": "my_tool"]]),
    ] as [(String, JSON)])
  func `each choice of a tool is said`(_ type: String, _ choice: JSON) throws {
    var call = ModelCall.asking(model: "m")
    call.tools = [.init(name: "my/tool", description: "", inputSchema: [:])]
    call.toolChoice = [
      "type": .string(type), "name": "my/tool", "disable_parallel_tool_use": true,
    ]
    let body = try Self.body(call)
    #expect(body["tool_choice"] == choice)
    #expect(body["parallel_tool_calls"] == false)
    #expect(
      body["tools"]?[0]?["function"]
        == ["name": "my_tool", "parameters": ["type": "object", "properties": [:]]])
    #expect(try Self.body(call, "https://api.mistral.ai")["tool_choice"] != "required")
    call.tools = []
    #expect(try Self.body(call)["tool_choice"] == nil)
  }

  @Test func `Mistral gets ids it accepts and an answer between result and user`() throws {
    let sent = try Self.messages(
      [
        .init(role: .assistant, blocks: [.toolUse(id: "toolu_01ABC", name: "f", input: [:])]),
        .init(
          role: .user,
          blocks: [.toolResult(id: "toolu_01ABC", content: "1", isError: false), .text("so?")]),
      ], "https://api.mistral.ai")
    #expect(sent.map { $0["role"] } == ["assistant", "tool", "assistant", "user"])
    let id = sent[0]["tool_calls"]?[0]?["id"]?.string ?? ""
    #expect(id.utf8.count == 9)
    #expect(sent[1]["tool_call_id"]?.string == id)
  }

  @Test func `long ids are shortened on both sides where the host has a limit`() throws {
    let long = "call_" + String(repeating: "a", count: 60)
    let sent = try Self.messages(
      [
        .init(role: .assistant, blocks: [.toolUse(id: long, name: "f", input: [:])]),
        .init(role: .user, blocks: [.toolResult(id: long, content: "1", isError: false)]),
      ], "https://api.openai.com")
    let id = sent[0]["tool_calls"]?[0]?["id"]?.string ?? ""
    #expect(id.utf8.count <= 40)
    #expect(sent[1]["tool_call_id"]?.string == id)
  }

  @Test(arguments: [
    ("https://api.openai.com", "/v1/chat/completions"),
    ("https://api.perplexity.ai", "/chat/completions"),
    ("https://adb.12.azuredatabricks.net/serving-endpoints", "/chat/completions"),
    ("https://generativelanguage.googleapis.com", "/v1beta/openai/chat/completions"),
    // The end of a name is not the name.
    ("https://notapi.perplexity.ai.example", "/v1/chat/completions"),
  ])
  func `each host has its path`(_ base: String, _ path: String) throws {
    let provider = Provider.of(.openAIChat, baseURL: base)
    #expect(try Dialect.openAIChat.encode(.asking(model: "m"), provider).path == path)
  }

  @Test func `a stream asks for its usage where the host knows the option`() throws {
    let call = ModelCall.asking(model: "m")
    #expect(try Self.body(call)["stream_options"] == ["include_usage": true])
    #expect(try Self.body(call, "https://api.mistral.ai")["stream_options"] == nil)
    let whole = ModelCall.asking(model: "m", stream: false)
    #expect(try Self.body(whole)["stream_options"] == nil)
  }
}
