import Domain
import Engine
import Wire

extension Shape where Value == Accounts.Report {
  static let usageReport = Shape(schema: [
    "type": "object",
    "properties": [
      "object": ["const": "usage"], "from_ms": ["type": "integer"], "to_ms": ["type": "integer"],
      "total_cost_micros": ["type": "integer"], "total_input_tokens": ["type": "integer"],
      "total_output_tokens": ["type": "integer"], "request_count": ["type": "integer"],
      "group_by": ["type": "string"], "data": ["type": "array"], "by_key": ["type": "array"],
      "by_model": ["type": "array"],
    ],
  ]) { report in
    let all = report.rows
    return [
      "object": "usage", "from_ms": .int(report.from), "to_ms": .int(report.to),
      "total_cost_micros": .int(all.reduce(0) { $0 + $1.cost }),
      "total_input_tokens": .integer(all.reduce(0) { $0 + $1.usage.totalInput }),
      "total_output_tokens": .integer(all.reduce(0) { $0 + $1.usage.output }),
      "request_count": .integer(all.reduce(0) { $0 + $1.calls }),
      "group_by": report.grouping.json,
      "data": .array(all.map { $0.json(named: "group") }),
      "by_key": .array(report.byKey.map { keyRow($0, report.keys) }),
      "by_model": .array(report.byModel.map { $0.json(named: "model_slug") }),
    ]
  }

  private static func keyRow(_ sum: UsageSum, _ keys: [String: Key]) -> JSON {
    guard case .object(var row) = sum.json(named: "key_id") else { return .null }
    let key = sum.group.flatMap { keys[$0] }
    row["key_name"] = key.map { .string($0.name) }
    row["key_prefix"] = key.map { .string($0.prefix) }
    row["cap_micros"] = key?.maxSpend.map(JSON.int)
    return .object(row)
  }
}

extension UsageSum {
  /// The sum with its group under a name.
  func json(named name: String) -> JSON {
    var row: JSON.Object = [name: group.map(JSON.string) ?? .null]
    let sums = JSON.record([
      "request_count": .integer(calls),
      "input_tokens": .integer(usage.totalInput), "output_tokens": .integer(usage.output),
      "cache_read_tokens": .integer(usage.cacheRead),
      "cache_write_tokens": .integer(usage.cacheWrite + usage.cacheWriteHour),
      "reasoning_tokens": usage.reasoning.map(JSON.integer), "cost_micros": .int(cost),
      "unpriced_requests": .integer(unpriced), "estimated": .bool(usage.isEstimated),
    ])
    row.merge(sums.object ?? [:])
    return .object(row)
  }
}

extension Shape where Value == WalletBalance? {
  static let wallet = Shape(schema: [
    "type": "object",
    "properties": [
      "object": ["const": "wallet"], "enabled": ["type": "boolean"],
      "balance_usd": ["type": ["number", "null"]], "balance_micros": ["type": ["integer", "null"]],
      "credited_micros": ["type": "integer"], "spent_micros": ["type": "integer"],
      "reserved_micros": ["type": "integer"],
    ],
  ]) { wallet in
    guard let wallet else {
      return ["object": "wallet", "enabled": false, "balance_usd": nil, "balance_micros": nil]
    }
    return [
      "object": "wallet", "enabled": true, "balance_usd": Dollars.json(wallet.balance),
      "balance_micros": .int(wallet.balance), "credited_micros": .int(wallet.credited),
      "spent_micros": .int(wallet.spent), "reserved_micros": .int(wallet.reserved),
    ]
  }
}

extension Shape where Value == Accounts.ModelEntry {
  static let modelEntry = Shape(
    .field("slug", \.slug, "What `model` may say."),
    .constant("object", "model"),
    .field("provider", \.provider, "The provider that serves it."),
    .field("upstream_name", \.upstreamName, "The provider's own name for it."),
    .field("aliases", \.aliases, "Further slugs."),
    .field("available", \.isAvailable, "Whether its provider is set up."),
    .nullable("mode", \.modeText, "chat or embedding."),
    .nullable("context_window", \.contextWindow, "Tokens of input and output together."),
    .nullable("max_output_tokens", \.maxOutput, "Tokens that it can write."),
    .nullable("price", \.priceJSON, "Micro-dollars per million tokens."),
    .field("supports", \.supports, "Abilities."))
}

extension Accounts.ModelEntry {
  var priceJSON: JSON? { priceObject.map(JSON.object) }
}
