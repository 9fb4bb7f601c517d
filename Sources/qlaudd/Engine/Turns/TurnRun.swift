import Domain
import Logging
import Store
import Upstream
import Wire

/// Runs one claimed turn to its end, or parks it. Everything that must outlive the process is
/// written by the store; what is streamed goes to the event log as it comes.
struct TurnRun: Sendable {
  let core: Core
  let turn: Turn
  let lease: RunningTurns.Lease

  /// How an attempt ended.
  enum Outcome: Sendable {
    case finished(Attempt.Call)
    /// Nothing usable came and it may go better later.
    case parked(Parking, Attempt.Call?)
    case failed(QlaudError, Attempt.Call?)
    case stopped(Attempt.Call?)
  }

  /// Runs the turn; returns when its row is final or queued again.
  func run() async {
    let outcome = await attemptUntilStopped()
    await settle(outcome)
  }

  /// The attempt runs in a child task, so that a stop cancels its upstream call at once while what
  /// follows, the writing of the outcome, runs in a task that nobody cancels.
  private func attemptUntilStopped() async -> Outcome {
    await withTaskGroup(of: Outcome?.self) { group in
      group.addTask { await TurnLoop(core: core, turn: turn).run() }
      group.addTask {
        await lease.untilStopped()
        return nil
      }
      let first = await group.next() ?? nil
      group.cancelAll()
      if let first { return first }
      for await outcome in group { if let outcome { return outcome } }
      return .stopped(nil)
    }
  }

  /// Writes the outcome; a store that refuses for now is asked again until it takes it or the
  /// daemon ends, which leaves the turn to the recovery of the next start. A turn that somebody else has ended or erased
  /// meanwhile has no outcome left to write.
  private func settle(_ outcome: Outcome) async {
    while true {
      do { return try await write(outcome) } catch let error as QlaudError
        where error.kind == .conflict || error.kind == .notFound
      {
        core.logger.notice("a turn had ended already", metadata: ["turn": "\(turn.id)"])
        return
      } catch {
        let metadata: Logger.Metadata = ["turn": "\(turn.id)", "error": "\(error)"]
        core.logger.error("a turn's outcome could not be written", metadata: metadata)
        if Task.isCancelled || lease.stopped == .shutdown { return }
        await Bell.pause(for: .seconds(1))
      }
    }
  }

  private func write(_ outcome: Outcome) async throws {
    switch outcome {
    case .finished(let call):
      if let error = Self.tooLarge(turn, call) {
        try await finish(.failed, call, error: error)
      } else {
        try await finish(.done, call)
      }
    case .parked(let parking, let call): try await park(parking, call)
    case .failed(let error, let call): try await finish(.failed, call, error: error)
    case .stopped(let call):
      switch lease.stopped {
      case .shutdown, nil:
        let parking = Parking(
          reason: "shutdown", lane: turn.lane, retryAt: nil, isAttempt: false,
          isOutcomeUnknown: call != nil)
        try await park(parking, call)
      case .cancelled: try await finish(.cancelled, call)
      }
    }
  }

  /// A job's result is kept in its row, and so has a limit.
  private static func tooLarge(_ turn: Turn, _ call: Attempt.Call) -> QlaudError? {
    guard turn.threadID == nil else { return nil }
    let size = call.draft.content.bytes.count
    guard size > Limits.jobResultBytes else { return nil }
    return QlaudError(
      .tooLarge, "the result has \(size) bytes, a job keeps at most \(Limits.jobResultBytes)",
      details: ["limit": .integer(Limits.jobResultBytes)])
  }

  /// What was already streamed comes again, and readers are told to drop it.
  private func park(_ parking: Parking, _ call: Attempt.Call?) async throws {
    if let call, call.hasStreamed {
      let retry: JSON.Object = [
        "attempt": .integer(turn.attempts + 1), "reason": .string(parking.reason),
        "discard_after": .int(call.cursor),
        "outcome": parking.isOutcomeUnknown ? "unknown" : "failed",
      ]
      try await core.events.append([TurnEvents.make(EventName.retry, of: turn, retry)])
    }
    try await core.store.parkTurn(
      turn.id, parking, usage: call?.usageRecord(turn, now: core.source.now()))
  }

  private func finish(_ status: Turn.Status, _ call: Attempt.Call?, error: QlaudError? = nil)
    async throws
  {
    let turn = try await core.store.turn(turn.id, visibleTo: nil)
    let iterations = max(turn.iterations, call?.iteration ?? 0)
    let hitMax = call?.hitMaxIterations == true
    let results = try await OpenCalls(core: core, turn: turn).results(status, call)
    _ = try await core.store.finishTurn(
      turn.id, status: status, reply: keptReply(status, call), results: results,
      usage: call?.usageRecord(turn, now: core.source.now()),
      error: error.map { .object($0.errorObject) }, iterations: iterations
    ) { finished in
      TurnEvents.end(
        of: turn, finished, status: status, iterations: iterations, hitMaxIterations: hitMax,
        error: error)
    }
  }
}

extension TurnRun {
  /// What is kept of the reply: of a job only one that is whole.
  private func keptReply(_ status: Turn.Status, _ call: Attempt.Call?) -> MessageDraft? {
    if turn.threadID == nil, status != .done { return nil }
    return status == .done ? call?.draft : call?.brokenDraft
  }
}

extension QlaudError {
  /// The error as a turn's row keeps it.
  var errorObject: JSON.Object {
    var object = data
    object["message"] = .string(message)
    return object
  }
}
