import Domain
import Engine
import Wire

/// A request of OpenAI's Chat Completions API, read: https://platform.openai.com/docs/api-reference/chat/create
///
/// Members that change nothing that counts (`user`, `seed`, `store`, …) are left out; those that would change the reply
/// and have no counterpart in the call are refused by name, but for the values that mean "off".
struct ChatRequest: Sendable, Equatable {
  let request: Inference.Request
  let stream: Bool
  /// Whether the stream's last chunk is to hold the usage.
  let includesUsage: Bool

  init(_ object: JSON.Object) throws(InvalidParams) {
    var members = Members(object)
    let model = try members.model()
    let older = try members.whole("max_tokens", in: Limits.maxTokens)
    let limit = try members.whole("max_completion_tokens", in: Limits.maxTokens) ?? older
    var call = ModelCall(model: model, maxTokens: limit ?? 1, messages: [])
    var messages = ChatRequestMessages(model: model)
    for (index, json) in try members.list("messages").enumerated() {
      try messages.add(json, path: "messages[\(index)]")
    }
    guard !messages.messages.isEmpty else {
      throw members.complaint("messages", "must have one that is no system message")
    }
    call.system = messages.system
    call.messages = messages.messages
    call.tools = try Self.tools(members.take("tools"))
    call.toolChoice = try Self.toolChoice(&members, hasTools: !call.tools.isEmpty)
    call.responseFormat = try Self.format(members.take("response_format"))
    (call.effort, call.thinking) = try ChatRequestThinking.read(&members, limit: limit)
    call.temperature = try members.number("temperature", in: 0...2)
    call.topP = try members.number("top_p", in: 0...1)
    call.topK = try members.whole("top_k", in: 0...100_000)
    call.stopSequences = try members.stopSequences("stop", allowsText: true)
    stream = try members.value("stream", as: Bool.self) ?? false
    includesUsage = try Self.usage(members.take("stream_options"))
    let fallback = try members.fallback()
    try Self.refuseRest(&members)
    call.stream = stream
    request = Inference.Request(call: call, hasOpenLimit: limit == nil, fallback: fallback)
  }

  private static func refuseRest(_ members: inout Members) throws(InvalidParams) {
    members.ignore(
      "user", "seed", "store", "metadata", "service_tier", "safety_identifier", "prompt_cache_key",
      "prompt_cache_retention", "prediction", "verbosity", "random_seed", "usage")
    try members.ignore("n", only: { $0 == 1 }, "must be 1")
    let off = "must be 0: the models of all providers do not know it"
    for name in ["frequency_penalty", "presence_penalty"] {
      try members.ignore(name, only: { $0.double == 0 }, off)
    }
    try members.ignore("top_logprobs", only: { $0 == 0 }, "must be 0: there are no logprobs")
    try members.ignore("logprobs", only: { $0 == false }, "must be false: there are no logprobs")
    try members.ignore(
      "logit_bias", only: { $0.object?.isEmpty == true }, "must be empty: it cannot be honoured")
    try members.ignore(
      "modalities", only: { $0 == ["text"] }, "must be [\"text\"]: only text comes back")
    for name in ["functions", "function_call"] {
      try members.ignore(
        name, only: { _ in false }, "is no longer a parameter; use tools and tool_choice")
    }
    try members.finish("chat/completions")
  }

  private static func usage(_ json: JSON?) throws(InvalidParams) -> Bool {
    guard let json else { return false }
    var options = try Members(json, path: "stream_options")
    let includes = try options.value("include_usage", as: Bool.self) ?? false
    options.ignore("include_obfuscation")
    try options.finish("stream_options")
    return includes
  }

  // MARK: Tools

  private static func tools(_ json: JSON?) throws(InvalidParams) -> [ModelCall.Tool] {
    guard let json else { return [] }
    guard let list = json.array else { throw InvalidParams("tools", "must be an array") }
    var tools: [ModelCall.Tool] = []
    for (index, json) in list.enumerated() {
      var tool = try Members(json, path: "tools[\(index)]")
      guard tool.take("type") == "function" else {
        throw tool.complaint("type", "must be function")
      }
      var function = try Members(tool.take("function"), path: tool.name("function"))
      try tool.finish("a tool")
      let name = try function.needed("name", as: String.self)
      guard (1...128).contains(name.utf8.count) else {
        throw function.complaint("name", "must be a string of 1 to 128 characters")
      }
      let description = try function.value("description", as: String.self) ?? ""
      let schema = try function.value("parameters", as: JSON.Object.self) ?? ["type": "object"]
      let strict = try function.value("strict", as: Bool.self)
      try function.finish("a function")
      tools.append(
        ModelCall.Tool(
          name: name, description: description, inputSchema: .object(schema), strict: strict))
    }
    return tools
  }

  private static func toolChoice(_ members: inout Members, hasTools: Bool) throws(InvalidParams)
    -> JSON?
  {
    let isParallel = try members.value("parallel_tool_calls", as: Bool.self) ?? true
    var choice = try members.take("tool_choice").map { json throws(InvalidParams) in
      try Self.choice(json)
    }
    guard hasTools else { return nil }
    if !isParallel, choice?["type"] != "none" {
      choice = choice ?? ["type": "auto"]
      choice?["disable_parallel_tool_use"] = true
    }
    return choice.map(JSON.object)
  }

  private static func choice(_ json: JSON) throws(InvalidParams) -> JSON.Object {
    switch json {
    case "auto": return ["type": "auto"]
    case "none": return ["type": "none"]
    case "required", "any": return ["type": "any"]
    default:
      guard json["type"] == "function", let name = json["function"]?["name"]?.string else {
        throw InvalidParams(
          "tool_choice", "must be auto, none, required, or {type: function, function: {name}}")
      }
      return ["type": "tool", "name": .string(name)]
    }
  }

  // MARK: Output

  private static func format(_ json: JSON?) throws(InvalidParams) -> JSON? {
    guard let json else { return nil }
    var format = try Members(json, path: "response_format")
    let type = try format.needed("type", as: String.self)
    switch type {
    case "text":
      try format.finish("response_format")
      return nil
    case "json_object":
      try format.finish("response_format")
      return json
    case "json_schema":
      var inner = try Members(format.take("json_schema"), path: "response_format.json_schema")
      try format.finish("response_format")
      let name = try inner.value("name", as: String.self)
      _ = try inner.value("schema", as: JSON.Object.self)
      inner.ignore("description", "strict")
      try inner.finish("response_format.json_schema")
      guard name == nil, var given = json["json_schema"]?.object else { return json }
      given["name"] = "reply"
      return ["type": "json_schema", "json_schema": .object(given)]
    default: throw format.complaint("type", "must be one of text, json_object, json_schema")
    }
  }
}
