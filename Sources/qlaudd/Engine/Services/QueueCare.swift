package import Domain
import Store
import Wire

/// The queue: what waits, for what, and whether anything is taken from it.
package struct QueueCare: Sendable {
  let core: Core

  /// How a provider can be reached.
  package enum Reachability: String, WireEnum {
    /// Calls go through, as far as is known.
    case up
    /// It is given up until a moment.
    case down
    /// One call is out to see whether it is back.
    case probing
    /// It is back; what waited for it goes out in order, a few turns at a time.
    case draining

    init(_ circuit: Circuit?) {
      self =
        switch circuit?.state {
        case .closed, nil: .up
        case .open: .down
        case .probing: .probing
        case .draining: .draining
        }
    }
  }

  /// A provider as the queue sees it.
  package struct ProviderStatus: Sendable {
    package let name: String
    package let reachability: Reachability
    /// Why it is given up: `offline`, `overloaded`; `rate_limited` where that was said of no model.
    package let reason: String?
    /// Since when it has been as it is; nil where nothing was tried with it since the start.
    package let since: Milliseconds?
    /// When it is tried again.
    package let retryAt: Milliseconds?
    /// Turns that wait for it, or for a model of it.
    package let depth: Int
    /// Calls that failed since it answered last.
    package let failures: Int
    /// Models of it that wait for a limit to be over, by name; its others go on.
    package let limits: [ModelLimit]
  }

  /// A model that its provider does not answer for now (429).
  package struct ModelLimit: Sendable {
    package let model: String
    package let reachability: Reachability
    /// When it is tried again.
    package let retryAt: Milliseconds?
    /// Turns that wait for it.
    package let depth: Int
  }

  /// The queue as a whole.
  package struct Report: Sendable {
    package let counts: QueueStatus
    package let isPaused: Bool
    /// Whether providers elsewhere can be reached, as far as is known.
    package let isOnline: Bool
    /// Turns that wait for the vault's key.
    package let waitingForVault: Int
    /// Those that are set up, by name.
    package let providers: [ProviderStatus]
  }

  /// How much waits, since when, and for what.
  package func report() async throws -> Report {
    let store = core.store
    let lanes = Dictionary(
      try await store.lanes().map { ($0.lane, $0.depth) }, uniquingKeysWith: { first, _ in first })
    return Report(
      counts: try await store.queueStatus(),
      isPaused: try await store.setting(SettingName.queuePaused) == true,
      isOnline: core.reach.isOnline, waitingForVault: lanes[Turn.vaultLane] ?? 0,
      providers: try await store.providers().map { provider in
        status(of: provider.name, lanes)
      })
  }

  private func status(of name: String, _ lanes: [String: Int]) -> ProviderStatus {
    let circuit = core.reach.circuit(of: name)
    let limits = core.reach.limitedModels(of: name).sorted().compactMap { model -> ModelLimit? in
      let lane = Lane.limit(of: model, at: name)
      let circuit = core.reach.circuit(of: lane)
      let limit = ModelLimit(
        model: model, reachability: Reachability(circuit), retryAt: circuit?.probeAt,
        depth: lanes[lane] ?? 0)
      return limit.reachability == .up && limit.depth == 0 ? nil : limit
    }
    return ProviderStatus(
      name: name, reachability: Reachability(circuit),
      reason: circuit.flatMap { $0.isUp ? nil : $0.cause?.reason }, since: circuit?.since,
      retryAt: circuit?.probeAt, depth: limits.reduce(lanes[name] ?? 0) { $0 + $1.depth },
      failures: circuit?.failures ?? 0, limits: limits)
  }

  /// Stops taking turns from the queue, or goes on; what runs is not touched.
  package func setPaused(_ isPaused: Bool) async throws {
    try await core.store.setPaused(isPaused)
    core.work.ring()
  }
}
