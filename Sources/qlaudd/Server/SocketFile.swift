import CHost

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A socket file that this process made, known by its inode.
struct SocketFile: Sendable {
  private let path: String
  private let device: UInt64
  private let inode: UInt64

  /// The socket that stands at `path` now; nil where there is none.
  init?(_ path: String) {
    var status = stat()
    guard lstat(path, &status) == 0, status.isSocket else { return nil }
    self.path = path
    device = UInt64(truncatingIfNeeded: status.st_dev)
    inode = UInt64(truncatingIfNeeded: status.st_ino)
  }

  /// Removes the file unless somebody has put another in its place.
  func removeIfOurs() {
    guard let current = SocketFile(path), current.device == device, current.inode == inode else {
      return
    }
    unlink(path)
  }

  /// Removes a socket that nobody listens at; anything else at the path is an error.
  static func removeStale(_ path: String) throws(ServerError) {
    var status = stat()
    guard lstat(path, &status) == 0 else {
      guard errno == ENOENT else { throw .system(action: "look at", subject: path, code: errno) }
      return
    }
    guard status.isSocket else { throw .notASocket(path: path) }
    // Only a refused connection proves that nobody listens; a full queue, for one, is a live server.
    guard chost_probe_unix(path) == -ECONNREFUSED else { throw .socketInUse(path: path) }
    guard unlink(path) == 0 || errno == ENOENT else {
      throw .system(action: "remove the stale socket", subject: path, code: errno)
    }
  }
}

/// The directory around the socket: its rights decide who can reach the file and who can replace it.
enum SocketDirectory {
  /// Makes the directory of `path` with rights 0700 where it is missing, with those above it, and answers it. One that
  /// exists keeps its rights, and must be ours.
  static func prepare(for path: String) throws(ServerError) -> String {
    let directory = parent(of: path)
    try make(directory)
    var status = stat()
    guard stat(directory, &status) == 0 else {
      throw .system(action: "look at", subject: directory, code: errno)
    }
    guard status.st_uid == geteuid() else {
      throw .directoryNotOurs(path: directory, owner: status.st_uid)
    }
    return directory
  }

  private static func make(_ directory: String) throws(ServerError) {
    guard mkdir(directory, 0o700) != 0 else { return }
    var code = errno
    if code == ENOENT, directory != "/", directory != "." {
      try make(parent(of: directory))
      code = mkdir(directory, 0o700) == 0 ? 0 : errno
    }
    guard code == 0 || code == EEXIST || isDirectory(directory) else {
      throw .system(action: "make the directory", subject: directory, code: code)
    }
  }

  private static func isDirectory(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  private static func parent(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }
}

extension stat {
  fileprivate var isSocket: Bool { st_mode & S_IFMT == S_IFSOCK }
}
