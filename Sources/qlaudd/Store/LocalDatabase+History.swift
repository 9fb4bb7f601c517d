package import Domain
import GRDB

/// Where the history that a model is sent begins in a thread. Without a row it is the thread's beginning.
package struct HistoryStart: Sendable, Equatable {
  package let threadID: ThreadID
  /// The model as it was asked for, lower-case.
  package let model: String
  /// The first message that is sent.
  package let start: MessageSeq
  /// The thread's last message when the start was moved: replies behind it were given from there on.
  package let since: MessageSeq
  /// The model's window in tokens at that time; 0 where nobody knew.
  package let window: Int
  /// What a thousand estimated tokens were for the model at that time.
  package let permille: Int
  /// A start; the model's name is lower-cased.
  package init(
    threadID: ThreadID, model: String, start: MessageSeq, since: MessageSeq, window: Int,
    permille: Int
  ) {
    self.threadID = threadID
    self.model = model.lowercased()
    self.start = start
    self.since = since
    self.window = window
    self.permille = permille
  }
}

extension LocalDatabase {
  /// The conversation as a model call needs it: the last `turns` starts of a turn between two places and all that
  /// belongs to them. Ordered as the conversation goes, which is not always by number: the answer to a turn stands behind
  /// that turn's question even where later questions were stored before it.
  /// - Parameters:
  ///   - from: the place of a turn's start; what comes before it is left out.
  ///   - through: the running turn's `userSeq`; its own replies and tool results are included, later turns are not.
  package func history(
    _ thread: ThreadID, from: MessageSeq = 1, through: MessageSeq, turns: Int
  ) async throws -> [Message] {
    guard turns > 0 else { return [] }
    return try readHere { db in
      let first = try MessageTable.anchor(db, thread, ofStart: turns, through: through)
      return try MessageTable.conversation(
        db, thread, from: max(first ?? 1, from), through: through)
    }
  }

  /// Where the history begins for a model; nil for the thread's beginning.
  package func historyStart(_ thread: ThreadID, model: String) async throws -> HistoryStart? {
    try look { try HistoryStartTable.get($0, thread, model: model.lowercased()) }
  }
  /// Moves the beginning of the history for a model.
  package func setHistoryStart(_ start: HistoryStart) async throws {
    try await write { try HistoryStartTable.set($0.db, start) }
  }

  /// The question of a thread's first turn that is not finished; nil where all are.
  package func firstUnfinished(_ thread: ThreadID) async throws -> MessageSeq? {
    try look { try TurnTable.firstUnfinished($0, in: thread) }
  }

  /// The summary that reaches furthest before a place; nil where there is none.
  package func compaction(_ thread: ThreadID, before: MessageSeq = .max) async throws -> Compaction?
  {
    try look { try CompactionTable.newest($0, thread, before: before) }
  }

  /// Stores a summary, with `thread.updated`. One that reaches as far or farther is left as it is and returned.
  /// - Throws: `not_found`; `invalid_params` for a place past the thread's end.
  package func addCompaction(
    _ id: String, to thread: ThreadID, visibleTo key: KeyID?, through: MessageSeq, summary: String,
    model: String
  ) async throws -> Compaction {
    try await write { transaction in
      let stored = try Self.stored(transaction.db, thread, visibleTo: key)
      if let newest = try CompactionTable.newest(transaction.db, thread, before: .max),
        newest.through >= through
      {
        return newest
      }
      guard through <= stored.lastSeq else {
        throw QlaudError.invalid("through_seq", "must be at most \(stored.lastSeq)")
      }
      let compaction = Compaction(
        id: id, threadID: thread, through: through, summary: summary, model: model,
        madeAt: stored.lastSeq, createdAt: transaction.now)
      try CompactionTable.insert(transaction.db, compaction)
      try transaction.emit([.threadUpdated(stored.thread)])
      return compaction
    }
  }
}
