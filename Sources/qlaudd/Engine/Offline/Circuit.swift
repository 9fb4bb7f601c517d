import Domain

/// Whether calls may go to one provider, or to one model of it that has reached a limit: a pure machine, shared by all turns that
/// want to go there. Times are milliseconds of the steady clock (``Core/steady()``).
///
/// ```
///              answered                    strikes enough, or told to wait
///            ┌──────────┐                    ┌──────────────────────────┐
///            ▼          │                    │                          ▼
///   ┌───▶ closed ───────┘ ──── failed ───────┴──▶ (a strike) ┌─────▶  open ◀──────────────┐
///   │                                                        │          │ the time has     │
///   │ lane empty                                     strikes │          │ come: one turn   │ failed, or
///   │                                                 enough │          ▼ is let through   │ gone without
///   └───────────────────── draining ─────────────────────────┘       probing ──────────────┘ an answer
///                          a few turns, more with ◀───── answered ──────┘
///                          each answer
/// ```
/// - **closed**: everybody may go. A *strike* is a failure of a call that began after the last strike: calls that fail in the same
///   moment are one hiccup, and one hiccup changes nothing. Errors that may be about the one request count once a turn.
/// - **open**: nobody may go before a moment. Turns wait in the provider's lane, in their order; nothing is tried with them.
///   The moment comes by back-off with full jitter, by the provider's own `retry-after`, or at once when the network changes.
/// - **probing**: one turn is out, the oldest. What it brings decides for all.
/// - **draining**: the lane empties in its order, ``drainLimit`` turns at a time and one more with each answer, so that long replies do
///   not hold the others up; new turns go behind it.
struct Circuit: Sendable, Equatable {
  enum State: Sendable, Equatable {
    case closed
    case open(until: Milliseconds)
    /// `isAgain`: the network has changed since the probe began, so a failure says nothing about now.
    case probing(TurnID, isAgain: Bool)
    /// The turns that have been let through and are not done.
    case draining(Set<TurnID>)
  }

  /// What went wrong, as far as the circuit cares.
  enum Cause: String, Sendable {
    /// No connection, or none that lives: the network or the host is away.
    case unreachable = "offline"
    case rateLimited = "rate_limited"
    case overloaded
    /// An error of the host that may be about the one request only.
    case faulty
  }

  struct Failure: Sendable, Equatable {
    let cause: Cause
    /// When its call began.
    let began: Milliseconds
    /// How long the provider asks to wait.
    var retryAfter: Duration?
    /// Random, in 0..<1.
    let jitter: Double
  }

  enum Event: Sendable, Equatable {
    /// A turn wants to call.
    case asks(TurnID)
    /// The runner has taken a turn from the lane.
    case taken(TurnID)
    /// The provider has answered a call, with success or with a refusal: it is there.
    case answered(TurnID)
    /// The provider has answered that the model which was asked has reached a limit: it is there, and that is all this says.
    case limited(TurnID)
    case failed(TurnID, Failure)
    /// A turn is done, parked or waits for somebody else.
    case left(TurnID)
    /// There is no turn in the lane that could be taken.
    case laneEmpty
    case networkChanged
    /// The provider's address or key was changed: what is known of it is of the old one.
    case providerChanged
  }

  enum Action: Sendable, Equatable {
    case admit
    /// It must wait; nil for no known moment.
    case hold(until: Milliseconds?)
    /// The provider is given up for now.
    case wentDown
    /// The provider is back.
    case cameUp
    /// A turn of the lane may be taken now.
    case look
  }

  /// Turns of a lane that run at once when it begins to drain.
  static let drainLimit = 8
  /// Strikes that open the circuit.
  static let strikesNeeded = 2
  /// The same for errors that may be about the one request.
  static let faultsNeeded = 3
  /// The least time between two probes, however often the network changes.
  static let probeGap: Milliseconds = 100

  private(set) var state = State.closed
  /// Why it is open, or was last.
  private(set) var cause: Cause?
  /// Failures since the last answer: what the back-off grows by.
  private(set) var failures = 0
  private(set) var lastAnswer: (turn: TurnID, at: Milliseconds)?
  /// Since when it has been closed or draining, or else not.
  private(set) var since: Milliseconds
  private var strikes = 0
  /// Answers since it began to drain, or since the last strike.
  private var widening = 0
  private var lastStrike = Milliseconds.min
  /// Whose call failed then.
  private var lastStriker: TurnID?
  private var lastProbe = Milliseconds.min / 2

  /// A closed circuit.
  init(at now: Milliseconds) { since = now }

  /// The circuit of a lane that an earlier run left with turns in it: one of them is tried when the moment comes.
  init(at now: Milliseconds, openUntil moment: Milliseconds, cause: Cause) {
    since = now
    state = .open(until: moment)
    self.cause = cause
    failures = 1
  }

  static func == (a: Circuit, b: Circuit) -> Bool {
    a.state == b.state && a.cause == b.cause && a.failures == b.failures && a.strikes == b.strikes
  }

  /// Whether calls get through.
  var isUp: Bool {
    switch state {
    case .closed, .draining: true
    case .open, .probing: false
    }
  }

  /// Whether the runner may take a turn from the lane.
  func canTake(at now: Milliseconds) -> Bool {
    switch state {
    case .closed: true
    case .open(let until): now >= until
    case .probing: false
    case .draining(let out): out.count < drainWidth
    }
  }

  private var drainWidth: Int { Self.drainLimit + widening }

  /// When the next probe may go; nil where that is not a matter of time.
  var probeAt: Milliseconds? {
    guard case .open(let until) = state else { return nil }
    return until
  }

  mutating func take(_ event: Event, at now: Milliseconds) -> [Action] {
    switch event {
    case .asks(let turn): asks(turn, now)
    case .taken(let turn): taken(turn, now)
    case .answered(let turn): answered(turn, now)
    case .limited(let turn): isUp ? [] : answered(turn, now, isLimit: true)
    case .failed(let turn, let failure): failed(turn, failure, now)
    case .left(let turn): left(turn, now)
    case .laneEmpty: laneEmpty()
    case .networkChanged: changed(now, isRelevant: cause == .unreachable)
    case .providerChanged: changed(now, isRelevant: true)
    }
  }

  private mutating func asks(_ turn: TurnID, _ now: Milliseconds) -> [Action] {
    switch state {
    case .closed: return [.admit]
    case .open(let until) where now < until: return [.hold(until: until)]
    case .open:
      probe(turn, now)
      return [.admit]
    case .probing(turn, _): return [.admit]
    case .probing: return [.hold(until: nil)]
    case .draining(let out) where out.contains(turn): return [.admit]
    case .draining(let out):
      guard out.count < drainWidth else { return [.hold(until: nil)] }
      state = .draining(out.union([turn]))
      return [.admit]
    }
  }

  private mutating func taken(_ turn: TurnID, _ now: Milliseconds) -> [Action] {
    switch state {
    case .open(let until) where now >= until: probe(turn, now)
    case .draining(let out): state = .draining(out.union([turn]))
    case .closed, .open, .probing: break
    }
    return []
  }

  private mutating func probe(_ turn: TurnID, _ now: Milliseconds) {
    state = .probing(turn, isAgain: false)
    lastProbe = now
  }

  private mutating func answered(_ turn: TurnID, _ now: Milliseconds, isLimit: Bool = false)
    -> [Action]
  {
    // A call that was let through before says nothing about a limit that was reached since.
    if case .open = state, cause != .unreachable { return [] }
    if !isLimit { lastAnswer = (turn, now) }
    (strikes, failures, lastStriker) = (0, 0, nil)
    switch state {
    case .closed: return []
    case .draining:
      widening += 1
      return [.look]
    case .open: state = .draining([])
    case .probing(let probe, _): state = .draining([probe])
    }
    (since, widening) = (now, 0)
    return [.cameUp, .look]
  }

  private mutating func failed(_ turn: TurnID, _ failure: Failure, _ now: Milliseconds) -> [Action]
  {
    switch state {
    case .closed, .draining:
      // A turn that the provider cannot answer, tried again and again, says nothing about others.
      let isRepeated = failure.cause == .faulty && lastStriker == turn
      guard failure.began > lastStrike, !isRepeated else { return [] }
      (lastStrike, lastStriker) = (now, turn)
      strikes += 1
      failures += 1
      widening = 0
      let needed = failure.cause == .faulty ? Self.faultsNeeded : Self.strikesNeeded
      let isToldToWait =
        failure.cause == .rateLimited || failure.retryAfter.map { $0 > .zero } == true
      guard strikes >= needed || isToldToWait else { return [] }
      since = now
      open(failure, now)
      return [.wentDown]
    case .probing(turn, let isAgain):
      failures += 1
      open(failure, now)
      // What the host itself has said does not change with the network.
      guard isAgain, failure.cause == .unreachable else { return [] }
      state = .open(until: max(now, lastProbe + Self.probeGap))
      return [.look]
    case .open(let until):
      // A call of before; only a longer wait that it was told of counts.
      if let asked = failure.retryAfter {
        let delay = Backoff.delay(failures: 0, retryAfter: asked, random: 0)
        state = .open(until: max(until, now + delay))
      }
      return []
    case .probing: return []
    }
  }

  private mutating func open(_ failure: Failure, _ now: Milliseconds) {
    strikes = 0
    cause = failure.cause
    let delay = Backoff.delay(
      failures: failures - 1, retryAfter: failure.retryAfter, random: failure.jitter)
    state = .open(until: now + delay)
  }

  private mutating func left(_ turn: TurnID, _ now: Milliseconds) -> [Action] {
    switch state {
    case .probing(turn, _):
      // It brought nothing, for reasons of its own: the next one is tried.
      state = .open(until: now)
      return [.look]
    case .draining(var out) where out.contains(turn):
      out.remove(turn)
      state = .draining(out)
      return [.look]
    case .closed, .open, .probing, .draining: return []
    }
  }

  private mutating func laneEmpty() -> [Action] {
    if case .draining = state { state = .closed }
    return []
  }

  private mutating func changed(_ now: Milliseconds, isRelevant: Bool) -> [Action] {
    switch state {
    case .open(let until) where isRelevant:
      state = .open(until: min(until, max(now, lastProbe + Self.probeGap)))
      return [.look]
    case .probing(let turn, _):
      state = .probing(turn, isAgain: true)
      return []
    case .closed, .open, .draining: return []
    }
  }
}
