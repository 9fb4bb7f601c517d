import Domain
import Engine
import HTTPTypes
import Synchronization
import Wire

extension HTTPFace {
  /// Sends events as the connection takes them, to the stream's end or until the client goes.
  func forward(_ stream: EventStream, _ fields: HTTPFields, to exchange: HTTPExchange) async throws
  {
    let ping = SSEText.frame(event: "ping", data: Array(#"{"type":"ping"}"#.utf8))
    let writer = FrameWriter(exchange: exchange, fields: fields, ping: ping)
    try await writer.start()
    do {
      try await withThrowingTaskGroup(of: Void.self) { group in
        defer { group.cancelAll() }
        group.addTask {
          for try await page in stream.feed {
            let frames = page.filter(stream.includes).map { $0.frame(for: stream.subject) }
            if !frames.isEmpty { try await writer.send(Array(frames.joined())) }
          }
        }
        group.addTask { try await writer.keepAlive(every: Self.pingInterval) }
        try await group.next()
      }
    } catch {
      // The client is gone or the log cannot be read; it attaches again with Last-Event-ID.
      return
    }
  }

  /// Sends the pieces as they come. The response begins with the first one; what fails before that is thrown, what
  /// fails later is told in the stream.
  func forward(
    _ frames: FrameStream, _ fields: HTTPFields, to exchange: HTTPExchange, _ requestID: String,
    during name: String
  ) async throws {
    let writer = FrameWriter(
      exchange: exchange, fields: fields, ping: frames.ping?.bytes ?? SSEText.comment("ping"))
    do {
      try await withThrowingTaskGroup(of: Void.self) { group in
        defer { group.cancelAll() }
        group.addTask { _ = try await frames.produce { try await writer.send($0.bytes) } }
        group.addTask { try await writer.keepAlive(every: Self.pingInterval) }
        try await group.next()
      }
    } catch {
      guard writer.hasStarted else { throw error }
      // Whoever is gone is told nothing; the upstream call has ended with the stream.
      if error is CancellationError { return }
      let seen = Failure.seen(error, by: engine, during: name)
      await writer.end(with: frames.failure(seen, requestID))
    }
  }
}

/// The response of a stream of pieces, begun when the first one comes, or before. A task of its own breaks long silences: a time
/// limit on each wait for a piece would be set up and taken down with every one.
private final class FrameWriter: Sendable {
  private struct State {
    var hasStarted = false
    var last = ContinuousClock.now
  }
  private let state = Mutex(State())
  private let exchange: HTTPExchange
  private let fields: HTTPFields
  private let ping: [UInt8]

  init(exchange: HTTPExchange, fields: HTTPFields, ping: [UInt8]) {
    self.exchange = exchange
    var fields = fields
    fields[.contentType] = "text/event-stream"
    fields[.cacheControl] = "no-cache"
    self.fields = fields
    self.ping = ping
  }

  var hasStarted: Bool { state.withLock { $0.hasStarted } }

  /// Called by one task at a time; only the pings come beside it, and only between whole pieces.
  /// - Throws: `CancellationError` where the peer is gone.
  func send(_ bytes: [UInt8]) async throws {
    do {
      if !hasStarted { try await start() }
      state.withLock { $0.last = .now }
      try await exchange.write(bytes)
    } catch { throw CancellationError() }
  }

  /// Sends the head.
  func start() async throws {
    try await exchange.start(HTTPResponse(status: .ok, headerFields: fields))
    state.withLock { $0.hasStarted = true }
  }

  /// Sends the last pieces to whoever still listens.
  func end(with frames: [FrameStream.Frame]) async {
    do { for frame in frames { try await send(frame.bytes) } } catch {
      // The peer is gone, and what it is not told has ended all the same.
      return
    }
  }

  /// Breaks long silences, until it is cancelled.
  func keepAlive(every interval: Duration) async throws {
    while !Task.isCancelled {
      let silence = ContinuousClock.now - state.withLock { $0.last }
      if silence < interval {
        await Bell.pause(for: interval - silence)
        continue
      }
      state.withLock { $0.last = .now }
      guard hasStarted else { continue }
      do { try await exchange.write(ping) } catch { throw CancellationError() }
    }
    throw CancellationError()
  }
}
