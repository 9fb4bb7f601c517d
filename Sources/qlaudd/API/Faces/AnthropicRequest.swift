import Domain
import Engine
import Wire

/// A request of Anthropic's Messages API, read: https://docs.anthropic.com/en/api/messages
///
/// `metadata` and `service_tier` change nothing that a caller sees and are left out; what would change the reply and
/// cannot be passed on (server tools, containers, …) is refused by name. `cache_control` goes along wherever it stands;
/// at the top it asks for marks where they are worth most.
struct AnthropicRequest: Sendable, Equatable {
  let request: Inference.Request
  let stream: Bool

  /// - Parameter countsOnly: whether it is one of `count_tokens`, which asks for no reply.
  init(_ object: JSON.Object, countsOnly: Bool = false) throws(InvalidParams) {
    var members = Members(object)
    let model = try members.model()
    let limit = try members.whole("max_tokens", in: Limits.maxTokens)
    if limit == nil, !countsOnly { throw members.complaint("max_tokens", "is required") }
    var call = ModelCall(model: model, maxTokens: limit ?? 1, messages: [])
    call.messages = try Self.messages(try members.list("messages"))
    call.system = try Self.system(members.take("system"), members.name("system"))
    call.tools = try Self.tools(members.take("tools"))
    call.toolChoice = try Self.toolChoice(members.take("tool_choice"))
    call.thinking = try Self.thinking(members.take("thinking"))
    call.temperature = try members.number("temperature", in: 0...2)
    call.topP = try members.number("top_p", in: 0...1)
    call.topK = try members.whole("top_k", in: 0...100_000)
    call.stopSequences = try members.stopSequences("stop_sequences", allowsText: false)
    (call.effort, call.responseFormat) = try Self.output(&members)
    stream = try members.value("stream", as: Bool.self) ?? false
    call.cachesPrompt = members.take("cache_control")?.nonNull != nil
    // The beta clients of Anthropic's SDKs put `beta` into the query.
    members.ignore("metadata", "service_tier", "beta")
    let fallback = try members.fallback()
    try members.finish(countsOnly ? "messages/count_tokens" : "messages/create")
    call.stream = stream
    request = Inference.Request(call: call, fallback: fallback)
  }

  private static func messages(_ list: [JSON]) throws(InvalidParams) -> [ModelCall.Message] {
    var messages: [ModelCall.Message] = []
    for (index, json) in list.enumerated() {
      var members = try Members(json, path: "messages[\(index)]")
      let role = try members.needed("role", as: Role.self)
      let content = members.take("content") ?? .null
      try members.finish("a message")
      try MessageContent.check(content, field: members.name("content"))
      messages.append(ModelCall.Message(role: role, blocks: Block.list(content)))
    }
    return messages
  }

  private static func system(_ json: JSON?, _ field: String) throws(InvalidParams) -> [Block] {
    guard let json else { return [] }
    if case .array(let blocks) = json {
      for (index, block) in blocks.enumerated()
      where block["type"] != "text" || block["text"]?.string == nil {
        throw InvalidParams("\(field)[\(index)]", "must be a text block")
      }
    } else if json.string == nil {
      throw InvalidParams(field, "must be a string or an array of text blocks")
    }
    return Block.list(json)
  }

  private static func tools(_ json: JSON?) throws(InvalidParams) -> [ModelCall.Tool] {
    guard let json else { return [] }
    guard let list = json.array else { throw InvalidParams("tools", "must be an array") }
    var tools: [ModelCall.Tool] = []
    for (index, json) in list.enumerated() {
      var members = try Members(json, path: "tools[\(index)]")
      try members.ignore(
        "type", only: { $0 == "custom" },
        "must be custom: tools that the provider runs are not passed on")
      let name = try members.needed("name", as: String.self)
      guard (1...128).contains(name.utf8.count) else {
        throw members.complaint("name", "must be a string of 1 to 128 characters")
      }
      let description = try members.value("description", as: String.self) ?? ""
      guard let schema = members.take("input_schema"), schema.object != nil else {
        throw members.complaint("input_schema", "must be a JSON Schema of an object")
      }
      let strict = try members.value("strict", as: Bool.self)
      let cacheControl = members.take("cache_control")?.nonNull
      members.ignore("eager_input_streaming", "input_examples")
      try members.finish("a tool")
      tools.append(
        ModelCall.Tool(
          name: name, description: description, inputSchema: schema, strict: strict,
          cacheControl: cacheControl))
    }
    return tools
  }

  private static func toolChoice(_ json: JSON?) throws(InvalidParams) -> JSON? {
    guard let json else { return nil }
    var members = try Members(json, path: "tool_choice")
    let type = try members.needed("type", as: String.self)
    guard ["auto", "any", "none", "tool"].contains(type) else {
      throw members.complaint("type", "must be one of auto, any, none, tool")
    }
    let name = try members.value("name", as: String.self)
    if type == "tool", name == nil { throw members.complaint("name", "is required") }
    _ = try members.value("disable_parallel_tool_use", as: Bool.self)
    try members.finish("tool_choice")
    return json
  }

  private static func thinking(_ json: JSON?) throws(InvalidParams) -> JSON? {
    guard let json else { return nil }
    var members = try Members(json, path: "thinking")
    let type = try members.needed("type", as: String.self)
    guard ["enabled", "disabled", "adaptive", "between_tools"].contains(type) else {
      throw members.complaint("type", "must be one of enabled, disabled, adaptive, between_tools")
    }
    let budget = try members.whole("budget_tokens", in: Limits.maxTokens)
    if type == "enabled", budget == nil { throw members.complaint("budget_tokens", "is required") }
    members.ignore("display")
    try members.finish("thinking")
    return json
  }

  /// `output_config`: the effort, and the format in the form that the call carries.
  private static func output(_ members: inout Members) throws(InvalidParams) -> (String?, JSON?) {
    // The name of its first, beta form.
    let older = try members.take("output_format").map { json throws(InvalidParams) in
      try schema(json, "output_format")
    }
    guard let json = members.take("output_config") else { return (nil, older) }
    var config = try Members(json, path: "output_config")
    let effort = try config.value("effort", as: String.self)
    let efforts = ["low", "medium", "high", "xhigh", "max"]
    if let effort, !efforts.contains(effort) {
      throw config.complaint("effort", "must be one of \(efforts.joined(separator: ", "))")
    }
    let given = config.take("format")
    try config.finish("output_config")
    return (
      effort,
      try given.map { json throws(InvalidParams) in
        try schema(json, "output_config.format")
      } ?? older
    )
  }

  private static func schema(_ json: JSON, _ field: String) throws(InvalidParams) -> JSON {
    var format = try Members(json, path: field)
    guard format.take("type") == "json_schema" else {
      throw format.complaint("type", "must be json_schema")
    }
    guard let schema = format.take("schema"), schema.object != nil else {
      throw format.complaint("schema", "must be a JSON Schema")
    }
    try format.finish(field)
    return ["type": "json_schema", "json_schema": ["name": "reply", "schema": schema]]
  }
}
