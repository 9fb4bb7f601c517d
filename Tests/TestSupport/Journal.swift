import Synchronization

/// A growing list whose elements can be awaited: what a real part did, in order, without polling.
package final class Journal<Element: Sendable>: Sendable {
  private struct State {
    var elements: [Element] = []
    var arrivals: [Int: Gate] = [:]
  }
  private let state = Mutex(State())

  /// An empty journal.
  package init() {}

  /// What was written so far.
  package var elements: [Element] { state.withLock(\.elements) }

  /// Writes one element and wakes who waits for it.
  package func append(_ element: Element) {
    let gate = state.withLock { state in
      state.elements.append(element)
      return state.arrivals.removeValue(forKey: state.elements.count - 1)
    }
    gate?.open()
  }

  /// The element at `index`, counted from 0, as soon as it is written. Throws `CancellationError` when the task is cancelled first.
  package func element(at index: Int) async throws -> Element {
    let gate = state.withLock { state -> Gate? in
      if index < state.elements.count { return nil }
      let gate = state.arrivals[index] ?? Gate()
      state.arrivals[index] = gate
      return gate
    }
    try await gate?.wait()
    return state.withLock { $0.elements[index] }
  }
}
