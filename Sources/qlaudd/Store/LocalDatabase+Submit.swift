package import Domain
import GRDB
import Wire

extension LocalDatabase {
  /// How long an idempotency key is remembered: seven days.
  package static let idempotencySpan: Milliseconds = 7 * 24 * 3600 * 1000

  /// Stores the user's message and a queued turn, with `message.created`, in one transaction: write first.
  ///
  /// The same key and idempotency key within ``idempotencySpan`` give the turn of the first time and change nothing.
  /// - Throws: `not_found` for a thread that is not there; `conflict` where the idempotency key came with another request
  ///   before, where the turn's id is taken, and where there is no user message to answer.
  /// - Parameter now: given by a caller that runs the turn at once where nothing stands before it: in its thread, in the queue.
  ///   The moment is on the clock that `retryAt` is of. Such a turn is stored as ``SubmittedTurn/isBegun``.
  package func submit(_ submission: TurnSubmission, beginningAt now: Milliseconds? = nil)
    async throws
    -> SubmittedTurn
  {
    try await write(isShort: true) { transaction in
      if let earlier = try Self.earlier(transaction, submission) { return earlier }
      let begins = try now.map { try Self.isFree(transaction.db, submission, now: $0) }
      return try Self.enqueue(transaction, submission, begins: begins ?? false)
    }
  }

  /// Whether a turn of the thread would be the next one to run.
  private static func isFree(
    _ db: Database, _ submission: TurnSubmission, now: Milliseconds
  ) throws -> Bool {
    guard let thread = submission.threadID, try TurnQueue.head(db, of: thread) == nil,
      try TurnQueue.next(db, now: now, lanes: []) == nil
    else { return false }
    return try SettingTable.get(db, pausedSetting) != true
  }

  static func earlier(_ transaction: Transaction, _ submission: TurnSubmission) throws
    -> SubmittedTurn?
  {
    guard let key = submission.idempotencyKey,
      let stored = try TurnTable.withIdempotencyKey(transaction.db, key, of: submission.keyID)
    else { return nil }
    guard stored.turn.createdAt > transaction.now - idempotencySpan else {
      try TurnTable.forgetIdempotencyKey(transaction.db, stored.turn.id)
      return nil
    }
    guard stored.bodyHash == submission.bodyHash else {
      throw QlaudError.conflict(
        "idempotency_key: \"\(key)\" was used with another request, turn \(stored.turn.id)")
    }
    return SubmittedTurn(
      turn: stored.turn, cursor: stored.firstEvent, isReplay: true)
  }

  /// - Parameter begins: Whether the turn is claimed with it.
  static func enqueue(
    _ transaction: Transaction, _ submission: TurnSubmission, begins: Bool
  ) throws -> SubmittedTurn {
    let cursor = transaction.lastNumber
    var owner = submission.keyID
    var userSeq: MessageSeq?
    if let id = submission.threadID {
      let thread = try stored(transaction.db, id, visibleTo: submission.visibleTo)
      owner = thread.thread.keyID
      userSeq = try question(transaction, submission, in: thread)
    } else if submission.userMessage != nil {
      throw QlaudError.conflict("a job has no thread to keep a user message in")
    }
    guard try TurnTable.get(transaction.db, submission.turnID) == nil else {
      throw QlaudError.conflict("a turn \(submission.turnID) exists already")
    }
    let turn = Turn(
      id: submission.turnID, threadID: submission.threadID, keyID: submission.keyID,
      ownerKeyID: owner, status: begins ? .running : .queued, request: submission.request,
      userSeq: userSeq, idempotencyKey: submission.idempotencyKey, createdAt: transaction.now,
      startedAt: begins ? transaction.now : nil)
    try TurnTable.insert(
      transaction.db,
      StoredTurn(
        turn: turn, bodyHash: submission.bodyHash, firstEvent: cursor,
        discardAfter: begins ? transaction.lastNumber : cursor))
    if begins { return SubmittedTurn(turn: turn, cursor: cursor, isReplay: false, isBegun: true) }
    try tellWhyItWaits(transaction, turn.id, in: submission.threadID)
    return SubmittedTurn(
      turn: try self.stored(transaction.db, turn.id).turn, cursor: cursor, isReplay: false)
  }

  /// A turn that cannot run soon is told so at once, like one that was tried: behind one that is parked, and while the queue is
  /// paused.
  private static func tellWhyItWaits(
    _ transaction: Transaction, _ id: TurnID, in thread: ThreadID?
  ) throws {
    let db = transaction.db
    let stored = try self.stored(db, id)
    if let thread, let head = try TurnQueue.head(db, of: thread)?.turn, head.id != id,
      head.status == .queued, let reason = head.reason
    {
      try tell(transaction, stored, reason, head.lane, head.retryAt)
    } else if try SettingTable.get(db, pausedSetting) == true {
      try tell(transaction, stored, "paused", nil, nil)
    }
  }

  /// The place of the message that the turn answers.
  private static func question(
    _ transaction: Transaction, _ submission: TurnSubmission, in thread: StoredThread
  ) throws -> MessageSeq {
    if let draft = submission.userMessage {
      let seqs = try append(
        transaction, to: thread, [draft], turn: submission.turnID, anchor: nil)
      return seqs.last ?? thread.lastSeq
    }
    guard try MessageTable.role(transaction.db, thread.thread.id, thread.lastSeq) == .user else {
      throw QlaudError.conflict("the last message of thread \(thread.thread.id) is not a user's")
    }
    return thread.lastSeq
  }
}
