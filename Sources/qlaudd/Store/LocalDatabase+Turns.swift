package import Domain
import GRDB
package import Wire

extension LocalDatabase {
  /// A turn, of a thread or a job that the key owns.
  /// - Throws: `not_found`.
  package func turn(_ id: TurnID, visibleTo key: KeyID?) async throws -> Turn {
    try look { try Self.stored($0, id, visibleTo: key).turn }
  }

  static func stored(_ db: Database, _ id: TurnID, visibleTo key: KeyID? = nil) throws -> StoredTurn
  {
    guard let stored = try TurnTable.get(db, id), key == nil || stored.turn.ownerKeyID == key else {
      throw QlaudError.notFound("turn", id)
    }
    return stored
  }

  /// A page of turns, newest first.
  /// - Throws: `invalid_params` for a cursor that is none.
  package func turns(
    thread: ThreadID?, status: Turn.Status?, limit: Int, cursor: String?, visibleTo key: KeyID?
  ) async throws -> Page<Turn> {
    let before = try cursor.map { text in
      guard let position = Int64(text) else {
        throw QlaudError.invalid("cursor", "must be a next_cursor of this list")
      }
      return position
    }
    let rows = try await read { db in
      try TurnTable.page(
        db, thread: thread, status: status, limit: limit + 1, before: before, visibleTo: key)
    }
    let items = rows.prefix(limit)
    let next = rows.count > limit ? items.last.map { String($0.position) } : nil
    return Page(items: items.map(\.turn), nextCursor: next)
  }

  /// The turns of a thread that run or wait for somebody: what must be stopped before it is deleted.
  /// - Throws: `not_found` for a thread that the key does not see; a softly deleted one counts.
  package func activeTurns(of thread: ThreadID, visibleTo key: KeyID?) async throws -> [TurnID] {
    try await read { db in
      _ = try Self.stored(db, thread, visibleTo: key, deleted: true)
      return try [Turn.Status.running, .waiting].flatMap {
        try TurnTable.inStatus(db, $0, thread: thread).map(\.turn.id)
      }
    }
  }

  /// Notes that a running turn begins a model call: its number, the money that is held for it, and the events that tell of it.
  /// It may be sent then.
  /// - Parameters:
  ///   - hold: What has to be held, and the spans that caps are counted in; nil where the call is free.
  ///   - isKept: Whether the disk already has that the turn runs. It is not waited for then, unless money is held: what a loss
  ///     of power takes away is found by the boot that follows it (``recoverTurns(boot:)``).
  /// - Returns: the last event before the call's own.
  /// - Throws: `conflict` where the turn does not run; what ``reserve(_:spans:)`` throws. Then nothing is stored.
  @discardableResult
  package func startIteration(
    _ id: TurnID, iteration: Int, requestID: String,
    hold: (reservation: Reservation, spans: CapSpans)? = nil, isKept: Bool = false,
    events: [EventDraft] = []
  ) async throws -> EventSeq {
    try await write(isDurable: hold != nil || !isKept, isShort: true) { transaction in
      if let hold { try Self.reserve(transaction, hold.reservation, hold.spans) }
      let cursor = try transaction.emit(events)
      let isRunning = try TurnTable.noteIteration(
        transaction.db, id, iteration, requestID: requestID, discardAfter: cursor,
        at: transaction.now)
      if !isRunning { throw QlaudError.conflict("turn \(id) does not run") }
      return cursor
    }
  }

  /// Notes that a model call of a turn came to nothing and that another one follows: what was held for it is settled by the usage
  /// of what came, or released. What was logged until here is not void after a crash: readers have been told.
  /// - Throws: `not_found`; `conflict` where the turn has ended.
  package func noteFailedCall(
    _ id: TurnID, _ requestID: String, usage: UsageRecord?, isOutcomeUnknown: Bool
  ) async throws {
    try await write { transaction in
      let db = transaction.db
      _ = try Self.unfinished(db, id)
      if let usage {
        try Self.record(db, usage, of: id)
      } else if let open = try LedgerTable.open(db, requestID) {
        try LedgerTable.end(db, open, "release", amount: 0)
      }
      if isOutcomeUnknown {
        try TurnTable.loseCall(db, id)
      } else {
        try TurnTable.endCall(db, id)
      }
      try TurnTable.noteStep(
        db, id, assistantSeq: nil, discardAfter: transaction.lastNumber)
    }
  }

  /// Stores what a step of the tool loop gave, all or nothing: the answer of a call, messages with their `message.created`,
  /// usage, the calls that begin with the last of the messages. After a crash the turn goes on behind it: what was logged
  /// until here is not void.
  ///
  /// The disk is waited for where calls begin: none is made that a loss of power could make the daemon forget. Else such a
  /// loss may take the step away; a model call that it stored is then one whose outcome is unknown.
  /// - Parameters:
  ///   - answered: The answer of the last call that the messages tell of; the others are stored.
  ///   - beginning: Their rows get the last message's number.
  /// - Returns: the messages' numbers.
  /// - Throws: `not_found`; `conflict` where the turn has ended or, with messages, has no thread. Then nothing is stored.
  package func storeIteration(
    _ id: TurnID, messages: [MessageDraft], usage: UsageRecord?, answered: ToolAnswer? = nil,
    beginning: BeginningCalls? = nil
  ) async throws -> [MessageSeq] {
    try await write(isDurable: beginning != nil, isShort: true) { transaction in
      let db = transaction.db
      let stored = try Self.unfinished(db, id)
      if let answered { try Self.finish(transaction, answered) }
      let seqs = try Self.append(transaction, messages, to: stored.turn, isStep: true)
      if let usage { try Self.record(db, usage, of: id) }
      if let beginning, let last = seqs.last {
        var rows = beginning.rows
        for index in rows.indices { rows[index].messageSeq = last }
        try Self.begin(transaction, BeginningCalls(rows: rows, events: beginning.events))
      }
      if messages.contains(where: { $0.role == .user }) {
        try ToolCallTable.forgetResults(db, of: id)
      }
      let reply = zip(messages, seqs).filter { $0.0.role == .assistant }.last?.1
      try TurnTable.endStep(db, id, assistantSeq: reply, discardAfter: transaction.lastNumber)
      return seqs
    }
  }

  /// Ends a turn: the reply with its `message.created`, the usage, which settles the call's reservation, the final state and the events that tell of it, all or
  /// nothing. The next turn of the thread may run then.
  /// - Parameters:
  ///   - status: `done`, `failed` or `cancelled`.
  ///   - reply: Stored in the thread; for a job see ``job(_:visibleTo:)``.
  ///   - results: Answers to the tool calls that are still open; stored behind the reply.
  ///   - error: Why it failed.
  ///   - events: Given the finished turn, its last events, `qlaud.done` at the end. Called on the writer's queue: it must
  ///     not wait and must not call the store.
  /// - Throws: `not_found`; `conflict` where the turn neither runs nor waits; what `events` throws. Then nothing changes.
  package func finishTurn(
    _ id: TurnID, status: Turn.Status, reply: MessageDraft?, results: MessageDraft? = nil,
    usage: UsageRecord?, error: JSON?, iterations: Int,
    events: @escaping @Sendable (FinishedTurn) throws -> [EventDraft]
  ) async throws -> FinishedTurn {
    guard let step = status.ending else {
      throw QlaudError(.internal, "a turn cannot be finished as \(status.rawValue)")
    }
    return try await write(isShort: true) { transaction in
      let db = transaction.db
      let stored = try Self.unfinished(db, id)
      guard stored.turn.status.after(step) == status else {
        throw QlaudError.conflict("turn \(id) is \(stored.turn.status.rawValue)")
      }
      var seq: MessageSeq?
      if let reply, stored.turn.threadID == nil {
        try TurnTable.setReply(db, id, Self.json(reply))
      } else if let reply {
        seq = try Self.append(transaction, [reply], to: stored.turn).last
      }
      if let results {
        _ = try Self.append(transaction, [results], to: stored.turn)
        try ToolCallTable.forgetResults(db, of: id)
      }
      if let usage { try Self.record(db, usage, of: id) }
      try Self.release(db, turn: id)
      try TurnQueue.finish(
        db, stored.turn, status: status, assistantSeq: seq, error: error, iterations: iterations,
        at: transaction.now)
      let finished = FinishedTurn(turn: try Self.stored(db, id).turn, assistantSeq: seq)
      try transaction.emit(try events(finished))
      return finished
    }
  }

  private static func json(_ draft: MessageDraft) -> JSON {
    .record([
      "role": draft.role.json, "content": draft.content,
      "request_id": draft.requestID.map(JSON.string), "model": draft.model.map(JSON.string),
      "stop_reason": draft.stopReason.map(JSON.string), "usage": draft.usage?.json,
    ])
  }

  static func unfinished(_ db: Database, _ id: TurnID) throws -> StoredTurn {
    let stored = try stored(db, id)
    guard stored.turn.status == .running || stored.turn.status == .waiting else {
      throw QlaudError.conflict("turn \(id) is \(stored.turn.status.rawValue), it does not run")
    }
    return stored
  }

  /// Messages of a turn stand with its question. A thread that was deleted meanwhile still takes them.
  private static func append(
    _ transaction: Transaction, _ drafts: [MessageDraft], to turn: Turn, isStep: Bool = false
  ) throws -> [MessageSeq] {
    guard !drafts.isEmpty else { return [] }
    guard let id = turn.threadID else {
      throw QlaudError.conflict("turn \(turn.id) is a job: it has no thread to keep messages in")
    }
    let thread = try stored(transaction.db, id, visibleTo: nil, deleted: true)
    return try append(
      transaction, to: thread, drafts, turn: turn.id, anchor: turn.userSeq, isStep: isStep)
  }

  static func record(_ db: Database, _ usage: UsageRecord, of turn: TurnID) throws {
    try settle(db, usage)
    try TurnTable.addCost(db, turn, usage.cost)
  }

  /// Cancels a turn that is queued, with its `qlaud.done`. One that runs or waits is returned as it is: whoever runs it
  /// must stop it and finish it.
  /// - Throws: `not_found`; `conflict` where it has ended.
  package func cancelQueuedTurn(_ id: TurnID, visibleTo key: KeyID?) async throws -> Turn {
    try await write { transaction in
      let stored = try Self.stored(transaction.db, id, visibleTo: key)
      if stored.turn.status == .running || stored.turn.status == .waiting { return stored.turn }
      guard stored.turn.status.after(.cancel) != nil else {
        throw QlaudError.conflict("turn \(id) is \(stored.turn.status.rawValue) already")
      }
      return try Self.cancel(transaction, stored)
    }
  }

  static func cancel(_ transaction: Transaction, _ stored: StoredTurn) throws -> Turn {
    let turn = stored.turn
    try TurnQueue.finish(
      transaction.db, turn, status: .cancelled, assistantSeq: nil, error: nil,
      iterations: turn.iterations, at: transaction.now)
    try ApprovalTable.cancelPending(transaction.db, turn: turn.id, at: transaction.now)
    try transaction.emit([.cancelled(stored)])
    return try self.stored(transaction.db, turn.id).turn
  }

  /// Queues a failed or cancelled turn again, from the beginning: attempts and iterations count anew, what it cost stays.
  /// - Throws: `not_found`; `conflict` where it has not ended or is done, and where later turns of its thread have gone on
  ///   from it.
  package func retryTurn(_ id: TurnID, visibleTo key: KeyID?) async throws -> SubmittedTurn {
    try await write { transaction in
      let db = transaction.db
      let old = try Self.stored(db, id, visibleTo: key)
      guard old.turn.status.after(.retry) != nil else {
        throw QlaudError.conflict(
          "turn \(id) is \(old.turn.status.rawValue); only a failed or cancelled one can be retried"
        )
      }
      if let thread = old.turn.threadID {
        let last = try Self.stored(db, thread, visibleTo: nil).lastSeq
        let isOvertaken = try TurnTable.hasLaterTurn(db, id, in: thread) && last != old.turn.userSeq
        if isOvertaken {
          throw QlaudError.conflict("thread \(thread) has gone on after turn \(id)")
        }
      }
      let cursor = transaction.lastNumber
      try TurnQueue.requeue(db, old.turn, firstEvent: cursor)
      return SubmittedTurn(
        turn: try Self.stored(db, id).turn, cursor: cursor, isReplay: false)
    }
  }
}
