import GRDB
import Wire

/// One statement a function on `settings`.
enum SettingTable {
  static func get(_ db: Database, _ name: String) throws -> JSON? {
    try db.one("SELECT value FROM settings WHERE name = ?", name) { try $0.json() }
  }
  static func all(_ db: Database) throws -> JSON.Object {
    JSON.Object(
      try db.all("SELECT name, value FROM settings ORDER BY name") { row in
        JSON.Object.Member(key: try row.text(), value: try row.json())
      })
  }
  static func set(_ db: Database, _ name: String, _ value: JSON) throws {
    try db.run(
      "INSERT INTO settings VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
      name, value)
  }
  static func delete(_ db: Database, _ name: String) throws {
    try db.run("DELETE FROM settings WHERE name = ?", name)
  }
}
