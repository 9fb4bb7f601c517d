package import Domain
import Store
import Wire

/// The event log as the rest of the product sees it: append, and read from a cursor on.
///
/// What is appended is visible at once and written within 100 ms, 64 events or at a block's end,
/// whichever comes first; numbers never repeat, not even after a crash.
package struct EventLog: Sendable {
  let store: LocalDatabase
  /// Rings when events have become visible.
  let grown: Bell
  /// Rings when what is pending should be written now.
  let flushNow: Bell

  /// Events that may wait in memory; past them an append writes first, so a store that cannot keep
  /// up or cannot write stops the turns instead of filling the memory.
  static let unwrittenLimit = 16_384

  /// Logs events in order.
  /// - Throws: ``QlaudError`` where the store cannot take them.
  @discardableResult
  package func append(_ drafts: [EventDraft], urgent: Bool = false) async throws -> EventSeq {
    if store.unflushedEvents > Self.unwrittenLimit { try await store.flushEvents() }
    let last = try await store.append(drafts)
    if urgent || store.unflushedEvents >= 64 { flushNow.ring() }
    return last
  }

  /// The number of the last event that can be read.
  package var lastSeq: EventSeq { store.lastEventSeq }

  /// Everything after a cursor that passes the filter: first what is stored, then what comes.
  package func feed(
    after cursor: EventSeq, matching filter: EventFilter, until end: TurnID? = nil
  )
    -> EventFeed
  {
    EventFeed(store: store, grown: grown, cursor: cursor, filter: filter, end: end)
  }
}
