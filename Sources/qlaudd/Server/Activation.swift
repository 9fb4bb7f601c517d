import CHost

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Sockets passed by the service manager, as systemd does it (sd_listen_fds(3)): descriptors from 3 on, listening.
package struct Activation: Sendable, Equatable {
  /// The descriptors.
  package let descriptors: [Int32]

  /// Reads the values of `LISTEN_PID` and `LISTEN_FDS`; nil where they are missing, malformed or meant for another
  /// process.
  package init?(listenPID: String?, listenFDs: String?) {
    guard let listenPID, let listenFDs, let pid = Int32(listenPID), pid == getpid(),
      let count = Int32(listenFDs), (1...64).contains(count)
    else { return nil }
    self.init(descriptors: Array(3..<3 + count))
  }

  init(descriptors: [Int32]) { self.descriptors = descriptors }

  /// What the descriptors are. A Unix stream socket serves both dialects, a loopback TCP socket serves HTTP.
  func sockets() throws(ServerError) -> [OpenSocket] {
    var sockets: [OpenSocket] = []
    for descriptor in descriptors { sockets.append(try socket(descriptor)) }
    return sockets
  }

  private func socket(_ descriptor: Int32) throws(ServerError) -> OpenSocket {
    let family = chost_listening_family(descriptor)
    guard family > 0 else {
      throw .unusableActivatedSocket(
        descriptor: descriptor, why: "must be a listening stream socket")
    }
    _ = try ServerError.check(
      chost_close_on_exec(descriptor), "prepare", "descriptor \(descriptor)")
    guard family != Int32(CHOST_UNIX) else {
      return OpenSocket(
        descriptor: descriptor, address: .socket(path: Self.path(of: descriptor)), file: nil)
    }
    guard chost_is_loopback(descriptor) == 1 else {
      throw .unusableActivatedSocket(
        descriptor: descriptor, why: "must be bound to a loopback address")
    }
    let port = try ServerError.check(chost_local_port(descriptor), "read the port of", "a socket")
    let host = family == Int32(CHOST_INET) ? "127.0.0.1" : "::1"
    return OpenSocket(
      descriptor: descriptor, address: .tcp(host: host, port: Int(port)), file: nil)
  }

  /// Only for logs and reports; an abstract address has none.
  private static func path(of descriptor: Int32) -> String {
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: 256) { buffer in
      guard let start = buffer.baseAddress,
        chost_local_path(descriptor, start, Int32(buffer.count)) == 0
      else { return "" }
      return String(cString: start)
    }
  }
}
