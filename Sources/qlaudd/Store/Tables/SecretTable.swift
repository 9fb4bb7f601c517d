import Domain
import GRDB

/// One statement a function on `secrets` and `vault`.
enum SecretTable {
  static func upsert(_ db: Database, _ secret: SealedSecret) throws {
    try db.run(
      """
      INSERT INTO secrets (name, id, kind, sealed, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?)
      ON CONFLICT (name) DO UPDATE SET id = excluded.id, kind = excluded.kind,
        sealed = excluded.sealed, updated_at = excluded.updated_at
      """, secret.name, secret.id, secret.kind, secret.sealed, secret.createdAt, secret.updatedAt)
  }

  static func get(_ db: Database, _ name: String) throws -> SealedSecret? {
    try db.one(
      "SELECT id, name, kind, sealed, created_at, updated_at FROM secrets WHERE name = ?", name
    ) { row in
      SealedSecret(
        id: try row.text(), name: try row.text(), kind: try row.text(), sealed: try row.bytes(),
        createdAt: try row.int(), updatedAt: try row.int())
    }
  }

  static func all(_ db: Database) throws -> [SecretInfo] {
    try db.all("SELECT id, name, kind, created_at, updated_at FROM secrets ORDER BY name") { row in
      SecretInfo(
        id: try row.text(), name: try row.text(), kind: try row.text(), createdAt: try row.int(),
        updatedAt: try row.int())
    }
  }

  static func delete(_ db: Database, _ name: String) throws -> Bool {
    try db.run("DELETE FROM secrets WHERE name = ?", name) == 1
  }

  /// Deletes all whose names begin so.
  static func delete(_ db: Database, prefix: String) throws {
    try db.run("DELETE FROM secrets WHERE substr(name, 1, length(?1)) = ?1", prefix)
  }

  static func header(_ db: Database) throws -> [UInt8]? {
    try db.one("SELECT header FROM vault") { try $0.bytes() }
  }
  static func setHeader(_ db: Database, _ header: [UInt8]) throws {
    try db.run(
      "INSERT INTO vault VALUES (1, ?) ON CONFLICT (id) DO UPDATE SET header = excluded.header",
      header)
  }
}
