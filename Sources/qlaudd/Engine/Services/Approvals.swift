package import Domain
import Store
import Wire

/// Questions to people about calls of tools.
package struct Approvals: Sendable {
  let core: Core

  /// What a person says.
  package enum Decision: String, WireEnum { case approve, deny }

  /// Questions that the caller sees, the newest first.
  package func list(
    thread: ThreadID?, status: Approval.Status?, limit: Int, as principal: Principal
  ) async throws -> [Approval] {
    try await core.store.approvals(
      thread: thread, status: status, limit: limit, visibleTo: principal.visibleKey)
  }

  /// Answers a question; the first answer wins.
  /// - Throws: ``QlaudError`` `not_found`; `conflict` where it was answered, has expired or its turn has ended; `forbidden`
  ///   where a standard key answers for a tool everywhere.
  package func respond(
    _ id: ApprovalID, _ decision: Decision, scope: Approval.Scope, as principal: Principal
  ) async throws -> Approval {
    if scope == .tool, principal.scope != .admin {
      throw QlaudError.forbidden("scope: only an admin key may answer for a tool everywhere")
    }
    let before = try await core.store.approval(id, visibleTo: principal.visibleKey)
    guard before.status == .pending else { throw Self.settled(before) }
    guard before.expiresAt > core.source.now() else {
      throw QlaudError.conflict("approval \(id) has expired")
    }
    let wanted: Approval.Status = decision == .approve ? .approved : .denied
    let (after, isOurs) = try await core.store.resolveApproval(id, wanted, scope: scope) {
      [TurnEvents.approvalResolved($0, $1)]
    }
    core.approvalAnswers.ring()
    guard isOurs, after.status == wanted else { throw Self.settled(after) }
    return after
  }

  private static func settled(_ approval: Approval) -> QlaudError {
    QlaudError.conflict("approval \(approval.id) is \(approval.status.rawValue) already")
  }
}
