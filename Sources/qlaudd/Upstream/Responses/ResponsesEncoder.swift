import Domain
import Wire

/// OpenAI's Responses API (`POST /v1/responses`), as OpenAI, Azure, xAI, DeepSeek, OpenRouter and Bedrock serve it.
/// Format: https://platform.openai.com/docs/api-reference/responses
enum ResponsesDialect {
  /// Under this name what must come back later stands on the blocks.
  static let family = Provider.Shape.openAIResponses.rawValue

  /// Tool names as this API takes them, and back.
  static func toolNames(_ call: ModelCall) -> NameMap { NameMap(call, .openAI) }

  /// Writes a call as a request.
  ///
  /// Nothing is kept at the provider (`store: false`), so reasoning is asked for in its encrypted form and sent back by
  /// us. `top_k` has no counterpart and is left out.
  /// - Throws: ``InvalidParams`` for what the API cannot be told: stop sequences, foreign file ids.
  static func encode(_ call: ModelCall, _ provider: Provider) throws(InvalidParams) -> EncodedCall {
    guard call.stopSequences.isEmpty else {
      throw InvalidParams(
        "stop_sequences", "are not supported by provider \(provider.name) (openai-responses)")
    }
    let names = toolNames(call)
    var input = ResponsesInput(model: call.model, names: names)
    for (index, message) in call.messages.enumerated() {
      try input.add(message, field: "messages[\(index)]")
    }
    let instructions = call.system.compactMap { $0["text"]?.string }.joined(separator: "\n\n")
    let body = JSON.record([
      "model": .string(call.model),
      "instructions": instructions.isEmpty ? nil : .string(instructions),
      "input": .array(input.items),
      "tools": call.tools.isEmpty ? nil : .array(call.tools.map { tool($0, names) }),
      "tool_choice": call.tools.isEmpty ? nil : toolChoice(call.toolChoice, names),
      "parallel_tool_calls": call.toolChoice?["disable_parallel_tool_use"] == true ? false : nil,
      "max_output_tokens": .integer(call.maxTokens),
      "temperature": call.temperature.map(JSON.double),
      "top_p": call.topP.map(JSON.double),
      "reasoning": reasoning(call),
      "text": format(call.responseFormat).map { ["format": $0] },
      // Models that do not reason refuse to be asked for it.
      "include": ChatDialect.isPlainModel(call.model)
        ? JSON?.none : ["reasoning.encrypted_content"],
      "store": false,
      "stream": .bool(call.stream),
    ])
    return EncodedCall(path: "/v1/responses", headers: [], body: body)
  }

  private static func tool(_ tool: ModelCall.Tool, _ names: NameMap) -> JSON {
    // Strict mode allows a subset of JSON Schema only, so it is off unless the caller asks for it.
    .record([
      "type": "function", "name": .string(names.upstream(tool.name)),
      "description": tool.description.isEmpty ? nil : .string(tool.description),
      "parameters": tool.objectSchema, "strict": .bool(tool.strict == true),
    ])
  }

  private static func toolChoice(_ choice: JSON?, _ names: NameMap) -> JSON? {
    switch choice?["type"]?.string {
    case "auto": "auto"
    case "any": "required"
    case "none": "none"
    case "tool":
      ["type": "function", "name": .string(names.upstream(choice?["name"]?.string ?? ""))]
    default: nil
    }
  }

  /// The effort, where the call names one; else Anthropic's `thinking` as an effort: a budget under 4,096 tokens is `low`, under
  /// 16,384 `medium`, from there `high`; `adaptive` leaves the effort to the model. `disabled` and absent leave everything
  /// to the model: there is no value that every reasoning model takes for "none".
  static func reasoning(_ call: ModelCall) -> JSON? {
    guard !ChatDialect.isPlainModel(call.model) else { return nil }
    let named = call.effort.map { $0 == "max" ? "xhigh" : $0 }
    switch call.thinking?["type"]?.string {
    case "enabled":
      let budget = call.thinking?["budget_tokens"]?.int ?? 0
      let effort = named ?? (budget < 4_096 ? "low" : budget < 16_384 ? "medium" : "high")
      return ["effort": .string(effort), "summary": "auto"]
    case "adaptive":
      return .record(["effort": named.map(JSON.string), "summary": "auto"])
    default: return named.map { ["effort": .string($0)] }
    }
  }

  /// The chat endpoint's `response_format` in the flat form of this API; nil for text.
  private static func format(_ format: JSON?) -> JSON? {
    guard let kind = format?["type"]?.string, kind != "text" else { return nil }
    guard kind == "json_schema", let inner = format?["json_schema"]?.object else { return format }
    var flat: JSON.Object = ["type": "json_schema"]
    flat.merge(inner)
    return .object(flat)
  }
}
