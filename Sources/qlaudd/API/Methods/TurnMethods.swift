import Domain
import Engine
import Wire

extension Field where Value == TurnID {
  static let turn = Field.required("turn_id", "The turn.")
}

let turnMethods: [Method] = [
  Method(
    "turn/get", .get("/v1/turns/:turn_id"), .standard, "Reads a turn.", params: .turn, result: .turn
  ) { call, turn in
    try await call.engine.turns.get(turn, as: call.principal)
  },
  Method(
    "turn/list", .get("/v1/turns"), .standard, "Lists turns, newest first.",
    params: .optional("thread_id", "Only this thread's."),
    .optional("status", "Only in this state."),
    .page(), .cursor, result: .list(of: .turn)
  ) { (call, thread: ThreadID?, status: Turn.Status?, limit, cursor) in
    try await call.engine.turns.list(
      thread: thread, status: status, limit: limit, cursor: cursor, as: call.principal)
  },
  Method(
    "turn/cancel", .post("/v1/turns/:turn_id/cancel"), .standard,
    "Stops a turn; what it has streamed stays.", params: .turn, result: .turn
  ) { call, turn in
    try await call.engine.turns.cancel(turn, as: call.principal)
  },
  .answering(
    "turn/retry", .post("/v1/turns/:turn_id/retry"), .standard,
    "Runs a failed or cancelled turn again; as_fork answers a finished one anew in a fork.",
    params: .turn, .optional("as_fork", "Answer anew in a copy of the thread.", default: false),
    .optional("stream", "Events as they come.", default: false), result: .sendAnswer
  ) { (call, turn, asFork: Bool, stream: Bool) in
    let submitted = try await call.engine.turns.retry(turn, asFork: asFork, as: call.principal)
    return try await SendAnswer.answer(submitted, streamed: stream, to: call)
  },
]

let queueMethods: [Method] = [
  Method(
    "queue/status", .get("/v1/queue"), .standard, "How much waits, and since when.",
    result: .queue
  ) { call in try await queueView(call) },
  Method(
    "queue/pause", .post("/v1/queue/pause"), .admin,
    "Stops taking turns from the queue; what runs goes on.", result: .queue
  ) { call in
    try await call.engine.turns.setPaused(true)
    return try await queueView(call)
  },
  Method(
    "queue/resume", .post("/v1/queue/resume"), .admin, "Takes turns from the queue again.",
    result: .queue
  ) { call in
    try await call.engine.turns.setPaused(false)
    return try await queueView(call)
  },
]

private func queueView(_ call: Call) async throws -> QueueView {
  QueueView(
    status: try await call.engine.turns.queueStatus(),
    isPaused: try await call.engine.turns.isPaused())
}
