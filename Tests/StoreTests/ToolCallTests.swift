import Domain
import Testing
import Wire

@testable import Store

@Suite(.timeLimit(.minutes(1))) struct ToolCallTests {
  private func row(_ place: Int = 0, id: String = "c1", kind: String = "client") -> ToolCallRow {
    ToolCallRow(
      turnID: "turn", messageSeq: 2, place: CallPlace(place), threadID: "t", toolUseID: id,
      name: "tool",
      kind: kind, iteration: 1)
  }

  private func running() async throws -> Fixture {
    let fixture = try await Fixture()
    try await fixture.thread("t")
    try await fixture.submit("turn", in: "t")
    _ = try await fixture.claim()
    _ = try await fixture.store.storeIteration(
      "turn", messages: [MessageDraft(role: .assistant, content: "calls")], usage: nil
    )
    return fixture
  }

  @Test
  func
    `a reply is stored with the calls that begin with it, and their last answer with the results`()
    async throws
  {
    let fixture = try await Fixture()
    try await fixture.thread("t")
    try await fixture.submit("turn", in: "t")
    _ = try await fixture.claim()
    let store = fixture.store
    let placeless = [row(0, id: "c1"), row(1, id: "c2")].map { row in
      var row = row
      row.messageSeq = 0
      return row
    }
    let seqs = try await store.storeIteration(
      "turn", messages: [MessageDraft(role: .assistant, content: "calls")], usage: nil,
      beginning: BeginningCalls(
        rows: placeless, events: [draft("start", thread: "t", turn: "turn")]))
    #expect(seqs == [2])
    let begun = try await store.toolCalls(of: "turn", in: 2)
    #expect(begun.map(\.toolUseID) == ["c1", "c2"])
    #expect(begun.allSatisfy { !$0.isDone && $0.startedAt == fixture.clock.now })

    _ = try await store.finishToolCall(
      ToolAnswer(begun[0], result: "a", isError: false, events: []))
    let answer = ToolAnswer(
      begun[1], result: "b", isError: true, events: [draft("done", thread: "t", turn: "turn")])
    let results = try await store.storeIteration(
      "turn", messages: [MessageDraft(role: .user, content: [["type": "tool_result"]])], usage: nil,
      answered: answer)
    #expect(results == [3])
    let ended = try await store.toolCalls(of: "turn", in: 2)
    #expect(ended.map(\.isError) == [false, true])
    // They stand in the message now.
    #expect(ended.allSatisfy { $0.isDone && $0.result == nil })
    #expect(
      try await fixture.allEvents(EventFilter(turnID: "turn")).map(\.name) == [
        "message.created", "message.created", "start", "done", "message.created",
      ])
    // What was never begun has no answer, and nothing else of the step is stored then.
    await refusal(.notFound) {
      try await store.storeIteration(
        "turn", messages: [MessageDraft(role: .user, content: "x")], usage: nil,
        answered: ToolAnswer(row(9), result: "x", isError: false, events: []))
    }
    #expect(
      try await store.messages("t", order: .asc, limit: 9, after: nil, before: nil).count == 3)
    try await fixture.store.close()
  }

  @Test func `the first answer to a call wins, and its events come once`() async throws {
    let fixture = try await running()
    let store = fixture.store
    let started = try await store.startToolCall(row(), events: [draft("start", turn: "turn")])
    #expect(!started.isDone && started.startedAt == fixture.clock.now)
    let first = try await store.finishToolCall(
      ToolAnswer(started, result: "a", isError: true, events: [draft("done", turn: "turn")]))
    #expect(first.result == "a" && first.isError == true)
    let second = try await store.finishToolCall(
      ToolAnswer(started, result: "b", isError: false, events: [draft("done", turn: "turn")]))
    #expect(second == first)
    await refusal(.notFound) {
      try await store.answerToolCall(
        thread: "t", toolUseID: "c1", kind: "client", result: "c", isError: false
      ) { _, _ in [] }
    }
    await refusal(.notFound) {
      try await store.finishToolCall(ToolAnswer(row(9), result: "x", isError: false, events: []))
    }
    let names = try await fixture.allEvents(EventFilter(turnID: "turn")).map(\.name)
    #expect(names.suffix(2) == ["start", "done"])
    try await store.close()
  }

  @Test func `somebody outside answers only a waiting call of the kind, in its thread`()
    async throws
  {
    let fixture = try await running()
    let store = fixture.store
    try await store.startToolCall(row(), events: [])
    try await store.startToolCall(row(1, id: "c2", kind: "webhook"), events: [])
    @Sendable func answer(_ id: String, thread: ThreadID = "t") async throws {
      try await store.answerToolCall(
        thread: thread, toolUseID: id, kind: "client", result: ["y": 1], isError: false
      ) { turn, call in [draft("done \(call.toolUseID)", turn: turn.id.rawValue)] }
    }
    await refusal(.notFound) { try await answer("c2") }
    await refusal(.notFound) { try await answer("c3") }
    await refusal(.notFound) { try await answer("c1", thread: "other") }
    try await answer("c1")
    await refusal(.notFound) { try await answer("c1") }
    let rows = try await store.toolCalls(of: "turn", in: 2)
    #expect(rows.map(\.isDone) == [true, false])
    #expect(rows.first?.result == ["y": 1])
    try await store.close()
  }

  @Test func `after a crash what was answered is there, and is not said to be void`() async throws {
    let fixture = try await running()
    let started = try await fixture.store.startToolCall(
      row(), events: [draft("start", turn: "turn")])
    _ = try await fixture.store.finishToolCall(
      ToolAnswer(started, result: "a", isError: false, events: [draft("done", turn: "turn")]))
    let last = fixture.store.lastEventSeq
    try await fixture.store.close()
    let store = try await fixture.reopen()
    _ = try await store.recoverTurns(boot: "")
    let retry = try await store.events(after: last, matching: EventFilter(), limit: 10).events.first
    #expect(retry?.name == EventName.retry)
    #expect(retry?.data["discard_after"]?.int == last)
    #expect(try await store.toolCalls(of: "turn", in: 2).first?.result == "a")
    try await store.close()
  }

  @Test func `results that stand in a message are kept there only, and go with their thread`()
    async throws
  {
    let fixture = try await running()
    let store = fixture.store
    let started = try await store.startToolCall(row(), events: [])
    _ = try await store.finishToolCall(ToolAnswer(started, result: "a", isError: false, events: []))
    let finished = try await store.finishTurn(
      "turn", status: .cancelled, reply: nil,
      results: MessageDraft(role: .user, content: [["type": "tool_result"]]), usage: nil,
      error: nil, iterations: 1
    ) { _ in [] }
    #expect(finished.turn.assistantSeq == 2)
    let row = try await store.toolCalls(of: "turn", in: 2).first
    #expect(row?.isDone == true && row?.result == nil)
    await refusal(.conflict) { try await store.startToolCall(self.row(1), events: []) }
    try await store.eraseThread("t", visibleTo: nil)
    #expect(try await store.toolCalls(of: "turn", in: 2).isEmpty)
    try await store.close()
  }
}
