import Domain
import GRDB

/// One statement a function on `search_models`, `search_vectors` and `search_codes`.
enum VectorTable {
  /// Where the keys of a model's vectors begin: the number of the document is added.
  static func keys(of model: Int64) -> Int64 { model << 40 }

  static func model(_ db: Database, named name: String) throws -> VectorModel? {
    try db.one("SELECT number, dimension, through FROM search_models WHERE name = ?", name) { row in
      VectorModel(
        number: try row.int(), name: name, dimension: try row.count(), through: try row.int())
    }
  }

  static func addModel(_ db: Database, named name: String) throws {
    try db.run(
      "INSERT INTO search_models (name, dimension, through) VALUES (?, 0, 0)", name)
  }

  /// - Returns: false where somebody else has moved it meanwhile.
  static func advance(
    _ db: Database, _ model: Int64, from: Int64, through: Int64, dimension: Int
  ) throws -> Bool {
    try db.run(
      """
      UPDATE search_models SET through = ?, dimension = max(dimension, ?)
      WHERE number = ? AND through = ?
      """, through, dimension, model, from) > 0
  }

  /// Brings the places back to the newest document: the numbers of erased ones are given again.
  static func noteRemoval(_ db: Database) throws {
    try db.run(
      """
      UPDATE search_models
      SET through = min(through, (SELECT coalesce(max(id), 0) FROM search_docs))
      """)
  }

  static func insert(_ db: Database, _ model: Int64, _ vector: StoredVector) throws {
    try db.run(
      "INSERT OR REPLACE INTO search_vectors VALUES (?, ?)", keys(of: model) + vector.id,
      vector.vector)
    try db.run(
      "INSERT OR REPLACE INTO search_codes VALUES (?, ?, ?)", model, vector.id, vector.code)
  }

  /// Takes a document's vectors out, of every model.
  static func delete(_ db: Database, _ id: Int64) throws {
    for model in try db.all("SELECT number FROM search_models", read: { try $0.int() }) {
      try db.run("DELETE FROM search_vectors WHERE key = ?", keys(of: model) + id)
      try db.run("DELETE FROM search_codes WHERE model = ? AND id = ?", model, id)
    }
  }

  static func deleteAll(_ db: Database) throws {
    try db.run("DELETE FROM search_vectors")
    try db.run("DELETE FROM search_codes")
    try db.run("UPDATE search_models SET through = 0")
  }

  /// What a function makes of the vectors of some documents; those without one are left out.
  static func scores(
    _ db: Database, _ model: Int64, _ ids: [Int64], _ score: VectorScore
  ) throws -> [(id: Int64, score: Float)] {
    try db.all(
      """
      SELECT j.value, v.vector FROM json_each(?) j CROSS JOIN search_vectors v ON v.key = ? + j.value
      """, list(ids.sorted()), keys(of: model)
    ) { (id: try $0.int(), score: $0.withOptionalBytes(score) ?? 0) }
  }

  /// Codes of messages that can be found, in the order of their numbers, with whose they are.
  static func codes(_ db: Database, _ model: Int64, after id: Int64, limit: Int) throws
    -> [StoredCode]
  {
    try db.all(
      """
      SELECT c.id, c.code, d.thread, d.role, d.created_at, t.key_id, t.end_user_id, t.deleted_at
      FROM search_codes c CROSS JOIN search_docs d ON d.id = c.id
      CROSS JOIN search_threads s ON s.number = d.thread CROSS JOIN threads t ON t.id = s.thread_id
      WHERE c.model = ? AND c.id > ? ORDER BY c.id LIMIT ?
      """, model, id, limit
    ) { row in
      StoredCode(
        id: try row.int(), code: try row.bytes(), threadNumber: try row.int(),
        role: try row.choice(), createdAt: try row.int(), keyID: try row.id(),
        endUserID: row.optionalText(), isDeleted: try row.optionalInt() != nil)
    }
  }

  /// Documents that a model has not seen yet, in the order of their numbers.
  static func unseen(_ db: Database, after id: Int64, limit: Int) throws -> [(Int64, Bool)] {
    try db.all(
      "SELECT id, has_meaning FROM search_docs WHERE id > ? ORDER BY id LIMIT ?", id, limit
    ) { (try $0.int(), try $0.bool()) }
  }

  static func count(_ db: Database, after id: Int64) throws -> Int {
    Int(
      try db.number(
        "SELECT count(*) FROM search_docs WHERE id > ? AND has_meaning = 1", id) ?? 0)
  }
}
