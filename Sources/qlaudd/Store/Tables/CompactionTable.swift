import Domain
import GRDB
import Wire

/// One statement a function on `compactions`.
enum CompactionTable {
  private static let columns = "id, thread_id, through_seq, summary, model, made_at, created_at"

  private static func read(_ columns: inout Columns) throws -> Compaction {
    Compaction(
      id: try columns.text(), threadID: try columns.id(), through: try columns.int(),
      summary: try columns.text(), model: try columns.text(), madeAt: try columns.int(),
      createdAt: try columns.int())
  }

  static func insert(_ db: Database, _ compaction: Compaction) throws {
    try db.run(
      "INSERT INTO compactions (\(columns)) VALUES (?, ?, ?, ?, ?, ?, ?)", compaction.id,
      compaction.threadID, compaction.through, compaction.summary, compaction.model,
      compaction.madeAt, compaction.createdAt)
  }

  /// The one that reaches furthest before a place.
  static func newest(_ db: Database, _ thread: ThreadID, before: MessageSeq) throws -> Compaction? {
    try db.one(
      """
      SELECT \(columns) FROM compactions WHERE thread_id = ? AND through_seq < ?
      ORDER BY through_seq DESC LIMIT 1
      """, thread, before, read: read)
  }

  /// Copies those that end before a place to another thread, whose messages have the same places.
  static func copy(_ db: Database, from: ThreadID, to: ThreadID, through: MessageSeq) throws {
    try db.run(
      """
      INSERT INTO compactions (\(columns))
      SELECT ?1 || ':' || through_seq, ?1, through_seq, summary, model, min(made_at, ?3), created_at
      FROM compactions WHERE thread_id = ?2 AND through_seq <= ?3
      """, to, from, through)
  }

  static func delete(_ db: Database, thread: ThreadID) throws {
    try db.run("DELETE FROM compactions WHERE thread_id = ?", thread)
  }
}

/// One statement a function on `history_starts`.
enum HistoryStartTable {
  private static let columns = "thread_id, model, start_seq, since_seq, window, permille"

  private static func read(_ columns: inout Columns) throws -> HistoryStart {
    HistoryStart(
      threadID: try columns.id(), model: try columns.text(), start: try columns.int(),
      since: try columns.int(), window: try columns.count(), permille: try columns.count())
  }

  static func set(_ db: Database, _ start: HistoryStart) throws {
    try db.run(
      "INSERT OR REPLACE INTO history_starts (\(columns)) VALUES (?, ?, ?, ?, ?, ?)",
      start.threadID, start.model, start.start, start.since, start.window, start.permille)
  }

  static func get(_ db: Database, _ thread: ThreadID, model: String) throws -> HistoryStart? {
    try db.one(
      "SELECT \(columns) FROM history_starts WHERE thread_id = ? AND model = ?", thread, model,
      read: read)
  }

  static func delete(_ db: Database, thread: ThreadID) throws {
    try db.run("DELETE FROM history_starts WHERE thread_id = ?", thread)
  }
}
