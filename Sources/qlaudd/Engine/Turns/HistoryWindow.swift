import Domain
import Wire

/// Which messages of a thread a model call carries: pure functions over what the store gives, which is
/// already in the order of the conversation.
enum HistoryWindow {
  /// The messages of at most `limit` turns.
  ///
  /// Where there are more, the window does not slide by one turn a call but jumps by a fifth of the
  /// limit: it begins at a turn whose place is aligned, so the beginning of the request stays the same
  /// for several turns and provider caches hit.
  /// - Parameter messages: up to `limit` turns, ending with the turn that is about to call.
  static func select(_ messages: [Message], limit: Int = Limits.historyTurns) -> [Message] {
    let starts = messages.filter(startsTurn).map(\.seq)
    guard starts.count >= limit, let first = starts.first else {
      return startingWithUser(messages[...])
    }
    // A turn has at least two messages, so a fifth of the limit in turns is this in places.
    let step = Int64(max(1, limit / 5) * 2)
    guard let aligned = starts.first(where: { $0 / step > first / step }) else {
      return startingWithUser(messages[...])
    }
    return startingWithUser(messages.drop { $0.seq != aligned })
  }

  /// A user's own words, not the results of tools.
  private static func startsTurn(_ message: Message) -> Bool {
    message.role == .user && !message.blocks.contains { $0.type == "tool_result" }
  }

  /// Providers want the first word to be the user's.
  private static func startingWithUser(_ messages: ArraySlice<Message>) -> [Message] {
    Array(messages.drop { $0.role != .user })
  }

  /// The messages as a model call carries them. A tool_use without its result, left by a turn that
  /// was stopped, gets one that says so: providers refuse the pair otherwise. An answer at the end, left by an earlier try
  /// of the turn that is about to call, is not sent: the model would go on writing it.
  static func callMessages(_ messages: [Message]) -> [ModelCall.Message] {
    var out: [ModelCall.Message] = []
    for (index, message) in messages.enumerated() {
      out.append(ModelCall.Message(role: message.role, blocks: message.blocks))
      let open = openCalls(message, next: messages.dropFirst(index + 1).first)
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
