package import Domain
import GRDB

/// A page of the event log.
package struct EventPage: Sendable, Equatable {
  /// In the order of their numbers.
  package let events: [Event]
  /// Every number up to this one has been looked at: a cursor may move here, past what the filter hid.
  package let through: EventSeq
  /// A page.
  package init(events: [Event], through: EventSeq) {
    self.events = events
    self.through = through
  }
}

extension LocalDatabase {
  /// Events that wait in memory while the store cannot keep up; past them an append writes first.
  static let pendingLimit = 16_384

  /// Logs events in order, in memory: they are visible at once and durable after ``flushEvents()``, or with the next transaction that logs
  /// events of its own.
  /// - Returns: the last number given out; without drafts the last one visible.
  @discardableResult
  package func append(_ drafts: [EventDraft]) async throws -> EventSeq {
    guard !drafts.isEmpty else { return lastEventSeq }
    let now = source.now()
    if log.pendingCount >= Self.pendingLimit { try await flushEvents() }
    while true {
      if let last = log.append(drafts, at: now) { return last }
      try await reserveEventNumbers(atLeast: drafts.count)
    }
  }

  /// Makes all waiting events durable, in order, in one transaction; does nothing where there are none.
  package func flushEvents() async throws {
    guard log.pendingCount > 0 else { return }
    try await write { try $0.storeWaiting() }
  }

  /// How many appended events are not durable yet.
  package var unflushedEvents: Int { log.pendingCount }
  /// The last number that readers can see: the cursor "now".
  package var lastEventSeq: EventSeq { log.visibleThrough }

  /// The events past a cursor that pass a filter, at most `limit` (from 1). Empty only where nothing more is visible now.
  ///
  /// Pages that follow one another by `through` give every visible event exactly once, in order, whatever is appended,
  /// committed or flushed meanwhile. A cursor among the newest ``EventTail/window`` events costs no database read.
  package func events(after cursor: EventSeq, matching filter: EventFilter, limit: Int) async throws
    -> EventPage
  {
    var cursor = cursor
    while true {
      switch log.look(after: cursor, matching: filter, limit: limit) {
      case .page(let events, let through, let isEnd):
        if !events.isEmpty || isEnd { return EventPage(events: events, through: through) }
        cursor = through
      case .rows(let floor):
        let after = cursor
        let (events, through) = try await read { db in
          try EventTable.page(db, after: after, through: floor, matching: filter, limit: limit)
        }
        if !events.isEmpty { return EventPage(events: events, through: through) }
        cursor = through
      }
    }
  }

  /// Makes sure that so many more events can be numbered.
  func reserveEventNumbers(atLeast count: Int) async throws {
    let log = log
    let end = try await write { transaction in
      let end = log.reservation(atLeast: count)
      if let end { try EventTable.setReservedThrough(transaction.db, end) }
      return end
    }
    if let end { log.reserved(through: end) }
  }
}
