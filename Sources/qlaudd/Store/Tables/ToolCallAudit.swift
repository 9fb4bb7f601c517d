import Domain
import GRDB
import Wire

/// The audit of `tool_calls` and `direct_tool_calls`, by time.
enum ToolCallAudit {
  /// Where a page ends: the order's columns.
  struct Position {
    let startedAt: Milliseconds
    let turn: String
    let message: Int64
    let place: Int64
    let item: Int64

    /// - Throws: ``QlaudError`` `invalid_params` for what is no cursor of this list.
    init(_ cursor: String) throws {
      let parts = cursor.split(separator: ".", maxSplits: 4, omittingEmptySubsequences: false).map(
        String.init)
      guard parts.count == 5, let time = Int64(parts[0]), let message = Int64(parts[1]),
        let place = Int64(parts[2]), let item = Int64(parts[3])
      else { throw QlaudError.invalid("cursor", "must be a next_cursor of this list") }
      startedAt = time
      self.message = message
      self.place = place
      self.item = item
      turn = parts[4]
    }

    /// The cursor that follows a call.
    static func cursor(after call: AuditedCall) -> String {
      "\(call.startedAt).\(call.messageSeq).\(call.place.index).\(call.place.item).\(call.turnID?.rawValue ?? "")"
    }
  }

  /// A page of calls, the newest first.
  static func page(
    _ db: Database, thread: ThreadID?, tool: String?, limit: Int, before: Position?
  ) throws -> [AuditedCall] {
    var conditions = "1"
    var arguments: [(any Bindable)?] = []
    if let before {
      conditions +=
        " AND (c.started_at, c.turn_id, c.message_seq, c.place, c.item) < (?, ?, ?, ?, ?)"
      arguments += [before.startedAt, before.turn, before.message, before.place, before.item]
    }
    if let thread {
      conditions += " AND c.thread_id = ?"
      arguments.append(thread)
    }
    if let tool {
      conditions += " AND c.name = ?"
      arguments.append(tool)
    }
    arguments.append(limit)
    let sql = """
      SELECT c.turn_id, c.message_seq, c.place, c.item, c.thread_id, c.tool_use_id, c.name, c.kind,
        turns.owner_key_id, threads.end_user_id, c.is_error, c.bytes, c.started_at, c.finished_at
      FROM tool_calls c JOIN turns ON turns.id = c.turn_id JOIN threads ON threads.id = c.thread_id
      WHERE \(conditions)
      ORDER BY c.started_at DESC, c.turn_id DESC, c.message_seq DESC, c.place DESC,
        c.item DESC LIMIT ?
      """
    return try db.all(sql, of: arguments, read: read)
  }

  /// The same of the calls of `tool/execute`, which have no turn: they come after the turns' of the same moment.
  static func directPage(_ db: Database, tool: String?, limit: Int, before: Position?) throws
    -> [AuditedCall]
  {
    var conditions = "1"
    var arguments: [(any Bindable)?] = []
    if let before {
      conditions += " AND started_at <= ? AND (started_at, '', id) < (?, ?, ?)"
      arguments += [before.startedAt, before.startedAt, before.turn, before.message]
    }
    if let tool {
      conditions += " AND name = ?"
      arguments.append(tool)
    }
    arguments.append(limit)
    let sql = """
      SELECT NULL, id, 0, 0, NULL, NULL, name, kind, key_id, end_user_id, is_error, bytes,
        started_at, finished_at
      FROM direct_tool_calls WHERE \(conditions) ORDER BY started_at DESC, id DESC LIMIT ?
      """
    return try db.all(sql, of: arguments, read: read)
  }

  private static func read(_ columns: inout Columns) throws -> AuditedCall {
    AuditedCall(
      turnID: columns.optionalID(), messageSeq: try columns.int(), place: try columns.place(),
      threadID: columns.optionalID(), toolUseID: columns.optionalText(),
      name: try columns.text(), kind: try columns.text(), keyID: try columns.id(),
      endUserID: columns.optionalText(),
      status: try columns.optionalInt().map { $0 == 0 ? .done : .failed } ?? .started,
      bytes: try columns.optionalInt(), startedAt: try columns.int(),
      finishedAt: try columns.optionalInt())
  }
}
