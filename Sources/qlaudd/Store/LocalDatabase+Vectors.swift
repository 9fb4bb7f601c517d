package import Domain
import GRDB

extension LocalDatabase {
  /// The model of that name, noted in the file where it is new.
  package func vectorModel(named name: String) async throws -> VectorModel {
    if let known = try await read({ try VectorTable.model($0, named: name) }) { return known }
    return try await write { transaction in
      if try VectorTable.model(transaction.db, named: name) == nil {
        try VectorTable.addModel(transaction.db, named: name)
      }
      guard let model = try VectorTable.model(transaction.db, named: name) else {
        throw StorageError.damaged("no row of a model that was just added")
      }
      return model
    }
  }

  /// The next messages that a model has not seen; nil where it has seen all that are indexed.
  package func unseenMessages(of model: VectorModel, limit: Int) async throws -> UnseenMessages? {
    try await read { db in
      let rows = try VectorTable.unseen(db, after: model.through, limit: limit)
      guard let through = rows.last?.0 else { return nil }
      var messages: [(Int64, Message)] = []
      for (id, hasMeaning) in rows where hasMeaning {
        if let message = try MessageTable.get(db, id) { messages.append((id, message)) }
      }
      return UnseenMessages(messages: messages.map { (id: $0.0, message: $0.1) }, through: through)
    }
  }

  /// Stores what a model made of some messages and how far it is now, all or nothing. Messages that are gone meanwhile are
  /// left out.
  /// - Returns: whose the vectors are; empty where somebody else was faster.
  package func storeVectors(
    _ vectors: [StoredVector], of unseen: UnseenMessages, by model: VectorModel, dimension: Int
  ) async throws -> [StoredCode] {
    try await write(isDurable: false, isForIndex: true) { transaction in
      let db = transaction.db
      guard
        try VectorTable.advance(
          db, model.number, from: model.through, through: unseen.through, dimension: dimension)
      else { return [] }
      let messages = Dictionary(
        unseen.messages.map { ($0.id, $0.message) }, uniquingKeysWith: { first, _ in first })
      var codes: [StoredCode] = []
      for vector in vectors {
        guard let message = messages[vector.id],
          let thread = try ThreadTable.get(db, message.threadID), thread.deletedAt == nil,
          let number = try SearchDocTable.number(db, of: message.threadID),
          try MessageTable.isStill(db, vector.id, message.threadID, message.seq),
          try SearchDocTable.isIndexed(db, vector.id)
        else { continue }
        try VectorTable.insert(db, model.number, vector)
        codes.append(
          StoredCode(
            id: vector.id, code: vector.code, threadNumber: number, role: message.role,
            createdAt: message.createdAt, keyID: thread.thread.keyID,
            endUserID: thread.thread.endUserID, isDeleted: false))
      }
      return codes
    }
  }

  /// Codes of a model, in the order of their numbers.
  package func codes(of model: VectorModel, after id: Int64, limit: Int) async throws
    -> [StoredCode]
  {
    try await read { try VectorTable.codes($0, model.number, after: id, limit: limit) }
  }

  /// Messages that a model has not seen yet.
  package func unseenCount(of model: VectorModel) async throws -> Int {
    try await read { try VectorTable.count($0, after: model.through) }
  }

  /// The number that stands for a thread in the index; nil where it is not in it.
  package func indexNumber(of thread: ThreadID) async throws -> Int64? {
    try await read { try SearchDocTable.number($0, of: thread) }
  }
}

// MARK: Passages

extension LocalDatabase {
  /// Places before and after a message that belong to it.
  package static let reach: MessageSeq = 2

  /// All that a search may look at, where that is not more than `limit` documents; else nil. Roles and times of the filter
  /// are left to the caller: what they shut out is still context.
  package func passages(in filter: SearchFilter, atMost limit: Int, model: VectorModel?)
    async throws
    -> [SearchPassage]?
  {
    try await read { db in
      let number = model?.number ?? 0
      guard let id = filter.thread else {
        guard try SearchStateTable.get(db).documents <= limit else { return nil }
        return try SearchPassageTable.visible(db, filter, model: number)
      }
      guard let thread = try ThreadTable.get(db, id), thread.deletedAt == nil,
        filter.visibleTo == nil || filter.visibleTo == thread.thread.keyID,
        filter.endUserID == nil || filter.endUserID == thread.thread.endUserID,
        let index = try SearchDocTable.number(db, of: id)
      else { return [] }
      guard try SearchPassageTable.count(db, thread: index) <= limit else { return nil }
      return try SearchPassageTable.between(
        db, thread: index, from: 0, through: .max, notAfter: filter.through ?? .max, model: number)
    }
  }

  /// What a search points to, with what stands around it: the documents that words have found, and of those that vectors may
  /// be near the nearest that pass the filter.
  /// - Returns: the numbers of what is pointed to, and all passages, each once.
  package func passages(
    around hits: [SearchHit], near: NearVectors?, filter: SearchFilter, model: VectorModel?,
    score: VectorScore? = nil
  ) async throws -> (pointed: Set<Int64>, passages: [SearchPassage]) {
    try await read { db in
      try db.widenCache()
      var pointed = Set(hits.map(\.id))
      if let near {
        let nearest = try VectorTable.scores(db, near.model.number, near.ids, near.score)
          .sorted { ($0.score, $0.id) > ($1.score, $1.id) }.prefix(near.limit).map(\.id)
        let new = nearest.filter { !pointed.contains($0) }
        pointed.formUnion(try SearchDocTable.visible(db, new, filter))
      }
      let passages = try SearchPassageTable.around(
        db, Array(pointed), reach: Self.reach, notAfter: filter.through ?? .max,
        model: model?.number ?? 0, score: score)
      return (pointed, passages)
    }
  }

  /// Those documents that pass a filter, in the order in which they are asked for.
  package func hits(_ ids: [Int64], _ filter: SearchFilter) async throws -> [SearchHit] {
    try await read { try SearchDocTable.hits($0, ids, filter) }
  }

  /// Words that begin so: the shortest.
  package func completions(of prefix: String) async throws -> [String] {
    try await read { try SearchWordTable.beginning($0, with: prefix, limit: Self.completions) }
  }

  /// How many documents have each word, about, and how many there are.
  package func commonness(of words: [String]) async throws -> (counts: [Int], documents: Int) {
    try await readIndex { db in
      let state = try SearchStateTable.get(db)
      let counts = try words.map { word in
        Int(try self.rows(db, MatchText.term(IndexTerm(.words, [word])), state))
      }
      return (counts, state.documents)
    }
  }
}
