import CHost
import Logging
import NIOCore
import NIOPosix
import Synchronization

/// A socket that is being served.
struct Listener: Sendable {
  private let channel: NIOAsyncChannel<Connection, Never>
  private let arrivals: Arrivals

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
    let arrivals = Arrivals()
    let channel = try await ServerBootstrap(group: group)
      .childChannelOption(.allowRemoteHalfClosure, value: isUnix)
      .bind(socket.descriptor, serverBackPressureStrategy: strategy) { channel in
        arrivals.add(channel)
        return channel.eventLoop.makeSucceededFuture(
          Connection(channel, address: socket.address, limits: limits, logger: logger))
      }
    // NIO set the queue to its own shorter length.
    _ = try ServerError.check(
      chost_listen(socket.descriptor, OpenSocket.backlog), "listen on", "\(socket.address)")
    if let file = socket.file {
      channel.channel.closeFuture.whenComplete { _ in file.removeIfOurs() }
    }
    return Listener(channel: channel, arrivals: arrivals)
  }

  /// Accepts until ``stop()`` or cancellation, and returns when every connection it accepted is closed.
  func accept(_ slots: ConnectionSlots, _ conversations: Conversations) async throws {
    defer { arrivals.end() }
    try await channel.executeThenClose { incoming in
      try await withThrowingDiscardingTaskGroup { tasks in
        var connections = incoming.makeAsyncIterator()
        do {
          while try await slots.take(), let connection = try await connections.next() {
            arrivals.remove(connection.channel)
            tasks.addTask {
              await conversations.serve(connection)
              slots.give()
            }
          }
        } catch is CancellationError {
          return
        }
        // Before those that are served have ended.
        arrivals.end()
      }
    }
  }

  /// Takes no more connections.
  func stop() { channel.channel.close(promise: nil) }
}

/// Connections that the kernel has given and nobody serves yet. Those that are on their way when the listener is closed are
/// dropped by NIO, open as they are: their peers would wait for an end that comes only with the whole server's.
private final class Arrivals: Sendable {
  private struct State {
    var isOver = false
    var channels: [ObjectIdentifier: any Channel] = [:]
  }
  private let state = Mutex(State())

  func add(_ channel: any Channel) {
    let isOver = state.withLock { state in
      if !state.isOver { state.channels[ObjectIdentifier(channel)] = channel }
      return state.isOver
    }
    if isOver { return channel.close(promise: nil) }
    // It may go before its turn to be served comes, for want of a slot.
    channel.closeFuture.whenComplete { [weak self] _ in self?.remove(channel) }
  }

  func remove(_ channel: any Channel) {
    _ = state.withLock { $0.channels.removeValue(forKey: ObjectIdentifier(channel)) }
  }

  /// Closes them, and from now on each that comes.
  func end() {
    let left = state.withLock { state in
      defer { state.channels = [:] }
      state.isOver = true
      return Array(state.channels.values)
    }
    for channel in left { channel.close(promise: nil) }
  }
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
