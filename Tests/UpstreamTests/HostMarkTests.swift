import Domain
import Testing
import Wire

@testable import Upstream

@Suite struct HostMarkTests {
  private func provider(_ name: String, _ url: String, _ shape: Provider.Shape) -> Provider {
    Provider(name: name, baseURL: url, shape: shape, secretName: nil, updatedAt: 0)
  }
  /// A block as a host of that family leaves it.
  private func block(_ block: Block, _ family: Provider.Shape, _ memory: JSON, from: Provider)
    throws -> Block
  {
    let event = HostMark(from).put(
      on: .opaque(index: 0, family: family.rawValue, memory))
    guard case .opaque(_, let family, let marked) = event else { throw InvalidParams("event", "?") }
    var block = block
    block.setOpaque(family, marked)
    return block
  }
  private func sent(_ blocks: [Block], _ model: String, to provider: Provider) throws -> JSON {
    let call = ModelCall(
      model: model, maxTokens: 9,
      messages: [
        .init(role: .user, blocks: [.text("q")]), .init(role: .assistant, blocks: blocks),
        .init(role: .user, blocks: [.text("q2")]),
      ])
    return try Dialect.of(provider.shape).encode(HostMark(provider).readable(call), provider).body
  }

  @Test func `encrypted reasoning goes back to its own host, and not to the same model elsewhere`()
    throws
  {
    let home = provider("openai", "https://api.openai.com", .openAIResponses)
    let thought = try block(
      Block(["type": "thinking", "thinking": "t", "signature": ""]), .openAIResponses,
      ["model": "gpt-5", "id": "rs_1", "encrypted_content": "blob"], from: home)
    let blocks = [thought, Block.text("so")]
    #expect(try sent(blocks, "gpt-5", to: home).text.contains("blob"))
    for other in [
      provider("openai", "https://my.openai.azure.com/openai", .openAIResponses),
      provider("second", "https://api.openai.com", .openAIResponses),
      provider("router", "https://openrouter.ai/api", .openAIChat),
    ] {
      let body = try sent(blocks, "gpt-5", to: other).text
      #expect(!body.contains("blob") && body.contains("so"))
    }
  }

  @Test func `a thought signature of Gemini is of its host`() throws {
    let home = provider("gemini", "https://generativelanguage.googleapis.com", .gemini)
    let call = try block(
      .toolUse(id: "c", name: "f", input: [:]), .gemini,
      ["model": "gemini-2.5-flash", "thought_signature": "c2ln"], from: home)
    #expect(try sent([call], "gemini-2.5-flash", to: home).text.contains("c2ln"))
    let other = provider("mirror", "https://mirror.example", .gemini)
    #expect(!(try sent([call], "gemini-2.5-flash", to: other)).text.contains("c2ln"))
  }

  @Test func `Claude's signatures are good at every host of Claude, others' only at home`() throws {
    let home = provider("anthropic", "https://api.anthropic.com", .anthropic)
    let elsewhere = provider("claude", "https://claude.example", .anthropic)
    let signed = Block(["type": "thinking", "thinking": "t", "signature": "sig"])
    let claude = try block(signed, .anthropic, ["model": "claude-sonnet-4-5"], from: home)
    #expect(
      try sent([claude, .text("a")], "claude-sonnet-4-5", to: elsewhere).text.contains("sig"))
    let mini = provider("minimax", "https://api.minimax.io/anthropic", .anthropic)
    let other = try block(signed, .anthropic, ["model": "MiniMax-M2"], from: mini)
    #expect(try sent([other, .text("a")], "MiniMax-M2", to: mini).text.contains("sig"))
    #expect(!(try sent([other, .text("a")], "MiniMax-M2", to: elsewhere)).text.contains("sig"))
  }

  @Test func `another host's server tools stay foreign to Anthropic`() throws {
    let home = provider("openai", "https://api.openai.com", .openAIResponses)
    let search = try block(
      Block(["type": "web_search_call", "id": "ws"]), .openAIResponses,
      ["model": "gpt-5", "item": ["type": "web_search_call"]], from: home)
    let claude = provider("anthropic", "https://api.anthropic.com", .anthropic)
    #expect(
      !(try sent([search, .text("a")], "claude-x", to: claude)).text.contains("web_search_call"))
  }

  @Test func `what clients bring has no mark and passes`() throws {
    var thought = Block(["type": "thinking", "thinking": "t", "signature": ""])
    thought.setOpaque("openai-chat", ["model": "m", "field": "reasoning_content"])
    let call = ModelCall(
      model: "m", maxTokens: 9, messages: [.init(role: .assistant, blocks: [thought])])
    let provider = provider("p", "https://p.example", .openAIChat)
    #expect(HostMark(provider).readable(call) == call)
  }
}
