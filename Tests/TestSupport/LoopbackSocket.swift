#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// The few socket calls that the server needs, with `errno` made an error.
enum LoopbackSocket {
  #if canImport(Darwin)
    private static let stream = SOCK_STREAM
    private static let noSignal: Int32 = 0
  #else
    // Not for the programs that tests start: an open copy of a connection would keep its other end from seeing the end.
    private static let stream = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
    private static let noSignal = Int32(MSG_NOSIGNAL)
  #endif

  /// A listening socket on an IPv4 address of the machine and the free port that it got.
  static func listen(_ host: String) throws -> (descriptor: Int32, port: Int) {
    let descriptor = socket(AF_INET, stream, 0)
    guard descriptor >= 0 else { throw LoopbackError.system(call: "socket", errno: errno) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    guard inet_pton(AF_INET, host, &address.sin_addr) == 1 else {
      throw failure("inet_pton", descriptor)
    }
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let bound = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
        bind(descriptor, generic, length) == 0
          && getsockname(descriptor, generic, &length) == 0
      }
    }
    guard bound else { throw failure("bind", descriptor) }
    #if canImport(Darwin)
      let isListening = Darwin.listen(descriptor, 256) == 0
    #else
      let isListening = Glibc.listen(descriptor, 256) == 0
    #endif
    guard isListening else { throw failure("listen", descriptor) }
    return (descriptor, Int(UInt16(bigEndian: address.sin_port)))
  }

  /// The next connection; negative, with `errno`, where there is none.
  static func accept(_ listener: Int32) -> Int32 {
    #if canImport(Darwin)
      let descriptor = Darwin.accept(listener, nil, nil)
    #else
      let descriptor = Glibc.accept(listener, nil, nil)
    #endif
    if descriptor >= 0 { _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC) }
    return descriptor
  }

  private static func failure(_ call: String, _ descriptor: Int32) -> LoopbackError {
    let code = errno
    _ = close(descriptor)
    return .system(call: call, errno: code)
  }

  /// Sends what the socket takes and returns how much that was.
  static func send(_ descriptor: Int32, _ bytes: ArraySlice<UInt8>, blocking: Bool = true) throws
    -> Int
  {
    let flags = noSignal | (blocking ? 0 : dontWait)
    while true {
      let count = bytes.withUnsafeBytes { buffer in
        #if canImport(Darwin)
          Darwin.send(descriptor, buffer.baseAddress, buffer.count, flags)
        #else
          Glibc.send(descriptor, buffer.baseAddress, buffer.count, flags)
        #endif
      }
      if count >= 0 { return count }
      switch errno {
      case EINTR: continue
      case EAGAIN where !blocking: return 0
      case EPIPE, ECONNRESET: throw LoopbackError.peerGone
      default: throw LoopbackError.system(call: "send", errno: errno)
      }
    }
  }
  private static var dontWait: Int32 {
    #if canImport(Darwin)
      MSG_DONTWAIT
    #else
      Int32(MSG_DONTWAIT)
    #endif
  }

  /// What is there, at most 64 KiB; empty at the end.
  static func receive(_ descriptor: Int32) throws -> [UInt8] {
    while true {
      var failed: Int32 = 0
      let bytes = [UInt8](unsafeUninitializedCapacity: 64 << 10) { buffer, count in
        let received = recv(descriptor, buffer.baseAddress, buffer.count, 0)
        failed = received < 0 ? errno : 0
        count = max(received, 0)
      }
      switch failed {
      case 0: return bytes
      case EINTR: continue
      case ECONNRESET, EPIPE: throw LoopbackError.peerGone
      default: throw LoopbackError.system(call: "recv", errno: failed)
      }
    }
  }

  /// Whether the socket takes bytes, or has failed, within this time.
  static func isWritable(_ descriptor: Int32, within milliseconds: Int32) throws -> Bool {
    try isReady(descriptor, Int16(POLLOUT), milliseconds)
  }

  /// Whether the peer has sent something, or has gone, within this time.
  static func isReadable(_ descriptor: Int32, within milliseconds: Int32) throws -> Bool {
    try isReady(descriptor, Int16(POLLIN), milliseconds)
  }

  private static func isReady(_ descriptor: Int32, _ events: Int16, _ milliseconds: Int32) throws
    -> Bool
  {
    var entry = pollfd(fd: descriptor, events: events, revents: 0)
    while true {
      let count = poll(&entry, 1, milliseconds)
      if count >= 0 { return count > 0 }
      if errno != EINTR { throw LoopbackError.system(call: "poll", errno: errno) }
    }
  }

  static func set(_ descriptor: Int32, _ level: Int32, _ name: Int32, _ value: Int32) throws {
    var value = value
    if setsockopt(descriptor, level, name, &value, socklen_t(MemoryLayout<Int32>.size)) != 0 {
      throw LoopbackError.system(call: "setsockopt", errno: errno)
    }
  }

  static func sendAtOnce(_ descriptor: Int32) {
    var one: Int32 = 1
    let size = socklen_t(MemoryLayout<Int32>.size)
    _ = setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &one, size)
    #if canImport(Darwin)
      _ = setsockopt(descriptor, SOL_SOCKET, SO_NOSIGPIPE, &one, size)
    #endif
  }

  static func resetOnClose(_ descriptor: Int32) {
    var linger = linger(l_onoff: 1, l_linger: 0)
    let size = socklen_t(MemoryLayout.size(ofValue: linger))
    _ = setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &linger, size)
  }

  static func cut(_ descriptor: Int32) -> Int32 { shutdown(descriptor, Int32(SHUT_RDWR)) }

  static func close(_ descriptor: Int32) -> Int32 {
    #if canImport(Darwin)
      Darwin.close(descriptor)
    #else
      Glibc.close(descriptor)
    #endif
  }
}

/// Threads that run one closure and end.
enum LoopbackThread {
  private final class Body: Sendable {
    let run: @Sendable () -> Void
    init(_ run: @escaping @Sendable () -> Void) { self.run = run }
  }

  static func start(_ run: @escaping @Sendable () -> Void) throws {
    let body = Unmanaged.passRetained(Body(run))
    #if canImport(Darwin)
      var thread: pthread_t?
      let code = pthread_create(
        &thread, nil,
        { raw in
          Unmanaged<Body>.fromOpaque(raw).takeRetainedValue().run()
          return nil
        }, body.toOpaque())
      if let thread { pthread_detach(thread) }
    #else
      var thread = pthread_t()
      let code = pthread_create(
        &thread, nil,
        { raw in
          if let raw { Unmanaged<Body>.fromOpaque(raw).takeRetainedValue().run() }
          return nil
        }, body.toOpaque())
      if code == 0 { pthread_detach(thread) }
    #endif
    guard code == 0 else {
      body.release()
      throw LoopbackError.system(call: "pthread_create", errno: code)
    }
  }
}
