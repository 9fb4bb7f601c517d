import Domain
import Store
import Upstream
import Wire

/// The way to a provider that may be out of reach: the ladder of a turn's `offline` rule, and where the turn waits.
extension Attempt {
  /// The route of the turn's model, where its provider may be called now. A turn whose rule is `local` goes to the local model
  /// while it may not.
  /// - Throws: ``Reach/Held`` where the turn must wait; `not_found` as of ``ModelRouter``.
  func admittedRoute() async throws -> Route {
    let router = ModelRouter(store: core.store)
    let route = try await router.route(turn.request.model)
    do throws(Reach.Held) {
      try core.reach.admit(turn.id, to: route.provider.name)
      return route
    } catch {
      guard turn.request.offline == .local, let local = try await localRoute(router) else {
        throw error
      }
      try core.reach.admit(turn.id, to: local.provider.name)
      return local
    }
  }

  /// The route of the model that stands in while others are out of reach; nil where none is set.
  private func localRoute(_ router: ModelRouter) async throws -> Route? {
    guard let slug = try await core.store.setting(SettingName.localModel)?.string else {
      return nil
    }
    return try await router.route(slug)
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
        reason: held.cause.reason, lane: held.provider, retryAt: nil, expectedAt: held.until,
        isAttempt: false), nil)
  }

  /// Where and until when a turn waits whose call has failed.
  func parking(
    after failure: UpstreamFailure, at provider: Provider, _ verdict: Reach.Verdict
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
        reason: cause.reason, lane: provider.name, retryAt: nil, expectedAt: until,
        isOutcomeUnknown: isUnknown)
    }
    let delay = Backoff.delay(
      failures: turn.attempts, retryAfter: failure.retryAfter, random: core.source.randomFraction)
    let moment = core.steady() + delay
    return Parking(
      reason: cause.reason, lane: provider.name, retryAt: moment,
      expectedAt: max(moment, verdict.openUntil ?? 0), isOutcomeUnknown: isUnknown)
  }
}
