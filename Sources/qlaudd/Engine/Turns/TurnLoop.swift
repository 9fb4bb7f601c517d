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
    do {
      guard let threadID = turn.threadID else {
        let tries = ModelTries(
          core: core, turn: turn, iteration: 1,
          hosts: try await RoutePlan(core: core, turn: turn).hosts(), tools: [],
          conversation: nil)
        return await tries.run(from: &host)
      }
      return try await steps(in: threadID, from: &host)
    } catch {
      return Attempt.outcome(of: error, turn, core)
    }
  }

  private func steps(in threadID: ThreadID, from host: inout Int) async throws -> TurnRun.Outcome {
    let thread = try await core.store.thread(threadID, visibleTo: nil)
    var steps = try await TurnSteps.load(core.store, turn)
    var opened: [PendingCall]?
    var basis = try await basis(thread)
    let kept = KeptConversation()
    func round(_ reply: Message, _ iteration: Int, _ opened: [PendingCall]? = nil) -> ToolRound {
      ToolRound(
        core: core, turn: turn, thread: thread, toolbox: basis.toolbox, reply: reply,
        iteration: iteration, kept: kept, opened: opened)
    }
    /// Looks the basis up anew where it is old.
    func renew() async throws {
      guard core.store.configurationChanges != basis.change else { return }
      basis = try await self.basis(thread)
      kept.letGo()
    }
    while true {
      try Task.checkCancellation()
      try await renew()
      if let reply = steps.openReply {
        let results = try await round(reply, steps.modelCalls, opened).run()
        opened = nil
        kept.add(try await store(results, in: threadID))
        steps.addResults()
        continue
      }
      let tries = ModelTries(
        core: core, turn: turn, iteration: steps.modelCalls + 1, hosts: try await hosts(&basis),
        tools: basis.toolbox.offers, conversation: kept.current)
      let outcome = await tries.run(from: &host)
      guard case .finished(var call) = outcome, !call.reply.toolCalls.isEmpty else {
        return outcome
      }
      if call.iteration >= turn.request.maxIterations {
        call.hitMaxIterations = true
        return .finished(call)
      }
      do {
        kept.keep(call.input.conversation)
        // What was said of a tool while the model wrote holds for the calls that it has written.
        try await renew()
        let message = Message(call.draft, of: threadID, turn.id, now: core.source.now())
        let reply: Message
        (reply, opened) = try await store(call, opening: round(message, steps.modelCalls + 1))
        steps.add(reply: reply)
        kept.add(reply)
      } catch {
        return Attempt.outcome(of: error, turn, core, call)
      }
    }
  }

  /// What the turn's steps go by: looked up for the first of them, and again only after the configuration has changed.
  private struct Basis {
    /// At which change of the configuration it was looked up.
    let change: Int
    let toolbox: Toolbox
    /// Nil until the model is to be called.
    var hosts: [PlannedHost]?
  }

  private func basis(_ thread: Thread) async throws -> Basis {
    Basis(
      change: core.store.configurationChanges,
      toolbox: try await Toolbox.of(turn.request, in: thread, core))
  }

  private func hosts(_ basis: inout Basis) async throws -> [PlannedHost] {
    if let hosts = basis.hosts { return hosts }
    let hosts = try await RoutePlan(core: core, turn: turn).hosts()
    basis.hosts = hosts
    return hosts
  }

  /// Stores a reply that asks for tools, with the calls that begin at once.
  /// - Returns: the message, and its calls where they were made ready.
  private func store(_ call: Attempt.Call, opening round: ToolRound)
    async throws -> (Message, [PendingCall]?)
  {
    let opening = await round.opening()
    let usage = call.usageRecord(turn, now: core.source.now())
    let seqs = try await core.persist {
      try await core.store.storeIteration(
        turn.id, messages: [call.draft], usage: usage, beginning: opening?.beginning)
    }
    var reply = round.reply
    reply.seq = seqs.last ?? 0
    return (reply, opening?.calls.map { $0.at(reply.seq) })
  }

  private func store(_ results: ToolRound.Results, in thread: ThreadID) async throws -> Message {
    let seqs = try await core.persist {
      try await core.store.storeIteration(
        turn.id, messages: [results.message], usage: nil, answered: results.last)
    }
    var message = Message(results.message, of: thread, turn.id, now: core.source.now())
    message.seq = seqs.last ?? 0
    return message
  }
}

extension Message {
  /// A message before it is stored; it has no number yet.
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
