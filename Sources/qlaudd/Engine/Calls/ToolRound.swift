import Domain
import Store
import Tools
import Wire

/// The calls of tools that one reply asks for: run in parallel, each written down before it begins and when it is answered,
/// and put into one message with exactly one result for each call, in their order, whatever happens. The calls inside a
/// `qlaud_multi_execute` are made like any other.
struct ToolRound: Sendable {
  let core: Core
  let turn: Turn
  let thread: Thread
  let toolbox: Toolbox
  /// The reply; one that is not stored yet has the number 0.
  let reply: Message
  let iteration: Int
  /// Let go of before somebody is waited for.
  let kept: KeptConversation
  /// Its calls, where they were made ready before it was stored (``opening()``).
  var opened: [PendingCall]?

  /// Calls of one reply that run at once; further ones wait for a place.
  static let parallel = 64

  /// The kind of a tool that is not there.
  static let unknownKind = "unknown"

  /// What came of a call, as the model is told.
  struct Answer: Sendable, Equatable {
    let content: JSON
    let isError: Bool
  }

  /// Where the answer of a call that is made belongs: `item` is nil for a call of the reply itself.
  private struct Leaf {
    let call: Int
    let item: Int?
  }

  /// What the round gives: the message with the results, and the answer that is to be stored with it.
  struct Results: Sendable {
    let message: MessageDraft
    let last: ToolAnswer?
  }

  /// - Throws: `CancellationError` where the turn is stopped, ``QlaudError`` `vault_locked` before anything that needs a
  ///   secret was started, and what the store throws. What was answered until then is stored.
  func run() async throws -> Results {
    var calls: [PendingCall]
    if let opened {
      calls = opened
    } else {
      calls = try await withSecrets(try await pendingCalls())
      for index in calls.indices where !calls[index].items.isEmpty {
        calls[index] = try await begun(calls[index])
      }
      calls = try await begunTogether(calls)
    }
    let open = OpenAnswers(calls)
    let answers = try await answers(of: calls, open)
    let results = zip(calls, answers).map { call, answer in
      Block.toolResult(
        id: call.row.toolUseID, content: answer?.content ?? "", isError: answer?.isError ?? true
      ).json
    }
    return Results(
      message: MessageDraft(role: .user, content: .array(results)), last: open.unstored)
  }

  /// Calls that can be noted with the reply that asks for them, in one transaction.
  struct Opening: Sendable {
    let calls: [PendingCall]
    let beginning: BeginningCalls
  }

  /// What of a reply that is about to be stored may begin with it; nil where something must happen first.
  func opening() async -> Opening? {
    guard !isMulti else { return nil }
    let fresh = PendingCall.all(
      of: reply, turn, iteration: iteration, toolbox: toolbox, rows: [], shelf: nil)
    let calls: [PendingCall]
    do { calls = try await withSecrets(fresh) } catch {
      // The reply has to be stored first. The round opens the secrets again then, and throws this.
      return nil
    }
    guard let beginning = beginning(calls) else { return nil }
    return Opening(calls: calls.map(\.noted), beginning: beginning)
  }

  /// Whether calls stand inside its calls.
  private var isMulti: Bool {
    reply.blocks.contains { block in
      block.type == "tool_use" && block.toolName == MetaTool.multiExecute.rawValue
    }
  }

  private func pendingCalls() async throws -> [PendingCall] {
    let rows = try await core.store.toolCalls(of: turn.id, in: reply.seq)
    let shelf = isMulti ? try await ToolShelf.load(core, for: thread.accountOwner) : nil
    return PendingCall.all(
      of: reply, turn, iteration: iteration, toolbox: toolbox, rows: rows, shelf: shelf)
  }

  /// Makes the calls, those inside calls beside the others, and answers a call of several when its last one is answered.
  private func answers(of calls: [PendingCall], _ open: OpenAnswers) async throws -> [Answer?] {
    var answers = [Answer?](repeating: nil, count: calls.count)
    var inner = calls.map { [Answer?](repeating: nil, count: $0.items.count) }
    let leaves = calls.indices.flatMap { index -> [Leaf] in
      calls[index].items.isEmpty || calls[index].row.isDone
        ? [Leaf(call: index, item: nil)]
        : calls[index].items.indices.map { Leaf(call: index, item: $0) }
    }
    // The usual round has one call: no other task is needed for it.
    if leaves.count == 1, let leaf = leaves.first, leaf.item == nil {
      return [try await answer(calls[leaf.call], open)]
    }
    try await withThrowingTaskGroup(of: (Leaf, Answer).self) { group in
      var waiting = leaves.makeIterator()
      func startNext() {
        guard let leaf = waiting.next() else { return }
        let call = leaf.item.map { calls[leaf.call].items[$0] } ?? calls[leaf.call]
        group.addTask {
          let answer = try await answer(call, open)
          open.note()
          return (leaf, answer)
        }
      }
      for _ in 0..<Self.parallel { startNext() }
      while let (leaf, answer) = try await group.next() {
        startNext()
        guard let item = leaf.item else {
          answers[leaf.call] = answer
          continue
        }
        inner[leaf.call][item] = answer
        let items = inner[leaf.call].compactMap(\.self)
        if items.count == inner[leaf.call].count {
          answers[leaf.call] = try await finish(calls[leaf.call], items)
        }
      }
    }
    return answers
  }

  private func answer(_ call: PendingCall, _ open: OpenAnswers) async throws -> Answer {
    if call.row.isDone { return Answer(call.row) }
    guard let entry = call.entry else {
      // The tool was deleted while its call ran.
      let wasRun = call.isStarted && call.row.kind != Self.unknownKind
      if wasRun { return try await finish(call.row, .failure(OpenCalls.interrupted)) }
      return try await refuse(call, call.problem ?? toolbox.unknown(call.row.name))
    }
    if let problem = call.problem {
      return try await refuse(call, "the call was not made: \(problem)")
    }
    switch entry.runner {
    case .tool(let kind): return try await run(call, entry, kind, open)
    case .client: return try await askClient(call, entry)
    case .meta(let tool): return try await answerMeta(call, tool)
    case .notConnected:
      return try await refuse(call, Connections.notConnected(call.row.name))
    }
  }

  /// Answers a call that is not made.
  func refuse(_ call: PendingCall, _ problem: String) async throws -> Answer {
    let row = call.isStarted ? call.row : try await start(call, call.input)
    return try await finish(row, .failure(problem))
  }

  private func run(
    _ call: PendingCall, _ entry: Toolbox.Entry, _ kind: any ToolKind, _ open: OpenAnswers
  ) async throws -> Answer {
    if call.isStarted, !entry.isReadOnly {
      return try await finish(call.row, .failure(OpenCalls.interrupted))
    }
    guard let secrets = call.secrets else {
      return try await refuse(call, "the call was not made: a secret of the tool is missing")
    }
    let toolCall = self.toolCall(call, secrets)
    var row = call.row
    if !call.isStarted, !call.isBegun {
      let input = Dispatch.input(toolCall, entry.definition)
      let shown = call.redactor.redact(input.json)
      // Nobody is asked about a call that is refused anyway.
      if input.isValid {
        let permission = CallPermission(
          core: core, turn: turn, call: row, definition: entry.definition, policy: entry.policy,
          kept: kept)
        if let refusal = try await permission.refusal(input: shown) {
          return try await refuse(call, refusal)
        }
      }
      row = try await start(call, shown)
    }
    let result = await Dispatch.run(toolCall, on: kind, core.outside)
    // What a stop has cut short may have happened or not: the row stays open for whoever closes the turn or resumes it.
    if result.isError { try Task.checkCancellation() }
    let answer = answer(row, result)
    if open.keepsLast(answer) { return Answer(content: result.content, isError: result.isError) }
    return try await finish(answer)
  }

  /// Notes in one transaction that all those calls begin for which nobody has to be asked and which have a place at once.
  private func begunTogether(_ calls: [PendingCall]) async throws -> [PendingCall] {
    guard let beginning = beginning(calls) else { return calls }
    try await core.persist { try await core.store.startToolCalls(beginning, of: turn.id) }
    return calls.map(\.noted)
  }

  /// The calls that begin at once; nil where there are none, or more than have a place.
  private func beginning(_ calls: [PendingCall]) -> BeginningCalls? {
    let all = calls + calls.filter { !$0.row.isDone }.flatMap(\.items)
    let ready = all.filter(\.mayBeginAtOnce)
    guard !ready.isEmpty, all.count <= Self.parallel else { return nil }
    let events = ready.map { call in
      let input = call.entry.map {
        Dispatch.input(toolCall(call, call.secrets ?? [:]), $0.definition).json
      }
      return TurnEvents.toolStarted(turn, call.row, call.redactor.redact(input ?? call.input))
    }
    return BeginningCalls(rows: ready.map(\.row), events: events)
  }

  private func toolCall(_ call: PendingCall, _ secrets: [String: Secret]) -> ToolCall {
    ToolCall(
      toolUseID: call.row.toolUseID, requestID: reply.requestID ?? turn.id.rawValue,
      threadID: thread.id, endUser: EndUser(id: thread.endUserID, metadata: thread.metadata),
      input: call.input, secrets: secrets)
  }

  /// Opens what all calls need before the first one begins: a locked vault must not interrupt what runs.
  private func withSecrets(_ calls: [PendingCall]) async throws -> [PendingCall] {
    var calls = calls
    for index in calls.indices {
      if calls[index].needsSecrets, let names = calls[index].entry?.secretNames {
        calls[index].secrets = try await core.keeper.present(names)
      }
      if !calls[index].items.isEmpty {
        calls[index].items = try await withSecrets(calls[index].items)
      }
    }
    return calls
  }

  func start(_ call: PendingCall, _ input: JSON) async throws -> ToolCallRow {
    try await core.persist {
      try await core.store.startToolCall(
        call.row, events: [TurnEvents.toolStarted(turn, call.row, input)])
    }
  }

  func finish(_ row: ToolCallRow, _ result: ToolResult) async throws -> Answer {
    try await finish(answer(row, result))
  }

  private func finish(_ answer: ToolAnswer) async throws -> Answer {
    Answer(try await core.persist { try await core.store.finishToolCall(answer) })
  }

  private func answer(_ row: ToolCallRow, _ result: ToolResult) -> ToolAnswer {
    ToolAnswer(
      row, result: result.content, isError: result.isError,
      events: [TurnEvents.toolDone(turn, row, result.output, isError: result.isError)])
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
      row = try await start(call, call.input)
    }
    let asked = row
    kept.letGo()
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

extension VaultKeeper {
  /// A tool's opened secrets by its own names for them; nil where one is missing.
  /// - Throws: ``QlaudError`` `vault_locked`.
  func present(_ names: [String: String]) async throws -> [String: Secret]? {
    do {
      var secrets: [String: Secret] = [:]
      for (name, place) in names { secrets[name] = try await secret(place) }
      return secrets
    } catch let error as QlaudError {
      guard error.kind == .secretMissing else { throw error }
      return nil
    }
  }
}
