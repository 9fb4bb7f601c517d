import Domain
import GRDB
import Wire

/// SQLite's failures in the protocol's words.
enum StorageError {
  /// Any error of this room as callers see it. Messages hold no bound values: they may be somebody's words.
  static func map(_ error: any Error) -> QlaudError {
    switch error {
    case let error as QlaudError: error
    case is CancellationError: .cancelled
    case let error as DatabaseError: map(error)
    default: QlaudError(.internal, "the database failed: \(type(of: error))")
    }
  }

  /// The same, naming the file: for whoever starts the daemon and has named another one, or none.
  static func map(_ error: any Error, at path: String) -> QlaudError {
    let mapped = map(error)
    guard !mapped.message.contains(path) else { return mapped }
    return QlaudError(
      mapped.kind, "\(path): \(mapped.message)", details: mapped.details,
      isRetryable: mapped.isRetryable)
  }

  private static func map(_ error: DatabaseError) -> QlaudError {
    let text = "\(error.message ?? "no message") (SQLite \(error.extendedResultCode.rawValue))"
    if isOfSearchIndex(error) {
      return QlaudError(
        .storageCorrupt, "the search index is damaged: \(text)", details: ["what": indexName])
    }
    return switch error.resultCode {
    case .SQLITE_FULL:
      QlaudError(.storageFull, "the disk is full: \(text)", isRetryable: true)
    case .SQLITE_CORRUPT, .SQLITE_NOTADB:
      QlaudError(.storageCorrupt, "the database file is damaged: \(text)")
    // The index of the write-ahead log cannot grow: SQLite has no other word for it on a full disk.
    case .SQLITE_IOERR where error.extendedResultCode == .SQLITE_IOERR_SHMSIZE:
      QlaudError(.storageFull, "the disk is full: \(text)", isRetryable: true)
    case .SQLITE_IOERR:
      unavailable("the database file cannot be read or written: \(text)")
    case .SQLITE_READONLY where error.extendedResultCode == .SQLITE_READONLY_DIRECTORY:
      unavailable("nothing can be written to the folder of the database file: \(text)")
    case .SQLITE_READONLY, .SQLITE_PERM, .SQLITE_CANTOPEN:
      unavailable("the database file cannot be opened for writing: \(text)")
    case .SQLITE_BUSY, .SQLITE_LOCKED:
      QlaudError(.overloaded, "another process holds the database: \(text)", isRetryable: true)
    case .SQLITE_CONSTRAINT:
      QlaudError(.conflict, "the database refuses the change: \(text)")
    case .SQLITE_TOOBIG: QlaudError(.tooLarge, "a value is too large for a row: \(text)")
    default: QlaudError(.internal, "the database failed: \(text)")
    }
  }

  /// Whether the transaction that failed so may stand whole in the write-ahead log: all was written, then the disk refused to
  /// sync, or the log's index to grow.
  static func leavesDoubt(_ error: any Error) -> Bool {
    guard let error = error as? DatabaseError, error.resultCode == .SQLITE_IOERR else {
      return false
    }
    return error.extendedResultCode != .SQLITE_IOERR_WRITE
  }

  /// What `details.what` of an error says where only the index of the words is damaged.
  static let indexName: JSON = "search_index"

  /// Whether FTS5 complains about what is in its table: the pages of the file may all be sound.
  private static func isOfSearchIndex(_ error: DatabaseError) -> Bool {
    if error.extendedResultCode == .SQLITE_CORRUPT_VTAB { return true }
    let message = error.message ?? ""
    return message.contains("vtable constructor failed: search_text")
      || message.contains("invalid fts5 file format") || message.contains("no such fts5 table")
  }

  /// What keeps the file from being used, and may go.
  static func unavailable(_ message: String) -> QlaudError {
    QlaudError(.storageUnavailable, message, isRetryable: true)
  }

  /// A row that our own schema should have made impossible.
  static func damaged(_ what: String) -> QlaudError {
    QlaudError(.storageCorrupt, "the database holds \(what)")
  }
}

extension QlaudError {
  /// Whether only the index of the words is damaged, which can be made again from the messages.
  var isOfSearchIndex: Bool {
    kind == .storageCorrupt && details["what"] == StorageError.indexName
  }
}
