import Domain
import GRDB
import Wire

/// One statement a function on `approvals`.
enum ApprovalTable {
  private static let columns = """
    id, turn_id, message_seq, place, item, thread_id, tool_use_id, tool_id, name, input, status, \
    scope, created_at, expires_at, resolved_at
    """

  private static func read(_ columns: inout Columns) throws -> Approval {
    Approval(
      id: try columns.id(), turnID: try columns.id(), messageSeq: try columns.int(),
      place: try columns.place(), threadID: try columns.id(), toolUseID: try columns.text(),
      toolID: try columns.id(), name: try columns.text(), input: try columns.json(),
      status: try columns.choice(),
      scope: columns.optionalText().flatMap(Approval.Scope.init(rawValue:)),
      createdAt: try columns.int(), expiresAt: try columns.int(),
      resolvedAt: try columns.optionalInt())
  }

  static func insert(_ db: Database, _ approval: Approval, owner: KeyID) throws {
    try db.run(
      """
      INSERT INTO approvals (id, turn_id, message_seq, place, item, thread_id, owner_key_id,
        tool_use_id, tool_id, name, input, status, created_at, expires_at)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'pending', ?, ?)
      """, approval.id, approval.turnID, approval.messageSeq, approval.place.index,
      approval.place.item,
      approval.threadID, owner, approval.toolUseID, approval.toolID, approval.name, approval.input,
      approval.createdAt, approval.expiresAt)
  }

  static func get(_ db: Database, _ id: ApprovalID, visibleTo key: KeyID?) throws -> Approval? {
    try db.one(
      "SELECT \(columns) FROM approvals WHERE id = ?1 AND (?2 IS NULL OR owner_key_id = ?2)", id,
      key, read: read)
  }

  static func get(_ db: Database, turn: TurnID, message: MessageSeq, place: CallPlace) throws
    -> Approval?
  {
    try db.one(
      """
      SELECT \(columns) FROM approvals
      WHERE turn_id = ? AND message_seq = ? AND place = ? AND item = ?
      """, turn, message, place.index, place.item, read: read)
  }

  static func pending(_ db: Database, turn: TurnID) throws -> [Approval] {
    try db.all(
      "SELECT \(columns) FROM approvals WHERE turn_id = ? AND status = 'pending'", turn, read: read)
  }

  /// The newest first.
  static func all(
    _ db: Database, thread: ThreadID?, status: Approval.Status?, limit: Int, visibleTo key: KeyID?
  ) throws -> [Approval] {
    try db.all(
      """
      SELECT \(columns) FROM approvals
      WHERE (?1 IS NULL OR thread_id = ?1) AND (?2 IS NULL OR status = ?2)
        AND (?3 IS NULL OR owner_key_id = ?3)
      ORDER BY created_at DESC, id DESC LIMIT ?4
      """, thread, status, key, limit, read: read)
  }

  /// The newest answer that holds for further calls of a tool: in a thread, or everywhere.
  static func standing(_ db: Database, tool: ToolID, thread: ThreadID?) throws -> Approval.Status? {
    try db.one(
      """
      SELECT status FROM approvals
      WHERE tool_id = ?1 AND (scope = 'tool' OR (scope = 'thread' AND thread_id = ?2))
      ORDER BY resolved_at DESC, id DESC LIMIT 1
      """, tool, thread
    ) { try $0.choice() }
  }

  static func resolve(
    _ db: Database, _ id: ApprovalID, _ status: Approval.Status, _ scope: Approval.Scope,
    at time: Milliseconds
  ) throws {
    try db.run(
      "UPDATE approvals SET status = ?, scope = ?, resolved_at = ? WHERE id = ?", status,
      scope, time, id)
  }

  /// Closes what a turn that ends has asked in vain.
  static func cancelPending(_ db: Database, turn: TurnID, at time: Milliseconds) throws {
    try db.run(
      """
      UPDATE approvals SET status = 'cancelled', scope = 'once', resolved_at = ?
      WHERE turn_id = ? AND status = 'pending'
      """, time, turn)
  }

  static func delete(_ db: Database, thread: ThreadID) throws {
    try db.run("DELETE FROM approvals WHERE thread_id = ?", thread)
  }
  /// Lets no answer hold for further calls of a tool.
  static func endStanding(_ db: Database, tool: ToolID) throws {
    try db.run("UPDATE approvals SET scope = 'once' WHERE tool_id = ? AND scope IS NOT NULL", tool)
  }
}
