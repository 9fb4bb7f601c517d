/// Where the server listens and what it allows.
package struct ServerConfiguration: Sendable {
  /// The Unix socket; not used where activation brought one.
  package var socketPath: String
  /// A loopback address and port for HTTP; nil for none.
  package var tcp: (host: String, port: Int)?
  /// Sockets that the service manager has opened for us.
  package var activation: SocketActivation
  /// Connections at once; further ones wait in the kernel's backlog.
  package var maximumConnections = 4_096
  /// For the first bytes of a connection and for one whole HTTP request.
  package var requestDeadline: Duration = .seconds(30)
  /// For the next HTTP request on a kept-alive connection.
  package var keepAlive: Duration = .seconds(120)
  /// How long conversations may go on when the server is asked to stop.
  package var grace: Duration = .seconds(1)

  /// A server on a socket.
  package init(
    socketPath: String, tcp: (host: String, port: Int)? = nil,
    activation: SocketActivation = SocketActivation(environment: [:])
  ) {
    self.socketPath = socketPath
    self.tcp = tcp
    self.activation = activation
  }
}

/// Sockets that systemd opened (sd_listen_fds(3)): descriptors from 3 on, when LISTEN_PID is ours.
package struct SocketActivation: Sendable {
  /// The descriptors; empty without activation.
  package let descriptors: [Int32]

  /// Reads LISTEN_PID and LISTEN_FDS.
  package init(environment: [String: String], processID: Int32 = Host.processID) {
    guard environment["LISTEN_PID"].flatMap(Int32.init) == processID,
      let count = environment["LISTEN_FDS"].flatMap(Int32.init), (1...16).contains(count)
    else {
      descriptors = []
      return
    }
    descriptors = Array(3..<(3 + count))
  }
}

/// Why the server cannot listen.
package enum ServerError: Error, Equatable, CustomStringConvertible {
  /// A process answers on the socket.
  case socketInUse(path: String)
  /// Something that is no socket stands at the path.
  case notASocket(path: String)
  /// Longer than an address can hold.
  case pathTooLong(path: String, limit: Int)
  /// The folder belongs to somebody else.
  case foreignFolder(path: String)
  /// Another daemon owns the database.
  case databaseInUse(path: String, holder: String)
  /// Not an address of this machine alone.
  case notLoopback(host: String)
  /// The system refused.
  case system(what: String, code: Int32)

  package var description: String {
    switch self {
    case .socketInUse(let path): "another daemon listens on \(path)"
    case .notASocket(let path): "\(path) is there and is no socket; it is left alone"
    case .pathTooLong(let path, let limit): "the socket's path may have \(limit) bytes: \(path)"
    case .foreignFolder(let path): "\(path) belongs to another user"
    case .databaseInUse(let path, let holder): "another daemon (process \(holder)) owns \(path)"
    case .notLoopback(let host): "--listen: \(host) is no loopback address"
    case .system(let what, let code): "\(what): \(Host.errorText(code))"
    }
  }

  /// Whether somebody else already serves.
  package var isBusy: Bool {
    switch self {
    case .socketInUse, .databaseInUse: true
    default: false
    }
  }
}
