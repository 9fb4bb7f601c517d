/// Finds the terms of a query in a text, as the index does: by stems, beginnings and characters.
package struct TermMatcher: Sendable {
  /// A place where a term stands.
  struct Match: Equatable, Sendable {
    let term: Int
    /// In UTF-8.
    let range: Range<Int>
  }
  private var byStem: [String: Int] = [:]
  private var byWhole: [String: Int] = [:]
  private var byPair: [String: Int] = [:]
  private var byCharacter: [String: Int] = [:]
  private var prefixes: [(text: String, term: Int)] = []
  /// Whether a word that begins with this byte may be one of the terms. Most are not, and that is seen without their stems:
  /// a stem begins as its word does.
  private var beginnings = [Bool](repeating: false, count: 256)

  /// A matcher of these terms, and of words that stand in for them.
  package init(_ terms: [SearchTerm], alternatives: [String] = []) {
    for (number, term) in terms.enumerated() {
      switch term.kind {
      case .character: for token in term.characters { byCharacter[token] = number }
      case .prefix: prefixes += term.tokens.map { ($0, number) }
      case .words where term.characters.isEmpty:
        for stem in term.stems { byStem[stem] = number }
        if let whole = term.whole { byWhole[Porter.stem(whole)] = number }
        // Somebody who types a whole identifier as one word means the identifier too.
        if term.tokens.count == 1 { byWhole[Porter.stem(term.tokens[0])] = number }
      case .words: for pair in term.tokens { byPair[pair] = number }
      }
    }
    for (number, word) in alternatives.enumerated() {
      byStem[Porter.stem(word)] = terms.count + number
    }
    // What is no ASCII may be written in several ways.
    for byte in 0x80...0xFF { beginnings[byte] = true }
    for word in [byStem.keys, byWhole.keys].joined() { note(beginning: word) }
    for prefix in prefixes { note(beginning: prefix.text) }
  }

  private mutating func note(beginning word: String) {
    if let first = word.utf8.first { beginnings[Int(first)] = true }
  }

  private func mayBeTerm(_ word: String) -> Bool {
    word.utf8.first.map { beginnings[Int($0)] } ?? false
  }

  /// Whether any of the terms stands in a text.
  package func isIn(_ text: String) -> Bool { !matches(in: text).isEmpty }

  func matches(in text: String) -> [Match] {
    var scanner = WordScanner(text)
    var matches: [Match] = []
    while let run = scanner.next() {
      if run.isUnsegmented {
        characters(run, &matches)
      } else if !run.parts.contains(where: { mayBeTerm($0.text) }) {
        continue
      } else if let whole = run.whole, let term = byWhole[Porter.stem(whole)] {
        matches.append(Match(term: term, range: run.range))
      } else {
        for part in run.parts {
          guard let term = term(of: part.text) else { continue }
          matches.append(Match(term: term, range: part.range))
        }
      }
    }
    return matches
  }

  private func term(of word: String) -> Int? {
    guard mayBeTerm(word) else { return nil }
    if let term = byStem[Porter.stem(word)] { return term }
    return prefixes.first { word.hasPrefix($0.text) }?.term
  }

  private func characters(_ run: WordRun, _ matches: inout [Match]) {
    for (index, part) in run.parts.enumerated() {
      let pairs = [index - 1, index].filter { $0 >= 0 && $0 + 1 < run.parts.count }
        .map { run.parts[$0].text + run.parts[$0 + 1].text }
      let term = byCharacter[part.text] ?? pairs.lazy.compactMap { byPair[$0] }.first
      if let term { matches.append(Match(term: term, range: part.range)) }
    }
  }
}
