import Domain
import Synchronization

/// The conversation of a turn between two of its model calls, until somebody has to be waited for: any number of turns may wait, and
/// none of them needs its thread in memory.
final class KeptConversation: Sendable {
  private let state = Mutex<Conversation?>(nil)

  var current: Conversation? { state.withLock(\.self) }
  func keep(_ conversation: Conversation?) { state.withLock { $0 = conversation } }
  func add(_ message: Message) { state.withLock { $0?.add([message]) } }
  func letGo() { keep(nil) }
}
