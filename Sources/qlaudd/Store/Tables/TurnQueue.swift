import Domain
import GRDB
import Wire

/// The outbox: which turn runs next, and the changes of state, one statement each. A thread's oldest unfinished turn has
/// `is_next`; only such a turn may run, and choosing one looks at none of those behind it.
enum TurnQueue {
  /// The oldest turn that may run at once. The index is named, because the planner takes that of all queued turns else.
  static let oldestReadySQL = """
    SELECT min(position) FROM turns INDEXED BY turns_ready
    WHERE status = 'queued' AND is_next = 1 AND lane IS NULL AND retry_at IS NULL
    """
  /// The oldest parked turn whose time has come.
  static let oldestDueSQL = """
    SELECT min(position) FROM turns INDEXED BY turns_parked
    WHERE status = 'queued' AND is_next = 1 AND lane IS NULL AND retry_at <= ?
    """
  /// The oldest turn of a lane, of those that have not failed by themselves.
  static let oldestInLaneSQL = """
    SELECT min(position) FROM turns INDEXED BY turns_in_lane
    WHERE status = 'queued' AND lane = ? AND is_next = 1 AND retry_at IS NULL
    """
  /// The oldest turn of a lane, of those that have failed by themselves and whose time has come.
  static let oldestDueInLaneSQL = """
    SELECT min(position) FROM turns INDEXED BY turns_in_lane
    WHERE status = 'queued' AND lane = ? AND is_next = 1 AND retry_at <= ?
    """
  /// The oldest turn of a lane that was told itself when the limit is over: few, however many wait behind them.
  static let oldestToldInLaneSQL = """
    SELECT min(position) FROM turns INDEXED BY turns_in_lane
    WHERE status = 'queued' AND lane = ? AND is_next = 1 AND retry_at IS NOT NULL
    """

  /// The position of the turn to run next, where these lanes are open.
  static func next(_ db: Database, now: Milliseconds, lanes: [String]) throws -> Int64? {
    let ready = try db.number(oldestReadySQL)
    let due = try db.number(oldestDueSQL, now)
    let held = try lanes.flatMap { lane in
      let first = try db.number(oldestInLaneSQL, lane)
      // The limit of a model is of no turn's own: the lane opens when it is over, for all in their order.
      if Lane.model(of: lane) != nil { return [first, try db.number(oldestToldInLaneSQL, lane)] }
      // Turns that a provider cannot answer must not be what it is tried with again and again while others wait.
      return [try first ?? db.number(oldestDueInLaneSQL, lane, now)]
    }
    return ([ready, due] + held).compactMap(\.self).min()
  }

  static func claim(
    _ db: Database, position: Int64, at time: Milliseconds, discardAfter: EventSeq
  ) throws -> StoredTurn? {
    try db.run(
      """
      UPDATE turns SET status = 'running', retry_at = NULL, reason = NULL,
        started_at = ifnull(started_at, ?), discard_after = ?
      WHERE position = ?
      """, time, discardAfter, position)
    return try db.one(
      "SELECT \(TurnTable.columns) FROM turns WHERE position = ?", position, read: TurnTable.read)
  }

  /// The first moment at which a parked turn of no lane may run, or one of these lanes.
  static func nextRetryAt(_ db: Database, lanes: [String]) throws -> Milliseconds? {
    let free = try db.number(
      """
      SELECT min(retry_at) FROM turns INDEXED BY turns_parked
      WHERE status = 'queued' AND is_next = 1 AND lane IS NULL AND retry_at IS NOT NULL
      """)
    let held = try lanes.map { lane in
      try db.number(
        """
        SELECT min(retry_at) FROM turns INDEXED BY turns_in_lane
        WHERE status = 'queued' AND lane = ? AND is_next = 1
        """, lane)
    }
    return ([free] + held).compactMap(\.self).min()
  }

  /// Puts a turn back to its place in the queue.
  static func park(_ db: Database, _ id: TurnID, _ parking: Parking) throws {
    try db.run(
      """
      UPDATE turns SET status = 'queued', attempts = attempts + ?, reason = ?, lane = ?, retry_at = ?
      WHERE id = ?
      """, parking.isAttempt ? 1 : 0, parking.reason, parking.lane, parking.retryAt, id)
  }

  /// Puts a turn that a crash left back to its place; it waits for what it waited for before.
  static func recover(_ db: Database, _ id: TurnID, isAttempt: Bool) throws {
    try db.run(
      "UPDATE turns SET status = 'queued', attempts = attempts + ? WHERE id = ?",
      isAttempt ? 1 : 0, id)
  }

  /// Brings moments that a clock which has jumped left far ahead within reach.
  static func clampRetries(_ db: Database, to latest: Milliseconds) throws {
    try db.run(
      "UPDATE turns SET retry_at = ?1 WHERE status = 'queued' AND retry_at > ?1", latest)
  }

  /// Lets a queued turn wait for what the turn before it waits for.
  static func hold(_ db: Database, _ id: TurnID, reason: String, lane: String?) throws {
    try db.run("UPDATE turns SET reason = ?, lane = ? WHERE id = ?", reason, lane, id)
  }

  /// Turns that stand behind the first one of a thread and have not been told why they wait.
  static func untold(_ db: Database, behindHeadOf thread: ThreadID) throws -> [StoredTurn] {
    try db.all(
      """
      SELECT \(TurnTable.columns) FROM turns INDEXED BY turns_unfinished
      WHERE thread_id = ? AND finished_at IS NULL AND status = 'queued' AND is_next = 0
        AND reason IS NULL
      ORDER BY position
      """, thread, read: TurnTable.read)
  }

  /// Turns that may run and have not been told why they wait.
  static func untold(_ db: Database) throws -> [StoredTurn] {
    try db.all(
      """
      SELECT \(TurnTable.columns) FROM turns INDEXED BY turns_by_status
      WHERE status = 'queued' AND reason IS NULL ORDER BY position
      """, read: TurnTable.read)
  }

  /// The unfinished turn that a thread's others wait for.
  static func head(_ db: Database, of thread: ThreadID) throws -> StoredTurn? {
    try db.one(
      "SELECT \(TurnTable.columns) FROM turns WHERE thread_id = ? AND is_next = 1", thread,
      read: TurnTable.read)
  }

  /// Queued turns whose `not_after` has passed.
  static func expired(_ db: Database, at time: Milliseconds, limit: Int) throws -> [StoredTurn] {
    try db.all(
      """
      SELECT \(TurnTable.columns) FROM turns INDEXED BY turns_expiring
      WHERE status = 'queued' AND not_after < ? ORDER BY not_after LIMIT ?
      """, time, limit, read: TurnTable.read)
  }

  static func nextExpiry(_ db: Database) throws -> Milliseconds? {
    try db.number(
      """
      SELECT min(not_after) FROM turns INDEXED BY turns_expiring
      WHERE status = 'queued' AND not_after IS NOT NULL
      """)
  }

  /// How many turns wait in each lane, and why one of them does.
  static func lanes(_ db: Database) throws -> [LaneStatus] {
    try db.all(
      """
      SELECT lane, count(*), (
        SELECT reason FROM turns AS first INDEXED BY turns_in_lane
        WHERE first.status = 'queued' AND first.lane = turns.lane LIMIT 1), max(retry_at)
      FROM turns INDEXED BY turns_in_lane WHERE status = 'queued' AND lane IS NOT NULL GROUP BY lane
      """
    ) { columns in
      LaneStatus(
        lane: try columns.text(), depth: try columns.count(), reason: columns.optionalText(),
        lastRetryAt: try columns.optionalInt())
    }
  }

  /// Turns that are counted one by one for a place.
  static let countedPlaces = 256

  /// How many queued turns stand before this one, and itself: exact up to ``countedPlaces``. Beyond, where counting would make
  /// every further turn dearer, as many as were submitted since the oldest of them, which is no less.
  static func place(_ db: Database, _ id: TurnID) throws -> Int {
    guard let own = try db.number("SELECT position FROM turns WHERE id = ?", id) else { return 0 }
    let counted =
      try db.number(
        """
        SELECT count(*) FROM (
          SELECT 1 FROM turns INDEXED BY turns_by_status WHERE status = 'queued' AND position <= ?
          LIMIT ?)
        """, own, countedPlaces) ?? 0
    guard counted == countedPlaces else { return Int(counted) }
    let oldest =
      try db.number("SELECT min(position) FROM turns WHERE status = 'queued'") ?? own
    return Int(own - oldest + 1)
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
        iterations = ?, retry_at = NULL, reason = NULL, lane = NULL, call_started_at = NULL,
        finished_at = ?
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
        discard_after = ?2, unknown_outcomes = 0, folded = 0, is_next = (thread_id IS NULL)
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
