import Domain
import Store
import Tools
import Wire

/// A turn from its first model call to its last: the model is called, the tools that it asks for are run, it is called
/// again with their results, until it asks for none, has been called as often as it may be, or the turn is stopped.
///
/// Every step is stored before the next one begins, so the loop asks what is stored where it stands. It goes on from there
/// after a crash and after having been parked.
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
    while true {
      try Task.checkCancellation()
      let toolbox = try await Toolbox.of(turn.request, in: thread, core)
      let steps = try await TurnSteps.load(core.store, turn)
      if let reply = steps.openReply {
        let round = ToolRound(
          core: core, turn: turn, thread: thread, toolbox: toolbox, reply: reply,
          iteration: steps.modelCalls)
        try await store(try await round.run())
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
      do { try await store(call) } catch {
        return Attempt.outcome(of: error, turn, core, call)
      }
    }
  }

  /// Stores a reply that asks for tools. What was streamed of it must not be lost when the reply is there: it would not
  /// come again.
  private func store(_ call: Attempt.Call) async throws {
    guard let draft = call.draft(partial: false) else { return }
    let usage = call.usageRecord(turn, now: core.source.now())
    try await core.persist {
      try await core.store.flushEvents()
      _ = try await core.store.storeIteration(turn.id, messages: [draft], usage: usage) { _ in [] }
    }
  }

  private func store(_ results: MessageDraft) async throws {
    _ = try await core.persist {
      try await core.store.storeIteration(turn.id, messages: [results], usage: nil) { _ in [] }
    }
  }
}

extension Reply {
  /// The calls of tools that it asks for.
  var toolCalls: [Block] { blocks.filter { $0.type == "tool_use" } }
}
