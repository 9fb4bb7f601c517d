import Domain
import Engine
import Wire

let messageMethods: [Method] = [
  .answering(
    "message/send", .post("/v1/threads/:thread_id/messages"), .standard,
    "Sends the next user turn: stored first, then answered by the model.", params: .thread,
    .text("model", "A model; else the thread's or the settings' default.", length: 1...200),
    .int("max_tokens", "Output tokens at most.", in: Limits.maxTokens), .userContent, .system,
    .number("temperature", "Sampling temperature.", in: 0...2),
    .number("top_p", "Nucleus sampling.", in: 0...1),
    .int("top_k", "Top-k sampling.", in: 0...100_000),
    .optional("stop_sequences", "Texts that end the reply."),
    .optional("tool_choice", "Anthropic's tool_choice object."),
    .optional("thinking", "Anthropic's thinking object."),
    .optional("stream", "Events as they come instead of the finished message.", default: false),
    .optional(
      "offline",
      "What to do while the upstream is out of reach: queue (wait), fail, or local (the local model); else what the thread, the key or the settings say."
    ),
    .optional("fallback", "Models to be asked where the first cannot answer, in order."),
    .text(
      "idempotency_key", "The same request again gives the same turn (7 days).",
      length: Limits.opaqueIDLength),
    .int("not_after", "Fails instead of running later than this moment (ms).", in: 0...Int.max),
    .optional("metadata", "Kept with the turn."),
    .optional("tools", "Registered tools that the model may call, by ids or names."),
    .optional(
      "tools_mode",
      "explicit (those of tools; the default with tools), dynamic (four meta-tools, by which the model finds and calls the others; the default without tools where any are registered; setting tools_mode) or tenant (all but those with auth_mode per_user)."
    ),
    .optional(
      "client_tools",
      "Tools that you run and answer by tool/result, or over JSON-RPC to the request client_tool/call: name, description, input_schema."
    ),
    .int("max_iterations", "Model calls of the turn at most; 8 if absent.", in: Limits.iterations),
    result: .sendAnswer
  ) {
    (
      call, thread, model: String?, maxTokens: Int?, content: JSON, system: JSON?,
      temperature: Double?, topP: Double?, topK: Int?, stop: [String]?,
      toolChoice: JSON.Object?, thinking: JSON.Object?, stream: Bool, offline: OfflineRule?,
      fallback: [String]?, idempotencyKey: String?, notAfter: Int?, metadata: JSON.Object?,
      tools: [String]?,
      toolsMode: ToolsMode?, clientTools: [JSON.Object]?, maxIterations: Int?
    ) in
    guard let maxTokens else { throw InvalidParams("max_tokens", "is required") }
    guard (fallback?.count ?? 0) <= Limits.fallbackModels else {
      throw InvalidParams("fallback", "must be at most \(Limits.fallbackModels) models")
    }
    let request = JSON.record([
      "model": model.map(JSON.string), "max_tokens": .integer(maxTokens), "system": system,
      "temperature": temperature.map(JSON.double), "top_p": topP.map(JSON.double),
      "top_k": topK.map(JSON.integer), "stop_sequences": stop?.json,
      "tool_choice": toolChoice?.json, "thinking": thinking?.json,
      "offline": offline?.json, "not_after": notAfter.map(JSON.integer),
      "fallback": fallback?.json, "metadata": metadata?.json, "tools": tools?.json,
      "tools_mode": toolsMode?.json,
      "client_tools": clientTools?.json, "max_iterations": maxIterations.map(JSON.integer),
    ])
    let submitted = try await call.engine.turns.submit(
      Turns.Send(
        threadID: thread, content: content, request: request.object ?? [:],
        idempotencyKey: idempotencyKey), as: call.principal)
    return try await SendAnswer.answer(submitted, streamed: stream, to: call)
  },
  Method(
    "message/append", .post("/v1/threads/:thread_id/messages/append", status: 201), .standard,
    "Stores messages without calling a model.", params: .thread, .drafts, result: .appended
  ) { call, thread, drafts in
    try await call.engine.threads.append(thread, drafts, as: call.principal)
  },
  Method(
    "message/list", .get("/v1/threads/:thread_id/messages"), .standard,
    "Lists messages by their place, in either direction.", params: .thread,
    .page(in: Limits.messagePage), .optional("order", "asc or desc by seq.", default: .asc),
    .int("after_seq", "Only messages after this place.", in: 0...Int.max),
    .int("before_seq", "Only messages before this place.", in: 0...Int.max), result: .messagePage
  ) { (call, thread, limit, order: SortOrder, after: Int?, before: Int?) in
    try await call.engine.threads.messages(
      thread, order: order, limit: limit, after: after.map(MessageSeq.init),
      before: before.map(MessageSeq.init), as: call.principal)
  },
]

extension SendAnswer {
  /// What a submitted turn is answered with: its events, or its outcome.
  static func answer(_ submitted: SubmittedTurn, streamed: Bool, to call: Call) async throws
    -> Answer<SendAnswer>
  {
    let turn = submitted.turn
    call.session?.clientTools.follow(submitted, as: call.principal)
    guard streamed else {
      switch try await call.engine.turns.standing(submitted) {
      case .done(let turn, let message): return Answer(.message(turn, message))
      case .parked(let turn): return Answer(.parked(turn), status: 202)
      }
    }
    let headers = [
      HeaderField("x-qlaud-thread-id", turn.threadID?.rawValue ?? ""),
      HeaderField("x-qlaud-turn-id", turn.id.rawValue),
      // The first place the answer can take; `seq` of qlaud.done is the one it took.
      HeaderField("x-qlaud-assistant-seq", String(turn.assistantSeq ?? (turn.userSeq ?? 0) + 1)),
    ]
    if let thread = turn.threadID, call.session?.covers(thread) == true {
      return Answer(.started(submitted), headers: headers)
    }
    let feed = call.engine.turns.feed(of: turn.id, after: submitted.cursor)
    return Answer(
      .started(submitted), headers: headers,
      stream: EventStream(feed: feed, subject: .turn(turn.id)))
  }
}

extension Field where Value == JSON {
  /// The new user turn.
  static let userContent = Field(
    "content", "The new user turn: a string or content blocks.", required: true,
    schema: ["type": ["string", "array"]]
  ) { json throws(InvalidParams) in
    guard let json = json?.nonNull else { throw InvalidParams("content", "is required") }
    try MessageContent.checkUserTurn(json, field: "content")
    return json
  }
}

extension Field where Value == [MessageDraft] {
  /// Messages to be stored as they are.
  static let drafts = Field(
    "messages", "User and assistant messages, in order.", required: true,
    schema: [
      "type": "array", "minItems": .integer(Limits.appendMessages.lowerBound),
      "maxItems": .integer(Limits.appendMessages.upperBound),
      "items": ["type": "object", "properties": ["role": Role.schema, "content": [:]]],
    ]
  ) { json throws(InvalidParams) in
    guard let elements = json?.array, Limits.appendMessages.contains(elements.count) else {
      let range = Limits.appendMessages
      throw InvalidParams(
        "messages", "must be an array of \(range.lowerBound) to \(range.upperBound) messages")
    }
    var drafts: [MessageDraft] = []
    for (index, element) in elements.enumerated() {
      let field = "messages[\(index)]"
      guard let role = element["role"].flatMap(Role.init(wire:)) else {
        throw InvalidParams("\(field).role", "must be \(Role.expectation)")
      }
      let content = element["content"] ?? .null
      try MessageContent.check(content, field: "\(field).content")
      drafts.append(MessageDraft(role: role, content: content, model: element["model"]?.string))
    }
    return drafts
  }
}

extension Shape where Value == [MessageSeq] {
  static let appended = Shape(schema: [
    "type": "object",
    "properties": [
      "object": ["const": "list"], "data": ["type": "array", "items": ["type": "object"]],
    ],
  ]) { seqs in
    ["object": "list", "data": .array(seqs.map { ["seq": .int($0)] })]
  }
}
