import Domain
import Search
import Store

/// One search, from what was typed to a ranking: where it may look at everything, everything is ranked; where there is too
/// much, what the words and the vectors point to, with what stands around it.
struct MessageFinder: Sendable {
  let core: Core
  let query: SearchQuery
  let filter: SearchFilter
  let mode: Searches.Mode

  /// A message in the ranking.
  struct Ranked: Sendable {
    let id: Int64
    let score: Double
    let text: Double
    let semantic: Double
    /// Whether words of the query stand in the message itself.
    let hasWords: Bool
  }

  /// Documents of a search in which each is ranked.
  static let ranksAll = 4_096
  /// Documents that the words and that the vectors point to. With all five conversations of LoCoMo in one file and no thread
  /// named, recall@10 is 0.727 with 32, 48, 64 or 100 of each, and 0.725 where everything is ranked. What counts is that those
  /// around them may be results, too: without that, 150 of each gave 0.694.
  private static let pointedByWords = 64
  private static let pointedByVectors = 48
  /// Documents that words point to where nothing but these may be a result.
  private static let pointedAlone = 150
  /// Codes that are looked at more closely.
  private static let nearCodes = 500
  /// What a match counts that stands in the chatter of tools.
  private static let asideWeight = 0.4

  /// Messages of a ranking, best first.
  func find() async throws -> [Ranked] {
    if query.isEmpty {
      return try await search(limit: Searches.depth).map {
        Ranked(id: $0, score: 0, text: 0, semantic: 0, hasWords: true)
      }
    }
    let active = mode == .text ? nil : core.meaning.active
    let model = active?.model
    if let all = try await core.store.passages(in: filter, atMost: Self.ranksAll, model: model) {
      let ranked = try await rankAll(all, active)
      let allowed = try await withoutBeginnings(ranked.map(\.id))
      return ranked.filter { allowed.contains($0.id) }
    }
    return try await rankPointed(active)
  }

  // MARK: Everything

  private func rankAll(_ all: [SearchPassage], _ active: MeaningIndex.Active?) async throws
    -> [Ranked]
  {
    let (required, excluded) = try await constraints()
    let (words, _) = try await words()
    var passages = all.map { passage in
      self.passage(
        passage,
        isCandidate: passes(passage) && required?.contains(passage.id) != false
          && !excluded.contains(passage.id))
    }
    let rarity = TermRarity(of: words.terms, in: passages)
    if let vector = try await vector(words, rarity, active).flatMap(QuantizedVector.init) {
      let scorer = CosineScorer(vector)
      for (index, passage) in all.enumerated() {
        passages[index].cosine = passage.vector.map { scorer.cosine($0) }
      }
    }
    return ranked(passages, words, rarity, nil, required: required)
  }

  /// Which documents have all that must be there, nil for no such demand, and which have what must not.
  private func constraints() async throws -> (required: Set<Int64>?, excluded: Set<Int64>) {
    var required: Set<Int64>?
    if !query.required.isEmpty {
      required = Set(
        try await core.store.documents(
          TextSearch(
            terms: [], required: query.required.map(IndexTerm.init), filter: filter, limit: .max)))
    }
    guard !excludedWords.isEmpty else { return (required, []) }
    let found = try await core.store.documents(
      TextSearch(terms: excludedWords.map(IndexTerm.init), filter: filter, limit: .max))
    return (required, Set(found))
  }

  private func passes(_ passage: SearchPassage) -> Bool {
    (filter.role == nil || filter.role == passage.role)
      && (filter.since.map { passage.createdAt >= $0 } ?? true)
      && (filter.until.map { passage.createdAt < $0 } ?? true)
  }

  // MARK: What is pointed to

  private func rankPointed(_ active: MeaningIndex.Active?) async throws -> [Ranked] {
    let (words, tokens) = try await words()
    let rarity = try await rarity(tokens)
    async let found =
      mode == .semantic
      ? [] : search(limit: isOfWords ? Self.pointedAlone : Self.pointedByWords)
    guard let active, let vector = try await vector(words, rarity, active),
      let exact = QuantizedVector(vector), let codeQuery = CodeQuery(vector)
    else {
      let (pointed, around) = try await core.store.passages(
        around: found, near: nil, filter: filter, model: nil)
      return rank(around, pointed, words, rarity, nil)
    }
    let near = active.codes.candidates(
      near: codeQuery, limit: Self.nearCodes, filter: try await vectorFilter())
    let scorer = CosineScorer(exact)
    let (pointed, around) = try await core.store.passages(
      around: found,
      near: isOfWords
        ? nil
        : NearVectors(
          model: active.model, vectors: near.nearest.map { ($0.id, codeQuery.most(of: $0)) },
          limit: Self.pointedByVectors,
          score: { scorer.cosine($0) }),
      filter: filter, model: active.model, score: { scorer.cosine($0) })
    return rank(around, pointed, words, rarity, near.background)
  }

  /// Whether only documents may be results that words point to: in a search by words alone, and where something must be there
  /// or must not.
  private var isOfWords: Bool {
    mode == .text || !query.required.isEmpty || !query.excluded.isEmpty
  }

  private func rank(
    _ around: [SearchPassage], _ pointed: Set<Int64>, _ words: QueryWords, _ rarity: TermRarity,
    _ background: Ranking.Background?
  ) -> [Ranked] {
    // What stands beside something that may be seen is of the same thread; an answer often has none of the question's words.
    let passages = around.map { passage in
      let isCandidate = pointed.contains(passage.id) || !isOfWords && passes(passage)
      var own = self.passage(passage, isCandidate: isCandidate)
      own.cosine = passage.score
      return own
    }
    return ranked(
      passages, words, rarity, background, required: query.required.isEmpty ? nil : pointed)
  }

  private func vectorFilter() async throws -> VectorFilter {
    var number: UInt32?
    if let thread = filter.thread {
      number = try await core.store.indexNumber(of: thread).map { UInt32(truncatingIfNeeded: $0) }
    }
    return VectorFilter(
      key: filter.visibleTo, endUser: filter.endUserID, thread: number, role: filter.role,
      since: filter.since, until: filter.until)
  }

  /// How rare the words are in the whole file.
  private func rarity(_ tokens: [String]) async throws -> TermRarity {
    let all = Set(tokens).sorted()
    let (counts, documents) = try await core.store.commonness(of: all)
    return TermRarity(
      messages: documents,
      holding: Dictionary(
        zip(all.map { TermSignature.hash(Porter.stem($0)) }, counts), uniquingKeysWith: max))
  }

  // MARK: Words

  /// What must not be there: words, which the index knows, and beginnings of words, which are looked for in the messages.
  private var excludedWords: [SearchTerm] { query.excluded.filter { $0.kind != .prefix } }
  private var excludedBeginnings: [SearchTerm] { query.excluded.filter { $0.kind == .prefix } }

  /// The words that rank.
  private var ranking: [SearchTerm] { query.terms + query.required }

  /// The words as they were typed, and all that they stand for in the index.
  private func words() async throws -> (words: QueryWords, tokens: [String]) {
    guard mode != .semantic || core.meaning.active?.embedder != nil else {
      return (QueryWords([]), [])
    }
    var words: [QueryWords.Word] = []
    var all: [String] = []
    for term in ranking {
      var tokens = term.tokens + [term.whole].compactMap(\.self)
      if term.kind == .prefix, let prefix = term.tokens.first {
        tokens = try await core.store.completions(of: prefix)
      }
      words.append(QueryWords.Word(term.typed, terms: tokens.map(Porter.stem)))
      all += tokens
    }
    return (QueryWords(words), all)
  }

  private func search(limit: Int) async throws -> [Int64] {
    let telling = query.terms.filter { !FunctionWords.contains($0.typed) }
    let isChecked = !excludedBeginnings.isEmpty
    let found = try await core.store.documents(
      TextSearch(
        terms: (telling.isEmpty ? query.terms : telling).map(IndexTerm.init),
        required: query.required.map(IndexTerm.init), excluded: excludedWords.map(IndexTerm.init),
        filter: filter, limit: isChecked ? max(limit, Searches.depth) : limit))
    guard isChecked else { return found }
    let allowed = try await withoutBeginnings(found)
    return Array(found.lazy.filter { allowed.contains($0) }.prefix(limit))
  }

  /// Those messages in which no word begins as one must not. That is looked up in the messages: to ask the index which have a
  /// word with `t` takes half a second in a large file, for it reads where each of these words stands.
  private func withoutBeginnings(_ ids: [Int64]) async throws -> Set<Int64> {
    guard !excludedBeginnings.isEmpty else { return Set(ids) }
    let matcher = TermMatcher(excludedBeginnings)
    return Set(
      try await core.store.messages(ids, filter).lazy
        .filter { !matcher.isIn(MessageWords($0.message).all) }.map(\.hit.id))
  }

  // MARK: Ranking

  private func vector(
    _ words: QueryWords, _ rarity: TermRarity, _ active: MeaningIndex.Active?
  ) async throws -> [Float]? {
    guard let active else { return nil }
    return try await Embedding(core: core, active: active).vector(
      ofQuery: query.plain, words: words.weighted(by: rarity))
  }

  private func passage(_ passage: SearchPassage, isCandidate: Bool) -> Passage {
    Passage(
      id: passage.id, thread: UInt32(truncatingIfNeeded: passage.threadNumber), seq: passage.seq,
      signature: TermSignature(stored: passage.terms), isCandidate: isCandidate,
      weight: passage.hasMeaning ? 1 : Self.asideWeight)
  }

  private func ranked(
    _ passages: [Passage], _ words: QueryWords, _ rarity: TermRarity,
    _ background: Ranking.Background?, required: Set<Int64>?
  ) -> [Ranked] {
    // By meaning alone, the words have done their part in the vector.
    let counted = mode == .semantic ? QueryWords([]) : words
    let ranking = Ranking(words: counted, rarity: rarity, background: background)
    return ranking.rank(passages, limit: Searches.depth).compactMap { passage in
      let hasWords = passage.matched > 0 || required?.contains(passage.id) == true
      // Who asks for words does not want what merely stands beside them.
      guard mode != .text || hasWords else { return nil }
      return Ranked(
        id: passage.id, score: passage.score, text: passage.text, semantic: passage.semantic,
        hasWords: hasWords)
    }
  }
}

extension SearchTerm {
  /// The words of the term as they were typed, in lower case.
  var typed: String { tokens.joined(separator: " ") }
}
