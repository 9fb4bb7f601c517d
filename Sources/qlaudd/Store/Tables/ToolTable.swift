import Domain
import GRDB
import Wire

/// One statement a function on `tools`.
enum ToolTable {
  private static let columns = "id, name, kind, definition, created_at, updated_at"

  private static func read(_ columns: inout Columns) throws -> ToolRow {
    ToolRow(
      id: try columns.id(), name: try columns.text(), kind: try columns.text(),
      definition: try columns.object(), createdAt: try columns.int(), updatedAt: try columns.int())
  }

  static func insert(_ db: Database, _ tool: ToolRow) throws {
    try db.run(
      "INSERT INTO tools (\(columns)) VALUES (?, ?, ?, ?, ?, ?)", tool.id, tool.name, tool.kind,
      tool.definition, tool.createdAt, tool.updatedAt)
  }
  static func update(_ db: Database, _ tool: ToolRow) throws -> Bool {
    try db.run(
      "UPDATE tools SET name = ?, kind = ?, definition = ?, updated_at = ? WHERE id = ?", tool.name,
      tool.kind, tool.definition, tool.updatedAt, tool.id) == 1
  }
  static func get(_ db: Database, _ id: ToolID) throws -> ToolRow? {
    try db.one("SELECT \(columns) FROM tools WHERE id = ?", id, read: read)
  }
  static func get(_ db: Database, named name: String) throws -> ToolRow? {
    try db.one("SELECT \(columns) FROM tools WHERE name = ?", name, read: read)
  }
  static func all(_ db: Database) throws -> [ToolRow] {
    try db.all("SELECT \(columns) FROM tools ORDER BY name", read: read)
  }
  static func hasAny(_ db: Database) throws -> Bool {
    try db.number("SELECT 1 FROM tools LIMIT 1") != nil
  }
  static func delete(_ db: Database, _ id: ToolID) throws -> Bool {
    try db.run("DELETE FROM tools WHERE id = ?", id) == 1
  }
}
