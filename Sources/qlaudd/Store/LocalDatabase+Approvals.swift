package import Domain
import GRDB

extension LocalDatabase {
  /// Stores a question with the events that tell of it. A call is asked about once: a second question gives the first.
  /// - Throws: `conflict` where its turn has ended.
  package func askApproval(_ approval: Approval, events: [EventDraft]) async throws -> Approval {
    try await write { transaction in
      let turn = try Self.unfinished(transaction.db, approval.turnID)
      if let earlier = try ApprovalTable.get(
        transaction.db, turn: approval.turnID, message: approval.messageSeq, place: approval.place)
      {
        return earlier
      }
      try ApprovalTable.insert(transaction.db, approval, owner: turn.turn.ownerKeyID)
      try transaction.emit(events)
      try TurnTable.noteStep(
        transaction.db, approval.turnID, assistantSeq: nil, discardAfter: transaction.lastNumber)
      return approval
    }
  }

  /// The question about a call; nil where none was asked.
  package func approval(turn: TurnID, message: MessageSeq, place: CallPlace) async throws
    -> Approval?
  {
    try await read { try ApprovalTable.get($0, turn: turn, message: message, place: place) }
  }

  /// A question.
  /// - Throws: `not_found`.
  package func approval(_ id: ApprovalID, visibleTo key: KeyID?) async throws -> Approval {
    guard let found = try await read({ try ApprovalTable.get($0, id, visibleTo: key) }) else {
      throw QlaudError.notFound("approval", id)
    }
    return found
  }

  /// Questions, the newest first.
  package func approvals(
    thread: ThreadID?, status: Approval.Status?, limit: Int, visibleTo key: KeyID?
  ) async throws -> [Approval] {
    try await read { db in
      try ApprovalTable.all(db, thread: thread, status: status, limit: limit, visibleTo: key)
    }
  }

  /// The answer that people gave for further calls of a tool, in a thread where one is given: `approved`, `denied`, or nil for none.
  package func standingApproval(of tool: ToolID, in thread: ThreadID?) async throws
    -> Approval.Status?
  {
    try await read { try ApprovalTable.standing($0, tool: tool, thread: thread) }
  }

  /// Answers a question. The first answer wins.
  /// - Parameter events: given the turn and the answered question, the events that tell of it.
  /// - Returns: the question as it is now, with the answer that won, and whether that is this one.
  /// - Throws: `not_found`.
  package func resolveApproval(
    _ id: ApprovalID, _ status: Approval.Status, scope: Approval.Scope,
    events: @escaping @Sendable (Turn, Approval) -> [EventDraft]
  ) async throws -> (approval: Approval, isOurs: Bool) {
    try await write { try Self.resolve($0, id, status, scope, events) }
  }

  private static func resolve(
    _ transaction: Transaction, _ id: ApprovalID, _ status: Approval.Status,
    _ scope: Approval.Scope, _ events: (Turn, Approval) -> [EventDraft]
  ) throws -> (approval: Approval, isOurs: Bool) {
    let db = transaction.db
    func stored() throws -> Approval {
      guard let found = try ApprovalTable.get(db, id, visibleTo: nil) else {
        throw QlaudError.notFound("approval", id)
      }
      return found
    }
    let before = try stored()
    guard before.status == .pending else { return (before, false) }
    let turn = try self.stored(db, before.turnID).turn
    let actual = turn.status.isFinal ? Approval.Status.cancelled : status
    try ApprovalTable.resolve(
      db, id, actual, actual == status ? scope : .once, at: transaction.now)
    let after = try stored()
    try transaction.emit(events(turn, after))
    if !turn.status.isFinal {
      try TurnTable.noteStep(
        db, turn.id, assistantSeq: nil, discardAfter: transaction.lastNumber)
    }
    return (after, true)
  }

  /// Closes what a turn that ends has asked and nobody has answered.
  package func cancelApprovals(
    of turn: TurnID, events: @escaping @Sendable (Turn, Approval) -> [EventDraft]
  ) async throws {
    guard try await !read({ try ApprovalTable.pending($0, turn: turn) }).isEmpty else { return }
    try await write { transaction in
      for approval in try ApprovalTable.pending(transaction.db, turn: turn) {
        _ = try Self.resolve(transaction, approval.id, .cancelled, .once, events)
      }
    }
  }
}
