import Domain
import Engine
import Wire

extension Shape where Value == QueueCare.Report {
  static let queue = Shape(
    .constant("object", "queue"),
    .field("depth", \.counts.depth, "Turns that wait in the queue."),
    .field("running", \.counts.running, "Turns that run."),
    .field("waiting", \.counts.waiting, "Turns that wait for an approval or a client's tool."),
    .nullable(
      "oldest_queued_at", \.counts.oldestQueuedAt, "Since when the oldest has waited."),
    .field("paused", \.isPaused, "Whether none are taken from it."),
    .field("online", \.isOnline, "Whether providers elsewhere can be reached, as far as is known."),
    .field("waiting_for_vault", \.waitingForVault, "Turns that wait for the vault's key."),
    .nested(
      "providers", \.providers, .array(of: .providerReach), "Each provider as the queue sees it."))
}

extension Shape {
  /// An array of values of one shape.
  static func array<Element>(of shape: Shape<Element>) -> Shape<[Element]> {
    Shape<[Element]>(schema: ["type": "array", "items": shape.schema]) {
      .array($0.map(shape.write))
    }
  }
}

extension Shape where Value == QueueCare.ProviderStatus {
  static let providerReach = Shape(
    .field("name", \.name, "The provider."),
    .field(
      "reachability", \.reachability,
      "up, down (given up until retry_at), probing (one call is out) or draining (back, in order)."),
    .nullable("reason", \.reason, "Why it is given up: offline, rate_limited, overloaded."),
    .nullable("since", \.since, "Since when; null where nothing was tried since the start."),
    .nullable("retry_at", \.retryAt, "When it is tried again."),
    .field("depth", \.depth, "Turns that wait for it, or for a model of it."),
    .field("failures", \.failures, "Calls that failed since it answered last."),
    .nested(
      "limits", \.limits, .array(of: .modelLimit),
      "Models of it that wait for a limit (429) to be over; its others go on."))
}

extension Shape where Value == QueueCare.ModelLimit {
  static let modelLimit = Shape(
    .field("model", \.model, "The model, by the provider's name for it."),
    .field("reachability", \.reachability, "down, probing or draining, as of a provider."),
    .nullable("retry_at", \.retryAt, "When it is tried again."),
    .field("depth", \.depth, "Turns that wait for it."))
}
