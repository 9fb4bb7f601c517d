import Domain
import GRDB
import Wire

/// One statement a function on `tool_calls`.
enum ToolCallTable {
  private static let columns = """
    turn_id, message_seq, place, item, thread_id, tool_use_id, name, kind, iteration, result, \
    is_error, started_at, finished_at
    """

  private static func read(_ columns: inout Columns) throws -> ToolCallRow {
    ToolCallRow(
      turnID: try columns.id(), messageSeq: try columns.int(), place: try columns.place(),
      threadID: try columns.id(), toolUseID: try columns.text(), name: try columns.text(),
      kind: try columns.text(), iteration: try columns.count(), result: try columns.optionalJSON(),
      isError: try columns.optionalInt().map { $0 != 0 }, startedAt: try columns.int(),
      finishedAt: try columns.optionalInt())
  }

  static func insert(_ db: Database, _ call: ToolCallRow, at time: Milliseconds) throws {
    try db.run(
      """
      INSERT INTO tool_calls (turn_id, message_seq, place, item, thread_id, tool_use_id, name, kind,
        iteration, status, started_at)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 'started', ?)
      """, call.turnID, call.messageSeq, call.place.index, call.place.item, call.threadID,
      call.toolUseID, call.name, call.kind, call.iteration, time)
  }

  static func get(_ db: Database, turn: TurnID, message: MessageSeq, place: CallPlace) throws
    -> ToolCallRow?
  {
    try db.one(
      """
      SELECT \(columns) FROM tool_calls
      WHERE turn_id = ? AND message_seq = ? AND place = ? AND item = ?
      """, turn, message, place.index, place.item, read: read)
  }

  static func all(_ db: Database, turn: TurnID, message: MessageSeq) throws -> [ToolCallRow] {
    try db.all(
      "SELECT \(columns) FROM tool_calls WHERE turn_id = ? AND message_seq = ? ORDER BY place, item",
      turn, message, read: read)
  }

  /// The started call of that kind and id; the newest where an id came twice.
  static func open(_ db: Database, thread: ThreadID, toolUseID: String, kind: String) throws
    -> ToolCallRow?
  {
    try db.one(
      """
      SELECT \(columns) FROM tool_calls
      WHERE thread_id = ? AND tool_use_id = ? AND kind = ? AND status = 'started'
      ORDER BY started_at DESC LIMIT 1
      """, thread, toolUseID, kind, read: read)
  }

  static func finish(
    _ db: Database, _ call: ToolCallRow, result: JSON, isError: Bool, at time: Milliseconds
  ) throws {
    try db.run(
      """
      UPDATE tool_calls SET status = 'done', result = ?, is_error = ?, bytes = ?, finished_at = ?
      WHERE turn_id = ? AND message_seq = ? AND place = ? AND item = ?
      """, result, isError, result.bytes.count, time, call.turnID, call.messageSeq,
      call.place.index, call.place.item)
  }

  /// Drops results that stand in a message now.
  static func forgetResults(_ db: Database, of turn: TurnID) throws {
    try db.run(
      "UPDATE tool_calls SET result = NULL WHERE turn_id = ? AND result IS NOT NULL", turn)
  }

  static func delete(_ db: Database, thread: ThreadID) throws {
    try db.run("DELETE FROM tool_calls WHERE thread_id = ?", thread)
  }
}
