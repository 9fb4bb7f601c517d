package import Domain
import GRDB
package import Wire

extension LocalDatabase {
  /// The setting that says whether turns are taken from the queue.
  package static let pausedSetting = "queue_paused"
  /// Longest wait that outlives a restart: an hour. A clock that was set back must not hold a turn for days.
  package static let longestWait: Milliseconds = 3_600_000

  /// Takes the oldest queued turn that may run: first unfinished of its thread, past its `retryAt`, in no lane or in one of
  /// these. It is `running` then, and what it will log comes after the cursor that a restart would discard from. Jobs wait for
  /// no thread.
  /// - Parameters:
  ///   - now: On the clock that `retryAt` is of.
  ///   - lanes: The lanes that are open.
  /// - Returns: nil where nothing may run now; else the turn, whose `lane` says where it waited.
  package func claimNextTurn(now: Milliseconds, lanes: [String] = []) async throws -> Turn? {
    // Asked often and mostly in vain: a look on a reader spares the writer.
    guard try look({ try TurnQueue.next($0, now: now, lanes: lanes) }) != nil else {
      return nil
    }
    // With the power a claim may be lost, and nothing else: the turn is queued then as it was, and nothing was sent for it
    // before ``startIteration(_:iteration:requestID:)`` was on the disk.
    return try await write(isDurable: false, isShort: true) { transaction in
      guard let position = try TurnQueue.next(transaction.db, now: now, lanes: lanes) else {
        return nil
      }
      return try TurnQueue.claim(
        transaction.db, position: position, at: transaction.now,
        discardAfter: transaction.lastNumber)?.turn
    }
  }

  /// When the first parked turn of no lane, or of one of these, may run; nil where none has a moment.
  package func nextRetryAt(lanes: [String] = []) async throws -> Milliseconds? {
    try look { try TurnQueue.nextRetryAt($0, lanes: lanes) }
  }

  /// How much waits.
  package func queueStatus() async throws -> QueueStatus {
    try await read { try TurnQueue.status($0) }
  }

  /// What queued turns wait for.
  package func lanes() async throws -> [LaneStatus] { try await read { try TurnQueue.lanes($0) } }

  /// Puts a turn that runs or waits back to its place in the queue and logs `qlaud.queued`, for it and for those behind it in its
  /// thread that have not been told. What was held for its call is settled by the usage of what came, or released.
  /// - Returns: its position among all queued turns, from 1; nil where it neither ran nor waited, and nothing changed.
  @discardableResult
  package func parkTurn(_ id: TurnID, _ parking: Parking, usage: UsageRecord? = nil) async throws
    -> Int?
  {
    try await write { transaction in
      let db = transaction.db
      guard let stored = try TurnTable.get(db, id), stored.turn.status.after(.park) != nil else {
        return nil
      }
      if let usage { try Self.record(db, usage, of: id) }
      try Self.release(db, turn: id)
      if parking.isOutcomeUnknown {
        try TurnTable.loseCall(db, id)
      } else {
        try TurnTable.endCall(db, id)
      }
      try TurnQueue.park(db, id, parking)
      let position = try TurnQueue.place(db, id)
      try transaction.emit([
        .queued(
          stored, reason: parking.reason, position: position, retryAt: parking.expectedAt)
      ])
      if let thread = stored.turn.threadID {
        for follower in try TurnQueue.untold(db, behindHeadOf: thread) {
          try Self.tell(transaction, follower, parking.reason, parking.lane, parking.expectedAt)
        }
      }
      return position
    }
  }

  /// Lets a queued turn wait for a reason, and says so.
  static func tell(
    _ transaction: Transaction, _ stored: StoredTurn, _ reason: String, _ lane: String?,
    _ retryAt: Milliseconds?
  ) throws {
    try TurnQueue.hold(transaction.db, stored.turn.id, reason: reason, lane: lane)
    let position = try TurnQueue.place(transaction.db, stored.turn.id)
    try transaction.emit([
      .queued(stored, reason: reason, position: position, retryAt: retryAt)
    ])
  }

  /// Stops or goes on taking turns from the queue; turns that wait for it are told.
  package func setPaused(_ isPaused: Bool) async throws {
    try await write { transaction in
      try SettingTable.set(transaction.db, Self.pausedSetting, .bool(isPaused))
      guard isPaused else { return }
      for stored in try TurnQueue.untold(transaction.db) {
        try Self.tell(transaction, stored, "paused", stored.turn.lane, nil)
      }
    }
  }

  /// Fails queued turns whose `not_after` has passed.
  /// - Parameter events: given a turn that has just failed, its last events.
  /// - Returns: how many, at most a hundred.
  package func expireTurns(
    now: Milliseconds, error: JSON, events: @escaping @Sendable (FinishedTurn) -> [EventDraft]
  ) async throws -> Int {
    guard let first = try await nextExpiry(), first < now else { return 0 }
    return try await write { transaction in
      let db = transaction.db
      let late = try TurnQueue.expired(db, at: now, limit: 100)
      for stored in late {
        try TurnQueue.finish(
          db, stored.turn, status: .failed, assistantSeq: nil, error: error,
          iterations: stored.turn.iterations, at: transaction.now)
        try ApprovalTable.cancelPending(db, turn: stored.turn.id, at: transaction.now)
        let finished = FinishedTurn(
          turn: try Self.stored(db, stored.turn.id).turn, assistantSeq: nil)
        try transaction.emit(events(finished))
      }
      return late.count
    }
  }

  /// The first `not_after` of a queued turn.
  package func nextExpiry() async throws -> Milliseconds? {
    try look { try TurnQueue.nextExpiry($0) }
  }

  /// Queues what a crash left running or waiting, with `qlaud.retry` telling readers from where what they saw is void. A model
  /// call that was out has an unknown outcome from then on. Called once, before anything is claimed.
  /// - Parameter boot: names the machine's run since it was last started. Where it is another one than the file was used in
  ///   before, the power may have taken away the last transactions that the disk was not waited for, and with them the start of
  ///   a call: then the outcome of every turn that ran is unknown.
  package func recoverTurns(boot: String) async throws -> [Turn] {
    try await write { transaction in
      let db = transaction.db
      let lastBoot = try CareTable.boot(db)
      if lastBoot != boot { try CareTable.setBoot(db, boot) }
      let isCut = lastBoot != nil && lastBoot != boot
      try TurnQueue.clampRetries(db, to: transaction.now + Self.longestWait)
      let left = try [Turn.Status.running, .waiting].flatMap { try TurnTable.inStatus(db, $0) }
      return try left.map { old in
        let id = old.turn.id
        try TurnQueue.recover(db, id, isAttempt: old.turn.status == .running)
        let isUnknown = old.turn.callStartedAt != nil || isCut && old.turn.status == .running
        if isUnknown { try TurnTable.loseCall(db, id) }
        let stored = try Self.stored(db, id)
        try transaction.emit([.restarted(stored, isOutcomeUnknown: isUnknown)])
        return stored.turn
      }
    }
  }

  /// Notes whether a running turn waits for somebody: an approval, a client's tool. What is stored is what `isWaiting` says when
  /// its turn to be written has come, so that changes in quick succession end as the last one meant.
  /// - Throws: `not_found`; `conflict` where it has ended or is queued.
  package func noteWaiting(_ id: TurnID, _ isWaiting: @escaping @Sendable () -> Bool) async throws {
    try await write { transaction in
      let turn = try Self.unfinished(transaction.db, id).turn
      guard let status = turn.status.after(isWaiting() ? .wait : .resume) else { return }
      try TurnQueue.move(transaction.db, id, to: status)
    }
  }
}
