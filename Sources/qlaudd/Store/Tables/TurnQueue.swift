import Domain
import GRDB
import Wire

/// The outbox: which turn runs next, and the changes of state, one statement each. A thread's oldest unfinished turn has
/// `is_next`; only such a turn may run, and choosing one looks at none of those behind it.
enum TurnQueue {
  /// The oldest turn that may run at once. The index is named, because the planner takes that of all queued turns else.
  static let oldestReadySQL = """
    SELECT min(position) FROM turns INDEXED BY turns_ready
    WHERE status = 'queued' AND is_next = 1 AND retry_at IS NULL
    """
  /// The oldest parked turn whose time has come.
  static let oldestDueSQL = """
    SELECT min(position) FROM turns INDEXED BY turns_parked
    WHERE status = 'queued' AND is_next = 1 AND retry_at <= ?
    """

  /// The position of the turn to run next.
  static func next(_ db: Database, now: Milliseconds) throws -> Int64? {
    let ready = try db.number(oldestReadySQL)
    let due = try db.number(oldestDueSQL, now)
    return [ready, due].compactMap(\.self).min()
  }

  static func claim(_ db: Database, position: Int64, now: Milliseconds, discardAfter: EventSeq)
    throws -> StoredTurn?
  {
    try db.run(
      """
      UPDATE turns SET status = 'running', retry_at = NULL, reason = NULL,
        started_at = ifnull(started_at, ?), discard_after = ?
      WHERE position = ?
      """, now, discardAfter, position)
    return try db.one(
      "SELECT \(TurnTable.columns) FROM turns WHERE position = ?", position, read: TurnTable.read)
  }

  static func nextRetryAt(_ db: Database) throws -> Milliseconds? {
    try db.number(
      """
      SELECT min(retry_at) FROM turns INDEXED BY turns_parked
      WHERE status = 'queued' AND is_next = 1 AND retry_at IS NOT NULL
      """)
  }

  /// Puts a running turn back to its place in the queue.
  static func park(
    _ db: Database, _ id: TurnID, reason: String?, retryAt: Milliseconds?
  ) throws {
    try db.run(
      """
      UPDATE turns SET status = 'queued', attempts = attempts + 1, reason = ?, retry_at = ?
      WHERE id = ?
      """, reason, retryAt, id)
  }

  /// How many queued turns stand before this one, and itself.
  static func place(_ db: Database, _ id: TurnID) throws -> Int {
    Int(
      try db.number(
        """
        SELECT count(*) FROM turns WHERE status = 'queued'
          AND position <= (SELECT position FROM turns WHERE id = ?)
        """, id) ?? 0)
  }

  /// Lets every parked turn run at once.
  static func release(_ db: Database, reason: String?) throws -> Int {
    try db.run(
      """
      UPDATE turns SET retry_at = NULL
      WHERE status = 'queued' AND retry_at IS NOT NULL AND (?1 IS NULL OR reason = ?1)
      """, reason)
  }

  static func move(_ db: Database, _ id: TurnID, to status: Turn.Status) throws {
    try db.run("UPDATE turns SET status = ? WHERE id = ?", status, id)
  }

  /// Ends a turn and lets the next one of its thread come up.
  static func finish(
    _ db: Database, _ turn: Turn, status: Turn.Status, assistantSeq: MessageSeq?, error: JSON?,
    iterations: Int, at time: Milliseconds
  ) throws {
    try db.run(
      """
      UPDATE turns SET status = ?, is_next = 0, assistant_seq = ifnull(?, assistant_seq), error = ?,
        iterations = ?, retry_at = NULL, reason = NULL, finished_at = ?
      WHERE id = ?
      """, status, assistantSeq, error, iterations, time, turn.id)
    if let thread = turn.threadID { try promote(db, in: thread) }
  }

  /// Queues a finished turn again as if it had just come, at its old place.
  static func requeue(_ db: Database, _ turn: Turn, firstEvent: EventSeq) throws {
    try db.run(
      """
      UPDATE turns SET status = 'queued', attempts = 0, iterations = 0, reason = NULL, error = NULL,
        assistant_seq = NULL, started_at = NULL, finished_at = NULL, first_event = ?2,
        discard_after = ?2, folded = 0, is_next = (thread_id IS NULL)
      WHERE id = ?1
      """, turn.id, firstEvent)
    if let thread = turn.threadID { try promote(db, in: thread) }
  }

  /// Makes the oldest unfinished turn of a thread its next one.
  private static func promote(_ db: Database, in thread: ThreadID) throws {
    try db.run(
      """
      UPDATE turns SET is_next = 1
      WHERE position = (
        SELECT min(position) FROM turns
        WHERE thread_id = ?1 AND finished_at IS NULL)
      AND NOT EXISTS (SELECT 1 FROM turns WHERE thread_id = ?1 AND is_next = 1)
      """, thread)
  }

  static func status(_ db: Database) throws -> QueueStatus {
    func count(_ status: Turn.Status) throws -> Int {
      Int(try db.number("SELECT count(*) FROM turns WHERE status = ?", status) ?? 0)
    }
    let oldest = try db.number(
      "SELECT created_at FROM turns WHERE status = 'queued' ORDER BY position LIMIT 1")
    return QueueStatus(
      depth: try count(.queued), running: try count(.running), waiting: try count(.waiting),
      oldestQueuedAt: oldest)
  }
}
