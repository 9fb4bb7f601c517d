import Domain
import Wire

/// The events that the store itself logs, because they must stand in the transaction that they tell of.
extension EventDraft {
  private static func make(
    _ name: String, thread: ThreadID?, turn: TurnID? = nil, owner: KeyID,
    _ data: KeyValuePairs<String, JSON?> = [:]
  ) -> EventDraft {
    var object: JSON.Object = ["type": .string(name)]
    object.merge(JSON.record(data).object ?? [:])
    return EventDraft(
      threadID: thread, turnID: turn, keyID: owner, name: name, data: .object(object))
  }

  static func threadCreated(_ thread: Thread) -> EventDraft {
    make(
      EventName.threadCreated, thread: thread.id, owner: thread.keyID,
      ["thread_id": thread.id.json])
  }
  static func threadUpdated(_ thread: Thread) -> EventDraft {
    make(
      EventName.threadUpdated, thread: thread.id, owner: thread.keyID,
      ["thread_id": thread.id.json])
  }
  static func threadDeleted(_ id: ThreadID, owner: KeyID, erased: Bool) -> EventDraft {
    make(
      EventName.threadDeleted, thread: id, owner: owner,
      ["thread_id": id.json, "erased": erased ? true : nil])
  }
  static func messageCreated(
    _ thread: ThreadID, turn: TurnID?, owner: KeyID, seq: MessageSeq, role: Role
  ) -> EventDraft {
    make(
      EventName.messageCreated, thread: thread, turn: turn, owner: owner,
      ["seq": .int(seq), "role": role.json])
  }
  static func queued(_ stored: StoredTurn, reason: String, position: Int, retryAt: Milliseconds?)
    -> EventDraft
  {
    make(
      EventName.queued, thread: stored.turn.threadID, turn: stored.turn.id,
      owner: stored.turn.ownerKeyID,
      [
        "reason": .string(reason), "position": .integer(position),
        "retry_at": retryAt.map(JSON.int) ?? .null,
      ])
  }
  static func restarted(_ stored: StoredTurn, isOutcomeUnknown: Bool) -> EventDraft {
    make(
      EventName.retry, thread: stored.turn.threadID, turn: stored.turn.id,
      owner: stored.turn.ownerKeyID,
      [
        "attempt": .integer(stored.turn.attempts), "reason": "restart",
        "discard_after": .int(stored.discardAfter),
        "outcome": isOutcomeUnknown ? "unknown" : nil,
      ])
  }
  static func cancelled(_ stored: StoredTurn) -> EventDraft {
    let turn = stored.turn
    return make(
      EventName.done, thread: turn.threadID, turn: turn.id, owner: stored.turn.ownerKeyID,
      [
        "thread_id": turn.threadID?.json ?? .null, "turn_id": turn.id.json,
        "seq": turn.assistantSeq.map(JSON.int) ?? .null,
        "cost_micros": turn.cost.map(JSON.int) ?? .null, "iterations": .integer(turn.iterations),
        "status": Turn.Status.cancelled.json, "hit_max_iterations": false,
      ])
  }
}
