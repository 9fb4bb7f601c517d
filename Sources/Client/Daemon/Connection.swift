import Wire

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// A blocking connection to the daemon's socket, one JSON message a line.
final class Connection {
  /// Why there is none.
  enum Refusal: Error, Equatable {
    /// Nobody listens there.
    case absent
    /// Somebody may, but not for us.
    case failed(String)
  }

  let descriptor: Int32
  private var decoder = FrameDecoder(.lines)

  /// Connects.
  init(path: String) throws(Refusal) {
    var address = sockaddr_un()
    let room = MemoryLayout.size(ofValue: address.sun_path) - 1
    let bytes = Array(path.utf8)
    guard bytes.count <= room else {
      throw .failed("the path has \(bytes.count) bytes, a socket's may have \(room)")
    }
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
    #if canImport(Glibc)
      let kind = Int32(SOCK_STREAM.rawValue)
    #else
      let kind = SOCK_STREAM
    #endif
    descriptor = socket(AF_UNIX, kind, 0)
    guard descriptor >= 0 else { throw .failed(System.message(errno)) }
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    #if canImport(Darwin)
      var yes: Int32 = 1
      setsockopt(descriptor, SOL_SOCKET, SO_NOSIGPIPE, &yes, socklen_t(MemoryLayout<Int32>.size))
    #endif
    let problem = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic -> Int32 in
        while connect(descriptor, generic, socklen_t(MemoryLayout<sockaddr_un>.size)) != 0 {
          if errno != EINTR { return errno }
        }
        return 0
      }
    }
    switch problem {
    case 0, EISCONN: return
    case ENOENT, ECONNREFUSED: throw .absent
    default: throw .failed(System.message(problem))
    }
  }

  deinit { if descriptor >= 0 { close(descriptor) } }

  /// Sends one message; false where the daemon has gone.
  func send(_ message: [UInt8]) -> Bool {
    var rest = FrameDecoder.frame(message, as: .lines)[...]
    while !rest.isEmpty {
      let sent = rest.withUnsafeBytes {
        #if canImport(Darwin)
          Darwin.send(descriptor, $0.baseAddress, $0.count, 0)
        #elseif canImport(Musl)
          Musl.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
        #else
          Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
        #endif
      }
      if sent >= 0 { rest = rest.dropFirst(sent) } else if errno != EINTR { return false }
    }
    return true
  }

  /// A frame that has already come.
  func buffered() -> Frame? { decoder.next() }

  /// Takes what the socket has, waiting for it; false where the daemon has gone.
  func fill() -> Bool {
    guard case .bytes(let bytes) = Files.read(descriptor) else { return false }
    decoder.append(bytes)
    return true
  }
}
