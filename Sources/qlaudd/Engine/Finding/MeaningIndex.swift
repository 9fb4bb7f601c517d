import Search
import Store
import Synchronization

/// The model that is in use, with the codes of what it has embedded: what a search by meaning needs of the memory.
final class MeaningIndex: Sendable {
  /// A model that is in use.
  struct Active: Sendable {
    let choice: EmbedderChoice
    /// The weights, for the built-in model.
    let embedder: StaticEmbedder?
    var model: VectorModel
    let codes: CodeIndex
  }
  private struct State {
    var active: Active?
    /// Why there is none, or why it does not get on.
    var problem: String?
  }
  private let state = Mutex(State())

  var active: Active? { state.withLock { $0.active } }
  var problem: String? { state.withLock { $0.problem } }

  func use(_ active: Active?, problem: String? = nil) {
    state.withLock { $0 = State(active: active, problem: problem) }
  }
  func note(_ problem: String?) { state.withLock { $0.problem = problem } }
  func note(_ model: VectorModel) {
    state.withLock { state in
      if state.active?.model.number == model.number { state.active?.model = model }
    }
  }

  /// Forgets a thread that was deleted.
  func forget(_ thread: Int64?) {
    guard let thread else { return }
    active?.codes.remove(thread: UInt32(truncatingIfNeeded: thread))
  }
}

extension CodeIndex.Entry {
  /// A code as the store keeps it; nil where it is none.
  init?(_ stored: StoredCode) {
    guard let code = VectorCode(stored: stored.code) else { return nil }
    self.init(
      id: stored.id, thread: UInt32(truncatingIfNeeded: stored.threadNumber),
      owner: VectorOwner(key: stored.keyID, endUser: stored.endUserID), role: stored.role,
      createdAt: stored.createdAt, code: code)
  }
}
