package import Domain
import GRDB
import Synchronization
package import Wire

/// A registered tool. What its definition must be is the business of the room that runs it.
package struct ToolRow: Sendable, Equatable {
  package let id: ToolID
  package let name: String
  package let kind: String
  package let definition: JSON.Object
  package let createdAt: Milliseconds
  package let updatedAt: Milliseconds
  /// A tool's row.
  package init(
    id: ToolID, name: String, kind: String, definition: JSON.Object, createdAt: Milliseconds,
    updatedAt: Milliseconds
  ) {
    self.id = id
    self.name = name
    self.kind = kind
    self.definition = definition
    self.createdAt = createdAt
    self.updatedAt = updatedAt
  }
}

extension LocalDatabase {
  /// Stores a new tool with its sealed secrets.
  /// - Throws: `conflict` where its name is in use.
  package func insertTool(_ tool: ToolRow, secrets: [SealedSecret] = []) async throws {
    try await configure { transaction in
      try Self.checkName(transaction.db, tool)
      try ToolTable.insert(transaction.db, tool)
      for secret in secrets { try SecretTable.upsert(transaction.db, secret) }
    }
  }
  /// Changes a tool and, where they are given, replaces its secrets. Approvals given for further calls hold no longer.
  /// - Throws: `not_found`; `conflict` where its new name is in use.
  package func updateTool(_ tool: ToolRow, secrets: [SealedSecret]? = nil) async throws {
    try await configure { transaction in
      try Self.checkName(transaction.db, tool)
      guard try ToolTable.update(transaction.db, tool) else {
        throw QlaudError.notFound("tool", tool.id)
      }
      try ApprovalTable.endStanding(transaction.db, tool: tool.id)
      guard let secrets else { return }
      try SecretTable.delete(transaction.db, prefix: Self.secretPrefix(tool.id))
      for secret in secrets { try SecretTable.upsert(transaction.db, secret) }
    }
    if secrets != nil { try await checkpoint() }
  }
  /// What the names of a tool's secrets begin with.
  package static func secretPrefix(_ tool: ToolID) -> String { "\(toolSecrets)\(tool)/" }
  /// What the names of all tools' secrets begin with.
  package static let toolSecrets = "tool/"

  private static func checkName(_ db: Database, _ tool: ToolRow) throws {
    if let other = try ToolTable.get(db, named: tool.name), other.id != tool.id {
      throw QlaudError.conflict("name: \"\(tool.name)\" is the name of tool \(other.id)")
    }
  }
  /// The tool of that id.
  /// - Throws: `not_found`.
  package func tool(_ id: ToolID) async throws -> ToolRow {
    guard let tool = try look({ try ToolTable.get($0, id) }) else {
      throw QlaudError.notFound("tool", id)
    }
    return tool
  }
  /// The tool of that name; nil where there is none.
  package func tool(named name: String) async throws -> ToolRow? {
    try look { try ToolTable.get($0, named: name) }
  }
  /// Whether any tool is registered.
  package func hasTools() async throws -> Bool { try look { try ToolTable.hasAny($0) } }
  /// All tools, by name.
  package func tools() async throws -> [ToolRow] { try readHere { try ToolTable.all($0) } }
  /// Forgets a tool and its secrets, whose bytes are overwritten.
  /// - Throws: `not_found`.
  package func deleteTool(_ id: ToolID) async throws {
    try await configure { transaction in
      guard try ToolTable.delete(transaction.db, id) else { throw QlaudError.notFound("tool", id) }
      try ApprovalTable.endStanding(transaction.db, tool: id)
      try SecretTable.delete(transaction.db, prefix: Self.secretPrefix(id))
    }
    try await checkpoint()
  }
}
