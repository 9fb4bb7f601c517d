package import Logging
import NIOCore
import NIOPosix
import ServiceLifecycle
package import Wire

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The daemon's ears: one Unix socket that speaks JSON-RPC and HTTP, and optionally HTTP on a loopback port.
///
/// It knows nothing of what is said: every JSON-RPC connection and every HTTP request becomes one call of the handler, in a
/// task that is cancelled when the connection goes.
///
/// On a graceful shutdown it stops accepting and removes its socket file, idle connections end, a JSON-RPC conversation's
/// `next()` answers nil, and HTTP answers say `connection: close`. What still runs after
/// ``ServerConfiguration/shutdownGrace`` is cancelled. Cancelling `run()` skips the grace.
package struct SocketServer: Service {
  private let configuration: ServerConfiguration
  private let logger: Logger
  private let onListening: @Sendable ([ListeningAddress]) -> Void
  private let handler: Conversation.Handler

  /// A server that calls `onListening` once, when clients can connect.
  package init(
    configuration: ServerConfiguration, logger: Logger,
    onListening: @escaping @Sendable ([ListeningAddress]) -> Void = { _ in },
    handler: @escaping Conversation.Handler
  ) {
    self.configuration = configuration
    self.logger = logger
    self.onListening = onListening
    self.handler = handler
  }

  /// Serves until shutdown. Throws ``ServerError`` where it cannot listen; then nothing was left open.
  package func run() async throws {
    let sockets = try OpenSocket.open(configuration)
    let group = MultiThreadedEventLoopGroup(numberOfThreads: max(1, configuration.threads))
    do {
      try await serve(sockets, on: group)
    } catch {
      try await group.shutdownGracefully()
      throw error
    }
    try await group.shutdownGracefully()
  }

  private func serve(_ sockets: [OpenSocket], on group: MultiThreadedEventLoopGroup) async throws {
    let listeners = try await Listener.start(
      sockets, on: group, limits: configuration.connectionLimits, logger: logger)
    onListening(sockets.map(\.address))
    logger.info("listening", metadata: ["addresses": "\(sockets.map(\.address))"])
    try await withThrowingTaskGroup(of: Void.self) { tasks in
      tasks.addTask { try await accept(listeners) }
      tasks.addTask { await stop(listeners) }
      // The first to end is the accepting, when every connection is closed, or the clock of the grace.
      let first = await tasks.nextResult()
      tasks.cancelAll()
      try first?.get()
      try await tasks.waitForAll()
    }
  }

  private func accept(_ listeners: [Listener]) async throws {
    let conversations = Conversations(
      handler: handler, lingerTimeout: configuration.lingerTimeout)
    try await withThrowingDiscardingTaskGroup { tasks in
      for listener in listeners {
        // Each listener has slots of its own: whoever may reach the TCP port must not be able to fill the socket.
        let slots = ConnectionSlots(configuration.maximumConnections)
        tasks.addTask { try await listener.accept(slots, conversations) }
      }
    }
  }

  /// Waits for the shutdown, closes the ears and lets the grace pass.
  private func stop(_ listeners: [Listener]) async {
    do {
      try await gracefulShutdown()
      for listener in listeners { listener.stop() }
      try await Task.sleep(for: configuration.shutdownGrace)
      logger.warning("conversations cancelled at the end of the shutdown grace")
    } catch {
      // Cancelled: everything has ended, or the caller does not want to wait.
      return
    }
  }
}

extension ServerConfiguration {
  var connectionLimits: ConnectionLimits {
    ConnectionLimits(
      peerUID: peerUID ?? geteuid(), firstMessage: TimeAmount(firstMessageTimeout),
      keepAlive: TimeAmount(keepAliveTimeout))
  }
}
