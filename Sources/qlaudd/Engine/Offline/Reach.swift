import Domain
import Store
import Synchronization
import Upstream
import Wire

/// The circuits of all lanes and what they say about the network. Nothing of it is stored: what waits is rows, and a start
/// tries one turn of each lane.
///
/// A provider has a circuit, and each of its models that was told of a limit (429) has one more: a limit is mostly of one model, and
/// the others go on. Where it is of the whole account, each model finds that out with one call. A call needs both to let it through.
final class Reach: Sendable {
  fileprivate struct State {
    /// By lane.
    var circuits: [String: Circuit] = [:]
    var network: NetworkState
  }
  private let state: Mutex<State>
  /// The steady clock.
  private let now: @Sendable () -> Milliseconds

  init(now: @escaping @Sendable () -> Milliseconds) {
    self.now = now
    state = Mutex(State(network: NetworkState(at: now())))
  }

  /// A turn that must not call a provider now.
  struct Held: Error, Sendable, Equatable {
    let provider: String
    /// What it waits for.
    let lane: String
    let cause: Circuit.Cause
    /// When the provider is tried again; nil where somebody tries it now.
    let until: Milliseconds?
  }

  /// What is announced to everybody.
  enum News: Sendable, Equatable { case online, offline }

  /// Brings back what an earlier run left waiting.
  func restore(_ lanes: [LaneStatus]) {
    let now = now()
    state.withLock { state in
      for lane in lanes where lane.lane != Turn.vaultLane {
        let isLimit =
          lane.reason == Circuit.Cause.rateLimited.rawValue || Lane.model(of: lane.lane) != nil
        // What a provider asked for outlives the restart; a back-off does not.
        let moment = isLimit ? min(lane.lastRetryAt ?? now, now + Backoff.longestAsked) : now
        state.circuits[lane.lane] = Circuit(
          at: now, openUntil: moment, cause: isLimit ? .rateLimited : .unreachable)
      }
    }
  }

  /// Lets a turn call a model.
  /// - Throws: ``Held`` where it must wait; then no circuit has changed.
  func admit(_ turn: TurnID, to route: Route) throws(Held) {
    let now = now()
    let provider = route.provider.name
    let held: Held? = state.withLock { state in
      var asked = [provider: state.circuits[provider] ?? Circuit(at: now)]
      let limit = Lane.limit(of: route.upstreamModel, at: provider)
      asked[limit] = state.circuits[limit]
      for lane in [provider, limit] {
        for case .hold(let until) in asked[lane]?.take(.asks(turn), at: now) ?? [] {
          return Held(
            provider: provider, lane: lane, cause: asked[lane]?.cause ?? .unreachable, until: until)
        }
      }
      state.circuits.merge(asked) { $1 }
      return nil
    }
    if let held { throw held }
  }

  /// The provider has answered a call to a model, or one to none.
  func answered(_ turn: TurnID, by provider: Provider, model: String?) -> (
    news: News?, mayLook: Bool
  ) {
    let now = now()
    return state.withLock { state in
      var actions = state.take(.answered(turn), provider.name, at: now)
      if let limit = model.map({ Lane.limit(of: $0, at: provider.name) }),
        state.circuits[limit] != nil
      {
        actions += state.take(.answered(turn), limit, at: now)
      }
      return (state.noteThere(provider, at: now), actions.contains(.look))
    }
  }

  /// How things stand after a failure.
  struct Verdict: Sendable, Equatable {
    let news: News?
    /// What the turn waits for where it has to.
    let lane: String
    /// When that is tried again where it is given up for now; else nil.
    let openUntil: Milliseconds?
    /// Whether it has answered other turns since this one's call began.
    let answersOthers: Bool
    let mayLook: Bool
  }

  /// A call to a model of the provider, or to none, has failed.
  func failed(
    _ turn: TurnID, at provider: Provider, model: String?, _ failure: Circuit.Failure
  ) -> Verdict {
    let now = now()
    return state.withLock { state in
      var lane = provider.name
      var news: News?
      var actions: [Circuit.Action] = []
      let limit = model.map { Lane.limit(of: $0, at: provider.name) }
      if failure.cause == .rateLimited, let limit {
        lane = limit
        actions = state.take(.limited(turn), provider.name, at: now)
        news = state.noteThere(provider, at: now)
      } else if let limit, state.circuits[limit] != nil {
        // Whether the limit is over it has not found out: another turn may.
        actions = state.take(.left(turn), limit, at: now)
      }
      actions += state.take(.failed(turn, failure), lane, at: now)
      if actions.contains(.wentDown), failure.cause == .unreachable, !provider.isLocal,
        state.network.lost(provider.name, at: now)
      {
        news = .offline
      }
      let circuit = state.circuits[lane] ?? Circuit(at: now)
      let last = circuit.lastAnswer
      return Verdict(
        news: news, lane: lane, openUntil: circuit.isUp ? nil : circuit.probeAt ?? now,
        answersOthers: last.map { $0.turn != turn && $0.at >= failure.began } == true,
        mayLook: actions.contains(.look))
    }
  }

  /// A turn is done, parked or waits for somebody. True where a turn of a lane may be taken in its place.
  func left(_ turn: TurnID) -> Bool { takeAll(.left(turn)) }

  /// The machine's network has changed. True where a turn may be taken to see what that means.
  func networkChanged() -> Bool { takeAll(.networkChanged) }

  /// A provider's address or key was changed.
  func changed(_ provider: String) {
    let now = now()
    state.withLock { state in
      for lane in state.lanes(of: provider) { _ = state.take(.providerChanged, lane, at: now) }
    }
  }

  private func takeAll(_ event: Circuit.Event) -> Bool {
    let now = now()
    return state.withLock { state in
      var mayLook = false
      for name in state.circuits.keys {
        mayLook = state.circuits[name]?.take(event, at: now).contains(.look) == true || mayLook
      }
      return mayLook
    }
  }

  // MARK: The runner's side

  /// The lanes from which a turn may be taken now.
  func openLanes() -> [String] {
    let now = now()
    return state.withLock { state in
      state.circuits.keys.filter { lane in
        [lane, Lane.provider(of: lane)].allSatisfy { state.circuits[$0]?.canTake(at: now) != false }
      }
    }
  }

  /// The runner has taken a turn out of a lane.
  func taken(_ turn: TurnID, from lane: String) {
    guard lane != Turn.vaultLane else { return }
    let now = now()
    state.withLock { state in
      for lane in Set([lane, Lane.provider(of: lane)]) {
        _ = state.take(.taken(turn), lane, at: now)
      }
    }
  }

  /// Nothing in these lanes can be taken now.
  func foundEmpty(_ lanes: [String]) {
    let now = now()
    state.withLock { state in
      for lane in lanes where lane != Turn.vaultLane { _ = state.take(.laneEmpty, lane, at: now) }
    }
  }

  /// Providers that may be tried again, are out of reach and have nobody waiting who could try them: of these lanes, where none has
  /// a turn that could be taken. Whoever is given one must tell what came of its probe.
  func takeIdleProbes(of lanes: [String]) -> [(provider: String, probe: TurnID)] {
    let now = now()
    return state.withLock { state in
      lanes.compactMap { lane in
        guard let circuit = state.circuits[lane], case .open = circuit.state,
          circuit.cause == .unreachable
        else { return nil }
        let probe = TurnID(rawValue: "probe of \(lane)")
        _ = state.circuits[lane]?.take(.taken(probe), at: now)
        return (lane, probe)
      }
    }
  }

  /// A provider is no more: what waits for it is let through, to find that out.
  func letThrough(_ provider: String) {
    let now = now()
    state.withLock { state in
      for lane in state.lanes(of: provider) { state.circuits[lane] = Circuit(at: now) }
    }
  }

  /// The next moment at which a provider may be tried again.
  func nextProbe() -> Milliseconds? {
    let now = now()
    return state.withLock { $0.circuits.values.compactMap(\.probeAt).filter { $0 > now }.min() }
  }

  // MARK: What is shown

  var isOnline: Bool { state.withLock { $0.network.isOnline } }

  /// The circuit of a lane; nil where nothing was tried with it.
  func circuit(of lane: String) -> Circuit? { state.withLock { $0.circuits[lane] } }

  /// The models of a provider that wait for a limit, or did.
  func limitedModels(of provider: String) -> [String] {
    state.withLock { $0.lanes(of: provider).compactMap(Lane.model) }
  }
}

extension Reach.State {
  fileprivate mutating func take(_ event: Circuit.Event, _ lane: String, at now: Milliseconds)
    -> [Circuit.Action]
  {
    circuits[lane, default: Circuit(at: now)].take(event, at: now)
  }

  /// A provider has answered, whatever it said.
  fileprivate mutating func noteThere(_ provider: Provider, at now: Milliseconds) -> Reach.News? {
    !provider.isLocal && network.answered(provider.name, at: now) ? .online : nil
  }

  fileprivate func lanes(of provider: String) -> [String] {
    circuits.keys.filter { Lane.provider(of: $0) == provider }
  }
}

extension Circuit.Cause {
  init(_ failure: UpstreamFailure) {
    self =
      switch failure.kind {
      case .unreachable: .unreachable
      case .rateLimited: .rateLimited
      case .overloaded: .overloaded
      case .server, .brokenStream, .rejected, .malformed, .cancelled: .faulty
      }
  }

  /// Why a turn waits, in the protocol's words.
  var reason: String { self == .faulty ? Self.unreachable.rawValue : rawValue }
}
