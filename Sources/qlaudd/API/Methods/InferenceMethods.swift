import Domain
import Engine
import Wire

/// Calls of models that store nothing: the caller brings the conversation and runs its own tools.
let inferenceMethods: [Method] = [
  .foreign(
    "messages/create", .post("/v1/messages"), "Calls a model in Anthropic's Messages shape.",
    parameters: messageParameters, result: ["type": "object", "title": "message"],
    errors: .anthropic
  ) { call, object in
    let asked = try AnthropicRequest(object)
    let (inference, principal) = (call.engine.inference, call.principal)
    guard asked.stream else {
      let reply = try await inference.run(asked.request, as: principal) { _ in }
      return Answer(try AnthropicReply.message(reply))
    }
    return Answer(
      frames: FrameStream(
        notification: "messages/event", ping: AnthropicReply.ping,
        failure: AnthropicReply.failure
      ) { send in
        let reply = try await inference.run(asked.request, as: principal) { event in
          if let frame = AnthropicReply.frame(event) { try await send(frame) }
        }
        return AnthropicReply.streamed(reply)
      })
  },
  .foreign(
    "messages/count_tokens", .post("/v1/messages/count_tokens"),
    "Counts the input tokens of a call in Anthropic's shape; estimated where the provider cannot.",
    parameters: messageParameters.map(\.optional),
    result: ["type": "object", "properties": ["input_tokens": ["type": "integer"]]],
    errors: .anthropic
  ) { call, object in
    let asked = try AnthropicRequest(object, countsOnly: true)
    let count = try await call.engine.inference.countTokens(asked.request, as: call.principal)
    return Answer(
      .record([
        "input_tokens": .integer(count.tokens), "estimated": count.isEstimated ? true : nil,
      ]))
  },
  .foreign(
    "chat/completions", .post("/v1/chat/completions"),
    "Calls a model in OpenAI's Chat Completions shape.", parameters: chatParameters,
    result: ["type": "object", "title": "chat.completion"], errors: .openAI
  ) { call, object in
    let asked = try ChatRequest(object)
    let (inference, principal) = (call.engine.inference, call.principal)
    let created = call.engine.now() / 1_000
    guard asked.stream else {
      let reply = try await inference.run(asked.request, as: principal) { _ in }
      return Answer(ChatReply.completion(reply, created: created))
    }
    return Answer(
      frames: FrameStream(notification: "chat/event", ping: nil, failure: ChatReply.failure) {
        send in
        var chunks = ChatChunks(created: created, includesUsage: asked.includesUsage)
        let reply = try await inference.run(asked.request, as: principal) { event in
          for frame in chunks.take(event) { try await send(frame) }
        }
        try await send(ChatReply.done)
        return ChatReply.completion(reply, created: created)
      })
  },
  .foreign(
    "embeddings/create", .post("/v1/embeddings"), "Embeds texts in OpenAI's shape.",
    parameters: embeddingParameters, result: ["type": "object", "title": "list"], errors: .openAI
  ) { call, object in
    let asked = try EmbeddingRequest.read(object)
    let reply = try await call.engine.inference.embed(asked, as: call.principal)
    return Answer(EmbeddingRequest.json(reply))
  },
  .foreign(
    "model/available", .get("/v1/models"),
    "Lists the models that can be asked by name, in OpenAI's shape; others are provider/model.",
    parameters: pageParameters, result: ["type": "object", "title": "list"], errors: .client
  ) { call, object in
    let page = try KnownModels.Page(object)
    let models = try await call.engine.inference.models(as: call.principal)
    return Answer(page.json(models))
  },
  .foreign(
    "model/get", .get("/v1/models/:slug", takesRest: true),
    "Finds one model by any name that a call may bear, in OpenAI's and Anthropic's shape at once.",
    parameters: [
      .foreign(
        "slug", "A slug, an alias or provider/model, with its slash as it is or escaped.",
        ["type": "string"], required: true)
    ], result: ["type": "object", "title": "model"], errors: .client
  ) { call, object in
    var members = Members(object)
    let slug = try members.needed("slug", as: String.self)
    // Clients of Anthropic's beta interface put it into the query.
    members.ignore("beta")
    try members.finish("model/get")
    return Answer(
      KnownModels.json(try await call.engine.inference.model(slug, as: call.principal)))
  },
]

/// A list of models that OpenAI's clients read, and Anthropic's as well.
enum KnownModels {
  /// Which of them are asked for: all, but for Anthropic's clients, who may name a page.
  struct Page {
    private let limit: Int?
    private let after: String?
    private let before: String?

    init(_ object: JSON.Object) throws(InvalidParams) {
      var members = Members(object)
      limit = try members.whole("limit", in: 1...1_000)
      after = try members.value("after_id", as: String.self)
      before = try members.value("before_id", as: String.self)
      try members.finish("model/available")
    }

    func json(_ models: [Inference.KnownModel]) -> JSON {
      var rest = models[...]
      if let after { rest = rest.drop { $0.id != after }.dropFirst() }
      if let before { rest = rest.prefix { $0.id != before } }
      let page = limit.map { before == nil ? rest.prefix($0) : rest.suffix($0) } ?? rest
      let data = page.map(KnownModels.json)
      return [
        "object": "list", "data": .array(data), "has_more": .bool(page.count < rest.count),
        "first_id": data.first?["id"] ?? .null, "last_id": data.last?["id"] ?? .null,
      ]
    }
  }

  /// One model. Where nobody knows when it was made, it is the beginning of the epoch, as Anthropic has it.
  static func json(_ model: Inference.KnownModel) -> JSON {
    [
      "id": .string(model.id), "object": "model", "created": .int(model.updatedAt / 1_000),
      "owned_by": .string(model.provider), "type": "model", "display_name": .string(model.id),
      "created_at": .string(CivilDate.rfc3339(model.updatedAt)),
    ]
  }
}

// MARK: What the reference says of the bodies; their readers check them.

private let messageParameters: [Method.Parameter] = [
  .foreign("model", "A slug, an alias or provider/model.", ["type": "string"], required: true),
  .foreign(
    "max_tokens", "Output tokens at most.",
    [
      "type": "integer", "minimum": .integer(Limits.maxTokens.lowerBound),
      "maximum": .integer(Limits.maxTokens.upperBound),
    ], required: true),
  .foreign("messages", "The conversation.", ["type": "array"], required: true),
  .foreign("system", "A string or text blocks.", ["type": ["string", "array"]]),
  .foreign("tools", "Tools with input_schema; the caller runs them.", ["type": "array"]),
  .foreign("tool_choice", "auto, any, none or one tool.", ["type": "object"]),
  .foreign("thinking", "enabled with budget_tokens, adaptive or disabled.", ["type": "object"]),
  .foreign("temperature", "Sampling temperature, 0 to 2.", ["type": "number"]),
  .foreign("top_p", "Nucleus sampling, 0 to 1.", ["type": "number"]),
  .foreign("top_k", "Top-k sampling.", ["type": "integer"]),
  .foreign("stop_sequences", "Texts that end the reply.", ["type": "array"]),
  .foreign(
    "output_config", "effort: low to max; format: a JSON Schema of the reply.", ["type": "object"]),
  .foreign("stream", "Events as they come.", ["type": "boolean"]),
  .foreign("metadata", "Taken and left out.", ["type": "object"]),
  .foreign("service_tier", "Taken and left out.", ["type": "string"]),
  .foreign("cache_control", "Taken and left out; blocks keep theirs.", ["type": "object"]),
  .foreign(
    "fallback", "Models to be asked where the first cannot answer, in order.",
    ["type": "array", "items": ["type": "string"]]),
]

private let chatParameters: [Method.Parameter] = [
  .foreign("model", "A slug, an alias or provider/model.", ["type": "string"], required: true),
  .foreign("messages", "The conversation.", ["type": "array"], required: true),
  .foreign(
    "max_completion_tokens", "Output tokens at most; else a limit that fits the model.",
    ["type": "integer"]),
  .foreign("max_tokens", "The older name of it.", ["type": "integer"]),
  .foreign("tools", "Functions; the caller runs them.", ["type": "array"]),
  .foreign("tool_choice", "auto, none, required or one function.", ["type": ["string", "object"]]),
  .foreign("parallel_tool_calls", "false for one call at a time.", ["type": "boolean"]),
  .foreign("response_format", "text, json_object or json_schema.", ["type": "object"]),
  .foreign(
    "reasoning_effort", "none, minimal, low, medium, high, xhigh or max.", ["type": "string"]),
  .foreign("temperature", "Sampling temperature, 0 to 2.", ["type": "number"]),
  .foreign("top_p", "Nucleus sampling, 0 to 1.", ["type": "number"]),
  .foreign("top_k", "Top-k sampling, where the provider has it.", ["type": "integer"]),
  .foreign("stop", "A text or texts that end the reply.", ["type": ["string", "array"]]),
  .foreign("n", "Must be 1.", ["const": 1]),
  .foreign("stream", "Chunks as they come.", ["type": "boolean"]),
  .foreign("stream_options", "include_usage: a last chunk with it.", ["type": "object"]),
  .foreign(
    "fallback", "Models to be asked where the first cannot answer, in order.",
    ["type": "array", "items": ["type": "string"]]),
]

private let pageParameters: [Method.Parameter] = [
  .foreign("limit", "At most so many; all without it.", ["type": "integer"]),
  .foreign("after_id", "Those behind this one.", ["type": "string"]),
  .foreign("before_id", "Those before this one.", ["type": "string"]),
]

private let embeddingParameters: [Method.Parameter] = [
  .foreign("model", "A slug, an alias or provider/model.", ["type": "string"], required: true),
  .foreign(
    "input", "A text, texts, or token numbers.", ["type": ["string", "array"]], required: true),
  .foreign("encoding_format", "float or base64.", ["enum": ["float", "base64"]]),
  .foreign("dimensions", "Numbers of a vector, where the model allows it.", ["type": "integer"]),
  .foreign("user", "Taken and left out.", ["type": "string"]),
]

extension Method.Parameter {
  fileprivate static func foreign(
    _ name: String, _ doc: String, _ schema: JSON, required: Bool = false
  ) -> Method.Parameter {
    Method.Parameter(name: name, isRequired: required, schema: schema.described(doc))
  }

  /// Counting needs no limit of output.
  fileprivate var optional: Method.Parameter {
    Method.Parameter(
      name: name, isRequired: isRequired && name != "max_tokens", schema: schema)
  }
}
