import Domain
import GRDB
import Wire

/// One statement a function on `direct_tool_calls`.
enum DirectCallTable {
  static func insert(_ db: Database, _ call: DirectCallRow, at time: Milliseconds) throws -> Int64 {
    try db.run(
      """
      INSERT INTO direct_tool_calls (key_id, end_user_id, tool_id, name, kind, started_at)
      VALUES (?, ?, ?, ?, ?, ?)
      """, call.keyID, call.endUserID, call.toolID, call.name, call.kind, time)
    return db.lastInsertedRowID
  }

  static func finish(
    _ db: Database, _ id: Int64, isError: Bool, bytes: Int, at time: Milliseconds
  ) throws {
    try db.run(
      "UPDATE direct_tool_calls SET is_error = ?, bytes = ?, finished_at = ? WHERE id = ?", isError,
      bytes, time, id)
  }

  static func delete(_ db: Database, before time: Milliseconds) throws {
    try db.run("DELETE FROM direct_tool_calls WHERE started_at < ?", time)
  }
}
