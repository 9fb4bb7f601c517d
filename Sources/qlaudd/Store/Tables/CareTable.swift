import GRDB

/// One statement a function on `file_care`.
enum CareTable {
  static func setScrubOwed(_ db: Database, _ isOwed: Bool) throws {
    try db.run("UPDATE file_care SET scrub_owed = ?1 WHERE scrub_owed <> ?1", isOwed)
  }
  static func isScrubOwed(_ db: Database) throws -> Bool {
    try db.number("SELECT scrub_owed FROM file_care") == 1
  }

  /// The machine's run in which the file was used last; nil before that was noted.
  static func boot(_ db: Database) throws -> String? {
    try db.one("SELECT boot FROM file_care") { $0.optionalText() } ?? nil
  }
  static func setBoot(_ db: Database, _ boot: String) throws {
    try db.run("UPDATE file_care SET boot = ?", boot)
  }
}
