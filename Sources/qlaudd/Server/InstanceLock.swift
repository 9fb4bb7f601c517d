#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// One daemon a database: an exclusive lock on `<database>.lock`, held for the life of the process
/// and let go by the kernel when it dies. The database file itself is never opened for this: closing
/// a second descriptor on it would drop SQLite's own locks.
package struct InstanceLock: Sendable {
  private let descriptor: Int32

  /// Takes the lock.
  /// - Throws: ``ServerError/databaseInUse(path:holder:)`` where another process has it.
  package init(database: String) throws(ServerError) {
    let path = database + ".lock"
    descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard descriptor >= 0 else { throw Host.failure(path) }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      let code = errno
      let holder = Self.read(descriptor)
      close(descriptor)
      guard code == EWOULDBLOCK else { throw .system(what: path, code: code) }
      throw .databaseInUse(path: database, holder: holder)
    }
    let text = "\(Host.processID)\n"
    guard ftruncate(descriptor, 0) == 0, pwrite(descriptor, text, text.utf8.count, 0) > 0 else {
      let failure = Host.failure(path)
      close(descriptor)
      throw failure
    }
  }

  private static func read(_ descriptor: Int32) -> String {
    var buffer = [UInt8](repeating: 0, count: 32)
    let count = pread(descriptor, &buffer, buffer.count, 0)
    let digits = buffer.prefix(max(0, count)).prefix { (48...57).contains($0) }
    return digits.isEmpty ? "unknown" : String(decoding: digits, as: UTF8.self)
  }

  /// Lets the lock go; the file stays.
  package func release() { close(descriptor) }
}
