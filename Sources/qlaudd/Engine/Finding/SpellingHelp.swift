import Search
import Store

/// Looks for the words that somebody may have meant, when nothing has those that were typed.
struct SpellingHelp: Sendable {
  let store: LocalDatabase

  /// Words of a query that are corrected, at most: the longest.
  static let mostWords = 4
  /// Words that stand for one.
  static let choices = 3

  /// The query with other words in the place of those that no message has; nil where there are none.
  func corrected(_ query: SearchQuery) async throws -> (query: SearchQuery, words: [String])? {
    let single = (query.terms + query.required).filter { term in
      term.kind == .words && term.characters.isEmpty && term.tokens.count == 1
        && (term.tokens[0].count >= 3)
    }
    var meant: [String: [String]] = [:]
    let words = Set(single.map { $0.tokens[0] })
      .sorted { ($1.count, $0) < ($0.count, $1) }
    for word in words {
      guard meant.count < Self.mostWords else { break }
      if try await store.isKnown(word: word) { continue }
      let near = try await near(word)
      if !near.isEmpty { meant[word] = near }
    }
    guard !meant.isEmpty else { return nil }
    return (query.replacing(meant), meant.values.flatMap(\.self).sorted())
  }

  /// The first two letters may have changed places; other first letters are hardly ever wrong.
  private func near(_ word: String) async throws -> [String] {
    var candidates: [String] = []
    for letter in Set(word.prefix(2)).sorted() {
      candidates += try await store.indexedWords(
        beginning: String(letter), lengths: NearWords.lengths(near: word))
    }
    return NearWords.nearest(to: word, among: candidates, limit: Self.choices)
  }
}
