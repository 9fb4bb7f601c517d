package import Domain
import GRDB
import GRDBSQLite
import Synchronization

/// The one file that remembers everything. Each function is one transaction that keeps one invariant.
///
/// Durability: what a function stored is on the disk when it returns (`synchronous=FULL` in WAL mode), but for
/// ``append(_:)``, whose events are written by the next ``flushEvents()``.
/// Cancellation: a call is carried out whether or not its task is cancelled, so that an outcome is never lost with the
/// task that brings it, and no call throws for a cancellation.
/// Errors: every function throws ``QlaudError`` and nothing else; `storage_full`, `storage_corrupt` and `internal` may
/// come from any of them and are not listed each time.
package final class LocalDatabase: Sendable {
  let pool: DatabasePool
  /// For ``look(_:)``.
  private let lookups: DatabaseQueue
  let log: EventLogTail
  let source: Source
  /// The file's path, as it was given.
  package let path: String
  /// How messages are prepared for the index.
  let rule: IndexingRule
  /// How common words are, for those that are too common to be counted each time.
  let commonness = Mutex<[String: Commonness]>([:])
  /// What short beginnings of words stand for.
  let beginnings = Mutex<[String: Completions]>([:])
  /// What the path stood for when the file was opened.
  let watch: FileWatch
  let checkpoints = Checkpoints()
  private let disk = DiskWait()
  /// What was done about a damaged index.
  let mends = IndexMends()
  private let isClosed = Mutex(false)
  private let changes = Atomic<Int>(0)
  /// Who wants the writer's connection now.
  private let writers = Atomic<Int>(0)
  private let shortWrites = Atomic<Int>(0)

  private init(
    pool: DatabasePool, lookups: DatabaseQueue, log: EventLogTail, source: Source, path: String,
    rule: IndexingRule, watch: FileWatch
  ) {
    self.rule = rule
    self.pool = pool
    self.lookups = lookups
    self.log = log
    self.source = source
    self.path = path
    self.watch = watch
  }

  /// Opens the file, making it (mode 0600) where there is none, and brings its schema up to date.
  /// - Parameters:
  ///   - path: Absolute, in an existing folder. SQLite keeps `-wal` and `-shm` files beside it, of the same mode.
  ///   - source: Clock for the columns.
  ///   - rule: How messages are prepared for the index; one of another version than before indexes all anew.
  ///   - onEvents: Called synchronously, on any thread, whenever new events can be read; must be cheap.
  /// - Throws: `conflict` for a file of another program or of a newer version, `storage_corrupt` for one that is no
  ///   database; neither is changed.
  package static func open(
    at path: String, source: Source, rule: IndexingRule = .plain,
    onEvents: @escaping @Sendable () -> Void
  ) async throws -> LocalDatabase {
    do {
      let head = try DatabaseFile.prepare(path)
      let place = FilePlace()
      let pool = try DatabasePool(path: path, configuration: .house(in: place, head: head))
      let log = EventLogTail(firstFree: try firstFreeNumber(pool), onEvents: onEvents)
      let lookups = try DatabaseQueue(path: path, configuration: .lookups)
      let watch = FileWatch(path)
      place.keep(watch)
      return LocalDatabase(
        pool: pool, lookups: lookups, log: log, source: source, path: path, rule: rule, watch: watch
      )
    } catch { throw StorageError.map(error, at: path) }
  }

  /// Makes the file ready for use. No numbers of events are reserved: the first write or append does that.
  /// - Returns: the first number that no event can have.
  private static func firstFreeNumber(_ pool: DatabasePool) throws -> EventSeq {
    // The pool has set NORMAL by now, which may lose the last commits with the power.
    try pool.writeWithoutTransaction { try $0.runAll("PRAGMA synchronous = FULL") }
    try Schema.migrate(pool)
    return try pool.writeWithoutTransaction { try EventTable.reservedThrough($0) + 1 }
  }

  /// Writes the waiting events, empties the write-ahead log and closes the file. Any later call throws `internal`.
  /// Closing twice is harmless.
  package func close() async throws {
    guard !isClosed.withLock({ $0 }) else { return }
    // What was acknowledged is moved to the file even where the last events cannot be written.
    let flushed = await outcome { try await flushEvents() }
    let moved = await outcome { try await checkpoint() }
    isClosed.withLock { $0 = true }
    do {
      try lookups.close()
      try pool.close()
    } catch { throw StorageError.map(error) }
    try flushed.get()
    try moved.get()
  }

  /// Drops the pages that connections keep in memory and closes those that only read; what is asked next is read from the file
  /// again, by one that is opened anew.
  package func giveBackMemory() throws {
    try checkOpen()
    pool.invalidateReadOnlyConnections()
    let drop: @Sendable (Database) -> Void = { sqlite3_db_release_memory($0.sqliteConnection) }
    pool.asyncWriteWithoutTransaction(drop)
    lookups.unsafeRead(drop)
  }

  func outcome(_ step: () async throws -> Void) async -> Result<Void, any Error> {
    do { return .success(try await step()) } catch { return .failure(error) }
  }

  /// Runs one write transaction, after all that came before. Events that it logs become visible with its commit.
  /// - Parameters:
  ///   - isDurable: Whether the disk has it when this returns. One that is not outlives the process all the same, and is on
  ///     the disk with the next one that is: a loss of power takes the newest transactions away, never one from the middle.
  ///   - isShort: Whether it is a few rows by their keys. Where nobody else writes it is then done on the caller's thread:
  ///     to change threads twice takes longer than to write. Where somebody does, the caller's thread is left to others.
  func write<T: Sendable>(
    isDurable: Bool = true, isShort: Bool = false,
    _ body: @escaping @Sendable (Transaction) throws -> T
  ) async throws -> T {
    try checkOpen()
    if isShort { shortWrites.add(1, ordering: .relaxed) }
    let (log, disk, watch, now) = (log, disk, watch, source.now)
    let step: @Sendable (Database) -> (Result<T, any Error>, walBytes: Int) = { db in
      let (problem, walBytes) = watch.look()
      if let problem { return (.failure(problem.error), walBytes) }
      let result = Transaction.run(
        on: db, log: log, disk: disk, now: now(), isDurable: isDurable, body)
      return (result, walBytes)
    }
    let (result, walBytes): (Result<T, any Error>, Int)
    let isFree = enterWriter()
    defer { leaveWriter() }
    if isShort, isFree {
      (result, walBytes) = writeHere(step)
    } else {
      (result, walBytes) = await withCheckedContinuation { continuation in
        pool.asyncWriteWithoutTransaction { continuation.resume(returning: step($0)) }
      }
    }
    boundLog(walBytes)
    return try result.get()
  }

  /// Writes what turns are run by; see ``configurationChanges``.
  func configure<T: Sendable>(_ body: @escaping @Sendable (Transaction) throws -> T) async throws
    -> T
  {
    defer { changes.wrappingAdd(1, ordering: .releasing) }
    return try await write(body)
  }

  /// Grows whenever something has changed that turns are run by: settings, providers, models, keys, tools and the accounts that
  /// they work with. What was looked up of them before is old.
  package var configurationChanges: Int { changes.load(ordering: .acquiring) }

  /// Short writes so far. They are those of turns, in which somebody waits; an import is none, nor is the index.
  package var shortWriteCount: Int { shortWrites.load(ordering: .relaxed) }

  /// - Returns: whether nobody else was there.
  func enterWriter() -> Bool {
    writers.wrappingAdd(1, ordering: .relaxed).oldValue == 0
  }
  func leaveWriter() { writers.wrappingSubtract(1, ordering: .relaxed) }

  /// Not `async`, as GRDB has a function of the same name that is.
  private func writeHere<T>(_ step: (Database) -> T) -> T { pool.writeWithoutTransaction(step) }

  /// Reads a few rows of one snapshot on the caller's thread; see ``look(_:)``. What may take long belongs to ``read(_:)``.
  func readHere<T>(_ body: (Database) throws -> T) throws -> T {
    try checkOpen()
    do { return try (mayOpenReaders ? pool.read(body) : lookups.read(body)) } catch {
      throw StorageError.map(error)
    }
  }

  /// Whether the pool may open a connection: not where another file has taken the place of ours. SQLite takes the index of the
  /// write-ahead log beside it for one that nobody uses, and cuts it off under those who do, which ends the process.
  private var mayOpenReaders: Bool { watch.look().problem == nil }

  /// Runs a read on one snapshot of the file.
  func read<T: Sendable>(_ body: @escaping @Sendable (Database) throws -> T) async throws -> T {
    guard mayOpenReaders else { return try await read(on: lookups, body) }
    do { return try await read(on: pool, body) } catch let error as QlaudError
      where error.isStorageRefusal && watch.look().problem != nil
    {
      // No further connection can be had to a file that is not in its place. This one is there.
      return try await read(on: lookups, body)
    }
  }

  private func read<T: Sendable>(
    on reader: some DatabaseReader, _ body: @escaping @Sendable (Database) throws -> T
  ) async throws -> T {
    try checkOpen()
    return try await withCheckedThrowingContinuation { continuation in
      reader.asyncRead { access in
        continuation.resume(
          with: Result { try body(access.get()) }.mapError { StorageError.map($0) })
      }
    }
  }

  /// Looks up a few rows by a key, in some ten microseconds, on the caller's thread: a turn asks a dozen such questions before
  /// its first byte is sent, and each would change threads twice. Sees all that is committed. Nothing that scans or sorts
  /// belongs here, and no two statements that must see the same moment.
  func look<T>(_ body: (Database) throws -> T) throws -> T {
    try checkOpen()
    do { return try lookups.unsafeRead(body) } catch { throw StorageError.map(error) }
  }

  /// Runs something on the writer's connection while no reader has a snapshot open.
  func withoutReaders<T: Sendable>(_ body: @escaping @Sendable (Database) throws -> T) async throws
    -> T
  {
    try checkOpen()
    _ = enterWriter()
    defer { leaveWriter() }
    return try await withCheckedThrowingContinuation { continuation in
      pool.asyncBarrierWriteWithoutTransaction { access in
        continuation.resume(
          with: Result { try body(access.get()) }.mapError { StorageError.map($0) })
      }
    }
  }

  func checkOpen() throws {
    if isClosed.withLock({ $0 }) { throw QlaudError(.internal, "the database is closed") }
  }
}
