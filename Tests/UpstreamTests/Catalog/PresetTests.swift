import Domain
import Testing
import Wire

@testable import Upstream

/// Each preset as its host's own documentation has it: where a call goes, how the key is sent, and the words that differ.
@Suite struct PresetTests {
  struct Host: Sendable, CustomTestStringConvertible {
    let testDescription: String
    /// With `x` for what the user puts in.
    let url: String
    let key: String
    /// Members of a request that asks for thinking and tools, beyond those of every chat host.
    var further: [String] = []
    init(_ name: String, _ url: String, _ key: String, _ further: [String] = []) {
      testDescription = name
      self.url = url
      self.key = key
      self.further = further
    }
  }

  static let hosts: [Host] = [
    Host("anthropic", "https://api.anthropic.com/v1/messages", "x-api-key"),
    Host("openai", "https://api.openai.com/v1/responses", "authorization"),
    Host(
      "deepseek", "https://api.deepseek.com/v1/chat/completions", "authorization",
      ["stream_options", "thinking"]),
    Host("mistral", "https://api.mistral.ai/v1/chat/completions", "authorization"),
    Host("codestral", "https://codestral.mistral.ai/v1/chat/completions", "authorization"),
    Host("xai", "https://api.x.ai/v1/chat/completions", "authorization", ["stream_options"]),
    Host(
      "groq", "https://api.groq.com/openai/v1/chat/completions", "authorization",
      ["stream_options"]),
    Host(
      "together", "https://api.together.xyz/v1/chat/completions", "authorization",
      ["stream_options", "top_k"]),
    Host(
      "openrouter", "https://openrouter.ai/api/v1/chat/completions", "authorization",
      ["reasoning", "stream_options", "top_k"]),
    Host(
      "cerebras", "https://api.cerebras.ai/v1/chat/completions", "authorization",
      ["stream_options"]),
    Host(
      "cloudflare", "https://api.cloudflare.com/client/v4/accounts/x/ai/v1/chat/completions",
      "authorization", ["stream_options"]),
    Host(
      "moonshot", "https://api.moonshot.ai/v1/chat/completions", "authorization",
      ["stream_options", "thinking"]),
    Host(
      "alibaba", "https://dashscope-intl.aliyuncs.com/compatible-mode/v1/chat/completions",
      "authorization", ["enable_thinking", "stream_options", "thinking_budget"]),
    Host(
      "minimax", "https://api.minimax.io/v1/chat/completions", "authorization",
      ["reasoning_split", "stream_options"]),
    Host(
      "gemini",
      "https://generativelanguage.googleapis.com/v1beta/models/m:streamGenerateContent?alt=sse",
      "x-goog-api-key"),
    Host(
      "vertex",
      "https://x-aiplatform.googleapis.com/v1/projects/x/locations/x/publishers/google/models/m:streamGenerateContent?alt=sse",
      "authorization"),
    Host(
      "fireworks", "https://api.fireworks.ai/inference/v1/chat/completions", "authorization",
      ["stream_options", "top_k"]),
    Host(
      "perplexity", "https://api.perplexity.ai/chat/completions", "authorization",
      ["stream_options"]),
    Host(
      "zai", "https://api.z.ai/api/paas/v4/chat/completions", "authorization",
      ["stream_options", "thinking"]),
    Host(
      "azure", "https://x.openai.azure.com/openai/v1/chat/completions", "api-key",
      ["stream_options"]),
    Host(
      "ollama", "http://127.0.0.1:11434/v1/chat/completions", "authorization", ["stream_options"]),
    Host(
      "llamacpp", "http://127.0.0.1:8080/v1/chat/completions", "authorization", ["stream_options"]),
    Host(
      "lmstudio", "http://127.0.0.1:1234/v1/chat/completions", "authorization", ["stream_options"]),
  ]

  @Test func `each preset is looked at`() {
    #expect(Set(Self.hosts.map(\.testDescription)) == Set(Preset.all.map(\.name)))
  }

  @Test(arguments: hosts)
  func `a preset leads where its host listens`(_ host: Host) throws {
    let preset = try #require(Preset.named(host.testDescription.uppercased()))
    let base = preset.baseURL.replacing(#/\{\w+\}/#, with: "x")
    let provider = Provider.of(preset.shape, baseURL: base)
    var call = ModelCall.asking(model: "m")
    call.thinking = ["type": "enabled", "budget_tokens": 2_000]
    call.topK = 5
    call.tools = [.init(name: "f", description: "", inputSchema: [:])]
    let encoded = try Dialect.of(preset.shape).encode(call, provider)
    #expect(Endpoint.url(base, encoded.path) == host.url)
    let key = Credential(Secret(Array("k".utf8))).header(provider)
    #expect(key?.name == host.key)
    guard preset.shape == .openAIChat else { return }
    let common: Set<String> = ["model", "messages", "max_tokens", "tools", "stream"]
    let names = Set(encoded.body.object?.keys ?? [])
    #expect(names.subtracting(common).sorted() == host.further)
    #expect(common.subtracting(names) == [])
  }
}
