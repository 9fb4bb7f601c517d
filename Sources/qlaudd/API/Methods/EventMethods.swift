import Domain
import Engine
import Wire

/// Which events a subscriber asks for: a thread's, or all that its key may see.
struct Subscription: Sendable {
  let thread: ThreadID?
  let after: EventSeq
}

extension Shape where Value == Subscription {
  static let subscription = Shape(schema: [
    "type": "object",
    "properties": ["thread_id": ["type": "string"], "event_seq": ["type": "integer"]],
  ]) { ["thread_id": $0.thread?.json ?? "*", "event_seq": .int($0.after)] }
}

extension Field where Value == Int? {
  static let after = Field.int(
    "after", "Everything after this event; absent for what comes from now on.", in: 0...Int.max)
}

let eventMethods: [Method] = [
  .answering(
    "thread/subscribe", .get("/v1/threads/:thread_id/events"), .standard,
    "Gives the events after a cursor exactly once, in order, then goes on live. \"*\" for all threads.",
    params: .thread, .after, result: .subscription
  ) { call, thread, after in
    try await subscribe(call, thread.rawValue == "*" ? nil : thread, after)
  },
  .answering(
    "events/subscribe", .get("/v1/events"), .standard,
    "The same for all that the key may see.", params: .after, result: .subscription
  ) { call, after in try await subscribe(call, nil, after) },
  Method(
    "thread/unsubscribe", nil, .standard, "Ends a subscription of this connection.",
    params: .thread, result: .done
  ) { call, thread in
    let subject = EventStream.Subject.thread(thread.rawValue == "*" ? nil : thread)
    guard call.session?.close(subject) == true else {
      throw QlaudError.notFound("subscription to", thread)
    }
    return Done()
  },
]

private func subscribe(_ call: Call, _ thread: ThreadID?, _ after: Int?) async throws
  -> Answer<Subscription>
{
  if let thread { _ = try await call.engine.threads.get(thread, as: call.principal) }
  let log = call.engine.events
  let now = log.lastSeq
  let cursor = after.map(EventSeq.init) ?? now
  guard cursor <= now else {
    throw InvalidParams("after", "must be at most \(now), the last event's number")
  }
  let filter = EventFilter(threadID: thread, visibleTo: call.principal.visibleKey)
  return Answer(
    Subscription(thread: thread, after: cursor),
    stream: EventStream(feed: log.feed(after: cursor, matching: filter), subject: .thread(thread)))
}
