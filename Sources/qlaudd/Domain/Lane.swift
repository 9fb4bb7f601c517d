/// The names of what turns wait for in the queue: a provider, or one model of it that has reached a limit. The vault's
/// is ``Turn/vaultLane``.
package enum Lane {
  /// The lane of turns that wait for a limit of one model to be over; others of the provider go on.
  package static func limit(of model: String, at provider: String) -> String {
    "\(provider)/\(model)"
  }

  /// The provider of a lane: its name ends at the first slash, as in `provider/model`.
  package static func provider(of lane: String) -> String { String(lane.prefix { $0 != "/" }) }

  /// The model whose limit a lane waits for; nil for a lane of a whole provider.
  package static func model(of lane: String) -> String? {
    lane.firstIndex(of: "/").map { String(lane[lane.index(after: $0)...]) }
  }
}
