import Domain
import Engine
import Testing
import Wire

@testable import API

@Suite struct AnthropicRequestTests {
  private static func read(_ more: JSON.Object, countsOnly: Bool = false) throws -> AnthropicRequest
  {
    var object: JSON.Object = [
      "model": "up/m", "max_tokens": 9, "messages": [["role": "user", "content": "Hi"]],
    ]
    object.merge(more)
    return try AnthropicRequest(object, countsOnly: countsOnly)
  }

  @Test func `a whole request arrives in the call as it is`() throws {
    let call = try Self.read([
      "system": [["type": "text", "text": "Be brief.", "cache_control": ["type": "ephemeral"]]],
      "messages": [
        ["role": "user", "content": [["type": "text", "text": "Hi"]]],
        [
          "role": "assistant",
          "content": [["type": "thinking", "thinking": "x", "signature": "s"]],
        ],
        ["role": "user", "content": "Go on"],
      ], "temperature": 0.5, "top_p": 0.5, "top_k": 4, "stop_sequences": ["X"], "stream": true,
      "metadata": ["user_id": "u"], "service_tier": "auto",
      "tools": [
        ["name": "add", "input_schema": ["type": "object"], "cache_control": ["type": "ephemeral"]]
      ], "tool_choice": ["type": "tool", "name": "add"],
      "thinking": ["type": "enabled", "budget_tokens": 2_000],
      "output_config": ["format": ["type": "json_schema", "schema": ["type": "object"]]],
    ]).request.call
    #expect(call.system.first?["cache_control"] == ["type": "ephemeral"])
    #expect(call.messages.count == 3)
    #expect(call.messages[1].blocks[0]["signature"] == "s")
    #expect(call.temperature == 0.5)
    #expect(call.topK == 4)
    #expect(call.stopSequences == ["X"])
    #expect(call.stream)
    #expect(
      call.tools == [
        .init(
          name: "add", description: "", inputSchema: ["type": "object"],
          cacheControl: ["type": "ephemeral"])
      ])
    #expect(call.toolChoice == ["type": "tool", "name": "add"])
    #expect(call.thinking?["budget_tokens"] == 2_000)
    #expect(call.responseFormat?["json_schema"]?["schema"] == ["type": "object"])
  }

  @Test func `an effort, the beta form of a schema and the mark of beta clients are taken`() throws
  {
    let schema: JSON = ["type": "json_schema", "schema": ["type": "object"]]
    let older = try Self.read(["output_format": schema, "beta": "true"]).request.call
    #expect(older.responseFormat?["json_schema"]?["schema"] == ["type": "object"])
    let newer = try Self.read([
      "output_config": ["effort": "max", "format": schema],
      "thinking": ["type": "adaptive", "display": "summarized"],
    ]).request.call
    #expect(newer.effort == "max")
    #expect(newer.responseFormat == older.responseFormat)
    #expect(newer.thinking == ["type": "adaptive", "display": "summarized"])
  }

  @Test func `counting needs no limit of output`() throws {
    #expect(try Self.read(["max_tokens": nil], countsOnly: true).request.call.model == "up/m")
  }

  @Test(
    arguments: [
      (["max_tokens": nil], "max_tokens"), (["max_tokens": 0], "max_tokens"),
      (["model": 5], "model"), (["messages": []], "messages"),
      (["messages": [["role": "system", "content": "x"]]], "messages[0].role"),
      (["messages": [["role": "user", "content": []]]], "messages[0].content"),
      (
        ["messages": [["role": "user", "content": [["type": "image", "source": [:]]]]]],
        "messages[0].content[0].source.type"
      ),
      (["messages": [["role": "user", "content": "x", "name": "n"]]], "messages[0].name"),
      (["system": 5], "system"), (["system": [["type": "image"]]], "system[0]"),
      (["tools": [["type": "web_search_20250305", "name": "web_search"]]], "tools[0].type"),
      (["tools": [["name": "x"]]], "tools[0].input_schema"),
      (["tool_choice": ["type": "tool"]], "tool_choice.name"),
      (["tool_choice": "auto"], "tool_choice"),
      (["thinking": ["type": "enabled"]], "thinking.budget_tokens"),
      (["mcp_servers": []], "mcp_servers"), (["container": "c"], "container"),
      (["stop_sequences": "x"], "stop_sequences"),
      (["output_config": ["effort": "huge"]], "output_config.effort"),
    ] as [(JSON.Object, String)])
  func `what is wrong or cannot be passed on is refused by name`(more: JSON.Object, field: String) {
    let error = #expect(throws: InvalidParams.self) { try Self.read(more) }
    #expect(error?.field == field)
  }
}
