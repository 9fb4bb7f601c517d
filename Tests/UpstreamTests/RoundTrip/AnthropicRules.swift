import Wire

/// A strict reading of a Messages request. Sources: https://docs.anthropic.com/en/api/messages,
/// …/build-with-claude/extended-thinking, …/build-with-claude/preserved-thinking and the errors that the API answers with.
struct AnthropicRules {
  /// How the model's generation is asked to think.
  enum Generation { case budget, adaptive, preserving }

  private let sent: Sent
  private let generation: Generation
  private let isVertex: Bool
  private var complaints = Complaints()
  private var ids: Set<String> = []

  static func problems(_ sent: Sent, _ generation: Generation, isVertex: Bool = false) -> [String] {
    var rules = AnthropicRules(sent: sent, generation: generation, isVertex: isVertex)
    rules.check()
    return rules.complaints.all
  }

  private init(sent: Sent, generation: Generation, isVertex: Bool) {
    self.sent = sent
    self.generation = generation
    self.isVertex = isVertex
  }

  private mutating func check() {
    var needed: [String: Complaints.Kind] = ["max_tokens": .whole, "messages": .list]
    needed[isVertex ? "anthropic_version" : "model"] = .text
    let body = complaints.members(
      sent.body, "body", needed,
      [
        "system": .any, "tools": .list, "tool_choice": .object, "thinking": .object,
        "temperature": .number, "top_p": .number, "top_k": .whole, "stop_sequences": .list,
        "output_config": .object, "stream": .bool,
      ])
    for (index, block) in (body["system"]?.array ?? []).enumerated() {
      text(block, "system[\(index)]")
    }
    for (index, tool) in (body["tools"]?.array ?? []).enumerated() {
      let place = "tools[\(index)]"
      complaints.members(
        tool, place, ["name": .text, "input_schema": .object],
        ["description": .text, "cache_control": .object])
      complaints.name(tool["name"], "\(place).name", limit: 128)
      complaints.expect(tool["input_schema"]?["type"] == "object", place, "describes no object")
    }
    let messages = body["messages"]?.array ?? []
    complaints.expect(messages.first?["role"] == "user", "messages[0].role", "is not user")
    for (index, message) in messages.enumerated() {
      self.message(message, before: index > 0 ? messages[index - 1] : nil, "messages[\(index)]")
      answers(message, after: index + 1 < messages.count ? messages[index + 1] : nil, index)
    }
    thinking(body, messages)
  }

  // MARK: Messages

  private mutating func message(_ message: JSON, before: JSON?, _ place: String) {
    complaints.members(
      message, place, ["role": .oneOf(["user", "assistant"]), "content": .list])
    complaints.expect(before?["role"] != message["role"], "\(place).role", "does not alternate")
    let isUser = message["role"] == "user"
    let blocks = message["content"]?.array ?? []
    for (index, block) in blocks.enumerated() {
      self.block(block, isUser: isUser, "\(place).content[\(index)]")
    }
    let last = blocks.last?["type"]
    complaints.expect(
      isUser || (last != "thinking" && last != "redacted_thinking"), place, "ends with thinking")
  }

  private mutating func block(_ block: JSON, isUser: Bool, _ place: String) {
    switch block["type"]?.string ?? "" {
    case "text": text(block, place)
    case "image" where isUser: media(block, ["type": .any, "source": .object], place)
    case "document" where isUser: media(block, ["type": .any, "source": .object], place)
    case "tool_result" where isUser: result(block, place)
    case "tool_use" where !isUser:
      complaints.members(
        block, place, ["type": .any, "id": .text, "name": .text, "input": .object],
        ["cache_control": .object])
      complaints.name(block["id"], "\(place).id", limit: 256)
      complaints.name(block["name"], "\(place).name", limit: 128)
      let isNew = ids.insert(block["id"]?.string ?? "").inserted
      complaints.expect(isNew, "\(place).id", "is used twice")
    case "thinking" where !isUser:
      complaints.members(
        block, place, ["type": .any, "thinking": .string, "signature": .text])
      sent.check(
        block["signature"], on: block["thinking"] ?? .null, "\(place).signature", &complaints)
    case "redacted_thinking" where !isUser:
      complaints.members(block, place, ["type": .any, "data": .text])
      sent.check(block["data"], on: .null, "\(place).data", &complaints)
    default: complaints.say(place, "\(block["type"]?.text ?? "no type") has no place here")
    }
  }

  private mutating func text(_ block: JSON, _ place: String) {
    complaints.members(
      block, place, ["type": .oneOf(["text"]), "text": .text],
      ["citations": .list, "cache_control": .object])
    let isBlank = block["text"]?.string?.allSatisfy(\.isWhitespace) ?? true
    complaints.expect(!isBlank, "\(place).text", "is blank")
  }

  private mutating func media(
    _ block: JSON, _ needed: [String: Complaints.Kind], _ place: String
  ) {
    complaints.members(
      block, place, needed, ["title": .string, "cache_control": .object, "citations": .object])
    let source = block["source"] ?? .null
    switch source["type"]?.string ?? "" {
    case "base64":
      let kinds: [JSON] =
        block["type"] == "image"
        ? ["image/png", "image/jpeg", "image/gif", "image/webp"] : ["application/pdf"]
      complaints.members(
        source, "\(place).source", ["type": .any, "media_type": .oneOf(kinds), "data": .text])
      complaints.base64(source["data"], "\(place).source.data")
    case "url": complaints.members(source, "\(place).source", ["type": .any, "url": .text])
    case "text" where block["type"] == "document":
      complaints.members(
        source, "\(place).source",
        ["type": .any, "media_type": .oneOf(["text/plain"]), "data": .text])
    default: complaints.say("\(place).source.type", "is unknown")
    }
  }

  private mutating func result(_ block: JSON, _ place: String) {
    complaints.members(
      block, place, ["type": .any, "tool_use_id": .text],
      ["content": .any, "is_error": .bool, "cache_control": .object])
    for (index, inner) in (block["content"]?.array ?? []).enumerated() {
      let place = "\(place).content[\(index)]"
      switch inner["type"]?.string {
      case "text": text(inner, place)
      case "image", "document": media(inner, ["type": .any, "source": .object], place)
      default: complaints.say(place, "has no place in a result")
      }
    }
  }

  /// Each call is answered once, at the front of the next message; nothing else is answered.
  private mutating func answers(_ message: JSON, after next: JSON?, _ index: Int) {
    let content = message["content"]?.array ?? []
    let asked = content.filter { $0["type"] == "tool_use" }.compactMap { $0["id"]?.string }
    let blocks = next?["content"]?.array ?? []
    let results = blocks.filter { $0["type"] == "tool_result" }
    let answered = results.compactMap { $0["tool_use_id"]?.string }
    if next != nil || !asked.isEmpty {
      complaints.expect(
        answered.sorted() == asked.sorted(), "messages[\(index + 1)]",
        "answers \(answered), asked was \(asked)")
    }
    complaints.expect(
      Array(blocks.prefix(results.count)) == results, "messages[\(index + 1)]",
      "has results behind other blocks")
    let isFirst = index == 0 && content.contains { $0["type"] == "tool_result" }
    complaints.expect(!isFirst, "messages[0]", "answers nothing")
  }

  // MARK: Thinking

  private mutating func thinking(_ body: JSON, _ messages: [JSON]) {
    let thinking = body["thinking"]
    let thinks = messages.contains { message in
      message["role"] == "assistant"
        && (message["content"]?.array ?? []).contains {
          $0["type"] == "thinking" || $0["type"] == "redacted_thinking"
        }
    }
    switch thinking?["type"]?.string {
    case "enabled":
      complaints.members(
        thinking, "thinking", ["type": .any, "budget_tokens": .whole], ["display": .string])
      complaints.expect(generation == .budget, "thinking.type", "is not supported for this model")
      let budget = thinking?["budget_tokens"]?.int ?? 0
      complaints.expect(
        budget >= 1_024 && budget < body["max_tokens"]?.int ?? 0, "thinking.budget_tokens",
        "is \(budget)")
      let choice = body["tool_choice"]?["type"]
      complaints.expect(
        choice != "any" && choice != "tool", "tool_choice", "is forced while it thinks")
      loop(messages)
    case "adaptive":
      complaints.members(
        thinking, "thinking", ["type": .any], ["display": .string, "block_binding": .object])
      complaints.expect(generation != .budget, "thinking.type", "is not supported for this model")
    case "disabled": complaints.members(thinking, "thinking", ["type": .any])
    case nil: break
    default: complaints.say("thinking.type", "is unknown")
    }
    let binding = thinking?["block_binding"]
    let isAllowed = sent.headers.contains {
      $0.name.lowercased() == "anthropic-beta" && $0.value.contains("thinking-binding-controls")
    }
    complaints.expect(binding == nil || isAllowed, "thinking.block_binding", "needs a beta header")
    guard generation != .budget else { return }
    for name in ["temperature", "top_p", "top_k"] where body[name] != nil {
      complaints.say(name, "is not supported for this model")
    }
    if generation == .preserving, thinks {
      complaints.expect(
        binding?["prefix_mismatch_behavior"] == "drop_block", "thinking.block_binding",
        "is missing, though the history may have changed")
    }
  }

  /// "When `thinking` is enabled, a final `assistant` message must start with a thinking block (preceding the lastmost set of
  /// `tool_use` and `tool_result` blocks)."
  private mutating func loop(_ messages: [JSON]) {
    guard messages.last?["content"]?[0]?["type"] == "tool_result",
      let reply = messages.dropLast().last
    else { return }
    let first = reply["content"]?[0]?["type"]
    complaints.expect(
      first == "thinking" || first == "redacted_thinking", "messages[\(messages.count - 2)]",
      "does not start with thinking, though it is enabled and a loop runs")
  }
}
