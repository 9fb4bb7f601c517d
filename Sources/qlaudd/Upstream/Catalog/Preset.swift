package import Domain

/// A well-known host: what `provider/set` fills in for its name.
package struct Preset: Sendable, Equatable {
  package let name: String
  package let displayName: String
  /// Origin and prefix before `/v1`; `{…}` stands for what the user must put in.
  package let baseURL: String
  package let shape: Provider.Shape
  /// Whether it wants a key.
  package let needsKey: Bool

  init(
    _ name: String, _ displayName: String, _ baseURL: String, _ shape: Provider.Shape,
    needsKey: Bool = true
  ) {
    self.name = name
    self.displayName = displayName
    self.baseURL = baseURL
    self.shape = shape
    self.needsKey = needsKey
  }

  /// The preset of a name, in any case.
  package static func named(_ name: String) -> Preset? {
    all.first { $0.name == name.lowercased() }
  }

  /// The preset whose host serves a base URL; nil for hosts that are not known.
  package static func serving(_ baseURL: String) -> Preset? {
    byHost[Endpoint.host(baseURL)]
  }

  /// Those that want a key, the first of each host.
  private static let byHost = Dictionary(
    all.filter(\.needsKey).map { (Endpoint.host($0.baseURL), $0) },
    uniquingKeysWith: { first, _ in first })

  /// The hosts, from their own documentation of 2026.
  package static let all: [Preset] = [
    Preset("anthropic", "Anthropic", "https://api.anthropic.com", .anthropic),
    Preset("openai", "OpenAI", "https://api.openai.com", .openAIResponses),
    Preset("deepseek", "DeepSeek", "https://api.deepseek.com", .openAIChat),
    Preset("mistral", "Mistral", "https://api.mistral.ai", .openAIChat),
    Preset("codestral", "Codestral", "https://codestral.mistral.ai", .openAIChat),
    Preset("xai", "xAI", "https://api.x.ai", .openAIChat),
    Preset("groq", "Groq", "https://api.groq.com/openai", .openAIChat),
    Preset("together", "Together", "https://api.together.xyz", .openAIChat),
    Preset("openrouter", "OpenRouter", "https://openrouter.ai/api", .openAIChat),
    Preset("cerebras", "Cerebras", "https://api.cerebras.ai", .openAIChat),
    Preset(
      "cloudflare", "Cloudflare Workers AI",
      "https://api.cloudflare.com/client/v4/accounts/{account}/ai", .openAIChat),
    Preset("moonshot", "Moonshot", "https://api.moonshot.ai", .openAIChat),
    Preset(
      "alibaba", "Alibaba Qwen", "https://dashscope-intl.aliyuncs.com/compatible-mode", .openAIChat),
    Preset("minimax", "MiniMax", "https://api.minimax.io", .openAIChat),
    Preset("gemini", "Google AI Studio", "https://generativelanguage.googleapis.com", .gemini),
    Preset(
      "vertex", "Google Vertex AI",
      "https://{location}-aiplatform.googleapis.com/v1/projects/{project}/locations/{location}",
      .vertex),
    Preset("fireworks", "Fireworks", "https://api.fireworks.ai/inference", .openAIChat),
    Preset("perplexity", "Perplexity", "https://api.perplexity.ai", .openAIChat),
    Preset("zai", "Z.ai", "https://api.z.ai/api/paas/v4", .openAIChat),
    Preset("azure", "Azure OpenAI", "https://{resource}.openai.azure.com/openai", .openAIChat),
    Preset("ollama", "Ollama", "http://127.0.0.1:11434", .openAIChat, needsKey: false),
    Preset("llamacpp", "llama.cpp", "http://127.0.0.1:8080", .openAIChat, needsKey: false),
    Preset("lmstudio", "LM Studio", "http://127.0.0.1:1234", .openAIChat, needsKey: false),
  ]
}
