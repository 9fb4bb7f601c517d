import Domain
import Store
import Upstream
import Wire

/// The way to a provider that may be out of reach: the ladder of a turn's `offline` rule, and where the turn waits.
extension ModelTries {
  /// The first of the hosts, from the policy's on, that may be called now. A turn whose rule is `local` goes to the local model
  /// while none may.
  /// - Throws: ``Reach/Held`` of the first one where the turn must wait; `not_found` as of ``ModelRouter``.
  func admitted(_ policy: inout RetryPolicy) async throws -> PlannedHost {
    var first: Reach.Held?
    for host in policy.host..<hosts.count {
      do throws(Reach.Held) {
        try core.reach.admit(turn.id, to: hosts[host].route)
        policy.skip(to: host)
        return hosts[host]
      } catch { first = first ?? error }
    }
    guard let first else { throw QlaudError.notFound("model", "\"\(turn.request.model)\"") }
    guard turn.request.offline == .local,
      let local = try await RoutePlan(core: core, turn: turn).localHost()
    else { throw first }
    try core.reach.admit(turn.id, to: local.route)
    return local
  }

  /// What becomes of a turn that may not call now.
  func hold(_ held: Reach.Held) -> TurnRun.Outcome {
    if turn.request.offline == .fail {
      var details: JSON.Object = ["provider": .string(held.provider)]
      if let until = held.until {
        details["retry_after"] = .int((max(0, until - core.steady()) + 999) / 1000)
      }
      return .failed(
        QlaudError(
          held.cause == .unreachable ? .offline : .upstreamError,
          "provider \"\(held.provider)\" is out of reach (\(held.cause.reason))",
          details: details, isRetryable: true), nil)
    }
    return .parked(
      Parking(
        reason: held.cause.reason, lane: held.lane, retryAt: nil, expectedAt: held.until,
        isAttempt: false), nil)
  }

  /// Where and until when a turn waits whose call has failed.
  func parking(
    after failure: UpstreamFailure, _ verdict: Reach.Verdict
  ) -> Parking {
    let cause = Circuit.Cause(failure)
    let isUnknown = failure.isOutcomeUnknown
    if verdict.openUntil != nil, turn.request.offline == .local {
      // The circuit is open: the next try finds the local model.
      return Parking(
        reason: cause.reason, retryAt: core.steady(), isOutcomeUnknown: isUnknown)
    }
    // The lane keeps its order: the oldest is tried first again. But an error that may be this turn's own must not keep the others
    // waiting, so it also waits for itself.
    if let until = verdict.openUntil, cause != .faulty {
      return Parking(
        reason: cause.reason, lane: verdict.lane,
        // What it was told outlives a restart.
        retryAt: cause == .rateLimited && failure.retryAfter != nil ? until : nil,
        expectedAt: until, isOutcomeUnknown: isUnknown)
    }
    let delay = Backoff.delay(
      failures: turn.attempts, retryAfter: failure.retryAfter, random: core.source.randomFraction)
    let moment = core.steady() + delay
    return Parking(
      reason: cause.reason, lane: verdict.lane, retryAt: moment,
      expectedAt: max(moment, verdict.openUntil ?? 0), isOutcomeUnknown: isUnknown)
  }
}
