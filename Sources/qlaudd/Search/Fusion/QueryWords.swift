#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The words of a query that are searched for, and how much each tells in what is searched.
package struct QueryWords: Sendable, Equatable {
  /// A word as it was typed, and the hashes of its terms in the text index (one, or several of an identifier).
  package struct Word: Sendable, Equatable {
    package let text: String
    package let terms: [UInt32]
    /// A word and the terms that the text index makes of it.
    package init(_ text: String, terms: [String]) {
      self.text = text
      self.terms = terms.map(TermSignature.hash)
    }
  }
  /// Function words are gone, unless there was nothing else.
  package let words: [Word]

  /// Leaves out ``FunctionWords``.
  package init(_ words: [Word]) {
    let telling = words.filter { !FunctionWords.contains($0.text.lowercased()) }
    self.words = telling.isEmpty ? words : telling
  }

  /// Every term once, in the order of the query.
  package var terms: [UInt32] {
    var seen: Set<UInt32> = []
    return words.flatMap(\.terms).filter { seen.insert($0).inserted }
  }

  /// The words with what each tells, for an embedder that weighs words: its rarest term counts.
  package func weighted(by rarity: TermRarity) -> [(text: String, weight: Double)] {
    words.map { word in (word.text, word.terms.map(rarity.weight).max() ?? 0) }
  }
}

/// How rare each term of a query is among the messages that are searched: bm25's inverse document frequency, which is
/// never negative here.
///
/// It must be counted where the search looks. In a conversation of two people their names stand everywhere and tell
/// nothing, though they are rare in the whole file.
package struct TermRarity: Sendable, Equatable {
  private let weights: [UInt32: Double]

  /// From counts of messages that hold each term, among `messages`.
  package init(messages: Int, holding counts: [UInt32: Int]) {
    weights = counts.mapValues { count in
      let count = Double(min(count, messages))
      return log(1 + (Double(messages) - count + 0.5) / (count + 0.5))
    }
  }

  /// Counted in passages that are all that is searched.
  package init(of terms: [UInt32], in passages: [Passage]) {
    var counts: [UInt32: Int] = [:]
    for term in terms {
      counts[term] = passages.reduce(0) { $0 + ($1.signature.count(term) > 0 ? 1 : 0) }
    }
    self.init(messages: passages.count, holding: counts)
  }

  /// The weight of a term; 0 of one that was not counted.
  package func weight(_ term: UInt32) -> Double { weights[term] ?? 0 }
}
