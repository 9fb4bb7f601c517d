import Domain
import Engine
import Wire

extension Field where Value == ToolID {
  static let tool = Field.required("tool_id", "The tool.")
}
extension Field where Value == String? {
  static let toolDescription = Field.text(
    "description", "What it does, for the model.", length: 1...4_096)
  static let webhookURL = Field.text(
    "webhook_url", "Where a webhook's calls go: https, or http to this machine.", length: 8...2_048)
}
extension Field where Value == Int? {
  static let webhookTimeout = Field.int(
    "timeout_ms", "A webhook's time for a call, all tries together; 30000 if absent.",
    in: 1...120_000)
}
extension Field where Value == JSON.Object? {
  static let inputSchema = Field<JSON.Object?>.optional(
    "input_schema", "JSON Schema of the input: an object.")
  static let toolConfig = Field<JSON.Object?>.optional(
    "config",
    "A built-in tool's configuration, secrets included; they are sealed and never shown again.")
}
extension Field where Value == [String]? {
  static let lockedFields = Field<[String]?>.optional(
    "lock_input_fields",
    "Input keys that come from the thread, never from the model: of a webhook, or of a built-in with auth_mode per_user."
  )
}

let toolMethods: [Method] = [
  Method(
    "tool/register", .post("/v1/tools", status: 201), .admin,
    "Registers a tool: a webhook by its webhook_url, or a built-in (http-call among them) by its provider.",
    params: .name("Its name, unique; may hold '/'."), .toolDescription, .inputSchema, .webhookURL,
    .webhookTimeout, .lockedFields,
    .text("provider", "A slug of builtin/list.", length: 1...100), .toolConfig,
    .optional(
      "auth_mode",
      "Of a built-in: tenant (all calls use config) or per_user (each end-user lends an account with connection/connect).",
      default: .tenant),
    .optional("policy", "Whether calls are made at once, asked about, or denied.", default: .auto),
    result: .tool
  ) {
    (
      call, name, description: String?, schema: JSON.Object?, webhook: String?, timeout: Int?,
      locked: [String]?, provider: String?, config: JSON.Object?, mode: AuthMode,
      policy: ToolPolicy
    ) in
    try await call.engine.tools.register(
      ToolRegistry.Draft(
        name: name, description: description, inputSchema: schema, webhookURL: webhook,
        timeoutMilliseconds: timeout, lockedFields: locked ?? [], provider: provider,
        config: config, policy: policy, isPerUser: mode == .perUser))
  },
  Method(
    "tool/list", .get("/v1/tools"), .admin, "Lists the registered tools, without secrets.",
    result: .wholeList(of: .tool)
  ) { call in try await call.engine.tools.list() },
  Method(
    "tool/get", .get("/v1/tools/:tool_id"), .admin, "Reads a tool, without secrets.",
    params: .tool, result: .tool
  ) { call, tool in try await call.engine.tools.get(tool) },
  Method(
    "tool/update", .patch("/v1/tools/:tool_id"), .admin,
    "Changes what is given; a config takes the place of the old one as a whole.", params: .tool,
    .text("name", "Its name.", length: Limits.nameLength), .toolDescription, .inputSchema,
    .webhookURL, .webhookTimeout, .lockedFields, .toolConfig,
    .optional("policy", "auto, ask or deny."), result: .tool
  ) {
    (
      call, tool, name: String?, description: String?, schema: JSON.Object?, webhook: String?,
      timeout: Int?, locked: [String]?, config: JSON.Object?, policy: ToolPolicy?
    ) in
    try await call.engine.tools.update(
      tool,
      ToolRegistry.Update(
        name: name, description: description, inputSchema: schema, webhookURL: webhook,
        timeoutMilliseconds: timeout, lockedFields: locked, config: config, policy: policy))
  },
  Method(
    "tool/configure", .patch("/v1/tools/:tool_id/config"), .admin,
    "Gives a built-in tool another configuration, as a whole.", params: .tool,
    .required("config", "The configuration, secrets included."), result: .tool
  ) { (call, tool, config: JSON.Object) in
    try await call.engine.tools.update(tool, ToolRegistry.Update(config: config))
  },
  Method(
    "tool/delete", .delete("/v1/tools/:tool_id"), .admin, "Forgets a tool and its secrets.",
    params: .tool, result: .done
  ) { call, tool in
    try await call.engine.tools.delete(tool)
    return Done()
  },
  Method(
    "tool/result", .post("/v1/threads/:thread_id/tool-results/:tool_use_id"), .standard,
    "Answers a call of a tool that the client runs; the first answer wins, a late one is not found.",
    params: .thread,
    .text("tool_use_id", "The id of qlaud.tool_dispatch_start.", length: 1...256),
    .toolOutput, .optional("is_error", "Whether the tool failed.", default: false), result: .done
  ) { (call, thread, toolUse: String, output, isError: Bool) in
    try await call.engine.tools.answer(
      thread: thread, toolUseID: toolUse, output: output, isError: isError, as: call.principal)
    return Done()
  },
  Method(
    "builtin/list", .get("/v1/builtins"), .standard, "The catalog of built-in tools.",
    result: .raw("A list of entries with their input_schema and config_schema.")
  ) { call in
    ["object": "list", "data": .array(try await call.engine.tools.builtIns), "has_more": false]
  },
]

/// Whose credentials a tool uses.
enum AuthMode: String, WireEnum {
  case tenant
  case perUser = "per_user"
}

extension Field where Value == JSON {
  /// What a client's tool gave; `null` is an output as well.
  static let toolOutput = Field(
    "output", "Any JSON; what is no string reaches the model as JSON text.", required: true,
    schema: [:]
  ) { json throws(InvalidParams) in
    guard let json else { throw InvalidParams("output", "is required") }
    return json
  }
}

extension Shape where Value == ToolRegistry.Shown {
  static let tool = Shape(schema: [
    "type": "object",
    "properties": [
      "id": ["type": "string"], "object": ["const": "tool"], "name": ["type": "string"],
      "kind": ["type": "string", "enum": ["http-call", "webhook", "builtin"]],
      "description": ["type": "string"], "input_schema": ["type": "object"],
      "webhook_url": ["type": "string"], "timeout_ms": ["type": "integer"],
      "provider": ["type": "string"], "config": ["type": "object"],
      "auth_mode": AuthMode.schema,
      "policy": ToolPolicy.schema,
      "secrets": ["type": "array", "description": "Names only."],
      "secret": ["type": "string", "description": "A webhook's signing secret; shown once."],
      "warnings": ["type": "array"], "created_at": ["type": "integer"],
      "updated_at": ["type": "integer"],
    ],
  ]) { tool in
    var object: JSON.Object = [
      "id": tool.id.json, "object": "tool", "name": .string(tool.name), "kind": .string(tool.kind),
    ]
    object.merge(tool.definition)
    if let secret = tool.secret { object["secret"] = .string(secret) }
    if !tool.warnings.isEmpty { object["warnings"] = tool.warnings.json }
    object["created_at"] = .int(tool.createdAt)
    object["updated_at"] = .int(tool.updatedAt)
    return .object(object)
  }
}
