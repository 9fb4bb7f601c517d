import Store
import Synchronization

/// The calls of a round that are not answered yet. The answer of the last one is stored with the message that it completes, not
/// before it: between the two nothing happens that a crash could separate.
final class OpenAnswers: Sendable {
  private struct State {
    /// Nil in a round with calls inside calls, whose answers depend on one another.
    var open: Int?
    var unstored: ToolAnswer?
  }
  private let state: Mutex<State>

  init(_ calls: [PendingCall]) {
    let isPlain = calls.allSatisfy(\.items.isEmpty)
    state = Mutex(State(open: isPlain ? calls.count : nil))
  }

  /// A call is answered.
  func note() { state.withLock { $0.open = $0.open.map { $0 - 1 } } }

  /// Keeps an answer where it is the last one.
  func keepsLast(_ answer: ToolAnswer) -> Bool {
    state.withLock { state in
      guard state.open == 1 else { return false }
      state.unstored = answer
      return true
    }
  }

  /// The answer that is to be stored with the message.
  var unstored: ToolAnswer? { state.withLock { $0.unstored } }
}
