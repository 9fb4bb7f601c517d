import Domain
import Store
import Wire

/// The daemon's own events of a turn.
enum TurnEvents {
  /// An event of this turn; `type` is put into the data.
  static func make(_ name: String, of turn: Turn, _ data: JSON.Object = [:]) -> EventDraft {
    var all: JSON.Object = ["type": .string(name)]
    all.merge(data)
    return EventDraft(
      threadID: turn.threadID, turnID: turn.id, keyID: turn.ownerKeyID, name: name,
      data: .object(all))
  }

  /// What ends a turn: an error where there is one, and always, last, `qlaud.done`.
  static func end(
    of turn: Turn, _ finished: FinishedTurn, status: Turn.Status, iterations: Int,
    hitMaxIterations: Bool = false, error: QlaudError?
  ) -> [EventDraft] {
    var events: [EventDraft] = []
    if let error {
      events.append(
        make(
          EventName.error, of: turn,
          [
            "kind": .string(error.kind.rawValue), "message": .string(error.message),
            "status": .integer(error.httpStatus),
          ]))
    }
    events.append(
      make(
        EventName.done, of: turn,
        [
          "thread_id": turn.threadID?.json ?? .null, "turn_id": turn.id.json,
          "seq": (finished.assistantSeq ?? finished.turn.assistantSeq).map(JSON.int) ?? .null,
          "cost_micros": finished.turn.cost.map(JSON.int) ?? .null,
          "iterations": .integer(iterations), "status": .string(status.rawValue),
          "hit_max_iterations": .bool(hitMaxIterations),
        ]))
    return events
  }
}
