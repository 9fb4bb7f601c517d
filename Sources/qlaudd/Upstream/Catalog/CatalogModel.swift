import Wire

/// One model at one host, as the shipped list knows it.
package struct CatalogModel: Sendable, Equatable {
  /// What a model is for.
  package enum Mode: String, WireEnum { case chat, embedding }
  /// Name of the preset whose host serves it.
  package let provider: String
  /// The name that host knows it by.
  package let model: String
  package let mode: Mode
  /// Tokens that input and output together may have; nil where the list does not say.
  package let contextWindow: Int?
  package let maxOutput: Int?
  package let price: Price
  /// `vision`, `function_calling`, `reasoning`, `prompt_caching`, `pdf_input` …
  package let supports: [String]
}

/// The shipped models.
package struct Catalog: Sendable {
  package let models: [CatalogModel]
  private let bySlug: [String: [Int]]

  /// The list that the program carries.
  package static let shipped = Catalog(table: modelTable)

  /// Reads the table: a line a model, fields between tabs, in the order that its first line names.
  init(table: String) {
    var models: [CatalogModel] = []
    for line in table.split(separator: "\n").dropFirst() {
      guard let model = CatalogModel(line: line) else { continue }
      models.append(model)
    }
    self.models = models
    bySlug = Dictionary(grouping: models.indices) { models[$0].model.lowercased() }
  }

  /// The hosts of a model, by its slug in any case; cheapest first, then by name.
  package func hosts(of slug: String) -> [CatalogModel] {
    (bySlug[slug.lowercased()] ?? []).map { models[$0] }.sorted {
      ($0.price.base.input + $0.price.base.output, $0.provider)
        < ($1.price.base.input + $1.price.base.output, $1.provider)
    }
  }

  /// A model at one host; a dated name falls back on the name without its date.
  package func model(_ name: String, at provider: String) -> CatalogModel? {
    let candidates = hosts(of: name).filter { $0.provider == provider }
    if let found = candidates.first { return found }
    guard let undated = Self.undated(name) else { return nil }
    return hosts(of: undated).first { $0.provider == provider }
  }

  /// `claude-opus-4-7-20260416` → `claude-opus-4-7`, `gpt-5-2025-08-07` → `gpt-5`.
  private static func undated(_ name: String) -> String? {
    for pattern in [#/-\d{8}$/#, #/-\d{4}-\d{2}-\d{2}$/#] {
      if let range = name.firstRange(of: pattern) { return String(name[..<range.lowerBound]) }
    }
    return nil
  }
}

extension CatalogModel {
  /// Fields: provider, model, mode, context, max_output, input, output, cache_read, cache_write,
  /// cache_write_1h, tiers, supports. A tier is `tokens:input:output:cache_read:cache_write`, several
  /// between `;`; what is not known is empty.
  fileprivate init?(line: Substring) {
    let fields = line.split(separator: "\t", omittingEmptySubsequences: false)
    guard fields.count == 12, let mode = Mode(rawValue: String(fields[2])),
      let input = Int64(fields[5])
    else { return nil }
    provider = String(fields[0])
    model = String(fields[1])
    self.mode = mode
    contextWindow = Int(fields[3])
    maxOutput = Int(fields[4])
    let base = Price.Rates(
      input: input, output: Int64(fields[6]) ?? 0, cacheRead: Int64(fields[7]),
      cacheWrite: Int64(fields[8]), cacheWriteHour: Int64(fields[9]))
    price = Price(
      base: base, tiers: fields[10].split(separator: ";").compactMap { Self.tier($0, base) })
    supports = fields[11].split(separator: ",").map(String.init)
  }

  /// What a tier leaves open costs as much more as its input does: never less than the base.
  private static func tier(_ text: Substring, _ base: Price.Rates) -> Price.Tier? {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false).map { Int64($0) }
    guard parts.count == 5, let tokens = parts[0], let input = parts[1], let output = parts[2]
    else {
      return nil
    }
    func scaled(_ rate: Int64?) -> Int64? {
      rate.map { base.input > 0 ? Int64(Int128($0) * Int128(input) / Int128(base.input)) : $0 }
    }
    let write = max(parts[4] ?? 0, scaled(base.cacheWrite) ?? 0)
    let rates = Price.Rates(
      input: input, output: output, cacheRead: parts[3] ?? scaled(base.cacheRead),
      cacheWrite: write > 0 ? write : nil, cacheWriteHour: scaled(base.cacheWriteHour))
    return Price.Tier(tokens: Int(tokens), rates: rates)
  }
}
