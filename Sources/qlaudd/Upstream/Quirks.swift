import Domain
import Wire

/// Where hosts of one shape differ from one another: data, chosen by the host of the provider's `base_url`.
///
/// A host that is not in the table is spoken to as the shape's own documentation says, in its most careful form.
struct Quirks: Sendable {
  /// How the key is sent.
  enum Key: Sendable {
    /// `Authorization: Bearer KEY`.
    case bearer
    /// A header of that name, with nothing but the key.
    case header(String)
  }
  /// How a chat host is asked to think.
  enum Thinking: Sendable {
    /// It is not: the field would be refused or mean nothing.
    case none
    /// `reasoning_effort: low | medium | high`.
    case effort
    /// `reasoning: {max_tokens}` or `{enabled}` (OpenRouter and gateways like it).
    case reasoning
    /// `thinking: {type: enabled | disabled}`; how much, as `reasoning_effort` where the caller names it.
    case thinking
    /// `enable_thinking` and `thinking_budget` (Alibaba's Qwen).
    case switched
  }
  /// What a chat host takes as a PDF.
  enum Documents: Sendable { case file, documentURL }

  /// How the key is sent, where it is not as the shape says.
  var keys: [Provider.Shape: Key] = [:]
  /// The path of the chat endpoint, where it is not `/v1/chat/completions`.
  var chatPath: String?
  var thinking = Thinking.none
  /// `max_completion_tokens` for OpenAI's reasoning models, which refuse the older name.
  var hasNewTokenLimit = false
  /// `stream_options: {include_usage: true}`; hosts that send usage anyway may refuse the field.
  var hasStreamOptions = true
  var hasTopK = false
  /// `strict` in the definition of a function.
  var hasStrictTools = false
  /// Stop sequences it takes at most.
  var stopLimit = 4
  /// What "some tool must be called" is called.
  var anyTool = "required"
  /// Mistral: ids of calls are nine letters or digits; a user may not speak directly after a result.
  var isMistral = false
  /// Bytes of a call's id at most.
  var callIDLimit = 256
  /// When the plain text of its reasoning goes back.
  enum ReasoningBack: Sendable {
    /// Never: the field would be refused.
    case never
    /// While the tool loop runs that it led to.
    case inLoop
    /// With every message of the model, as `reasoning_content`, empty where another model wrote it: such a host refuses a
    /// history of calls without it (https://api-docs.deepseek.com/guides/thinking_mode).
    case always
  }
  var reasoningBack = ReasoningBack.inLoop
  var documents = Documents.file
  /// Whether reasoning stands amid the text unless it is asked for apart, as `reasoning_details`.
  var splitsReasoning = false

  /// What holds for a provider.
  init(_ provider: Provider) {
    self.init()
    let host = Endpoint.host(provider.baseURL)
    for (name, change) in Quirks.table where host == name || host.hasSuffix("." + name) {
      change(&self)
    }
  }

  private init() {}

  private typealias Change = @Sendable (inout Quirks) -> Void

  /// A host's name, or the end of it, and what is different there.
  private static let table: [(String, Change)] = [
    ("api.openai.com", openAI),
    ("openai.azure.com", azure),
    ("services.ai.azure.com", azure),
    ("cognitiveservices.azure.com", azure),
    ("api.mistral.ai", mistral),
    ("codestral.mistral.ai", mistral),
    ("openrouter.ai", gateway),
    ("ai-gateway.vercel.sh", gateway),
    ("api.deepseek.com", remembering),
    ("api.moonshot.ai", remembering),
    ("api.moonshot.cn", remembering),
    ("api.z.ai", bigModel),
    ("open.bigmodel.cn", bigModel),
    ("api.perplexity.ai", { $0.chatPath = "/chat/completions" }),
    (
      "databricks.com",
      {
        $0.hasStreamOptions = false
        $0.chatPath = "/chat/completions"
      }
    ),
    (
      "azuredatabricks.net",
      {
        $0.hasStreamOptions = false
        $0.chatPath = "/chat/completions"
      }
    ),
    ("api.together.xyz", { $0.hasTopK = true }),
    ("api.together.ai", { $0.hasTopK = true }),
    ("aliyuncs.com", { $0.thinking = .switched }),
    ("api.minimax.io", splitting),
    ("api.minimaxi.com", splitting),
    ("api.fireworks.ai", { $0.hasTopK = true }),
    ("generativelanguage.googleapis.com", google),
  ]

  private static let openAI: Change = { quirks in
    quirks.thinking = .effort
    quirks.hasNewTokenLimit = true
    quirks.hasStrictTools = true
    quirks.callIDLimit = 40
  }
  private static let azure: Change = { quirks in
    openAI(&quirks)
    quirks.keys = [.openAIChat: .header("api-key"), .openAIResponses: .header("api-key")]
    quirks.reasoningBack = .never
  }
  private static let mistral: Change = { quirks in
    quirks.isMistral = true
    quirks.anyTool = "any"
    quirks.hasStreamOptions = false
    quirks.documents = .documentURL
  }
  private static let gateway: Change = { quirks in
    quirks.thinking = .reasoning
    quirks.hasTopK = true
    quirks.hasStrictTools = true
    quirks.keys = [.anthropic: .bearer]
  }
  private static let remembering: Change = { quirks in
    quirks.thinking = .thinking
    quirks.reasoningBack = .always
  }
  /// https://platform.minimax.io/docs/api-reference/text-openai-api
  private static let splitting: Change = { quirks in
    quirks.splitsReasoning = true
  }
  private static let bigModel: Change = { quirks in
    quirks.thinking = .thinking
    quirks.stopLimit = 1
  }
  private static let google: Change = { quirks in
    quirks.thinking = .effort
    quirks.chatPath = "/v1beta/openai/chat/completions"
  }
}
