import Domain
import Engine
import Wire

let approvalMethods: [Method] = [
  Method(
    "approval/list", .get("/v1/approvals"), .standard,
    "Lists questions whether a tool may be called, newest first; the pending ones unless status says otherwise.",
    params: .optional("thread_id", "Only this thread's."),
    .optional("status", "Only in this state.", default: .pending), .page(),
    result: .wholeList(of: .approval)
  ) { (call, thread: ThreadID?, status: Approval.Status, limit) in
    try await call.engine.approvals.list(
      thread: thread, status: status, limit: limit, as: call.principal)
  },
  Method(
    "approval/respond", .post("/v1/approvals/:approval_id"), .standard,
    "Answers a question; the first answer wins.",
    params: .required("approval_id", "The question."),
    .required("decision", "approve or deny."),
    .optional(
      "scope",
      "once: this call; thread: further calls of the tool in the thread too; tool: all its calls, until it is changed.",
      default: .once), result: .approval
  ) { (call, id: ApprovalID, decision: Approvals.Decision, scope: Approval.Scope) in
    try await call.engine.approvals.respond(id, decision, scope: scope, as: call.principal)
  },
]

extension Shape where Value == Approval {
  static let approval = Shape(
    .field("id", \.id, "The question's id."),
    .constant("object", "approval"),
    .field("thread_id", \.threadID, "The thread."),
    .field("turn_id", \.turnID, "The turn that waits."),
    .field("tool_use_id", \.toolUseID, "The call."),
    .field("tool_id", \.toolID, "The tool."),
    .field("name", \.name, "The tool's name."),
    .field("input", \.input, "What the call will be made with."),
    .field("status", \.status, "Where it stands."),
    .nullable("scope", \.scope, "For what the answer holds."),
    .field("created_at", \.createdAt, "Milliseconds since the epoch."),
    .field("expires_at", \.expiresAt, "Unanswered by then, it is a denial."),
    .nullable("resolved_at", \.resolvedAt, "When it was answered."))
}
