package import Domain
import GRDB
import Wire

extension LocalDatabase {
  /// Folds the streams of turns that ended before a moment, the longest ended first, each in a transaction of its own: a
  /// message's stream gives way to one `event/snapshot` that holds the finished message. What a cursor finds is read from
  /// the message, which is not stored twice.
  /// - Returns: how many turns, at most `limit`.
  @discardableResult
  package func foldEndedTurns(before: Milliseconds, limit: Int) async throws -> Int {
    let turns = try await read { try FoldTable.due($0, endedBefore: before, limit: limit) }
    if !turns.isEmpty { try await flushEvents() }
    for turn in turns { try await fold(turn) }
    return turns.count
  }

  private func fold(_ turn: TurnID) async throws {
    let log = log
    try await write { transaction in
      let db = transaction.db
      // It may have been retried or erased since.
      guard let stored = try TurnTable.get(db, turn), stored.turn.status.isFinal else { return }
      let rows = try FoldTable.events(db, of: turn)
      // Readers of the tail must not get what rows no longer have.
      guard let last = rows.last?.seq, log.letGo(through: last) else {
        if rows.isEmpty { try FoldTable.markFolded(db, turn) }
        return
      }
      for step in EventFold.steps(rows, isJob: stored.turn.threadID == nil) {
        switch step {
        case .drop(let first, let last): try FoldTable.drop(db, turn, first, last)
        case .snapshot(let seq, let message):
          try FoldTable.setSnapshot(
            db, seq,
            .record(["type": .string(EventName.snapshot), "seq": message.map(JSON.int)]))
        }
      }
      try FoldTable.markFolded(db, turn)
    }
  }

  /// Puts the message into a snapshot as it is read.
  static func filled(_ db: Database, _ event: Event) throws -> Event {
    guard event.name == EventName.snapshot else { return event }
    var data = event.data.object ?? [:]
    if let thread = event.threadID, let seq = data["seq"]?.int {
      data["message"] = try MessageTable.page(
        db, thread, order: .asc, limit: 1, after: seq - 1, before: seq + 1
      ).first?.finishedJSON
    } else if let turn = event.turnID {
      data["message"] = try TurnTable.reply(db, turn).map(Message.finishedJSON)
    }
    return Event(
      seq: event.seq, at: event.at, threadID: event.threadID, turnID: event.turnID,
      keyID: event.keyID, name: event.name, data: .object(data))
  }
}
