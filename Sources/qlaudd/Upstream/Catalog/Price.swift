package import Domain

/// What a model's tokens cost, in micro-dollars per million tokens.
package struct Price: Sendable, Equatable {
  /// One set of rates.
  package struct Rates: Sendable, Equatable {
    package var input: Int64
    package var output: Int64
    /// Reading from a prompt cache; nil where the host has no rate of its own: input's rate counts.
    package var cacheRead: Int64?
    /// Writing to a five-minute cache; nil: input's rate counts.
    package var cacheWrite: Int64?
    /// Writing to a one-hour cache; nil: the five-minute rate counts.
    package var cacheWriteHour: Int64?
    /// A set of rates.
    package init(
      input: Int64, output: Int64, cacheRead: Int64? = nil, cacheWrite: Int64? = nil,
      cacheWriteHour: Int64? = nil
    ) {
      self.input = input
      self.output = output
      self.cacheRead = cacheRead
      self.cacheWrite = cacheWrite
      self.cacheWriteHour = cacheWriteHour
    }
  }
  /// Rates for requests whose whole input, cached tokens included, is over `tokens`. They then hold
  /// for every token of the request, not only for those above.
  package struct Tier: Sendable, Equatable {
    package let tokens: Int
    package let rates: Rates
    /// A tier.
    package init(tokens: Int, rates: Rates) {
      self.tokens = tokens
      self.rates = rates
    }
  }

  package let base: Rates
  /// From the lowest threshold to the highest.
  package let tiers: [Tier]

  /// A price.
  package init(base: Rates, tiers: [Tier] = []) {
    self.base = base
    self.tiers = tiers.sorted { $0.tokens < $1.tokens }
  }

  /// Costs nothing: models on this machine.
  package static let free = Price(base: Rates(input: 0, output: 0))

  /// The rates for a request with that many input tokens.
  package func rates(totalInput: Int) -> Rates {
    tiers.last { totalInput > $0.tokens }?.rates ?? base
  }

  /// What a call cost: the exact sum of tokens times rates, rounded half up to a whole micro-dollar
  /// once, at the end. Reasoning tokens are part of the output. Saturates instead of overflowing.
  package func cost(of usage: Usage) -> Microdollars {
    let rates = rates(totalInput: usage.totalInput)
    let write = rates.cacheWrite ?? rates.input
    let parts: [(Int, Int64)] = [
      (usage.input, rates.input), (usage.output, rates.output),
      (usage.cacheRead, rates.cacheRead ?? rates.input), (usage.cacheWrite, write),
      (usage.cacheWriteHour, rates.cacheWriteHour ?? write),
    ]
    let sum = parts.reduce(Int128(0)) { $0 + Int128($1.0) * Int128($1.1) }
    return Microdollars(clamping: (sum + 500_000) / 1_000_000)
  }

  /// The most a call can cost that has `input` tokens and may write `output`: the dearest way the
  /// input can be billed counts, rounded up.
  package func ceiling(input: Int, output: Int) -> Microdollars {
    let rates = rates(totalInput: input)
    let dearest =
      [rates.input, rates.cacheWrite, rates.cacheWriteHour].compactMap(\.self).max() ?? rates.input
    let sum = Int128(input) * Int128(dearest) + Int128(output) * Int128(rates.output)
    return Microdollars(clamping: (sum + 999_999) / 1_000_000)
  }
}
