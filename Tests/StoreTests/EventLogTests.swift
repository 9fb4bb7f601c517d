import Domain
import Foundation
import Testing
import Wire

@testable import Store

@Suite(.timeLimit(.minutes(1))) struct EventLogTests {
  @Test func `an appended event is visible at once, rings, and is written by the next flush`()
    async throws
  {
    let fixture = try await Fixture()
    let start = fixture.store.lastEventSeq
    let last = try await fixture.store.append([draft("a"), draft("b")])
    #expect(last == start + 2)
    #expect(fixture.store.lastEventSeq == last)
    #expect(fixture.rings.count == 1)
    #expect(fixture.store.unflushedEvents == 2)
    #expect(try await fixture.store.statistics().events == 0)
    #expect(try await fixture.allEvents().map(\.name) == ["a", "b"])
    try await fixture.store.flushEvents()
    #expect(fixture.store.unflushedEvents == 0)
    #expect(try await fixture.store.statistics().events == 2)
    #expect(try await fixture.allEvents().map(\.name) == ["a", "b"])
    try await fixture.store.flushEvents()
    #expect(try await fixture.store.append([]) == last)
    try await fixture.store.close()
  }

  @Test func `an append past the reserved block gets the numbers it needs`() async throws {
    let fixture = try await Fixture()
    let start = fixture.store.lastEventSeq
    let many = (0..<10_000).map { _ in draft("e") }
    #expect(try await fixture.store.append(many) == start + 10_000)
    #expect(try await fixture.store.append(many) == start + 20_000)
    #expect(try await fixture.allEvents().map(\.seq) == Array(start + 1...start + 20_000))
    // The limit for waiting events is passed: the next append writes first.
    #expect(try await fixture.store.append([draft("e")]) == start + 20_001)
    #expect(fixture.store.unflushedEvents == 1)
    try await fixture.store.close()
  }

  @Test func `old pages come from rows, new ones from memory, without a seam`() async throws {
    let fixture = try await Fixture()
    let start = fixture.store.lastEventSeq
    for index in 0..<60 {
      try await fixture.store.append(
        (0..<100).map { draft("e", thread: ($0 + index) % 3 == 0 ? "t" : "u", key: "k") })
      if index % 7 == 0 { try await fixture.store.flushEvents() }
    }
    let all = try await fixture.allEvents()
    #expect(all.map(\.seq) == Array(start + 1...start + 6000))
    for filter in [
      EventFilter(threadID: "t"), EventFilter(threadID: "none"), EventFilter(visibleTo: "k"),
      EventFilter(visibleTo: "other"),
    ] {
      #expect(try await fixture.allEvents(filter) == all.filter(filter.matches))
    }
    let page = try await fixture.store.events(
      after: start, matching: EventFilter(visibleTo: "other"), limit: 5)
    #expect(page == EventPage(events: [], through: start + 6000))
    try await fixture.store.close()
  }

  @Test func `a cursor from the future waits and is not set back`() async throws {
    let fixture = try await Fixture()
    let page = try await fixture.store.events(after: 1 << 40, matching: EventFilter(), limit: 9)
    #expect(page == EventPage(events: [], through: 1 << 40))
    try await fixture.store.close()
  }

  /// ```
  ///   crash                                      next start
  ///   numbers up to n visible to readers
  ///   files copied as they are on the disk
  ///                                              first number > n, whatever was flushed
  /// ```
  @Test func `after a crash no number comes twice and nothing acknowledged is lost`() async throws {
    let fixture = try await Fixture()
    try await fixture.thread("t")
    var seen = fixture.store.lastEventSeq
    for round in 0..<6 {
      try await fixture.submit("turn-\(round)", in: "t", text: "message \(round)")
      for _ in 0..<(round * 700) { seen = try await fixture.store.append([draft("e")]) }
      if round % 2 == 0 { try await fixture.store.flushEvents() }
      seen = max(seen, fixture.store.lastEventSeq)

      let crashed = Folder()
      for suffix in ["", "-wal"] {
        try FileManager.default.copyItem(
          atPath: fixture.folder.file + suffix, toPath: crashed.file + suffix)
      }
      let store = try await LocalDatabase.open(at: crashed.file, source: .system) {}
      #expect(try await store.append([draft("after")]) > seen)
      let messages = try await store.messages("t", order: .asc, limit: 99, after: nil, before: nil)
      #expect(messages.map(\.content) == (0...round).map { .string("message \($0)") })
      #expect(try await store.integrityCheck().isEmpty)
      try await store.close()
    }
    try await fixture.store.close()
  }

  @Test func `reopening goes on behind every number that was given out`() async throws {
    let fixture = try await Fixture()
    var last = try await fixture.store.append([draft("e")])
    try await fixture.store.close()
    for _ in 0..<3 {
      let store = try await fixture.reopen()
      let next = try await store.append([draft("e")])
      #expect(next > last)
      last = next
      try await store.close()
    }
  }

  /// Appenders, transactions that commit and that come to nothing, flushes, and readers that began at different places:
  /// each reader sees every event of its filter exactly once, in order.
  @Test func `every reader sees every event once and in order, whatever goes on`() async throws {
    let fixture = try await Fixture()
    let store = fixture.store
    let start = store.lastEventSeq
    for index in 0..<4 { try await fixture.thread("t\(index)", key: index < 2 ? "k" : "l") }
    let isOver = Counter()
    let acknowledged = Recorder()

    let readers = (0..<8).map { reader in
      let filter =
        switch reader % 4 {
        case 0: EventFilter()
        case 1: EventFilter(threadID: "t1")
        case 2: EventFilter(visibleTo: "k")
        default: EventFilter(turnID: "turn-2")
        }
      return Task {
        var cursor = start
        var seen: [Event] = []
        while true {
          let last = isOver.count > 0
          let page = try await store.events(
            after: cursor, matching: filter, limit: reader < 4 ? 128 : 7)
          seen += page.events
          #expect(page.through >= cursor)
          cursor = page.through
          if page.events.isEmpty, last { return (filter, seen) }
          await Task.yield()
        }
      }
    }
    try await withThrowingTaskGroup(of: Void.self) { group in
      for appender in 0..<6 {
        group.addTask {
          for index in 0..<400 {
            let thread = "t\(index % 4)"
            let last = try await store.append(
              (0...(index % 3)).map { _ in
                draft("e", thread: thread, turn: "turn-\(appender)", key: index % 4 < 2 ? "k" : "l")
              })
            acknowledged.add(last)
          }
        }
      }
      for writer in 0..<3 {
        group.addTask {
          for index in 0..<60 {
            if (index + writer) % 3 == 0 {
              await refusal(.conflict) {
                try await store.write { transaction in
                  try transaction.emit([draft("never", thread: "t1", turn: "turn-2", key: "k")])
                  throw QlaudError.conflict("no")
                }
              }
            } else {
              _ = try await store.appendMessages(
                ThreadID(rawValue: "t\(index % 4)"), visibleTo: nil,
                [MessageDraft(role: .user, content: "x")])
            }
          }
        }
      }
      group.addTask { for _ in 0..<80 { try await store.flushEvents() } }
      try await group.waitForAll()
    }
    isOver.add()

    try await store.flushEvents()
    let stored = try await store.read { db in
      try EventTable.page(
        db, after: start, through: .max, matching: EventFilter(), limit: .max, scan: .max)
    }.events
    #expect(stored.count { $0.name == "e" } == 6 * (134 * 1 + 133 * 2 + 133 * 3))
    #expect(stored.count { $0.name == "message.created" } == 120)
    #expect(!stored.contains { $0.name == "never" })
    #expect(Set(acknowledged.all).isSubset(of: Set(stored.map(\.seq))))
    for reader in readers {
      let (filter, seen) = try await reader.value
      #expect(seen == stored.filter(filter.matches))
    }
    try await store.close()
  }

  @Test func `a throwing closure undoes everything and burns the numbers`() async throws {
    let fixture = try await Fixture()
    try await fixture.thread("t")
    try await fixture.submit("turn", in: "t")
    _ = try await fixture.claim()
    let before = try await fixture.allEvents()
    let last = fixture.store.lastEventSeq
    await refusal(.internal) {
      try await fixture.store.finishTurn(
        "turn", status: .done, reply: MessageDraft(role: .assistant, content: "hi"),
        usage: usage("u", turn: "turn"), error: nil, iterations: 1
      ) { _ in throw QlaudError(.internal, "fault") }
    }
    #expect(try await fixture.allEvents() == before)
    #expect(try await fixture.store.turn("turn", visibleTo: nil).status == .running)
    #expect(
      try await fixture.store.messages("t", order: .asc, limit: 9, after: nil, before: nil).count
        == 1)
    #expect(try await fixture.store.usageSummary(from: 0, to: .max, groupBy: .key).isEmpty)
    #expect(fixture.store.lastEventSeq == last + 1)
    try await fixture.finish("turn")
    #expect(
      try await fixture.allEvents().dropFirst(before.count).map(\.name) == [
        "message.created", "qlaud.done",
      ])
    try await fixture.store.close()
  }
}

func usage(
  _ id: String, turn: String? = nil, thread: String? = nil, key: KeyID = .local,
  model: String = "m",
  cost: Microdollars? = 5, at: Milliseconds = 1_750_000_000_000
) -> UsageRecord {
  UsageRecord(
    id: id, keyID: key, threadID: thread.map(ThreadID.init(rawValue:)),
    turnID: turn.map(TurnID.init(rawValue:)), provider: "p", model: model,
    usage: Usage(input: 10, output: 2, reasoning: 1), cost: cost, latencyMs: 3, status: 200,
    createdAt: at)
}
