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
    EncodedCall(
      path: "/v1/messages", headers: [HeaderField("anthropic-version", version)],
      body: .object(try body(call)))
  }

  /// The request's body. History that only another family can read is left out: see ``AnthropicMessages``.
  /// - Throws: ``InvalidParams`` for a response format that has no counterpart.
  static func body(_ call: ModelCall) throws(InvalidParams) -> JSON.Object {
    let names = NameMap(call, .anthropic)
    var messages = AnthropicMessages(model: call.model, names: names)
    for message in call.messages { messages.add(message) }
    let system = call.system.compactMap(messages.systemBlock)
    let body = JSON.record([
      "model": .string(call.model),
      "max_tokens": .integer(call.maxTokens),
      "system": system.isEmpty ? nil : .array(system),
      "messages": .array(messages.finished()),
      "tools": call.tools.isEmpty ? nil : .array(call.tools.map { tool($0, names) }),
      "tool_choice": call.tools.isEmpty ? nil : call.toolChoice.map { choice($0, names) },
      "thinking": call.thinking,
      "temperature": call.temperature.map(JSON.double),
      "top_p": call.topP.map(JSON.double),
      "top_k": call.topK.map { .integer($0) },
      "stop_sequences": call.stopSequences.isEmpty
        ? nil : .array(call.stopSequences.map(JSON.string)),
      "output_config": try format(call.responseFormat).map { ["format": $0] },
      "stream": .bool(call.stream),
    ])
    return body.object ?? [:]
  }

  private static func tool(_ tool: ModelCall.Tool, _ names: NameMap) -> JSON {
    .record([
      "name": .string(names.upstream(tool.name)),
      "description": tool.description.isEmpty ? nil : .string(tool.description),
      "input_schema": tool.objectSchema,
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
