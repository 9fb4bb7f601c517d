import NIOCore
import Synchronization

/// The write side of a connection: at most ``high`` bytes and one message wait for the peer; who has more waits in line.
///
/// Counting here, not by the channel's own writability, keeps the bound exact: between a write from a task and the event
/// loop that performs it, the channel still looks writable to everybody else.
final class Outbox: Sendable {
  /// The connection is gone; what was being sent may be lost.
  struct ConnectionGone: Error {}

  /// Writers wait from this many bytes on…
  static let high = 256 << 10
  /// …until so few are left.
  static let low = 64 << 10

  private struct Writer {
    let id: Int
    let bytes: Int
    let continuation: CheckedContinuation<Void, any Error>
  }
  private struct State {
    var pending = 0
    var isFull = false
    var isClosed = false
    var writers: [Writer] = []
    var lastWriter = 0
    /// Waits for `pending` to become 0.
    var drained: [CheckedContinuation<Void, Never>] = []
  }
  private let state = Mutex(State())
  private let channel: any Channel
  /// Ends when the connection is closed.
  private let closing = Inbox<Never>(limit: 1)

  /// The outbox of a connection; it closes with the channel.
  init(_ channel: any Channel) {
    self.channel = channel
    channel.closeFuture.whenComplete { _ in self.close() }
  }

  /// Bytes that were written and not yet taken by the kernel.
  var pendingBytes: Int { state.withLock { $0.pending } }

  /// Writes one message, whole and in the order of the calls, and returns when the connection can take another.
  ///
  /// A cancelled task still sends where there is room; where it would have to wait for it, it throws
  /// `CancellationError` and nothing was sent. Throws ``ConnectionGone`` when the connection is closed.
  func send<Message: Sendable>(_ message: Message, bytes: Int, flush: Bool = true) async throws {
    try await reserve(bytes)
    let promise = channel.eventLoop.makePromise(of: Void.self)
    promise.futureResult.whenComplete { _ in self.wrote(bytes) }
    if flush {
      channel.writeAndFlush(message, promise: promise)
    } else {
      channel.write(message, promise: promise)
    }
    guard state.withLock({ $0.isFull }) else { return }
    do { try await reserve(0) } catch is CancellationError {
      // The message is on its way; only the wait was given up.
      return
    }
  }

  /// Returns when everything was taken by the kernel, the connection is gone, or the task is cancelled.
  func drain() async {
    channel.flush()
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let isDone = state.withLock { state in
          if state.pending == 0 || state.isClosed || Task.isCancelled { return true }
          state.drained.append(continuation)
          return false
        }
        if isDone { continuation.resume() }
      }
    } onCancel: {
      for waiting in state.withLock({ Self.takeDrained(&$0) }) { waiting.resume() }
    }
  }

  /// Returns when the connection is gone, or the task is cancelled.
  func closed() async {
    do { _ = try await closing.next() } catch {
      // Only a cancellation: the caller no longer wants to know.
      return
    }
  }

  private func reserve(_ bytes: Int) async throws {
    let id = try state.withLock { state -> Int? in
      if state.isClosed { throw ConnectionGone() }
      if Self.admit(&state, bytes) { return nil }
      state.lastWriter += 1
      return state.lastWriter
    }
    guard let id else { return }
    try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        wait(Writer(id: id, bytes: bytes, continuation: continuation))
      }
    } onCancel: {
      let writer = state.withLock { state -> Writer? in
        guard let index = state.writers.firstIndex(where: { $0.id == id }) else { return nil }
        return state.writers.remove(at: index)
      }
      writer?.continuation.resume(throwing: CancellationError())
    }
  }

  private func wait(_ writer: Writer) {
    let result = state.withLock { state -> Result<Void, any Error>? in
      if state.isClosed { return .failure(ConnectionGone()) }
      if Self.admit(&state, writer.bytes) { return .success(()) }
      if Task.isCancelled { return .failure(CancellationError()) }
      state.writers.append(writer)
      return nil
    }
    if let result { writer.continuation.resume(with: result) }
  }

  private static func admit(_ state: inout State, _ bytes: Int) -> Bool {
    guard !state.isFull, state.writers.isEmpty else { return false }
    count(&state, bytes)
    return true
  }

  private static func count(_ state: inout State, _ bytes: Int) {
    state.pending += bytes
    if state.pending >= high { state.isFull = true }
  }

  private static func takeDrained(_ state: inout State) -> [CheckedContinuation<Void, Never>] {
    defer { state.drained = [] }
    return state.drained
  }

  private func wrote(_ bytes: Int) {
    let (writers, drained) = state.withLock { state in
      state.pending -= bytes
      if state.pending <= Self.low { state.isFull = false }
      var admitted: [Writer] = []
      while !state.isFull, let writer = state.writers.first {
        state.writers.removeFirst()
        Self.count(&state, writer.bytes)
        admitted.append(writer)
      }
      return (admitted, state.pending == 0 ? Self.takeDrained(&state) : [])
    }
    for writer in writers { writer.continuation.resume() }
    for waiting in drained { waiting.resume() }
  }

  private func close() {
    let (writers, drained) = state.withLock { state in
      state.isClosed = true
      defer { state.writers = [] }
      return (state.writers, Self.takeDrained(&state))
    }
    for writer in writers { writer.continuation.resume(throwing: ConnectionGone()) }
    for waiting in drained { waiting.resume() }
    closing.finish()
  }
}
