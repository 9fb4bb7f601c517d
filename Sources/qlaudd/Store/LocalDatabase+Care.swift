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

  /// Moves all that is in the write-ahead log to the file and empties the log. Waits for reads that have begun; meant for
  /// idle moments.
  /// - Throws: `overloaded` where another process reads the file for longer than five seconds.
  package func checkpoint() async throws {
    try await withoutReaders { db in _ = try db.checkpoint(.truncate) }
  }

  /// What is wrong with the file, a line each; empty where nothing is.
  package func integrityCheck() async throws -> [String] {
    try await read { try Self.complaints($0) }
  }

  private static func complaints(_ db: Database) throws -> [String] {
    let pages = try db.all("PRAGMA integrity_check") { try $0.text() }
    let references = try db.all("PRAGMA foreign_key_check") { row in
      let table = try row.text()
      return "table \(table): row \(try row.optionalInt() ?? 0) refers to nothing"
    }
    return pages.filter { $0 != "ok" } + references
  }

  /// Copies the database as it is now, waiting events included, to a new file of mode 0600 while everything goes on, and
  /// checks the copy.
  /// - Throws: `conflict` where there is a file already; `storage_corrupt` where the copy is not sound. Then no file is left.
  package func backup(to path: String) async throws {
    try await flushEvents()
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
  }

  private func copy(to path: String) async throws {
    let copy = try DatabaseQueue(path: path, configuration: .house)
    let complaints = try await read { db in
      try copy.writeWithoutTransaction { target in
        try db.backup(to: target)
        // One file, complete without a log beside it.
        try target.execute(sql: "PRAGMA journal_mode = DELETE")
        return try Self.complaints(target)
      }
    }
    try copy.close()
    guard complaints.isEmpty else {
      throw QlaudError(
        .storageCorrupt, "the copy is not sound: \(complaints.prefix(3).joined(separator: "; "))")
    }
  }
}
