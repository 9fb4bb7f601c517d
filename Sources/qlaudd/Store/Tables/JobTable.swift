import Domain
import GRDB
import Wire

/// One statement a function on `jobs`, and on the turns that are jobs.
enum JobTable {
  static func insert(_ db: Database, _ id: TurnID, endpoint: String, call: JSON) throws {
    try db.run("INSERT INTO jobs VALUES (?, ?, ?)", id, endpoint, call)
  }

  static func call(_ db: Database, _ id: TurnID) throws -> JSON? {
    try db.one("SELECT call FROM jobs WHERE turn_id = ?", id) { try $0.json() }
  }

  static func endpoint(_ db: Database, _ id: TurnID) throws -> String? {
    try db.one("SELECT endpoint FROM jobs WHERE turn_id = ?", id) { try $0.text() }
  }

  /// A page of jobs, newest first, before a position.
  static func page(
    _ db: Database, status: Turn.Status?, limit: Int, before: Int64?, visibleTo: KeyID?
  ) throws -> [(turn: Turn, position: Int64)] {
    try db.all(
      """
      SELECT \(TurnTable.columns), position FROM turns INDEXED BY turns_jobs
      WHERE thread_id IS NULL AND position < ?1 AND (?2 IS NULL OR status = ?2)
        AND (?3 IS NULL OR owner_key_id = ?3)
      ORDER BY position DESC LIMIT ?4
      """, before ?? .max, status, visibleTo, limit
    ) { (try TurnTable.read(&$0).turn, try $0.int()) }
  }

  /// Jobs that ended before a moment, the oldest first.
  static func endedBefore(_ db: Database, _ time: Milliseconds, limit: Int) throws -> [TurnID] {
    try db.all(
      """
      SELECT id FROM turns INDEXED BY turns_jobs_ended
      WHERE thread_id IS NULL AND finished_at IS NOT NULL AND finished_at < ?
      ORDER BY finished_at LIMIT ?
      """, time, limit
    ) { try $0.id() }
  }

  /// Removes a job with its call, its result and its events.
  static func delete(_ db: Database, _ id: TurnID) throws {
    try db.run("DELETE FROM events WHERE turn_id = ?", id)
    try db.run("DELETE FROM jobs WHERE turn_id = ?", id)
    try db.run("DELETE FROM turns WHERE id = ? AND thread_id IS NULL", id)
  }
}
