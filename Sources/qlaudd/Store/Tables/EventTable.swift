import Domain
import GRDB
import Wire

/// One statement a function on `events` and `event_numbers`.
enum EventTable {
  private static let columns = "seq, at, thread_id, turn_id, key_id, name, data"

  static func insert(_ db: Database, _ event: Event) throws {
    try db.run(
      "INSERT INTO events (\(columns)) VALUES (?, ?, ?, ?, ?, ?, ?)", event.seq, event.at,
      event.threadID, event.turnID, event.keyID, event.name, event.data)
  }

  /// At most `limit` events past a cursor up to a number, and how far was looked: after `scan` rows the search stops.
  static func page(
    _ db: Database, after cursor: EventSeq, through end: EventSeq, matching filter: EventFilter,
    limit: Int, scan: Int = 2048
  ) throws -> (events: [Event], through: EventSeq) {
    var conditions = "seq > ? AND seq <= ?"
    var arguments: [(any Bindable)?] = [cursor, end]
    if let thread = filter.threadID {
      conditions += " AND thread_id = ?"
      arguments.append(thread)
    }
    if let turn = filter.turnID {
      conditions += " AND turn_id = ?"
      arguments.append(turn)
    }
    arguments.append(scan)
    let sql = "SELECT key_id, \(columns) FROM events WHERE \(conditions) ORDER BY seq LIMIT ?"
    var found: [Event] = []
    var seen = 0
    var last = cursor
    try db.each(sql, of: arguments) { columns in
      seen += 1
      let owner: KeyID? = columns.optionalID()
      last = try columns.int()
      if let visible = filter.visibleTo, let owner, owner != visible { return true }
      found.append(try LocalDatabase.filled(db, try event(last, &columns)))
      return found.count < limit
    }
    if found.count == limit { return (found, last) }
    return (found, seen == scan ? last : end)
  }

  private static func event(_ seq: EventSeq, _ columns: inout Columns) throws -> Event {
    Event(
      seq: seq, at: try columns.int(), threadID: columns.optionalID(),
      turnID: columns.optionalID(), keyID: columns.optionalID(), name: try columns.text(),
      data: try columns.json())
  }

  static func delete(_ db: Database, thread: ThreadID) throws {
    try db.run("DELETE FROM events WHERE thread_id = ?", thread)
  }

  /// Events of threads that are not there; `thread.deleted` outlives its thread.
  static func orphans(_ db: Database) throws -> Int {
    Int(
      try db.number(
        """
        SELECT count(*) FROM events WHERE thread_id IS NOT NULL AND name <> ?
          AND NOT EXISTS (SELECT 1 FROM threads WHERE id = events.thread_id)
        """, EventName.threadDeleted) ?? 0)
  }

  /// When the newest event was logged.
  static func newestMoment(_ db: Database) throws -> Milliseconds? {
    try db.number("SELECT at FROM events ORDER BY seq DESC LIMIT 1")
  }

  static func count(_ db: Database) throws -> Int {
    Int(try db.number("SELECT count(*) FROM events") ?? 0)
  }

  /// The end of the newest block of numbers.
  static func reservedThrough(_ db: Database) throws -> EventSeq {
    guard let end = try db.number("SELECT reserved_through FROM event_numbers") else {
      throw StorageError.damaged("no row of reserved event numbers")
    }
    return end
  }

  static func setReservedThrough(_ db: Database, _ end: EventSeq) throws {
    try db.run("UPDATE event_numbers SET reserved_through = max(reserved_through, ?)", end)
  }
}
