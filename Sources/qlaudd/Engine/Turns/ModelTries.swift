import Domain
import Logging
import Store
import Upstream
import Wire

/// One model call of a turn with all its tries: at the turn's model, at its further hosts, at the fallback models, by
/// ``RetryPolicy``. What a try has used is settled before the next one, and readers are told what is void.
struct ModelTries: Sendable {
  let core: Core
  let turn: Turn
  let iteration: Int
  let tools: [ModelCall.Tool]

  /// Times that the history is cut because the host says that the input is too long.
  private static let cuts = 4

  /// Never throws: every way it can end is an outcome.
  /// - Parameter host: the place in the list of hosts to begin at; afterwards the one that was asked last, so that the
  ///   turn's next call begins there.
  func run(from host: inout Int) async -> TurnRun.Outcome {
    let routes: [Route]
    do { routes = try await RoutePlan(core: core, turn: turn).routes() } catch {
      return Attempt.outcome(of: error, turn, core)
    }
    var policy = RetryPolicy(hosts: routes.count, from: min(host, routes.count - 1))
    var tried = 0
    var cuts = 0
    while true {
      let route = routes[policy.host]
      let attempt = Attempt(
        core: core, turn: turn, iteration: iteration, tools: tools, route: route)
      let end = await attempt.run()
      host = policy.host
      guard case .broke(let failure, let call) = end else { return end.outcome }
      tried += 1
      if failure.isTooLong, cuts < Self.cuts, let call {
        cuts += 1
        do {
          if try await call.input.shrink() {
            try await note(failure, call, tried, next: route)
            continue
          }
        } catch { return Attempt.outcome(of: error, turn, core, call) }
      }
      let error = QlaudError(upstream: failure, provider: route.provider.name)
      let step = policy.step(after: failure, random: core.source.randomFraction)
      switch step {
      case .fail: return .failed(error, call)
      case .park(let reason, let retryAfter):
        if turn.request.offline == .fail { return .failed(error, call) }
        return .parked(reason: reason, retryAfter: retryAfter, call)
      case .again(let wait):
        if let limit = turn.request.notAfter, core.moment(in: wait) > limit {
          return .parked(reason: "offline", retryAfter: .milliseconds(wait), call)
        }
        do { try await note(failure, call, tried, next: route) } catch {
          return Attempt.outcome(of: error, turn, core, call)
        }
        await Bell.pause(for: .milliseconds(wait))
      case .next:
        do { try await note(failure, call, tried, next: routes[policy.host]) } catch {
          return Attempt.outcome(of: error, turn, core, call)
        }
      }
      if Task.isCancelled { return .stopped(nil) }
    }
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
      "discard_after": .int(call.cursor), "model": .string(next.slug),
      "provider": .string(next.provider.name),
    ]
    try await core.events.append([TurnEvents.make(EventName.retry, of: turn, retry)])
    guard let usage = call.usageRecord(turn, now: core.source.now()) else {
      return try await core.store.release(call.requestID)
    }
    _ = try await core.store.storeIteration(turn.id, messages: [], usage: usage) { _ in [] }
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
