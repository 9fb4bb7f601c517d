import Domain
import HTTPTypes
import Synchronization
import Wire

extension HTTPFace {
  /// Sends the pieces as they come. The response begins with the first one; what fails before that is thrown, what
  /// fails later is told in the stream.
  func forward(
    _ frames: FrameStream, _ fields: HTTPFields, to exchange: HTTPExchange, _ requestID: String,
    during name: String
  ) async throws {
    let writer = FrameWriter(exchange: exchange, fields: fields, ping: frames.ping)
    do {
      try await withThrowingTaskGroup(of: Void.self) { group in
        defer { group.cancelAll() }
        group.addTask { _ = try await frames.produce { try await writer.send($0) } }
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

/// The response of a stream of pieces, begun when the first one comes.
private final class FrameWriter: Sendable {
  private struct State {
    var hasStarted = false
    var last = ContinuousClock.now
  }
  private let state = Mutex(State())
  private let exchange: HTTPExchange
  private let fields: HTTPFields
  private let ping: [UInt8]

  init(exchange: HTTPExchange, fields: HTTPFields, ping: FrameStream.Frame?) {
    self.exchange = exchange
    var fields = fields
    fields[.contentType] = "text/event-stream"
    fields[.cacheControl] = "no-cache"
    self.fields = fields
    self.ping = ping?.bytes ?? SSEText.comment("ping")
  }

  var hasStarted: Bool { state.withLock { $0.hasStarted } }

  /// Called by one task at a time; only the pings come beside it, and only between whole pieces.
  /// - Throws: `CancellationError` where the peer is gone.
  func send(_ frame: FrameStream.Frame) async throws {
    do {
      if !hasStarted {
        try await exchange.start(HTTPResponse(status: .ok, headerFields: fields))
        state.withLock { $0.hasStarted = true }
      }
      state.withLock { $0.last = .now }
      try await exchange.write(frame.bytes)
    } catch { throw CancellationError() }
  }

  /// Sends the last pieces to whoever still listens.
  func end(with frames: [FrameStream.Frame]) async {
    do { for frame in frames { try await send(frame) } } catch {
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
