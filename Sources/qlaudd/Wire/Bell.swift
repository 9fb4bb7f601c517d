import Synchronization

/// Tells waiters that something has grown or changed. It carries nothing, so a slow waiter costs
/// nothing but its own place; rings that come before a waiter looks again count as one.
package final class Bell: Sendable {
  private struct State {
    var generation: UInt64 = 0
    var nextListener = 0
    var listeners: [Int: AsyncStream<Void>.Continuation] = [:]
  }
  private let state = Mutex(State())

  /// A silent bell.
  package init() {}

  /// How often it has rung; taken before a look at what it guards, it closes the gap between the
  /// look and the wait.
  package var generation: UInt64 { state.withLock { $0.generation } }

  /// Wakes every waiter.
  package func ring() {
    let listeners = state.withLock { state in
      state.generation += 1
      return Array(state.listeners.values)
    }
    for listener in listeners { listener.yield() }
  }

  /// Rings from now on, coalesced. Ends only with the waiting task.
  package func listen() -> AsyncStream<Void> {
    let (stream, continuation) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
    let id = state.withLock { state in
      state.nextListener += 1
      state.listeners[state.nextListener] = continuation
      return state.nextListener
    }
    continuation.onTermination = { [weak self] _ in
      _ = self?.state.withLock { $0.listeners.removeValue(forKey: id) }
    }
    return stream
  }

  /// Returns once the bell has rung more often than `seen`, or when the task is cancelled.
  package func wait(past seen: UInt64) async {
    let rings = listen()
    if generation > seen { return }
    for await _ in rings where generation > seen { return }
  }

  /// The same with a deadline on a monotonic clock; nil waits without one.
  package func wait(past seen: UInt64, for timeout: Duration?) async {
    guard let timeout else { return await wait(past: seen) }
    await withTaskGroup(of: Void.self) { group in
      group.addTask { await self.wait(past: seen) }
      group.addTask { await Self.pause(for: timeout) }
      await group.next()
      group.cancelAll()
    }
  }

  /// Lets time pass on the monotonic clock; returns early, without an error, when the task is
  /// cancelled: whoever waits looks at what it waits for next.
  package static func pause(for duration: Duration) async {
    do { try await ContinuousClock().sleep(for: duration) } catch { return }
  }

  /// How many wait at the moment.
  package var listenerCount: Int { state.withLock { $0.listeners.count } }
}
