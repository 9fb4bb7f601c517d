/// Where the server listens and how long it waits. Values only: Main reads flags and the environment.
package struct ServerConfiguration: Sendable {
  /// The path of the Unix socket. Not used where ``activation`` brings one.
  package var socketPath: String
  /// A loopback address and a port (0: any) for HTTP over TCP; nil for none. `localhost` means 127.0.0.1.
  package var tcp: (host: String, port: Int)?
  /// Sockets that the service manager opened.
  package var activation: Activation?
  /// Connections served at once on each listener; further ones wait in the kernel's queue until one closes.
  package var maximumConnections = 1024
  /// How long a new connection may take to its first complete message or HTTP head, and how long an HTTP body may
  /// stand still. Once a JSON-RPC connection has sent a message it may be silent for ever.
  package var firstMessageTimeout = Duration.seconds(30)
  /// How long an HTTP connection may take from one answer to the end of the next request's head.
  package var keepAliveTimeout = Duration.seconds(300)
  /// How long conversations may go on after a graceful shutdown began, before their tasks are cancelled.
  package var shutdownGrace = Duration.seconds(10)
  /// How long a connection that was refused in the middle of its input is still read, so that the answer arrives.
  package var lingerTimeout = Duration.seconds(2)
  /// Threads that move bytes.
  package var threads = 2
  /// Whose peers are served on the Unix socket; nil for the daemon's own user.
  package var peerUID: UInt32?

  /// A server on this path, with the usual limits.
  package init(
    socketPath: String, tcp: (host: String, port: Int)? = nil, activation: Activation? = nil
  ) {
    self.socketPath = socketPath
    self.tcp = tcp
    self.activation = activation
  }
}

/// What the server listens on, once it does.
package enum ListeningAddress: Sendable, Equatable, CustomStringConvertible {
  case socket(path: String)
  case tcp(host: String, port: Int)

  /// The path, or `host:port`.
  package var description: String {
    switch self {
    case .socket(let path): path
    case .tcp(let host, let port): "\(host):\(port)"
    }
  }
}
