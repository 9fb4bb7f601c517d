import Domain
import Store
import Upstream
import Wire

/// What model calls cost and whether they may be made. The rules are PROTOCOL 7: the most a call can
/// cost is held before anything is sent, and what it did cost is settled when it is over.
struct Accountant: Sendable {
  let store: LocalDatabase
  let source: Source

  /// A call's price and how much it may write.
  struct Terms: Sendable, Equatable {
    /// Nil where the model has none.
    let price: Price?
    /// Output tokens: what the model can write, or less where less is asked for.
    var maxOutput: Int
    /// Tokens of input and output together; nil where nobody knows.
    var contextWindow: Int?

    /// The terms of a call that may write so many tokens.
    func writing(atMost tokens: Int) -> Terms {
      var terms = self
      terms.maxOutput = min(tokens, maxOutput)
      return terms
    }

    /// What a call of these terms cost.
    func cost(of usage: Usage) -> Microdollars? { price?.cost(of: usage) }
  }

  /// Output tokens that count for a model of which nobody says how much it can write.
  static let unknownOutputLimit = 128_000

  /// The terms of calls to a model: the price that the user set for it, else none for this machine's own
  /// models, else the shipped list's.
  func terms(_ route: Route) async throws -> Terms {
    let listed = route.listed
    let own = try await store.model(route.slug)
    let window =
      own?.details["context_window"]?.int.map(Int.init(clamping:))
      ?? listed?.contextWindow
    let limit =
      own?.details["max_output"]?.int.map(Int.init(clamping:)) ?? listed?.maxOutput
      ?? window ?? Self.unknownOutputLimit
    return Terms(
      price: own.flatMap { Price(details: $0.details) }
        ?? (route.provider.isLocal ? .free : listed?.price),
      maxOutput: limit, contextWindow: window)
  }

  /// Holds the most that a call can cost; nothing has to be held for one that is free.
  /// - Throws: ``QlaudError`` with status 402; nothing may be sent then.
  func reserve(_ id: String, for key: KeyID, turn: TurnID?, call: ModelCall, _ terms: Terms)
    async throws
  {
    guard let hold = hold(id, for: key, turn: turn, call: call, terms) else { return }
    try await store.reserve(hold.reservation, spans: hold.spans)
  }

  /// What has to be held for a call before it is sent: the most that it can cost; nil for one that is free.
  func hold(_ id: String, for key: KeyID, turn: TurnID?, call: ModelCall, _ terms: Terms)
    -> (reservation: Reservation, spans: CapSpans)?
  {
    if terms.price == .free { return nil }
    let input = TokenEstimate(model: call.model).input(of: call)
    let reservation = Reservation(
      id: id, key: key, turn: turn,
      amount: terms.price?.ceiling(input: input, output: call.maxTokens))
    return (reservation, source.spans(source.now()))
  }

  /// What a call used: the host's own numbers where the reply is whole; of one that broke off at least
  /// what its text stands for, marked as an estimate. A cut stream still costs.
  static func usage(of reply: Reply, to call: ModelCall, isWhole: Bool) -> Usage {
    let reported = reply.usage
    if isWhole, reported.output > 0 || reported.isEstimated { return reported }
    let bytes = reply.blocks.reduce(0) { $0 + $1.publicJSON.bytes.count }
    if isWhole, bytes == 0 { return reported }
    let estimate = UsageEstimate.of(call, outputBytes: bytes)
    var usage = reported
    if usage.totalInput == 0 { usage.input = estimate.input }
    usage.output = max(usage.output, estimate.output)
    usage.isEstimated = true
    return usage
  }
}

extension Route {
  /// The model in the shipped list, by the host that serves it.
  var listed: CatalogModel? {
    guard let preset = Preset.named(provider.name) ?? Preset.serving(provider.baseURL) else {
      return nil
    }
    return Catalog.shipped.model(upstreamModel, at: preset.name)
  }
}

extension Price {
  /// A price that the user set: `{input, output, cache_read?, cache_write?, cache_write_1h?}` in
  /// micro-dollars per million tokens; nil where input or output is missing.
  init?(details: JSON.Object) {
    guard let input = details["input"]?.int, let output = details["output"]?.int else { return nil }
    self.init(
      base: Rates(
        input: input, output: output, cacheRead: details["cache_read"]?.int,
        cacheWrite: details["cache_write"]?.int, cacheWriteHour: details["cache_write_1h"]?.int))
  }
}
