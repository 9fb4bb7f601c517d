#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The socket in the file system: its folder 0700, itself 0600 from its first moment; a stale one is
/// replaced, a live one never, and what is no socket is left alone.
struct SocketFile: Sendable {
  let path: String
  /// Bound and ready to listen.
  let descriptor: Int32
  private let inode: ino_t

  static var pathLimit: Int { MemoryLayout.size(ofValue: sockaddr_un().sun_path) - 1 }

  /// Makes and binds the socket.
  static func bind(_ path: String) throws(ServerError) -> SocketFile {
    guard path.utf8.count <= pathLimit else { throw .pathTooLong(path: path, limit: pathLimit) }
    try prepareFolder(of: path)
    try removeStale(path)
    let descriptor = try newSocket()
    // The mode is right from the moment the name is there: nobody can slip in between.
    let oldMask = umask(0o177)
    let bound = withAddress(path) { Self.bindCall(descriptor, $0, $1) }
    let code = errno
    umask(oldMask)
    guard bound == 0 else {
      close(descriptor)
      throw .system(what: path, code: code)
    }
    return SocketFile(path: path, descriptor: descriptor, inode: status(path)?.st_ino ?? 0)
  }

  /// Removes the file where it is still the one that was made here.
  func remove() {
    if Self.status(path)?.st_ino == inode { unlink(path) }
  }

  private static func prepareFolder(of path: String) throws(ServerError) {
    guard let slash = path.lastIndex(of: "/"), slash != path.startIndex else { return }
    let folder = String(path[..<slash])
    var built = folder.hasPrefix("/") ? "" : "."
    for part in folder.split(separator: "/") {
      built += "/\(part)"
      guard mkdir(built, 0o700) != 0, errno != EEXIST else { continue }
      let failure = Host.failure(built)
      guard status(built) != nil else { throw failure }
    }
    guard let found = status(folder) else { throw Host.failure(folder) }
    let isShared = found.st_mode & S_ISVTX != 0
    guard found.st_uid == Host.userID || isShared else { throw .foreignFolder(path: folder) }
  }

  private static func removeStale(_ path: String) throws(ServerError) {
    guard let found = status(path) else { return }
    guard found.st_mode & S_IFMT == S_IFSOCK else { throw .notASocket(path: path) }
    let probe = try newSocket()
    defer { close(probe) }
    let connected = withAddress(path) { Self.connectCall(probe, $0, $1) }
    guard connected != 0, errno == ECONNREFUSED else { throw .socketInUse(path: path) }
    unlink(path)
  }

  private static func status(_ path: String) -> stat? {
    var found = stat()
    return lstat(path, &found) == 0 ? found : nil
  }

  private static func newSocket() throws(ServerError) -> Int32 {
    #if canImport(Glibc)
      let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    #else
      let descriptor = socket(AF_UNIX, SOCK_STREAM, 0)
    #endif
    guard descriptor >= 0, fcntl(descriptor, F_SETFD, FD_CLOEXEC) == 0 else {
      throw Host.failure("socket")
    }
    return descriptor
  }

  private static func bindCall(_ fd: Int32, _ address: UnsafePointer<sockaddr>, _ size: socklen_t)
    -> Int32
  {
    #if canImport(Glibc)
      Glibc.bind(fd, address, size)
    #else
      Darwin.bind(fd, address, size)
    #endif
  }
  private static func connectCall(
    _ fd: Int32, _ address: UnsafePointer<sockaddr>, _ size: socklen_t
  ) -> Int32 {
    connect(fd, address, size)
  }

  private static func withAddress(
    _ path: String, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32
  ) -> Int32 {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
    return withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        body($0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
  }
}
