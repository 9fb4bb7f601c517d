#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Finds tools by what somebody wants to do: words of names, vendors and descriptions weighed by how rare they are (BM25
/// over fields), other words for the same thing for less, and likeness of letters for words that are nowhere, so that a slip
/// of the pen still finds.
package struct ToolSearch: Sendable {
  /// One tool as it is searched.
  package struct Document: Sendable {
    package let name: String
    package let description: String
    /// Vendor, display name, what else it goes by.
    package let words: [String]
    /// What is known of a tool.
    package init(name: String, description: String, words: [String]) {
      self.name = name
      self.description = description
      self.words = words
    }
  }

  private struct Entry: Sendable {
    let name: String
    /// Stems by the sum of the weights of the fields in which they stand.
    let weights: [String: Double]
    let length: Double
    /// Stems of name and vendor, and the name in one piece: what a slip is compared with.
    let likely: Set<String>
  }

  private let entries: [Entry]
  /// In how many tools a stem stands.
  private let counts: [String: Int]
  private let averageLength: Double

  private enum Weight {
    static let name = 3.0
    static let words = 2.0
    static let description = 1.0
    static let otherWord = 0.4
    static let slip = 0.8
    static let wholeName = 8.0
  }
  /// The usual constants of BM25; lengths differ for little reason here, so they count less.
  private static let saturation = 1.2
  private static let lengthShare = 0.4
  /// How alike the letters of two words must be, from 0 to 1.
  private static let leastLikeness = 0.4

  /// Reads the tools.
  package init(_ documents: [Document]) {
    var counts: [String: Int] = [:]
    var total = 0.0
    entries = documents.map { document in
      var weights: [String: Double] = [:]
      let name = SearchWords.of(document.name)
      let words = document.words.flatMap(SearchWords.of)
      for word in name { weights[word, default: 0] += Weight.name }
      for word in Set(words) { weights[word, default: 0] += Weight.words }
      for word in SearchWords.of(document.description) {
        weights[word, default: 0] += Weight.description
      }
      for word in SearchWords.stopWords { weights[word] = nil }
      for word in weights.keys { counts[word, default: 0] += 1 }
      let length = weights.values.reduce(0, +)
      total += length
      return Entry(
        name: document.name.lowercased(), weights: weights, length: length,
        likely: Set(name + words + [name.joined()]))
    }
    self.counts = counts
    averageLength = max(1, total / Double(max(1, documents.count)))
  }

  /// The places of the tools that fit, the best first. Where nothing fits at all, the first ones by name: so it is seen
  /// what there is.
  package func rank(_ intent: String, limit: Int) -> [Int] {
    let query = Set(SearchWords.of(intent)).subtracting(SearchWords.stopWords)
    let whole = Set(intent.lowercased().split(separator: " ").map(String.init))
    let terms = terms(query)
    let slips = query.filter { counts[$0] == nil && $0.count > 3 }.map { Letters($0) }
    var scored: [(score: Double, place: Int)] = []
    for (place, entry) in entries.enumerated() {
      var score = whole.contains(entry.name) ? Weight.wholeName : 0
      for (word, weight) in terms { score += weight * value(of: word, in: entry) }
      for slip in slips { score += likeness(slip, entry) }
      if score > 0 { scored.append((score, place)) }
    }
    if scored.isEmpty { scored = entries.indices.map { (0, $0) } }
    scored.sort {
      $0.score == $1.score ? entries[$0.place].name < entries[$1.place].name : $0.score > $1.score
    }
    return scored.prefix(limit).map(\.place)
  }

  /// The words that are looked for, with what each counts.
  private func terms(_ query: Set<String>) -> [(String, Double)] {
    var terms: [String: Double] = [:]
    for word in query { terms[word] = 1 }
    for word in query {
      for other in SameWords.table[word] ?? [] where terms[other] == nil {
        terms[other] = Weight.otherWord
      }
    }
    return terms.filter { counts[$0.key] != nil }.sorted { $0.key < $1.key }.map {
      ($0.key, $0.value)
    }
  }

  private func value(of word: String, in entry: Entry) -> Double {
    guard let weight = entry.weights[word] else { return 0 }
    let length = 1 - Self.lengthShare + Self.lengthShare * entry.length / averageLength
    let often = weight * (Self.saturation + 1) / (weight + Self.saturation * length)
    return often * rarity(counts[word] ?? 0)
  }

  private func rarity(_ count: Int) -> Double {
    log(1 + (Double(entries.count - count) + 0.5) / (Double(count) + 0.5))
  }

  private func likeness(_ slip: Letters, _ entry: Entry) -> Double {
    let best = entry.likely.map { slip.likeness(to: Letters($0)) }.max() ?? 0
    return best < Self.leastLikeness ? 0 : best * best * Weight.slip * rarity(1)
  }
}

/// A word as its groups of three letters, with its ends marked.
private struct Letters {
  let groups: Set<[UInt8]>

  init(_ word: String) {
    let padded = [0, 0] + Array(word.utf8.prefix(64)) + [0, 0]
    groups = Set((0..<(padded.count - 2)).map { Array(padded[$0...($0 + 2)]) })
  }

  /// How much two words have in common (Dice): 1 for the same.
  func likeness(to other: Letters) -> Double {
    let common = Double(groups.intersection(other.groups).count)
    return 2 * common / Double(groups.count + other.groups.count)
  }
}
