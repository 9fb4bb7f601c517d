import Domain
import Engine
import Wire

extension Field where Value == String? {
  static let accountUser = Field.text(
    "end_user_id", "Whose accounts are used; a key that is bound to an end-user means that one.",
    length: Limits.opaqueIDLength)
}
extension Field where Value == ThreadID? {
  static let contextThread = Field<ThreadID?>.optional(
    "thread_id", "A thread that gives the end-user and the metadata for locked fields.")
}
extension Field where Value == String {
  static let accountTool = Field<String>.required(
    "tool", "A tool that is registered with auth_mode per_user, by name or id.")
}

/// The meta-tools for callers, and the accounts that end-users lend to tools.
let toolUseMethods: [Method] = [
  Method(
    "tool/search", .post("/v1/tools/search"), .standard,
    "Finds tools for what somebody wants to do, without their schemas.",
    params: .required("intent", "What is to be done, in words."),
    .int("limit", "Results at most; 10 if absent.", in: 1...50), .contextThread, .accountUser,
    result: .raw("{results: [{name, kind, description, status?}], available_connectors}")
  ) { (call, intent: String, limit: Int?, thread: ThreadID?, endUser: String?) in
    try await call.engine.toolExecution.search(
      intent, limit: limit, .init(thread: thread, endUserID: endUser), as: call.principal)
  },
  Method(
    "tool/schemas", .post("/v1/tools/schemas"), .standard, "Input schemas of tools, by name.",
    params: .required("tools", "1 to 50 names."),
    result: .raw("{schemas: [{name, description, input_schema}]}; an unknown one has error instead")
  ) { (call, names: [String]) in
    try await call.engine.toolExecution.schemas(names, as: call.principal)
  },
  Method(
    "tool/execute", .post("/v1/tools/execute"), .standard,
    "Calls 1 to 20 tools in parallel; a call that fails does not stop the others.",
    params: .required("calls", "{tool, args} each."), .contextThread, .accountUser,
    result: .raw("{results: [{tool, output, is_error}]}, in the order of the calls")
  ) { (call, calls: [JSON.Object], thread: ThreadID?, endUser: String?) in
    try await call.engine.toolExecution.execute(
      calls.map(JSON.object), .init(thread: thread, endUserID: endUser), as: call.principal)
  },
  Method(
    "connection/connect", .post("/v1/connections"), .standard,
    "Lends an end-user's account to a tool: seals the credentials, which are never shown again.",
    params: .accountTool,
    .required("credentials", "What connection/status says under credentials_schema."), .accountUser,
    result: .connection
  ) { (call, tool, credentials: JSON.Object, endUser: String?) in
    try await call.engine.connections.connect(
      tool, credentials: credentials, endUser: endUser, as: call.principal)
  },
  Method(
    "connection/list", .get("/v1/connections"), .standard,
    "The tools that work with accounts of end-users, and which are connected.",
    params: .accountUser, result: .wholeList(of: .connection)
  ) { (call, endUser: String?) in
    try await call.engine.connections.list(endUser: endUser, as: call.principal)
  },
  Method(
    "connection/status", .get("/v1/connections/:tool"), .standard,
    "Whether an end-user's account is lent to a tool.", params: .accountTool, .accountUser,
    result: .connection
  ) { (call, tool, endUser: String?) in
    try await call.engine.connections.status(tool, endUser: endUser, as: call.principal)
  },
  Method(
    "connection/disconnect", .delete("/v1/connections/:tool"), .standard,
    "Forgets an end-user's account; its credentials are overwritten.", params: .accountTool,
    .accountUser, result: .connection
  ) { (call, tool, endUser: String?) in
    try await call.engine.connections.disconnect(tool, endUser: endUser, as: call.principal)
  },
]

extension Shape where Value == Connections.Standing {
  static let connection = Shape(schema: [
    "type": "object",
    "properties": [
      "object": ["const": "connection"], "tool": ["type": "string"],
      "provider": ["type": "string"],
      "status": ["type": "string", "enum": ["connected", "not_connected"]],
      "connected": ["type": "boolean"], "connected_at": ["type": ["integer", "null"]],
      "credentials_schema": ["type": "object"],
    ],
  ]) { standing in
    [
      "object": "connection", "tool": .string(standing.tool),
      "provider": .string(standing.provider),
      "status": standing.isConnected ? "connected" : "not_connected",
      "connected": .bool(standing.isConnected),
      "connected_at": standing.connectedAt.map(JSON.int) ?? .null,
      "credentials_schema": standing.credentialsSchema,
    ]
  }
}
