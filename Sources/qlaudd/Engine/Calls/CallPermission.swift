import Domain
import Store
import Tools
import Wire

/// Whether a call may be made: by its tool's policy, by what people have said before, or by asking them now.
struct CallPermission: Sendable {
  let core: Core
  let turn: Turn
  let call: ToolCallRow
  let definition: ToolDefinition
  let policy: ToolPolicy
  /// Let go of before somebody is asked.
  let kept: KeptConversation

  /// How long a question stands when the settings say nothing: ten minutes.
  static let standardWait: Milliseconds = 600_000

  /// Why the call must not be made; nil where it may. Waits for an answer where one is needed, until the question expires.
  /// - Parameter input: as the call will be made, without secrets: what people are shown.
  /// - Throws: `CancellationError` where the turn is stopped; the question stays and is waited for after a restart.
  func refusal(input: JSON) async throws -> String? {
    switch policy {
    case .auto: return nil
    case .deny: return "the call was not made: the tool's policy denies it"
    case .ask:
      let answer = try await answer(input)
      switch answer {
      case .approved: return nil
      case .expired: return "the call was not made: nobody approved it in time, which is a denial"
      case .denied, .cancelled, .pending: return "the call was not made: it was denied"
      }
    }
  }

  private func answer(_ input: JSON) async throws -> Approval.Status {
    if let asked = try await core.store.approval(
      turn: turn.id, message: call.messageSeq, place: call.place)
    {
      return try await whileTurnWaits(asked)
    }
    if let standing = try await standing() { return standing }
    let span = try await core.store.setting(SettingName.approvalWait)?.int ?? Self.standardWait
    let now = core.source.now()
    let approval = Approval(
      id: ApprovalID(rawValue: core.source.uuid()), turnID: turn.id, messageSeq: call.messageSeq,
      place: call.place, threadID: call.threadID, toolUseID: call.toolUseID,
      toolID: definition.id, name: call.name, input: input, createdAt: now, expiresAt: now + span)
    return try await whileTurnWaits(
      try await core.store.askApproval(
        approval, events: [TurnEvents.approvalRequired(turn, approval)]))
  }

  private func standing() async throws -> Approval.Status? {
    try await core.store.standingApproval(of: definition.id, in: call.threadID)
  }

  private func whileTurnWaits(_ approval: Approval) async throws -> Approval.Status {
    kept.letGo()
    return try await core.whileWaiting(turn.id) { try await wait(approval) }
  }

  private func wait(_ approval: Approval) async throws -> Approval.Status {
    let span = approval.expiresAt - approval.createdAt
    let left = min(span, max(0, approval.expiresAt - core.source.now()))
    let deadline = ContinuousClock.now + .milliseconds(left)
    while true {
      try Task.checkCancellation()
      let seen = core.approvalAnswers.generation
      let now = try await core.store.approval(approval.id, visibleTo: nil)
      if now.status != .pending { return now.status }
      // Another question about the tool was answered for this one as well.
      if let standing = try await standing() { return try await resolve(approval, standing) }
      if let changed = try await policyNow() { return try await resolve(approval, changed) }
      let rest = deadline - ContinuousClock.now
      if rest <= .zero { return try await resolve(approval, .expired) }
      await core.approvalAnswers.wait(past: seen, for: rest)
    }
  }

  /// What the tool's policy says since it was changed; nil where it still is to ask. A tool that is gone is not called any more.
  private func policyNow() async throws -> Approval.Status? {
    // The tools of MCP servers are rows of another kind.
    guard definition.kind != .mcp else { return nil }
    switch try await core.store.tools().first(where: { $0.id == definition.id })?.policy {
    case .ask: return nil
    case .auto: return .approved
    case .deny, nil: return .denied
    }
  }

  private func resolve(_ approval: Approval, _ status: Approval.Status) async throws
    -> Approval.Status
  {
    try await core.store.resolveApproval(approval.id, status, scope: .once) {
      [TurnEvents.approvalResolved($0, $1)]
    }.approval.status
  }
}

extension TurnEvents {
  static func approvalRequired(_ turn: Turn, _ approval: Approval) -> EventDraft {
    make(
      EventName.approvalRequired, of: turn,
      [
        "approval_id": approval.id.json, "tool_use_id": .string(approval.toolUseID),
        "name": .string(approval.name), "input": approval.input,
        "expires_at": .int(approval.expiresAt),
      ])
  }

  static func approvalResolved(_ turn: Turn, _ approval: Approval) -> EventDraft {
    make(
      EventName.approvalResolved, of: turn,
      [
        "approval_id": approval.id.json, "tool_use_id": .string(approval.toolUseID),
        "name": .string(approval.name),
        "decision": approval.status == .approved ? "approve" : "deny",
        "status": approval.status.json, "scope": approval.scope?.json ?? .null,
      ])
  }
}
