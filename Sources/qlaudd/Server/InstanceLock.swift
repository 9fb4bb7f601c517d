import CHost

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The right to be the one daemon of a database: an exclusive lock on `<database>.lock` beside it, held for the life of
/// this value and given back by the kernel when the process dies, however it dies.
///
/// The database file itself is never opened: closing any descriptor of it would drop SQLite's own locks. The lock file
/// stays behind when the lock goes; removing it would let two processes lock two files of one name.
package final class InstanceLock: Sendable {
  /// Why the lock cannot be had.
  package enum Failure: Error, Equatable, CustomStringConvertible {
    /// Another process has it; its id where the file tells.
    case held(path: String, pid: Int32?)
    /// The operating system refused. `code` is the errno.
    case system(path: String, code: Int32)

    package var description: String {
      switch self {
      case .held(let path, let pid?): "\(path): held by process \(pid)"
      case .held(let path, nil): "\(path): held by another process"
      case .system(let path, let code): "cannot lock \(path): \(String(cString: strerror(code)))"
      }
    }
  }

  /// The lock file.
  package let path: String
  private let descriptor: Int32

  /// Takes the lock of `database`, which need not exist yet; its directory must. Never waits.
  package init(database: String) throws(Failure) {
    path = Self.resolved(database) + ".lock"
    let opened = chost_open_lock(path)
    guard opened >= 0 else { throw .system(path: path, code: -opened) }
    let locked = chost_try_lock(opened)
    guard locked == 0 else {
      let holder = Self.readPID(opened)
      close(opened)
      guard locked == -EWOULDBLOCK else { throw .system(path: path, code: -locked) }
      throw .held(path: path, pid: holder)
    }
    let written = Self.writePID(opened)
    guard written == 0 else {
      close(opened)
      throw .system(path: path, code: written)
    }
    // Last: once every property is set, a throw would run `deinit` and close the descriptor twice.
    descriptor = opened
  }

  deinit {
    // A child between fork and exec has a copy of the descriptor, which closing ours would leave locked.
    _ = chost_unlock(descriptor)
    close(descriptor)
  }

  /// One file under two names must have one lock: symbolic links are followed first.
  private static func resolved(_ database: String) -> String {
    if let real = realPath(database) { return real }
    guard let slash = database.lastIndex(of: "/") else {
      return realPath(".").map { "\($0)/\(database)" } ?? database
    }
    let directory = slash == database.startIndex ? "/" : String(database[..<slash])
    guard let real = realPath(directory) else { return database }
    return "\(real == "/" ? "" : real)\(database[slash...])"
  }

  private static func realPath(_ path: String) -> String? {
    guard let real = realpath(path, nil) else { return nil }
    defer { free(real) }
    return String(cString: real)
  }

  private static func writePID(_ descriptor: Int32) -> Int32 {
    let text = Array("\(getpid())\n".utf8)
    guard ftruncate(descriptor, 0) == 0, pwrite(descriptor, text, text.count, 0) == text.count
    else { return errno }
    return 0
  }

  private static func readPID(_ descriptor: Int32) -> Int32? {
    var bytes = [UInt8](repeating: 0, count: 16)
    let count = pread(descriptor, &bytes, bytes.count, 0)
    guard count > 0 else { return nil }
    return Int32(String(decoding: bytes[..<count].prefix { $0 != 0x0A }, as: UTF8.self))
  }
}
