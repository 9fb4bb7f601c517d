import Domain
import Wire

/// The body of a `generateContent` request, the same at Google AI Studio and Vertex AI.
/// Format: https://ai.google.dev/api/generate-content
struct GeminiEncoder {
  let family: String
  let call: ModelCall
  let model: GeminiModel
  let names: NameMap

  init(family: String, call: ModelCall) throws(InvalidParams) {
    self.family = family
    self.call = call
    model = try GeminiModel(call.model)
    names = GeminiDialect.toolNames(call)
  }

  /// - Throws: ``InvalidParams`` for content the API cannot be given.
  func body() throws(InvalidParams) -> JSON {
    var contents = GeminiContents(
      family: family, model: model, modelName: call.model, names: names)
    for (index, message) in call.messages.enumerated() {
      try contents.add(message, field: "messages[\(index)]")
    }
    let system = call.system.compactMap { block -> JSON? in
      guard let text = block["text"]?.string, !text.isEmpty else { return nil }
      return ["text": .string(text)]
    }
    return .record([
      "systemInstruction": system.isEmpty ? nil : ["parts": .array(system)],
      "tools": call.tools.isEmpty
        ? nil : [["functionDeclarations": .array(call.tools.map(declaration))]],
      "toolConfig": call.tools.isEmpty ? nil : toolConfig(),
      "contents": .array(contents.contents),
      "generationConfig": generationConfig(),
    ])
  }

  /// The schema goes as `parametersJsonSchema`, which takes JSON Schema as it is: cutting it down to the OpenAPI subset
  /// of `parameters` would lose unions, references and limits, so that the model is told less than our check demands.
  private func declaration(_ tool: ModelCall.Tool) -> JSON {
    var schema = tool.objectSchema.object ?? [:]
    // Names the dialect of the schema; the API knows no such member.
    schema["$schema"] = nil
    return .record([
      "name": .string(names.upstream(tool.name)),
      "description": tool.description.isEmpty ? nil : .string(tool.description),
      "parametersJsonSchema": .object(schema),
    ])
  }

  /// There is no counterpart to `disable_parallel_tool_use`; it is left out.
  private func toolConfig() -> JSON? {
    let config: JSON
    switch call.toolChoice?["type"]?.string {
    case "auto": config = ["mode": "AUTO"]
    case "any": config = ["mode": "ANY"]
    case "none": config = ["mode": "NONE"]
    case "tool":
      let name = names.upstream(call.toolChoice?["name"]?.string ?? "")
      config = ["mode": "ANY", "allowedFunctionNames": [.string(name)]]
    default: return nil
    }
    return ["functionCallingConfig": config]
  }

  private func generationConfig() -> JSON {
    .record([
      "maxOutputTokens": .integer(call.maxTokens),
      "temperature": call.temperature.map(JSON.double),
      "topP": call.topP.map(JSON.double),
      "topK": call.topK.map { JSON.integer($0) },
      "stopSequences": call.stopSequences.isEmpty
        ? nil : .array(call.stopSequences.map(JSON.string)),
      "responseMimeType": wantsJSON ? "application/json" : nil,
      "responseJsonSchema": responseSchema,
      "thinkingConfig": thinkingConfig(),
    ])
  }

  private var wantsJSON: Bool {
    let type = call.responseFormat?["type"]?.string
    return type == "json_object" || type == "json_schema"
  }

  private var responseSchema: JSON? {
    guard var schema = call.responseFormat?["json_schema"]?["schema"]?.object else { return nil }
    schema["$schema"] = nil
    return .object(schema)
  }

  /// Anthropic's `thinking`: a budget goes as it is to models up to 2.5; from version 3 on it is a level, `low` under
  /// 8,192 tokens and `high` from there (the two that every such model takes). `adaptive` leaves the amount to the
  /// model. `disabled` is a budget of 0 where that is allowed, else the model's own default.
  private func thinkingConfig() -> JSON? {
    guard model.canThink else { return nil }
    switch call.thinking?["type"]?.string {
    case "enabled":
      let budget = call.thinking?["budget_tokens"]?.int ?? 0
      if model.thinksByLevel {
        return ["includeThoughts": true, "thinkingLevel": budget < 8_192 ? "low" : "high"]
      }
      return [
        "includeThoughts": true, "thinkingBudget": .int(min(budget, model.mostThinking)),
      ]
    case "adaptive": return ["includeThoughts": true]
    case "disabled": return model.canStopThinking ? ["thinkingBudget": 0] : nil
    default: return nil
    }
  }
}
