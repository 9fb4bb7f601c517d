import Domain
import GRDB
import Wire

/// One statement a function on `search_docs` and `search_threads`.
enum SearchDocTable {
  static func insert(
    _ db: Database, _ id: Int64, thread: Int64, _ message: Message, _ text: IndexedText
  ) throws {
    try db.run(
      """
      INSERT INTO search_docs (id, thread, seq, role, created_at, has_meaning, terms)
      VALUES (?, ?, ?, ?, ?, ?, ?)
      """, id, thread, message.seq, message.role, message.createdAt, text.hasMeaning, text.terms)
  }

  /// Takes a document out; false where it was not in.
  static func delete(_ db: Database, _ id: Int64) throws -> Bool {
    try db.run("DELETE FROM search_docs WHERE id = ?", id) > 0
  }

  /// Some documents of a thread.
  static func some(_ db: Database, of thread: Int64, limit: Int) throws -> [Int64] {
    try db.all(
      "SELECT id FROM search_docs WHERE thread = ? ORDER BY seq LIMIT ?", thread, limit
    ) { try $0.int() }
  }

  static func isIndexed(_ db: Database, _ id: Int64) throws -> Bool {
    try db.number("SELECT 1 FROM search_docs WHERE id = ?", id) != nil
  }

  static func deleteAll(_ db: Database) throws {
    try db.run("DELETE FROM search_docs")
    try db.run("DELETE FROM search_threads")
  }

  static func number(_ db: Database, of thread: ThreadID) throws -> Int64? {
    try db.number("SELECT number FROM search_threads WHERE thread_id = ?", thread)
  }

  static func addThread(_ db: Database, _ thread: ThreadID) throws -> Int64 {
    try db.run("INSERT INTO search_threads (thread_id) VALUES (?)", thread)
    return db.lastInsertedRowID
  }

  static func deleteThread(_ db: Database, _ thread: ThreadID) throws {
    try db.run("DELETE FROM search_threads WHERE thread_id = ?", thread)
  }

  /// The newest document.
  static func last(_ db: Database) throws -> Int64 {
    try db.number("SELECT max(id) FROM search_docs") ?? 0
  }

  /// Documents named by `?1` that pass the filter in the other parameters.
  private static let passing = """
    FROM json_each(?1) j CROSS JOIN search_docs d ON d.id = j.value
    CROSS JOIN search_threads s ON s.number = d.thread CROSS JOIN threads t ON t.id = s.thread_id
    WHERE t.deleted_at IS NULL AND (?2 IS NULL OR t.key_id = ?2)
      AND (?3 IS NULL OR t.end_user_id = ?3) AND (?4 IS NULL OR t.id = ?4)
      AND (?5 IS NULL OR d.role = ?5) AND (?6 IS NULL OR d.created_at >= ?6)
      AND (?7 IS NULL OR d.created_at < ?7) AND (?8 IS NULL OR d.id <= ?8)
    """

  private static func arguments(_ ids: [Int64], _ filter: SearchFilter) -> [(any Bindable)?] {
    [
      list(ids), filter.visibleTo, filter.endUserID, filter.thread, filter.role, filter.since,
      filter.until, filter.through,
    ]
  }

  /// Those of some documents that pass the filter, whatever led to them, in the order in which they are asked for.
  static func hits(_ db: Database, _ ids: [Int64], _ filter: SearchFilter) throws -> [SearchHit] {
    try db.all(
      "SELECT d.id, t.id, t.title, d.thread, d.seq, d.role, d.created_at \(passing)",
      of: arguments(ids, filter)
    ) { row in
      SearchHit(
        id: try row.int(), threadID: try row.id(), title: row.optionalText(),
        threadNumber: try row.int(), seq: try row.int(), role: try row.choice(),
        createdAt: try row.int())
    }
  }

  /// The numbers of those that pass, in the order in which they are asked for.
  static func visible(_ db: Database, _ ids: [Int64], _ filter: SearchFilter) throws -> [Int64] {
    guard try everyThreadPasses(db, filter) else {
      return try db.all("SELECT d.id \(passing)", of: arguments(ids, filter)) { try $0.int() }
    }
    // To look up the thread of each takes twice as long as all the rest.
    return try db.all(
      """
      SELECT d.id FROM json_each(?1) j CROSS JOIN search_docs d ON d.id = j.value
      WHERE (?2 IS NULL OR d.role = ?2) AND (?3 IS NULL OR d.created_at >= ?3)
        AND (?4 IS NULL OR d.created_at < ?4) AND (?5 IS NULL OR d.id <= ?5)
      """, list(ids), filter.role, filter.since, filter.until, filter.through
    ) { try $0.int() }
  }

  /// Whether a filter shuts no thread out: it names none, no key and no end-user, and no thread is deleted softly.
  private static func everyThreadPasses(_ db: Database, _ filter: SearchFilter) throws -> Bool {
    guard filter.visibleTo == nil, filter.endUserID == nil, filter.thread == nil else {
      return false
    }
    return try db.number("SELECT 1 FROM threads WHERE deleted_at IS NOT NULL LIMIT 1") == nil
  }
}
