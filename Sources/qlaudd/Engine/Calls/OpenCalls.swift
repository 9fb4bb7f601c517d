import Domain
import Store
import Tools
import Wire

/// The tool calls that a turn leaves unanswered when it ends: each gets a result that says so, since the next turn's model
/// must find one for every call.
struct OpenCalls: Sendable {
  let core: Core
  let turn: Turn

  static let interrupted = "This call was interrupted; its outcome is unknown."

  /// The message with the results that are missing when the turn ends like this; nil where none is.
  func results(_ status: Turn.Status, _ call: Attempt.Call?) async throws -> MessageDraft? {
    if status == .done {
      guard let call, call.hitMaxIterations else { return nil }
      let limit = turn.request.maxIterations
      return Self.message(
        call.reply.toolCalls.map {
          Block.toolResult(
            id: $0.toolUseID,
            content: "This call was not made: the turn had made \(limit) model calls, its limit.",
            isError: true)
        })
    }
    try await core.store.cancelApprovals(of: turn.id) { [TurnEvents.approvalResolved($0, $1)] }
    guard turn.threadID != nil,
      let reply = try await TurnSteps.load(core.store, turn).openReply
    else { return nil }
    return try await close(reply, status)
  }

  private func close(_ reply: Message, _ status: Turn.Status) async throws -> MessageDraft {
    let rows = try await core.store.toolCalls(of: turn.id, in: reply.seq)
    let calls = reply.blocks.filter { $0.type == "tool_use" }
    var results: [Block] = []
    for (place, block) in calls.enumerated() {
      var items: [ToolCallRow] = []
      for row in rows where row.place.index == place && row.place.item > 0 {
        items.append(try await close(row))
      }
      var answer = rows.first { $0.place == CallPlace(place) }
      if let open = answer { answer = try await close(open, items) }
      results.append(
        Block.toolResult(
          id: block.toolUseID,
          content: answer?.result
            ?? .string("This call was not made: the turn was \(status.rawValue) before."),
          isError: answer?.isError ?? true))
    }
    return Self.message(results)
  }

  /// A call of several says what came of those that were begun.
  private func close(_ row: ToolCallRow, _ items: [ToolCallRow] = []) async throws -> ToolCallRow {
    if row.isDone { return row }
    let result =
      items.isEmpty
      ? ToolResult.failure(Self.interrupted)
      : MultiResult.result(items.map { ($0.name, ToolRound.Answer($0)) })
    return try await core.store.finishToolCall(
      ToolAnswer(
        row, result: result.content, isError: true,
        events: [TurnEvents.toolDone(turn, row, result.output, isError: true)]))
  }

  private static func message(_ results: [Block]) -> MessageDraft {
    MessageDraft(role: .user, content: .array(results.map(\.json)))
  }
}

extension TurnEvents {
  static func toolStarted(_ turn: Turn, _ call: ToolCallRow, _ input: JSON) -> EventDraft {
    make(
      EventName.toolDispatchStart, of: turn,
      [
        "tool_use_id": .string(call.toolUseID), "name": .string(call.name), "input": input,
        "iteration": .integer(call.iteration),
      ])
  }

  static func toolDone(_ turn: Turn, _ call: ToolCallRow, _ output: JSON, isError: Bool)
    -> EventDraft
  {
    make(
      EventName.toolDispatchDone, of: turn,
      [
        "tool_use_id": .string(call.toolUseID), "name": .string(call.name),
        "is_error": .bool(isError), "output": output, "iteration": .integer(call.iteration),
      ])
  }
}
