import Domain
import Testing
import Wire

@testable import Upstream

/// Which words of a request each generation of Claude takes. Sources: the migration guides of Anthropic's documentation.
@Suite struct ClaudeModelTests {
  static func body(
    _ model: String, _ change: (inout ModelCall) -> Void
  ) throws -> (JSON, [HeaderField]) {
    var call = ModelCall.asking(model: model)
    change(&call)
    let encoded = try Dialect.anthropic.encode(call, .of(.anthropic))
    return (encoded.body, encoded.headers)
  }

  @Test(
    arguments: [
      ("claude-3-7-sonnet-20250219", 5_000, nil), ("claude-sonnet-4-5@20250929", 5_000, nil),
      ("claude-opus-4-6", 5_000, nil), ("glm-4.6", 5_000, nil), ("claude-latest", 5_000, nil),
      ("claude-opus-4-7-20260416", 2_000, "low"), ("claude-opus-4-8", 5_000, "medium"),
      ("anthropic/claude-opus-5.5", 20_000, "high"), ("claude-sonnet-5", 5_000, "medium"),
      ("claude-fable-5", 5_000, "medium"), ("claude-mythos-preview", 5_000, "medium"),
    ] as [(String, Int, String?)])
  func `a budget is a budget up to 4.6 and an effort from there`(
    _ model: String, _ budget: Int, _ effort: String?
  ) throws {
    let (body, _) = try Self.body(model) {
      $0.maxTokens = 50_000
      $0.thinking = ["type": "enabled", "budget_tokens": .integer(budget)]
      $0.temperature = 0.5
      $0.topP = 0.9
      $0.topK = 3
    }
    if let effort {
      #expect(body["thinking"] == ["type": "adaptive", "display": "summarized"])
      #expect(body["output_config"] == ["effort": .string(effort)])
    } else {
      #expect(body["thinking"] == ["type": "enabled", "budget_tokens": .integer(budget)])
      #expect(body["output_config"] == nil)
    }
    for name in ["temperature", "top_p", "top_k"] {
      #expect((body[name] == nil) == (effort != nil))
    }
  }

  @Test(
    arguments: [
      ("claude-sonnet-4-5", "disabled", nil), ("claude-opus-4-7", nil, nil),
      ("claude-opus-5", "disabled", nil), ("claude-sonnet-5-5", "between_tools", nil),
      ("claude-opus-5-5", nil, "low"), ("claude-fable-5", nil, "low"),
      ("claude-haiku-5-5", "disabled", nil),
    ] as [(String, String?, String?)])
  func `a model is told not to think in the words it knows`(
    _ model: String, _ type: String?, _ effort: String?
  ) throws {
    let (body, _) = try Self.body(model) { $0.thinking = ["type": "disabled"] }
    #expect(body["thinking"]?["type"]?.string == type)
    #expect(body["output_config"]?["effort"]?.string == effort)
  }

  @Test func `a model from before thinking is not asked for it`() throws {
    for type in ["enabled", "adaptive", "disabled"] as [JSON] {
      let (body, _) = try Self.body("claude-3-5-haiku-20241022") {
        $0.thinking = ["type": type, "budget_tokens": 2_000]
        $0.effort = "high"
      }
      #expect(body["thinking"] == nil)
      #expect(body["output_config"] == nil)
    }
  }

  @Test func `a top_p that says nothing is left out beside a temperature`() throws {
    for (topP, temperature, sent) in [(1, 0.5, nil), (0.9, 0.5, 0.9), (1, nil, 1)]
      as [(Double, Double?, Double?)]
    {
      let (body, _) = try Self.body("claude-sonnet-4-5") {
        $0.topP = topP
        $0.temperature = temperature
      }
      #expect(body["top_p"]?.double == sent)
    }
  }

  @Test func `the caller's effort and format stand side by side`() throws {
    let (body, _) = try Self.body("claude-opus-5") {
      $0.effort = "xhigh"
      $0.responseFormat = [
        "type": "json_schema", "json_schema": ["name": "n", "schema": ["type": "object"]],
      ]
    }
    #expect(body["output_config"]?["effort"] == "xhigh")
    #expect(body["output_config"]?["format"]?["schema"] == ["type": "object"])
    #expect(body["thinking"] == nil)
    let words = ["none": nil, "minimal": "low", "max": "max"] as [String: String?]
    for (word, expected) in words {
      let (body, _) = try Self.body("claude-opus-5") { $0.effort = word }
      #expect(body["output_config"]?["effort"]?.string == expected)
    }
  }

  @Test(arguments: [
    ("claude-opus-5", true), ("claude-sonnet-5", true), ("claude-fable-5", true),
    ("claude-opus-5-5", false), ("claude-sonnet-5-5", false), ("claude-fable-5-1", false),
  ])
  func `a call of a tool is demanded only where that can be`(_ model: String, _ isTaken: Bool)
    throws
  {
    func ask(_ choice: JSON) throws {
      _ = try Self.body(model) {
        $0.tools = [.init(name: "f", description: "", inputSchema: [:])]
        $0.toolChoice = choice
      }
    }
    try ask(["type": "auto"])
    for choice in [["type": "any"], ["type": "tool", "name": "f"]] as [JSON] {
      if isTaken {
        try ask(choice)
      } else {
        let failure = #expect(throws: InvalidParams.self) { try ask(choice) }
        #expect(failure?.field == "tool_choice")
      }
    }
  }

  @Test func `a demanded call and a budget exclude each other, so the call goes first`() throws {
    let (body, _) = try Self.body("claude-sonnet-4-5") {
      $0.thinking = ["type": "enabled", "budget_tokens": 2_000]
      $0.tools = [.init(name: "f", description: "", inputSchema: [:])]
      $0.toolChoice = ["type": "any"]
    }
    #expect(body["thinking"] == nil)
    #expect(body["tool_choice"] == ["type": "any"])
  }

  @Test func `thinking that is bound to its history may be dropped by the API, not refused`()
    throws
  {
    func ask(_ model: String, _ thinking: JSON?, signed: Bool = true) throws -> (
      JSON, [HeaderField]
    ) {
      try Self.body(model) {
        $0.thinking = thinking
        let block = Block([
          "type": "thinking", "thinking": "", "signature": signed ? "s" : "",
        ])
        $0.messages.append(.init(role: .assistant, blocks: [block, .text("so")]))
        $0.messages.append(.init(role: .user, blocks: [.text("go on")]))
      }
    }
    let binding: JSON = ["prefix_mismatch_behavior": "drop_block"]
    let beta = HeaderField("anthropic-beta", "thinking-binding-controls-2026-08-01")
    let (plain, headers) = try ask("claude-opus-5-5", nil)
    #expect(plain["thinking"] == ["type": "adaptive", "block_binding": binding])
    #expect(headers.contains(beta))
    let (asked, _) = try ask("claude-fable-5-1", ["type": "adaptive", "display": "omitted"])
    #expect(
      asked["thinking"] == ["type": "adaptive", "display": "omitted", "block_binding": binding])
    // Nothing signed, nothing bound; and earlier models do not know the word.
    for (model, signed) in [("claude-opus-5-5", false), ("claude-opus-5", true)] {
      let (body, headers) = try ask(model, JSON?.none, signed: signed)
      #expect(body["thinking"] == nil)
      #expect(!headers.contains(beta))
    }
  }
}
