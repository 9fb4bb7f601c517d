import Domain
import Store
import Synchronization
import Upstream
import Wire

/// The circuits of all providers and what they say about the network. Nothing of it is stored: what waits is rows, and a start
/// tries one turn of each lane.
final class Reach: Sendable {
  private struct State {
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
    let cause: Circuit.Cause
    /// When the provider is tried again; nil where somebody tries it now.
    let until: Milliseconds?
  }

  /// What is announced to everybody.
  enum News: Sendable, Equatable { case online, offline }

  private func with<Result>(
    _ provider: String, _ body: (inout Circuit, inout NetworkState, Milliseconds) -> Result
  ) -> Result {
    let now = now()
    return state.withLock { state in
      var circuit = state.circuits[provider] ?? Circuit(at: now)
      defer { state.circuits[provider] = circuit }
      return body(&circuit, &state.network, now)
    }
  }

  /// Brings back what an earlier run left waiting.
  func restore(_ lanes: [LaneStatus]) {
    let now = now()
    state.withLock { state in
      for lane in lanes where lane.lane != Turn.vaultLane {
        let isLimit = lane.reason == Circuit.Cause.rateLimited.rawValue
        // What a provider asked for outlives the restart; a back-off does not.
        let moment = isLimit ? min(lane.lastRetryAt ?? now, now + Backoff.longestAsked) : now
        state.circuits[lane.lane] = Circuit(
          at: now, openUntil: moment, cause: isLimit ? .rateLimited : .unreachable)
      }
    }
  }

  /// Lets a turn call a provider.
  /// - Throws: ``Held`` where it must wait.
  func admit(_ turn: TurnID, to provider: String) throws(Held) {
    let held: Held? = with(provider) { circuit, _, now in
      let actions = circuit.take(.asks(turn), at: now)
      for case .hold(let until) in actions {
        return Held(provider: provider, cause: circuit.cause ?? .unreachable, until: until)
      }
      return nil
    }
    if let held { throw held }
  }

  /// The provider has answered.
  func answered(_ turn: TurnID, by provider: Provider) -> (news: News?, mayLook: Bool) {
    with(provider.name) { circuit, network, now in
      let actions = circuit.take(.answered(turn), at: now)
      let isNews = !provider.isLocal && network.answered(provider.name, at: now)
      return (isNews ? .online : nil, actions.contains(.look))
    }
  }

  /// How things stand after a failure.
  struct Verdict: Sendable, Equatable {
    let news: News?
    /// When the provider is tried again where it is given up for now; else nil.
    let openUntil: Milliseconds?
    /// Whether it has answered other turns since this one's call began.
    let answersOthers: Bool
    let mayLook: Bool
  }

  /// A call to the provider has failed.
  func failed(_ turn: TurnID, at provider: Provider, _ failure: Circuit.Failure) -> Verdict {
    with(provider.name) { circuit, network, now in
      let actions = circuit.take(.failed(turn, failure), at: now)
      let isLost =
        actions.contains(.wentDown) && failure.cause == .unreachable && !provider.isLocal
        && network.lost(provider.name, at: now)
      let last = circuit.lastAnswer
      return Verdict(
        news: isLost ? .offline : nil, openUntil: circuit.isUp ? nil : circuit.probeAt ?? now,
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
    state.withLock { state in
      _ = state.circuits[provider]?.take(.providerChanged, at: now())
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
    return state.withLock { $0.circuits.filter { $0.value.canTake(at: now) }.map(\.key) }
  }

  /// The runner has taken a turn out of a lane.
  func taken(_ turn: TurnID, from lane: String) {
    guard lane != Turn.vaultLane else { return }
    with(lane) { circuit, _, now in _ = circuit.take(.taken(turn), at: now) }
  }

  /// Nothing in these lanes can be taken now.
  func foundEmpty(_ lanes: [String]) {
    for lane in lanes where lane != Turn.vaultLane {
      with(lane) { circuit, _, now in _ = circuit.take(.laneEmpty, at: now) }
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
    state.withLock { $0.circuits[provider] = Circuit(at: now()) }
  }

  /// The next moment at which a provider may be tried again.
  func nextProbe() -> Milliseconds? {
    let now = now()
    return state.withLock { $0.circuits.values.compactMap(\.probeAt).filter { $0 > now }.min() }
  }

  // MARK: What is shown

  var isOnline: Bool { state.withLock { $0.network.isOnline } }

  /// The circuit of a provider; nil where nothing was tried with it.
  func circuit(of provider: String) -> Circuit? { state.withLock { $0.circuits[provider] } }
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
