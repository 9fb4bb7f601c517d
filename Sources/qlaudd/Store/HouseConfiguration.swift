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
      try db.runAll(pragmas)
      guard qlaud_rank_register(db.sqliteConnection.map { UnsafeMutableRawPointer($0) }) == 0 else {
        throw QlaudError(.internal, "SQLite has no FTS5")
      }
    }
    return configuration
  }

  /// The same for the pool, which opens readers when they are needed: never to a file that has taken the place of ours.
  /// - Parameter head: of a file that was closed in good order; nil for any other.
  static func house(in place: FilePlace, head: DatabaseHead?) -> Configuration {
    var configuration = house
    configuration.prepareDatabase { _ in try place.check() }
    if let head { configuration.prepareDatabase { try beginLog($0, head) } }
    return configuration
  }

  /// Gives an empty log its first page. GRDB makes and drops a table else, which waits for the disk and makes every
  /// connection read the schema again. Nothing changes, so nothing is waited for: the first commit that is durable brings all
  /// before it to the disk. Readers are opened later.
  private static func beginLog(_ db: Database, _ head: DatabaseHead) throws {
    guard !db.configuration.readonly else { return }
    try db.runAll(
      """
      PRAGMA synchronous = OFF;
      PRAGMA user_version = \(head.version);
      PRAGMA synchronous = FULL;
      """)
  }

  /// The connection for look-ups by key.
  static var lookups: Configuration {
    var configuration = house
    configuration.label = "qlaudd.store.lookups"
    configuration.readonly = true
    return configuration
  }

  /// Bytes to which the write-ahead log is cut back after a checkpoint: what it reaches between two of them where no reader stands
  /// in their way.
  static let journalSizeLimit = 4 << 20

  /// The cache in KiB; no mapping, as a file error must be an error and not a signal; nothing of a conversation in the temporary
  /// folder; the automatic checkpoint in pages.
  private static let pragmas = """
    PRAGMA cache_size = -2048;
    PRAGMA mmap_size = 0;
    PRAGMA temp_store = MEMORY;
    PRAGMA secure_delete = ON;
    PRAGMA trusted_schema = OFF;
    PRAGMA journal_size_limit = \(journalSizeLimit);
    PRAGMA wal_autocheckpoint = 1000;
    """
}
