package import Domain
import GRDB
import Wire

extension LocalDatabase {
  /// Holds money for a call, or refuses it: the key's cap, the wallet and the reservation are one transaction, so concurrent
  /// calls cannot pass a limit together. A call of a model without a price passes where nothing limits its key, and
  /// nothing is held for it.
  /// - Throws: `key_cap_exceeded` with `limit`, `spent`, `reserved`, `resets_at`; `wallet_exhausted`; `price_unknown`;
  ///   `not_found` for a key that is gone; `conflict` for an id that is taken.
  package func reserve(_ reservation: Reservation, spans: CapSpans) async throws {
    try await write(isShort: true) { try Self.reserve($0, reservation, spans) }
  }

  static func reserve(_ transaction: Transaction, _ reservation: Reservation, _ spans: CapSpans)
    throws
  {
    let db = transaction.db
    guard let key = try KeyTable.get(db, reservation.key) else {
      throw QlaudError.notFound("key", reservation.key)
    }
    let wallet = try WalletTable.balance(db)
    guard let amount = reservation.amount else {
      guard key.maxSpend == nil, wallet == nil else {
        throw QlaudError(
          .priceUnknown,
          "the model has no price, and key \"\(key.name)\" or the wallet has a limit",
          details: ["limit": key.maxSpend.map(JSON.int) ?? .null])
      }
      return
    }
    try Self.checkCap(db, key, amount, spans)
    try Self.checkWallet(wallet, amount)
    try LedgerTable.reserve(
      db,
      LedgerTable.Open(
        id: reservation.id, key: reservation.key, turn: reservation.turn, amount: amount,
        createdAt: transaction.now))
  }

  private static func checkCap(
    _ db: Database, _ key: Key, _ amount: Microdollars, _ spans: CapSpans
  ) throws {
    guard let cap = key.maxSpend else { return }
    let (since, resetsAt) = spans.span(key.period)
    let spent = try LedgerTable.settled(db, key.id, since: since)
    let reserved = try LedgerTable.reserved(db, key.id)
    let (held, overflows) = (spent + reserved).addingReportingOverflow(amount)
    guard overflows || held > cap else { return }
    throw QlaudError(
      .keyCapExceeded,
      "key \"\(key.name)\": \(spent) spent, \(reserved) reserved and \(amount) asked for exceed the cap of \(cap) micro-dollars",
      details: [
        "limit": .int(cap), "spent": .int(spent), "reserved": .int(reserved), "asked": .int(amount),
        "resets_at": resetsAt.map(JSON.int) ?? .null,
      ])
  }

  private static func checkWallet(_ wallet: WalletBalance?, _ amount: Microdollars) throws {
    guard let wallet else { return }
    let (held, overflows) = (wallet.spent + wallet.reserved).addingReportingOverflow(amount)
    guard overflows || held > wallet.credited else { return }
    throw QlaudError(
      .walletExhausted,
      "the wallet: \(wallet.spent) spent, \(wallet.reserved) reserved and \(amount) asked for exceed the credit of \(wallet.credited) micro-dollars",
      details: [
        "limit": .int(wallet.credited), "spent": .int(wallet.spent),
        "reserved": .int(wallet.reserved), "asked": .int(amount),
      ])
  }

  /// Stores a call's usage and settles its reservation, which has the same id, at what the call cost.
  static func settle(_ db: Database, _ usage: UsageRecord) throws {
    try UsageTable.insert(db, usage)
    guard let open = try LedgerTable.open(db, usage.id) else { return }
    try LedgerTable.end(db, open, "settle", amount: usage.cost ?? 0)
  }

  /// Releases what is still held for a turn that makes no call now.
  static func release(_ db: Database, turn: TurnID) throws {
    for open in try LedgerTable.open(db, of: turn) {
      try LedgerTable.end(db, open, "release", amount: 0)
    }
  }

  /// Releases a reservation of a call without a turn that came to nothing. Harmless where it has ended.
  package func release(_ id: String) async throws {
    try await write { transaction in
      guard let open = try LedgerTable.open(transaction.db, id) else { return }
      try LedgerTable.end(transaction.db, open, "release", amount: 0)
    }
  }

  /// Ends what a crash left open. Whether those calls reached their host is not known, so they are settled at what was
  /// held, with a usage row that is marked as an estimate and has no status. Called once, at start.
  /// - Returns: how many.
  @discardableResult
  package func settleUnknownOutcomes() async throws -> Int {
    try await write { transaction in
      let db = transaction.db
      let all = try LedgerTable.allOpen(db)
      for open in all {
        let turn = try open.turn.flatMap { try TurnTable.get(db, $0)?.turn }
        let model = turn?.request.model ?? ""
        try Self.settle(
          db,
          UsageRecord(
            id: open.id, keyID: open.key, threadID: turn?.threadID, turnID: open.turn,
            provider: String(model.prefix { $0 != "/" }), model: model,
            usage: Usage(isEstimated: true), cost: open.amount, latencyMs: 0, status: 0,
            createdAt: open.createdAt))
        if let id = turn?.id { try TurnTable.addCost(db, id, open.amount) }
      }
      return all.count
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

  /// Adds to the wallet, which turns it on; the same id again changes nothing.
  package func credit(_ id: String, amount: Microdollars, note: String?) async throws
    -> WalletBalance
  {
    try await write { transaction in
      let db = transaction.db
      if try db.number("SELECT count(*) FROM wallet_credits WHERE id = ?", id) == 0 {
        try WalletTable.credit(db, id, amount: amount, note: note, at: transaction.now)
      }
      return try WalletTable.balance(db) ?? WalletBalance(credited: 0, spent: 0, reserved: 0)
    }
  }

  /// The wallet; nil while it is off.
  package func wallet() async throws -> WalletBalance? {
    try await read { try WalletTable.balance($0) }
  }
}
