package import Wire

/// Tokens that one model call used. The four input numbers do not overlap (Anthropic's semantics: `input_tokens` excludes
/// cached ones); dialects of providers that count otherwise subtract at the edge.
package struct Usage: Sendable, Equatable {
  /// Input tokens that were neither read from nor written to a cache.
  package var input: Int
  package var output: Int
  package var cacheRead: Int
  /// Written to a five-minute cache.
  package var cacheWrite: Int
  /// Written to a one-hour cache.
  package var cacheWriteHour: Int
  /// The part of `output` that was reasoning, where the provider says.
  package var reasoning: Int?
  /// True where the provider sent no numbers and these are ours.
  package var isEstimated: Bool

  /// No call uses more. What an upstream claims beyond it is cut, so that sums and costs cannot overflow.
  package static let mostTokens = 1_000_000_000

  /// Numbers of one call, each brought within 0 and ``mostTokens``.
  package init(
    input: Int = 0, output: Int = 0, cacheRead: Int = 0, cacheWrite: Int = 0,
    cacheWriteHour: Int = 0,
    reasoning: Int? = nil, isEstimated: Bool = false
  ) {
    func bounded(_ count: Int) -> Int { min(max(0, count), Usage.mostTokens) }
    self.input = bounded(input)
    self.output = bounded(output)
    self.cacheRead = bounded(cacheRead)
    self.cacheWrite = bounded(cacheWrite)
    self.cacheWriteHour = bounded(cacheWriteHour)
    self.reasoning = reasoning.map(bounded)
    self.isEstimated = isEstimated
  }

  /// All input tokens: what the context window had to hold.
  package var totalInput: Int { input + cacheRead + cacheWrite + cacheWriteHour }

  /// Anthropic's `usage` object. Cache members stand there only where they are not zero.
  package var json: JSON {
    let writes = cacheWrite + cacheWriteHour
    return .record([
      "input_tokens": .integer(input),
      "cache_creation_input_tokens": writes > 0 ? .integer(writes) : nil,
      "cache_read_input_tokens": cacheRead > 0 ? .integer(cacheRead) : nil,
      "cache_creation": cacheWriteHour > 0
        ? [
          "ephemeral_5m_input_tokens": .integer(cacheWrite),
          "ephemeral_1h_input_tokens": .integer(cacheWriteHour),
        ] : nil,
      "output_tokens": .integer(output),
      "reasoning_tokens": reasoning.map(JSON.integer),
      "estimated": isEstimated ? true : nil,
    ])
  }

  /// Reads what `json` writes, and any `usage` of Anthropic's.
  package init(json: JSON) {
    func number(_ value: JSON?) -> Int { Int(clamping: max(0, value?.int ?? 0)) }
    let hour = number(json["cache_creation"]?["ephemeral_1h_input_tokens"])
    self.init(
      input: number(json["input_tokens"]), output: number(json["output_tokens"]),
      cacheRead: number(json["cache_read_input_tokens"]),
      cacheWrite: max(0, number(json["cache_creation_input_tokens"]) - hour), cacheWriteHour: hour,
      reasoning: json["reasoning_tokens"]?.int.map { Int(clamping: $0) },
      isEstimated: json["estimated"] == true)
  }

  /// Adds the tokens of another call.
  package static func += (left: inout Usage, right: Usage) {
    left.input += right.input
    left.output += right.output
    left.cacheRead += right.cacheRead
    left.cacheWrite += right.cacheWrite
    left.cacheWriteHour += right.cacheWriteHour
    if let more = right.reasoning { left.reasoning = (left.reasoning ?? 0) + more }
    left.isEstimated = left.isEstimated || right.isEstimated
  }
}
