import Domain
import Outbound
import Testing
import Wire

@testable import Upstream

/// A model that takes part in a conversation of the tests: how it is asked, by which rules its requests are read, and how its
/// provider would send what it says.
struct Speaker: Sendable {
  enum API: Sendable {
    case anthropic(AnthropicRules.Generation)
    case chat(ChatRules.Host)
    case responses
    case gemini(needsSignatures: Bool)
  }
  /// How a host names its calls.
  enum CallNames: Sendable {
    case unique(String)
    case perFunction, none
  }

  let name: String
  let provider: Provider
  let model: String
  let api: API
  var callNames = CallNames.unique("call_")
  /// In which field a chat host sends what it thinks; nil for one that does not say.
  var reasoningField: String?
  /// What its signatures begin with; models that can read one another's share it.
  let mark: String

  var dialect: Dialect { Dialect.of(provider.shape) }

  init(
    _ name: String, _ base: String, _ model: String, _ shape: Provider.Shape, _ api: API,
    callNames: CallNames = .unique("call_"), reasoningField: String? = nil, mark: String? = nil
  ) {
    self.name = name
    self.model = model
    self.api = api
    self.callNames = callNames
    self.reasoningField = reasoningField
    self.mark = (mark ?? name) + "|"
    provider = Provider(name: name, baseURL: base, shape: shape, secretName: nil, updatedAt: 0)
  }

  /// What a strict provider would refuse in a request.
  func problems(_ encoded: EncodedCall, issued: [String: JSON]) -> [String] {
    let sent = Sent(body: encoded.body, headers: encoded.headers, mark: mark, issued: issued)
    return switch api {
    case .anthropic(let generation):
      AnthropicRules.problems(sent, generation, isVertex: provider.shape == .vertex)
    case .chat(let host): ChatRules.problems(sent, host)
    case .responses: ResponsesRules.problems(sent)
    case .gemini(let needs): GeminiRules.problems(sent, needsSignatures: needs)
    }
  }
}

extension Speaker {
  private static let thinking: ChatRules.Host = {
    var host = ChatRules.Host()
    host.further = ["reasoning_content": .string]
    host.needsReasoning = true
    host.fields = ["thinking": .object]
    return host
  }()
  private static let openAI: ChatRules.Host = {
    var host = ChatRules.Host()
    host.limitField = "max_completion_tokens"
    host.idLimit = 40
    host.fields = ["reasoning_effort": .oneOf(["low", "medium", "high"])]
    return host
  }()
  private static let gateway: ChatRules.Host = {
    var host = ChatRules.Host()
    host.further = ["reasoning_details": .list]
    host.fields = ["reasoning": .object, "top_k": .whole]
    return host
  }()
  private static let mistralRules: ChatRules.Host = {
    var host = ChatRules.Host()
    host.isMistral = true
    return host
  }()
  private static let loopHost: ChatRules.Host = {
    var host = ChatRules.Host()
    host.further = ["reasoning": .string]
    return host
  }()

  static let claude = Speaker(
    "claude", "https://api.anthropic.com", "claude-sonnet-4-5", .anthropic, .anthropic(.budget),
    callNames: .unique("toolu_01"))
  static let claudeAtVertex = Speaker(
    "claude-vertex", "https://h.example/v1/projects/p/locations/l", "claude-sonnet-4-5@20250929",
    .vertex, .anthropic(.budget), callNames: .unique("toolu_vrtx_"), mark: "claude")
  static let gptChat = Speaker(
    "gpt-chat", "https://api.openai.com", "gpt-5.4", .openAIChat, .chat(openAI))
  static let gptResponses = Speaker(
    "gpt-responses", "https://api.openai.com", "gpt-5.4", .openAIResponses, .responses)
  static let gemini = Speaker(
    "gemini", "https://generativelanguage.googleapis.com", "gemini-3-pro-preview", .gemini,
    .gemini(needsSignatures: true), callNames: .none)
  static let deepSeek = Speaker(
    "deepseek", "https://api.deepseek.com", "deepseek-v4-pro", .openAIChat, .chat(thinking),
    callNames: .unique("call_00_"), reasoningField: "reasoning_content")

  /// All that may take part.
  static let all: [Speaker] = [
    claude, claudeAtVertex, gptChat, gptResponses, gemini, deepSeek,
    Speaker(
      "claude-adaptive", "https://api.anthropic.com", "claude-opus-4-8", .anthropic,
      .anthropic(.adaptive), callNames: .unique("toolu_02")),
    Speaker(
      "claude-preserving", "https://api.anthropic.com", "claude-opus-5-5", .anthropic,
      .anthropic(.preserving), callNames: .unique("toolu_03")),
    Speaker(
      "glm", "https://api.z.ai/api/anthropic", "glm-4.6", .anthropic, .anthropic(.budget),
      callNames: .unique("call_g")),
    Speaker(
      "gemini-vertex", "https://h.example/v1/projects/p/locations/l", "gemini-2.5-flash", .vertex,
      .gemini(needsSignatures: false), callNames: .none),
    Speaker(
      "kimi", "https://api.moonshot.ai", "kimi-k2.5", .openAIChat, .chat(thinking),
      callNames: .perFunction, reasoningField: "reasoning_content"),
    Speaker(
      "openrouter", "https://openrouter.ai/api", "anthropic/claude-sonnet-4.5", .openAIChat,
      .chat(gateway), callNames: .unique("toolu_04"), reasoningField: "reasoning_details"),
    Speaker(
      "mistral", "https://api.mistral.ai", "mistral-large-latest", .openAIChat,
      .chat(mistralRules), callNames: .unique("Abc")),
    Speaker(
      "cerebras", "https://api.cerebras.ai", "gpt-oss-120b", .openAIChat, .chat(loopHost),
      reasoningField: "reasoning"),
    Speaker(
      "unnamed-calls", "http://127.0.0.1:8080", "local", .openAIChat, .chat(.init()),
      callNames: .none),
  ]
}

extension Speaker: CustomTestStringConvertible {
  var testDescription: String { name }
}
