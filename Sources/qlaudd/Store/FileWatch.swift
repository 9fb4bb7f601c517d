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
  /// Why nothing may be written now.
  struct Problem {
    let message: String
    /// What brings it back into order.
    let fix: String
    var error: QlaudError { StorageError.unavailable("\(message); \(fix)") }
  }
  private let path: String
  private let main: Identity?
  private let log: Identity?

  /// Notes what is there now.
  init(_ path: String) {
    self.path = path
    main = Self.look(path).identity
    log = Self.look(path + "-wal").identity
  }

  /// What is wrong, nil where all is in its place; and the size of the write-ahead log.
  func look() -> (problem: Problem?, walBytes: Int) {
    let file = Self.look(path)
    guard file.identity == main else { return (problem(path, file.code), 0) }
    let log = Self.look(path + "-wal")
    guard log.identity == self.log else { return (problem(path + "-wal", log.code), 0) }
    return (nil, log.size)
  }

  private func problem(_ path: String, _ code: Int32) -> Problem {
    if code == 0 || code == ENOENT {
      return Problem(
        message: "\(path) was removed or replaced while it is in use",
        fix:
          "put it back; or save what the daemon still holds: qlaud backup FILE, then qlaud stop and qlaud restore FILE"
      )
    }
    let reason = String(cString: strerror(code))
    guard code == EACCES else {
      return Problem(message: "\(path) cannot be looked at: \(reason)", fix: "see to its disk")
    }
    return Problem(
      message: "\(path) cannot be reached: \(reason)",
      fix: "give the account of the daemon (user \(geteuid())) its rights on the folder back")
  }

  /// `code` is the errno where there is nothing to be seen.
  private static func look(_ path: String) -> (identity: Identity?, size: Int, code: Int32) {
    var status = stat()
    guard stat(path, &status) == 0 else { return (nil, 0, errno) }
    return (
      Identity(
        device: UInt64(truncatingIfNeeded: status.st_dev),
        file: UInt64(truncatingIfNeeded: status.st_ino)),
      Int(status.st_size), 0
    )
  }
}

/// Where the file is, once it is known: the pool that asks is opened before there is a log to be watched.
final class FilePlace: Sendable {
  private let watch = Mutex<FileWatch?>(nil)

  func keep(_ watch: FileWatch) { self.watch.withLock { $0 = watch } }

  /// - Throws: `storage_unavailable` where something else is in its place, or nothing.
  func check() throws {
    if let problem = watch.withLock({ $0 })?.look().problem { throw problem.error }
  }
}
