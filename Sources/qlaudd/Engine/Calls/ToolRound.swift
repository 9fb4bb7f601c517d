import Domain
import Store
import Tools
import Wire

/// The calls of tools that one reply asks for: run in parallel, each written down before it begins and when it is answered,
/// and put into one message with exactly one result for each call, in their order, whatever happens.
struct ToolRound: Sendable {
  let core: Core
  let turn: Turn
  let thread: Thread
  let toolbox: Toolbox
  /// The stored reply.
  let reply: Message
  let iteration: Int

  /// Calls of one reply that run at once; further ones wait for a place.
  static let parallel = 64

  /// The kind of a tool that is not there.
  static let unknownKind = "unknown"

  /// What came of a call, as the model is told.
  struct Answer: Sendable, Equatable {
    let content: JSON
    let isError: Bool
  }

  /// One call and the row that it has, or will have.
  struct PendingCall: Sendable {
    let block: Block
    let row: ToolCallRow
    let entry: Toolbox.Entry?
    /// Why it must not be made, where the reply was cut off in it.
    let isCutOff: Bool
    let isStarted: Bool
    /// The tool's opened secrets; nil where one of them is missing.
    var secrets: [String: Secret]? = [:]

    /// Whether the tool will be run here: not what was answered, interrupted, or is the client's.
    var needsSecrets: Bool {
      guard let entry, entry.kind != nil, !row.isDone else { return false }
      return !isStarted || entry.isReadOnly
    }
  }

  /// - Throws: `CancellationError` where the turn is stopped, ``QlaudError`` `vault_locked` before anything that needs a
  ///   secret was started, and what the store throws. What was answered until then is stored.
  func run() async throws -> MessageDraft {
    let calls = try await withSecrets(try await pendingCalls())
    var answers = [Answer?](repeating: nil, count: calls.count)
    try await withThrowingTaskGroup(of: (Int, Answer).self) { group in
      var waiting = calls.indices.makeIterator()
      func startNext() {
        guard let index = waiting.next() else { return }
        group.addTask { (index, try await answer(calls[index])) }
      }
      for _ in 0..<Self.parallel { startNext() }
      while let (index, answer) = try await group.next() {
        answers[index] = answer
        startNext()
      }
    }
    let results = zip(calls, answers).map { call, answer in
      Block.toolResult(
        id: call.row.toolUseID, content: answer?.content ?? "", isError: answer?.isError ?? true
      ).json
    }
    return MessageDraft(role: .user, content: .array(results))
  }

  private func pendingCalls() async throws -> [PendingCall] {
    let rows = try await core.store.toolCalls(of: turn.id, in: reply.seq)
    let blocks = reply.blocks.filter { $0.type == "tool_use" }
    let endsInCall = reply.blocks.last?.type == "tool_use"
    return blocks.enumerated().map { place, block in
      let entry = toolbox[block.toolName]
      let stored = rows.first { $0.place == place }
      let row = ToolCallRow(
        turnID: turn.id, messageSeq: reply.seq, place: place, threadID: thread.id,
        toolUseID: block.toolUseID, name: block.toolName,
        kind: entry?.definition.kind.rawValue ?? Self.unknownKind, iteration: iteration)
      return PendingCall(
        block: block, row: stored ?? row, entry: entry,
        isCutOff: reply.stopReason == "max_tokens" && endsInCall && place == blocks.count - 1,
        isStarted: stored != nil)
    }
  }

  private func answer(_ call: PendingCall) async throws -> Answer {
    if call.row.isDone { return Answer(call.row) }
    guard let entry = call.entry else {
      // The tool was deleted while its call ran.
      let wasRun = call.isStarted && call.row.kind != Self.unknownKind
      if wasRun { return try await finish(call.row, .failure(OpenCalls.interrupted)) }
      return try await refuse(call, toolbox.unknown(call.row.name))
    }
    if call.isCutOff {
      return try await refuse(
        call, "the call was not made: max_tokens cut the reply off before it was complete")
    }
    if let text = call.block[Block.invalidInputKey]?.string {
      let head = text.prefix(200)
      return try await refuse(
        call, "the call was not made: its input is not a JSON object; it begins with: \(head)")
    }
    return entry.kind == nil
      ? try await askClient(call, entry) : try await run(call, entry)
  }

  /// Answers a call that is not made.
  private func refuse(_ call: PendingCall, _ problem: String) async throws -> Answer {
    let row = call.isStarted ? call.row : try await start(call, call.block["input"] ?? [:])
    return try await finish(row, .failure(problem))
  }

  private func run(_ call: PendingCall, _ entry: Toolbox.Entry) async throws -> Answer {
    guard let kind = entry.kind else { return try await refuse(call, "the tool cannot be run") }
    if call.isStarted, !entry.isReadOnly {
      return try await finish(call.row, .failure(OpenCalls.interrupted))
    }
    guard let secrets = call.secrets else {
      return try await refuse(call, "the call was not made: a secret of the tool is missing")
    }
    let toolCall = self.toolCall(call, secrets)
    var row = call.row
    if !call.isStarted {
      let input = self.input(toolCall, entry)
      let shown = Redactor(secrets: Array(secrets.values)).redact(input.json)
      // Nobody is asked about a call that is refused anyway.
      if input.isValid {
        let permission = CallPermission(
          core: core, turn: turn, call: row, definition: entry.definition, policy: entry.policy)
        if let refusal = try await permission.refusal(input: shown) {
          return try await refuse(call, refusal)
        }
      }
      row = try await start(call, shown)
    }
    let result = await Dispatch.run(toolCall, on: kind, core.outside)
    // What a stop has cut short may have happened or not: the row stays open for whoever closes the turn or resumes it.
    if result.isError { try Task.checkCancellation() }
    return try await finish(row, result)
  }

  private func toolCall(_ call: PendingCall, _ secrets: [String: Secret]) -> ToolCall {
    ToolCall(
      toolUseID: call.row.toolUseID, requestID: reply.requestID ?? turn.id.rawValue,
      threadID: thread.id, endUser: EndUser(id: thread.endUserID, metadata: thread.metadata),
      input: call.block["input"] ?? [:], secrets: secrets)
  }

  /// The input as it will be used, or as the model wrote it where it is refused.
  private func input(_ call: ToolCall, _ entry: Toolbox.Entry) -> (json: JSON, isValid: Bool) {
    do throws(InvalidParams) {
      return (.object(try Dispatch.prepare(call, for: entry.definition)), true)
    } catch { return (call.input, false) }
  }

  /// Opens what all calls need before the first one begins: a locked vault must not interrupt what runs.
  private func withSecrets(_ calls: [PendingCall]) async throws -> [PendingCall] {
    var calls = calls
    for index in calls.indices where calls[index].needsSecrets {
      guard let names = calls[index].entry?.secretNames else { continue }
      do {
        var secrets: [String: Secret] = [:]
        for (name, place) in names { secrets[name] = try await core.keeper.secret(place) }
        calls[index].secrets = secrets
      } catch let error as QlaudError {
        guard error.kind == .secretMissing else { throw error }
        calls[index].secrets = nil
      }
    }
    return calls
  }

  private func start(_ call: PendingCall, _ input: JSON) async throws -> ToolCallRow {
    try await core.persist {
      try await core.store.startToolCall(
        call.row, events: [TurnEvents.toolStarted(turn, call.row, input)])
    }
  }

  private func finish(_ row: ToolCallRow, _ result: ToolResult) async throws -> Answer {
    let done = try await core.persist {
      try await core.store.finishToolCall(
        row, result: result.content, isError: result.isError,
        events: [TurnEvents.toolDone(turn, row, result.output, isError: result.isError)])
    }
    return Answer(done)
  }
}

extension ToolRound {
  /// How long a client may take when the settings say nothing.
  static let clientWait: Milliseconds = 60_000

  /// Lets the client run its tool: the start event asks, `tool/result` answers. After a restart what is left of the time
  /// is waited for, since asking again does nothing twice.
  fileprivate func askClient(_ call: PendingCall, _ entry: Toolbox.Entry) async throws -> Answer {
    var row = call.row
    if !call.isStarted {
      do throws(InvalidParams) {
        _ = try Dispatch.prepare(toolCall(call, [:]), for: entry.definition)
      } catch { return try await refuse(call, "the call was not made: \(error)") }
      row = try await start(call, call.block["input"] ?? [:])
    }
    let asked = row
    return try await core.whileWaiting(turn.id) { try await clientAnswer(asked) }
  }

  private func clientAnswer(_ row: ToolCallRow) async throws -> Answer {
    let limit = try await core.store.setting(SettingName.clientToolWait)?.int ?? Self.clientWait
    let left = min(limit, max(0, row.startedAt + limit - core.source.now()))
    let deadline = ContinuousClock.now + .milliseconds(left)
    while true {
      try Task.checkCancellation()
      let seen = core.toolAnswers.generation
      if let now = try await core.store.toolCall(row), now.isDone { return Answer(now) }
      let rest = deadline - ContinuousClock.now
      if rest <= .zero { break }
      await core.toolAnswers.wait(past: seen, for: rest)
    }
    return try await finish(row, .failure("no client answered this call within \(limit) ms"))
  }
}

extension ToolRound.Answer {
  init(_ row: ToolCallRow) {
    self.init(content: row.result ?? "", isError: row.isError ?? true)
  }
}

extension Block {
  /// The id of a tool_use, without what a text column cannot hold.
  var toolUseID: String { Self.storable(self["id"]?.string ?? "") }
  /// The name in a tool_use, likewise.
  var toolName: String { Self.storable(self["name"]?.string ?? "") }

  private static func storable(_ text: String) -> String {
    text.utf8.contains(0)
      ? String(String.UnicodeScalarView(text.unicodeScalars.filter { $0.value != 0 })) : text
  }
}
