package import Domain
import GRDB

extension LocalDatabase {
  /// Takes the oldest queued turn that may run: first unfinished of its thread, past its `retryAt`. It is `running` then,
  /// and what it will log comes after the cursor that a restart would discard from. Jobs wait for no thread.
  /// - Returns: nil where nothing may run now.
  package func claimNextTurn(now: Milliseconds) async throws -> Turn? {
    // Asked often and mostly in vain: a look on a reader spares the writer.
    guard try look({ try TurnQueue.next($0, now: now) }) != nil else { return nil }
    return try await write { transaction in
      guard let position = try TurnQueue.next(transaction.db, now: now) else { return nil }
      return try TurnQueue.claim(
        transaction.db, position: position, now: now, discardAfter: transaction.lastNumber)?.turn
    }
  }

  /// When the first parked turn may run; nil where none is parked.
  package func nextRetryAt() async throws -> Milliseconds? {
    try look { try TurnQueue.nextRetryAt($0) }
  }

  /// How much waits.
  package func queueStatus() async throws -> QueueStatus {
    try await read { try TurnQueue.status($0) }
  }

  /// Puts a running turn back to its place in the queue until a moment, counts the attempt and logs `qlaud.queued`. What was
  /// held for its call is settled by the usage of what came, or released.
  /// - Returns: its position among all queued turns, from 1; nil where it was not running, and nothing changed.
  @discardableResult
  package func parkTurn(
    _ id: TurnID, reason: String, retryAt: Milliseconds, usage: UsageRecord? = nil
  ) async throws -> Int? {
    try await write { transaction in
      guard let stored = try TurnTable.get(transaction.db, id), stored.turn.status == .running
      else {
        return nil
      }
      if let usage { try Self.record(transaction.db, usage, of: id) }
      try Self.release(transaction.db, turn: id)
      try TurnQueue.park(transaction.db, id, reason: reason, retryAt: retryAt)
      let position = try TurnQueue.place(transaction.db, id)
      try transaction.emit([
        .queued(stored, reason: reason, position: position, retryAt: retryAt)
      ])
      return position
    }
  }

  /// Lets parked turns run at once, all or those of one reason: when the network or the vault's key is back.
  /// - Returns: how many.
  @discardableResult
  package func releaseParkedTurns(reason: String? = nil) async throws -> Int {
    try await write { try TurnQueue.release($0.db, reason: reason) }
  }

  /// Queues what a crash left running, with an attempt counted and `qlaud.retry` telling readers from where what they saw
  /// is void. Called once, before anything is claimed.
  package func recoverRunningTurns() async throws -> [Turn] {
    try await write { transaction in
      try TurnTable.inStatus(transaction.db, .running).map { stored in
        var stored = stored
        try TurnQueue.park(transaction.db, stored.turn.id, reason: nil, retryAt: nil)
        stored.turn.status = .queued
        stored.turn.attempts += 1
        try transaction.emit([.restarted(stored)])
        return stored.turn
      }
    }
  }

  /// Lets a running turn wait for somebody: an approval, a client's tool.
  /// - Throws: `not_found`, `conflict` where it does not run.
  package func suspendTurn(_ id: TurnID) async throws {
    try await move(id, from: .running, to: .waiting)
  }

  /// Lets a waiting turn go on.
  /// - Throws: `not_found`, `conflict` where it does not wait.
  package func resumeTurn(_ id: TurnID) async throws {
    try await move(id, from: .waiting, to: .running)
  }

  private func move(_ id: TurnID, from old: Turn.Status, to new: Turn.Status) async throws {
    try await write { transaction in
      let turn = try Self.stored(transaction.db, id).turn
      guard turn.status == old else {
        throw QlaudError.conflict("turn \(id) is \(turn.status.rawValue), not \(old.rawValue)")
      }
      try TurnQueue.move(transaction.db, id, to: new)
    }
  }
}
