import Domain
import GRDB
import Wire

/// A thread's row with what only the store needs.
struct StoredThread {
  var thread: Thread
  /// The number of its newest message.
  var lastSeq: MessageSeq
  var deletedAt: Milliseconds?
}

/// One statement a function on `threads`.
enum ThreadTable {
  private static let columns = """
    id, key_id, end_user_id, title, metadata, default_model, system, created_at, last_active_at, \
    last_seq, deleted_at, offline
    """

  private static func read(_ columns: inout Columns) throws -> StoredThread {
    let thread = Thread(
      id: try columns.id(), keyID: try columns.id(), endUserID: columns.optionalText(),
      title: columns.optionalText(), metadata: try columns.object(),
      defaultModel: columns.optionalText(), system: try columns.optionalJSON(),
      createdAt: try columns.int(), lastActiveAt: try columns.int())
    var stored = StoredThread(
      thread: thread, lastSeq: try columns.int(), deletedAt: try columns.optionalInt())
    stored.thread.offline = try columns.optionalChoice()
    return stored
  }

  static func insert(_ db: Database, _ thread: Thread, lastSeq: MessageSeq = 0) throws {
    try db.run(
      "INSERT INTO threads (\(columns)) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, NULL, ?)", thread.id,
      thread.keyID, thread.endUserID, thread.title, thread.metadata, thread.defaultModel,
      thread.system, thread.createdAt, thread.lastActiveAt, lastSeq, thread.offline)
  }

  static func exists(_ db: Database, _ id: ThreadID) throws -> Bool {
    try db.number("SELECT 1 FROM threads WHERE id = ?", id) != nil
  }

  static func get(_ db: Database, _ id: ThreadID) throws -> StoredThread? {
    try db.one("SELECT \(columns) FROM threads WHERE id = ?", id, read: read)
  }

  /// A page in descending order of (last_active_at, id), past the given place.
  static func page(
    _ db: Database, limit: Int, before: (Milliseconds, ThreadID)?, endUserID: String?,
    visibleTo: KeyID?
  ) throws -> [Thread] {
    var conditions = "deleted_at IS NULL"
    var arguments: [(any Bindable)?] = []
    if let visibleTo {
      conditions += " AND key_id = ?"
      arguments.append(visibleTo)
    }
    if let endUserID {
      conditions += " AND end_user_id = ?"
      arguments.append(endUserID)
    }
    if let (time, id) = before {
      conditions += " AND (last_active_at, id) < (?, ?)"
      arguments += [time, id]
    }
    arguments.append(limit)
    let sql = """
      SELECT \(columns) FROM threads WHERE \(conditions)
      ORDER BY last_active_at DESC, id DESC LIMIT ?
      """
    return try db.all(sql, of: arguments, read: read).map(\.thread)
  }

  static func update(_ db: Database, _ thread: Thread) throws {
    try db.run(
      """
      UPDATE threads SET end_user_id = ?, title = ?, metadata = ?, default_model = ?, system = ?,
        offline = ?
      WHERE id = ?
      """, thread.endUserID, thread.title, thread.metadata, thread.defaultModel, thread.system,
      thread.offline, thread.id)
  }

  static func noteMessages(
    _ db: Database, _ id: ThreadID, lastSeq: MessageSeq, at time: Milliseconds?
  ) throws {
    guard let time else {
      try db.run("UPDATE threads SET last_seq = ? WHERE id = ?", lastSeq, id)
      return
    }
    try db.run(
      "UPDATE threads SET last_seq = ?, last_active_at = max(last_active_at, ?) WHERE id = ?",
      lastSeq, time, id)
  }

  static func markDeleted(_ db: Database, _ id: ThreadID, at time: Milliseconds) throws {
    try db.run("UPDATE threads SET deleted_at = ? WHERE id = ?", time, id)
  }

  static func delete(_ db: Database, _ id: ThreadID) throws {
    try db.run("DELETE FROM threads WHERE id = ?", id)
  }

  /// Threads deleted before a moment that nothing runs in, the longest dead first.
  static func sweepable(_ db: Database, deletedBefore: Milliseconds, limit: Int) throws
    -> [ThreadID]
  {
    try db.all(
      """
      SELECT id FROM threads WHERE deleted_at IS NOT NULL AND deleted_at < ?
        AND NOT EXISTS (SELECT 1 FROM turns
          WHERE thread_id = threads.id AND status IN ('running', 'waiting'))
      ORDER BY deleted_at LIMIT ?
      """, deletedBefore, limit
    ) { try $0.id() }
  }

  static func count(_ db: Database) throws -> Int {
    Int(try db.number("SELECT count(*) FROM threads WHERE deleted_at IS NULL") ?? 0)
  }
}
