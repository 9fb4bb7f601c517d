#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The default master key: 32 random bytes in a file of their own, which only its owner may read.
package enum KeyFile {
  /// Makes a new key file with mode 0600 and syncs it to the disk. An existing file, or a link of that name, is refused.
  /// - Throws: ``VaultError/keyFile(path:problem:)``.
  package static func create(at path: String) throws(VaultError) -> MasterKey {
    let secret = try GuardedBytes(randomCount: MasterKey.rawBytes)
    let file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard file >= 0 else { throw failure(path, "cannot be made") }
    do throws(VaultError) {
      defer { close(file) }
      try secret.withBytes { bytes throws(VaultError) in try write(bytes, to: file, path) }
      // A loose umask cannot widen 0600, a tight one could take the owner's own rights away.
      guard fchmod(file, 0o600) == 0, fsync(file) == 0 else {
        throw failure(path, "cannot be made durable")
      }
      try syncFolder(of: path)
    } catch {
      // Nothing was sealed under it yet: the next start makes another.
      unlink(path)
      throw error
    }
    return .keyFile(secret)
  }

  /// Reads a key file; nil where there is none. It must be a regular file of 32 bytes that belongs to this process's user
  /// and that no one else may read or write.
  /// - Throws: ``VaultError/keyFile(path:problem:)``.
  package static func read(at path: String) throws(VaultError) -> MasterKey? {
    // Without O_NONBLOCK a pipe of that name would wait for ever.
    let file = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
    if file < 0 {
      if errno == ENOENT { return nil }
      if errno == ELOOP { throw .keyFile(path: path, problem: "is a symbolic link") }
      throw failure(path, "cannot be opened")
    }
    defer { close(file) }
    try check(file, path)
    let secret = try GuardedBytes(count: MasterKey.rawBytes) { target throws(VaultError) in
      try fill(target, from: file, path)
    }
    return .keyFile(secret)
  }

  private static func check(_ file: Int32, _ path: String) throws(VaultError) {
    var status = stat()
    guard fstat(file, &status) == 0 else { throw failure(path, "cannot be looked at") }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw .keyFile(path: path, problem: "is no regular file")
    }
    guard status.st_uid == geteuid() else {
      throw .keyFile(
        path: path, problem: "belongs to user \(status.st_uid), must belong to \(geteuid())")
    }
    let mode = status.st_mode & 0o777
    guard mode & 0o077 == 0 else {
      throw .keyFile(
        path: path, problem: "has mode 0\(String(mode, radix: 8)), must be 0600: chmod 600 it")
    }
    guard status.st_size == MasterKey.rawBytes else {
      throw .keyFile(
        path: path, problem: "has \(status.st_size) bytes, must have \(MasterKey.rawBytes)")
    }
  }

  private static func write(
    _ bytes: UnsafeBufferPointer<UInt8>, to file: Int32, _ path: String
  ) throws(VaultError) {
    var rest = UnsafeRawBufferPointer(bytes)
    while !rest.isEmpty {
      let count = systemWrite(file, rest.baseAddress, rest.count)
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw failure(path, "cannot be written") }
      rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(count))
    }
  }

  private static func fill(
    _ target: UnsafeMutableBufferPointer<UInt8>, from file: Int32, _ path: String
  ) throws(VaultError) {
    var rest = UnsafeMutableRawBufferPointer(target)
    while !rest.isEmpty {
      let count = systemRead(file, rest.baseAddress, rest.count)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw failure(path, "cannot be read") }
      guard count > 0 else { throw .keyFile(path: path, problem: "ends too early") }
      rest = UnsafeMutableRawBufferPointer(rebasing: rest.dropFirst(count))
    }
  }

  /// Makes the file's name durable, not only its bytes.
  private static func syncFolder(of path: String) throws(VaultError) {
    let parent = path.lastIndex(of: "/").map { $0 == path.startIndex ? "/" : String(path[..<$0]) }
    let folder = open(parent ?? ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard folder >= 0 else { throw failure(path, "its folder cannot be opened") }
    defer { close(folder) }
    guard fsync(folder) == 0 else { throw failure(path, "its folder cannot be synced") }
  }

  private static func failure(_ path: String, _ what: String) -> VaultError {
    let cause = String(cString: strerror(errno))
    return .keyFile(path: path, problem: "\(what): \(cause)")
  }
}

// Inside KeyFile the names `read` and `write` are its own.
private func systemRead(_ file: Int32, _ target: UnsafeMutableRawPointer?, _ count: Int) -> Int {
  read(file, target, count)
}
private func systemWrite(_ file: Int32, _ source: UnsafeRawPointer?, _ count: Int) -> Int {
  write(file, source, count)
}
