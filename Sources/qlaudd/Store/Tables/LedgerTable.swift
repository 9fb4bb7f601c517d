import Domain
import GRDB

/// One statement a function on `ledger`.
enum LedgerTable {
  /// A reservation that has not ended.
  struct Open {
    let id: String
    let key: KeyID
    let turn: TurnID?
    let amount: Microdollars
    let createdAt: Milliseconds
  }

  static func reserve(_ db: Database, _ open: Open) throws {
    try db.run(
      """
      INSERT INTO ledger (reservation_id, key_id, turn_id, kind, amount, is_open, created_at)
      VALUES (?, ?, ?, 'reserve', ?, 1, ?)
      """, open.id, open.key, open.turn, open.amount, open.createdAt)
  }

  /// Ends a reservation, under the moment at which it was made.
  static func end(_ db: Database, _ open: Open, _ kind: String, amount: Microdollars) throws {
    try db.run("UPDATE ledger SET is_open = 0 WHERE reservation_id = ? AND is_open = 1", open.id)
    try db.run(
      """
      INSERT INTO ledger (reservation_id, key_id, turn_id, kind, amount, created_at)
      VALUES (?, ?, ?, ?, ?, ?)
      """, open.id, open.key, open.turn, kind, amount, open.createdAt)
  }

  private static let openColumns = "reservation_id, key_id, turn_id, amount, created_at"
  private static func readOpen(_ columns: inout Columns) throws -> Open {
    Open(
      id: try columns.text(), key: try columns.id(), turn: columns.optionalID(),
      amount: try columns.int(), createdAt: try columns.int())
  }

  static func open(_ db: Database, _ reservation: String) throws -> Open? {
    try db.one(
      """
      SELECT \(openColumns) FROM ledger
      WHERE reservation_id = ? AND kind = 'reserve' AND is_open = 1
      """, reservation, read: readOpen)
  }
  static func open(_ db: Database, of turn: TurnID) throws -> [Open] {
    try db.all(
      "SELECT \(openColumns) FROM ledger WHERE turn_id = ? AND is_open = 1", turn, read: readOpen)
  }
  static func allOpen(_ db: Database) throws -> [Open] {
    try db.all("SELECT \(openColumns) FROM ledger WHERE is_open = 1", read: readOpen)
  }

  static func settled(_ db: Database, _ key: KeyID, since: Milliseconds) throws -> Microdollars {
    try db.number(
      "SELECT sum(amount) FROM ledger WHERE key_id = ? AND kind = 'settle' AND created_at >= ?",
      key, since) ?? 0
  }

  /// What is held by reservations that have not ended, whenever they were made.
  static func reserved(_ db: Database, _ key: KeyID) throws -> Microdollars {
    try db.number("SELECT sum(amount) FROM ledger WHERE key_id = ? AND is_open = 1", key) ?? 0
  }
}

/// One statement a function on `wallet_credits` and what the wallet pays.
enum WalletTable {
  static func credit(
    _ db: Database, _ id: String, amount: Microdollars, note: String?, at time: Milliseconds
  ) throws {
    try db.run(
      """
      INSERT INTO wallet_credits (id, amount, note, after_entry, created_at)
      VALUES (?1, ?2, ?3, (SELECT ifnull(max(id), 0) FROM ledger), ?4)
      """, id, amount, note, time)
  }

  /// The wallet as it stands; nil before the first credit.
  static func balance(_ db: Database) throws -> WalletBalance? {
    guard let first = try db.number("SELECT min(after_entry) FROM wallet_credits") else { return nil }
    let credited = try db.number("SELECT sum(amount) FROM wallet_credits") ?? 0
    let spent =
      try db.number("SELECT sum(amount) FROM ledger WHERE kind = 'settle' AND id > ?", first) ?? 0
    let reserved = try db.number("SELECT sum(amount) FROM ledger WHERE is_open = 1") ?? 0
    return WalletBalance(credited: credited, spent: spent, reserved: reserved)
  }
}
