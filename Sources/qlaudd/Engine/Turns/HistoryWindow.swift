import Domain
import Wire

/// Which messages of a thread a model call carries: pure functions over what the store gives, which is
/// already in the order of the conversation.
///
/// The window begins where it began at the call before, so that the beginning of the request stays the same byte for
/// byte and provider caches hit. Only when what must be sent no longer fits it jumps: to three quarters of the room, so
/// that the next jump is far. It begins at a turn, so a call of a tool and its result are never parted.
enum HistoryWindow {
  /// A user's own words and all that belongs to them.
  struct Span: Equatable, Sendable {
    /// The place of its first message.
    let start: MessageSeq
    /// Its messages among those that were given.
    let messages: Range<Int>
    let tokens: Int
  }

  /// The conversation cut at the turns. What comes before the user's first words belongs to no turn and is left out:
  /// providers want the first word to be the user's.
  /// - Parameter tokens: those of each message.
  static func spans(_ messages: [Message], tokens: [Int]) -> [Span] {
    var starts = messages.indices.filter { startsTurn(messages[$0]) }
    if starts.isEmpty { starts = messages.firstIndex { $0.role == .user }.map { [$0] } ?? [] }
    return starts.enumerated().map { number, first in
      let end = number + 1 < starts.count ? starts[number + 1] : messages.count
      return Span(
        start: messages[first].seq, messages: first..<end,
        tokens: tokens[first..<end].reduce(0, +))
    }
  }

  /// The number of the first span to be sent: 0 while all fits. The last one is always sent.
  /// - Parameters:
  ///   - room: tokens; nil where nobody knows the model's window.
  ///   - turns: spans at most.
  static func first(_ spans: [Span], room: Int?, turns: Int) -> Int {
    let all = spans.reduce(0) { $0 + $1.tokens }
    if all <= room ?? .max, spans.count <= turns { return 0 }
    return tail(spans, room: room.map { $0 / 4 * 3 }, turns: max(1, turns / 4 * 3))
  }

  /// The number of the first span of the longest tail that keeps to these bounds; the last one where none does.
  static func tail(_ spans: [Span], room: Int?, turns: Int) -> Int {
    var kept = 0
    var first = spans.count
    while first > 0, spans.count - first < turns {
      let (sum, overflows) = kept.addingReportingOverflow(spans[first - 1].tokens)
      guard !overflows, sum <= room ?? .max else { break }
      kept = sum
      first -= 1
    }
    return min(first, max(0, spans.count - 1))
  }

  /// A user's own words, not the results of tools.
  private static func startsTurn(_ message: Message) -> Bool {
    message.role == .user && !message.blocks.contains { $0.type == "tool_result" }
  }

  /// The messages as a model call carries them. A tool_use without its result, left by a turn that
  /// was stopped, gets one that says so: providers refuse the pair otherwise. An answer at the end, left by an earlier try
  /// of the turn that is about to call, is not sent: the model would go on writing it.
  static func callMessages(_ messages: some Collection<Message>) -> [ModelCall.Message] {
    var out: [ModelCall.Message] = []
    var rest = messages[...]
    while let message = rest.first {
      rest = rest.dropFirst()
      out.append(ModelCall.Message(role: message.role, blocks: message.blocks))
      let open = openCalls(message, next: rest.first)
      guard !open.isEmpty else { continue }
      let results = open.map {
        Block.toolResult(
          id: $0, content: "This call was interrupted; its outcome is unknown.", isError: true)
      }
      out.append(ModelCall.Message(role: .user, blocks: results))
    }
    while out.last?.role == .assistant { out.removeLast() }
    return out
  }

  private static func openCalls(_ message: Message, next: Message?) -> [String] {
    guard message.role == .assistant else { return [] }
    let calls = message.blocks.filter { $0.type == "tool_use" }.compactMap { $0["id"]?.string }
    guard !calls.isEmpty else { return [] }
    let answered = Set(
      (next?.role == .user ? next?.blocks ?? [] : []).filter { $0.type == "tool_result" }
        .compactMap { $0["tool_use_id"]?.string })
    return calls.filter { !answered.contains($0) }
  }
}
