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
    try await write(isDurable: false) { transaction in
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
    if filter.thread == nil, try look({ try SearchStateTable.get($0).documents }) > limit {
      return nil
    }
    return try await read { db in
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
    around found: [Int64], near: NearVectors?, filter: SearchFilter, model: VectorModel?,
    score: VectorScore? = nil
  ) async throws -> (pointed: Set<Int64>, passages: [SearchPassage]) {
    try await read { db in
      try db.widenCache()
      var pointed = Set(found)
      if let near {
        let nearest = try Self.nearest(db, near)
        let new = nearest.filter { !pointed.contains($0) }
        pointed.formUnion(try SearchDocTable.visible(db, new.sorted(), filter))
      }
      let passages = try SearchPassageTable.around(
        db, Array(pointed), reach: Self.reach, notAfter: filter.through ?? .max,
        model: model?.number ?? 0, score: score)
      return (pointed, passages)
    }
  }

  /// Vectors that are read at once.
  private static let vectorsAtOnce = 64

  /// The nearest by their vectors. Each vector is a page of its own in a large file, so those that are unlikely to be among the
  /// nearest are not read.
  private static func nearest(_ db: Database, _ near: NearVectors) throws -> [Int64] {
    var best: [(id: Int64, score: Float)] = []
    var rest = near.vectors[...]
    while let next = rest.first {
      if best.count == near.limit, let last = best.last, last.score >= next.most { break }
      let some = rest.prefix(vectorsAtOnce)
      rest = rest.dropFirst(some.count)
      best += try VectorTable.scores(db, near.model.number, some.map(\.id), near.score)
      best.sort { ($0.score, $0.id) > ($1.score, $1.id) }
      best.removeLast(max(0, best.count - near.limit))
    }
    return best.map(\.id)
  }
}
