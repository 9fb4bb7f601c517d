import Domain
import Upstream

/// What follows on a model call that failed (PROTOCOL 4): once more at the same host, the next host, the queue, or the
/// end. A pure machine over the failures of one model call; a call that succeeds ends it.
///
/// | failure | at the same host | then |
/// |---|---|---|
/// | 408, 409, 429, 5xx, a connection closed before its head | ``tries`` in all (two where another host waits), after the host's `retry-after` where that is at most ``longestWait``, else after full jitter | next host, else parked |
/// | no connection, no name, no TLS, silence | – | next host, else parked |
/// | a reply that broke off | ``brokenTries`` in all; readers are told what is void | next host, else failed |
/// | 401, 402, 403, 404, a reply that cannot be read | – | next host, else failed |
/// | any other 4xx | – | failed: the same request would be refused again |
struct RetryPolicy: Sendable {
  /// What to do.
  enum Step: Equatable, Sendable {
    /// Once more at the same host, after so many milliseconds.
    case again(after: Milliseconds)
    /// At the host `host`, at once.
    case next
    /// Back to the queue: it may go better later.
    case park
    case fail
  }

  /// Calls in a row at one host before the next one, or the queue, has its turn.
  static let tries = 3
  /// Replies that may break off midway.
  static let brokenTries = 3
  /// A longer wish to wait is obeyed in the queue.
  static let longestWait: Milliseconds = 5_000
  /// The bound of the first wait; each further one is twice as long.
  static let firstWait: Milliseconds = 250

  /// How many hosts may be asked, in their order.
  let hosts: Int
  /// The one to be asked now.
  private(set) var host: Int
  /// Calls that failed at this host in a row.
  private var failures = 0
  /// Replies that broke off.
  private var broken = 0

  init(hosts: Int, from host: Int = 0) {
    self.hosts = hosts
    self.host = host
  }

  /// Takes a failure; `random` is in 0..<1.
  mutating func step(after failure: UpstreamFailure, random: Double) -> Step {
    failures += 1
    switch failure.kind {
    case .cancelled: return .fail
    case .malformed: return move(else: .fail)
    case .rejected: return Self.isOfTheHost(failure) ? move(else: .fail) : .fail
    case .unreachable where failure.type != UpstreamFailure.closed: return move(else: .park)
    case .brokenStream:
      broken += 1
      return broken < Self.brokenTries ? .again(after: wait(nil, random)) : move(else: .fail)
    case .unreachable, .rateLimited, .overloaded, .server:
      let wish = failure.retryAfter?.milliseconds
      let limit = host + 1 < hosts ? Self.tries - 1 : Self.tries
      guard failures < limit, (wish ?? 0) <= Self.longestWait else {
        return move(else: .park)
      }
      return .again(after: wait(wish, random))
    }
  }

  /// Leaves the hosts before this one, which may not be called now.
  mutating func skip(to host: Int) {
    guard host > self.host else { return }
    self.host = host
    failures = 0
  }

  /// Turns to the next host; `last` where there is none.
  mutating func move(else last: Step) -> Step {
    guard host + 1 < hosts else { return last }
    host += 1
    failures = 0
    return .next
  }

  private func wait(_ wish: Milliseconds?, _ random: Double) -> Milliseconds {
    if let wish { return max(0, wish) }
    return Milliseconds(Double(Self.firstWait << Int64(min(failures, 6))) * random)
  }

  /// Whether another host may answer where this one failed so.
  static func anotherMayAnswer(_ failure: UpstreamFailure) -> Bool {
    switch failure.kind {
    case .cancelled: false
    case .rejected: isOfTheHost(failure)
    case .unreachable, .rateLimited, .overloaded, .server, .brokenStream, .malformed: true
    }
  }

  /// A wrong key, no credit, no right, no such model: another host may know better.
  private static func isOfTheHost(_ failure: UpstreamFailure) -> Bool {
    [401, 402, 403, 404].contains(failure.status)
  }
}
