package import Domain
import GRDB
import Wire

extension LocalDatabase {
  /// Stores a new thread and logs `thread.created`.
  /// - Throws: `conflict` where the id is taken.
  package func createThread(_ thread: Thread) async throws {
    try await write { try Self.insert($0, thread, lastSeq: 0) }
  }

  private static func insert(_ transaction: Transaction, _ thread: Thread, lastSeq: MessageSeq)
    throws
  {
    guard try !ThreadTable.exists(transaction.db, thread.id) else {
      throw QlaudError.conflict("a thread \(thread.id) exists already")
    }
    try ThreadTable.insert(transaction.db, thread, lastSeq: lastSeq)
    try transaction.emit([.threadCreated(thread)])
  }

  /// A thread that is neither deleted nor another key's.
  /// - Throws: `not_found`.
  package func thread(_ id: ThreadID, visibleTo key: KeyID?) async throws -> Thread {
    try look { try Self.stored($0, id, visibleTo: key).thread }
  }

  /// The row behind every function that names a thread.
  /// - Parameter deleted: whether a softly deleted one counts.
  static func stored(
    _ db: Database, _ id: ThreadID, visibleTo key: KeyID?, deleted: Bool = false
  ) throws -> StoredThread {
    guard let stored = try ThreadTable.get(db, id), deleted || stored.deletedAt == nil,
      key == nil || stored.thread.keyID == key
    else { throw QlaudError.notFound("thread", id) }
    return stored
  }

  /// A page of threads, newest active first; equal moments by id. A thread that becomes active while somebody pages moves
  /// to the front and is not seen twice.
  /// - Throws: `invalid_params` for a cursor that is none.
  package func threads(limit: Int, cursor: String?, endUserID: String?, visibleTo key: KeyID?)
    async throws -> Page<Thread>
  {
    let place = try cursor.map(Self.threadPlace)
    let rows = try await read { db in
      try ThreadTable.page(
        db, limit: limit + 1, before: place, endUserID: endUserID, visibleTo: key)
    }
    let items = Array(rows.prefix(limit))
    let next = rows.count > limit ? items.last.map { "\($0.lastActiveAt).\($0.id)" } : nil
    return Page(items: items, nextCursor: next)
  }

  private static func threadPlace(_ cursor: String) throws -> (Milliseconds, ThreadID) {
    let parts = cursor.split(separator: ".", maxSplits: 1)
    guard parts.count == 2, let time = Milliseconds(parts[0]) else {
      throw QlaudError.invalid("cursor", "must be a next_cursor of this list")
    }
    return (time, ThreadID(rawValue: String(parts[1])))
  }

  /// Changes a thread and logs `thread.updated`. When it was last active stays.
  /// - Throws: `not_found`; `too_large` where the merged metadata is over ``Limits/metadataBytes``.
  package func updateThread(_ id: ThreadID, visibleTo key: KeyID?, _ change: ThreadChange)
    async throws -> Thread
  {
    let rule = rule
    return try await mendingIndex {
      try await write { transaction in
        let old = try Self.stored(transaction.db, id, visibleTo: key).thread
        let thread = change.applied(to: old)
        let size = JSON.object(thread.metadata).bytes.count
        guard size <= Limits.metadataBytes else {
          throw QlaudError(
            .tooLarge, "metadata: \(size) bytes as JSON, at most \(Limits.metadataBytes)",
            details: ["limit": .integer(Limits.metadataBytes)])
        }
        try ThreadTable.update(transaction.db, thread)
        if thread.endUserID != old.endUserID { try Self.reindex(transaction.db, old, thread, rule) }
        try transaction.emit([.threadUpdated(thread)])
        return thread
      }
    }
  }

  /// Deletes a thread softly and logs `thread.deleted`; what waits in it is cancelled, each turn with its `qlaud.done`.
  /// A turn that runs goes on and may still store its outcome.
  /// - Throws: `not_found`.
  package func deleteThread(_ id: ThreadID, visibleTo key: KeyID?) async throws {
    try await write { transaction in
      let stored = try Self.stored(transaction.db, id, visibleTo: key)
      for status in [Turn.Status.queued, .waiting] {
        for turn in try TurnTable.inStatus(transaction.db, status, thread: id) {
          _ = try Self.cancel(transaction, turn)
        }
      }
      try ThreadTable.markDeleted(transaction.db, id, at: transaction.now)
      try transaction.emit([.threadDeleted(id, owner: stored.thread.keyID, erased: false)])
    }
  }

  /// Erases a thread, deleted softly before or not: its turns, messages, events and what the index had of them are gone,
  /// their pages and what older moves of them left in others overwritten, and the write-ahead log emptied, so no byte of them
  /// is left in the files. Usage rows stay: they hold no content. A
  /// `thread.deleted` with `erased` tells readers.
  /// - Throws: `not_found`; `conflict` while a turn of it runs; `overloaded` where another process kept the log from
  ///   being emptied (the rows are gone by then).
  package func eraseThread(_ id: ThreadID, visibleTo key: KeyID?) async throws {
    try await clearIndex(of: try await eraseRows(of: id, visibleTo: key))
  }

  /// - Returns: the words that the index no longer lists.
  private func eraseRows(of id: ThreadID, visibleTo key: KeyID?) async throws -> Set<String> {
    let rule = rule
    return try await mendingIndex {
      let words = try await unindexAhead(id, visibleTo: key)
      return words.union(try await write { try Self.erase($0, id, visibleTo: key, rule) })
    }
  }

  /// What erasures leave to be done when the rows are gone.
  private func clearIndex(of words: Set<String>) async throws {
    try await mendingIndex { try await restoreWords(words) }
    try await mendingIndex { try await purgeIndex() }
    try await scrub()
  }

  /// - Returns: the words that the index no longer lists.
  private static func erase(
    _ transaction: Transaction, _ id: ThreadID, visibleTo key: KeyID?, _ rule: IndexingRule
  ) throws -> Set<String> {
    let db = transaction.db
    let stored = try stored(db, id, visibleTo: key, deleted: true)
    let active = try [Turn.Status.running, .waiting].flatMap {
      try TurnTable.inStatus(db, $0, thread: id)
    }
    guard active.isEmpty else {
      throw QlaudError.conflict("a turn of thread \(id) is running; cancel it first")
    }
    // What waits in memory of the thread becomes rows before the rows go.
    try transaction.storeWaiting()
    try ApprovalTable.delete(db, thread: id)
    try ToolCallTable.delete(db, thread: id)
    try TurnTable.delete(db, thread: id)
    try CompactionTable.delete(db, thread: id)
    try HistoryStartTable.delete(db, thread: id)
    let removed = try unindex(db, stored.thread, rule)
    try MessageTable.delete(db, thread: id)
    try SearchStateTable.noteRemoval(db, documents: removed.documents)
    try VectorTable.noteRemoval(db)
    try EventTable.delete(db, thread: id)
    try ThreadTable.delete(db, id)
    try CareTable.setScrubOwed(db, true)
    transaction.forgetAfterCommit(id)
    try transaction.emit([.threadDeleted(id, owner: stored.thread.keyID, erased: true)])
    return removed.words
  }

  /// Erases threads that were deleted softly before a moment, the longest dead first, each in a transaction of its own.
  /// - Returns: how many, at most `limit`.
  package func sweepDeletedThreads(deletedBefore: Milliseconds, limit: Int) async throws -> Int {
    let ids = try await read { db in
      try ThreadTable.sweepable(db, deletedBefore: deletedBefore, limit: limit)
    }
    var words: Set<String> = []
    for id in ids { words.formUnion(try await eraseRows(of: id, visibleTo: nil)) }
    if !ids.isEmpty { try await clearIndex(of: words) }
    return ids.count
  }

  /// Copies a thread with its messages up to a place, all of them for nil; turns and events are not copied, and nothing
  /// ties the copy to its source.
  /// - Throws: `not_found`; `invalid_params` for a place past the end; `conflict` where the new id is taken.
  package func forkThread(
    _ id: ThreadID, visibleTo key: KeyID?, as newID: ThreadID, keyID: KeyID, atSeq: MessageSeq?
  ) async throws -> Thread {
    try await write { transaction in
      let stored = try Self.stored(transaction.db, id, visibleTo: key)
      let last = atSeq ?? stored.lastSeq
      guard (0...stored.lastSeq).contains(last) else {
        throw QlaudError.invalid("at_seq", "must be a whole number from 0 to \(stored.lastSeq)")
      }
      let old = stored.thread
      let fork = Thread(
        id: newID, keyID: keyID, endUserID: old.endUserID, title: old.title, metadata: old.metadata,
        defaultModel: old.defaultModel, system: old.system, createdAt: transaction.now,
        lastActiveAt: transaction.now, offline: old.offline)
      try Self.insert(transaction, fork, lastSeq: last)
      try MessageTable.copy(transaction.db, from: id, to: newID, through: last)
      try CompactionTable.copy(transaction.db, from: id, to: newID, through: last)
      return fork
    }
  }

  /// Stores a thread with all its messages, as they are; logs `thread.created`.
  /// - Throws: `conflict` where the id is taken; `invalid_params` where the messages are not numbered 1, 2, 3 ….
  package func importThread(_ thread: Thread, messages: [Message]) async throws {
    for (index, message) in messages.enumerated() where message.seq != MessageSeq(index + 1) {
      throw QlaudError.invalid(
        "seq", "must be \(index + 1): messages are numbered from 1 without gaps")
    }
    try await write { transaction in
      try Self.insert(transaction, thread, lastSeq: MessageSeq(messages.count))
      for message in messages {
        let own = Message(
          threadID: thread.id, seq: message.seq, role: message.role, content: message.content,
          requestID: message.requestID, model: message.model, stopReason: message.stopReason,
          usage: message.usage, createdAt: message.createdAt)
        try MessageTable.insert(transaction.db, own, anchor: own.seq)
      }
    }
  }
}
