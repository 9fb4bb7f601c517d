package import Domain
import GRDB
import Wire

extension LocalDatabase {
  /// Holds money for a call: checked against the cap and written in one transaction, so concurrent calls cannot pass it
  /// together.
  /// - Parameters:
  ///   - cap: Nil for none; the reservation is written all the same.
  ///   - since: The beginning of the span over which the cap counts; 0 for a lifetime.
  /// - Throws: `key_cap_exceeded` with `limit`, `spent`, `reserved` where settled + held + this is over the cap; `conflict`
  ///   for a reservation's id that is taken.
  package func reserve(
    _ id: String, key: KeyID, turn: TurnID?, amount: Microdollars, cap: Microdollars?,
    since: Milliseconds
  ) async throws {
    guard amount >= 0 else {
      throw QlaudError(.internal, "a reservation of \(amount) micro-dollars")
    }
    try await write { transaction in
      if let cap {
        let spent = try LedgerTable.settled(transaction.db, key, since: since)
        let reserved = try LedgerTable.reserved(transaction.db, key)
        let (held, hasOverflown) = (spent + reserved).addingReportingOverflow(amount)
        guard !hasOverflown, held <= cap else {
          throw QlaudError(
            .keyCapExceeded,
            "key \(key): \(spent) spent, \(reserved) reserved and \(amount) asked for exceed the cap of \(cap) micro-dollars",
            details: ["limit": .int(cap), "spent": .int(spent), "reserved": .int(reserved)])
        }
      }
      try LedgerTable.insert(
        transaction.db, "reserve", reservation: id, key: key, turn: turn, amount: amount,
        at: transaction.now)
    }
  }

  /// Ends a reservation with what the call really cost.
  /// - Throws: `conflict` where it has ended or never was.
  package func settle(_ id: String, amount: Microdollars) async throws {
    try await end(id, "settle", amount)
  }

  /// Ends a reservation of a call that cost nothing: it failed or was cancelled before anything came.
  /// - Throws: `conflict` where it has ended or never was.
  package func release(_ id: String) async throws { try await end(id, "release", 0) }

  private func end(_ id: String, _ kind: String, _ amount: Microdollars) async throws {
    try await write { transaction in
      guard let (key, turn) = try LedgerTable.open(transaction.db, id) else {
        throw QlaudError.conflict("no open reservation \(id)")
      }
      try LedgerTable.insert(
        transaction.db, kind, reservation: id, key: key, turn: turn, amount: amount,
        at: transaction.now)
    }
  }

  /// What a key has spent since a moment, and what is held for it now.
  package func spending(of key: KeyID, since: Milliseconds) async throws
    -> (settled: Microdollars, reserved: Microdollars)
  {
    try await read { db in
      (try LedgerTable.settled(db, key, since: since), try LedgerTable.reserved(db, key))
    }
  }
}
