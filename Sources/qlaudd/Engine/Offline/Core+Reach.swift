import Domain
import Logging
import Store
import Upstream
import Vault
import Wire

/// What turns do with the circuits: ask before a call, tell after it.
extension Core {
  /// The clock for waiting, as milliseconds like those of the wall clock at the start, but it never jumps.
  func steady() -> Milliseconds { steadyClock() }

  /// The provider has answered a turn's call, with success or with a refusal.
  func noteAnswer(to turn: TurnID, by provider: Provider, model: String?) async {
    let (news, mayLook) = reach.answered(turn, by: provider, model: model)
    if mayLook { work.ring() }
    if let news { await announce(news, provider) }
  }

  /// A turn's call has failed; says what the turn may do now.
  func noteFailure(
    _ failure: UpstreamFailure, of turn: TurnID, at provider: Provider, model: String?,
    began: Milliseconds
  ) async -> Reach.Verdict {
    let verdict = reach.failed(
      turn, at: provider, model: model,
      Circuit.Failure(
        cause: Circuit.Cause(failure), began: began, retryAfter: failure.retryAfter,
        jitter: source.randomFraction))
    if verdict.mayLook { work.ring() }
    if let news = verdict.news { await announce(news, provider) }
    return verdict
  }

  /// A turn is done, parked or waits: its place is free.
  func noteLeft(_ turn: TurnID) {
    if reach.left(turn) { work.ring() }
  }

  /// Looks whether a provider is back that nobody waits for. No key is shown for that: any answer will do.
  func probe(_ name: String, as probe: TurnID) async {
    defer { noteLeft(probe) }
    let began = steady()
    do {
      guard let provider = try await store.provider(named: name) else {
        return reach.letThrough(name)
      }
      do throws(UpstreamFailure) { try await upstream.look(at: provider) } catch {
        if error.isRetryable {
          _ = await noteFailure(error, of: probe, at: provider, model: nil, began: began)
          return
        }
      }
      await noteAnswer(to: probe, by: provider, model: nil)
    } catch {
      logger.error("a provider could not be looked at", metadata: ["error": "\(error)"])
    }
  }

  private func announce(_ news: Reach.News, _ provider: Provider) async {
    let name = news == .online ? EventName.networkOnline : EventName.networkOffline
    let draft = EventDraft(
      threadID: nil, turnID: nil, keyID: nil, name: name,
      data: ["type": .string(name), "provider": .string(provider.name)])
    do { try await events.append([draft], urgent: true) } catch {
      logger.error("an event could not be logged", metadata: ["event": "\(name)"])
    }
  }

  /// The lanes from which turns may be taken now.
  func openLanes() -> [String] {
    reach.openLanes() + (keeper.vault.isLocked ? [] : [Turn.vaultLane])
  }

  /// Fails what waits past its `not_after`.
  func expireTurns() async throws {
    let late = QlaudError(.offline, "not answered by not_after", details: ["reason": "not_after"])
    while try await store.expireTurns(
      now: source.now(), error: .object(late.errorObject),
      events: { finished in
        TurnEvents.end(
          of: finished.turn, finished, status: .failed, iterations: finished.turn.iterations,
          error: late)
      }) == 100
    {}
  }

  /// Runs something that waits for somebody outside: until it returns the turn is `waiting` and takes no place among those that
  /// run.
  func whileWaiting<Result>(_ turn: TurnID, _ body: () async throws -> Result) async throws
    -> Result
  {
    if running.beginWait(turn) { try await noteWaiting(turn) }
    let result: Result
    do { result = try await body() } catch {
      _ = running.endWait(turn)
      throw error
    }
    if running.endWait(turn) { try await noteWaiting(turn) }
    return result
  }

  private func noteWaiting(_ turn: TurnID) async throws {
    let running = running
    try await store.noteWaiting(turn) { running.isWaiting(turn) }
    if running.isWaiting(turn) { noteLeft(turn) }
    work.ring()
  }

  /// The rule of a turn: what it asks for itself, else what its thread says, its key, the settings; nil for the ordinary one.
  func offlineRule(asked: JSON?, _ thread: OfflineRule?, of principal: Principal) async throws
    -> JSON?
  {
    if let asked = asked?.nonNull { return asked }
    if let thread { return thread.json }
    if let key = try await store.key(principal.keyID)?.offline { return key.json }
    return try await store.setting(SettingName.offline)
  }
}
