import Domain
import GRDB
import Wire

/// One statement a function on `keys`.
enum KeyTable {
  private static let columns = """
    id, name, prefix, scope, end_user_id, max_spend, period, expires_at, models, created_at, \
    last_used_at, revoked_at, offline
    """

  private static func read(_ columns: inout Columns) throws -> Key {
    Key(
      id: try columns.id(), name: try columns.text(), prefix: try columns.text(),
      scope: try columns.choice(), endUserID: columns.optionalText(),
      maxSpend: try columns.optionalInt(), period: try columns.choice(),
      expiresAt: try columns.optionalInt(),
      models: try columns.optionalJSON()?.array?.compactMap(\.string),
      createdAt: try columns.int(), lastUsedAt: try columns.optionalInt(),
      revokedAt: try columns.optionalInt(), offline: try columns.optionalChoice())
  }

  private static func json(_ models: [String]?) -> JSON? {
    models.map { .array($0.map(JSON.string)) }
  }

  static func insert(_ db: Database, _ key: Key, hash: [UInt8]) throws {
    try db.run(
      """
      INSERT INTO keys (\(columns), hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      """, key.id, key.name, key.prefix, key.scope, key.endUserID, key.maxSpend, key.period,
      key.expiresAt, json(key.models), key.createdAt, key.lastUsedAt, key.revokedAt, key.offline,
      hash)
  }

  static func get(_ db: Database, _ id: KeyID) throws -> Key? {
    try db.one("SELECT \(columns) FROM keys WHERE id = ?", id, read: read)
  }
  static func get(_ db: Database, hash: [UInt8]) throws -> Key? {
    try db.one("SELECT \(columns) FROM keys WHERE hash = ?", hash, read: read)
  }
  static func all(_ db: Database) throws -> [Key] {
    try db.all("SELECT \(columns) FROM keys ORDER BY created_at, id", read: read)
  }

  static func update(_ db: Database, _ key: Key) throws {
    try db.run(
      """
      UPDATE keys SET name = ?, end_user_id = ?, max_spend = ?, period = ?, expires_at = ?, models = ?,
        offline = ?
      WHERE id = ?
      """, key.name, key.endUserID, key.maxSpend, key.period, key.expiresAt, json(key.models),
      key.offline, key.id)
  }

  static func revoke(_ db: Database, _ id: KeyID, at time: Milliseconds) throws {
    try db.run("UPDATE keys SET revoked_at = ifnull(revoked_at, ?) WHERE id = ?", time, id)
  }
  static func touch(_ db: Database, _ id: KeyID, at time: Milliseconds) throws {
    try db.run(
      "UPDATE keys SET last_used_at = max(ifnull(last_used_at, 0), ?) WHERE id = ?", time, id)
  }
}
