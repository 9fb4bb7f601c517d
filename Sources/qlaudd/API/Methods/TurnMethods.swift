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
