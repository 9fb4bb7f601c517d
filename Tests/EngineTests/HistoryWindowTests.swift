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

  @Test func `a conversation begins with the user`() {
    let picked = HistoryWindow.select([message(1, .assistant), message(2, .user)])
    #expect(picked.map(\.seq) == [2])
  }

  @Test func `what fits is kept whole`() {
    #expect(HistoryWindow.select(turns(1...9), limit: 10).count == 18)
  }

  @Test func `the beginning stays the same for several turns once the window is full`() {
    let starts = (50...72).map { last in
      HistoryWindow.select(turns(max(1, last - 49)...last)).first?.seq
    }
    #expect(Set(starts).count <= 4)
    #expect(zip(starts, starts.dropFirst()).filter { $0 != $1 }.count <= 3)
    for (last, start) in zip(50..., starts) {
      let count = (last * 2 - Int(start ?? 0) + 1) / 2
      #expect((40...50).contains(count), "\(count) turns")
    }
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

@Suite(.timeLimit(.minutes(5))) struct BellTests {
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
