import Domain
import Wire

/// How a chat request asks for thinking: OpenAI's `reasoning_effort`, or what clients of other hosts say: OpenRouter's
/// `reasoning`, DeepSeek's and Z.ai's `thinking`. The first of them that is there counts.
enum ChatRequestThinking {
  /// An effort, and the same as a budget for the models that know only those; it stays under the limit of the output.
  static func read(_ members: inout Members, limit: Int?) throws(InvalidParams) -> (String?, JSON?)
  {
    let effort = try members.value("reasoning_effort", as: String.self)
    let gateway = members.take("reasoning")
    let switched = members.take("thinking")
    if let effort {
      return try asked(effort, members.name("reasoning_effort"), limit)
    }
    if let gateway { return try reasoning(gateway, members.name("reasoning"), limit) }
    if let switched { return (nil, try thinking(switched, members.name("thinking"), limit)) }
    return (nil, nil)
  }

  private static func asked(_ effort: String, _ field: String, _ limit: Int?)
    throws(InvalidParams) -> (String?, JSON?)
  {
    switch effort {
    case "none", "minimal": return (effort, ["type": "disabled"])
    case "low": return (effort, budget(2_048, limit))
    case "medium": return (effort, budget(8_192, limit))
    case "high", "xhigh", "max": return (effort, budget(24_576, limit))
    default:
      throw InvalidParams(field, "must be one of none, minimal, low, medium, high, xhigh, max")
    }
  }

  /// Nil where too little is left: no provider thinks with less than 1,024 tokens.
  private static func budget(_ tokens: Int, _ limit: Int?) -> JSON? {
    let bounded = min(tokens, (limit ?? .max) - 1)
    guard bounded >= 1_024 else { return nil }
    return ["type": "enabled", "budget_tokens": .integer(bounded)]
  }

  private static func reasoning(_ json: JSON, _ field: String, _ limit: Int?)
    throws(InvalidParams) -> (String?, JSON?)
  {
    var members = try Members(json, path: field)
    let effort = try members.value("effort", as: String.self)
    let tokens = try members.whole("max_tokens", in: Limits.maxTokens)
    let isEnabled = try members.value("enabled", as: Bool.self) ?? true
    members.ignore("exclude", "summary")
    try members.finish("reasoning")
    if !isEnabled { return ("none", ["type": "disabled"]) }
    if let tokens { return (nil, budget(tokens, limit)) }
    return try asked(effort ?? "medium", members.name("effort"), limit)
  }

  private static func thinking(_ json: JSON, _ field: String, _ limit: Int?)
    throws(InvalidParams) -> JSON?
  {
    var members = try Members(json, path: field)
    let type = try members.needed("type", as: String.self)
    let tokens = try members.whole("budget_tokens", in: Limits.maxTokens)
    members.ignore("clear_thinking", "keep", "display")
    try members.finish("thinking")
    switch type {
    case "disabled": return ["type": "disabled"]
    case "enabled", "auto", "adaptive": return budget(tokens ?? 8_192, limit)
    default: throw members.complaint("type", "must be one of enabled, disabled, auto, adaptive")
    }
  }
}
