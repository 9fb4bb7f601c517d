package import Domain
import Store
import Tools
package import Wire

/// The meta-tools for callers: tools are found, described and called without a model. A call goes the way of a model's call:
/// locks, validation, policy, redaction, and a record of it.
package struct ToolExecution: Sendable {
  let core: Core

  /// For whom a caller acts.
  package struct Context: Sendable {
    package let thread: ThreadID?
    package let endUserID: String?
    /// The thread gives the end-user and the metadata; without one there is only an end-user.
    package init(thread: ThreadID?, endUserID: String?) {
      self.thread = thread
      self.endUserID = endUserID
    }
  }

  /// Where calls stand: whose accounts they use and what fills locked fields.
  private struct Scene {
    let thread: Thread?
    let endUser: EndUser
    let owner: AccountOwner
  }

  /// Tools for what somebody wants to do, the best first.
  package func search(
    _ intent: String, limit: Int?, _ context: Context, as principal: Principal
  ) async throws -> JSON {
    let shelf = try await ToolShelf.load(core, for: try await scene(context, principal).owner)
    let limit = limit ?? MetaTool.searchLimit.standard
    return try shelf.found(intent, limit: limit)
  }

  /// Input schemas by name.
  package func schemas(_ names: [String], as principal: Principal) async throws -> JSON {
    guard (1...MetaTool.schemaLimit).contains(names.count) else {
      throw QlaudError.invalid("tools", "must be 1 to \(MetaTool.schemaLimit) names")
    }
    return try await ToolShelf.load(core, for: .key(principal.keyID)).schemas(names)
  }

  /// Makes calls in parallel; their results stand in their order.
  /// - Throws: ``QlaudError`` `invalid_params`, `vault_locked` before any call is made.
  package func execute(_ calls: [JSON], _ context: Context, as principal: Principal) async throws
    -> JSON
  {
    let scene = try await scene(context, principal)
    let shelf = try await ToolShelf.load(core, for: scene.owner)
    var pending: [Pending] = []
    for call in try Self.read(calls) {
      let row = shelf.row(call.tool)
      let entry = row.flatMap(shelf.entry)
      var secrets: [String: Secret]? = [:]
      if let entry, case .tool = entry.runner {
        secrets = try await core.keeper.present(entry.secretNames)
      }
      pending.append(
        Pending(
          name: row?.name ?? Block.storable(String(call.tool.prefix(200))), args: call.args,
          entry: entry, problem: shelf.unknown(call.tool), secrets: secrets))
    }
    let records = try await core.store.startDirectCalls(
      pending.map { call in
        DirectCallRow(
          keyID: principal.keyID, endUserID: scene.endUser.id, toolID: call.entry?.definition.id,
          name: call.name, kind: call.entry?.definition.kind.rawValue ?? ToolRound.unknownKind)
      })
    var results = [ToolResult?](repeating: nil, count: pending.count)
    try await withThrowingTaskGroup(of: (Int, ToolResult).self) { group in
      for (index, call) in pending.enumerated() {
        group.addTask {
          let result = try await run(call, scene, principal)
          try await core.store.finishDirectCall(
            records[index], isError: result.isError, bytes: result.content.bytes.count)
          return (index, result)
        }
      }
      for try await (index, result) in group { results[index] = result }
    }
    return [
      "results": .array(
        zip(pending, results).map { call, result in
          [
            "tool": .string(call.name), "output": result?.output ?? .null,
            "is_error": .bool(result?.isError ?? true),
          ]
        })
    ]
  }

  private struct Pending {
    let name: String
    let args: JSON.Object
    let entry: Toolbox.Entry?
    /// What is said where there is no tool.
    let problem: String
    let secrets: [String: Secret]?
  }

  private func run(_ call: Pending, _ scene: Scene, _ principal: Principal) async throws
    -> ToolResult
  {
    guard let entry = call.entry else { return .failure(call.problem) }
    guard case .tool(let kind) = entry.runner else {
      return .failure(Connections.notConnected(call.name))
    }
    guard let secrets = call.secrets else {
      return .failure("the call was not made: a secret of the tool is missing")
    }
    if let refusal = try await refusal(entry, scene, principal) { return .failure(refusal) }
    let id = core.source.uuid()
    return await Dispatch.run(
      ToolCall(
        toolUseID: id, requestID: id, threadID: scene.thread?.id, endUser: scene.endUser,
        input: .object(call.args), secrets: secrets), on: kind, core.outside)
  }

  /// There is no turn whose people could be asked, so `ask` needs an answer that was given before, or an admin, who would
  /// be asked.
  private func refusal(_ entry: Toolbox.Entry, _ scene: Scene, _ principal: Principal) async throws
    -> String?
  {
    switch entry.policy {
    case .auto: return nil
    case .deny: return "the call was not made: the tool's policy denies it"
    case .ask:
      if principal.scope == .admin { return nil }
      let standing = try await core.store.standingApproval(
        of: entry.definition.id, in: scene.thread?.id)
      return standing == .approved
        ? nil : "the call was not made: its tool's policy is to ask, which needs a turn"
    }
  }

  private func scene(_ context: Context, _ principal: Principal) async throws -> Scene {
    guard let id = context.thread else {
      let endUser = try principal.endUser(context.endUserID)
      return Scene(
        thread: nil, endUser: EndUser(id: endUser),
        owner: try principal.accountOwner(context.endUserID))
    }
    guard context.endUserID == nil else {
      throw QlaudError.invalid("end_user_id", "must be absent with thread_id, which has its own")
    }
    let thread = try await core.store.thread(id, visibleTo: principal.visibleKey)
    return Scene(
      thread: thread, endUser: EndUser(id: thread.endUserID, metadata: thread.metadata),
      owner: thread.accountOwner)
  }

  private static func read(_ calls: [JSON]) throws -> [MetaTool.Call] {
    do throws(InvalidParams) {
      guard case .execute(let calls) = try MetaTool.multiExecute.read(["calls": .array(calls)])
      else { return [] }
      return calls
    } catch {
      // The field as the caller knows it.
      let field = error.field.hasPrefix("input.") ? String(error.field.dropFirst(6)) : error.field
      throw QlaudError.invalid(field, error.problem)
    }
  }
}
