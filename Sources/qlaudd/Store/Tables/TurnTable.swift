import Domain
import GRDB
import Wire

/// A turn's row with what only the store needs.
struct StoredTurn {
  var turn: Turn
  var bodyHash: String
  /// The number before the turn's first event.
  var firstEvent: EventSeq
  /// The last event before those of the running iteration.
  var discardAfter: EventSeq
}

/// One statement a function on `turns`, but for what chooses a turn and what changes one's state (``TurnQueue``).
enum TurnTable {
  static let columns = """
    id, thread_id, key_id, owner_key_id, status, request, user_seq, assistant_seq, iterations, \
    attempts, retry_at, reason, error, cost, idempotency_key, created_at, started_at, finished_at, \
    body_hash, first_event, discard_after, lane, call_started_at, unknown_outcomes
    """

  static func read(_ columns: inout Columns) throws -> StoredTurn {
    let turn = Turn(
      id: try columns.id(), threadID: columns.optionalID(), keyID: try columns.id(),
      ownerKeyID: try columns.id(), status: try columns.choice(),
      request: TurnRequest(try columns.object()),
      userSeq: try columns.optionalInt(), assistantSeq: try columns.optionalInt(),
      iterations: try columns.count(), attempts: try columns.count(),
      retryAt: try columns.optionalInt(), reason: columns.optionalText(),
      error: try columns.optionalJSON(), cost: try columns.optionalInt(),
      idempotencyKey: columns.optionalText(), createdAt: try columns.int(),
      startedAt: try columns.optionalInt(), finishedAt: try columns.optionalInt())
    var stored = StoredTurn(
      turn: turn, bodyHash: try columns.text(), firstEvent: try columns.int(),
      discardAfter: try columns.int())
    stored.turn.lane = columns.optionalText()
    stored.turn.callStartedAt = try columns.optionalInt()
    stored.turn.unknownOutcomes = try columns.count()
    return stored
  }

  /// A new turn is next in its thread where nothing there is unfinished; a job always is.
  static func insert(_ db: Database, _ stored: StoredTurn) throws {
    let turn = stored.turn
    try db.run(
      """
      INSERT INTO turns (\(columns), is_next, not_after)
      VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19,
        ?20, ?21, ?22, ?23, ?24, NOT EXISTS (SELECT 1 FROM turns WHERE thread_id = ?2 AND is_next = 1),
        ?25)
      """, turn.id, turn.threadID, turn.keyID, turn.ownerKeyID, turn.status, turn.request.json,
      turn.userSeq, turn.assistantSeq, turn.iterations, turn.attempts, turn.retryAt, turn.reason,
      turn.error, turn.cost, turn.idempotencyKey, turn.createdAt, turn.startedAt, turn.finishedAt,
      stored.bodyHash, stored.firstEvent, stored.discardAfter, turn.lane, turn.callStartedAt,
      turn.unknownOutcomes, turn.request.notAfter)
  }

  static func get(_ db: Database, _ id: TurnID) throws -> StoredTurn? {
    try db.one("SELECT \(columns) FROM turns WHERE id = ?", id, read: read)
  }

  static func withIdempotencyKey(_ db: Database, _ key: String, of keyID: KeyID) throws
    -> StoredTurn?
  {
    try db.one(
      "SELECT \(columns) FROM turns WHERE key_id = ? AND idempotency_key = ?", keyID, key,
      read: read)
  }

  static func forgetIdempotencyKey(_ db: Database, _ id: TurnID) throws {
    try db.run("UPDATE turns SET idempotency_key = NULL WHERE id = ?", id)
  }

  /// A page of turns and their positions, newest first, before a position.
  static func page(
    _ db: Database, thread: ThreadID?, status: Turn.Status?, limit: Int, before: Int64?,
    visibleTo: KeyID?
  ) throws -> [(turn: Turn, position: Int64)] {
    var conditions = "position < ?"
    var arguments: [(any Bindable)?] = [before ?? .max]
    if let thread {
      conditions += " AND thread_id = ?"
      arguments.append(thread)
    }
    if let status {
      conditions += " AND status = ?"
      arguments.append(status)
    }
    if let visibleTo {
      conditions += " AND owner_key_id = ?"
      arguments.append(visibleTo)
    }
    arguments.append(limit)
    let sql = """
      SELECT \(columns), position FROM turns WHERE \(conditions) ORDER BY position DESC LIMIT ?
      """
    return try db.all(sql, of: arguments) { (try read(&$0).turn, try $0.int()) }
  }

  /// The turns of a thread in one of the two states that nothing runs, or the one that runs.
  static func inStatus(_ db: Database, _ status: Turn.Status, thread: ThreadID) throws
    -> [StoredTurn]
  {
    try db.all(
      "SELECT \(columns) FROM turns WHERE thread_id = ? AND status = ? ORDER BY position", thread,
      status, read: read)
  }

  static func inStatus(_ db: Database, _ status: Turn.Status) throws -> [StoredTurn] {
    try db.all(
      "SELECT \(columns) FROM turns WHERE status = ? ORDER BY position", status, read: read)
  }

  static func firstUnfinished(_ db: Database, in thread: ThreadID) throws -> MessageSeq? {
    try db.number(
      "SELECT min(user_seq) FROM turns WHERE thread_id = ? AND finished_at IS NULL", thread)
  }

  static func hasLaterTurn(_ db: Database, _ id: TurnID, in thread: ThreadID) throws -> Bool {
    try db.number(
      """
      SELECT 1 FROM turns WHERE thread_id = ?
        AND position > (SELECT position FROM turns WHERE id = ?) LIMIT 1
      """, thread, id) != nil
  }

  static func noteIteration(
    _ db: Database, _ id: TurnID, _ iteration: Int, requestID: String, discardAfter: EventSeq,
    at time: Milliseconds
  ) throws -> Bool {
    try db.run(
      """
      UPDATE turns SET iterations = ?, request_id = ?, discard_after = ?, call_started_at = ?
      WHERE id = ? AND status = 'running'
      """, iteration, requestID, discardAfter, time, id) == 1
  }

  /// Notes the turn's last reply, where there is one, and that what it logged until now will not come again.
  static func noteStep(
    _ db: Database, _ id: TurnID, assistantSeq: MessageSeq?, discardAfter: EventSeq
  ) throws {
    try db.run(
      "UPDATE turns SET assistant_seq = ifnull(?, assistant_seq), discard_after = ? WHERE id = ?",
      assistantSeq, discardAfter, id)
  }

  /// The same, and that the model call that was out has a known outcome.
  static func endStep(
    _ db: Database, _ id: TurnID, assistantSeq: MessageSeq?, discardAfter: EventSeq
  ) throws {
    try db.run(
      """
      UPDATE turns SET assistant_seq = ifnull(?, assistant_seq), discard_after = ?,
        call_started_at = NULL
      WHERE id = ?
      """, assistantSeq, discardAfter, id)
  }

  /// Notes that the model call that was out has a known outcome.
  static func endCall(_ db: Database, _ id: TurnID) throws {
    try db.run("UPDATE turns SET call_started_at = NULL WHERE id = ?", id)
  }

  /// Notes that nobody knows what became of the model call that was out.
  static func loseCall(_ db: Database, _ id: TurnID) throws {
    try db.run(
      """
      UPDATE turns SET call_started_at = NULL, unknown_outcomes = unknown_outcomes + 1 WHERE id = ?
      """, id)
  }

  /// Adds to a turn's cost; once a part has no price the whole has none.
  static func addCost(_ db: Database, _ id: TurnID, _ cost: Microdollars?) throws {
    try db.run("UPDATE turns SET cost = cost + ? WHERE id = ?", cost, id)
  }

  static func setReply(_ db: Database, _ id: TurnID, _ reply: JSON) throws {
    try db.run("UPDATE turns SET reply = ? WHERE id = ?", reply, id)
  }
  static func reply(_ db: Database, _ id: TurnID) throws -> JSON? {
    try db.one("SELECT reply FROM turns WHERE id = ?", id) { try $0.optionalJSON() } ?? nil
  }

  static func delete(_ db: Database, thread: ThreadID) throws {
    try db.run("DELETE FROM turns WHERE thread_id = ?", thread)
  }

  static func count(_ db: Database, _ status: Turn.Status) throws -> Int {
    Int(try db.number("SELECT count(*) FROM turns WHERE status = ?", status) ?? 0)
  }

  static func count(_ db: Database) throws -> Int {
    Int(try db.number("SELECT count(*) FROM turns") ?? 0)
  }
}
