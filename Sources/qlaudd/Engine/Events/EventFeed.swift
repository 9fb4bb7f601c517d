package import Domain
import Store
import Wire

/// The events of the log from a cursor on, in pages of at most ``Limits/eventPage``. Replay and live
/// are one path: read a page, else wait for the bell. Nothing is buffered for a reader, so one that
/// stops reading costs nothing and misses nothing.
package struct EventFeed: AsyncSequence, Sendable {
  package typealias Element = [Event]
  package typealias Failure = any Error

  let store: LocalDatabase
  let grown: Bell
  let cursor: EventSeq
  let filter: EventFilter
  /// The turn whose end ends the feed; nil for a feed without end.
  let end: TurnID?

  package func makeAsyncIterator() -> Iterator {
    // Listening begins before the first read, so a ring between the two is kept.
    Iterator(feed: self, cursor: cursor, rings: grown.listen().makeAsyncIterator())
  }

  /// Reads one page after another.
  package struct Iterator: AsyncIteratorProtocol {
    let feed: EventFeed
    var cursor: EventSeq
    var rings: AsyncStream<Void>.Iterator
    var isFinished = false

    /// The next events, at least one; nil after the end.
    /// - Throws: `CancellationError` when the task is cancelled, ``QlaudError`` from the store.
    package mutating func next() async throws -> [Event]? {
      while !isFinished {
        try Task.checkCancellation()
        let page = try await page()
        guard page.isEmpty else { return page }
        guard await rings.next(isolation: #isolation) != nil else { throw CancellationError() }
      }
      return nil
    }

    private mutating func page() async throws -> [Event] {
      let page = try await feed.store.events(
        after: cursor, matching: feed.filter, limit: Limits.eventPage)
      cursor = Swift.max(cursor, page.through)
      isFinished = feed.end != nil && page.events.contains(where: endsFeed)
      return page.events
    }

    private func endsFeed(_ event: Event) -> Bool {
      event.name == EventName.done && event.turnID == feed.end
    }
  }
}
