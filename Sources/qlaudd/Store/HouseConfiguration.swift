import CRank
import Domain
import GRDB

extension Configuration {
  /// How every connection to our file is set up.
  static var house: Configuration {
    var configuration = Configuration()
    configuration.label = "qlaudd.store"
    configuration.foreignKeysEnabled = true
    configuration.busyMode = .timeout(5)
    // Few, and with a small cache each: live readers never come here (``EventTail``).
    configuration.maximumReaderCount = 4
    configuration.prepareDatabase { db in
      for pragma in pragmas { try db.execute(sql: "PRAGMA \(pragma)") }
      guard qlaud_rank_register(db.sqliteConnection.map { UnsafeMutableRawPointer($0) }) == 0 else {
        throw QlaudError(.internal, "SQLite has no FTS5")
      }
    }
    return configuration
  }

  /// The same for the pool, which opens readers when they are needed: never to a file that has taken the place of ours.
  static func house(in place: FilePlace) -> Configuration {
    var configuration = house
    configuration.prepareDatabase { _ in try place.check() }
    return configuration
  }

  /// The connection for look-ups by key.
  static var lookups: Configuration {
    var configuration = house
    configuration.label = "qlaudd.store.lookups"
    configuration.readonly = true
    return configuration
  }

  /// Bytes to which the write-ahead log is cut back after a checkpoint.
  static let journalSizeLimit = 16 << 20

  private static let pragmas = [
    "cache_size = -2048",  // KiB
    "mmap_size = 0",  // a file error must be an error, not a signal
    "temp_store = MEMORY",  // nothing of a conversation in the temporary folder
    "secure_delete = ON",
    "trusted_schema = OFF",
    "journal_size_limit = \(journalSizeLimit)",
    "wal_autocheckpoint = 1000",  // pages
  ]
}
