import Domain
import GRDB

/// One statement a function: documents with their vectors.
enum SearchPassageTable {
  private static let columns = """
    d.id, d.thread, d.seq, d.role, d.created_at, d.has_meaning, d.terms, v.vector
    """

  private static func read(_ row: inout Columns) throws -> SearchPassage {
    try read(&row, score: nil)
  }

  private static func read(_ row: inout Columns, score: VectorScore?) throws -> SearchPassage {
    SearchPassage(
      id: try row.int(), threadNumber: try row.int(), seq: try row.int(), role: try row.choice(),
      createdAt: try row.int(), hasMeaning: try row.bool(), terms: try row.bytes(),
      vector: score == nil ? try row.optionalBytes() : nil,
      score: score.flatMap { row.withOptionalBytes($0) })
  }

  /// Some documents and those around them, each once: those of `reach` places before and after.
  static func around(
    _ db: Database, _ ids: [Int64], reach: Int64, notAfter: Int64, model: Int64,
    score: VectorScore?
  ) throws -> [SearchPassage] {
    var seen: Set<Int64> = []
    return try db.all(
      """
      SELECT \(columns) FROM json_each(?1) j CROSS JOIN search_docs h ON h.id = j.value
      CROSS JOIN search_docs d ON d.thread = h.thread AND d.seq BETWEEN h.seq - ?2 AND h.seq + ?2
        AND +d.id <= ?3
      LEFT JOIN search_vectors v ON v.key = ?4 + d.id
      """, list(ids.sorted()), reach, notAfter, VectorTable.keys(of: model)
    ) { row -> SearchPassage? in
      // What stands around two of them comes twice.
      guard try seen.insert(row.first()).inserted else { return nil }
      return try read(&row, score: score)
    }.compactMap(\.self)
  }

  /// Documents of a thread between two places.
  static func between(
    _ db: Database, thread: Int64, from: MessageSeq, through: MessageSeq, notAfter: Int64,
    model: Int64
  ) throws -> [SearchPassage] {
    try db.all(
      """
      SELECT \(columns) FROM search_docs d
      LEFT JOIN search_vectors v ON v.key = ? + d.id
      WHERE d.thread = ? AND d.seq BETWEEN ? AND ? AND d.id <= ? ORDER BY d.seq
      """, VectorTable.keys(of: model), thread, from, through, notAfter, read: read)
  }

  /// All documents that a filter's key and end-user may see.
  static func visible(_ db: Database, _ filter: SearchFilter, model: Int64) throws
    -> [SearchPassage]
  {
    try db.all(
      """
      SELECT \(columns) FROM search_docs d
      JOIN search_threads s ON s.number = d.thread JOIN threads t ON t.id = s.thread_id
      LEFT JOIN search_vectors v ON v.key = ?1 + d.id
      WHERE t.deleted_at IS NULL AND (?2 IS NULL OR t.key_id = ?2)
        AND (?3 IS NULL OR t.end_user_id = ?3) AND (?4 IS NULL OR d.id <= ?4)
      """, VectorTable.keys(of: model), filter.visibleTo, filter.endUserID, filter.through,
      read: read)
  }

  static func count(_ db: Database, thread: Int64) throws -> Int {
    Int(try db.number("SELECT count(*) FROM search_docs WHERE thread = ?", thread) ?? 0)
  }
}
