import Logging
import NIOCore
import Wire

/// What a connection turned out to speak, and where its input arrives.
enum Dialect: Sendable {
  case rpc(Framing, Inbox<Frame>)
  case http(Inbox<HTTPIncoming>)

  /// Ends the input for good.
  func abandon() {
    switch self {
    case .rpc(_, let inbox): inbox.abandon()
    case .http(let inbox): inbox.abandon()
    }
  }
}

/// An accepted connection: its peer, its write side, and its dialect once the first bytes told.
struct Connection: Sendable {
  let channel: any Channel
  let peer: Peer
  let outbox: Outbox
  /// nil where the connection went before it said anything.
  private let dialect: EventLoopFuture<Dialect?>

  /// Takes a new channel over; call it on the channel's event loop. A peer that is not `uid` is turned away.
  init(_ channel: any Channel, address: ListeningAddress, limits: ConnectionLimits, logger: Logger)
  {
    self.channel = channel
    outbox = Outbox(channel)
    let promise = channel.eventLoop.makePromise(of: Dialect?.self)
    dialect = promise.futureResult
    do {
      switch address {
      case .socket:
        peer = Peer(transport: .socket)
        try Self.checkPeer(of: channel, uid: limits.peerUID)
      case .tcp: peer = Peer(transport: .tcp)
      }
      try channel.pipeline.syncOperations.addHandler(
        SniffHandler(address: address, limits: limits, decided: promise))
    } catch {
      logger.warning("connection refused", metadata: ["reason": "\(error)"])
      promise.succeed(nil)
      channel.close(promise: nil)
    }
  }

  private struct ForeignPeer: Error, CustomStringConvertible {
    let uid: UInt32
    var description: String { "the peer is user \(uid)" }
  }

  private static func checkPeer(of channel: any Channel, uid allowed: UInt32) throws {
    let uid = try PeerCredentials.uid(of: channel)
    guard uid == allowed else { throw ForeignPeer(uid: uid) }
  }

  /// What the connection speaks; nil where it went, or the task was cancelled, before it told.
  func settledDialect() async -> Dialect? {
    await withTaskCancellationHandler {
      do { return try await dialect.get() } catch {
        // The promise is never failed; a connection without a dialect is one that went.
        return nil
      }
    } onCancel: {
      channel.close(promise: nil)
    }
  }

  /// Asks the connection to end when what runs is done: idle ones end now.
  func quiesce() {
    channel.pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent())
  }

  /// Runs `body` in a task that is cancelled when the connection goes.
  func whileOpen(_ body: @escaping @Sendable () async -> Void) async {
    await withTaskGroup(of: Void.self) { tasks in
      tasks.addTask { await body() }
      tasks.addTask { await outbox.closed() }
      await tasks.next()
      tasks.cancelAll()
    }
  }

  /// Closes when everything written has left. `linger`: the peer is in the middle of sending what nobody will read, and
  /// would see a reset instead of the answer; so its input is read and dropped for so long at most.
  func finish(_ dialect: Dialect, linger: Duration?) async {
    dialect.abandon()
    await outbox.drain()
    await withTaskCancellationHandler {
      if let linger {
        channel.close(mode: .output, promise: nil)
        let timer = channel.eventLoop.scheduleTask(in: TimeAmount(linger)) {
          channel.close(promise: nil)
        }
        await outbox.closed()
        timer.cancel()
      }
      channel.close(promise: nil)
    } onCancel: {
      channel.close(promise: nil)
    }
  }
}

/// The waits and rights of one connection.
struct ConnectionLimits: Sendable {
  let peerUID: UInt32
  let firstMessage: TimeAmount
  let keepAlive: TimeAmount
}
