import Dispatch
import Synchronization

/// A latch that opens once and stays open: what tests wait for instead of sleeping. Tasks await it, threads block on it.
package final class Gate: Sendable {
  private struct State {
    var isOpen = false
    var nextID = 0
    var waiters: [Int: @Sendable (Bool) -> Void] = [:]
  }
  private let state = Mutex(State())

  /// A closed gate.
  package init() {}

  /// Whether it is open.
  package var isOpen: Bool { state.withLock(\.isOpen) }

  /// Opens it and lets all who wait go on. Opening it again does nothing.
  package func open() {
    let waiters = state.withLock { state in
      state.isOpen = true
      defer { state.waiters = [:] }
      return state.waiters
    }
    for waiter in waiters.values { waiter(true) }
  }

  /// Returns when it is open. Throws `CancellationError` when the task is cancelled first.
  package func wait() async throws {
    let id = state.withLock { state in
      state.nextID += 1
      return state.nextID
    }
    let opened = await withTaskCancellationHandler {
      await withCheckedContinuation { (continuation: CheckedContinuation<Bool, Never>) in
        register(id) { continuation.resume(returning: $0) }
        // A cancellation that came before the line above found nobody to tell.
        if Task.isCancelled { release(id) }
      }
    } onCancel: {
      release(id)
    }
    if !opened { throw CancellationError() }
  }

  /// Blocks the calling thread until it is open; for server handlers, which have a thread of their own.
  /// - Throws: ``LoopbackError/gateTimeout`` after `seconds`, so that a broken test ends.
  package func waitBlocking(seconds: Int = 60) throws {
    let semaphore = DispatchSemaphore(value: 0)
    let id = state.withLock { state in
      state.nextID += 1
      return state.nextID
    }
    register(id) { _ in semaphore.signal() }
    if semaphore.wait(timeout: .now() + .seconds(seconds)) == .timedOut {
      release(id)
      throw LoopbackError.gateTimeout
    }
  }

  private func register(_ id: Int, _ waiter: @escaping @Sendable (Bool) -> Void) {
    let isOpen = state.withLock { state in
      if !state.isOpen { state.waiters[id] = waiter }
      return state.isOpen
    }
    if isOpen { waiter(true) }
  }

  private func release(_ id: Int) {
    state.withLock { $0.waiters.removeValue(forKey: id) }?(false)
  }
}
