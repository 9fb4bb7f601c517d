import Domain
import Testing
import Wire

@testable import Upstream

@Suite struct TokenEstimateTests {
  @Test(arguments: [
    ("claude-opus-4-6", 100), ("us.anthropic.claude-x", 100), ("gpt-5", 88), ("o3-mini", 88),
    ("gemini-2.5-flash", 88), ("deepseek-chat", 98), ("openai/gpt-5", 88),
  ])
  func `each family has its own measure`(model: String, tokens: Int) {
    #expect(TokenEstimate(model: model).tokens(String(repeating: "a", count: 350)) == tokens)
  }

  @Test func `other scripts cost more a byte`() {
    let estimate = TokenEstimate(model: "gpt-5")
    // Five characters of three bytes each.
    #expect(estimate.tokens("日本語です") == 6)
    #expect(estimate.tokens("") == 0)
  }

  @Test func `pictures and documents count by what they are, not by their bytes`() {
    let data = JSON.string(String(repeating: "A", count: 300_000))
    let image = Block([
      "type": "image", "source": ["type": "base64", "media_type": "image/png", "data": data],
    ])
    let estimate = TokenEstimate(model: "claude-x")
    #expect(estimate.tokens(of: [image]) == 1_600)
    let pdf = Block([
      "type": "document",
      "source": ["type": "base64", "media_type": "application/pdf", "data": data],
    ])
    #expect(estimate.tokens(of: [pdf]) == 10_000)
    let linked = Block(["type": "document", "source": ["type": "url", "url": "https://x.example"]])
    #expect(estimate.tokens(of: [linked]) == 4_000)
  }

  @Test func `what only the provider needs back is not counted`() {
    var thinking = Block([
      "type": "thinking", "thinking": "abcd",
      "signature": .string(String(repeating: "s", count: 900)),
    ])
    thinking.setOpaque("openai-responses", ["encrypted_content": "blob"])
    let estimate = TokenEstimate(model: "gpt-5")
    #expect(estimate.tokens(of: [thinking]) == 1)
    #expect(estimate.tokens(of: [Block(["type": "redacted_thinking", "data": "zzzz"])]) == 0)
  }

  @Test func `a call is its system prompt, its tools and its messages`() {
    let estimate = TokenEstimate(model: "gpt-5")
    let tool = ModelCall.Tool(name: "abcd", description: "efgh", inputSchema: [:])
    let call = ModelCall(
      model: "gpt-5", maxTokens: 1, system: [.text("abcd")],
      messages: [
        .init(role: .user, blocks: [.text("abcdefgh")]),
        .init(role: .assistant, blocks: [.toolUse(id: "c", name: "abcd", input: [:])]),
        .init(role: .user, blocks: [.toolResult(id: "c", content: "abcd", isError: false)]),
      ], tools: [tool])
    #expect(estimate.input(of: call) == 1 + 15 + (4 + 2) + (4 + 8 + 1 + 1) + (4 + 8 + 1))
  }
}
