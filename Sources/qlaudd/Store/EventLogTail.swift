import Domain
import Synchronization

/// The ``EventTail`` of an open file behind its lock, with the call that tells of news. The lock is held for short,
/// bounded steps and never across a wait or a call out.
final class EventLogTail: Sendable {
  private let tail: Mutex<EventTail>
  private let onEvents: @Sendable () -> Void

  init(firstFree: EventSeq, onEvents: @escaping @Sendable () -> Void) {
    tail = Mutex(EventTail(firstFree: firstFree))
    self.onEvents = onEvents
  }

  var lastNumber: EventSeq { tail.withLock { $0.lastNumber } }
  var visibleThrough: EventSeq { tail.withLock { $0.visibleThrough } }
  var pendingCount: Int { tail.withLock { $0.pendingCount } }
  var reservationNeeded: EventSeq? { tail.withLock { $0.reservationNeeded } }
  var pendingEvents: [Event] { tail.withLock { $0.pendingEvents() } }

  /// Where the reservation must end for that many more events; nil where it suffices.
  func reservation(atLeast count: Int) -> EventSeq? {
    tail.withLock { $0.remaining >= count ? nil : $0.reservation(atLeast: count) }
  }
  func reserved(through end: EventSeq) { tail.withLock { $0.reserved(through: end) } }

  func append(_ drafts: [EventDraft], at time: Milliseconds) -> EventSeq? {
    guard let last = tail.withLock({ $0.append(drafts, at: time) }) else { return nil }
    onEvents()
    return last
  }

  func hold(_ drafts: [EventDraft], at time: Milliseconds) -> (EventTail.HoldID, [Event]) {
    tail.withLock { $0.hold(drafts, at: time) }
  }

  /// Ends a transaction's holds and notes what it reserved.
  func settle(_ holds: [EventTail.HoldID], committed: Bool, reservedThrough: EventSeq?) {
    tail.withLock { tail in
      if let reservedThrough { tail.reserved(through: reservedThrough) }
      for hold in holds { committed ? tail.commit(hold) : tail.rollback(hold) }
    }
    // After a rollback, too: what was appended behind the hold becomes visible.
    if !holds.isEmpty { onEvents() }
  }

  /// Wakes those who wait for events, without one.
  func ring() { onEvents() }

  func flushed(through last: EventSeq) { tail.withLock { $0.flushed(through: last) } }
  func letGo(through last: EventSeq) -> Bool { tail.withLock { $0.letGo(through: last) } }
  func forget(_ thread: ThreadID) { tail.withLock { $0.forget(thread) } }

  func look(after cursor: EventSeq, matching filter: EventFilter, limit: Int) -> EventTail.Look {
    tail.withLock { $0.look(after: cursor, matching: filter, limit: limit) }
  }
}
