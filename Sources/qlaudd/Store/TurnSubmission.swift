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
