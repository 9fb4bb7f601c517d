import Domain
import Logging
import Store
import Upstream
import Wire

/// One model call of a turn with all its tries: at the turn's model, at its further hosts, at the fallback models, by
/// ``RetryPolicy`` and as the circuits of the hosts allow. What a try has used is settled before the next one, and
/// readers are told what is void.
struct ModelTries: Sendable {
  let core: Core
  let turn: Turn
  let iteration: Int
  /// Where the call may go, in order; at least one.
  let hosts: [PlannedHost]
  let tools: [ModelCall.Tool]
  /// The turn's thread as its call before this one carried it, with what the turn has added since; nil where it is to be read.
  let conversation: Conversation?

  /// Times that the history is cut because the host says that the input is too long.
  private static let cuts = 4
  /// Times that replies may have broken off, over all the times that the turn was parked.
  private static let brokenParks = 3
  /// Times a provider may answer a turn with an error of its own, while it answers others, before the turn fails.
  private static let faultTries = 6

  /// What follows on a try.
  private enum Next {
    case again
    case over(TurnRun.Outcome)
  }

  /// Never throws: every way it can end is an outcome.
  /// - Parameter host: the place in the list of hosts to begin at; afterwards the one that was asked last, so that the
  ///   turn's next call begins there.
  func run(from host: inout Int) async -> TurnRun.Outcome {
    do { return try await tryAll(from: &host) } catch let held as Reach.Held {
      return hold(held)
    } catch { return Attempt.outcome(of: error, turn, core) }
  }

  private func tryAll(from host: inout Int) async throws -> TurnRun.Outcome {
    var policy = RetryPolicy(hosts: hosts.count, from: min(host, hosts.count - 1))
    var tried = 0
    var cuts = 0
    while true {
      let planned = try await admitted(&policy)
      let route = planned.route
      host = policy.host
      let attempt = Attempt(
        core: core, turn: turn, iteration: iteration, tools: tools, host: planned,
        conversation: cuts == 0 ? conversation : nil, variant: "\(host).\(cuts)")
      let failure: UpstreamFailure
      let call: Attempt.Call?
      switch await attempt.run() {
      case .over(let outcome): return outcome
      case .broke(let why, let what): (failure, call) = (why, what)
      }
      tried += 1
      if failure.isTooLong, cuts < Self.cuts, let call, try await call.input.shrink() {
        cuts += 1
        try await note(failure, call, tried, next: route)
        continue
      }
      switch try await next(failure, call, at: route, &policy, tried) {
      case .again: if Task.isCancelled { return .stopped(nil) }
      case .over(let outcome): return outcome
      }
    }
  }

  private func next(
    _ failure: UpstreamFailure, _ call: Attempt.Call?, at route: Route,
    _ policy: inout RetryPolicy, _ tried: Int
  ) async throws -> Next {
    let error = QlaudError(upstream: failure, provider: route.provider.name)
    guard failure.isRetryable else {
      await core.noteAnswer(to: turn.id, by: route.provider, model: route.upstreamModel)
      guard policy.step(after: failure, random: 0) == .next else {
        return .over(.failed(error, call))
      }
      try await note(failure, call, tried, next: hosts[policy.host].route)
      return .again
    }
    let verdict = await core.noteFailure(
      failure, of: turn.id, at: route.provider, model: route.upstreamModel,
      began: call?.began ?? core.steady())
    var step = policy.step(after: failure, random: core.source.randomFraction)
    if case .again(let wait) = step {
      step = pause(wait, failure, verdict).map { .again(after: $0) } ?? policy.move(else: .park)
    }
    switch step {
    case .again(let wait):
      try await note(failure, call, tried, next: route)
      await Bell.pause(for: .milliseconds(wait))
      return .again
    case .next:
      try await note(failure, call, tried, next: hosts[policy.host].route)
      return .again
    case .fail: return .over(.failed(error, call))
    case .park:
      let isHopeless =
        failure.kind == .brokenStream && turn.attempts >= Self.brokenParks
        || failure.kind == .server && turn.attempts >= Self.faultTries && verdict.answersOthers
      if isHopeless || turn.request.offline == .fail { return .over(.failed(error, call)) }
      return .over(.parked(parking(after: failure, verdict), call))
    }
  }

  /// How long to wait in place: as the policy says, or until the host may be called again where it has said itself
  /// when that is. Nil where the turn is better off in the queue.
  private func pause(
    _ wait: Milliseconds, _ failure: UpstreamFailure, _ verdict: Reach.Verdict
  ) -> Milliseconds? {
    var wait = wait
    if let until = verdict.openUntil {
      guard failure.retryAfter != nil else { return nil }
      wait = max(wait, until - core.steady())
    }
    guard wait <= RetryPolicy.longestWait else { return nil }
    if let limit = turn.request.notAfter, core.moment(in: wait) > limit { return nil }
    return wait
  }

  /// Tells readers that the call comes again, and settles what it has used until it broke.
  private func note(_ failure: UpstreamFailure, _ call: Attempt.Call?, _ tried: Int, next: Route)
    async throws
  {
    core.logger.info(
      "a model call is tried again",
      metadata: [
        "turn": "\(turn.id)", "failure": "\(failure.kind.rawValue)",
        "provider": "\(next.provider.name)",
      ])
    guard let call else { return }
    let retry: JSON.Object = [
      "attempt": .integer(tried + 1), "reason": .string(failure.kind.reason),
      "discard_after": .int(call.cursor),
      "outcome": failure.isOutcomeUnknown ? "unknown" : "failed",
      "model": .string(next.slug), "provider": .string(next.provider.name),
    ]
    try await core.events.append([TurnEvents.make(EventName.retry, of: turn, retry)])
    try await core.store.noteFailedCall(
      turn.id, call.requestID, usage: call.usageRecord(turn, now: core.source.now()),
      isOutcomeUnknown: failure.isOutcomeUnknown)
  }
}

extension UpstreamFailure.Kind {
  /// The failure in the words of `qlaud.retry`.
  var reason: String {
    switch self {
    case .unreachable: "offline"
    case .rateLimited: "rate_limited"
    case .overloaded: "overloaded"
    case .server: "server_error"
    case .rejected: "refused"
    case .brokenStream: "broken_stream"
    case .malformed: "malformed"
    case .cancelled: "cancelled"
    }
  }
}
