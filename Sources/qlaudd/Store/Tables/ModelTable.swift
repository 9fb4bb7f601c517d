import Domain
import GRDB
import Wire

/// One statement a function on `models` and `model_aliases`.
enum ModelTable {
  private static func read(_ columns: inout Columns) throws -> ModelRow {
    ModelRow(
      slug: try columns.text(), provider: try columns.text(), upstreamName: try columns.text(),
      aliases: try columns.json().array?.compactMap(\.string) ?? [],
      details: try columns.object(), updatedAt: try columns.int())
  }
  private static let select = """
    SELECT slug, provider, upstream_name,
      (SELECT json_group_array(alias) FROM
        (SELECT alias FROM model_aliases WHERE slug = models.slug ORDER BY alias)),
      details, updated_at
    FROM models
    """

  static func set(_ db: Database, _ model: ModelRow) throws {
    try db.run(
      """
      INSERT INTO models (slug, provider, upstream_name, details, updated_at) VALUES (?, ?, ?, ?, ?)
      ON CONFLICT (slug) DO UPDATE SET provider = excluded.provider,
        upstream_name = excluded.upstream_name, details = excluded.details,
        updated_at = excluded.updated_at
      """, model.slug, model.provider, model.upstreamName, model.details, model.updatedAt)
  }
  static func deleteAliases(_ db: Database, of slug: String) throws {
    try db.run("DELETE FROM model_aliases WHERE slug = ?", slug)
  }
  static func addAlias(_ db: Database, _ alias: String, of slug: String) throws {
    try db.run("INSERT INTO model_aliases (alias, slug) VALUES (?, ?)", alias, slug)
  }
  static func slug(_ db: Database, alias: String) throws -> String? {
    try db.one("SELECT slug FROM model_aliases WHERE alias = ?", alias) { try $0.text() }
  }
  static func get(_ db: Database, _ slug: String) throws -> ModelRow? {
    try db.one("\(select) WHERE slug = ?", slug, read: read)
  }
  static func all(_ db: Database) throws -> [ModelRow] {
    try db.all("\(select) ORDER BY slug", read: read)
  }
  static func delete(_ db: Database, _ slug: String) throws -> Bool {
    try db.run("DELETE FROM models WHERE slug = ?", slug) == 1
  }
}
