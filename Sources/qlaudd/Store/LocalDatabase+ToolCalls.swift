package import Domain
import GRDB
package import Wire

/// One call of a tool by a model.
package struct ToolCallRow: Sendable, Equatable {
  package let turnID: TurnID
  /// The assistant message that asks for it; of calls that are to begin with it, the store sets it.
  package var messageSeq: MessageSeq
  package let place: CallPlace
  package let threadID: ThreadID
  /// The model's id of the call; of an item, its call's id, `/` and its number.
  package let toolUseID: String
  package let name: String
  /// The kind of the tool; `unknown` where there is none of that name.
  package let kind: String
  /// The model call, from 1, that asked for it.
  package let iteration: Int
  /// What the model is told: a string or content blocks. Nil before the call is answered, and once it stands in a message.
  package let result: JSON?
  /// Nil before the call is answered.
  package let isError: Bool?
  /// Set when it is stored.
  package let startedAt: Milliseconds
  package let finishedAt: Milliseconds?
  /// A call's row.
  package init(
    turnID: TurnID, messageSeq: MessageSeq, place: CallPlace, threadID: ThreadID, toolUseID: String,
    name: String, kind: String, iteration: Int, result: JSON? = nil, isError: Bool? = nil,
    startedAt: Milliseconds = 0, finishedAt: Milliseconds? = nil
  ) {
    self.turnID = turnID
    self.messageSeq = messageSeq
    self.place = place
    self.threadID = threadID
    self.toolUseID = toolUseID
    self.name = name
    self.kind = kind
    self.iteration = iteration
    self.result = result
    self.isError = isError
    self.startedAt = startedAt
    self.finishedAt = finishedAt
  }
  /// Whether it was answered.
  package var isDone: Bool { finishedAt != nil }
}

/// Calls that are about to be made, with the events that tell of them.
package struct BeginningCalls: Sendable {
  package let rows: [ToolCallRow]
  package let events: [EventDraft]
  /// Calls of one turn.
  package init(rows: [ToolCallRow], events: [EventDraft]) {
    self.rows = rows
    self.events = events
  }
}

/// The answer of a started call, with the events that tell of it.
package struct ToolAnswer: Sendable {
  package let row: ToolCallRow
  /// What the model is told: a string or content blocks.
  package let result: JSON
  package let isError: Bool
  package let events: [EventDraft]
  /// An answer.
  package init(_ row: ToolCallRow, result: JSON, isError: Bool, events: [EventDraft]) {
    self.row = row
    self.result = result
    self.isError = isError
    self.events = events
  }
}

extension LocalDatabase {
  /// Notes that a call is about to be made, before it is made, with the events that tell of it.
  /// - Returns: the row as it is stored.
  /// - Throws: `conflict` where its turn has ended.
  @discardableResult
  package func startToolCall(_ call: ToolCallRow, events: [EventDraft]) async throws -> ToolCallRow
  {
    try await write(isShort: true) { transaction in
      _ = try Self.unfinished(transaction.db, call.turnID)
      try Self.begin(transaction, BeginningCalls(rows: [call], events: events))
      try Self.noteStep(transaction, call.turnID)
      return try Self.stored(transaction.db, call)
    }
  }

  /// Notes that several calls of a turn are about to be made, all or none.
  /// - Throws: `conflict` where the turn has ended.
  package func startToolCalls(_ calls: BeginningCalls, of turn: TurnID) async throws {
    try await write(isShort: true) { transaction in
      _ = try Self.unfinished(transaction.db, turn)
      try Self.begin(transaction, calls)
      try Self.noteStep(transaction, turn)
    }
  }

  static func begin(_ transaction: Transaction, _ calls: BeginningCalls) throws {
    for call in calls.rows {
      try ToolCallTable.insert(transaction.db, call, at: transaction.now)
    }
    try transaction.emit(calls.events)
  }

  /// Stores the answer of a started call with the events that tell of it. The first answer wins. The disk is not waited for,
  /// as the turn's next step is: with the power an answer may be lost, and the call's outcome is unknown then.
  /// - Returns: the row as it is now, with the answer that won.
  /// - Throws: `not_found` where the call was never started.
  package func finishToolCall(_ answer: ToolAnswer) async throws -> ToolCallRow {
    try await write(isDurable: false, isShort: true) { transaction in
      if try Self.finish(transaction, answer) { try Self.noteStep(transaction, answer.row.turnID) }
      return try Self.stored(transaction.db, answer.row)
    }
  }

  /// - Returns: whether it is the answer that counts.
  @discardableResult
  static func finish(_ transaction: Transaction, _ answer: ToolAnswer) throws -> Bool {
    if try stored(transaction.db, answer.row).isDone { return false }
    try ToolCallTable.finish(
      transaction.db, answer.row, result: answer.result, isError: answer.isError,
      at: transaction.now)
    try transaction.emit(answer.events)
    return true
  }

  private static func stored(_ db: Database, _ call: ToolCallRow) throws -> ToolCallRow {
    let row = try ToolCallTable.get(
      db, turn: call.turnID, message: call.messageSeq, place: call.place)
    guard let row else { throw QlaudError.notFound("tool call", call.toolUseID) }
    return row
  }

  /// Stores the answer that somebody outside gives to a started call of that kind. The first answer wins.
  /// - Parameter events: given the turn and the call, the events that tell of it.
  /// - Throws: `not_found` where no such call waits: unknown, answered, timed out, or its turn has ended.
  package func answerToolCall(
    thread: ThreadID, toolUseID: String, kind: String, result: JSON, isError: Bool,
    events: @escaping @Sendable (Turn, ToolCallRow) -> [EventDraft]
  ) async throws {
    try await write { transaction in
      let db = transaction.db
      guard
        let call = try ToolCallTable.open(db, thread: thread, toolUseID: toolUseID, kind: kind),
        let turn = try TurnTable.get(db, call.turnID)?.turn, !turn.status.isFinal
      else { throw QlaudError.notFound("tool call that waits", toolUseID) }
      try ToolCallTable.finish(db, call, result: result, isError: isError, at: transaction.now)
      try transaction.emit(events(turn, call))
      try Self.noteStep(transaction, call.turnID)
    }
  }

  /// The calls of an assistant message that were started, items included, by their places.
  package func toolCalls(of turn: TurnID, in message: MessageSeq) async throws -> [ToolCallRow] {
    try look { try ToolCallTable.all($0, turn: turn, message: message) }
  }

  /// One call as it is now; nil where it was not started.
  package func toolCall(_ call: ToolCallRow) async throws -> ToolCallRow? {
    try look { db in
      try ToolCallTable.get(
        db, turn: call.turnID, message: call.messageSeq, place: call.place)
    }
  }

  private static func noteStep(_ transaction: Transaction, _ turn: TurnID) throws {
    try TurnTable.noteStep(
      transaction.db, turn, assistantSeq: nil, discardAfter: transaction.lastNumber)
  }
}
