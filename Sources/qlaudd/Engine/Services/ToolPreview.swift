package import Domain
import Store
import Tools
package import Wire

extension ToolRegistry {
  /// What a call of a tool would send, without sending it; `***` stands for secrets, none of which is opened.
  /// - Parameter name: the tool's id or its name.
  /// - Throws: ``QlaudError`` `invalid_params` where there is no such tool, or the call would not be made.
  package func preview(
    _ name: String, input: JSON.Object, endUserID: String?, metadata: JSON.Object,
    as principal: Principal
  ) async throws -> JSON {
    let owner = endUserID.map(AccountOwner.endUser) ?? .key(principal.keyID)
    let shelf = try await ToolShelf.load(core, for: owner)
    guard let row = shelf.row(name), let entry = shelf.entry(row) else {
      throw QlaudError.invalid("tool_id", shelf.unknown(name))
    }
    guard let kind = entry.kind else {
      throw QlaudError.invalid("tool_id", "\(row.name) needs an account that was not lent yet")
    }
    do throws(InvalidParams) {
      let preview = try Dispatch.preview(
        .object(input), endUser: EndUser(id: endUserID, metadata: metadata), of: kind,
        secrets: Array(entry.secretNames.keys), core.outside)
      return [
        "object": "tool.preview", "tool": .string(row.name), "kind": .string(row.kind),
        "input": .object(preview.input), "request": preview.request ?? .null,
      ]
    } catch { throw QlaudError(error) }
  }

  /// Calls of tools in turns, the newest first: who made them, how long they took and what came of them, never what was in
  /// them.
  package func calls(thread: ThreadID?, tool: String?, limit: Int, cursor: String?) async throws
    -> Page<AuditedCall>
  {
    try await core.store.auditedCalls(thread: thread, tool: tool, limit: limit, cursor: cursor)
  }
}
