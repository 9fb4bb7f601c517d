import Domain
import Wire

/// Anthropic's Messages API, as Anthropic, Azure and many compatible hosts serve it; Vertex AI wraps the same body.
/// Format: https://docs.anthropic.com/en/api/messages
enum AnthropicDialect {
  /// Under this name a block remembers which model signed it.
  static let family = Provider.Shape.anthropic.rawValue
  /// The only version there is; https://docs.anthropic.com/en/api/versioning
  static let version = "2023-06-01"

  static func encode(_ call: ModelCall, _ provider: Provider) throws(InvalidParams) -> EncodedCall {
    let (body, headers) = try request(call)
    return EncodedCall(
      path: "/v1/messages", headers: [HeaderField("anthropic-version", version)] + headers,
      body: .object(body))
  }

  /// The request's body, and the headers that what stands in it needs. History that only another family can read is left out:
  /// see ``AnthropicMessages``. What the model's generation no longer takes is put into its words or left out: see
  /// ``ClaudeModel``. Where the prompt will come again, marks for the cache are added: see ``CacheMarks``.
  /// - Throws: ``InvalidParams`` for a response format and a choice of tools that have no counterpart.
  static func request(_ call: ModelCall) throws(InvalidParams) -> (JSON.Object, [HeaderField]) {
    let names = NameMap(call, .anthropic)
    let model = ClaudeModel(call.model)
    try check(call, model)
    var writer = AnthropicMessages(model: call.model, names: names)
    for message in call.messages { writer.add(message) }
    let messages = writer.finished()
    var parts = CacheMarks(
      tools: call.tools.map { tool($0, names) },
      system: call.system.compactMap(writer.systemBlock), messages: messages)
    if call.cachesPrompt { parts.place() }
    let thinking = AnthropicThinking(call, model, messages: messages)
    let format = try format(call.responseFormat)
    let output = JSON.record(["effort": thinking.effort.map(JSON.string), "format": format])
    let body = JSON.record([
      "model": .string(call.model),
      "max_tokens": .integer(call.maxTokens),
      "system": parts.system.isEmpty ? nil : .array(parts.system),
      "messages": .array(parts.messages),
      "tools": parts.tools.isEmpty ? nil : .array(parts.tools),
      "tool_choice": call.tools.isEmpty ? nil : call.toolChoice.map { choice($0, names) },
      "thinking": thinking.thinking,
      "temperature": model.takesSampling ? call.temperature.map(JSON.double) : nil,
      "top_p": model.takesSampling ? topP(call) : nil,
      "top_k": model.takesSampling ? call.topK.map { .integer($0) } : nil,
      "stop_sequences": call.stopSequences.isEmpty
        ? nil : .array(call.stopSequences.map(JSON.string)),
      "output_config": output == [:] ? JSON?.none : output,
      "stream": .bool(call.stream),
    ])
    return (body.object ?? [:], thinking.isBinding ? [AnthropicThinking.bindingBeta] : [])
  }

  /// Later models refuse it beside a temperature, where OpenAI's clients like to send a 1 that says nothing.
  private static func topP(_ call: ModelCall) -> JSON? {
    guard let topP = call.topP, topP < 1 || call.temperature == nil else { return nil }
    return .double(topP)
  }

  private static func check(_ call: ModelCall, _ model: ClaudeModel) throws(InvalidParams) {
    let choice = call.toolChoice?["type"]?.string
    if !call.tools.isEmpty, choice == "any" || choice == "tool", !model.canBeForced {
      throw InvalidParams("tool_choice", "must be auto or none for \(call.model)")
    }
  }

  private static func tool(_ tool: ModelCall.Tool, _ names: NameMap) -> JSON {
    .record([
      "name": .string(names.upstream(tool.name)),
      "description": tool.description.isEmpty ? nil : .string(tool.description),
      "input_schema": tool.objectSchema,
      "strict": tool.strict == true ? true : nil,
      "cache_control": tool.cacheControl,
    ])
  }

  private static func choice(_ choice: JSON, _ names: NameMap) -> JSON {
    guard var object = choice.object, let name = object["name"]?.string else { return choice }
    object["name"] = .string(names.upstream(name))
    return .object(object)
  }

  private static func format(_ format: JSON?) throws(InvalidParams) -> JSON? {
    guard let kind = format?["type"]?.string, kind != "text" else { return nil }
    guard kind == "json_schema",
      let schema = format?["json_schema"]?["schema"]?.nonNull ?? format?["schema"]?.nonNull
    else {
      throw InvalidParams(
        "response_format", "must be text, or json_schema with a schema, for an anthropic provider")
    }
    return ["type": "json_schema", "schema": schema]
  }
}

extension Dialect {
  /// Anthropic's Messages API.
  static let anthropic = Dialect(
    shape: .anthropic,
    models: ModelListing(
      path: "/v1/models?limit=1000",
      names: { ($0["data"]?.array ?? []).compactMap { $0["id"]?.string } },
      next: { page in
        guard page["has_more"] == true, let last = page["last_id"]?.string else { return nil }
        return "/v1/models?limit=1000&after_id=\(last)"
      }),
    encode: AnthropicDialect.encode,
    makeDecoder: { AnthropicDecoder(call: $0) })
}

extension ModelCall.Tool {
  /// The schema with what every provider insists on: that it describes an object.
  var objectSchema: JSON {
    var schema = inputSchema.object ?? [:]
    if schema["type"] == nil { schema["type"] = "object" }
    if schema["properties"] == nil, schema["type"] == "object" { schema["properties"] = [:] }
    return .object(schema)
  }
}
