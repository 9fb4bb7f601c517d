import Domain
import Foundation
import GRDB
import Testing
import Wire

@testable import Store

@Suite(.timeLimit(.minutes(1))) struct TurnTests {
  @Test func `a submission stores the message, the turn and the event together`() async throws {
    let fixture = try await Fixture()
    try await fixture.thread("t")
    fixture.clock.advance(5)
    let submitted = try await fixture.submit("turn", in: "t", text: "hello")
    #expect(submitted.turn.userSeq == 1)
    #expect(submitted.turn.status == .queued)
    #expect(!submitted.isReplay)
    #expect(try await fixture.store.turn("turn", visibleTo: nil) == submitted.turn)
    #expect(try await fixture.store.thread("t", visibleTo: nil).lastActiveAt == fixture.clock.now)
    let message = try await fixture.store.messages(
      "t", order: .asc, limit: 9, after: nil, before: nil)
    #expect(message.map(\.turnID) == ["turn"])
    let page = try await fixture.store.events(
      after: submitted.cursor, matching: EventFilter(turnID: "turn"), limit: 9)
    #expect(page.events.map(\.name) == ["message.created"])
    #expect(page.events.first?.data == ["type": "message.created", "seq": 1, "role": "user"])
    #expect(page.events.first?.seq == submitted.cursor + 1)

    await refusal(.conflict) { try await fixture.submit("turn", in: "t") }
    await refusal(.notFound) { try await fixture.submit("other", in: "nowhere") }
    #expect(try await fixture.store.statistics().messages == 1)
    try await fixture.store.close()
  }

  @Test func `a turn without a message answers the thread's last one, if it is a user's`()
    async throws
  {
    let fixture = try await Fixture()
    try await fixture.thread("t")
    func submit(_ id: TurnID) async throws -> SubmittedTurn {
      try await fixture.store.submit(
        TurnSubmission(
          turnID: id, threadID: "t", keyID: .local, request: TurnRequest([:]), userMessage: nil,
          idempotencyKey: nil, bodyHash: "h", visibleTo: nil))
    }
    await refusal(.conflict) { try await submit("a") }
    _ = try await fixture.store.appendMessages(
      "t", visibleTo: nil, [MessageDraft(role: .user, content: "q")])
    #expect(try await submit("a").turn.userSeq == 1)
    _ = try await fixture.claim()
    try await fixture.finish("a")
    await refusal(.conflict) { try await submit("b") }
    try await fixture.store.close()
  }

  @Test func `a hundred submissions with one key are one turn`() async throws {
    let fixture = try await Fixture()
    try await fixture.thread("t")
    let turns = try await withThrowingTaskGroup(of: SubmittedTurn.self) { group in
      for index in 0..<100 {
        group.addTask { try await fixture.submit("turn-\(index)", in: "t", idempotencyKey: "once") }
      }
      return try await group.reduce(into: [SubmittedTurn]()) { $0.append($1) }
    }
    #expect(Set(turns.map(\.turn.id)).count == 1)
    #expect(Set(turns.map(\.cursor)).count == 1)
    #expect(turns.count { !$0.isReplay } == 1)
    #expect(try await fixture.store.statistics().messages == 1)
    #expect(try await fixture.store.statistics().turns == 1)
    try await fixture.store.close()
  }

  @Test func `an idempotency key is its key's own, refuses another request and lasts seven days`()
    async throws
  {
    let fixture = try await Fixture()
    try await fixture.thread("t")
    try await fixture.submit("a", in: "t", idempotencyKey: "k", hash: "one")
    let message = await refusal(.conflict) {
      try await fixture.submit("b", in: "t", idempotencyKey: "k", hash: "two")
    }
    #expect(message.contains("idempotency_key"))
    #expect(!(try await fixture.submit("c", in: "t", key: "other", idempotencyKey: "k").isReplay))
    fixture.clock.advance(LocalDatabase.idempotencySpan - 1)
    #expect(try await fixture.submit("d", in: "t", idempotencyKey: "k", hash: "one").turn.id == "a")
    fixture.clock.advance(1)
    let fresh = try await fixture.submit("e", in: "t", idempotencyKey: "k", hash: "two")
    #expect(fresh.turn.id == "e")
    #expect(!fresh.isReplay)
    try await fixture.store.close()
  }

  @Test func `turns are claimed oldest first, one at a time in a thread, threads side by side`()
    async throws
  {
    let fixture = try await Fixture()
    for thread in ["t", "u"] { try await fixture.thread(thread) }
    try await fixture.submit("t1", in: "t")
    try await fixture.submit("t2", in: "t")
    try await fixture.submit("u1", in: "u")
    try await fixture.submit("job1", in: nil)
    try await fixture.submit("job2", in: nil)
    #expect(try await fixture.claim() == "t1")
    #expect(try await fixture.claim() == "u1")
    #expect(try await fixture.claim() == "job1")
    #expect(try await fixture.claim() == "job2")
    #expect(try await fixture.claim() == nil)
    #expect(
      try await fixture.store.queueStatus()
        == QueueStatus(depth: 1, running: 4, waiting: 0, oldestQueuedAt: fixture.clock.now))
    try await fixture.finish("t1")
    #expect(try await fixture.claim() == "t2")
    #expect(try await fixture.store.turn("t2", visibleTo: nil).startedAt == fixture.clock.now)
    try await fixture.store.close()
  }

  @Test func `many claimers never take one turn twice`() async throws {
    let fixture = try await Fixture()
    for index in 0..<20 {
      try await fixture.thread("t\(index)")
      for turn in 0..<2 { try await fixture.submit("t\(index).\(turn)", in: "t\(index)") }
    }
    let claimed = try await withThrowingTaskGroup(of: String?.self) { group in
      for _ in 0..<60 { group.addTask { try await fixture.claim() } }
      return try await group.reduce(into: [String?]()) { $0.append($1) }
    }.compactMap(\.self)
    #expect(claimed.count == 20)
    #expect(Set(claimed) == Set((0..<20).map { "t\($0).0" }))
    try await fixture.store.close()
  }

  @Test func `a parked turn holds back later ones of its thread only`() async throws {
    let fixture = try await Fixture()
    for thread in ["t", "u"] { try await fixture.thread(thread) }
    try await fixture.submit("t1", in: "t")
    try await fixture.submit("t2", in: "t")
    #expect(try await fixture.claim() == "t1")
    let retryAt = fixture.clock.now + 1000
    let parking = Parking(reason: "offline", retryAt: retryAt)
    #expect(try await fixture.store.parkTurn("t1", parking) == 1)
    #expect(try await fixture.store.parkTurn("t1", parking) == nil)
    #expect(try await fixture.store.nextRetryAt() == retryAt)
    let parked = try await fixture.store.turn("t1", visibleTo: nil)
    #expect(parked.status == .queued && parked.attempts == 1 && parked.reason == "offline")
    #expect(parked.retryAt == retryAt)
    // The one behind it is told as well.
    let events = try await fixture.allEvents().suffix(2)
    #expect(events.map(\.turnID) == ["t1", "t2"])
    #expect(
      events.map(\.data)
        == [1, 2].map {
          [
            "type": "qlaud.queued", "reason": "offline", "position": .int($0),
            "retry_at": .int(retryAt),
          ]
        })
    #expect(try await fixture.claim() == nil)
    try await fixture.submit("u1", in: "u")
    #expect(try await fixture.claim() == "u1")
    fixture.clock.advance(999)
    #expect(try await fixture.claim() == nil)
    fixture.clock.advance(1)
    #expect(try await fixture.claim() == "t1")
    #expect(try await fixture.store.nextRetryAt() == nil)
    let running = try await fixture.store.turn("t1", visibleTo: nil)
    #expect(running.retryAt == nil && running.reason == nil)
    try await fixture.store.close()
  }

  @Test func `choosing the next turn goes by its indexes, however many are parked`()
    async throws
  {
    let fixture = try await Fixture()
    for index in 0..<20 {
      try await fixture.thread("t\(index)")
      try await fixture.submit("head-\(index)", in: "t\(index)")
    }
    // Heads and jobs parked far away, and long queues behind the heads.
    try await fixture.store.write { transaction in
      for index in 0..<10_000 {
        let thread = index % 2 == 0 ? ThreadID(rawValue: "t\(index % 20)") : nil
        let turn = Turn(
          id: TurnID(rawValue: "turn-\(index)"), threadID: thread, keyID: .local,
          request: TurnRequest([:]), userSeq: thread == nil ? nil : 1, createdAt: 1)
        try TurnTable.insert(
          transaction.db,
          StoredTurn(turn: turn, bodyHash: "h", firstEvent: 0, discardAfter: 0))
      }
    }
    try await fixture.store.pool.write { db in
      try db.execute(sql: "UPDATE turns SET retry_at = 9e15 WHERE is_next = 1")
    }
    let choices = [
      (TurnQueue.oldestReadySQL, "turns_ready"), (TurnQueue.oldestDueSQL, "turns_parked"),
      (TurnQueue.oldestInLaneSQL, "turns_in_lane"),
      (TurnQueue.oldestDueInLaneSQL, "turns_in_lane"),
      (TurnQueue.oldestToldInLaneSQL, "turns_in_lane"),
    ]
    for (sql, index) in choices {
      let marks = sql.filter { $0 == "?" }.count
      let plan = try await fixture.store.read { db in
        try Row.fetchAll(
          db, sql: "EXPLAIN QUERY PLAN " + sql,
          arguments: StatementArguments([Int](repeating: 1, count: marks))
        )
        .map { $0["detail"] as String }.joined(separator: "; ")
      }
      #expect(plan.contains("INDEX \(index)"), "\(plan)")
      #expect(plan.hasPrefix("SEARCH"), "\(plan)")
    }
    let clock = ContinuousClock()
    var start = clock.now
    for _ in 0..<100 { #expect(try await fixture.claim() == nil) }
    let idle = clock.now - start
    try await fixture.thread("free")
    try await fixture.submit("fresh", in: "free")
    start = clock.now
    #expect(try await fixture.claim() == "fresh")
    let taken = clock.now - start
    print("claim with 10,000 parked turns: nothing \(idle / 100), one \(taken)")
    try await fixture.store.close()
  }

  @Test func `a restart queues what was running and says from where to discard`() async throws {
    let fixture = try await Fixture()
    for thread in ["t", "u"] { try await fixture.thread(thread) }
    try await fixture.submit("a", in: "t")
    try await fixture.submit("b", in: "u")
    _ = try await fixture.claim()
    _ = try await fixture.claim()
    try await fixture.store.append([draft("message_start", thread: "t", turn: "a")])
    try await fixture.store.startIteration("a", iteration: 2, requestID: "r")
    let cursor = fixture.store.lastEventSeq
    try await fixture.store.append([draft("message_start", thread: "t", turn: "a")])
    try await fixture.store.close()

    let store = try await fixture.reopen()
    let recovered = try await store.recoverTurns(boot: "")
    #expect(recovered.map(\.id) == ["a", "b"])
    #expect(recovered.allSatisfy { $0.status == .queued && $0.attempts == 1 })
    #expect(try await store.turn("a", visibleTo: nil).iterations == 2)
    let end = store.lastEventSeq
    let page = try await store.events(after: end - 2, matching: EventFilter(turnID: "a"), limit: 9)
    #expect(
      page.events.last?.data == [
        "type": "qlaud.retry", "attempt": 1, "reason": "restart", "discard_after": .int(cursor),
        "outcome": "unknown",
      ])
    #expect(try await store.recoverTurns(boot: "").isEmpty)
    #expect(try await store.claimNextTurn(now: fixture.clock.now)?.id == "a")
    try await store.close()
  }

  @Test
  func `a turn that nothing stands before begins with the commit that stores it, and no other`()
    async throws
  {
    let fixture = try await Fixture()
    for thread in ["t", "u", "v"] { try await fixture.thread(thread) }
    let now = fixture.clock.now
    let first = try await fixture.submit("a", in: "t", idempotencyKey: "k", beginningAt: now)
    #expect(first.isBegun && first.turn.status == .running && first.turn.startedAt == now)
    #expect(try await fixture.store.turn("a", visibleTo: nil) == first.turn)
    #expect(try await fixture.claim() == nil)

    // Behind the one that runs in its thread; the same again; beside an older one that may run; while the queue is paused.
    #expect(try await !fixture.submit("b", in: "t", beginningAt: now).isBegun)
    let again = try await fixture.submit("c", in: "t", idempotencyKey: "k", beginningAt: now)
    #expect(again.isReplay && !again.isBegun && again.turn.id == "a")
    try await fixture.submit("d", in: "u")
    #expect(try await !fixture.submit("e", in: "v", beginningAt: now).isBegun)
    #expect(try await fixture.claim() == "d")
    #expect(try await fixture.claim() == "e")
    for turn in ["a", "d", "e"] { try await fixture.finish(turn) }
    #expect(try await fixture.claim() == "b")
    try await fixture.store.setPaused(true)
    #expect(try await !fixture.submit("f", in: "v", beginningAt: now).isBegun)
    try await fixture.store.close()
  }

  @Test func `after a loss of power the outcome of every turn that ran is unknown`() async throws {
    let fixture = try await Fixture()
    for thread in ["t", "u"] { try await fixture.thread(thread) }
    _ = try await fixture.store.recoverTurns(boot: "first")
    try await fixture.submit("a", in: "t", beginningAt: fixture.clock.now)
    try await fixture.submit("b", in: "t")

    // The daemon alone was gone: what it had begun would be in the file.
    let sameBoot = try await fixture.store.recoverTurns(boot: "first")
    #expect(sameBoot.map(\.id) == ["a"])
    #expect(sameBoot.first?.unknownOutcomes == 0)

    #expect(try await fixture.claim() == "a")
    let nextBoot = try await fixture.store.recoverTurns(boot: "second")
    #expect(nextBoot.map(\.id) == ["a"])
    #expect(nextBoot.first?.unknownOutcomes == 1)
    #expect(try await fixture.store.turn("b", visibleTo: nil).unknownOutcomes == 0)

    #expect(try await fixture.claim() == "a")
    #expect(try await fixture.store.recoverTurns(boot: "second").first?.unknownOutcomes == 1)
    try await fixture.store.close()
  }

  @Test func `finishing stores reply, usage, state and events together`() async throws {
    let fixture = try await Fixture()
    try await fixture.thread("t", endUser: "alice")
    try await fixture.submit("turn", in: "t")
    _ = try await fixture.claim()
    let seqs = try await fixture.store.storeIteration(
      "turn", messages: [MessageDraft(role: .assistant, content: "step")],
      usage: usage("u1", turn: "turn", thread: "t", cost: 7)
    )
    #expect(seqs == [2])
    let finished = try await fixture.store.finishTurn(
      "turn", status: .done,
      reply: MessageDraft(
        role: .assistant, content: "hi", requestID: "r", model: "m", stopReason: "end_turn"),
      usage: usage("u2", turn: "turn", thread: "t", cost: 5), error: nil, iterations: 2
    ) { finished in
      [draft("qlaud.done", thread: "t", turn: "turn", key: finished.turn.ownerKeyID)]
    }
    #expect(finished.assistantSeq == 3)
    #expect(
      finished.turn.status == .done && finished.turn.cost == 12 && finished.turn.iterations == 2)
    #expect(try await fixture.store.turn("turn", visibleTo: nil) == finished.turn)
    #expect(
      try await fixture.allEvents(EventFilter(turnID: "turn")).map(\.name) == [
        "message.created", "message.created", "message.created", "qlaud.done",
      ])
    let sums = try await fixture.store.usageSummary(from: 0, to: .max, groupBy: .endUser)
    #expect(sums.map(\.group) == ["alice"])
    #expect(sums.first?.cost == 12)
    for status in [Turn.Status.done, .failed, .cancelled] {
      await refusal(.conflict) { try await fixture.finish("turn", status) }
    }
    await refusal(.conflict) {
      try await fixture.store.storeIteration("turn", messages: [], usage: nil)
    }
    await refusal(.internal) { try await fixture.finish("turn", .queued) }
    await refusal(.notFound) { try await fixture.finish("nobody") }
    try await fixture.store.close()
  }

  @Test func `a call without a price leaves the turn without a cost`() async throws {
    let fixture = try await Fixture()
    try await fixture.thread("t")
    try await fixture.submit("turn", in: "t")
    _ = try await fixture.claim()
    for (id, cost) in [("a", Microdollars?.some(3)), ("b", nil), ("c", 4)] {
      _ = try await fixture.store.storeIteration(
        "turn", messages: [], usage: usage(id, turn: "turn", thread: "t", cost: cost)
      )
    }
    #expect(try await fixture.finish("turn").turn.cost == nil)
    let sum = try await fixture.store.usageSummary(from: 0, to: .max, groupBy: .key).first
    #expect(
      sum
        == UsageSum(
          group: "local", calls: 3, usage: Usage(input: 30, output: 6, reasoning: 3), cost: 7,
          unpriced: 1))
    try await fixture.store.close()
  }

  @Test func `a job's reply is kept with it`() async throws {
    let fixture = try await Fixture()
    _ = try await fixture.store.submitJob(
      TurnSubmission(
        turnID: "job", threadID: nil, keyID: "k", request: TurnRequest(["model": "m"]),
        userMessage: nil, idempotencyKey: nil, bodyHash: "h", visibleTo: nil),
      endpoint: "/v1/messages", call: ["messages": []])
    #expect(try await fixture.store.job("job", visibleTo: "k").reply == nil)
    #expect(try await fixture.store.jobCall("job") == ["messages": []])
    try await fixture.thread("t")
    try await fixture.submit("turn", in: "t", key: "k")
    await refusal(.notFound) { try await fixture.store.job("turn", visibleTo: "k") }
    _ = try await fixture.claim()
    await refusal(.conflict) {
      try await fixture.store.storeIteration(
        "job", messages: [MessageDraft(role: .assistant, content: "x")], usage: nil
      )
    }
    let finished = try await fixture.finish("job", reply: "result")
    #expect(finished.assistantSeq == nil)
    #expect(finished.turn.ownerKeyID == "k")
    #expect(
      try await fixture.store.job("job", visibleTo: "k").reply == [
        "role": "assistant", "content": "result",
      ])
    await refusal(.notFound) { try await fixture.store.job("job", visibleTo: "other") }
    let list = try await fixture.store.jobs(status: nil, limit: 9, cursor: nil, visibleTo: "k")
    #expect(list.items.map(\.turn.id) == ["job"] && list.items.map(\.endpoint) == ["/v1/messages"])

    // A week later nothing of it is left, and the turn of the thread is.
    #expect(try await fixture.store.sweepJobs(endedBefore: fixture.clock.now, limit: 9) == 0)
    fixture.clock.advance(1)
    #expect(try await fixture.store.sweepJobs(endedBefore: fixture.clock.now, limit: 9) == 1)
    await refusal(.notFound) { try await fixture.store.job("job", visibleTo: "k") }
    let events = try await fixture.store.read { db in
      try Int.fetchOne(db, sql: "SELECT count(*) FROM events WHERE turn_id = 'job'")
    }
    #expect(events == 0)
    #expect(try await fixture.store.turn("turn", visibleTo: nil).status == .queued)
    try await fixture.store.close()
  }

  enum Move: CaseIterable { case cancel, retry, park, suspend, resume, finish, start }

  /// What each move makes of a turn in each state; nil: refused, or without effect.
  static let table: [(Turn.Status, Move, Turn.Status?)] = [
    (.queued, .cancel, .cancelled), (.queued, .retry, nil), (.queued, .park, nil),
    (.queued, .suspend, nil), (.queued, .resume, nil), (.queued, .finish, nil),
    (.queued, .start, nil),
    (.running, .cancel, .running), (.running, .retry, nil), (.running, .park, .queued),
    (.running, .suspend, .waiting), (.running, .resume, .running), (.running, .finish, .done),
    (.running, .start, .running),
    (.waiting, .cancel, .waiting), (.waiting, .retry, nil), (.waiting, .park, .queued),
    (.waiting, .suspend, .waiting), (.waiting, .resume, .running), (.waiting, .finish, .done),
    (.waiting, .start, nil),
    (.done, .cancel, nil), (.done, .retry, nil), (.done, .park, nil), (.done, .suspend, nil),
    (.done, .resume, nil), (.done, .finish, nil), (.done, .start, nil),
    (.failed, .cancel, nil), (.failed, .retry, .queued), (.failed, .park, nil),
    (.failed, .suspend, nil), (.failed, .resume, nil), (.failed, .finish, nil),
    (.failed, .start, nil),
    (.cancelled, .cancel, nil), (.cancelled, .retry, .queued), (.cancelled, .park, nil),
    (.cancelled, .suspend, nil), (.cancelled, .resume, nil), (.cancelled, .finish, nil),
    (.cancelled, .start, nil),
  ]

  @Test(arguments: table)
  func `a turn moves between its states as drawn and no other way`(
    from: Turn.Status, move: Move, to: Turn.Status?
  ) async throws {
    let fixture = try await Fixture()
    let store = fixture.store
    try await fixture.thread("t")
    try await fixture.submit("turn", in: "t")
    if from != .queued { _ = try await fixture.claim() }
    if from == .waiting { try await store.noteWaiting("turn") { true } }
    if from.isFinal { try await fixture.finish("turn", from) }
    let before = try await fixture.allEvents()
    var isRefused = false
    do {
      switch move {
      case .cancel: _ = try await store.cancelQueuedTurn("turn", visibleTo: nil)
      case .retry: _ = try await store.retryTurn("turn", visibleTo: nil)
      case .park:
        isRefused =
          try await store.parkTurn("turn", Parking(reason: "r", retryAt: 1)) == nil
      case .suspend: try await store.noteWaiting("turn") { true }
      case .resume: try await store.noteWaiting("turn") { false }
      case .finish: try await fixture.finish("turn")
      case .start: try await store.startIteration("turn", iteration: 1, requestID: "r")
      }
    } catch let error as QlaudError {
      #expect(error.kind == .conflict)
      isRefused = true
    }
    #expect(isRefused == (to == nil))
    #expect(try await store.turn("turn", visibleTo: nil).status == to ?? from)
    if to == nil { #expect(try await fixture.allEvents() == before) }
    // Whatever happened, the thread's queue goes on.
    try await fixture.submit("next", in: "t")
    let isFree = (to ?? from).isFinal || (to ?? from) == .queued
    #expect((try await fixture.claim() != nil) == isFree)
    try await store.close()
  }

  @Test func `a retried turn begins anew at its place, but not once the thread has gone on`()
    async throws
  {
    let fixture = try await Fixture()
    try await fixture.thread("t")
    try await fixture.submit("a", in: "t")
    _ = try await fixture.claim()
    try await fixture.store.startIteration("a", iteration: 3, requestID: "r")
    _ = try await fixture.store.finishTurn(
      "a", status: .failed, reply: nil, usage: nil, error: ["kind": "offline"], iterations: 3
    ) { _ in [draft("qlaud.done", turn: "a")] }
    let retried = try await fixture.store.retryTurn("a", visibleTo: nil)
    #expect(retried.cursor == fixture.store.lastEventSeq)
    #expect(
      retried.turn.status == .queued && retried.turn.error == nil && retried.turn.iterations == 0)
    #expect(retried.turn.finishedAt == nil)
    #expect(try await fixture.claim() == "a")
    try await fixture.finish("a", .failed, reply: nil)
    try await fixture.submit("b", in: "t")
    await refusal(.conflict) { try await fixture.store.retryTurn("a", visibleTo: nil) }
    try await fixture.store.close()
  }

  @Test func `turns are listed newest first, each once`() async throws {
    let fixture = try await Fixture()
    for thread in ["t", "u"] { try await fixture.thread(thread, key: KeyID(rawValue: thread)) }
    for index in 0..<11 { try await fixture.submit("\(index)", in: index % 2 == 0 ? "t" : "u") }
    _ = try await fixture.claim()
    func list(_ thread: ThreadID? = nil, _ status: Turn.Status? = nil, key: KeyID? = nil)
      async throws
      -> [String]
    {
      var all: [String] = []
      var cursor: String?
      repeat {
        let page = try await fixture.store.turns(
          thread: thread, status: status, limit: 3, cursor: cursor, visibleTo: key)
        all += page.items.map(\.id.rawValue)
        cursor = page.nextCursor
      } while cursor != nil
      return all
    }
    #expect(try await list() == (0..<11).reversed().map(String.init))
    #expect(try await list("u") == ["9", "7", "5", "3", "1"])
    #expect(try await list(nil, .running) == ["0"])
    #expect(try await list(nil, .queued, key: "t") == ["10", "8", "6", "4", "2"])
    await refusal(.invalidParams) {
      try await fixture.store.turns(thread: nil, status: nil, limit: 3, cursor: "x", visibleTo: nil)
    }
    try await fixture.store.close()
  }

  @Test(arguments: [
    "INSERT INTO messages (thread_id, seq, anchor_seq, starts_turn, role, content, created_at) VALUES ('t', 0, 1, 1, 'user', '', 1)",
    "INSERT INTO messages (thread_id, seq, anchor_seq, starts_turn, role, content, created_at) VALUES ('none', 9, 9, 1, 'user', '', 1)",
    "INSERT INTO messages (thread_id, seq, anchor_seq, starts_turn, role, content, created_at) VALUES ('t', 9, 9, 1, 'system', '', 1)",
    "INSERT INTO messages (thread_id, seq, anchor_seq, starts_turn, role, content, created_at) VALUES ('t', 1, 1, 1, 'user', '', 1)",
    "INSERT INTO messages (thread_id, seq, anchor_seq, starts_turn, role, content, created_at) VALUES ('t', 9, 9, 1, 'user', NULL, 1)",
    "DELETE FROM threads WHERE id = 't'", "DELETE FROM messages WHERE seq = 1",
    "UPDATE turns SET status = 'running' WHERE id = 'b'",
    "UPDATE turns SET is_next = 1 WHERE id = 'b'",
    "UPDATE turns SET status = 'done' WHERE id = 'a'",
    "UPDATE turns SET finished_at = 1 WHERE id = 'a'",
    "UPDATE turns SET status = 'sleeping' WHERE id = 'a'",
    "UPDATE turns SET user_seq = NULL WHERE id = 'a'",
    "UPDATE turns SET user_seq = 99 WHERE id = 'a'",
    "UPDATE turns SET retry_at = 'soon' WHERE id = 'a'",
    "UPDATE keys SET revoked_at = 1 WHERE id = 'local'",
    "UPDATE keys SET hash = x'00' WHERE id = 'local'",
    "INSERT INTO event_numbers VALUES (2, 1)",
    "INSERT INTO events (seq, at, name, data) VALUES (0, 1, 'e', '{}')",
    "INSERT INTO models VALUES ('Upper', 'p', 'u', '{}', 1)", "INSERT INTO vault VALUES (2, x'00')",
  ])
  func `the schema refuses what must not be`(sql: String) async throws {
    let fixture = try await Fixture()
    try await fixture.thread("t")
    try await fixture.submit("a", in: "t")
    try await fixture.submit("b", in: "t")
    await refusal(.conflict) { try await fixture.store.write { try $0.db.run(sql) } }
    try await fixture.store.close()
  }
}
