#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// Descriptors and small files. Interrupted calls are repeated.
enum Files {
  /// What a read gave.
  enum Chunk {
    case bytes([UInt8])
    case end
    case failed(Int32)
  }

  /// Reads what is there, at most `limit` bytes.
  static func read(_ descriptor: Int32, limit: Int = 64 << 10) -> Chunk {
    var failure: Int32 = 0
    let bytes = [UInt8](unsafeUninitializedCapacity: limit) { buffer, count in
      while true {
        let got = systemRead(descriptor, buffer.baseAddress, limit)
        if got < 0, errno == EINTR { continue }
        if got < 0 { failure = errno }
        count = max(0, got)
        return
      }
    }
    if failure != 0 { return .failed(failure) }
    return bytes.isEmpty ? .end : .bytes(bytes)
  }

  /// Writes all of it; the error number where that fails.
  static func write(_ bytes: some Collection<UInt8>, to descriptor: Int32) -> Int32? {
    var rest = Array(bytes)[...]
    while !rest.isEmpty {
      let wrote = rest.withUnsafeBytes { systemWrite(descriptor, $0.baseAddress, $0.count) }
      if wrote >= 0 {
        rest = rest.dropFirst(wrote)
      } else if errno == EAGAIN || errno == EWOULDBLOCK {
        var entry = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        _ = poll(&entry, 1, -1)
      } else if errno != EINTR {
        return errno
      }
    }
    return nil
  }

  /// Waits until one of the descriptors can be read or has ended; nil on time-out.
  /// - Parameter timeout: milliseconds; negative waits for ever.
  static func wait(for descriptors: [Int32], timeout: Int64) -> Set<Int32>? {
    let deadline = System.monotonic() + timeout
    while true {
      var entries = descriptors.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
      let left = timeout < 0 ? -1 : max(0, deadline - System.monotonic())
      let ready = poll(&entries, nfds_t(entries.count), Int32(clamping: left))
      if ready > 0 { return Set(entries.filter { $0.revents != 0 }.map(\.fd)) }
      if ready == 0 { return nil }
      if errno != EINTR { return Set(descriptors) }
    }
  }

  /// All of a descriptor.
  /// - Throws: ``Failure`` where it cannot be read or is over `limit` bytes.
  static func readAll(_ descriptor: Int32, name: String, limit: Int) throws(Failure) -> [UInt8] {
    var all: [UInt8] = []
    while true {
      switch read(descriptor) {
      case .bytes(let bytes):
        all += bytes
        guard all.count <= limit else {
          throw .usage("\(name): is over the limit of \(limit) bytes")
        }
      case .end: return all
      case .failed(let code): throw .usage("\(name): \(System.message(code))")
      }
    }
  }

  /// All of a file.
  /// - Throws: ``Failure`` as `readAll`.
  static func contents(_ path: String, limit: Int) throws(Failure) -> [UInt8] {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw .usage("\(path): \(System.message(errno))") }
    defer { close(descriptor) }
    return try readAll(descriptor, name: path, limit: limit)
  }

  /// Replaces a file that only the owner may read; a reader sees the old or the new one.
  /// - Throws: ``Failure`` where it cannot be written.
  static func replace(_ path: String, with bytes: [UInt8]) throws(Failure) {
    let draft = "\(path).\(getpid())"
    let descriptor = open(draft, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw .usage("\(draft): \(System.message(errno))") }
    let problem = write(bytes, to: descriptor)
    close(descriptor)
    if let problem {
      unlink(draft)
      throw .usage("\(draft): \(System.message(problem))")
    }
    guard rename(draft, path) == 0 else {
      let code = errno
      unlink(draft)
      throw .usage("\(path): \(System.message(code))")
    }
  }

  /// Appends to a file that only the owner may read.
  /// - Throws: ``Failure`` where it cannot be written.
  static func append(_ bytes: [UInt8], to path: String) throws(Failure) {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw .usage("\(path): \(System.message(errno))") }
    defer { close(descriptor) }
    if let problem = write(bytes, to: descriptor) {
      throw .usage("\(path): \(System.message(problem))")
    }
  }

  /// Makes a directory and those above it, for the owner alone.
  /// - Throws: ``Failure`` where it cannot be made.
  static func makeDirectory(_ path: String) throws(Failure) {
    if mkdir(path, 0o700) == 0 || errno == EEXIST { return }
    guard errno == ENOENT, let slash = path.lastIndex(of: "/"), slash != path.startIndex else {
      throw .usage("\(path): \(System.message(errno))")
    }
    try makeDirectory(String(path[..<slash]))
    guard mkdir(path, 0o700) == 0 || errno == EEXIST else {
      throw .usage("\(path): \(System.message(errno))")
    }
  }

  /// Whether something was piped or redirected into standard input: a pipe, a file or a socket.
  static func isFed(_ descriptor: Int32) -> Bool {
    var info = stat()
    guard fstat(descriptor, &info) == 0 else { return false }
    let kind = info.st_mode & S_IFMT
    return kind == S_IFIFO || kind == S_IFREG || kind == S_IFSOCK
  }
}

private func systemRead(_ descriptor: Int32, _ buffer: UnsafeMutableRawPointer?, _ count: Int)
  -> Int
{
  read(descriptor, buffer, count)
}
private func systemWrite(_ descriptor: Int32, _ buffer: UnsafeRawPointer?, _ count: Int) -> Int {
  write(descriptor, buffer, count)
}
