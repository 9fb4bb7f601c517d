import Domain
import Engine
import Wire

let toolCareMethods: [Method] = [
  Method(
    "tool/preview", .post("/v1/tools/:tool_id/preview"), .admin,
    "Shows what a call of a tool would send, without sending it; *** stands for secrets.",
    params: .text("tool_id", "The tool's id or name.", length: 1...200),
    .optional("input", "What a model would write.", default: JSON.Object()), .endUser,
    .optional(
      "metadata", "The thread's metadata, which fills locked fields.", default: JSON.Object()),
    result: .raw("tool, kind, input with locks applied, and request: method, url, headers, body.")
  ) { (call, tool: String, input: JSON.Object, endUser, metadata: JSON.Object) in
    try await call.engine.tools.preview(
      tool, input: input, endUserID: endUser, metadata: metadata, as: call.principal)
  },
  Method(
    "tool/calls", .get("/v1/tool-calls"), .admin,
    "Lists calls of tools, newest first: who, when, how long, how much; not what was in them.",
    params: .optional("thread_id", "Only this thread's."),
    .text("tool", "Only calls of the tool of this name.", length: 1...200), .page(), .cursor,
    result: .list(of: .auditedCall)
  ) { (call, thread: ThreadID?, tool: String?, limit, cursor) in
    try await call.engine.tools.calls(thread: thread, tool: tool, limit: limit, cursor: cursor)
  },
]

extension Shape where Value == AuditedCall {
  static let auditedCall = Shape(
    .constant("object", "tool_call"),
    .nullable("turn_id", \.turnID, "The turn; null for a call of tool/execute."),
    .nullable("thread_id", \.threadID, "The turn's thread."),
    .nullable("tool_use_id", \.toolUseID, "The model's id of the call."),
    .field("name", \.name, "The tool's name."),
    .field("kind", \.kind, "http-call, webhook, builtin, mcp or client; unknown for none."),
    .field("key_id", \.keyID, "Whose call it was."),
    .nullable("end_user_id", \.endUserID, "The end-user, where there is one."),
    .field("status", \.status, "Where it stands."),
    .nullable("bytes", \.bytes, "Of the result."),
    .field("started_at", \.startedAt, "Milliseconds since the epoch."),
    .nullable("finished_at", \.finishedAt, "Milliseconds since the epoch."),
    .nullable("duration_ms", \.durationMilliseconds, "From start to result."))
}
