package import Domain
import GRDB
import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

extension LocalDatabase {
  /// Rows that are ranked, at most: the newest ones that have the rarest words. Ranking costs about a microsecond a row.
  static let rankedRows = 2_500
  /// The same for a caller that wants every row of a small scope.
  private static let mostRows = 5_000
  /// Rows of a word that are counted, at most; further ones are estimated.
  private static let countedRows = 2_000
  /// Words that stand for a beginning, at most: the shortest. One letter says so little that any words will do.
  static func completions(of prefix: String) -> Int {
    switch prefix.unicodeScalars.count {
    case ...1: 16
    case 2: 32
    default: 64
    }
  }

  /// Messages that have the words, best first, equal ones newest first.
  ///
  /// Where there are more than ``rankedRows``, rows are chosen by the rarest words and the newest of them are ranked;
  /// common words then only add to the score. Words weigh by how rare they are in the whole file. Where the index had to be
  /// mended, what is not indexed again yet is not found.
  package func documents(_ search: TextSearch) async throws -> [Int64] {
    let now = source.now()
    return try await readIndex { db in
      try db.widenCache()
      let plan = try self.plan(db, search, now: now)
      guard !plan.text.isEmpty else { return [] }
      var rows = try SearchTextTable.ranked(
        db, plan.text, weights: plan.weightBytes, through: search.filter.through ?? .max,
        limit: max(Self.rankedRows, min(search.limit, Self.mostRows)))
      rows.sort { ($0.score, $0.id) > ($1.score, $1.id) }
      var found: [Int64] = []
      var rest = rows[...]
      while found.count < search.limit, !rest.isEmpty {
        let some = rest.prefix(min(search.limit - found.count, Self.mostRows))
        rest = rest.dropFirst(some.count)
        found += try SearchDocTable.visible(db, some.map(\.id), search.filter)
      }
      return found
    }
  }

  /// The newest document; the place up to which further pages of a search look.
  package func lastDocument() throws -> Int64 { try look(SearchDocTable.last) }

  /// Those documents that pass a filter, with their messages, in the order in which they are asked for.
  package func messages(_ ids: [Int64], _ filter: SearchFilter) async throws
    -> [(hit: SearchHit, message: Message)]
  {
    try await read { db in
      try SearchDocTable.hits(db, ids, filter).compactMap { hit in
        guard let message = try MessageTable.get(db, hit.id), message.threadID == hit.threadID
        else { return nil }
        return (hit: hit, message: message)
      }
    }
  }

  /// Whether a word stands in some message.
  package func isKnown(word: String) async throws -> Bool {
    try await read { try SearchWordTable.contains($0, word) }
  }

  /// Words of the file that begin with a letter and have about so many, by the alphabet.
  package func indexedWords(beginning letter: String, lengths: ClosedRange<Int>) async throws
    -> [String]
  {
    try await read { try SearchWordTable.initial($0, letter, lengths: lengths) }
  }

  /// How many documents have each word, about, and how many there are.
  package func commonness(of words: [String]) async throws -> (counts: [Int], documents: Int) {
    // Most questions have words that were asked for before; then no connection is waited for.
    let state = try look(SearchStateTable.get)
    let known = commonness.withLock { known in
      words.compactMap { known[Self.match(word: $0)] }
        .filter { $0.holds(in: state, from: Self.countedRows) }
    }
    if known.count == words.count { return (known.map { Int($0.rows) }, state.documents) }
    return try await readIndex { db in
      let state = try SearchStateTable.get(db)
      let counts = try words.map { word in
        Int(try self.rows(db, Self.match(word: word), state))
      }
      return (counts, state.documents)
    }
  }

  private static func match(word: String) -> String { MatchText.term(IndexTerm(.words, [word])) }

  private func plan(_ db: Database, _ search: TextSearch, now: Milliseconds) throws -> MatchText {
    let state = try SearchStateTable.get(db)
    var budget = Double(Self.rankedRows)
    if let thread = search.filter.thread, let stored = try ThreadTable.get(db, thread) {
      // A thread is ranked whole where it can be.
      if stored.lastSeq <= Self.rankedRows { budget = .infinity }
    }
    let required = try search.required.map { try weigh(db, $0, state) }
    var terms = try search.terms.map { try weigh(db, $0, state) }.filter { $0.rows > 0 }
    if required.isEmpty {
      // Stable for equal counts, so that the same search always asks the same.
      terms = terms.enumerated()
        .sorted { ($0.element.rows, $0.offset) < ($1.element.rows, $1.offset) }.map(\.element)
      if terms.isEmpty, !search.terms.isEmpty { return MatchText.nothing }
    }
    var drivers: [Weighed] = []
    var others: [Weighed] = []
    for term in terms {
      if required.isEmpty, drivers.isEmpty || term.rows <= budget {
        drivers.append(term)
        budget -= term.rows
      } else {
        others.append(term)
      }
    }
    return MatchText(
      drivers: drivers, others: others, required: required, excluded: search.excluded,
      scope: SearchScope.words(of: search.filter, now: now))
  }

  /// Words that begin so: the shortest.
  package func completions(of prefix: String) async throws -> [String] {
    try await read { try self.completions($0, of: prefix, SearchStateTable.get($0)) }
  }

  /// Tens of thousands of words begin with a letter, and the shortest of them hardly change.
  private func completions(_ db: Database, of prefix: String, _ state: SearchState) throws
    -> [String]
  {
    if let known = beginnings.withLock({ $0[prefix] }), known.holds(in: state) {
      return known.words
    }
    let limit = Self.completions(of: prefix)
    let words = try SearchWordTable.beginning(db, with: prefix, limit: limit)
    if words.count == limit, prefix.unicodeScalars.count <= 2 {
      beginnings.withLock { known in
        if known.count > 200 { known.removeAll() }
        known[prefix] = Completions(words: words, state: state)
      }
    }
    return words
  }

  private func weigh(_ db: Database, _ term: IndexTerm, _ state: SearchState) throws -> Weighed {
    var choices = [term]
    if term.kind == .prefix, let prefix = term.tokens.first {
      let words = try completions(db, of: prefix, state)
      if !words.isEmpty { choices = words.map { IndexTerm(.words, [$0]) } }
    }
    let text = choices.map(MatchText.term).joined(separator: " OR ")
    let rows = try rows(db, text, state)
    return Weighed(choices: choices, weight: rarity(rows, of: state.documents), rows: rows)
  }

  /// How many rows match, about, where they are many.
  func rows(_ db: Database, _ match: String, _ state: SearchState) throws -> Double {
    if let known = commonness.withLock({ $0[match] }),
      known.holds(in: state, from: Self.countedRows)
    {
      return known.rows
    }
    let newest = try SearchTextTable.newest(db, match, limit: Self.countedRows)
    guard newest.count == Self.countedRows, let first = newest.first, let last = newest.last else {
      return note(match, Double(newest.count), state)
    }
    // As dense in the rest as among the newest.
    let newestID = max(first, try SearchDocTable.last(db))
    let share = Double(newest.count) / Double(max(1, newestID - last + 1))
    return note(match, max(Double(newest.count), min(1, share) * Double(state.documents)), state)
  }

  private func note(_ match: String, _ rows: Double, _ state: SearchState) -> Double {
    // A beginning with all that it may stand for would take the room of many words.
    guard match.utf8.count <= 200 else { return rows }
    commonness.withLock { known in
      if known.count > 4_000 { known.removeAll() }
      known[match] = Commonness(rows: rows, state: state)
    }
    return rows
  }
}

/// What a word weighs that so many documents of all have: BM25's inverse document frequency, never below zero.
private func rarity(_ rows: Double, of documents: Int) -> Double {
  let without = max(Double(documents) - rows, 0.0)
  return log(1.0 + (without + 0.5) / (rows + 0.5))
}

/// The words that stood for a beginning when that was last looked at.
struct Completions {
  let words: [String]
  /// How the index was then.
  let state: SearchState

  /// Whether they still do: nothing was taken out, and little was added.
  func holds(in now: SearchState) -> Bool {
    now.rule == state.rule && now.removals == state.removals
      && abs(now.documents - state.documents) * 20 <= state.documents
  }
}
