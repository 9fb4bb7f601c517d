import Domain
import GRDB
import Wire

/// One statement a function on `messages`.
enum MessageTable {
  private static let columns = """
    thread_id, seq, role, content, request_id, turn_id, model, stop_reason, usage, created_at
    """

  private static func read(_ columns: inout Columns) throws -> Message {
    Message(
      threadID: try columns.id(), seq: try columns.int(), role: try columns.choice(),
      content: try columns.json(), requestID: columns.optionalText(), turnID: columns.optionalID(),
      model: columns.optionalText(), stopReason: columns.optionalText(),
      usage: try columns.optionalJSON().map(Usage.init(json:)), createdAt: try columns.int())
  }

  /// Whether a message is a user's own words: what carries results of tools goes on with a turn.
  static func startsTurn(_ role: Role, _ content: JSON) -> Bool {
    guard role == .user else { return false }
    return content.array?.contains { $0["type"] == "tool_result" } != true
  }

  static func insert(_ db: Database, _ message: Message, anchor: MessageSeq) throws {
    try db.run(
      """
      INSERT INTO messages (\(columns), anchor_seq, starts_turn)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      """, message.threadID, message.seq, message.role, message.content, message.requestID,
      message.turnID, message.model, message.stopReason, message.usage, message.createdAt, anchor,
      startsTurn(message.role, message.content))
  }

  static func page(
    _ db: Database, _ thread: ThreadID, order: SortOrder, limit: Int, after: MessageSeq?,
    before: MessageSeq?
  ) throws -> [Message] {
    try db.all(
      """
      SELECT \(columns) FROM messages WHERE thread_id = ? AND seq > ? AND seq < ?
      ORDER BY seq \(order == .asc ? "ASC" : "DESC") LIMIT ?
      """, thread, after ?? 0, before ?? .max, limit, read: read)
  }

  /// The anchor of the `turns`-th newest start of a turn at or before a place; nil where there are fewer.
  static func anchor(
    _ db: Database, _ thread: ThreadID, ofStart turns: Int, through: MessageSeq
  ) throws -> MessageSeq? {
    try db.number(
      """
      SELECT anchor_seq FROM messages
      WHERE thread_id = ? AND starts_turn = 1 AND anchor_seq <= ?
      ORDER BY anchor_seq DESC LIMIT 1 OFFSET ?
      """, thread, through, turns - 1)
  }

  /// The messages between two places, in the order of the conversation.
  static func conversation(
    _ db: Database, _ thread: ThreadID, from: MessageSeq, through: MessageSeq
  ) throws -> [Message] {
    try db.all(
      """
      SELECT \(columns) FROM messages WHERE thread_id = ? AND anchor_seq BETWEEN ? AND ?
      ORDER BY anchor_seq, seq
      """, thread, from, through, read: read)
  }

  /// Messages of the file in the order in which they were stored, with their numbers.
  static func stored(_ db: Database, after id: Int64, limit: Int) throws -> [(Int64, Message)] {
    try db.all(
      "SELECT id, \(columns) FROM messages WHERE id > ? ORDER BY id LIMIT ?", id, limit
    ) { (try $0.int(), try read(&$0)) }
  }

  /// The same of one thread.
  static func numbered(_ db: Database, of thread: ThreadID, after seq: MessageSeq, limit: Int)
    throws
    -> [(Int64, Message)]
  {
    try db.all(
      """
      SELECT id, \(columns) FROM messages WHERE thread_id = ? AND seq > ? ORDER BY seq LIMIT ?
      """, thread, seq, limit
    ) { (try $0.int(), try read(&$0)) }
  }

  /// The message of a number.
  static func get(_ db: Database, _ id: Int64) throws -> Message? {
    try db.one("SELECT \(columns) FROM messages WHERE id = ?", id, read: read)
  }

  /// Whether a number still is that message's: numbers of erased messages are given again.
  static func isStill(_ db: Database, _ id: Int64, _ thread: ThreadID, _ seq: MessageSeq) throws
    -> Bool
  {
    try db.number(
      "SELECT 1 FROM messages WHERE id = ? AND thread_id = ? AND seq = ?", id, thread, seq) != nil
  }

  static func role(_ db: Database, _ thread: ThreadID, _ seq: MessageSeq) throws -> Role? {
    try db.one("SELECT role FROM messages WHERE thread_id = ? AND seq = ?", thread, seq) {
      try $0.choice()
    }
  }

  /// Copies the messages up to a place to another thread. They belong to no turn there.
  static func copy(_ db: Database, from: ThreadID, to: ThreadID, through: MessageSeq) throws {
    try db.run(
      """
      INSERT INTO messages (thread_id, seq, role, content, request_id, turn_id, model, stop_reason,
        usage, created_at, anchor_seq, starts_turn)
      SELECT ?, seq, role, content, request_id, NULL, model, stop_reason, usage, created_at,
        anchor_seq, starts_turn
      FROM messages WHERE thread_id = ? AND seq <= ? ORDER BY seq
      """, to, from, through)
  }

  static func delete(_ db: Database, thread: ThreadID) throws {
    try db.run("DELETE FROM messages WHERE thread_id = ?", thread)
  }

  static func count(_ db: Database) throws -> Int {
    Int(try db.number("SELECT count(*) FROM messages") ?? 0)
  }
}
