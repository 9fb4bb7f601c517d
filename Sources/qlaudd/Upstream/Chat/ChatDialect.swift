import Domain
import Wire

/// OpenAI's Chat Completions API and the many hosts that follow it more or less.
/// Format: https://platform.openai.com/docs/api-reference/chat
enum ChatDialect {
  /// Under this name a block remembers in which field its reasoning came, and what must go back with it.
  static let family = Provider.Shape.openAIChat.rawValue

  /// Writes a call as a request. Only fields that every host takes are sent, the others by ``Quirks``.
  /// - Throws: ``InvalidParams`` for content that cannot be sent and too many stop sequences.
  static func encode(_ call: ModelCall, _ provider: Provider) throws(InvalidParams) -> EncodedCall {
    let quirks = Quirks(provider)
    guard call.stopSequences.count <= quirks.stopLimit else {
      throw InvalidParams(
        "stop_sequences", "must be at most \(quirks.stopLimit) for provider \(provider.name)")
    }
    let names = NameMap(call, .openAI)
    var messages = ChatMessages(model: call.model, names: names, quirks: quirks)
    messages.add(system: call.system)
    let loopStart = ChatMessages.startOfToolLoop(call.messages)
    for (index, message) in call.messages.enumerated() {
      try messages.add(message, isInLoop: index >= loopStart, field: "messages[\(index)]")
    }
    let usesNewLimit = quirks.hasNewTokenLimit && isReasoningModel(call.model)
    var body =
      JSON.record([
        "model": .string(call.model),
        "messages": .array(messages.messages),
        usesNewLimit ? "max_completion_tokens" : "max_tokens": .integer(call.maxTokens),
        "tools": call.tools.isEmpty ? nil : .array(call.tools.map { tool($0, names, quirks) }),
        "tool_choice": call.tools.isEmpty ? nil : choice(call.toolChoice, names, quirks),
        "parallel_tool_calls": !call.tools.isEmpty
          && call.toolChoice?["disable_parallel_tool_use"] == true ? false : nil,
        "temperature": call.temperature.map(JSON.double),
        "top_p": call.topP.map(JSON.double),
        "top_k": quirks.hasTopK ? call.topK.map { .integer($0) } : nil,
        "stop": call.stopSequences.isEmpty ? nil : .array(call.stopSequences.map(JSON.string)),
        "response_format": call.responseFormat,
        "stream": .bool(call.stream),
        "stream_options": call.stream && quirks.hasStreamOptions ? ["include_usage": true] : nil,
      ]).object ?? [:]
    for (field, value) in thinking(call, quirks) { body[field] = value }
    if quirks.splitsReasoning { body["reasoning_split"] = true }
    return EncodedCall(path: quirks.chatPath ?? "/v1/chat/completions", body: .object(body))
  }

  private static func tool(_ tool: ModelCall.Tool, _ names: NameMap, _ quirks: Quirks) -> JSON {
    [
      "type": "function",
      "function": .record([
        "name": .string(names.upstream(tool.name)),
        "description": tool.description.isEmpty ? nil : .string(tool.description),
        "parameters": tool.objectSchema,
        // Where there is no strict mode the schema still guides the model.
        "strict": tool.strict == true && quirks.hasStrictTools ? true : nil,
      ]),
    ]
  }

  private static func choice(_ choice: JSON?, _ names: NameMap, _ quirks: Quirks) -> JSON? {
    switch choice?["type"]?.string {
    case "auto": "auto"
    case "any": .string(quirks.anyTool)
    case "none": "none"
    case "tool":
      [
        "type": "function",
        "function": ["name": .string(names.upstream(choice?["name"]?.string ?? ""))],
      ]
    default: nil
    }
  }

  /// Anthropic's `thinking` in the host's own words. A budget becomes an effort as in the Responses dialect: under 4,096 tokens
  /// `low`, under 16,384 `medium`, from there `high`.
  private static func thinking(_ call: ModelCall, _ quirks: Quirks) -> [(String, JSON)] {
    let effort = call.effort.map { JSON.string($0 == "max" ? "xhigh" : $0) }
    let type = call.thinking?["type"]?.string
    let budget = call.thinking?["budget_tokens"]?.int
    switch quirks.thinking {
    case .none: return []
    case .effort:
      guard isReasoningModel(call.model) || isGemini(call.model) else { return [] }
      if let effort { return [("reasoning_effort", effort)] }
      guard type == "enabled", let budget else { return [] }
      let words = budget < 4_096 ? "low" : budget < 16_384 ? "medium" : "high"
      return [("reasoning_effort", .string(words))]
    case .reasoning:
      guard let type else { return [] }
      if type == "enabled", let budget { return [("reasoning", ["max_tokens": .int(budget)])] }
      return [("reasoning", ["enabled": .bool(type != "disabled")])]
    case .thinking:
      guard let type else { return [] }
      if type == "disabled" { return [("thinking", ["type": "disabled"])] }
      guard let effort = call.effort else { return [("thinking", ["type": "enabled"])] }
      return [("thinking", ["type": "enabled"]), ("reasoning_effort", .string(effort))]
    case .switched:
      guard let type else { return [] }
      if type == "enabled", let budget {
        return [("enable_thinking", true), ("thinking_budget", .int(budget))]
      }
      return [("enable_thinking", .bool(type != "disabled"))]
    }
  }

  /// OpenAI's models that reason: `o1`, `o3-mini`, `o4-mini`, `gpt-5` and later ones.
  static func isReasoningModel(_ model: String) -> Bool {
    let name = model.lowercased().split(separator: "/").last ?? ""
    if name.first == "o", name.dropFirst().first?.isNumber == true { return true }
    guard name.hasPrefix("gpt-") else { return false }
    return (Int(name.dropFirst(4).prefix(while: \.isNumber)) ?? 0) >= 5
  }

  /// OpenAI's models that do not, and refuse to be told how: `gpt-4o`, `gpt-4.1`, `gpt-3.5-turbo`.
  static func isPlainModel(_ model: String) -> Bool {
    let name = model.lowercased().split(separator: "/").last ?? ""
    return ["gpt-3", "gpt-4", "chatgpt-4"].contains { name.hasPrefix($0) }
  }

  private static func isGemini(_ model: String) -> Bool { model.lowercased().contains("gemini") }
}

extension Dialect {
  /// OpenAI's Chat Completions API.
  static let openAIChat = Dialect(
    shape: .openAIChat,
    models: ModelListing(
      path: "/v1/models",
      // Most answer `{data: […]}`, some a bare list.
      names: { page in
        (page["data"]?.array ?? page.array ?? []).compactMap { $0["id"]?.string }
      }),
    encode: ChatDialect.encode,
    makeDecoder: { ChatDecoder(call: $0) })
}
