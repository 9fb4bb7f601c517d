import Domain
import Engine
import Wire

/// The stateless calls that can be made later.
enum JobEndpoint: String, WireEnum {
  case messages = "/v1/messages"
  case chat = "/v1/chat/completions"

  /// Reads a body as the endpoint does; whether it is to be streamed means nothing here.
  func request(_ body: JSON.Object) throws(InvalidParams) -> Inference.Request {
    var body = body
    body["stream"] = nil
    body["stream_options"] = nil
    switch self {
    case .messages: return try AnthropicRequest(body).request
    case .chat: return try ChatRequest(body).request
    }
  }
}

extension Field where Value == TurnID {
  fileprivate static let job = Field.required("job_id", "The job.")
}

let jobMethods: [Method] = [
  .answering(
    "job/create", .post("/v1/jobs", status: 202), .standard,
    "Makes a stateless call later, through the queue; job/get has its result.",
    params: .required("endpoint", "The call: /v1/messages or /v1/chat/completions."),
    .required("body", "The call's body; stream is left out."),
    .optional(
      "offline", "What to do while the upstream is out of reach: queue (wait), fail, or local."),
    .int("not_after", "Fails instead of running later than this moment (ms).", in: 0...Int.max),
    .text(
      "idempotency_key", "The same body again gives the same job (7 days).",
      length: Limits.opaqueIDLength),
    result: .job
  ) {
    (
      call, endpoint: JobEndpoint, body: JSON.Object, offline: OfflineRule?, notAfter: Int?,
      idempotencyKey: String?
    ) in
    let draft = Jobs.Draft(
      endpoint: endpoint.rawValue, request: try endpoint.request(body), body: .object(body),
      offline: offline, notAfter: notAfter.map(Milliseconds.init), idempotencyKey: idempotencyKey)
    return Answer(try await call.engine.jobs.create(draft, as: call.principal))
  },
  Method(
    "job/get", .get("/v1/jobs/:job_id"), .standard,
    "Reads a job, with its result once it is there.",
    params: .job, result: .job
  ) { call, job in
    try await call.engine.jobs.get(job, as: call.principal)
  },
  Method(
    "job/list", .get("/v1/jobs"), .standard, "Lists jobs, newest first, without their results.",
    params: .optional("status", "Only in this state: queued, running, done, failed, cancelled."),
    .page(), .cursor, result: .list(of: .job)
  ) { (call, status: Turn.Status?, limit, cursor) in
    try await call.engine.jobs.list(
      status: status, limit: limit, cursor: cursor, as: call.principal)
  },
  Method(
    "job/cancel", .delete("/v1/jobs/:job_id"), .standard, "Stops a job.", params: .job,
    result: .job
  ) { call, job in
    try await call.engine.jobs.cancel(job, as: call.principal)
  },
]

extension Shape where Value == Jobs.View {
  static let job = Shape(
    .field("id", \.turn.id, "The job's id."),
    .constant("object", "job"),
    .field("status", \.statusText, "queued, running, succeeded, failed or cancelled."),
    .field("endpoint", \.endpoint, "The call that it makes."),
    .field("model", \.turn.request.model, "The model that was asked for."),
    .nullable("reason", \.turn.reason, "Why it waits."),
    .field("attempts", \.turn.attempts, "Times the upstream was tried in vain."),
    .field(
      "unknown_outcomes", \.turn.unknownOutcomes,
      "Calls that were sent and of which nobody knows whether the provider carried them out."),
    .field("created_at", \.turn.createdAt, "Milliseconds since the epoch."),
    .nullable("started_at", \.turn.startedAt, "When it was first run."),
    .nullable("completed_at", \.turn.finishedAt, "When it ended."),
    .nullable("cost_micros", \.turn.cost, "Micro-dollars; null where the model has no price."),
    .nullable("error", \.turn.error, "What made it fail."),
    .nullable("response", \.response, "The endpoint's answer; null before it is there."))
}

extension Jobs.View {
  /// The state in the words of the hosted API.
  var statusText: String { turn.status == .done ? "succeeded" : turn.status.rawValue }

  /// The result as the endpoint would have answered.
  var response: JSON? {
    guard let reply else { return nil }
    switch JobEndpoint(rawValue: endpoint) {
    case .chat:
      return ChatReply.completion(reply, created: (turn.finishedAt ?? turn.createdAt) / 1_000)
    case .messages, nil: return AnthropicReply.streamed(reply)
    }
  }
}
