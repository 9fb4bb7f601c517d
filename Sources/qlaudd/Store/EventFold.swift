import Domain
import Wire

/// What becomes of the stream of an ended turn: a pure reading of its events in their order.
///
/// A reply's stream, `message_start` to `message_stop`, is followed by the `message.created` of the message that was stored
/// of it; a job's last one by its `qlaud.done`. The stream gives way to one snapshot in the place of its last event, so
/// every cursor before that place gets it and none behind it does. What a `qlaud.retry` made void is dropped: that event
/// stands behind it and says so. A stream that no message came of stays as it is.
struct EventFold {
  /// What matters of an event.
  struct Row: Equatable {
    let seq: EventSeq
    let name: String
    /// Of `message.created` by an assistant.
    var messageSeq: MessageSeq?
    /// Of `qlaud.retry`.
    var discardAfter: EventSeq?
    /// Of `qlaud.done`.
    var isDone = false
  }

  enum Step: Equatable {
    /// These events of a stream go.
    case drop(EventSeq, EventSeq)
    /// This one gives way to the message; a job's reply where the message is nil.
    case snapshot(at: EventSeq, MessageSeq?)
  }

  /// The events of a model's reply.
  static let streamNames = [
    "message_start", "content_block_start", "content_block_delta", "content_block_stop",
    "message_delta", "message_stop", "ping",
  ]

  private var steps: [Step] = []
  /// The numbers of the stream that no message has been found for.
  private var stream: [EventSeq] = []

  static func steps(_ rows: [Row], isJob: Bool) -> [Step] {
    var fold = EventFold()
    for row in rows { fold.take(row, isJob: isJob) }
    return fold.steps
  }

  private mutating func take(_ row: Row, isJob: Bool) {
    switch row.name {
    case EventName.retry: discard(after: row.discardAfter ?? row.seq)
    case EventName.messageCreated where row.messageSeq != nil: close(with: row.messageSeq)
    case EventName.done where isJob && row.isDone: close(with: nil)
    case EventName.done: stream = []
    case "message_start": stream = [row.seq]
    case let name where Self.streamNames.contains(name): stream.append(row.seq)
    default: break
    }
  }

  private mutating func close(with message: MessageSeq?) {
    guard let first = stream.first, let last = stream.last else { return }
    if stream.count > 1 { steps.append(.drop(first, stream[stream.count - 2])) }
    steps.append(.snapshot(at: last, message))
    stream = []
  }

  private mutating func discard(after cursor: EventSeq) {
    let void = stream.filter { $0 > cursor }
    if let first = void.first, let last = void.last { steps.append(.drop(first, last)) }
    stream = []
  }
}
