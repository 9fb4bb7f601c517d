import Domain
import Store
import Upstream

/// A thread as the calls of one turn carry it: read for the first of them, and added to by what the turn stores. Nobody else's
/// messages come before those of a turn that runs; a new summary makes it void.
struct Conversation: Sendable {
  /// Where it goes: another model's tokens are counted otherwise, and its window may begin elsewhere.
  let route: Route
  /// The newest summary when it was read, which stands before the messages.
  let summary: Compaction?
  /// Where the window begins; nil for the thread's beginning.
  let start: HistoryStart?
  /// Turns that a call carries at most.
  let turns: Int
  private(set) var messages: [Message]
  /// For each message its tokens, estimated.
  private(set) var counts: [Int]

  init(
    route: Route, summary: Compaction?, start: HistoryStart?, turns: Int, _ messages: [Message]
  ) {
    self.route = route
    self.summary = summary
    self.start = start
    self.turns = turns
    self.messages = []
    counts = []
    add(messages)
  }

  /// Goes on with what the turn has stored.
  mutating func add(_ more: [Message]) {
    let estimate = TokenEstimate(model: route.upstreamModel)
    messages += more
    counts += more.map { estimate.tokens(of: $0.blocks) + TokenEstimate.perMessage }
  }
}
