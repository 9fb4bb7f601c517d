import NIOCore
import Synchronization

/// What the event loop hands to tasks: a queue that asks its producer to stop while it is full.
///
/// It is bounded by the producer's obedience: `isFull` turns true at `limit` elements and false again when the queue is
/// empty, which is also when `onRoom` is called. Elements come out in order; each goes to one reader.
final class Inbox<Element: Sendable>: Sendable {
  private struct Reader {
    let id: Int
    let continuation: CheckedContinuation<Element?, any Error>
  }
  private struct State {
    var elements = CircularBuffer<Element>(initialCapacity: 4)
    var readers: [Reader] = []
    var lastReader = 0
    var isFinished = false
    var isFull = false
  }
  private let state = Mutex(State())
  private let limit: Int
  private let onRoom: @Sendable () -> Void

  init(limit: Int, onRoom: @escaping @Sendable () -> Void = {}) {
    self.limit = limit
    self.onRoom = onRoom
  }

  /// Whether the producer should stop for now.
  var isFull: Bool { state.withLock { $0.isFull } }
  /// Whether nothing more will come out.
  var isAtEnd: Bool { state.withLock { $0.isFinished && $0.elements.isEmpty } }

  /// Hands over one element; after `finish` it is dropped.
  func deliver(_ element: Element) {
    let reader = state.withLock { state -> Reader? in
      guard !state.isFinished else { return nil }
      guard state.readers.isEmpty else { return state.readers.removeFirst() }
      state.elements.append(element)
      state.isFull = state.isFull || state.elements.count >= limit
      return nil
    }
    reader?.continuation.resume(returning: element)
  }

  /// Nothing more will come; what is queued still comes out.
  func finish() {
    let readers = state.withLock { state in
      state.isFinished = true
      defer { state.readers = [] }
      return state.readers
    }
    for reader in readers { reader.continuation.resume(returning: nil) }
  }

  /// Drops what is queued and all that follows, and lets the producer go on.
  func abandon() {
    finish()
    state.withLock { state in
      state.elements.removeAll()
      state.isFull = false
    }
    onRoom()
  }

  /// The next element; nil after the last. Throws `CancellationError` where it would have to wait in a cancelled task.
  func next() async throws -> Element? {
    if let ready = state.withLock({ Self.take(&$0) }) { return deliverable(ready) }
    let id = state.withLock { state in
      state.lastReader += 1
      return state.lastReader
    }
    return try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        wait(Reader(id: id, continuation: continuation))
      }
    } onCancel: {
      let reader = state.withLock { state -> Reader? in
        guard let index = state.readers.firstIndex(where: { $0.id == id }) else { return nil }
        return state.readers.remove(at: index)
      }
      reader?.continuation.resume(throwing: CancellationError())
    }
  }

  private enum Ready {
    case element(Element, makesRoom: Bool)
    case end
  }

  private static func take(_ state: inout State) -> Ready? {
    guard let element = state.elements.popFirst() else { return state.isFinished ? .end : nil }
    let makesRoom = state.isFull && state.elements.isEmpty
    if makesRoom { state.isFull = false }
    return .element(element, makesRoom: makesRoom)
  }

  private func deliverable(_ ready: Ready) -> Element? {
    guard case .element(let element, let makesRoom) = ready else { return nil }
    if makesRoom { onRoom() }
    return element
  }

  private func wait(_ reader: Reader) {
    // The task's flag is looked at under the lock: a cancellation before is seen here, one after finds the reader.
    let result = state.withLock { state -> Result<Ready, CancellationError>? in
      if let ready = Self.take(&state) { return .success(ready) }
      if Task.isCancelled { return .failure(CancellationError()) }
      state.readers.append(reader)
      return nil
    }
    switch result {
    case .success(let ready): reader.continuation.resume(returning: deliverable(ready))
    case .failure(let error): reader.continuation.resume(throwing: error)
    case nil: break
    }
  }
}
