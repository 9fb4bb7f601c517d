package import Domain
import GRDB

extension LocalDatabase {
  /// A page of the audit of tool calls, the newest first. Calls of erased threads are gone with them.
  /// - Throws: `invalid_params` for a cursor of something else.
  package func auditedCalls(thread: ThreadID?, tool: String?, limit: Int, cursor: String?)
    async throws -> Page<AuditedCall>
  {
    let before = try cursor.map(ToolCallAudit.Position.init)
    let rows = try await read { db in
      let inTurns = try ToolCallAudit.page(
        db, thread: thread, tool: tool, limit: limit + 1, before: before)
      guard thread == nil else { return inTurns }
      let direct = try ToolCallAudit.directPage(db, tool: tool, limit: limit + 1, before: before)
      return Self.merged(inTurns, direct)
    }
    let items = Array(rows.prefix(limit))
    let next = rows.count > limit ? items.last.map(ToolCallAudit.Position.cursor) : nil
    return Page(items: items, nextCursor: next)
  }

  /// Two lists, each the newest first, as one; of one moment the first list's come first.
  private static func merged(_ first: [AuditedCall], _ second: [AuditedCall]) -> [AuditedCall] {
    var all: [AuditedCall] = []
    var rest = second[...]
    for call in first {
      while let next = rest.first, next.startedAt > call.startedAt {
        all.append(next)
        rest.removeFirst()
      }
      all.append(call)
    }
    return all + rest
  }
}
