import Domain
import GRDB

/// One statement a function on `ledger`.
enum LedgerTable {
  static func insert(
    _ db: Database, _ kind: String, reservation: String, key: KeyID, turn: TurnID?,
    amount: Microdollars, at time: Milliseconds
  ) throws {
    try db.run(
      """
      INSERT INTO ledger (reservation_id, key_id, turn_id, kind, amount, created_at)
      VALUES (?, ?, ?, ?, ?, ?)
      """, reservation, key, turn, kind, amount, time)
  }

  /// The key and turn of a reservation that has not ended.
  static func open(_ db: Database, _ reservation: String) throws -> (KeyID, TurnID?)? {
    try db.one(
      """
      SELECT key_id, turn_id FROM ledger AS r WHERE reservation_id = ? AND kind = 'reserve'
        AND NOT EXISTS (
          SELECT 1 FROM ledger WHERE reservation_id = r.reservation_id AND kind <> 'reserve')
      """, reservation
    ) { (try $0.id(), $0.optionalID()) }
  }

  static func settled(_ db: Database, _ key: KeyID, since: Milliseconds) throws -> Microdollars {
    try db.number(
      "SELECT sum(amount) FROM ledger WHERE key_id = ? AND kind = 'settle' AND created_at >= ?",
      key, since) ?? 0
  }

  /// What is held by reservations that have not ended, whenever they were made.
  static func reserved(_ db: Database, _ key: KeyID) throws -> Microdollars {
    try db.number(
      """
      SELECT sum(amount) FROM ledger AS r WHERE key_id = ? AND kind = 'reserve'
        AND NOT EXISTS (
          SELECT 1 FROM ledger WHERE reservation_id = r.reservation_id AND kind <> 'reserve')
      """, key) ?? 0
  }
}
