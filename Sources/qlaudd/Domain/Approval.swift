package import Wire

/// Whether calls of a tool may be made without being asked about.
package enum ToolPolicy: String, WireEnum { case auto, ask, deny }

/// A question to people, whether a call of a tool may be made.
package struct Approval: Sendable, Equatable {
  /// Legal transitions: pending to each of the others, once.
  package enum Status: String, WireEnum {
    case pending, approved, denied
    /// Nobody answered in time, which counts as a denial.
    case expired
    /// The turn ended before.
    case cancelled
  }
  /// For what an answer holds: this call, further calls of the tool in the thread, or all calls of the tool.
  package enum Scope: String, WireEnum { case once, thread, tool }

  package let id: ApprovalID
  package let turnID: TurnID
  /// The assistant message that asks for the call.
  package let messageSeq: MessageSeq
  package let place: CallPlace
  package let threadID: ThreadID
  package let toolUseID: String
  package let toolID: ToolID
  package let name: String
  /// As the call will be made: locks applied, without secrets.
  package let input: JSON
  package let status: Status
  /// Nil while it is pending.
  package let scope: Scope?
  package let createdAt: Milliseconds
  package let expiresAt: Milliseconds
  package let resolvedAt: Milliseconds?
  /// An approval's row.
  package init(
    id: ApprovalID, turnID: TurnID, messageSeq: MessageSeq, place: CallPlace, threadID: ThreadID,
    toolUseID: String, toolID: ToolID, name: String, input: JSON, status: Status = .pending,
    scope: Scope? = nil, createdAt: Milliseconds, expiresAt: Milliseconds,
    resolvedAt: Milliseconds? = nil
  ) {
    self.id = id
    self.turnID = turnID
    self.messageSeq = messageSeq
    self.place = place
    self.threadID = threadID
    self.toolUseID = toolUseID
    self.toolID = toolID
    self.name = name
    self.input = input
    self.status = status
    self.scope = scope
    self.createdAt = createdAt
    self.expiresAt = expiresAt
    self.resolvedAt = resolvedAt
  }
}
