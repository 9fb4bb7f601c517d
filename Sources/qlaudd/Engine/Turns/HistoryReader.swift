import Domain
import Store
import Upstream
import Wire

/// What a turn's next model call carries of its thread: the newest summary, then the messages behind it, as many as
/// the model's window holds. See ``HistoryWindow`` for where they begin.
struct HistoryReader: Sendable {
  let core: Core
  let turn: Turn
  let route: Route
  let terms: Accountant.Terms
  let system: [Block]
  let tools: [ModelCall.Tool]

  /// What one call carries.
  struct Input: Sendable {
    let messages: [ModelCall.Message]
    /// Tokens of the whole input, as the model will count them.
    let tokens: Int
    /// The same before anything was cut.
    let uncut: Int
    let budget: TokenBudget
    /// Output tokens that the call may ask for.
    let maxOutput: Int
    /// What was read, for the turn's next call to go on from; nil where the window has moved and where no other call is expected.
    let conversation: Conversation?
    fileprivate let reader: HistoryReader
    /// What was sent, by turns.
    fileprivate let spans: [HistoryWindow.Span]
    fileprivate let last: MessageSeq

    /// Lets the window jump to half of what it held, after a host has said that the input is too long.
    /// - Returns: whether there was something to cut.
    func shrink() async throws -> Bool {
      guard let thread = reader.turn.threadID, spans.count > 1 else { return false }
      let half = spans.reduce(0) { $0 + $1.tokens } / 2
      let first = max(1, HistoryWindow.tail(spans, room: half, turns: .max))
      try await reader.move(thread, to: spans[first].start, last: last, budget)
      return true
    }
  }

  /// - Parameter known: what the turn's call before this one carried, with what the turn has added since. A long thread is read
  ///   and counted once a turn then, and not once a call.
  /// - Throws: ``QlaudError`` `too_large` where the turn's own messages cannot fit; nothing is sent then.
  func read(_ known: Conversation? = nil) async throws -> Input {
    let estimate = TokenEstimate(model: route.upstreamModel)
    let own = estimate.tokens(of: system) + estimate.tokens(of: tools)
    guard let thread = turn.threadID, let question = turn.userSeq else {
      return empty(fixed: own)
    }
    let summary = try await core.store.compaction(thread, before: question)
    if let known, known.route == route, known.summary == summary {
      return try await fit(known, thread, estimate, own)
    }
    return try await fit(try await load(thread, summary, to: question), thread, estimate, own)
  }

  private func load(_ thread: ThreadID, _ summary: Compaction?, to question: MessageSeq)
    async throws -> Conversation
  {
    let row = try await window(thread)
    let limit = try await turnLimit()
    let from = max(row?.start ?? 1, (summary?.through ?? 0) + 1)
    let messages = try await core.store.history(
      thread, from: from, through: question, turns: limit + 1)
    return Conversation(route: route, summary: summary, start: row, turns: limit, messages)
  }

  private func fit(
    _ conversation: Conversation, _ thread: ThreadID, _ estimate: TokenEstimate, _ own: Int
  ) async throws -> Input {
    let (summary, row, limit) = (conversation.summary, conversation.start, conversation.turns)
    let (messages, counts) = (conversation.messages, conversation.counts)
    let opening = summary.map { Self.message($0) }
    let fixed = own + (opening.map { estimate.tokens(of: $0.blocks) } ?? 0)
    let since = max(row?.since ?? 0, summary?.madeAt ?? 0)
    let permille = TokenBudget.permille(
      messages, counts.sums(from: fixed), model: route.slug, after: since)
    let budget = TokenBudget(
      window: terms.contextWindow, maxOutput: terms.maxOutput, fixed: fixed,
      permille: permille ?? row?.permille ?? 1_000)
    let spans = HistoryWindow.spans(messages, tokens: counts)
    let first = HistoryWindow.first(spans, room: budget.room, turns: limit)
    let kept = Array(spans[first...])
    let last = messages.last?.seq ?? 0
    if first > 0, let start = kept.first?.start {
      try await move(thread, to: start, last: last, budget)
    }
    let sum = kept.reduce(0) { $0 + $1.tokens }
    try budget.check(sum, model: route.slug)
    let sent = messages[(kept.first?.messages.lowerBound ?? messages.count)...]
    // A turn without tools has no further call for which a thread should stay in memory while the reply comes.
    let isGoodForNext = first == 0 && !tools.isEmpty
    return Input(
      messages: [opening].compactMap { $0 } + HistoryWindow.callMessages(sent),
      tokens: budget.tokens(sum), uncut: budget.tokens(spans.reduce(0) { $0 + $1.tokens }),
      budget: budget, maxOutput: budget.output(sum),
      conversation: isGoodForNext ? conversation : nil, reader: self, spans: kept, last: last)
  }

  /// The summary as the conversation's first words.
  static func message(_ compaction: Compaction) -> ModelCall.Message {
    ModelCall.Message(
      role: .user,
      blocks: [.text("Summary of our conversation before this point:\n\n\(compaction.summary)")])
  }

  private func empty(fixed: Int) -> Input {
    let budget = TokenBudget(
      window: terms.contextWindow, maxOutput: terms.maxOutput, fixed: fixed, permille: 1_000)
    return Input(
      messages: [], tokens: budget.tokens(0), uncut: budget.tokens(0), budget: budget,
      maxOutput: budget.output(0), conversation: nil, reader: self, spans: [], last: 0)
  }

  /// Where the window begins for this model. It is forgotten where the model turns out to hold much more.
  private func window(_ thread: ThreadID) async throws -> HistoryStart? {
    guard let row = try await core.store.historyStart(thread, model: route.slug) else { return nil }
    let known = terms.contextWindow ?? 0
    let isGood = row.window == known || (row.window > 0 && known <= row.window / 2 * 3)
    return isGood ? row : nil
  }

  fileprivate func move(
    _ thread: ThreadID, to start: MessageSeq, last: MessageSeq, _ budget: TokenBudget
  ) async throws {
    try await core.store.setHistoryStart(
      HistoryStart(
        threadID: thread, model: route.slug, start: start, since: last,
        window: budget.window ?? 0, permille: budget.permille))
  }

  private func turnLimit() async throws -> Int {
    let set = try await core.store.setting(SettingName.historyTurns)?.int
    return set.map { Int(clamping: $0) } ?? Limits.historyTurns.upperBound
  }
}

extension [Int] {
  /// For each element the sum of a beginning and all elements before it.
  fileprivate func sums(from start: Int) -> [Int] {
    var sum = start
    return map { element in
      defer { sum += element }
      return sum
    }
  }
}
