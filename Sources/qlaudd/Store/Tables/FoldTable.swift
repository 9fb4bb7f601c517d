import Domain
import GRDB
import Wire

/// The statements that fold the events of ended turns.
enum FoldTable {
  static func due(_ db: Database, endedBefore time: Milliseconds, limit: Int) throws -> [TurnID] {
    try db.all(
      """
      SELECT id FROM turns INDEXED BY turns_to_fold
      WHERE finished_at IS NOT NULL AND folded = 0 AND finished_at < ?
      ORDER BY finished_at LIMIT ?
      """, time, limit
    ) { try $0.id() }
  }

  /// A turn's events, without the data of its streams.
  static func events(_ db: Database, of turn: TurnID) throws -> [EventFold.Row] {
    try db.all(
      """
      SELECT seq, name, CASE name
        WHEN 'message.created' THEN
          CASE data ->> '$.role' WHEN 'assistant' THEN data ->> '$.seq' END
        WHEN 'qlaud.retry' THEN data ->> '$.discard_after'
        WHEN 'qlaud.done' THEN data ->> '$.status' = 'done' END
      FROM events WHERE turn_id = ? ORDER BY seq
      """, turn
    ) { row in
      let (seq, name) = (try row.int(), try row.text())
      let number = try row.optionalInt()
      return EventFold.Row(
        seq: seq, name: name, messageSeq: name == EventName.messageCreated ? number : nil,
        discardAfter: name == EventName.retry ? number : nil,
        isDone: name == EventName.done && number == 1)
    }
  }

  /// Deletes the stream's events between two numbers, both included; others of the turn stay.
  static func drop(_ db: Database, _ turn: TurnID, _ first: EventSeq, _ last: EventSeq) throws {
    let names = EventFold.streamNames.map { "'\($0)'" }.joined(separator: ", ")
    try db.run(
      "DELETE FROM events WHERE turn_id = ? AND seq BETWEEN ? AND ? AND name IN (\(names))", turn,
      first, last)
  }

  static func setSnapshot(_ db: Database, _ seq: EventSeq, _ data: JSON) throws {
    try db.run(
      "UPDATE events SET name = ?, data = ? WHERE seq = ?", EventName.snapshot, data, seq)
  }

  static func markFolded(_ db: Database, _ turn: TurnID) throws {
    try db.run("UPDATE turns SET folded = 1 WHERE id = ?", turn)
  }
}
