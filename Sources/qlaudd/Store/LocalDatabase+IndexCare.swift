package import Domain
import GRDB
import Synchronization

/// What was done about a damaged index, while the file is open.
final class IndexMends: Sendable {
  struct State {
    /// How often anything was done that may have helped.
    var count = 0
    /// Whether the words were emptied and none was indexed since: then doing it again helps nothing.
    var isEmptied = false
    /// What was wrong each time, until somebody asks.
    var unreported: [String] = []
  }
  private let state = Mutex(State())

  func withLock<T: Sendable>(_ body: (inout State) -> T) -> T { state.withLock { body(&$0) } }
}

// MARK: Segments

extension LocalDatabase {
  private static let mergePages = 64

  /// Brings segments of the index together, a little at a time, for moments in which nobody waits.
  /// - Returns: whether there may be more to do.
  package func tidyIndex() async throws -> Bool {
    try await mendingIndex { try await merge(pages: Self.mergePages) }
  }

  /// Sees to it that nothing is left in the file of what was taken out of the index: brings all segments together, step
  /// by step, while others may write between.
  func purgeIndex() async throws {
    while true {
      let removals = try await read { try SearchStateTable.get($0).removals }
      guard removals > 0 else { return }
      var pages = -Self.mergePages
      while try await merge(pages: pages) { pages = Self.mergePages }
      try await write { try SearchStateTable.forgetRemovals($0.db, removals) }
      // What words there were is forgotten here, too.
      beginnings.withLock { $0.removeAll() }
    }
  }

  private func merge(pages: Int) async throws -> Bool {
    let (isMore, isHigh) = try await write { transaction in
      let isMore = try SearchTextTable.merge(transaction.db, pages: pages)
      return (isMore, try SearchTextTable.levels(transaction.db)?.compacted() != nil)
    }
    if isHigh { _ = try await compactLevels() }
    return isMore
  }

  /// Takes empty levels out of the index's structure, where there are many.
  ///
  /// No command of FTS5 does that. It keeps the structure in memory and reads it again when another connection has changed
  /// the file, so another connection writes it, while the writer's has no transaction.
  /// - Returns: whether there was anything to do.
  func compactLevels() async throws -> Bool {
    try checkOpen()
    _ = enterWriter()
    defer { leaveWriter() }
    let (path, watch, mends) = (path, watch, mends)
    return try await withCheckedThrowingContinuation { continuation in
      pool.asyncWriteWithoutTransaction { _ in
        continuation.resume(
          with: Result { try Self.compactLevels(at: path, watch, mends) }
            .mapError { StorageError.map($0) })
      }
    }
  }

  private static func compactLevels(
    at path: String, _ watch: FileWatch, _ mends: IndexMends
  ) throws -> Bool {
    // The path may stand for another file by now.
    if let problem = watch.look().problem { throw problem.error }
    let queue = try DatabaseQueue(path: path, configuration: .house)
    defer { DatabaseFile.closeQuietly(queue) }
    let isDone = try queue.write { db in
      guard let fewer = try SearchTextTable.levels(db)?.compacted() else { return false }
      try SearchTextTable.setLevels(db, fewer)
      return true
    }
    if isDone { mends.withLock { $0.count += 1 } }
    return isDone
  }
}

// MARK: Damage

extension LocalDatabase {
  /// Runs something that needs the index of the words, again after each thing that could be done about damage of it. No
  /// step of `body` may be one that must not be done twice.
  func mendingIndex<T: Sendable>(_ body: () async throws -> T) async throws -> T {
    while true {
      let count = mends.withLock { $0.count }
      do { return try await body() } catch let error as QlaudError where error.isOfSearchIndex {
        guard try await mendIndex(error, after: count) else { throw error }
      }
    }
  }

  /// A read that needs the index of the words.
  func readIndex<T: Sendable>(_ body: @escaping @Sendable (Database) throws -> T) async throws -> T
  {
    try await mendingIndex { try await read(body) }
  }

  /// - Returns: whether another try may succeed.
  private func mendIndex(_ error: QlaudError, after count: Int) async throws -> Bool {
    // Somebody else may have met the same damage and done with it.
    guard mends.withLock({ $0.count == count }) else { return true }
    let levels = try await read { try SearchTextTable.levels($0)?.levels ?? [] }
    if !levels.allSatisfy(\.isEmpty), try await compactLevels() {
      noteMend("\(error.message); it had too many levels")
      return true
    }
    guard mends.withLock({ !$0.isEmptied }) else { return false }
    try await remakeIndex(onlyAfter: count)
    noteMend("\(error.message); its words are made again from the messages")
    return true
  }

  private func noteMend(_ text: String) { mends.withLock { $0.unreported.append(text) } }

  /// Forgets where words stand, so that it is made again from the messages by the next rounds: whatever state the index is in,
  /// and without what takes longer to make, the vectors. Until then searches find what is indexed again.
  package func remakeIndex() async throws { try await remakeIndex(onlyAfter: nil) }

  private func remakeIndex(onlyAfter count: Int?) async throws {
    let mends = mends
    try await write { transaction in
      guard count == nil || mends.withLock({ $0.count == count }) else { return }
      try SearchTextTable.reset(transaction.db)
      try SearchStateTable.restartText(transaction.db)
      mends.withLock { mends in
        mends.count += 1
        mends.isEmptied = true
      }
    }
    commonness.withLock { $0.removeAll() }
    beginnings.withLock { $0.removeAll() }
    log.ring()
  }

  /// What was wrong with the index and was mended since the last call.
  package func takeIndexMends() -> [String] {
    mends.withLock { mends in
      defer { mends.unreported = [] }
      return mends.unreported
    }
  }

  /// Whether all that should be in the index is there and can be read; takes about as long as to read it, on a connection of
  /// its own.
  package func indexFinding() async throws -> Finding {
    do {
      let (missing, stray) = try await readAside { db in
        guard try SearchTextTable.hasReadableWords(db) else {
          return (missing: try SearchTextTable.count(db), stray: 0)
        }
        return try SearchTextTable.mismatches(db)
      }
      guard missing + stray > 0 else {
        return Finding("search index", .ok, "can be read, and has all that it should have")
      }
      return Self.damage(
        "\(missing) messages are missing in it, \(stray) are there that should not")
    } catch let error as QlaudError where error.kind == .storageCorrupt {
      return Self.damage(error.message)
    }
  }

  private static func damage(_ message: String) -> Finding {
    Finding(
      "search index", .error, message,
      fix: "qlaud index --rebuild makes it again; messages and embeddings are not touched")
  }
}
