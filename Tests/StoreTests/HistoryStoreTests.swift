import Domain
import GRDB
import Testing
import Wire

@testable import Store

@Suite struct HistoryStoreTests {
  /// A thread `t` of so many questions and answers.
  private func fixture(turns: Int) async throws -> Fixture {
    let fixture = try await Fixture()
    try await fixture.thread("t")
    let drafts = (1...turns).flatMap { number in
      [
        MessageDraft(role: .user, content: .string("q\(number)")),
        MessageDraft(role: .assistant, content: .string("a\(number)")),
      ]
    }
    _ = try await fixture.store.appendMessages("t", visibleTo: nil, drafts)
    return fixture
  }
  private func summarise(_ fixture: Fixture, _ id: String, through: MessageSeq) async throws
    -> Compaction
  {
    try await fixture.store.addCompaction(
      id, to: "t", visibleTo: nil, through: through, summary: "S\(through)", model: "m")
  }

  @Test func `history begins at a place and never holds more turns than asked for`() async throws {
    let fixture = try await fixture(turns: 5)
    let all = try await fixture.store.history("t", through: 10, turns: 9)
    #expect(all.map(\.seq) == Array(1...10))
    let late = try await fixture.store.history("t", from: 5, through: 10, turns: 9)
    #expect(late.map(\.seq) == Array(5...10))
    let few = try await fixture.store.history("t", from: 3, through: 10, turns: 2)
    #expect(few.map(\.seq) == Array(7...10))
  }

  @Test func `a summary changes no message, and the one that reaches furthest counts`() async throws
  {
    let fixture = try await fixture(turns: 5)
    let before = try await fixture.store.history("t", through: 10, turns: 9)
    #expect(try await fixture.store.compaction("t") == nil)
    let first = try await summarise(fixture, "c1", through: 4)
    #expect(first.madeAt == 10)
    let second = try await summarise(fixture, "c2", through: 6)
    #expect(try await fixture.store.compaction("t") == second)
    // A turn further up, run again, must not see what came after it.
    #expect(try await fixture.store.compaction("t", before: 5) == first)
    #expect(try await fixture.store.compaction("t", before: 4) == nil)
    #expect(try await fixture.store.history("t", through: 10, turns: 9) == before)
    let events = try await fixture.allEvents()
    #expect(events.filter { $0.name == EventName.threadUpdated }.count == 2)
  }

  @Test func `of two summaries that reach as far the first stays`() async throws {
    let fixture = try await fixture(turns: 3)
    let first = try await summarise(fixture, "c1", through: 4)
    #expect(try await summarise(fixture, "c2", through: 4) == first)
    #expect(try await summarise(fixture, "c3", through: 2) == first)
    await refusal(.invalidParams) { try await summarise(fixture, "c4", through: 7) }
  }

  @Test func `the place where history begins is kept for each model`() async throws {
    let fixture = try await fixture(turns: 3)
    func start(_ seq: MessageSeq, _ model: String) -> HistoryStart {
      HistoryStart(
        threadID: "t", model: model, start: seq, since: 6, window: 1_000, permille: 1_100)
    }
    try await fixture.store.setHistoryStart(start(3, "Big"))
    try await fixture.store.setHistoryStart(start(5, "small"))
    try await fixture.store.setHistoryStart(start(5, "BIG"))
    #expect(try await fixture.store.historyStart("t", model: "big") == start(5, "big"))
    #expect(try await fixture.store.historyStart("t", model: "Small")?.start == 5)
    #expect(try await fixture.store.historyStart("t", model: "other") == nil)
  }

  @Test func `the first unfinished turn is found`() async throws {
    let fixture = try await fixture(turns: 1)
    #expect(try await fixture.store.firstUnfinished("t") == nil)
    try await fixture.submit("a", in: "t")
    try await fixture.submit("b", in: "t")
    #expect(try await fixture.store.firstUnfinished("t") == 3)
    _ = try await fixture.claim()
    try await fixture.finish("a")
    #expect(try await fixture.store.firstUnfinished("t") == 4)
  }

  @Test func `erasing a thread takes its summaries and places along`() async throws {
    let fixture = try await fixture(turns: 3)
    _ = try await summarise(fixture, "c1", through: 4)
    try await fixture.store.setHistoryStart(
      HistoryStart(threadID: "t", model: "m", start: 3, since: 6, window: 0, permille: 1_000))
    try await fixture.store.eraseThread("t", visibleTo: nil)
    let left = try await fixture.store.pool.read { db in
      try db.number(
        "SELECT (SELECT count(*) FROM compactions) + (SELECT count(*) FROM history_starts)")
    }
    #expect(left == 0)
  }
}
