package import Domain
import Store
import Upstream
package import Wire

/// Usage, the wallet and the models with their prices.
package struct Accounts: Sendable {
  let core: Core

  /// What was used in a span of time.
  package struct Report: Sendable {
    package let from: Milliseconds
    /// Not included.
    package let to: Milliseconds
    package let grouping: UsageGrouping
    package let rows: [UsageSum]
    package let byKey: [UsageSum]
    package let byModel: [UsageSum]
    /// Names of the keys in `byKey`, by id.
    package let keys: [String: Key]
  }

  /// Sums over the calls of a span; without `from` since the month began.
  /// - Throws: ``QlaudError`` where the span is empty, `not_found` for a key.
  package func usage(
    from: Milliseconds?, to: Milliseconds?, by grouping: UsageGrouping, key: KeyID?
  ) async throws -> Report {
    let now = core.source.now()
    let first = from ?? core.source.spans(now).month.lowerBound
    let last = to ?? now + 1
    guard first < last else {
      throw QlaudError.invalid("to_ms", "must be after from_ms (\(first))")
    }
    if let key, try await core.store.key(key) == nil { throw QlaudError.notFound("key", key) }
    let store = core.store
    let keys = try await store.keys()
    return Report(
      from: first, to: last, grouping: grouping,
      rows: try await store.usageSummary(from: first, to: last, groupBy: grouping, key: key),
      byKey: try await store.usageSummary(from: first, to: last, groupBy: .key, key: key),
      byModel: try await store.usageSummary(from: first, to: last, groupBy: .model, key: key),
      keys: Dictionary(keys.map { ($0.id.rawValue, $0) }, uniquingKeysWith: { first, _ in first }))
  }

  /// The wallet; nil while it is off.
  package func wallet() async throws -> WalletBalance? { try await core.store.wallet() }

  /// Adds to the wallet, which turns it on for good; the same id again changes nothing.
  package func credit(_ amount: Microdollars, id: String?, note: String?) async throws
    -> WalletBalance
  {
    let balance = try await core.store.credit(id ?? core.source.uuid(), amount: amount, note: note)
    core.work.ring()
    return balance
  }

  /// A model as it can be asked for here.
  package struct ModelEntry: Sendable {
    /// What `model` of a send may say.
    package let slug: String
    package let provider: String
    package let upstreamName: String
    package let aliases: [String]
    let listed: CatalogModel?
    let price: Price?
    /// What the user set beside the price.
    var own = JSON.Object()
    /// Whether its provider is set up.
    package let isAvailable: Bool
  }

  /// The models that the user has set, then the shipped list; those of providers that are set up first.
  package func models(availableOnly: Bool) async throws -> [ModelEntry] {
    let providers = try await core.store.providers()
    let names = Set(providers.map(\.name)).union(
      providers.compactMap { Preset.serving($0.baseURL)?.name })
    let own = try await core.store.models().map { row in
      let listed = Catalog.shipped.model(row.upstreamName, at: row.provider)
      return ModelEntry(
        slug: row.slug, provider: row.provider, upstreamName: row.upstreamName,
        aliases: row.aliases, listed: listed, price: Price(details: row.details) ?? listed?.price,
        own: row.details, isAvailable: names.contains(row.provider))
    }
    let listed = Catalog.shipped.models.map { model in
      ModelEntry(
        slug: model.model, provider: model.provider, upstreamName: model.model, aliases: [],
        listed: model, price: model.price, isAvailable: names.contains(model.provider))
    }
    let available = own + listed.filter(\.isAvailable)
    return availableOnly
      ? available.filter(\.isAvailable) : available + listed.filter { !$0.isAvailable }
  }

  /// Sets a model up: a slug of the user's own, other names for it, a price, how much it holds.
  package func setModel(
    slug: String, provider: String, upstreamName: String?, aliases: [String], price: JSON.Object,
    contextWindow: Int? = nil, maxOutput: Int? = nil
  ) async throws -> ModelEntry {
    guard price.isEmpty || Price(details: price) != nil else {
      throw QlaudError.invalid(
        "price", "must have input and output, in micro-dollars per million tokens")
    }
    var details = price
    details["context_window"] = contextWindow.map(JSON.integer)
    details["max_output"] = maxOutput.map(JSON.integer)
    let row = ModelRow(
      slug: slug, provider: provider, upstreamName: upstreamName ?? slug, aliases: aliases,
      details: details, updatedAt: core.source.now())
    try await core.store.setModel(row)
    let entry = try await models(availableOnly: false).first { $0.slug == row.slug }
    guard let entry else { throw QlaudError.notFound("model", slug) }
    return entry
  }

  /// Forgets a model that was set.
  /// - Throws: `not_found`.
  package func deleteModel(_ slug: String) async throws { try await core.store.deleteModel(slug) }
}

/// What the list says of a model, in plain values: who shapes it knows no upstreams.
extension Accounts.ModelEntry {
  /// `chat` or `embedding`; nil where the list does not know the model.
  package var modeText: String? { listed?.mode.rawValue }
  /// Tokens of input and output together.
  package var contextWindow: Int? {
    own["context_window"]?.int.map(Int.init(clamping:)) ?? listed?.contextWindow
  }
  /// Tokens that it can write.
  package var maxOutput: Int? {
    own["max_output"]?.int.map(Int.init(clamping:)) ?? listed?.maxOutput
  }
  /// Its abilities.
  package var supports: [String] { listed?.supports ?? [] }
  /// Its rates, with tiers above a number of input tokens; nil where it has no price.
  package var priceObject: JSON.Object? {
    guard let price else { return nil }
    var object = price.base.object
    if !price.tiers.isEmpty {
      object["tiers"] = .array(
        price.tiers.map { tier in
          var row: JSON.Object = ["above_tokens": .integer(tier.tokens)]
          row.merge(tier.rates.object)
          return .object(row)
        })
    }
    return object
  }
}

extension Price.Rates {
  /// The rates by the protocol's names.
  fileprivate var object: JSON.Object {
    JSON.record([
      "input": .int(input), "output": .int(output), "cache_read": cacheRead.map(JSON.int),
      "cache_write": cacheWrite.map(JSON.int), "cache_write_1h": cacheWriteHour.map(JSON.int),
    ]).object ?? [:]
  }
}
