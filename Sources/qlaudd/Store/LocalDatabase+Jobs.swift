package import Domain
import GRDB
package import Wire

extension LocalDatabase {
  /// A job: a turn without a thread, and what it calls.
  package struct Job: Sendable, Equatable {
    package let turn: Turn
    /// The path of the stateless call that it makes later: `/v1/messages`, `/v1/chat/completions`.
    package let endpoint: String
    /// What was answered: `{role, content, request_id, model, stop_reason, usage}`; nil before it is done, and in lists.
    package let reply: JSON?
  }

  /// Stores a job and queues it, as ``submit(_:)`` does with a turn.
  /// - Throws: as ``submit(_:)``.
  package func submitJob(_ submission: TurnSubmission, endpoint: String, call: JSON) async throws
    -> SubmittedTurn
  {
    try await write { transaction in
      if let earlier = try Self.earlier(transaction, submission) { return earlier }
      let submitted = try Self.enqueue(transaction, submission, begins: false)
      try JobTable.insert(
        transaction.db, submission.turnID, endpoint: endpoint, call: call)
      return submitted
    }
  }

  /// A job with its result.
  /// - Throws: `not_found`, also for a turn that is none.
  package func job(_ id: TurnID, visibleTo key: KeyID?) async throws -> Job {
    try await read { db in
      guard let endpoint = try JobTable.endpoint(db, id),
        let turn = try TurnTable.get(db, id)?.turn, key == nil || turn.ownerKeyID == key
      else { throw QlaudError.notFound("job", id) }
      return Job(turn: turn, endpoint: endpoint, reply: try TurnTable.reply(db, id))
    }
  }

  /// What a job calls.
  /// - Throws: `not_found`.
  package func jobCall(_ id: TurnID) async throws -> JSON {
    guard let call = try await read({ try JobTable.call($0, id) }) else {
      throw QlaudError.notFound("job", id)
    }
    return call
  }

  /// A page of jobs, newest first.
  /// - Throws: `invalid_params` for a cursor that is none.
  package func jobs(
    status: Turn.Status?, limit: Int, cursor: String?, visibleTo key: KeyID?
  ) async throws -> Page<Job> {
    let before = try cursor.map { text in
      guard let position = Int64(text) else {
        throw QlaudError.invalid("cursor", "must be a next_cursor of this list")
      }
      return position
    }
    return try await read { db in
      let rows = try JobTable.page(
        db, status: status, limit: limit + 1, before: before, visibleTo: key)
      let items = try rows.prefix(limit).map {
        Job(turn: $0.turn, endpoint: try JobTable.endpoint(db, $0.turn.id) ?? "", reply: nil)
      }
      let next = rows.count > limit ? rows.prefix(limit).last.map { String($0.position) } : nil
      return Page(items: items, nextCursor: next)
    }
  }

  /// Erases jobs that ended before a moment, each with its call, its result and its events.
  /// - Returns: how many, at most `limit`.
  package func sweepJobs(endedBefore time: Milliseconds, limit: Int) async throws -> Int {
    let ids = try await read { try JobTable.endedBefore($0, time, limit: limit) }
    guard !ids.isEmpty else { return 0 }
    return try await write { transaction in
      for id in ids { try JobTable.delete(transaction.db, id) }
      return ids.count
    }
  }
}
