import Domain
import GRDB

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The file as the system sees it: made, looked at before use, measured, removed.
enum DatabaseFile {
  /// Owner may read and write; nobody else anything. SQLite gives `-wal` and `-shm` the mode of the file.
  static let mode: mode_t = 0o600

  /// Makes the file where there is none, else sees whether it is ours, without changing it.
  /// - Returns: its head, where it is a database of ours that was closed in good order.
  static func prepare(_ path: String) throws -> DatabaseHead? {
    if try create(path) { return nil }
    guard isFile(path) else { throw StorageError.unavailable("\(path) is no file") }
    guard chmod(path, mode) == 0 else { throw systemError("set the mode of", path) }
    if let head = DatabaseHead(of: path), head.isOurs, size(path + "-wal") == 0 { return head }
    if size(path) > 0 { try inspect(path) }
    return nil
  }

  /// Makes an empty file; false where there is one already.
  static func create(_ path: String) throws -> Bool {
    let descriptor = systemOpen(path, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      if errno == EEXIST { return false }
      throw systemError("make", path)
    }
    // Nothing has the new file open, so closing this descriptor drops nobody's locks.
    systemClose(descriptor)
    return true
  }

  /// Whether it is an ordinary file, or cannot be looked at.
  private static func isFile(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) != 0 || status.st_mode & S_IFMT == S_IFREG
  }

  /// Bytes of a file; 0 where there is none.
  static func size(_ path: String) -> Int {
    var status = stat()
    return stat(path, &status) == 0 ? Int(status.st_size) : 0
  }

  /// Removes a file that may be there.
  static func remove(_ path: String) { unlink(path) }

  /// Sees whether a file is a database of ours that this program can read.
  static func inspect(_ path: String) throws {
    var configuration = Configuration()
    configuration.readonly = true
    configuration.busyMode = .timeout(5)
    let (application, version, isEmpty): (Int64, Int64, Bool)
    do {
      let queue = try DatabaseQueue(path: path, configuration: configuration)
      defer { closeQuietly(queue) }
      (application, version, isEmpty) = try queue.read { db in
        (
          try Int64.fetchOne(db, sql: "PRAGMA application_id") ?? 0,
          try Int64.fetchOne(db, sql: "PRAGMA user_version") ?? 0,
          // GRDB makes its table before the first migration runs.
          try Int64.fetchOne(
            db, sql: "SELECT count(*) FROM sqlite_master WHERE tbl_name <> 'grdb_migrations'") == 0
        )
      }
    } catch let error as DatabaseError where error.resultCode == .SQLITE_NOTADB {
      throw QlaudError(.storageCorrupt, "\(path) is not an SQLite database")
    }
    if application == 0, isEmpty { return }
    guard application == Schema.applicationID else {
      throw QlaudError.conflict("\(path) is a database of another program")
    }
    guard version <= Schema.version else {
      throw QlaudError.conflict(
        "\(path) was written by a newer version (schema \(version)); this one knows schema \(Schema.version)"
      )
    }
  }

  /// The first bytes of a file, fewer where it is shorter; nil where it cannot be read. Closing the descriptor drops the locks
  /// that this process has on the file, so it is for a file that it has not opened yet.
  static func beginning(of path: String, bytes count: Int) -> [UInt8]? {
    let descriptor = systemOpen(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { systemClose(descriptor) }
    var bytes = [UInt8](repeating: 0, count: count)
    let length = bytes.withUnsafeMutableBytes { systemRead(descriptor, $0) }
    return length < 0 ? nil : Array(bytes.prefix(length))
  }

  /// A connection that only looked has nothing to lose in closing.
  static func closeQuietly(_ queue: DatabaseQueue) {
    do { try queue.close() } catch { assertionFailure("a reader did not close: \(error)") }
  }

  static func systemOpen(_ path: String, _ flags: Int32) -> Int32 {
    #if canImport(Glibc)
      Glibc.open(path, flags, mode)
    #else
      Darwin.open(path, flags, mode)
    #endif
  }
  private static func systemRead(_ descriptor: Int32, _ bytes: UnsafeMutableRawBufferPointer) -> Int
  {
    #if canImport(Glibc)
      Glibc.read(descriptor, bytes.baseAddress, bytes.count)
    #else
      Darwin.read(descriptor, bytes.baseAddress, bytes.count)
    #endif
  }
  static func systemClose(_ descriptor: Int32) {
    #if canImport(Glibc)
      _ = Glibc.close(descriptor)
    #else
      _ = Darwin.close(descriptor)
    #endif
  }
  static func systemError(_ verb: String, _ path: String) -> QlaudError {
    let code = errno
    let reason = String(cString: strerror(code))
    let isFull = code == ENOSPC || code == EDQUOT
    return QlaudError(
      isFull ? .storageFull : .storageUnavailable, "cannot \(verb) \(path): \(reason)",
      isRetryable: true)
  }
}
