package import Domain
import GRDB

extension LocalDatabase {
  /// Counts and sizes.
  package func statistics() async throws -> StoreStatistics {
    let path = path
    return try await read { db in
      StoreStatistics(
        threads: try ThreadTable.count(db), messages: try MessageTable.count(db),
        turns: try TurnTable.count(db), events: try EventTable.count(db),
        databaseBytes: DatabaseFile.size(path), walBytes: DatabaseFile.size(path + "-wal"))
    }
  }

  /// What is wrong with the file, a line each; empty where nothing is.
  package func integrityCheck() async throws -> [String] {
    try await readAside { try Self.complaints($0) }
  }

  static func complaints(_ db: Database) throws -> [String] {
    let pages = try db.all("PRAGMA integrity_check") { try $0.text() }.filter { $0 != "ok" }
    // References cannot be followed over pages that cannot be read.
    guard pages.isEmpty else { return pages }
    let references = try db.all("PRAGMA foreign_key_check") { row in
      let table = try row.text()
      return "table \(table): row \(try row.optionalInt() ?? 0) refers to nothing"
    }
    return references
  }

  /// Copies the database as it is now, waiting events included, to a new file of mode 0600 while everything goes on, and
  /// checks the copy.
  /// - Throws: `conflict` where there is a file already; `storage_corrupt` where the copy is not sound. Then no file is left.
  /// - Returns: the copy's bytes.
  @discardableResult
  package func backup(to path: String) async throws -> Int {
    // On a full disk, or where the file was moved, what is stored can still be saved elsewhere.
    let flushed = await outcome { try await flushEvents() }
    if case .failure(let error as QlaudError) = flushed, !error.isStorageRefusal { throw error }
    do {
      guard try DatabaseFile.create(path) else {
        throw QlaudError.conflict("path: \(path) exists already")
      }
    } catch { throw StorageError.map(error) }
    do {
      try await copy(to: path)
    } catch {
      for suffix in ["", "-wal", "-shm", "-journal"] { DatabaseFile.remove(path + suffix) }
      throw StorageError.map(error)
    }
    return DatabaseFile.size(path)
  }

  private func copy(to path: String) async throws {
    let copy = try DatabaseQueue(path: path, configuration: .house)
    try await readAside { db in
      try copy.writeWithoutTransaction { try db.backup(to: $0) }
    }
    // The original is let go of first: this takes longer than to copy, and the log cannot be emptied under a reader.
    let complaints = try await withCheckedThrowingContinuation { continuation in
      copy.asyncWriteWithoutTransaction { db in
        continuation.resume(
          with: Result {
            // One file, complete without a log beside it.
            try db.execute(sql: "PRAGMA journal_mode = DELETE")
            return try Self.complaints(db)
          })
      }
    }
    try copy.close()
    guard complaints.isEmpty else {
      throw QlaudError(
        .storageCorrupt, "the copy is not sound: \(complaints.prefix(3).joined(separator: "; "))")
    }
  }
}
