/// Why a turn goes back to the queue, and until when.
package struct Parking: Sendable, Equatable {
  /// `offline`, `rate_limited`, `overloaded`, `vault_locked`, `storage`, `shutdown`.
  package let reason: String
  /// What it waits for; nil for nothing but its moment.
  package let lane: String?
  /// Not before this moment; nil for as soon as its lane opens.
  package let retryAt: Milliseconds?
  /// When it will be tried again as far as one can tell: what people are shown.
  package let expectedAt: Milliseconds?
  /// Whether the upstream was tried in vain.
  package let isAttempt: Bool
  /// Whether a call was sent and nobody knows what became of it.
  package let isOutcomeUnknown: Bool
  /// A parking; without `expectedAt` it is `retryAt`.
  package init(
    reason: String, lane: String? = nil, retryAt: Milliseconds?, expectedAt: Milliseconds? = nil,
    isAttempt: Bool = true, isOutcomeUnknown: Bool = false
  ) {
    self.reason = reason
    self.lane = lane
    self.retryAt = retryAt
    self.expectedAt = expectedAt ?? retryAt
    self.isAttempt = isAttempt
    self.isOutcomeUnknown = isOutcomeUnknown
  }
}

/// Turns that wait for the same thing: a provider, or the vault.
package struct LaneStatus: Sendable, Equatable {
  package let lane: String
  /// Turns that wait.
  package let depth: Int
  /// Why one of them does.
  package let reason: String?
  /// The latest moment that one of them waits for by itself.
  package let lastRetryAt: Milliseconds?
  /// As the store found it.
  package init(lane: String, depth: Int, reason: String?, lastRetryAt: Milliseconds?) {
    self.lane = lane
    self.depth = depth
    self.reason = reason
    self.lastRetryAt = lastRetryAt
  }
}
