import Domain
import Wire

/// How one event is printed in either dialect.
extension Event {
  /// The params of the notification `thread/event`.
  var notification: JSON {
    .record([
      "thread_id": threadID?.json ?? .null, "turn_id": turnID?.json ?? .null,
      "event_seq": .int(seq), "ts": .int(at), "event": .string(name), "data": data,
    ])
  }

  /// A frame of server-sent events. A turn's stream is Anthropic's to the letter; a subscription's
  /// data also says which thread and turn it belongs to.
  func frame(for subject: EventStream.Subject) -> [UInt8] {
    var data = data
    if case .thread = subject, case .object(var object) = data {
      if let threadID { object["thread_id"] = threadID.json }
      if let turnID { object["turn_id"] = turnID.json }
      data = .object(object)
    }
    return SSEText.frame(id: String(seq), event: name, data: data.bytes)
  }
}
