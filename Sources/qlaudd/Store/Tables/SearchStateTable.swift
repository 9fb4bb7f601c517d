import Domain
import GRDB

/// How far the index is.
struct SearchState: Equatable {
  /// The version of the rule that texts were prepared by.
  var rule: Int64
  /// The newest message that was looked at.
  var indexedThrough: Int64
  /// Messages that can be found.
  var documents: Int
  /// Not 0 where something was taken out whose words may still stand in old segments; another number after each removal.
  var removals: Int64
}

/// One statement a function on `search_state`, which has one row.
enum SearchStateTable {
  static func get(_ db: Database) throws -> SearchState {
    let state = try db.one(
      "SELECT rule, indexed_through, documents, removals FROM search_state"
    ) { row in
      SearchState(
        rule: try row.int(), indexedThrough: try row.int(), documents: try row.count(),
        removals: try row.int())
    }
    guard let state else { throw StorageError.damaged("no state of the index") }
    return state
  }

  static func restart(_ db: Database, rule: Int64) throws {
    try db.run(
      "UPDATE search_state SET rule = ?, indexed_through = 0, documents = 0, removals = 0", rule)
  }

  /// Begins anew with the words alone: documents and what they mean stay as they are.
  static func restartText(_ db: Database) throws {
    try db.run("UPDATE search_state SET indexed_through = 0")
  }

  static func advance(_ db: Database, through id: Int64, documents: Int) throws {
    try db.run(
      "UPDATE search_state SET indexed_through = ?, documents = documents + ?", id, documents)
  }

  /// Takes documents out of the count and brings the place back to the newest message: the numbers of messages that were
  /// erased at the end are given again. The number of a removal comes by chance: were it counted up from 0 each time, somebody
  /// who has done with one could forget another.
  static func noteRemoval(_ db: Database, documents: Int) throws {
    try db.run(
      """
      UPDATE search_state SET documents = documents - ?,
        removals = CASE WHEN ? THEN 1 + abs(random() % 1000000000000000000) ELSE removals END,
        indexed_through = min(indexed_through, (SELECT coalesce(max(id), 0) FROM messages))
      """, documents, documents > 0)
  }

  /// Notes that old segments are gone, unless something was taken out since that count.
  static func forgetRemovals(_ db: Database, _ removals: Int64) throws {
    try db.run("UPDATE search_state SET removals = 0 WHERE removals = ?", removals)
  }

  /// Messages that wait to be indexed, about: numbers may be missing.
  static func waiting(_ db: Database) throws -> Int {
    Int(
      try db.number(
        """
        SELECT max(0, (SELECT coalesce(max(id), 0) FROM messages) - indexed_through)
        FROM search_state
        """) ?? 0)
  }
}
