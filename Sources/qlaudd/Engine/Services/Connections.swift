package import Domain
import Store
import Tools
package import Wire

/// End-users' own accounts at outside services, lent to tools that are registered with `auth_mode: per_user`. Credentials
/// come from people through here and never from a model.
package struct Connections: Sendable {
  let core: Core

  /// Where one tool stands for one end-user.
  package struct Standing: Sendable {
    /// The tool's name.
    package let tool: String
    package let provider: String
    package let isConnected: Bool
    package let connectedAt: Milliseconds?
    /// JSON Schema of what the end-user gives; members with `format: "password"` are secret.
    package let credentialsSchema: JSON
  }

  private static let secretKind = "tool"

  /// All tools that work with accounts of end-users.
  package func list(endUser: String?, as principal: Principal) async throws -> [Standing] {
    try await standings(of: try principal.accountOwner(endUser))
  }

  /// One tool, by its name or id.
  /// - Throws: ``QlaudError`` `not_found`, `invalid_params` for a tool that needs no accounts.
  package func status(_ tool: String, endUser: String?, as principal: Principal) async throws
    -> Standing
  {
    let owner = try principal.accountOwner(endUser)
    let row = try await perUser(tool)
    return try standing(row, try await core.store.connections(of: owner)[row.id])
  }

  /// Seals what an end-user gives and lends it to the tool, in the place of what was there.
  /// - Throws: ``QlaudError`` `not_found`, `invalid_params` naming the credential, `vault_locked`.
  package func connect(
    _ tool: String, credentials: JSON.Object, endUser: String?, as principal: Principal
  ) async throws -> Standing {
    let owner = try principal.accountOwner(endUser)
    let row = try await perUser(tool)
    let configured: BuiltIn.Configuration
    do throws(InvalidParams) {
      configured = try builtIn(row).connect(credentials)
    } catch { throw QlaudError(error) }
    let connection = ConnectionRow(
      id: core.source.uuid(), toolID: row.id, owner: owner, config: configured.config,
      secretNames: configured.secrets.keys.sorted(), createdAt: core.source.now())
    let sealed = try configured.secrets.map { name, value in
      try core.keeper.seal(connection.secretPrefix + name, kind: Self.secretKind, value: value)
    }
    try await core.store.setConnection(connection, secrets: sealed)
    return try standing(row, connection)
  }

  /// Forgets what the end-user gave; the bytes are overwritten.
  package func disconnect(_ tool: String, endUser: String?, as principal: Principal) async throws
    -> Standing
  {
    let owner = try principal.accountOwner(endUser)
    let row = try await perUser(tool)
    _ = try await core.store.deleteConnection(tool: row.id, owner: owner)
    return try standing(row, nil)
  }

  private func standings(of owner: AccountOwner) async throws -> [Standing] {
    let connections = try await core.store.connections(of: owner)
    return try await core.store.tools().filter(\.isPerUser).map {
      try standing($0, connections[$0.id])
    }
  }

  private func perUser(_ name: String) async throws -> ToolRow {
    let rows = try await core.store.tools()
    guard let row = rows.first(where: { $0.name == name || $0.id.rawValue == name }) else {
      let near = ToolShelf.unknown(name, among: rows.map(\.name), what: "registered")
      throw QlaudError(.notFound, near, details: ["what": "tool"])
    }
    guard row.isPerUser else {
      throw QlaudError.invalid(
        "tool", "\"\(row.name)\" works with its own configuration; there is nothing to connect")
    }
    return row
  }

  private func builtIn(_ row: ToolRow) throws(InvalidParams) -> BuiltIn {
    let provider = row.definition["provider"]?.string
    guard let found = try core.builtIns.first(where: { $0.provider == provider }) else {
      throw InvalidParams("tool", "the catalog no longer has \(provider ?? "it")")
    }
    return found
  }

  private func standing(_ row: ToolRow, _ connection: ConnectionRow?) throws -> Standing {
    do throws(InvalidParams) {
      let builtIn = try builtIn(row)
      return Standing(
        tool: row.name, provider: builtIn.provider, isConnected: connection != nil,
        connectedAt: connection?.createdAt, credentialsSchema: builtIn.configSchema)
    } catch { throw QlaudError(error) }
  }
}

extension Connections {
  /// What a model is told that calls a tool before its user has lent an account.
  static func notConnected(_ tool: String) -> String {
    "the call was not made: the user has not connected an account for \"\(tool)\"; see "
      + MetaTool.manageConnections.rawValue
  }

  /// What `qlaud_manage_connections` answers.
  func answer(_ action: MetaTool.ConnectionAction, _ name: String?, for owner: AccountOwner)
    async throws -> ToolResult
  {
    if action == .list {
      let all = try await standings(of: owner).map { standing in
        JSON.object(["tool": .string(standing.tool), "status": Self.status(standing.isConnected)])
      }
      return ToolResult(output: ["tools": .array(all)])
    }
    let row: ToolRow
    do { row = try await perUser(name ?? "") } catch let error as QlaudError {
      guard error.kind == .notFound || error.kind == .invalidParams else { throw error }
      return .failure(error.message)
    }
    var isConnected = try await core.store.connections(of: owner)[row.id] != nil
    if action == .disconnect {
      _ = try await core.store.deleteConnection(tool: row.id, owner: owner)
      isConnected = false
    }
    if action == .connect, !isConnected {
      return ToolResult(
        output: [
          "tool": .string(row.name), "status": "not_connected",
          "error":
            "The user must give the credentials to the app they use, which sends them with connection/connect. Do not ask for them here.",
        ], isError: true)
    }
    return ToolResult(output: ["tool": .string(row.name), "status": Self.status(isConnected)])
  }

  private static func status(_ isConnected: Bool) -> JSON { ToolShelf.status(isConnected) }
}

extension Principal {
  /// Whose accounts a request without a thread means.
  /// - Throws: ``QlaudError`` `forbidden` where the key is bound to another end-user.
  func accountOwner(_ asked: String?) throws -> AccountOwner {
    try endUser(asked).map(AccountOwner.endUser) ?? .key(keyID)
  }
}
