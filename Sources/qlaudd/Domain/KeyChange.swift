package import Wire

/// What an update does to a key.
package struct KeyChange: Sendable, Equatable {
  /// Nil leaves it.
  package var name: String?
  package var maxSpend: Change<Microdollars>
  /// Nil leaves it.
  package var period: Key.Period?
  package var expiresAt: Change<Milliseconds>
  package var models: Change<[String]>
  package var offline: Change<OfflineRule>
  /// A change.
  package init(
    name: String? = nil, maxSpend: Change<Microdollars> = .leave, period: Key.Period? = nil,
    expiresAt: Change<Milliseconds> = .leave, models: Change<[String]> = .leave,
    offline: Change<OfflineRule> = .leave
  ) {
    self.offline = offline
    self.name = name
    self.maxSpend = maxSpend
    self.period = period
    self.expiresAt = expiresAt
    self.models = models
  }
}
