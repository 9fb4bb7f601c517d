import CHost
import Logging
import NIOCore
import NIOPosix

/// A socket that is being served.
struct Listener: Sendable {
  private let channel: NIOAsyncChannel<Connection, Never>

  /// Starts serving these sockets, all or none. A descriptor belongs to its listener from here on, and its file is
  /// removed when the listener closes.
  static func start(
    _ sockets: [OpenSocket], on group: MultiThreadedEventLoopGroup, limits: ConnectionLimits,
    logger: Logger
  ) async throws -> [Listener] {
    var listeners: [Listener] = []
    for socket in sockets {
      do {
        listeners.append(try await start(socket, group, limits, logger))
      } catch {
        for listener in listeners { try await listener.channel.executeThenClose { _ in } }
        // The descriptor that failed is the channel's already; the later ones are still ours.
        socket.file?.removeIfOurs()
        for later in sockets[(listeners.count + 1)...] { later.discard() }
        throw error
      }
    }
    return listeners
  }

  private static func start(
    _ socket: OpenSocket, _ group: MultiThreadedEventLoopGroup, _ limits: ConnectionLimits,
    _ logger: Logger
  ) async throws -> Listener {
    let isUnix = if case .socket = socket.address { true } else { false }
    // Few are taken from the kernel ahead of a free slot.
    let strategy = NIOAsyncSequenceProducerBackPressureStrategies.HighLowWatermark(
      lowWatermark: 1, highWatermark: 2)
    let channel = try await ServerBootstrap(group: group)
      .childChannelOption(.allowRemoteHalfClosure, value: isUnix)
      .bind(socket.descriptor, serverBackPressureStrategy: strategy) { channel in
        channel.eventLoop.makeSucceededFuture(
          Connection(channel, address: socket.address, limits: limits, logger: logger))
      }
    // NIO set the queue to its own shorter length.
    _ = try ServerError.check(
      chost_listen(socket.descriptor, OpenSocket.backlog), "listen on", "\(socket.address)")
    if let file = socket.file {
      channel.channel.closeFuture.whenComplete { _ in file.removeIfOurs() }
    }
    return Listener(channel: channel)
  }

  /// Accepts until ``stop()`` or cancellation, and returns when every connection it accepted is closed.
  func accept(_ slots: ConnectionSlots, _ conversations: Conversations) async throws {
    try await channel.executeThenClose { incoming in
      try await withThrowingDiscardingTaskGroup { tasks in
        var connections = incoming.makeAsyncIterator()
        do {
          while try await slots.take(), let connection = try await connections.next() {
            tasks.addTask {
              await conversations.serve(connection)
              slots.give()
            }
          }
        } catch is CancellationError {
          return
        }
      }
    }
  }

  /// Takes no more connections.
  func stop() { channel.channel.close(promise: nil) }
}

/// The right to serve one more connection.
struct ConnectionSlots: Sendable {
  private struct Slot: Sendable {}
  private let free: Inbox<Slot>

  /// So many connections at once.
  init(_ count: Int) {
    free = Inbox(limit: .max)
    for _ in 0..<max(1, count) { free.deliver(Slot()) }
  }

  /// Waits for a slot. Throws `CancellationError`.
  func take() async throws -> Bool { try await free.next() != nil }

  /// Gives it back.
  func give() { free.deliver(Slot()) }
}
