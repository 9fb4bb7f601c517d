package import Domain
import GRDB
import Wire

/// Puts a backup in the place of the database. The caller holds the instance lock, so nobody has the file open.
package enum Restore {
  /// What was done.
  package struct Outcome: Sendable, Equatable {
    /// Where the file that was there is now; nil where there was none.
    package let keptAs: String?
    /// Turns of the backup that had not ended. They wait: the queue is paused, since they may have been answered after
    /// the backup was made.
    package let waitingTurns: Int
  }

  /// Copies `backup` beside the database, checks the copy, and only then swaps it in; what was there is kept.
  ///
  /// Event numbers go on behind those of both files, so that no reader sees one twice.
  /// - Throws: `not_found`, `storage_corrupt` and `conflict` for a file that is none of ours or not sound; then nothing
  ///   has changed.
  package static func run(from backup: String, to path: String, source: Source) throws -> Outcome {
    do {
      guard DatabaseFile.size(backup) > 0 else { throw QlaudError.notFound("backup at", backup) }
      let draft = path + ".restoring"
      removeAll(draft)
      do {
        let waiting = try copy(backup, to: draft, numbersPast: lastNumber(of: path))
        let kept = try setAside(path, stamp: source.now())
        try DatabaseFile.rename(draft, to: path)
        return Outcome(keptAs: kept, waitingTurns: waiting)
      } catch {
        removeAll(draft)
        throw error
      }
    } catch { throw StorageError.map(error) }
  }

  private static func removeAll(_ path: String) {
    for suffix in ["", "-wal", "-shm", "-journal"] { DatabaseFile.remove(path + suffix) }
  }

  private static func copy(_ backup: String, to draft: String, numbersPast: EventSeq) throws -> Int
  {
    try DatabaseFile.inspect(backup)
    _ = try DatabaseFile.create(draft)
    var readonly = Configuration.house
    readonly.readonly = true
    let from = try DatabaseQueue(path: backup, configuration: readonly)
    defer { DatabaseFile.closeQuietly(from) }
    let to = try DatabaseQueue(path: draft, configuration: .house)
    try from.backup(to: to)
    let waiting = try to.writeWithoutTransaction { db in
      // Also where the log beside the backup has it so: the result is one file.
      try db.execute(sql: "PRAGMA journal_mode = DELETE")
      let complaints = try LocalDatabase.complaints(db)
      guard complaints.isEmpty else {
        throw QlaudError(
          .storageCorrupt,
          "\(backup) is not sound: \(complaints.prefix(3).joined(separator: "; "))")
      }
      return try prepare(db, numbersPast: numbersPast)
    }
    try to.close()
    try DatabaseFile.sync(draft)
    return waiting
  }

  private static func prepare(_ db: Database, numbersPast: EventSeq) throws -> Int {
    try EventTable.setReservedThrough(db, numbersPast)
    let waiting = try Turn.Status.unfinished.reduce(0) { try $0 + TurnTable.count(db, $1) }
    if waiting > 0 { try SettingTable.set(db, "queue_paused", true) }
    return waiting
  }

  /// The last number that the file in place may have given out; 0 where it cannot tell.
  private static func lastNumber(of path: String) -> EventSeq {
    guard DatabaseFile.size(path) > 0 else { return 0 }
    do {
      let queue = try DatabaseQueue(path: path, configuration: .house)
      defer { DatabaseFile.closeQuietly(queue) }
      return try queue.read { try EventTable.reservedThrough($0) }
    } catch {
      // It may be what the backup is to replace because it cannot be read.
      return 0
    }
  }

  /// Gives what is there a second name, with all that its log holds; the first one stays until the backup takes it.
  private static func setAside(_ path: String, stamp: Milliseconds) throws -> String? {
    guard DatabaseFile.exists(path) else { return nil }
    let kept = "\(path).before-restore-\(stamp)"
    emptyLog(of: path)
    // A log that could not be emptied belongs to the old file; the new one must not find it.
    if DatabaseFile.size(path + "-wal") > 0 {
      try DatabaseFile.rename(path + "-wal", to: kept + "-wal")
    }
    for suffix in ["-wal", "-shm"] { DatabaseFile.remove(path + suffix) }
    try DatabaseFile.link(path, as: kept)
    return kept
  }

  private static func emptyLog(of path: String) {
    do {
      let queue = try DatabaseQueue(path: path, configuration: .house)
      defer { DatabaseFile.closeQuietly(queue) }
      _ = try queue.writeWithoutTransaction { try $0.checkpoint(.truncate) }
    } catch {
      // Then the log is kept beside the file.
      return
    }
  }
}
