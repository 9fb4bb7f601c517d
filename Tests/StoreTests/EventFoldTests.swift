import Domain
import Testing
import Wire

@testable import Store

@Suite(.timeLimit(.minutes(1))) struct EventFoldTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let name: String
    let rows: [EventFold.Row]
    var isJob = false
    let steps: [EventFold.Step]
    var testDescription: String { name }
  }

  private static func row(_ seq: EventSeq, _ name: String) -> EventFold.Row {
    .init(seq: seq, name: name)
  }
  private static func created(_ seq: EventSeq, _ message: MessageSeq) -> EventFold.Row {
    .init(seq: seq, name: "message.created", messageSeq: message)
  }
  private static func stream(_ range: ClosedRange<EventSeq>) -> [EventFold.Row] {
    range.map { row($0, $0 == range.lowerBound ? "message_start" : "content_block_delta") }
  }

  static let cases: [Case] = [
    Case(name: "no stream, nothing to do", rows: [row(1, "message.created")], steps: []),
    Case(
      name: "a reply gives way to its message, in the place of its last event",
      rows: [row(1, "message.created"), row(2, "qlaud.iteration_start")] + stream(3...9)
        + [created(10, 2), row(11, "qlaud.done")],
      steps: [.drop(3, 8), .snapshot(at: 9, 2)]),
    Case(
      name: "each reply of a turn with tools to its own",
      rows: stream(1...4) + [created(5, 2), row(6, "qlaud.tool_dispatch_start")]
        + [row(7, "message.created")] + stream(8...9) + [created(10, 4), row(11, "qlaud.done")],
      steps: [.drop(1, 3), .snapshot(at: 4, 2), .drop(8, 8), .snapshot(at: 9, 4)]),
    Case(
      name: "what a retry made void goes, without a snapshot",
      rows: [row(1, "qlaud.iteration_start")] + stream(2...5)
        + [.init(seq: 6, name: "qlaud.retry", discardAfter: 1)] + stream(7...9)
        + [created(10, 2), row(11, "qlaud.done")],
      steps: [.drop(2, 5), .drop(7, 8), .snapshot(at: 9, 2)]),
    Case(
      name:
        "a failed turn's stream without a message stays, the next try's does not take its place",
      rows: stream(1...4) + [row(5, "qlaud.error"), row(6, "qlaud.done")] + stream(7...9)
        + [created(10, 2), row(11, "qlaud.done")],
      steps: [.drop(7, 8), .snapshot(at: 9, 2)]),
    Case(
      name: "a job's reply is in its turn",
      rows: stream(1...4) + [.init(seq: 5, name: "qlaud.done", isDone: true)], isJob: true,
      steps: [.drop(1, 3), .snapshot(at: 4, nil)]),
    Case(
      name: "a failed job's stream stays",
      rows: stream(1...4) + [row(5, "qlaud.done")], isJob: true, steps: []),
    Case(
      name: "what was folded before stays as it is",
      rows: [row(1, "event/snapshot"), created(2, 2), row(3, "qlaud.done")], steps: []),
    Case(
      name: "a stream of one event becomes the snapshot",
      rows: stream(1...1) + [created(2, 2)], steps: [.snapshot(at: 1, 2)]),
  ]

  @Test(arguments: cases)
  func `a turn's events fold`(c: Case) {
    #expect(EventFold.steps(c.rows, isJob: c.isJob) == c.steps)
  }

  /// A turn with 20 deltas and its answer, ended a minute ago.
  private func answered(_ fixture: Fixture, _ turn: String, text: String) async throws {
    try await fixture.submit(turn, in: "t", text: "question")
    #expect(try await fixture.claim() == turn)
    let names = ["message_start"] + Array(repeating: "content_block_delta", count: 20)
    try await fixture.store.append(
      (names + ["message_stop"]).map { draft($0, thread: "t", turn: turn) })
    _ = try await fixture.store.finishTurn(
      TurnID(rawValue: turn), status: .done,
      reply: MessageDraft(
        role: .assistant, content: [["type": "text", "text": .string(text)]], requestID: "r",
        model: "m", stopReason: "end_turn"),
      usage: nil, error: nil, iterations: 1
    ) { _ in [draft("qlaud.done", thread: "t", turn: turn)] }
    fixture.clock.advance(60_000)
  }

  @Test func `a cursor anywhere in a folded range gets the finished message once, none behind it`()
    async throws
  {
    let fixture = try await Fixture()
    try await fixture.thread("t")
    try await answered(fixture, "a", text: "first")
    try await answered(fixture, "b", text: "second")
    let before = try await fixture.allEvents()
    let streams = before.filter { EventFold.streamNames.contains($0.name) }
    #expect(streams.count == 44)
    #expect(try await fixture.store.foldEndedTurns(before: fixture.clock.now, limit: 10) == 2)
    #expect(try await fixture.store.foldEndedTurns(before: fixture.clock.now, limit: 10) == 0)

    for cursor in 0...fixture.store.lastEventSeq {
      var seen: [Event] = []
      var place = cursor
      while true {
        let page = try await fixture.store.events(
          after: place, matching: EventFilter(threadID: "t"), limit: 3)
        if page.events.isEmpty { break }
        seen += page.events
        place = page.through
      }
      #expect(
        seen.map(\.seq) == seen.map(\.seq).sorted() && Set(seen.map(\.seq)).count == seen.count)
      #expect(seen.allSatisfy { $0.seq > cursor && !EventFold.streamNames.contains($0.name) })
      let missed = Set(streams.filter { $0.seq > cursor }.compactMap(\.turnID))
      let told = seen.filter { $0.name == "event/snapshot" }
      #expect(Set(told.compactMap(\.turnID)) == missed && told.count == missed.count)
      #expect(
        told.compactMap { $0.data["message"]?["content"]?[0]?["text"]?.string }
          == [missed.contains("a") ? "first" : nil, missed.contains("b") ? "second" : nil]
          .compactMap { $0 })
      let rest = before.filter {
        $0.seq > cursor && $0.threadID != nil && !EventFold.streamNames.contains($0.name)
      }
      #expect(seen.filter { $0.name != "event/snapshot" } == rest)
    }
    #expect(try await fixture.store.integrityCheck().isEmpty)
    try await fixture.store.close()
  }

  @Test func `a reader in the midst of a range while it is folded gets deltas, then the message`()
    async throws
  {
    let fixture = try await Fixture()
    try await fixture.thread("t")
    try await answered(fixture, "a", text: "all of it")
    let page = try await fixture.store.events(
      after: 0, matching: EventFilter(turnID: "a"), limit: 5)
    #expect(page.events.last?.name == "content_block_delta")
    try await fixture.store.foldEndedTurns(before: fixture.clock.now, limit: 1)
    let rest = try await fixture.store.events(
      after: page.through, matching: EventFilter(turnID: "a"), limit: 50)
    #expect(rest.events.map(\.name) == ["event/snapshot", "message.created", "qlaud.done"])
    #expect(rest.events[0].data["message"]?["stop_reason"] == "end_turn")
    try await fixture.store.close()
  }

  @Test func `only turns that ended before the moment fold, a retried one again`() async throws {
    let fixture = try await Fixture()
    try await fixture.thread("t")
    try await answered(fixture, "a", text: "old")
    let moment = fixture.clock.now
    try await answered(fixture, "b", text: "new")
    #expect(try await fixture.store.foldEndedTurns(before: moment - 60_000, limit: 9) == 0)
    #expect(try await fixture.store.foldEndedTurns(before: moment, limit: 9) == 1)
    try await fixture.submit("c", in: "t")
    _ = try await fixture.claim()
    try await fixture.finish("c", .failed, reply: nil)
    fixture.clock.advance(10)
    #expect(try await fixture.store.foldEndedTurns(before: fixture.clock.now, limit: 9) == 2)
    _ = try await fixture.store.retryTurn("c", visibleTo: nil)
    _ = try await fixture.claim()
    try await fixture.finish("c")
    fixture.clock.advance(10)
    #expect(try await fixture.store.foldEndedTurns(before: fixture.clock.now, limit: 9) == 1)
    try await fixture.store.close()
  }
}
