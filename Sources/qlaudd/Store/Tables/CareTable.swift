import GRDB

/// One statement a function on `file_care`.
enum CareTable {
  static func setScrubOwed(_ db: Database, _ isOwed: Bool) throws {
    try db.run("UPDATE file_care SET scrub_owed = ?1 WHERE scrub_owed <> ?1", isOwed)
  }
  static func isScrubOwed(_ db: Database) throws -> Bool {
    try db.number("SELECT scrub_owed FROM file_care") == 1
  }
}
