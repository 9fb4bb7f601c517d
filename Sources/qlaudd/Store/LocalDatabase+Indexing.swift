import Domain
import GRDB

/// What one round of indexing did.
package struct IndexRound: Sendable, Equatable {
  /// Messages that were looked at.
  package let looked: Int
  /// Those of them that can be found now.
  package let documents: Int
}

/// How far the index is.
package struct IndexStatus: Sendable, Equatable {
  /// Messages that can be found by their words.
  package let documents: Int
  /// Messages that are not looked at yet, about.
  package let waiting: Int
}

extension LocalDatabase {
  /// Messages of one round, at most.
  package static let roundMessages = 64
  /// The same in the midst of turns: a send that comes at the same time waits for this many.
  package static let shortRoundMessages = 16
  /// Bytes of one round, about.
  private static let roundBytes = 256 << 10

  /// Indexes the messages that were stored after the last one that is indexed, some at a time. What this did and how far
  /// it came is one transaction: a crash loses nothing and does nothing twice. An index that is found damaged is mended.
  /// - Parameter limit: Messages at most.
  package func indexRound(limit: Int = LocalDatabase.roundMessages) async throws -> IndexRound {
    let round = try await mendingIndex { try await nextRound(limit) }
    if round.documents > 0 { mends.withLock { $0.isEmptied = false } }
    return round
  }

  private func nextRound(_ limit: Int) async throws -> IndexRound {
    let rule = rule
    let state = try await read { try SearchStateTable.get($0) }
    guard state.rule == rule.version else {
      try await write { try Self.restartIndex($0.db, rule) }
      return try await nextRound(limit)
    }
    let messages = try await read { db in
      try MessageTable.stored(db, after: state.indexedThrough, limit: limit)
    }
    guard !messages.isEmpty else { return IndexRound(looked: 0, documents: 0) }
    var batch: [(id: Int64, message: Message, text: IndexedText?)] = []
    var bytes = 0
    for (id, message) in messages {
      let text = rule.prepare(message)
      batch.append((id, message, text))
      bytes += text.map { $0.body.utf8.count + $0.tool.utf8.count } ?? 0
      if bytes > Self.roundBytes { break }
    }
    let taken = batch
    let words = Set(taken.flatMap { $0.text?.words ?? [] })
    // Looked up beside the writer, which has nothing left to do but to add the few new ones.
    let newWords = try await read { try SearchWordTable.missing($0, words) }
    // What a loss of power takes away is made again.
    return try await write(isDurable: false) { transaction in
      let db = transaction.db
      let now = try SearchStateTable.get(db)
      guard now.indexedThrough == state.indexedThrough, now.rule == state.rule else {
        return IndexRound(looked: taken.count, documents: 0)
      }
      var threads: [ThreadID: Thread?] = [:]
      var (documents, new) = (0, 0)
      for (id, message, text) in taken {
        guard let text else { continue }
        let thread: Thread?
        if let known = threads[message.threadID] {
          thread = known
        } else {
          let stored = try ThreadTable.get(db, message.threadID)
          thread = stored?.deletedAt == nil ? stored?.thread : nil
          threads[message.threadID] = .some(thread)
        }
        guard let thread,
          try MessageTable.isStill(db, id, message.threadID, message.seq)
        else { continue }
        if try Self.index(db, id, message, thread, text) { new += 1 }
        documents += 1
      }
      for word in newWords { try SearchWordTable.insert(db, word) }
      try SearchStateTable.advance(
        db, through: taken.last?.id ?? state.indexedThrough, documents: new)
      return IndexRound(looked: taken.count, documents: documents)
    }
  }

  /// Whether messages wait to be indexed.
  package func hasUnindexed() throws -> Bool {
    try look { try SearchStateTable.waiting($0) > 0 }
  }

  /// How far the index is.
  package func indexStatus() async throws -> IndexStatus {
    try await read { db in
      IndexStatus(
        documents: try SearchStateTable.get(db).documents, waiting: try SearchStateTable.waiting(db)
      )
    }
  }
}

// MARK: Inside of transactions

extension LocalDatabase {
  /// - Returns: whether the document is a new one. Those of an index whose words are made again are not.
  private static func index(
    _ db: Database, _ id: Int64, _ message: Message, _ thread: Thread, _ text: IndexedText
  ) throws -> Bool {
    try SearchTextTable.insert(db, id, text, scope: SearchScope.text(thread, message))
    guard try !SearchDocTable.isIndexed(db, id) else { return false }
    let number =
      try SearchDocTable.number(db, of: thread.id) ?? SearchDocTable.addThread(db, thread.id)
    try SearchDocTable.insert(db, id, thread: number, message, text)
    return true
  }

  /// Takes a thread's messages out of the index, before they are deleted. The caller notes the removal afterwards.
  /// - Returns: how many were in it, and the words that are no longer listed: others may still use them.
  static func unindex(_ db: Database, _ thread: Thread, _ rule: IndexingRule) throws
    -> (documents: Int, words: Set<String>)
  {
    if try SearchStateTable.get(db).rule != rule.version { try restartIndex(db, rule) }
    var words: Set<String> = []
    var documents = 0
    try eachMessage(db, thread.id) { id, message in
      if try takeOut(db, id, message, thread, rule, &words) { documents += 1 }
    }
    for word in words { try SearchWordTable.delete(db, word) }
    try SearchDocTable.deleteThread(db, thread.id)
    return (documents, words)
  }

  /// - Returns: whether the message was in the index.
  private static func takeOut(
    _ db: Database, _ id: Int64, _ message: Message, _ thread: Thread, _ rule: IndexingRule,
    _ words: inout Set<String>
  ) throws -> Bool {
    try VectorTable.delete(db, id)
    guard try SearchDocTable.delete(db, id), let text = rule.prepare(message) else { return false }
    // While the words are made again a document may not have its own yet.
    if try SearchTextTable.contains(db, id) {
      try SearchTextTable.delete(db, id, text, scope: SearchScope.text(thread, message))
    }
    words.formUnion(text.words)
    return true
  }

  /// Messages that are taken out in one transaction: others wait for this long.
  private static let removedAtOnce = 200

  /// Takes the messages of a long thread out of the index before it is erased, some at a time, so that nobody waits for all
  /// of it. The thread is deleted softly with the first: should this end in the middle, the sweep goes on with it.
  /// - Returns: the words that are no longer listed.
  func unindexAhead(_ id: ThreadID, visibleTo key: KeyID?) async throws -> Set<String> {
    let rule = rule
    var words: Set<String> = []
    while let some = try await write({ try Self.unindexSome($0, id, visibleTo: key, rule) }) {
      words.formUnion(some)
    }
    return words
  }

  private static func unindexSome(
    _ transaction: Transaction, _ id: ThreadID, visibleTo key: KeyID?, _ rule: IndexingRule
  ) throws -> Set<String>? {
    let db = transaction.db
    let stored = try stored(db, id, visibleTo: key, deleted: true)
    guard stored.lastSeq > removedAtOnce, try SearchStateTable.get(db).rule == rule.version,
      try TurnTable.inStatus(db, .running, thread: id).isEmpty,
      try TurnTable.inStatus(db, .waiting, thread: id).isEmpty,
      let number = try SearchDocTable.number(db, of: id)
    else { return nil }
    let ids = try SearchDocTable.some(db, of: number, limit: removedAtOnce)
    guard ids.count == removedAtOnce else { return nil }
    if stored.deletedAt == nil { try ThreadTable.markDeleted(db, id, at: transaction.now) }
    var words: Set<String> = []
    for id in ids {
      guard let message = try MessageTable.get(db, id) else { continue }
      _ = try takeOut(db, id, message, stored.thread, rule, &words)
    }
    for word in words { try SearchWordTable.delete(db, word) }
    try SearchStateTable.noteRemoval(db, documents: ids.count)
    return words
  }

  /// Gives the messages of a thread new filters.
  static func reindex(_ db: Database, _ old: Thread, _ new: Thread, _ rule: IndexingRule) throws {
    guard try SearchStateTable.get(db).rule == rule.version else { return }
    try eachMessage(db, old.id) { id, message in
      guard try SearchTextTable.contains(db, id), let text = rule.prepare(message) else { return }
      try SearchTextTable.delete(db, id, text, scope: SearchScope.text(old, message))
      try SearchTextTable.insert(db, id, text, scope: SearchScope.text(new, message))
    }
  }

  private static func eachMessage(
    _ db: Database, _ thread: ThreadID, _ body: (Int64, Message) throws -> Void
  ) throws {
    var seq: MessageSeq = 0
    while true {
      let page = try MessageTable.numbered(db, of: thread, after: seq, limit: 100)
      for (id, message) in page { try body(id, message) }
      guard let last = page.last?.1.seq else { return }
      seq = last
    }
  }

  private static func restartIndex(_ db: Database, _ rule: IndexingRule) throws {
    try VectorTable.deleteAll(db)
    try SearchTextTable.deleteAll(db)
    try SearchDocTable.deleteAll(db)
    try SearchWordTable.deleteAll(db)
    try SearchStateTable.restart(db, rule: rule.version)
  }

  /// Words that are looked for again after an erase, at most; further ones are listed again when they are next used.
  private static let mostRestored = 5_000

  /// Lists those words again that other messages have, after a thread was taken out. What only the erased ones had stays
  /// gone.
  func restoreWords(_ words: Set<String>) async throws {
    guard !words.isEmpty else { return }
    let rule = rule
    let used = try await read { db in
      try words.sorted().prefix(Self.mostRestored).filter { word in
        let term = MatchText.term(IndexTerm(.words, [word]))
        return try SearchTextTable.newest(db, term, limit: 3).contains { id in
          try MessageTable.get(db, id).flatMap(rule.prepare)?.words.contains(word) == true
        }
      }
    }
    guard !used.isEmpty else { return }
    try await write { transaction in
      for word in used { try SearchWordTable.insert(transaction.db, word) }
    }
  }
}
