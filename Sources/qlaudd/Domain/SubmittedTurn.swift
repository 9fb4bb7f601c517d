/// A turn that is in the queue.
package struct SubmittedTurn: Sendable, Equatable {
  package let turn: Turn
  /// The number before the turn's first event: a reader that starts here misses none.
  package let cursor: EventSeq
  /// Whether an earlier submission with the same idempotency key made it.
  package let isReplay: Bool
  /// Whether it was stored as one that runs already, because nothing stood before it: the caller must see to it that it does.
  package let isBegun: Bool
  /// As the store found it.
  package init(turn: Turn, cursor: EventSeq, isReplay: Bool, isBegun: Bool = false) {
    self.turn = turn
    self.cursor = cursor
    self.isReplay = isReplay
    self.isBegun = isBegun
  }
}

/// A turn that has just been finished.
package struct FinishedTurn: Sendable, Equatable {
  /// As its row is now.
  package let turn: Turn
  /// The reply's place; nil where there was none to store.
  package let assistantSeq: MessageSeq?
  /// As the store found it.
  package init(turn: Turn, assistantSeq: MessageSeq?) {
    self.turn = turn
    self.assistantSeq = assistantSeq
  }
}

/// How much waits.
package struct QueueStatus: Sendable, Equatable {
  /// Turns that are queued.
  package let depth: Int
  package let running: Int
  /// Turns that wait for an approval or a client's tool.
  package let waiting: Int
  /// When the oldest of the queued turns was submitted.
  package let oldestQueuedAt: Milliseconds?
  /// As the store found it.
  package init(
    depth: Int, running: Int, waiting: Int, oldestQueuedAt: Milliseconds?
  ) {
    self.depth = depth
    self.running = running
    self.waiting = waiting
    self.oldestQueuedAt = oldestQueuedAt
  }
}
