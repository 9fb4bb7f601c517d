import Domain
import Store
import Tools
import Wire

/// A turn from its first model call to its last: the model is called, the tools that it asks for are run, it is called
/// again with their results, until it asks for none, has been called as often as it may be, or the turn is stopped.
///
/// Every step is stored before the next one begins, so what is stored says where the turn stands. It goes on from there after
/// a crash and after having been parked.
struct TurnLoop: Sendable {
  let core: Core
  let turn: Turn

  /// Never throws: every way it can end is an outcome.
  func run() async -> TurnRun.Outcome {
    var host = 0
    guard let threadID = turn.threadID else {
      return await tries(1, []).run(from: &host)
    }
    do { return try await steps(in: threadID, from: &host) } catch {
      return Attempt.outcome(of: error, turn, core)
    }
  }

  private func tries(_ iteration: Int, _ tools: [ModelCall.Tool]) -> ModelTries {
    ModelTries(core: core, turn: turn, iteration: iteration, tools: tools)
  }

  private func steps(in threadID: ThreadID, from host: inout Int) async throws -> TurnRun.Outcome {
    let thread = try await core.store.thread(threadID, visibleTo: nil)
    var steps = try await TurnSteps.load(core.store, turn)
    var opened: [PendingCall]?
    var shelved = Shelved(change: core.store.toolChanges, toolbox: try await toolbox(thread))
    while true {
      try Task.checkCancellation()
      let change = core.store.toolChanges
      if change != shelved.change {
        shelved = Shelved(change: change, toolbox: try await toolbox(thread))
      }
      let toolbox = shelved.toolbox
      if let reply = steps.openReply {
        let round = ToolRound(
          core: core, turn: turn, thread: thread, toolbox: toolbox, reply: reply,
          iteration: steps.modelCalls, opened: opened)
        opened = nil
        try await store(try await round.run())
        steps.addResults()
        continue
      }
      let tries = self.tries(steps.modelCalls + 1, toolbox.offers)
      let outcome = await tries.run(from: &host)
      guard case .finished(var call) = outcome, !call.reply.toolCalls.isEmpty else {
        return outcome
      }
      if call.iteration >= turn.request.maxIterations {
        call.hitMaxIterations = true
        return .finished(call)
      }
      do {
        guard let draft = call.draft(partial: false) else { continue }
        let round = ToolRound(
          core: core, turn: turn, thread: thread, toolbox: toolbox,
          reply: Message(draft, of: threadID, turn.id, now: core.source.now()),
          iteration: steps.modelCalls + 1)
        let reply: Message
        (reply, opened) = try await store(draft, call, opening: round)
        steps.add(reply: reply)
      } catch {
        return Attempt.outcome(of: error, turn, core, call)
      }
    }
  }

  /// The tools of the turn, and at which change of the registered ones they were collected.
  private struct Shelved {
    let change: Int
    let toolbox: Toolbox
  }

  private func toolbox(_ thread: Thread) async throws -> Toolbox {
    try await Toolbox.of(turn.request, in: thread, core)
  }

  /// Stores a reply that asks for tools, with the calls that begin at once.
  /// - Returns: the message, and its calls where they were made ready.
  private func store(_ draft: MessageDraft, _ call: Attempt.Call, opening round: ToolRound)
    async throws -> (Message, [PendingCall]?)
  {
    let opening = await round.opening()
    let usage = call.usageRecord(turn, now: core.source.now())
    let seqs = try await core.persist {
      try await core.store.storeIteration(
        turn.id, messages: [draft], usage: usage, beginning: opening?.beginning)
    }
    var reply = round.reply
    reply.seq = seqs.last ?? 0
    return (reply, opening?.calls.map { $0.at(reply.seq) })
  }

  private func store(_ results: ToolRound.Results) async throws {
    try await core.persist {
      try await core.store.storeIteration(
        turn.id, messages: [results.message], usage: nil, answered: results.last)
    }
  }
}

extension Message {
  /// A reply before it is stored; it has no number yet.
  fileprivate init(
    _ draft: MessageDraft, of thread: ThreadID, _ turn: TurnID, now: Milliseconds
  ) {
    self.init(
      threadID: thread, seq: 0, role: draft.role, content: draft.content,
      requestID: draft.requestID, turnID: turn, model: draft.model, stopReason: draft.stopReason,
      usage: draft.usage, createdAt: now)
  }
}

extension Reply {
  /// The calls of tools that it asks for.
  var toolCalls: [Block] { blocks.filter { $0.type == "tool_use" } }
}
