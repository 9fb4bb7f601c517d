package import Logging
import NIOCore
import NIOPosix
import ServiceLifecycle
import Synchronization
package import Wire

/// Listens, identifies the peer, finds out the framing and hands conversations to one closure.
package struct SocketServer: Service {
  private let configuration: ServerConfiguration
  private let logger: Logger
  private let onListening: @Sendable () -> Void
  private let handler: Conversation.Handler
  private let open = OpenChannels()

  /// A server; `onListening` is called once, when connections are taken.
  package init(
    configuration: ServerConfiguration, logger: Logger,
    onListening: @escaping @Sendable () -> Void, handler: @escaping Conversation.Handler
  ) {
    self.configuration = configuration
    self.logger = logger
    self.onListening = onListening
    self.handler = handler
  }

  /// Serves until graceful shutdown: then takes no more connections, reads no more requests, lets what
  /// runs go on for the grace and closes.
  /// - Throws: ``ServerError`` where it cannot listen.
  package func run() async throws {
    let loops = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    let socket =
      configuration.activation.descriptors.isEmpty
      ? try SocketFile.bind(configuration.socketPath) : nil
    defer { socket?.remove() }
    do {
      let listeners = try await listeners(socket, on: loops)
      for listener in listeners { open.add(listener.channel.channel) }
      onListening()
      try await withGracefulShutdownHandler {
        try await serve(listeners)
      } onGracefulShutdown: {
        open.wind(down: configuration.grace)
      }
    } catch {
      try await loops.shutdownGracefully()
      throw error
    }
    try await loops.shutdownGracefully()
  }

  private typealias Accepting = NIOAsyncChannel<EventLoopFuture<Negotiated>, Never>
  private struct Listener {
    let channel: Accepting
    let peer: Peer
  }

  private func listeners(_ socket: SocketFile?, on loops: MultiThreadedEventLoopGroup) async throws
    -> [Listener]
  {
    var listeners: [Listener] = []
    for descriptor in configuration.activation.descriptors {
      let peer = Peer(transport: Self.isUnix(descriptor) ? .socket : .tcp)
      listeners.append(
        Listener(channel: try await accept(loops, peer, .descriptor(descriptor)), peer: peer))
    }
    if let socket {
      let peer = Peer(transport: .socket)
      let channel = try await accept(loops, peer, .descriptor(socket.descriptor))
      listeners.append(Listener(channel: channel, peer: peer))
    }
    if let tcp = configuration.tcp {
      guard LoopbackRule.isLoopback(host: tcp.host) else {
        throw ServerError.notLoopback(host: tcp.host)
      }
      let peer = Peer(transport: .tcp)
      let channel = try await accept(loops, peer, .address(host: tcp.host, port: tcp.port))
      listeners.append(Listener(channel: channel, peer: peer))
    }
    return listeners
  }

  private enum Place {
    case descriptor(Int32)
    case address(host: String, port: Int)
  }

  private func accept(_ loops: MultiThreadedEventLoopGroup, _ peer: Peer, _ place: Place)
    async throws -> Accepting
  {
    let deadline = TimeAmount(configuration.requestDeadline)
    let bootstrap = ServerBootstrap(group: loops)
      .serverChannelOption(.backlog, value: 1_024)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .childChannelOption(.allowRemoteHalfClosure, value: true)
      .childChannelOption(
        .writeBufferWaterMark, value: .init(low: 64 << 10, high: 256 << 10))
    let initializer: @Sendable (any Channel) -> EventLoopFuture<EventLoopFuture<Negotiated>> = {
      channel in
      let checked =
        peer.transport == .socket
        ? PeerCredentials.check(channel) : channel.eventLoop.makeSucceededVoidFuture()
      return checked.flatMapThrowing {
        let result = channel.eventLoop.makePromise(of: Negotiated.self)
        try channel.pipeline.syncOperations.addHandler(
          NegotiationHandler(isHTTPOnly: peer.transport == .tcp, deadline: deadline, result: result)
        )
        return result.futureResult
      }
    }
    switch place {
    case .descriptor(let descriptor):
      return try await bootstrap.bind(descriptor, childChannelInitializer: initializer)
    case .address(let host, let port):
      return try await bootstrap.bind(host: host, port: port, childChannelInitializer: initializer)
    }
  }

  private func serve(_ listeners: [Listener]) async throws {
    try await withThrowingDiscardingTaskGroup { group in
      for listener in listeners {
        group.addTask { try await serve(listener) }
      }
    }
  }

  private func serve(_ listener: Listener) async throws {
    try await listener.channel.executeThenClose { inbound in
      await withDiscardingTaskGroup { group in
        do {
          for try await connection in inbound {
            await open.untilBelow(configuration.maximumConnections)
            group.addTask { await converse(connection, listener.peer) }
          }
        } catch {
          logger.error("a listener failed", metadata: ["error": "\(error)"])
        }
      }
    }
  }

  private func converse(_ connection: EventLoopFuture<Negotiated>, _ peer: Peer) async {
    do {
      switch try await connection.get() {
      case .nothing: return
      case .rpc(let channel, let framing):
        let place = open.add(channel.channel)
        defer { open.remove(place) }
        try await RPCConnection.serve(channel, framing, peer, handler)
      case .http(let channel):
        let place = open.add(channel.channel)
        defer { open.remove(place) }
        try await HTTPConnection(
          channel: channel, peer: peer, configuration: configuration, handler: handler
        ).serve()
      }
    } catch {
      // The peer went in the middle of something; its own affair.
      logger.debug("a connection ended", metadata: ["error": "\(error)"])
    }
  }

  private static func isUnix(_ descriptor: Int32) -> Bool { SocketFamily.isUnix(descriptor) }
}

/// The channels that are open, so that a shutdown reaches them.
final class OpenChannels: Sendable {
  private struct State {
    var next = 0
    var channels: [Int: any Channel] = [:]
    var isWindingDown = false
  }
  private let state = Mutex(State())
  private let closed = Bell()

  @discardableResult
  func add(_ channel: any Channel) -> Int {
    let (place, isLate) = state.withLock { state in
      state.next += 1
      state.channels[state.next] = channel
      return (state.next, state.isWindingDown)
    }
    if isLate { channel.close(mode: .all, promise: nil) }
    return place
  }

  func remove(_ place: Int) {
    state.withLock { $0.channels[place] = nil }
    closed.ring()
  }

  func untilBelow(_ limit: Int) async {
    while !Task.isCancelled {
      let seen = closed.generation
      if state.withLock({ $0.channels.count }) < limit { return }
      await closed.wait(past: seen)
    }
  }

  /// No more connections and no more requests; after the grace everything is closed.
  func wind(down grace: Duration) {
    let channels = state.withLock { state in
      state.isWindingDown = true
      return Array(state.channels.values)
    }
    for channel in channels {
      if channel.parent == nil {
        channel.close(mode: .all, promise: nil)
      } else {
        channel.close(mode: .input, promise: nil)
        channel.eventLoop.scheduleTask(in: TimeAmount(grace)) {
          channel.close(mode: .all, promise: nil)
        }
      }
    }
  }
}
