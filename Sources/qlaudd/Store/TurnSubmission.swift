package import Domain
import Wire

/// A turn to be queued.
package struct TurnSubmission: Sendable, Equatable {
  package let turnID: TurnID
  /// Nil for a job.
  package let threadID: ThreadID?
  package let keyID: KeyID
  package let request: TurnRequest
  /// Nil for a job, and for a turn that answers the thread's last message, which must be a user's.
  package let userMessage: MessageDraft?
  package let idempotencyKey: String?
  /// Hex SHA-256 of the whole request: tells a repetition from another request under the same key.
  package let bodyHash: String
  /// The key that must own the thread; nil for any.
  package let visibleTo: KeyID?
  /// A submission.
  package init(
    turnID: TurnID, threadID: ThreadID?, keyID: KeyID, request: TurnRequest,
    userMessage: MessageDraft?, idempotencyKey: String?, bodyHash: String, visibleTo: KeyID?
  ) {
    self.turnID = turnID
    self.threadID = threadID
    self.keyID = keyID
    self.request = request
    self.userMessage = userMessage
    self.idempotencyKey = idempotencyKey
    self.bodyHash = bodyHash
    self.visibleTo = visibleTo
  }
}

/// A turn that is in the queue.
package struct SubmittedTurn: Sendable, Equatable {
  package let turn: Turn
  /// The number before the turn's first event: a reader that starts here misses none.
  package let cursor: EventSeq
  /// Whether an earlier submission with the same idempotency key made it.
  package let isReplay: Bool
  /// The key that owns the thread, else the job: the one its events belong to.
  package let ownerKeyID: KeyID
}

/// A turn that has just been finished.
package struct FinishedTurn: Sendable, Equatable {
  /// As its row is now.
  package let turn: Turn
  /// The reply's place; nil where there was none to store.
  package let assistantSeq: MessageSeq?
  /// The key that owns the thread, else the job: the one its events belong to.
  package let ownerKeyID: KeyID
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
}
