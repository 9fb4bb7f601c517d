import Domain
import GRDB
import GRDBSQLite
import Synchronization
import Wire

/// One write transaction while it runs, on the writer's queue.
final class Transaction {
  let db: Database
  /// The moment of the transaction, for all its rows.
  let now: Milliseconds
  private let log: EventLogTail
  private var holds: [EventTail.HoldID] = []
  /// The last event of those that waited in memory and are stored with this transaction.
  private var storedThrough: EventSeq?

  private init(db: Database, log: EventLogTail, now: Milliseconds) {
    self.db = db
    self.log = log
    self.now = now
  }

  /// Runs `body` in a transaction. The numbers of the events that it logs are settled here, on the writer's queue, before
  /// any other transaction can begin: visible after a commit, burnt after anything else.
  ///
  /// One that is not durable may be lost with the power. It is durable all the same where numbers of events must be reserved.
  static func run<T>(
    on db: Database, log: EventLogTail, disk: DiskWait, now: Milliseconds, isDurable: Bool,
    _ body: (Transaction) throws -> T
  ) -> Result<T, any Error> {
    let isDurable = isDurable || log.reservationNeeded != nil
    let transaction = Transaction(db: db, log: log, now: now)
    let changes = db.totalChangesCount
    do {
      try disk.set(isDurable, on: db)
      var value: T?
      var reserved: EventSeq?
      try db.inTransaction(.immediate) {
        value = try body(transaction)
        // Numbers that a loss of power gives back would be handed out twice.
        if isDurable { reserved = try transaction.topUp() }
        return .commit
      }
      if let last = transaction.storedThrough { log.flushed(through: last) }
      log.settle(transaction.holds, committed: true, reservedThrough: reserved)
      if db.totalChangesCount != changes { log.settleDoubts() }
      guard let value else {
        return .failure(QlaudError(.internal, "a transaction gave no value"))
      }
      return .success(value)
    } catch {
      if StorageError.leavesDoubt(error) {
        log.doubt(transaction.holds)
      } else {
        log.settle(transaction.holds, committed: false, reservedThrough: nil)
      }
      return .failure(StorageError.map(error))
    }
  }

  /// The last number handed out so far: what comes later has a greater one.
  var lastNumber: EventSeq { log.lastNumber }

  /// Numbers events and stores them with this transaction, and before them those that wait in memory: the stored log is at
  /// any time a beginning of what readers have seen, so that no crash leaves a turn that is done with a hole in its stream.
  /// - Returns: the number before the first one.
  @discardableResult
  func emit(_ drafts: [EventDraft]) throws -> EventSeq {
    guard !drafts.isEmpty else { return lastNumber }
    try storeWaiting()
    let (hold, events) = log.hold(drafts, at: now)
    holds.append(hold)
    for event in events { try EventTable.insert(db, event) }
    return (events.first?.seq ?? lastNumber + 1) - 1
  }

  /// Stores the events that wait in memory. On the writer's queue no other transaction holds numbers, so before the first of
  /// this one's own these are all.
  func storeWaiting() throws {
    guard holds.isEmpty, storedThrough == nil, log.pendingCount > 0 else { return }
    let events = log.pendingEvents
    for event in events { try EventTable.insert(db, event) }
    storedThrough = events.last?.seq
  }

  /// Forgets what the tail holds of a thread; its rows are deleted by the caller. Runs after the commit and before the
  /// events of this transaction become visible.
  func forgetAfterCommit(_ thread: ThreadID) {
    let log = log
    db.afterNextTransaction(onCommit: { _ in log.forget(thread) })
  }

  /// Reserves a further block of numbers along with what is written anyway, so that an append hardly ever waits for one.
  private func topUp() throws -> EventSeq? {
    guard let target = log.reservationNeeded else { return nil }
    try EventTable.setReservedThrough(db, target)
    return target
  }
}

/// Whether a commit on the writer's connection waits for the disk. Set anew only where the next transaction wants it otherwise:
/// in a row of those that do not wait it stays as it is.
final class DiskWait: Sendable {
  /// As the connection was opened. Used on the writer's queue alone.
  private let waits = Atomic<Bool>(true)

  func set(_ isWanted: Bool, on db: Database) throws {
    guard waits.load(ordering: .relaxed) != isWanted else { return }
    try db.runAll("PRAGMA synchronous = \(isWanted ? "FULL" : "NORMAL")")
    waits.store(isWanted, ordering: .relaxed)
  }
}
