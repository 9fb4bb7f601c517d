import Domain
import Testing

@testable import Engine

@Suite struct CircuitTests {
  typealias Step = (event: Circuit.Event, at: Milliseconds, actions: [Circuit.Action])

  static let a: TurnID = "a"
  static let b: TurnID = "b"
  static let c: TurnID = "c"

  static func failure(
    _ cause: Circuit.Cause = .unreachable, began: Milliseconds, retryAfter: Duration? = nil
  ) -> Circuit.Failure {
    Circuit.Failure(cause: cause, began: began, retryAfter: retryAfter, jitter: 0.5)
  }

  /// A story, what each of its steps leads to, and the state at its end.
  struct Story: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let steps: @Sendable () -> [Step]
    let end: Circuit.State
    init(_ name: String, _ steps: @escaping @Sendable () -> [Step], end: Circuit.State) {
      testDescription = name
      self.steps = steps
      self.end = end
    }
  }

  /// Two failures, one after the other: given up until 5 ms + 1,000 ms.
  static let goesDown: [Step] = [
    (.asks(a), 1, [.admit]), (.failed(a, failure(began: 1)), 2, []),
    (.asks(b), 3, [.admit]), (.failed(b, failure(began: 3)), 5, [.wentDown]),
  ]
  /// The same, the wait, and the oldest as a probe.
  static let probes: [Step] = goesDown + [(.taken(a), 1_005, []), (.asks(a), 1_006, [.admit])]

  static let stories = [
    Story(
      "an answer keeps it closed", { [(.asks(a), 1, [.admit]), (.answered(a), 2, [])] },
      end: .closed),
    Story(
      "one hiccup changes nothing",
      {
        [(.asks(a), 1, [.admit]), (.failed(a, failure(began: 1)), 2, []), (.asks(b), 3, [.admit])]
      },
      end: .closed),
    Story(
      "calls that fail in the same moment are one hiccup",
      {
        [
          (.failed(a, failure(began: 1)), 5, []), (.failed(b, failure(began: 2)), 6, []),
          (.failed(c, failure(began: 5)), 7, []),
        ]
      }, end: .closed),
    Story("a second failure gives it up", { goesDown }, end: .open(until: 1_005)),
    Story(
      "an answer in between counts anew",
      {
        [
          (.failed(a, failure(began: 1)), 2, []), (.answered(b), 3, []),
          (.failed(c, failure(began: 4)), 5, []),
        ]
      }, end: .closed),
    Story(
      "an error that may be about one request takes three",
      {
        [
          (.failed(a, failure(.faulty, began: 1)), 2, []),
          (.failed(b, failure(.faulty, began: 3)), 4, []),
          (.failed(c, failure(.faulty, began: 5)), 6, [.wentDown]),
        ]
      }, end: .open(until: 2_006)),
    Story(
      "an error of one turn's own, however often it is tried, gives nothing up",
      {
        [
          (.failed(a, failure(.faulty, began: 1)), 2, []),
          (.failed(a, failure(.faulty, began: 3)), 4, []),
          (.failed(a, failure(.faulty, began: 5)), 6, []),
          (.failed(a, failure(.faulty, began: 7)), 8, []),
        ]
      }, end: .closed),
    Story(
      "a limit gives it up at once, for as long as it says",
      { [(.failed(a, failure(.rateLimited, began: 1, retryAfter: .seconds(7))), 2, [.wentDown])] },
      end: .open(until: 7_002)),
    Story(
      "a wait that was asked for is obeyed whatever the error",
      { [(.failed(a, failure(.overloaded, began: 1, retryAfter: .seconds(3))), 2, [.wentDown])] },
      end: .open(until: 3_002)),
    Story(
      "nobody goes while it is open",
      { goesDown + [(.asks(c), 6, [.hold(until: 1_005)]), (.taken(c), 7, [])] },
      end: .open(until: 1_005)),
    Story(
      "one probes, the others wait", { probes + [(.asks(b), 1_007, [.hold(until: nil)])] },
      end: .probing(a, isAgain: false)),
    Story(
      "one that asks when the time has come is the probe",
      { goesDown + [(.asks(c), 1_005, [.admit])] }, end: .probing(c, isAgain: false)),
    Story(
      "a probe that fails opens it for longer",
      { probes + [(.failed(a, failure(began: 1_006)), 1_010, [])] }, end: .open(until: 3_010)),
    Story(
      "a failure of an older call does not end the probe",
      { probes + [(.failed(c, failure(began: 3)), 1_010, [])] }, end: .probing(a, isAgain: false)),
    Story(
      "an answered probe lets the lane drain",
      {
        probes + [
          (.answered(a), 1_020, [.cameUp, .look]), (.taken(b), 1_021, []),
          (.asks(b), 1_022, [.admit]),
        ]
      },
      end: .draining([a, b])),
    Story(
      "a probe that leaves without an answer makes way for the next",
      { probes + [(.left(a), 1_020, [.look]), (.taken(b), 1_021, [])] },
      end: .probing(b, isAgain: false)),
    Story(
      "it closes when the lane is empty",
      {
        probes + [
          (.answered(a), 1_020, [.cameUp, .look]), (.laneEmpty, 1_021, []),
          (.left(a), 1_030, []),
        ]
      }, end: .closed),
    Story(
      "a failure while it drains is a strike, a second one opens it",
      {
        probes + [
          (.answered(a), 1_020, [.cameUp, .look]), (.taken(b), 1_021, []),
          (.failed(b, failure(began: 1_022)), 1_030, []), (.taken(c), 1_031, []),
          (.failed(c, failure(began: 1_032)), 1_040, [.wentDown]),
        ]
      }, end: .open(until: 2_040)),
    Story(
      "a change of the network ends the wait at once",
      { goesDown + [(.networkChanged, 600, [.look]), (.taken(a), 601, [])] },
      end: .probing(a, isAgain: false)),
    Story(
      "a change during the probe makes its failure worth nothing",
      {
        probes + [
          (.networkChanged, 1_007, []), (.failed(a, failure(began: 1_006)), 1_110, [.look]),
        ]
      }, end: .open(until: 1_110)),
    Story(
      "however often the network changes, probes keep a distance",
      {
        probes + [
          (.networkChanged, 1_007, []), (.failed(a, failure(began: 1_006)), 1_010, [.look]),
          (.networkChanged, 1_011, [.look]),
        ]
      }, end: .open(until: 1_105)),
    Story(
      "a change of the network does not shorten a limit",
      {
        [
          (.failed(a, failure(.rateLimited, began: 1, retryAfter: .seconds(7))), 2, [.wentDown]),
          (.networkChanged, 50, []),
        ]
      }, end: .open(until: 7_002)),
    Story(
      "a call of before the limit does not lift it",
      {
        [
          (.failed(a, failure(.rateLimited, began: 1, retryAfter: .seconds(7))), 2, [.wentDown]),
          (.answered(b), 3, []),
        ]
      }, end: .open(until: 7_002)),
    Story(
      "a limit that a probe is told is obeyed, whatever has become of the network",
      {
        probes + [
          (.networkChanged, 1_007, []),
          (.failed(a, failure(.rateLimited, began: 1_006, retryAfter: .seconds(7))), 1_010, []),
        ]
      }, end: .open(until: 8_010)),
    Story(
      "a limit of a model shows that its provider is back",
      { probes + [(.limited(a), 1_020, [.cameUp, .look])] }, end: .draining([a])),
    Story(
      "a limit of a model is no answer that would make up for failures",
      {
        [
          (.failed(a, failure(began: 1)), 2, []), (.limited(b), 3, []),
          (.failed(c, failure(began: 4)), 5, [.wentDown]),
        ]
      }, end: .open(until: 1_005)),
    Story(
      "a call of before that is answered shows that the provider is there",
      { goesDown + [(.answered(c), 6, [.cameUp, .look])] }, end: .draining([])),
  ]

  @Test(arguments: stories)
  func `a circuit moves as it is drawn`(story: Story) {
    var circuit = Circuit(at: 0)
    for (index, step) in story.steps().enumerated() {
      let actions = circuit.take(step.event, at: step.at)
      #expect(actions == step.actions, "step \(index): \(step.event)")
    }
    #expect(circuit.state == story.end)
  }

  @Test func `each answer widens a draining lane, a strike narrows it again`() {
    var circuit = Circuit(at: 0)
    for step in Self.probes { _ = circuit.take(step.event, at: step.at) }
    _ = circuit.take(.answered("a"), at: 1_020)
    for number in 1..<Circuit.drainLimit {
      _ = circuit.take(.taken(TurnID(rawValue: "t\(number)")), at: 1_021)
    }
    // Long replies that have begun do not hold the others up.
    expect(&circuit, .answered("t1"), 1_022, [.look])
    expect(&circuit, .answered("t2"), 1_022, [.look])
    expect(&circuit, .asks("u"), 1_023, [.admit])
    expect(&circuit, .failed("t3", Self.failure(began: 1_022)), 1_024, [])
    #expect(!circuit.canTake(at: 1_025))
  }

  private func expect(
    _ circuit: inout Circuit, _ event: Circuit.Event, _ now: Milliseconds,
    _ expected: [Circuit.Action]
  ) {
    let actions = circuit.take(event, at: now)
    #expect(actions == expected)
  }

  @Test func `a draining lane lets a few through at once, and the next when one is done`() {
    var circuit = Circuit(at: 0)
    for step in Self.probes { _ = circuit.take(step.event, at: step.at) }
    _ = circuit.take(.answered("a"), at: 1_020)
    for number in 1..<Circuit.drainLimit {
      #expect(circuit.canTake(at: 1_021))
      _ = circuit.take(.taken(TurnID(rawValue: "t\(number)")), at: 1_021)
    }
    #expect(!circuit.canTake(at: 1_021))
    expect(&circuit, .asks("more"), 1_022, [.hold(until: nil)])
    expect(&circuit, .left("t3"), 1_023, [.look])
    expect(&circuit, .asks("more"), 1_024, [.admit])
    #expect(!circuit.canTake(at: 1_025))
  }

  @Test func `the wait doubles up to a minute, at random below its bound`() {
    var circuit = Circuit(at: 0)
    var now: Milliseconds = 0
    var waits: [Milliseconds] = []
    for step in Self.goesDown { _ = circuit.take(step.event, at: step.at) }
    for _ in 0..<8 {
      now = circuit.probeAt ?? 0
      _ = circuit.take(.asks("p"), at: now)
      let failure = Circuit.Failure(cause: .unreachable, began: now, jitter: 0.999_999)
      _ = circuit.take(.failed("p", failure), at: now)
      waits.append((circuit.probeAt ?? 0) - now)
    }
    #expect(waits == [3_999, 7_999, 15_999, 31_999, 59_999, 59_999, 59_999, 59_999])
    #expect(Backoff.delay(failures: 3, retryAfter: nil, random: 0) == 0)
    #expect(Backoff.delay(failures: 0, retryAfter: .seconds(100_000), random: 0) == 3_600_000)
  }

  @Test func `the circuit of a restarted daemon waits for one probe`() {
    var circuit = Circuit(at: 0, openUntil: 0, cause: .unreachable)
    #expect(circuit.canTake(at: 0))
    expect(&circuit, .taken("a"), 0, [])
    #expect(!circuit.canTake(at: 1))
    let limit = Circuit(at: 0, openUntil: 900, cause: .rateLimited)
    #expect(!limit.canTake(at: 899) && limit.canTake(at: 900))
  }
}

@Suite struct NetworkStateTests {
  @Test func `it is offline when the only provider is lost, and online when one answers`() {
    var network = NetworkState(at: 0)
    let news = [
      network.lost("p", at: 5), network.lost("q", at: 6), network.answered("q", at: 9),
      network.answered("q", at: 10),
    ]
    #expect(news == [true, false, true, false])
    #expect(network.isOnline && network.since == 9)
  }

  @Test func `a host that is away while another answers is that host's trouble`() {
    var network = NetworkState(at: 0)
    let news = [network.answered("q", at: 1), network.lost("p", at: 2)]
    #expect(news == [false, false] && network.isOnline)
    // An answer of long ago says nothing about now.
    let isLost = network.lost("p", at: 2 + NetworkState.memory)
    #expect(isLost && !network.isOnline)
  }
}

@Suite struct TurnMachineTests {
  /// Everything that is allowed, by hand.
  static let table: [(Turn.Status, Turn.Step, Turn.Status)] = [
    (.queued, .claim, .running), (.queued, .fail, .failed), (.queued, .cancel, .cancelled),
    (.running, .park, .queued), (.running, .recover, .queued), (.running, .wait, .waiting),
    (.running, .complete, .done), (.running, .fail, .failed), (.running, .cancel, .cancelled),
    (.waiting, .resume, .running), (.waiting, .park, .queued), (.waiting, .recover, .queued),
    (.waiting, .complete, .done), (.waiting, .fail, .failed), (.waiting, .cancel, .cancelled),
    (.failed, .retry, .queued), (.cancelled, .retry, .queued),
  ]

  @Test func `a turn takes the steps of the table and no others`() {
    for status in Turn.Status.allCases {
      for step in Turn.Step.allCases {
        let expected = Self.table.first { $0.0 == status && $0.1 == step }?.2
        #expect(status.after(step) == expected, "\(status) \(step)")
      }
    }
  }

  @Test func `an ending says which step it takes, and every state can reach one`() {
    for status in Turn.Status.allCases {
      #expect((status.ending != nil) == status.isFinal)
      var reached: Set<Turn.Status> = [status]
      for _ in Turn.Status.allCases {
        for step in Turn.Step.allCases { reached.formUnion(reached.compactMap { $0.after(step) }) }
      }
      #expect(reached.contains(.done) || status == .done)
    }
  }
}

extension TurnID: ExpressibleByStringLiteral {
  package init(stringLiteral value: String) { self.init(rawValue: value) }
}
