import Domain

/// Whether the world can be reached, by what happens with providers: a pure machine.
///
/// ```
///   online ── a provider elsewhere goes out of reach, and no other one has answered for a minute ──▶ offline
///   offline ── a provider elsewhere answers ──▶ online
/// ```
/// A provider on this machine needs no network and says nothing about it. One host that is away while another answers is that
/// host's trouble. That one hiccup is no outage is the circuits' rule: they go down after more than that.
struct NetworkState: Sendable, Equatable {
  private(set) var isOnline = true
  /// Since when.
  private(set) var since: Milliseconds
  private var lastAnswers: [String: Milliseconds] = [:]

  /// How long an answer of another provider counts.
  static let memory: Milliseconds = 60_000

  init(at now: Milliseconds) { since = now }

  /// A provider elsewhere has answered. True where that is news.
  mutating func answered(_ provider: String, at now: Milliseconds) -> Bool {
    lastAnswers[provider] = now
    guard !isOnline else { return false }
    (isOnline, since) = (true, now)
    return true
  }

  /// A provider elsewhere is out of reach. True where that means that all are.
  mutating func lost(_ provider: String, at now: Milliseconds) -> Bool {
    lastAnswers[provider] = nil
    guard isOnline, lastAnswers.values.allSatisfy({ $0 < now - Self.memory }) else { return false }
    (isOnline, since) = (false, now)
    return true
  }
}
