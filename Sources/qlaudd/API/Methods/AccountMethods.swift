import Domain
import Engine
import Wire

/// Micro-dollars to be credited: an amount in dollars from a millionth to a million.
struct Credit: WireReadable {
  let micros: Microdollars
  static var schema: JSON { ["type": "number", "exclusiveMinimum": 0, "maximum": 1_000_000] }
  static var expectation: String {
    "a number of dollars above 0, up to 1000000, with at most six decimals"
  }
  init?(wire json: JSON) {
    guard let micros = Dollars.micros(json), micros > 0 else { return nil }
    self.micros = micros
  }
}

private let from = Field.int(
  "from_ms", "First moment (ms); absent for the month's beginning.", in: 0...Int.max)
private let to = Field.int(
  "to_ms", "Up to, not including, this moment (ms); absent for now.", in: 0...Int.max)
private let grouping = Field<UsageGrouping>.optional(
  "group_by", "key, model, end_user or day.", default: .key)

let accountMethods: [Method] = [
  Method(
    "usage/get", .get("/v1/usage"), .admin, "What was used and what it cost, summed up.",
    params: from, to, grouping, .optional("key_id", "Only this key's."), result: .usageReport
  ) { (call, from, to, grouping, key: KeyID?) in
    try await call.engine.accounts.usage(
      from: from.map(Int64.init), to: to.map(Int64.init), by: grouping, key: key)
  },
  Method(
    "key/usage", .get("/v1/keys/:key_id/usage"), .admin, "The same of one key.",
    params: .key, from, to, grouping, result: .usageReport
  ) { call, key, from, to, grouping in
    try await call.engine.accounts.usage(
      from: from.map(Int64.init), to: to.map(Int64.init), by: grouping, key: key)
  },
  Method(
    "wallet/get", .get("/v1/billing/balance"), .admin,
    "The wallet; off, and without limit, until it was credited once.", result: .wallet
  ) { call in try await call.engine.accounts.wallet() },
  Method(
    "wallet/credit", .post("/v1/billing/credit", status: 201), .admin,
    "Adds to the wallet; the same id again changes nothing.",
    params: .required("amount_usd", "Dollars."),
    .text("id", "Names the credit, so that a repetition is none.", length: Limits.opaqueIDLength),
    .text("note", "A remark.", length: 0...200), result: .wallet
  ) { (call, amount: Credit, id: String?, note: String?) -> WalletBalance? in
    try await call.engine.accounts.credit(amount.micros, id: id, note: note)
  },
  Method(
    "model/list", .get("/v1/catalog"), .standard,
    "The models with context, prices and abilities; those of providers that are set up first.",
    params: .optional("available", "Only models whose provider is set up.", default: false),
    .text("query", "Only slugs that contain this, in any case.", length: 1...100),
    result: .wholeList(of: .modelEntry)
  ) { (call, available: Bool, query: String?) in
    let all = try await call.engine.accounts.models(availableOnly: available)
    guard let query else { return all }
    return all.filter { $0.slug.lowercased().contains(query.lowercased()) }
  },
  Method(
    "model/set", .put("/v1/models/:slug"), .admin,
    "Sets a model up under a slug of your own, with other names and a price.",
    params: .text("slug", "The slug; case does not count.", length: 1...200),
    .text("provider", "The provider that serves it.", length: Limits.nameLength),
    .text(
      "upstream_name", "The provider's own name for it; the slug where absent.", length: 1...200),
    .optional("aliases", "Further slugs.", default: []),
    .optional(
      "price",
      "Micro-dollars per million tokens: {input, output, cache_read?, cache_write?, cache_write_1h?}.",
      default: JSON.Object()),
    .int("context_window", "Tokens of input and output together.", in: Limits.contextTokens),
    .int("max_output", "Tokens that it can write.", in: Limits.contextTokens), result: .modelEntry
  ) {
    (
      call, slug: String, provider: String, upstream: String?, aliases: [String],
      price: JSON.Object, window: Int?, maxOutput: Int?
    ) in
    try await call.engine.accounts.setModel(
      slug: slug, provider: provider, upstreamName: upstream, aliases: aliases, price: price,
      contextWindow: window, maxOutput: maxOutput)
  },
  Method(
    "model/delete", .delete("/v1/models/:slug"), .admin,
    "Forgets what was set for a model, and its aliases; the shipped list's entry stays.",
    params: .text("slug", "The slug; case does not count.", length: 1...200), result: .done
  ) { (call, slug: String) in
    try await call.engine.accounts.deleteModel(slug)
    return Done()
  },
]
