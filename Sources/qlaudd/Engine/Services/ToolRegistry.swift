package import Domain
import Store
import Tools
package import Wire

/// Registered tools, and the answers of tools that clients run.
package struct ToolRegistry: Sendable {
  let core: Core

  /// What a tool is to be.
  package struct Draft: Sendable {
    package var name: String
    package var description: String?
    /// JSON Schema of the input.
    package var inputSchema: JSON.Object?
    package var webhookURL: String?
    /// Of a webhook.
    package var timeoutMilliseconds: Int?
    /// Of a webhook: input keys that come from the thread.
    package var lockedFields: [String]
    /// A slug of the catalog of built-in tools.
    package var provider: String?
    /// Of a built-in tool, secrets included.
    package var config: JSON.Object?
    package var policy: ToolPolicy
    /// Of a built-in tool: whether each end-user lends an account.
    package var isPerUser: Bool
    /// A tool to be registered.
    package init(
      name: String, description: String?, inputSchema: JSON.Object?, webhookURL: String?,
      timeoutMilliseconds: Int?, lockedFields: [String], provider: String?, config: JSON.Object?,
      policy: ToolPolicy, isPerUser: Bool = false
    ) {
      self.name = name
      self.description = description
      self.inputSchema = inputSchema
      self.webhookURL = webhookURL
      self.timeoutMilliseconds = timeoutMilliseconds
      self.lockedFields = lockedFields
      self.provider = provider
      self.config = config
      self.policy = policy
      self.isPerUser = isPerUser
    }
  }

  /// What an update does to a tool; nil leaves.
  package struct Update: Sendable {
    package var name: String?
    package var description: String?
    package var inputSchema: JSON.Object?
    package var webhookURL: String?
    package var timeoutMilliseconds: Int?
    package var lockedFields: [String]?
    /// Takes the place of the old configuration as a whole, secrets included.
    package var config: JSON.Object?
    package var policy: ToolPolicy?
    /// A change.
    package init(
      name: String? = nil, description: String? = nil, inputSchema: JSON.Object? = nil,
      webhookURL: String? = nil, timeoutMilliseconds: Int? = nil, lockedFields: [String]? = nil,
      config: JSON.Object? = nil, policy: ToolPolicy? = nil
    ) {
      self.name = name
      self.description = description
      self.inputSchema = inputSchema
      self.webhookURL = webhookURL
      self.timeoutMilliseconds = timeoutMilliseconds
      self.lockedFields = lockedFields
      self.config = config
      self.policy = policy
    }
  }

  /// A tool as it is shown: without secrets, but for a webhook's own, once.
  package struct Shown: Sendable {
    package let id: ToolID
    package let name: String
    /// `http-call`, `webhook`, `builtin`.
    package let kind: String
    /// description, input_schema, and what belongs to the kind.
    package let definition: JSON.Object
    package let createdAt: Milliseconds
    package let updatedAt: Milliseconds
    /// A webhook's signing secret; at registration only.
    package let secret: String?
    /// What looks right but is not; at registration and update.
    package let warnings: [String]
  }

  /// Random bytes of a webhook's secret.
  private static let secretBytes = 32
  private static let secretKind = "tool"

  /// Registers a tool.
  /// - Throws: ``QlaudError`` `invalid_params` naming the field, `conflict` for a name in use, `vault_locked`.
  package func register(_ draft: Draft) async throws -> Shown {
    let id = ToolID(rawValue: "tool_" + Hex.text(core.source.randomBytes(16)))
    let made = try made(id, draft)
    try await checkMachine(draft.provider)
    var secrets = made.secrets ?? [:]
    var text: String?
    if made.kind == .webhook {
      let fresh = "wsk_" + Hex.text(core.source.randomBytes(Self.secretBytes))
      secrets[WebhookTool.secretName] = Secret(fresh.utf8)
      text = fresh
    }
    let now = core.source.now()
    let row = ToolRow(
      id: id, name: draft.name, kind: made.kind.rawValue, definition: made.definition,
      createdAt: now, updatedAt: now)
    try await core.store.insertTool(row, secrets: try sealed(secrets, of: id))
    return try shown(row, secret: text, warnings: made.warnings)
  }

  private func made(_ id: ToolID, _ draft: Draft) throws -> ToolMaker.Made {
    do throws(InvalidParams) {
      return try ToolMaker(builtIns: try core.builtIns).make(id, draft)
    } catch { throw QlaudError(error) }
  }

  private func sealed(_ secrets: [String: Secret], of id: ToolID) throws -> [SealedSecret] {
    let prefix = LocalDatabase.secretPrefix(id)
    return try secrets.map { name, value in
      try core.keeper.seal(prefix + name, kind: Self.secretKind, value: value)
    }
  }

  /// The tools, by name.
  package func list() async throws -> [Shown] { try await core.store.tools().map { try shown($0) } }

  /// One tool.
  package func get(_ id: ToolID) async throws -> Shown { try shown(try await core.store.tool(id)) }

  /// Changes a tool; what kind it is stays.
  /// - Throws: ``QlaudError`` `not_found`, `invalid_params`, `conflict` for a name in use.
  package func update(_ id: ToolID, _ update: Update) async throws -> Shown {
    let old = try await core.store.tool(id)
    let isWebhook = old.kind == ToolDefinition.Kind.webhook.rawValue
    let isForWebhooks =
      update.webhookURL != nil || update.timeoutMilliseconds != nil || update.lockedFields != nil
    if !isWebhook, isForWebhooks {
      throw QlaudError.invalid("webhook_url", "this tool is no webhook")
    }
    if isWebhook, update.config != nil {
      throw QlaudError.invalid("config", "this tool is a webhook and has none")
    }
    if old.isPerUser, update.config != nil {
      throw QlaudError.invalid("config", "each end-user of this tool brings their own")
    }
    guard isWebhook || update.config != nil else { return try await rename(old, update) }
    let made = try made(id, Self.draft(old, update))
    let row = changed(old, update.name ?? old.name, made.definition)
    defer { core.approvalAnswers.ring() }
    let secrets = try made.secrets.map { try sealed($0, of: id) }
    try await core.store.updateTool(row, secrets: secrets)
    return try shown(row, warnings: made.warnings)
  }

  /// A change that leaves the configuration and its secrets as they are.
  private func rename(_ old: ToolRow, _ update: Update) async throws -> Shown {
    var definition = old.definition
    if let text = update.description { definition["description"] = .string(text) }
    if let schema = update.inputSchema { definition["input_schema"] = .object(schema) }
    if let policy = update.policy { definition["policy"] = policy.json }
    let row = changed(old, update.name ?? old.name, definition)
    do throws(InvalidParams) {
      try ToolMaker.checkName(row.name)
      _ = try ToolMaker(builtIns: try core.builtIns).entry(row, nil)
    } catch { throw QlaudError(error) }
    try await core.store.updateTool(row)
    // Questions about it may be settled by its new policy.
    core.approvalAnswers.ring()
    return try shown(row)
  }

  private func changed(_ old: ToolRow, _ name: String, _ definition: JSON.Object) -> ToolRow {
    ToolRow(
      id: old.id, name: name, kind: old.kind, definition: definition, createdAt: old.createdAt,
      updatedAt: core.source.now())
  }

  private static func draft(_ old: ToolRow, _ update: Update) -> Draft {
    let stored = old.definition
    return Draft(
      name: update.name ?? old.name,
      description: update.description ?? stored["description"]?.string,
      inputSchema: update.inputSchema ?? stored["input_schema"]?.object,
      webhookURL: update.webhookURL ?? stored["webhook_url"]?.string,
      timeoutMilliseconds: update.timeoutMilliseconds
        ?? stored["timeout_ms"]?.int.map(Int.init(clamping:)),
      lockedFields: update.lockedFields
        ?? stored["lock_input_fields"].flatMap { [String](wire: $0) } ?? [],
      provider: stored["provider"]?.string, config: update.config,
      policy: update.policy ?? stored["policy"].flatMap(ToolPolicy.init(wire:)) ?? .auto)
  }

  /// Forgets a tool and wipes its secrets. A turn that runs goes on without it from its next step on.
  package func delete(_ id: ToolID) async throws {
    try await core.store.deleteTool(id)
    core.approvalAnswers.ring()
  }

  /// The catalog of built-in tools.
  package var builtIns: [JSON] {
    get async throws {
      var offered: [JSON] = []
      for builtIn in try core.builtIns where await builtIn.obstacle(core.outside) == nil {
        offered.append(builtIn.json)
      }
      return offered
    }
  }

  /// - Throws: ``QlaudError`` `invalid_params` where this machine cannot run what the tool is made of.
  private func checkMachine(_ provider: String?) async throws {
    for builtIn in try core.builtIns where builtIn.provider == provider {
      guard let obstacle = await builtIn.obstacle(core.outside) else { continue }
      throw QlaudError.invalid("provider", "\(builtIn.provider) cannot be used here: \(obstacle)")
    }
  }

  private func shown(_ row: ToolRow, secret: String? = nil, warnings: [String] = []) throws
    -> Shown
  {
    var definition: JSON.Object = [:]
    let builtIn = try core.builtIns.first { $0.provider == row.definition["provider"]?.string }
    definition["description"] = builtIn.map { .string($0.description) }
    definition["input_schema"] = builtIn?.inputSchema
    definition.merge(row.definition)
    return Shown(
      id: row.id, name: row.name, kind: row.kind, definition: definition,
      createdAt: row.createdAt, updatedAt: row.updatedAt, secret: secret, warnings: warnings)
  }
}

extension ToolRegistry {
  /// Bytes of a client's answer as JSON.
  package static let answerLimit = 1 << 20

  /// Takes the answer to a call of a tool that the client runs. The first answer wins.
  /// - Throws: ``QlaudError`` `not_found` where no such call waits: unknown, answered, or too late; `too_large`.
  package func answer(
    thread: ThreadID, toolUseID: String, output: JSON, isError: Bool, as principal: Principal
  ) async throws {
    _ = try await core.store.thread(thread, visibleTo: principal.visibleKey)
    guard output.bytes.count <= Self.answerLimit else {
      throw QlaudError(
        .tooLarge, "output: must be at most \(Self.answerLimit) bytes as JSON",
        details: ["field": "output", "limit": .integer(Self.answerLimit)])
    }
    try await core.store.answerToolCall(
      thread: thread, toolUseID: toolUseID, kind: ToolDefinition.Kind.client.rawValue,
      result: ToolResult(output: output).content, isError: isError
    ) { turn, call in [TurnEvents.toolDone(turn, call, output, isError: isError)] }
    core.toolAnswers.ring()
  }
}
