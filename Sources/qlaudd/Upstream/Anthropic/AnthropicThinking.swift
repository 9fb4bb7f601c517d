import Domain
import Wire

/// How a request of Anthropic's asks for thinking: Anthropic's own `thinking` object in the form that the model's generation takes.
struct AnthropicThinking {
  /// The header that allows ``AnthropicThinking/dropping``.
  static let bindingBeta = HeaderField("anthropic-beta", "thinking-binding-controls-2026-08-01")
  private static let dropping: JSON = ["prefix_mismatch_behavior": "drop_block"]

  /// The request's `thinking`.
  private(set) var thinking: JSON?
  /// The request's `output_config.effort`.
  private(set) var effort: String?
  /// Whether the request needs ``AnthropicThinking/bindingBeta``.
  private(set) var isBinding = false

  /// - Parameter messages: those of the request, in shape.
  init(_ call: ModelCall, _ model: ClaudeModel, messages: [JSON]) {
    guard model.canThink else { return }
    effort = Self.word(call.effort)
    switch call.thinking?["type"]?.string {
    case "enabled":
      if !model.takesBudget {
        adapt(call)
      } else if !Self.continuesForeignLoop(messages), !Self.isForced(call) {
        thinking = call.thinking
        // The budget says it; the first generations know nothing else.
        effort = nil
      }
    case "disabled":
      thinking = model.stopThinking
      effort = model.cannotStopThinking ? "low" : effort
    default: thinking = call.thinking
    }
    if model.isPreserving, messages.contains(where: Self.thinks) { bind() }
  }

  /// A budget in a generation that knows efforts only, by the same steps as in OpenAI's dialects. The summary, which came unasked
  /// with a budget, has to be asked for here.
  private mutating func adapt(_ call: ModelCall) {
    let budget = call.thinking?["budget_tokens"]?.int ?? 0
    effort = effort ?? (budget < 4_096 ? "low" : budget < 16_384 ? "medium" : "high")
    thinking = ["type": "adaptive", "display": call.thinking?["display"] ?? "summarized"]
  }

  /// OpenAI's words as Anthropic's.
  private static func word(_ effort: String?) -> String? {
    switch effort {
    case "none": nil
    case "minimal": "low"
    default: effort
    }
  }

  private mutating func bind() {
    guard thinking == nil || thinking?["type"] == "adaptive" else { return }
    var object = thinking?.object ?? ["type": "adaptive"]
    object["block_binding"] = object["block_binding"] ?? Self.dropping
    thinking = .object(object)
    isBinding = true
  }

  /// With a budget the message that a running tool loop goes back to must begin with thinking. One that another model wrote, or
  /// that was written without, has none: the loop is finished without thinking, and the user's next words have it again.
  private static func continuesForeignLoop(_ messages: [JSON]) -> Bool {
    guard let last = messages.last, last["role"] == "user",
      last["content"]?[0]?["type"] == "tool_result"
    else { return false }
    let reply = messages.dropLast().last
    let type = reply?["content"]?[0]?["type"]
    return reply?["role"] == "assistant" && type != "thinking" && type != "redacted_thinking"
  }

  /// A demanded call and thinking exclude each other; OpenAI's clients may ask for both.
  private static func isForced(_ call: ModelCall) -> Bool {
    let choice = call.toolChoice?["type"]
    return !call.tools.isEmpty && (choice == "any" || choice == "tool")
  }

  private static func thinks(_ message: JSON) -> Bool {
    message["role"] == "assistant"
      && (message["content"]?.array ?? []).contains {
        $0["type"] == "thinking" || $0["type"] == "redacted_thinking"
      }
  }
}
