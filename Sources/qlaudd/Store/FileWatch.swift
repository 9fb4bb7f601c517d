import Domain
import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The database file and its log as they were when they were opened. SQLite holds on to them by descriptor: were the file
/// removed or replaced, it would go on writing into one that nobody finds again.
struct FileWatch: Sendable {
  /// What a name stands for on the disk.
  private struct Identity: Equatable {
    let device: UInt64
    let file: UInt64
  }
  private let path: String
  private let main: Identity?
  private let log: Identity?

  /// Notes what is there now.
  init(_ path: String) {
    self.path = path
    main = Self.look(path)?.identity
    log = Self.look(path + "-wal")?.identity
  }

  /// What is wrong, nil where all is in its place; and the size of the write-ahead log.
  func look() -> (problem: QlaudError?, walBytes: Int) {
    guard Self.look(path)?.identity == main else { return (moved(path), 0) }
    let log = Self.look(path + "-wal")
    guard log?.identity == self.log else { return (moved(path + "-wal"), 0) }
    return (nil, log?.size ?? 0)
  }

  private func moved(_ path: String) -> QlaudError {
    StorageError.unavailable(
      "\(path) was removed or replaced while it is in use; put it back, or save what the daemon still holds with daemon/backup and restore that"
    )
  }

  private static func look(_ path: String) -> (identity: Identity, size: Int)? {
    var status = stat()
    guard stat(path, &status) == 0 else { return nil }
    return (
      Identity(
        device: UInt64(truncatingIfNeeded: status.st_dev),
        file: UInt64(truncatingIfNeeded: status.st_ino)),
      Int(status.st_size)
    )
  }
}
