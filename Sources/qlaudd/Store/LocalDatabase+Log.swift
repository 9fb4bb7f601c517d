import Domain
import GRDB
import Synchronization
import Wire

/// Who keeps the write-ahead log from being emptied, and whether that is under way.
final class Checkpoints: Sendable {
  private let state = Mutex((isBounding: false, readers: 0, scrubs: 0))
  /// Rings when a reader beside the pool has ended, or a scrub.
  private let ended = Bell()

  /// True for the one caller that is to do it.
  func beginBounding() -> Bool {
    state.withLock { state in
      defer { state.isBounding = true }
      return !state.isBounding
    }
  }
  func endBounding() { state.withLock { $0.isBounding = false } }

  /// Waits for scrubs that have begun or wait themselves, so that readers which follow one another cannot keep them out. A
  /// cancelled task waits for nothing.
  func addReader() async {
    await wait { state in
      guard state.scrubs == 0 || Task.isCancelled else { return false }
      state.readers += 1
      return true
    }
  }
  func removeReader() {
    state.withLock { $0.readers -= 1 }
    ended.ring()
  }

  /// Waits for the readers beside the pool that have begun, but not for longer than `limit`, nor in a cancelled task.
  func beginScrub(patience limit: Duration) async {
    state.withLock { $0.scrubs += 1 }
    let deadline = ContinuousClock.now + limit
    await wait(for: limit) { state in
      state.readers == 0 || Task.isCancelled || ContinuousClock.now >= deadline
    }
  }
  func endScrub() {
    state.withLock { $0.scrubs -= 1 }
    ended.ring()
  }
  /// Whether one has begun, or waits.
  var hasScrub: Bool { state.withLock { $0.scrubs > 0 } }

  private func wait(
    for limit: Duration? = nil,
    until isTrue: (inout (isBounding: Bool, readers: Int, scrubs: Int)) -> Bool
  ) async {
    while true {
      let seen = ended.generation
      if state.withLock({ isTrue(&$0) }) { return }
      await ended.wait(past: seen, for: limit)
    }
  }
  /// Whether somebody reads the file for long, on a connection beside the pool's.
  var hasReader: Bool { state.withLock { $0.readers > 0 } }
}

extension LocalDatabase {
  /// Bytes past which the write-ahead log is emptied at once and not in the next idle moment: readers that follow one
  /// another without a pause would else let it grow for ever.
  package static let walLimit = 32 << 20

  /// Moves all that is in the write-ahead log to the file and empties the log. Waits for reads that have begun, but not
  /// for a backup, during which it moves what it can.
  /// - Throws: `overloaded` where another process reads the file for longer than five seconds.
  package func checkpoint() async throws {
    let isBusy = checkpoints.hasReader
    try await withoutReaders { db in _ = try db.checkpoint(isBusy ? .passive : .truncate) }
  }

  /// Empties the log where it has grown past its limit. Called after each write, off its path.
  func boundLog(_ walBytes: Int) {
    guard walBytes > Self.walLimit, !checkpoints.hasReader, checkpoints.beginBounding() else {
      return
    }
    _ = enterWriter()
    pool.asyncBarrierWriteWithoutTransaction { [checkpoints, self] access in
      defer {
        checkpoints.endBounding()
        leaveWriter()
      }
      // Where it fails, the next write asks again; what is in the log is as safe as in the file.
      do { _ = try access.get().checkpoint(.truncate) } catch { return }
    }
  }

  /// Overwrites what erased rows may have left in unused bytes of the file, and empties the write-ahead log. Holds the
  /// database for about a second a gigabyte.
  /// - Throws: `overloaded` where a backup reads the file for longer than ``scrubPatience``, or another process for longer than
  ///   five seconds; then it is still owed (``scrubIfOwed()``).
  func scrub() async throws {
    await checkpoints.beginScrub(patience: Self.scrubPatience)
    defer { checkpoints.endScrub() }
    try await withoutReaders { db in
      _ = try db.checkpoint(.truncate)
      try FileScrub.run(db)
    }
    try await write { try CareTable.setScrubOwed($0.db, false) }
  }

  /// How long an erasure waits for a backup that has begun.
  static let scrubPatience: Duration = .seconds(60)

  /// Does what an erasure could not finish, because of a crash or of a reader in its way.
  package func scrubIfOwed() async throws {
    if try await read({ try CareTable.isScrubOwed($0) }) { try await scrub() }
  }

  /// A long read on a connection of its own, beside the pool's, whose readers the writer now and then waits for.
  func readAside<T: Sendable>(_ body: @escaping @Sendable (Database) throws -> T) async throws -> T
  {
    try checkOpen()
    // The path may stand for another file by now; the pool still has the right one.
    guard watch.look().problem == nil else { return try await read(body) }
    await checkpoints.addReader()
    defer { checkpoints.removeReader() }
    do {
      var configuration = Configuration.house
      configuration.readonly = true
      let queue = try DatabaseQueue(path: path, configuration: configuration)
      defer { DatabaseFile.closeQuietly(queue) }
      return try await withCheckedThrowingContinuation { continuation in
        queue.asyncRead { access in
          continuation.resume(with: Result { try body(access.get()) })
        }
      }
    } catch { throw StorageError.map(error) }
  }
}
