package import Domain
import GRDB
package import Wire

/// An account at an outside service that one owner has lent to a tool.
package struct ConnectionRow: Sendable, Equatable {
  package let id: String
  package let toolID: ToolID
  package let owner: AccountOwner
  /// The configuration without secrets.
  package let config: JSON.Object
  /// Names of the secrets that the vault keeps under ``secretPrefix``.
  package let secretNames: [String]
  package let createdAt: Milliseconds
  /// A connection's row.
  package init(
    id: String, toolID: ToolID, owner: AccountOwner, config: JSON.Object, secretNames: [String],
    createdAt: Milliseconds
  ) {
    self.id = id
    self.toolID = toolID
    self.owner = owner
    self.config = config
    self.secretNames = secretNames
    self.createdAt = createdAt
  }
  /// What the names of its secrets begin with. They lie among those of the tool, so they go with it.
  package var secretPrefix: String { "\(LocalDatabase.secretPrefix(toolID))connection/\(id)/" }
}

extension LocalDatabase {
  /// Stores a connection with its sealed secrets, in the place of an older one of the same owner.
  /// - Throws: `not_found` where the tool was deleted meanwhile.
  package func setConnection(_ connection: ConnectionRow, secrets: [SealedSecret]) async throws {
    try await configure { transaction in
      guard try ToolTable.get(transaction.db, connection.toolID) != nil else {
        throw QlaudError.notFound("tool", connection.toolID)
      }
      try Self.drop(transaction.db, tool: connection.toolID, owner: connection.owner)
      try ConnectionTable.insert(transaction.db, connection)
      for secret in secrets { try SecretTable.upsert(transaction.db, secret) }
    }
    try await checkpoint()
  }

  /// Forgets a connection and its secrets, whose bytes are overwritten; false where there is none.
  package func deleteConnection(tool: ToolID, owner: AccountOwner) async throws -> Bool {
    let isFound = try await configure { try Self.drop($0.db, tool: tool, owner: owner) }
    if isFound { try await checkpoint() }
    return isFound
  }

  @discardableResult
  private static func drop(_ db: Database, tool: ToolID, owner: AccountOwner) throws -> Bool {
    guard let old = try ConnectionTable.get(db, tool: tool, owner: owner) else { return false }
    try SecretTable.delete(db, prefix: old.secretPrefix)
    try ConnectionTable.delete(db, old.id)
    return true
  }

  /// The connections of one owner, by the tools' ids.
  package func connections(of owner: AccountOwner) async throws -> [ToolID: ConnectionRow] {
    let rows = try readHere { try ConnectionTable.all($0, of: owner) }
    return Dictionary(rows.map { ($0.toolID, $0) }, uniquingKeysWith: { first, _ in first })
  }
}
