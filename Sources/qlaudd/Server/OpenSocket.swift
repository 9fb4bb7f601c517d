import CHost

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A listening descriptor that is not yet served.
struct OpenSocket: Sendable {
  let descriptor: Int32
  let address: ListeningAddress
  /// The file to remove at the end; nil for TCP and for sockets that the service manager owns.
  let file: SocketFile?

  /// Connections that the kernel holds for us.
  static let backlog: Int32 = 512

  /// Opens everything that the configuration names, or nothing.
  static func open(_ configuration: ServerConfiguration) throws(ServerError) -> [OpenSocket] {
    var sockets = try configuration.activation?.sockets() ?? []
    do throws(ServerError) {
      let hasSocket = sockets.contains { if case .socket = $0.address { true } else { false } }
      if !hasSocket { sockets.append(try unix(configuration.socketPath)) }
      if let tcp = configuration.tcp { sockets.append(try self.tcp(tcp.host, tcp.port)) }
    } catch {
      for socket in sockets { socket.discard() }
      throw error
    }
    return sockets
  }

  /// Gives the descriptor back before anybody served it.
  func discard() {
    close(descriptor)
    file?.removeIfOurs()
  }

  private static func tcp(_ host: String, _ port: Int) throws(ServerError) -> OpenSocket {
    let literal = host == "localhost" ? "127.0.0.1" : host.trimmingBrackets
    guard let wanted = UInt16(exactly: port) else {
      throw .system(action: "listen on", subject: "port \(port)", code: ERANGE)
    }
    let descriptor = chost_bind_loopback(literal, wanted)
    switch -descriptor {
    case EADDRNOTAVAIL: throw .notLoopback(host: host)
    case EADDRINUSE: throw .addressInUse(host: host, port: port)
    default: break
    }
    _ = try ServerError.check(descriptor, "listen on", "\(host):\(port)")
    let listening = chost_listen(descriptor, backlog)
    let bound = chost_local_port(descriptor)
    guard listening == 0, bound > 0 else {
      close(descriptor)
      if -listening == EADDRINUSE { throw .addressInUse(host: host, port: port) }
      throw .system(
        action: "listen on", subject: "\(host):\(port)", code: -min(listening, bound))
    }
    return OpenSocket(
      descriptor: descriptor, address: .tcp(host: literal, port: Int(bound)), file: nil)
  }

  private static func unix(_ path: String) throws(ServerError) -> OpenSocket {
    let limit = Int(chost_unix_path_limit())
    guard path.utf8.count <= limit else { throw .pathTooLong(path: path, limit: limit) }
    let directory = try SocketDirectory.prepare(for: path)
    // Two daemons that start together would both find the socket stale, and the slower one would remove the live socket
    // of the faster: looking, removing and listening happen under the directory's lock.
    let lock = try ServerError.check(chost_open_directory(directory), "open", directory)
    defer { close(lock) }
    guard chost_try_lock(lock) == 0 else { throw .socketInUse(path: path) }
    try SocketFile.removeStale(path)
    let descriptor = try ServerError.check(chost_bind_unix(path), "bind", path)
    let listening = chost_listen(descriptor, backlog)
    guard listening == 0, let file = SocketFile(path) else {
      close(descriptor)
      throw .system(action: "listen on", subject: path, code: -listening)
    }
    return OpenSocket(descriptor: descriptor, address: .socket(path: path), file: file)
  }
}

extension String {
  /// `[::1]` as it stands in a URL, without its brackets.
  fileprivate var trimmingBrackets: String {
    hasPrefix("[") && hasSuffix("]") ? String(dropFirst().dropLast()) : self
  }
}
