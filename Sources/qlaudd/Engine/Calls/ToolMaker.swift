import Domain
import Store
import Tools
import Wire

/// Makes tools of their descriptions: as they are given at registration, and as they are read back.
struct ToolMaker: Sendable {
  let builtIns: [BuiltIn]

  /// A tool that was checked, in the parts that are kept in different places.
  struct Made: Sendable {
    let kind: ToolDefinition.Kind
    /// What is stored in the clear and may be shown.
    let definition: JSON.Object
    /// By the tool's own names for them; nil leaves those that are stored.
    let secrets: [String: Secret]?
    /// What looks right but is not.
    let warnings: [String]
  }

  /// Checks a tool.
  /// - Throws: ``InvalidParams`` naming the parameter.
  func make(_ id: ToolID, _ draft: ToolRegistry.Draft) throws(InvalidParams) -> Made {
    try Self.checkName(draft.name)
    switch (draft.webhookURL, draft.provider) {
    case (.some, .some):
      throw InvalidParams("provider", "must not stand together with webhook_url")
    case (nil, nil): throw InvalidParams("provider", "is required, or webhook_url for a webhook")
    case (let url?, nil):
      guard !draft.isPerUser else {
        throw InvalidParams("auth_mode", "must be tenant for a webhook")
      }
      return try webhook(id, draft, url)
    case (nil, let provider?): return try builtIn(id, draft, provider)
    }
  }

  /// - Throws: ``InvalidParams`` for names that are the daemon's own.
  static func checkName(_ name: String) throws(InvalidParams) {
    for prefix in [SendTools.reservedPrefix, "qlaud-builtin/"] where name.hasPrefix(prefix) {
      throw InvalidParams("name", "must not begin with \(prefix)")
    }
  }

  private func webhook(_ id: ToolID, _ draft: ToolRegistry.Draft, _ url: String)
    throws(InvalidParams) -> Made
  {
    guard draft.config == nil else {
      throw InvalidParams("config", "is for built-in tools, not for a webhook")
    }
    let made: JSON.Object =
      JSON.record([
        "description": draft.description.map(JSON.string),
        "input_schema": draft.inputSchema.map(JSON.object), "policy": draft.policy.json,
        "webhook_url": .string(url),
        "timeout_ms": .integer(draft.timeoutMilliseconds ?? WebhookTool.timeout.standard),
        "lock_input_fields": draft.lockedFields.isEmpty
          ? nil : .array(draft.lockedFields.map(JSON.string)),
      ]).object ?? [:]
    let tool = try webhook(id, draft.name, made)
    return Made(
      kind: .webhook, definition: made, secrets: nil, warnings: tool.definition.undeclaredLocks)
  }

  private func webhook(_ id: ToolID, _ name: String, _ definition: JSON.Object)
    throws(InvalidParams) -> WebhookTool
  {
    try WebhookTool(
      id: id, name: name, description: definition["description"]?.string ?? "",
      inputSchema: definition["input_schema"] ?? .null,
      webhookURL: definition["webhook_url"]?.string ?? "",
      timeoutMilliseconds: Int(clamping: definition["timeout_ms"]?.int ?? 0),
      lockedFields: definition["lock_input_fields"].flatMap { [String](wire: $0) } ?? [])
  }

  private func builtIn(_ id: ToolID, _ draft: ToolRegistry.Draft, _ provider: String)
    throws(InvalidParams) -> Made
  {
    let isPerUser = draft.isPerUser
    let mode = isPerUser ? BuiltIn.AuthMode.perUser : .tenant
    guard draft.timeoutMilliseconds == nil, draft.lockedFields.isEmpty || isPerUser else {
      throw InvalidParams(
        draft.timeoutMilliseconds == nil ? "lock_input_fields" : "timeout_ms",
        "is for webhooks; a built-in tool takes it in its config")
    }
    let builtIn = try self.builtIn(provider)
    guard builtIn.authMode == .either || builtIn.authMode == mode else {
      throw InvalidParams(
        "auth_mode", "must be \(builtIn.authMode.rawValue) for \(provider)")
    }
    var definition: JSON.Object = ["provider": .string(provider), "policy": draft.policy.json]
    if let text = draft.description { definition["description"] = .string(text) }
    if let schema = draft.inputSchema { definition["input_schema"] = .object(schema) }
    if isPerUser { return try perUser(id, draft, definition, builtIn) }
    let given = JSON.object(draft.config ?? [:])
    let secrets: [String: Secret]
    var warnings: [String] = []
    if builtIn.runner == .httpCall {
      guard draft.description != nil else { throw InvalidParams("description", "is required") }
      guard draft.inputSchema != nil else { throw InvalidParams("input_schema", "is required") }
      let config = try HTTPCallConfig(given)
      secrets = config.secrets
      warnings = config.warnings
      definition["config"] = .object(config.publicConfig)
    } else {
      let configured = try builtIn.configure(given)
      secrets = configured.secrets
      definition["config"] = .object(configured.config)
      if !configured.lockedFields.isEmpty {
        definition["locked_fields"] = .array(configured.lockedFields.map(JSON.string))
      }
    }
    definition["secrets"] = .array(secrets.keys.sorted().map(JSON.string))
    let tool = try self.builtIn(id, draft.name, definition, builtIn)
    return Made(
      kind: tool.definition.kind, definition: definition, secrets: secrets,
      warnings: warnings + tool.definition.undeclaredLocks)
  }

  /// A built-in whose configuration each end-user brings.
  private func perUser(
    _ id: ToolID, _ draft: ToolRegistry.Draft, _ definition: JSON.Object, _ builtIn: BuiltIn
  ) throws(InvalidParams) -> Made {
    guard draft.config == nil else {
      throw InvalidParams("config", "must be absent with per_user: each end-user brings their own")
    }
    var definition = definition
    definition["auth_mode"] = BuiltIn.AuthMode.perUser.json
    if !draft.lockedFields.isEmpty {
      try builtIn.checkLocks(draft.lockedFields, field: "lock_input_fields")
      definition["locked_fields"] = .array(draft.lockedFields.map(JSON.string))
    }
    let tool = try self.builtIn(id, draft.name, definition, builtIn)
    return Made(
      kind: tool.definition.kind, definition: definition, secrets: nil,
      warnings: tool.definition.undeclaredLocks)
  }

  private func builtIn(
    _ id: ToolID, _ name: String, _ definition: JSON.Object, _ builtIn: BuiltIn
  ) throws(InvalidParams) -> any ToolKind {
    try builtIn.tool(
      id: id, name: name, config: definition["config"]?.object ?? [:],
      lockedFields: definition["locked_fields"].flatMap { [String](wire: $0) } ?? [],
      description: definition["description"]?.string, inputSchema: definition["input_schema"])
  }

  private func builtIn(_ provider: String) throws(InvalidParams) -> BuiltIn {
    guard let found = builtIns.first(where: { $0.provider == provider }) else {
      let near = NearestNames.of(provider, among: builtIns.map(\.provider))
      throw InvalidParams(
        "provider",
        "must be one that builtin/list names, not \"\(provider.prefix(64))\" (the nearest are: \(near.joined(separator: ", ")))"
      )
    }
    return found
  }

  /// A registered tool, ready to be called; `connection` is the account that the call may use, where it needs one.
  /// - Throws: ``InvalidParams`` where the catalog no longer has what it was made of.
  func entry(_ row: ToolRow, _ connection: ConnectionRow? = nil) throws(InvalidParams)
    -> Toolbox.Entry
  {
    let prefix = LocalDatabase.secretPrefix(row.id)
    if row.kind == ToolDefinition.Kind.webhook.rawValue {
      let tool = try webhook(row.id, row.name, row.definition)
      let place = prefix + WebhookTool.secretName
      return Toolbox.Entry(
        tool.definition, .tool(tool), secretNames: [WebhookTool.secretName: place],
        policy: row.policy)
    }
    let builtIn = try self.builtIn(row.definition["provider"]?.string ?? "")
    guard row.isPerUser else {
      let tool = try self.builtIn(row.id, row.name, row.definition, builtIn)
      let names = row.definition["secrets"].flatMap { [String](wire: $0) } ?? []
      return Toolbox.Entry(
        tool.definition, .tool(tool), secretNames: Self.places(names, prefix), policy: row.policy)
    }
    var definition = row.definition
    if let connection { definition["config"] = .object(connection.config) }
    let tool = try self.builtIn(row.id, row.name, definition, builtIn)
    return Toolbox.Entry(
      tool.definition, connection == nil ? .notConnected : .tool(tool),
      secretNames: connection.map { Self.places($0.secretNames, $0.secretPrefix) } ?? [:],
      policy: row.policy)
  }

  private static func places(_ names: [String], _ prefix: String) -> [String: String] {
    Dictionary(names.map { ($0, prefix + $0) }, uniquingKeysWith: { first, _ in first })
  }
}

extension ToolDefinition {
  fileprivate var undeclaredLocks: [String] {
    locks.undeclared.map {
      "lock_input_fields: \"\($0)\" is not declared by input_schema, so the lock fills nothing"
    }
  }
}
