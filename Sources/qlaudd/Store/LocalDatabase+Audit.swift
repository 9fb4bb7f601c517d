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
      try ToolCallAudit.page(db, thread: thread, tool: tool, limit: limit + 1, before: before)
    }
    let items = Array(rows.prefix(limit))
    let next = rows.count > limit ? items.last.map(ToolCallAudit.Position.cursor) : nil
    return Page(items: items, nextCursor: next)
  }
}
