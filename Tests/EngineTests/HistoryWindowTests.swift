import Domain
import Testing
import Wire

@testable import Engine

@Suite struct HistoryWindowTests {
  static let thread = ThreadID(rawValue: "th")

  private func message(_ seq: MessageSeq, _ role: Role, _ content: JSON = "x") -> Message {
    Message(threadID: Self.thread, seq: seq, role: role, content: content, createdAt: 0)
  }
  private func turns(_ numbers: ClosedRange<Int>) -> [Message] {
    numbers.flatMap { number in
      [message(Int64(number * 2 - 1), .user), message(Int64(number * 2), .assistant)]
    }
  }

  private func spans(_ messages: [Message]) -> [HistoryWindow.Span] {
    HistoryWindow.spans(messages, tokens: messages.map { _ in 10 })
  }

  @Test func `a conversation begins with the user`() {
    let spans = spans([message(1, .assistant), message(2, .user), message(3, .assistant)])
    #expect(spans == [.init(start: 2, messages: 1..<3, tokens: 20)])
  }

  @Test func `results of tools stay with their turn`() {
    let result: JSON = [["type": "tool_result", "tool_use_id": "c", "content": "ok"]]
    let spans = spans([
      message(1, .user), message(2, .assistant), message(3, .user, result), message(4, .assistant),
      message(5, .user),
    ])
    #expect(spans.map(\.start) == [1, 5])
    #expect(spans.map(\.tokens) == [40, 10])
  }

  @Test func `what fits is kept whole`() {
    #expect(HistoryWindow.first(spans(turns(1...300)), room: nil, turns: 300) == 0)
    #expect(HistoryWindow.first(spans(turns(1...9)), room: 180, turns: 10) == 0)
  }

  @Test func `what does not fit is cut to three quarters, so that the next cut is far`() {
    #expect(HistoryWindow.first(spans(turns(1...11)), room: 200, turns: 100) == 4)
    #expect(HistoryWindow.first(spans(turns(1...41)), room: nil, turns: 40) == 11)
  }

  @Test func `the last turn is always sent`() {
    #expect(HistoryWindow.first(spans(turns(1...5)), room: 1, turns: 100) == 4)
    #expect(HistoryWindow.first(spans(turns(1...5)), room: nil, turns: 1) == 4)
    #expect(HistoryWindow.first([], room: 1, turns: 1) == 0)
  }

  @Test func `in a growing thread the window jumps rarely and never holds too much`() {
    var start = 1
    var jumps = 0
    for last in 1...400 {
      let kept = spans(turns(start...last))
      let first = HistoryWindow.first(kept, room: 800, turns: 1_000)
      if first > 0 { jumps += 1 }
      start += first
      #expect((last - start + 1) * 20 <= 800)
    }
    #expect((30...40).contains(jumps), "\(jumps)")
  }

  @Test func `a call without its result gets one that says so, right after it`() {
    let calls: JSON = [
      ["type": "tool_use", "id": "c1", "name": "n", "input": [:]],
      ["type": "tool_use", "id": "c2", "name": "n", "input": [:]],
    ]
    let answered: JSON = [["type": "tool_result", "tool_use_id": "c1", "content": "ok"]]
    let messages = HistoryWindow.callMessages([
      message(1, .user), message(2, .assistant, calls), message(3, .user, answered),
    ])
    #expect(messages.map(\.role) == [.user, .assistant, .user, .user])
    #expect(messages[2].blocks.map { $0["tool_use_id"] } == ["c2"])
    #expect(messages[2].blocks[0]["is_error"] == true)
  }
}

@Suite struct TokenBudgetTests {
  @Test func `a window leaves room for the reply, up to a quarter, and for what is fixed`() {
    let budget = TokenBudget(window: 10_000, maxOutput: 1_000, fixed: 300, permille: 1_000)
    #expect(budget.room == 8_500)
    #expect(TokenBudget(window: 10_000, maxOutput: 9_999, fixed: 0, permille: 1_000).room == 7_300)
    #expect(TokenBudget(window: nil, maxOutput: 9, fixed: 0, permille: 1_000).room == nil)
  }

  @Test func `what came back corrects the estimate`() {
    let budget = TokenBudget(window: 10_000, maxOutput: 1_000, fixed: 0, permille: 2_000)
    #expect(budget.room == 4_400)
    #expect(budget.tokens(100) == 200)
  }

  @Test func `the reply gets what the window has left`() {
    let budget = TokenBudget(window: 10_000, maxOutput: 8_000, fixed: 0, permille: 1_000)
    #expect(budget.output(1_000) == 8_000)
    #expect(budget.output(5_000) == 5_000)
    #expect(budget.output(20_000) == 1_024)
  }

  @Test func `an input that cannot fit is refused with the numbers`() throws {
    let budget = TokenBudget(window: 1_000, maxOutput: 10, fixed: 0, permille: 1_000)
    try budget.check(1_200, model: "m")
    let error = #expect(throws: QlaudError.self) { try budget.check(1_300, model: "m") }
    #expect(error?.kind == .tooLarge)
    #expect(error?.details["limit"] == 1_000)
    #expect(error?.details["tokens"] == 1_300)
  }

  @Test func `only a believable reply of the same model after the last cut corrects`() {
    func reply(_ seq: MessageSeq, _ model: String, _ input: Int, estimated: Bool = false) -> Message
    {
      Message(
        threadID: HistoryWindowTests.thread, seq: seq, role: .assistant, content: "x", model: model,
        usage: Usage(input: input, isEstimated: estimated), createdAt: 0)
    }
    let messages = [
      reply(2, "m", 1_500), reply(4, "M", 1_200), reply(6, "other", 1_900),
      reply(8, "m", 1_700, estimated: true), reply(10, "m", 7),
    ]
    let estimates = [1_000, 1_000, 1_000, 1_000, 150]
    func ratio(after: MessageSeq, _ count: Int = 5) -> Int? {
      TokenBudget.permille(
        Array(messages.prefix(count)), Array(estimates.prefix(count)), model: "m", after: after)
    }
    #expect(ratio(after: 0) == 1_200)
    #expect(ratio(after: 4) == nil)
    #expect(ratio(after: 0, 1) == 1_500)
    let nonsense = [reply(2, "m", 7)]
    #expect(TokenBudget.permille(nonsense, [1_000], model: "m", after: 0) == nil)
  }
}

@Suite struct BackoffTests {
  @Test(arguments: [(0, 1_000), (1, 2_000), (5, 32_000), (6, 60_000), (50, 60_000), (-1, 1_000)])
  func `the bound doubles up to a minute`(attempts: Int, bound: Int64) {
    #expect(Backoff.delay(failures: attempts, retryAfter: nil, random: 0.999_999_9) >= bound - 1)
    #expect(Backoff.delay(failures: attempts, retryAfter: nil, random: 0.999_999_9) <= bound)
    #expect(Backoff.delay(failures: attempts, retryAfter: nil, random: 0) == 0)
  }

  @Test(arguments: [
    (Duration.seconds(7), Int64(7_000)), (.milliseconds(1), 1), (.seconds(86_400), 3_600_000),
    (.zero, 0),
  ])
  func `an upstream's own wish is obeyed, up to an hour`(wish: Duration, delay: Int64) {
    #expect(Backoff.delay(failures: 3, retryAfter: wish, random: 0.5) == delay)
  }
}

@Suite(.timeLimit(.minutes(1))) struct BellTests {
  @Test func `a ring between the look and the wait is not lost`() async {
    let bell = Bell()
    let seen = bell.generation
    bell.ring()
    await bell.wait(past: seen)
    #expect(bell.generation == seen + 1)
  }

  @Test func `one ring wakes every waiter`() async {
    let bell = Bell()
    await withTaskGroup(of: Void.self) { group in
      for _ in 0..<50 { group.addTask { await bell.wait(past: 0) } }
      while bell.listenerCount < 50 { await Task.yield() }
      bell.ring()
    }
    #expect(bell.listenerCount == 0)
  }

  @Test func `a cancelled waiter returns and leaves nothing behind`() async {
    let bell = Bell()
    await withTaskGroup(of: Void.self) { group in
      group.addTask { await bell.wait(past: 0) }
      while bell.listenerCount == 0 { await Task.yield() }
      group.cancelAll()
    }
    #expect(bell.listenerCount == 0)
  }

  @Test func `a wait with a deadline ends without a ring`() async {
    let bell = Bell()
    await bell.wait(past: 0, for: .milliseconds(5))
    #expect(bell.generation == 0)
  }
}
