#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

extension DatabaseFile {
  /// Why a file is not its owner's alone; nil where it is, or where there is none.
  static func rightsProblem(_ path: String) -> String? {
    var status = stat()
    guard stat(path, &status) == 0 else { return nil }
    if status.st_uid != geteuid() {
      return "belongs to user \(status.st_uid), the daemon is \(geteuid())"
    }
    let mode = status.st_mode & 0o777
    guard mode != Self.mode else { return nil }
    return "has mode \(String(mode, radix: 8)), must be \(String(Self.mode, radix: 8))"
  }

  /// Bytes that an ordinary account may still use on the file's disk; nil where that cannot be seen.
  static func freeBytes(beside path: String) -> Int64? {
    var status = statvfs()
    guard statvfs(path, &status) == 0 else { return nil }
    return Int64(clamping: UInt64(status.f_bavail) * UInt64(status.f_frsize))
  }
}

/// Names in the folder, each change synced.
extension DatabaseFile {
  static func exists(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0
  }

  static func rename(_ path: String, to new: String) throws {
    #if canImport(Glibc)
      let failed = Glibc.rename(path, new) != 0
    #else
      let failed = Darwin.rename(path, new) != 0
    #endif
    guard !failed else { throw systemError("rename to \(new)", path) }
    try syncFolder(of: new)
  }

  static func link(_ path: String, as new: String) throws {
    #if canImport(Glibc)
      let failed = Glibc.link(path, new) != 0
    #else
      let failed = Darwin.link(path, new) != 0
    #endif
    guard !failed else { throw systemError("link as \(new)", path) }
    try syncFolder(of: new)
  }

  /// Makes a file's content durable. Not for a database that is open: closing a descriptor of it drops SQLite's locks.
  static func sync(_ path: String) throws {
    let descriptor = systemOpen(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw systemError("open", path) }
    defer { systemClose(descriptor) }
    guard fsync(descriptor) == 0 else { throw systemError("sync", path) }
  }

  private static func syncFolder(of path: String) throws {
    let folder = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
    try sync(folder.isEmpty ? "/" : folder)
  }
}
