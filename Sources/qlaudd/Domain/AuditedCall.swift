import Wire

/// A call of a tool as the audit shows it: who, what, when, how long, how much; never its input or its result.
package struct AuditedCall: Sendable, Equatable {
  /// Where it stands.
  package enum Status: String, WireEnum {
    /// Started, not answered.
    case started
    case done, failed
  }
  /// Nil for a call that no turn made: one of `tool/execute`. So are its thread and its id.
  package let turnID: TurnID?
  /// The assistant message that asked for it; a number of its own for a call without a turn.
  package let messageSeq: MessageSeq
  package let place: CallPlace
  package let threadID: ThreadID?
  package let toolUseID: String?
  package let name: String
  /// `http-call`, `webhook`, `builtin`, `mcp`, `client`; `unknown` where there was no such tool.
  package let kind: String
  /// Whose call it was.
  package let keyID: KeyID
  package let endUserID: String?
  package let status: Status
  /// Of the result; nil before there is one.
  package let bytes: Int64?
  package let startedAt: Milliseconds
  package let finishedAt: Milliseconds?
  /// From start to result; nil before there is one.
  package var durationMilliseconds: Milliseconds? { finishedAt.map { max(0, $0 - startedAt) } }
  /// A row of the audit.
  package init(
    turnID: TurnID?, messageSeq: MessageSeq, place: CallPlace, threadID: ThreadID?,
    toolUseID: String?,
    name: String, kind: String, keyID: KeyID, endUserID: String?, status: Status, bytes: Int64?,
    startedAt: Milliseconds, finishedAt: Milliseconds?
  ) {
    self.turnID = turnID
    self.messageSeq = messageSeq
    self.place = place
    self.threadID = threadID
    self.toolUseID = toolUseID
    self.name = name
    self.kind = kind
    self.keyID = keyID
    self.endUserID = endUserID
    self.status = status
    self.bytes = bytes
    self.startedAt = startedAt
    self.finishedAt = finishedAt
  }
}
