import Domain
import GRDB
import Wire

/// One statement a function on `providers`.
enum ProviderTable {
  private static let columns = "name, base_url, shape, secret_name, headers, updated_at"

  private static func read(_ columns: inout Columns) throws -> Provider {
    Provider(
      name: try columns.text(), baseURL: try columns.text(), shape: try columns.choice(),
      secretName: columns.optionalText(),
      headers: try columns.json().array?.compactMap { pair in
        guard let name = pair[0]?.string, let value = pair[1]?.string else { return nil }
        return HeaderField(name, value)
      } ?? [], updatedAt: try columns.int())
  }

  static func set(_ db: Database, _ provider: Provider) throws {
    let headers = JSON.array(provider.headers.map { [.string($0.name), .string($0.value)] })
    try db.run(
      """
      INSERT INTO providers (\(columns)) VALUES (?, ?, ?, ?, ?, ?)
      ON CONFLICT (name) DO UPDATE SET base_url = excluded.base_url, shape = excluded.shape,
        secret_name = excluded.secret_name, headers = excluded.headers,
        updated_at = excluded.updated_at
      """, provider.name, provider.baseURL, provider.shape, provider.secretName, headers,
      provider.updatedAt)
  }

  static func get(_ db: Database, _ name: String) throws -> Provider? {
    try db.one("SELECT \(columns) FROM providers WHERE name = ?", name, read: read)
  }
  static func all(_ db: Database) throws -> [Provider] {
    try db.all("SELECT \(columns) FROM providers ORDER BY name", read: read)
  }
  /// A provider that names the secret.
  static func using(_ db: Database, secret: String) throws -> String? {
    try db.one("SELECT name FROM providers WHERE secret_name = ? LIMIT 1", secret) { try $0.text() }
  }
  static func delete(_ db: Database, _ name: String) throws -> Bool {
    try db.run("DELETE FROM providers WHERE name = ?", name) == 1
  }
}
