/// A summary that stands for the beginning of a thread in model calls. The messages themselves stay as they are.
package struct Compaction: Sendable, Equatable {
  package let id: String
  package let threadID: ThreadID
  /// The last message that it stands for; those behind it are sent as they are.
  package let through: MessageSeq
  package let summary: String
  /// The model that wrote it.
  package let model: String
  /// The thread's last message when it was made: replies behind it may have been given with it.
  package let madeAt: MessageSeq
  package let createdAt: Milliseconds
  /// A summary's row.
  package init(
    id: String, threadID: ThreadID, through: MessageSeq, summary: String, model: String,
    madeAt: MessageSeq, createdAt: Milliseconds
  ) {
    self.id = id
    self.threadID = threadID
    self.through = through
    self.summary = summary
    self.model = model
    self.madeAt = madeAt
    self.createdAt = createdAt
  }
}
