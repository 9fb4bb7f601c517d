import Domain
import Engine
import Wire

extension Shape where Value == Turn {
  static let turn = Shape(
    .field("id", \.id, "The turn's id."),
    .constant("object", "turn"),
    .nullable("thread_id", \.threadID, "Its thread; null for a job."),
    .field("status", \.status, "Where it stands."),
    .field("model", \.request.model, "The model that was asked for."),
    .nullable("user_seq", \.userSeq, "The user message that it answers."),
    .nullable("seq", \.assistantSeq, "Its last assistant message."),
    .field("iterations", \.iterations, "Model calls made."),
    .field("attempts", \.attempts, "Times the upstream was tried in vain."),
    .nullable("retry_at", \.retryAt, "Not before this moment."),
    .nullable("reason", \.reason, "Why it waits."),
    .nullable(
      "call_started_at", \.callStartedAt,
      "When the model call began that is out now; its outcome is not known yet."),
    .field(
      "unknown_outcomes", \.unknownOutcomes,
      "Model calls that were sent and of which nobody knows whether the provider carried them out."),
    .nullable("error", \.error, "What made it fail."),
    .nullable("cost_micros", \.cost, "Micro-dollars; null where a model has no price."),
    .field("created_at", \.createdAt, "Milliseconds since the epoch."),
    .nullable("started_at", \.startedAt, "When it was first run."),
    .nullable("finished_at", \.finishedAt, "When it ended."))
}

/// What `message/send` answers: three shapes, by how it was asked and how it went.
enum SendAnswer: Sendable {
  /// Not streamed and finished: Anthropic's message with our three members more.
  case message(Turn, Message)
  /// Not streamed and parked.
  case parked(Turn)
  /// Streamed: where the events begin.
  case started(SubmittedTurn)
}

extension Shape where Value == SendAnswer {
  static let sendAnswer = Shape(schema: [
    "anyOf": [
      [
        "title": "message", "type": "object",
        "properties": [
          "id": ["type": "string"], "type": ["const": "message"], "role": ["const": "assistant"],
          "model": ["type": "string"], "content": ["type": "array"],
          "stop_reason": ["type": ["string", "null"]], "usage": ["type": "object"],
          "thread_id": ["type": "string"], "seq": ["type": "integer"],
          "turn_id": ["type": "string"], "cost_micros": ["type": ["integer", "null"]],
        ],
      ],
      Shape<Turn>.turn.schema,
      [
        "title": "started", "type": "object",
        "properties": [
          "turn_id": ["type": "string"], "thread_id": ["type": "string"],
          "user_seq": ["type": "integer"], "event_seq": ["type": "integer"],
        ],
      ],
    ]
  ]) { answer in
    switch answer {
    case .message(let turn, let message): SendAnswer.json(turn, message)
    case .parked(let turn): Shape<Turn>.turn.write(turn)
    case .started(let submitted):
      .record([
        "turn_id": submitted.turn.id.json, "thread_id": submitted.turn.threadID?.json,
        "user_seq": submitted.turn.userSeq.map(JSON.int), "event_seq": .int(submitted.cursor),
      ])
    }
  }
}

extension SendAnswer {
  static func json(_ turn: Turn, _ message: Message) -> JSON {
    [
      "id": .string(message.requestID ?? turn.id.rawValue), "type": "message", "role": "assistant",
      "model": .string(message.model ?? turn.request.model),
      "content": .array(message.blocks.map(\.publicJSON)),
      "stop_reason": message.stopReason.map(JSON.string) ?? .null, "stop_sequence": nil,
      "usage": (message.usage ?? Usage()).json, "thread_id": message.threadID.json,
      "seq": .int(message.seq), "turn_id": turn.id.json,
      "cost_micros": turn.cost.map(JSON.int) ?? .null,
    ]
  }
}
