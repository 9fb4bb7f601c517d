import Domain
import GRDB
import Wire

/// One statement a function on `connections`.
enum ConnectionTable {
  private static let columns = "id, tool_id, end_user_id, key_id, config, secrets, created_at"

  private static func read(_ columns: inout Columns) throws -> ConnectionRow {
    let id = try columns.text()
    let tool: ToolID = try columns.id()
    let endUser = columns.optionalText()
    let key: KeyID? = columns.optionalID()
    guard let owner = endUser.map(AccountOwner.endUser) ?? key.map(AccountOwner.key) else {
      throw StorageError.damaged("a connection of nobody")
    }
    return ConnectionRow(
      id: id, toolID: tool, owner: owner, config: try columns.object(),
      secretNames: [String](wire: try columns.json()) ?? [], createdAt: try columns.int())
  }

  static func insert(_ db: Database, _ connection: ConnectionRow) throws {
    try db.run(
      "INSERT INTO connections (\(columns)) VALUES (?, ?, ?, ?, ?, ?, ?)", connection.id,
      connection.toolID, connection.owner.endUserID, connection.owner.keyID, connection.config,
      connection.secretNames.json, connection.createdAt)
  }

  static func get(_ db: Database, tool: ToolID, owner: AccountOwner) throws -> ConnectionRow? {
    try db.one(
      """
      SELECT \(columns) FROM connections
      WHERE tool_id = ? AND end_user_id IS ? AND key_id IS ?
      """, tool, owner.endUserID, owner.keyID, read: read)
  }

  static func all(_ db: Database, of owner: AccountOwner) throws -> [ConnectionRow] {
    try db.all(
      "SELECT \(columns) FROM connections WHERE end_user_id IS ? AND key_id IS ? ORDER BY id",
      owner.endUserID, owner.keyID, read: read)
  }

  static func delete(_ db: Database, _ id: String) throws {
    try db.run("DELETE FROM connections WHERE id = ?", id)
  }
}

extension AccountOwner {
  fileprivate var endUserID: String? { if case .endUser(let id) = self { id } else { nil } }
  fileprivate var keyID: KeyID? { if case .key(let id) = self { id } else { nil } }
}
