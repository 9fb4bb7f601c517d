import GRDB

/// One statement a function on `search_text`, the table of FTS5.
enum SearchTextTable {
  /// What a match in each column counts: body, whole, tool, scope.
  private static let columns = "1.0, 0.6, 0.3, 0.0"

  static func insert(_ db: Database, _ id: Int64, _ text: IndexedText, scope: String) throws {
    try db.run(
      "INSERT INTO search_text (rowid, body, whole, tool, scope) VALUES (?, ?, ?, ?, ?)", id,
      text.body, text.whole, text.tool, scope)
  }

  /// Takes a row out. The table keeps no texts: they must be the same as were put in.
  static func delete(_ db: Database, _ id: Int64, _ text: IndexedText, scope: String) throws {
    try db.run(
      """
      INSERT INTO search_text (search_text, rowid, body, whole, tool, scope)
      VALUES ('delete', ?, ?, ?, ?, ?)
      """, id, text.body, text.whole, text.tool, scope)
  }

  static func deleteAll(_ db: Database) throws {
    try db.run("INSERT INTO search_text (search_text) VALUES ('delete-all')")
  }

  /// Whether a row is in.
  static func contains(_ db: Database, _ id: Int64) throws -> Bool {
    try db.number("SELECT 1 FROM search_text WHERE rowid = ?", id) != nil
  }

  /// The same as ``deleteAll(_:)``, whatever state the table is in: what FTS5 reads before it listens to anything, its own
  /// settings and the structure of the index, is made that of an empty table first.
  static func reset(_ db: Database) throws {
    try db.run("INSERT OR IGNORE INTO search_text_config VALUES ('version', 4)")
    try db.run("INSERT OR REPLACE INTO search_text_data VALUES (10, x'00000000000000')")
    try deleteAll(db)
    for command in SchemaOfSearch.textSettings { try db.run(command) }
  }

  /// How the segments are on levels; nil where the record of it is not of the kind that is known, or malformed.
  static func levels(_ db: Database) throws -> SegmentLevels? {
    try db.one(
      "SELECT CAST(coalesce(block, '') AS BLOB) FROM search_text_data WHERE id = 10"
    ) { try $0.bytes() }.flatMap(SegmentLevels.init(record:))
  }

  /// Puts the segments on levels anew. Behind FTS5's back: no connection that has used the table may be the one that writes.
  static func setLevels(_ db: Database, _ levels: SegmentLevels) throws {
    try db.run("UPDATE search_text_data SET block = ? WHERE id = 10", levels.record)
  }

  /// Reads all that is in the index, on a connection that may be for reading only.
  /// - Returns: whether there is any word.
  /// - Throws: SQLite's complaint about the first thing that is malformed or missing.
  static func hasReadableWords(_ db: Database) throws -> Bool {
    try db.execute(
      sql: "CREATE VIRTUAL TABLE temp.all_words USING fts5vocab(main, search_text, 'row')")
    let words = try db.number("SELECT sum(cnt) FROM temp.all_words")
    try db.execute(sql: "DROP TABLE temp.all_words")
    return words ?? 0 > 0
  }

  static func count(_ db: Database) throws -> Int {
    Int(try db.number("SELECT count(*) FROM search_text_docsize") ?? 0)
  }

  /// Documents that should be in the index by now and are not, and rows of it that belong to no document.
  static func mismatches(_ db: Database) throws -> (missing: Int, stray: Int) {
    let missing = try db.number(
      """
      SELECT count(*) FROM search_docs d JOIN search_threads s ON s.number = d.thread
      JOIN threads t ON t.id = s.thread_id
      WHERE t.deleted_at IS NULL AND d.id <= (SELECT indexed_through FROM search_state)
        AND NOT EXISTS (SELECT 1 FROM search_text_docsize z WHERE z.id = d.id)
      """)
    let stray = try db.number(
      """
      SELECT count(*) FROM search_text_docsize z
      WHERE NOT EXISTS (SELECT 1 FROM search_docs d WHERE d.id = z.id)
      """)
    return (Int(missing ?? 0), Int(stray ?? 0))
  }

  /// Merges segments, as much as makes about that many pages; negative begins to merge all into one, which drops what was
  /// deleted.
  /// - Returns: whether there was anything to do.
  static func merge(_ db: Database, pages: Int) throws -> Bool {
    let before = db.totalChangesCount
    try db.run("INSERT INTO search_text (search_text, rank) VALUES ('merge', ?)", pages)
    // The statement itself counts as one change.
    return db.totalChangesCount - before > 1
  }

  /// The newest rows that match, with their scores.
  static func ranked(
    _ db: Database, _ match: String, weights: [UInt8], through: Int64, limit: Int
  ) throws -> [(id: Int64, score: Double)] {
    try db.all(
      """
      SELECT rowid, qlaud_rank(search_text, ?, \(columns)) FROM search_text
      WHERE search_text MATCH ? AND rowid <= ? ORDER BY rowid DESC LIMIT ?
      """, weights, match, through, limit
    ) { (try $0.int(), try $0.double()) }
  }

  /// The newest rows that match.
  static func newest(_ db: Database, _ match: String, limit: Int) throws -> [Int64] {
    try db.all(
      "SELECT rowid FROM search_text WHERE search_text MATCH ? ORDER BY rowid DESC LIMIT ?", match,
      limit
    ) { try $0.int() }
  }
}

/// One statement a function on `search_words`.
enum SearchWordTable {
  static func insert(_ db: Database, _ word: String) throws {
    try db.run("INSERT OR IGNORE INTO search_words VALUES (?)", word)
  }

  /// Those that are not listed, by the alphabet.
  static func missing(_ db: Database, _ words: Set<String>) throws -> [String] {
    try words.sorted().filter { try !contains(db, $0) }
  }

  static func delete(_ db: Database, _ word: String) throws {
    try db.run("DELETE FROM search_words WHERE word = ?", word)
  }

  static func deleteAll(_ db: Database) throws { try db.run("DELETE FROM search_words") }

  /// Words that begin so, the shortest first.
  static func beginning(_ db: Database, with prefix: String, limit: Int) throws -> [String] {
    try db.all(
      """
      SELECT word FROM search_words WHERE word >= ? AND word < ?
      ORDER BY length(word), word LIMIT ?
      """, prefix, prefix + "\u{10FFFF}", limit
    ) { try $0.text() }
  }

  /// Words of some lengths that begin with a letter, by the alphabet.
  static func initial(_ db: Database, _ letter: String, lengths: ClosedRange<Int>) throws
    -> [String]
  {
    try db.all(
      """
      SELECT word FROM search_words WHERE word >= ? AND word < ? AND length(word) BETWEEN ? AND ?
      ORDER BY word
      """, letter, letter + "\u{10FFFF}", lengths.lowerBound, lengths.upperBound
    ) { try $0.text() }
  }

  static func contains(_ db: Database, _ word: String) throws -> Bool {
    try db.number("SELECT 1 FROM search_words WHERE word = ?", word) != nil
  }
}
