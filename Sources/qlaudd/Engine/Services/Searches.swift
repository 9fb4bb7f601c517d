package import Domain
import Search
import Store
import Wire

/// Finding what was said.
package struct Searches: Sendable {
  let core: Core

  /// How messages are found.
  package enum Mode: String, WireEnum {
    /// By their words and by what they mean.
    case hybrid
    /// By their words.
    case text
    /// By what they mean.
    case semantic
  }

  /// What is looked for.
  package struct Request: Sendable {
    package let query: String
    package var thread: ThreadID?
    package var limit: Int
    package var cursor: String?
    package var endUserID: String?
    package var mode: Mode?
    package var role: Role?
    package var since: Milliseconds?
    package var until: Milliseconds?
    /// A search for a text.
    package init(_ query: String, limit: Int = 10) {
      self.query = query
      self.limit = limit
    }
  }

  /// A message that was found.
  package struct Found: Sendable {
    package let threadID: ThreadID
    /// The thread's title.
    package let title: String?
    package let seq: MessageSeq
    package let role: Role
    package let createdAt: Milliseconds
    /// Higher is better; comparable within one search only.
    package let score: Double
    /// What words and context give to the score.
    package let textScore: Double
    /// What the meaning gives to it.
    package let semanticScore: Double
    /// The part that fits best, in one line.
    package let snippet: String
    /// Where matches stand in the snippet, in Unicode code points.
    package let highlights: [Range<Int>]

    init(_ hit: SearchHit, _ ranked: MessageFinder.Ranked, _ snippet: Snippet) {
      threadID = hit.threadID
      title = hit.title
      seq = hit.seq
      role = hit.role
      createdAt = hit.createdAt
      score = ranked.score
      textScore = ranked.text
      semanticScore = ranked.semantic
      self.snippet = snippet.text
      highlights = snippet.highlights
    }
  }

  /// How far the index is.
  package struct Status: Sendable {
    /// Messages that can be found.
    package let documents: Int
    /// Messages that are stored and not looked at yet, about.
    package let waiting: Int
    /// The embedding model: its name, or `none`.
    package let embedder: String
    /// Messages that can be found by what they mean.
    package let embedded: Int
    /// Messages that the model has not seen yet.
    package let unembedded: Int
    /// Numbers of a vector.
    package let dimension: Int
    /// Why messages are not embedded, or not at the moment.
    package let problem: String?
  }

  /// One page of what was found.
  package struct Page: Sendable {
    package let query: String
    /// How it was looked for in fact.
    package let mode: Mode
    package let found: [Found]
    package let nextCursor: String?
    /// Words that were looked for instead, because nothing has what was typed.
    package let corrected: [String]
  }

  /// Messages of a ranking that can be paged through.
  static let depth = 500

  /// Messages that fit, best first; the same search over the same messages gives the same page. Whatever is typed is no error.
  /// - Throws: ``QlaudError`` `not_found` for a thread that the caller does not see; `forbidden` for another end-user;
  ///   `invalid_params` for a cursor of another search.
  package func query(_ request: Request, as principal: Principal) async throws -> Page {
    let query = SearchQuery(request.query)
    // What was stored just now is found; a long queue is left to the indexer.
    if request.cursor == nil, try core.store.hasUnindexed() {
      _ = try await core.store.indexRound()
    }
    let place = try SearchCursor(request) { try core.store.lastDocument() }
    let mode = try mode(request)
    guard let filter = try await filter(request, query, principal, through: place.through) else {
      return Page(query: request.query, mode: mode, found: [], nextCursor: nil, corrected: [])
    }
    var (ranked, used) = try await find(query, filter, mode)
    var corrected: [String] = []
    if mode != .semantic, !ranked.contains(where: \.hasWords),
      let second = try await SpellingHelp(store: core.store).corrected(query)
    {
      let (again, _) = try await find(second.query, filter, used)
      if again.contains(where: \.hasWords) { (ranked, corrected) = (again, second.words) }
    }
    let page = Array(ranked.dropFirst(place.offset).prefix(request.limit))
    let matcher = TermMatcher(query.terms + query.required, alternatives: corrected)
    let end = place.offset + page.count
    return Page(
      query: request.query, mode: used, found: try await shown(page, filter, matcher),
      nextCursor: end < ranked.count ? place.text(offset: end) : nil, corrected: corrected)
  }

  /// How it is looked for: by words alone where nothing makes vectors.
  private func mode(_ request: Request) throws -> Mode {
    if core.meaning.active != nil { return request.mode ?? .hybrid }
    guard request.mode == .semantic else { return .text }
    let problem = core.meaning.problem.map { ": \($0)" } ?? ""
    throw QlaudError.invalid(
      "mode", "must be text: there is no embedding model\(problem); see the setting embedder")
  }

  /// A ranking, and how it was made in fact: by words alone where the embedding model cannot be asked.
  private func find(_ query: SearchQuery, _ filter: SearchFilter, _ mode: Mode) async throws
    -> ([MessageFinder.Ranked], Mode)
  {
    let finder = MessageFinder(core: core, query: query, filter: filter, mode: mode)
    do { return (try await finder.find(), mode) } catch let error as QlaudError
      where mode == .hybrid && [.offline, .upstreamError, .vaultLocked].contains(error.kind)
    {
      core.meaning.note(error.message)
      let finder = MessageFinder(core: core, query: query, filter: filter, mode: .text)
      return (try await finder.find(), .text)
    }
  }

  /// The messages of a page. Each is looked at once more: what may not be seen is not shown, whatever led to it.
  private func shown(
    _ page: [MessageFinder.Ranked], _ filter: SearchFilter, _ matcher: TermMatcher
  ) async throws -> [Found] {
    let messages = try await core.store.messages(page.map(\.id), filter)
    let ranked = Dictionary(page.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    return messages.compactMap { hit, message in
      guard let ranked = ranked[hit.id] else { return nil }
      return Found(hit, ranked, Snippet(of: MessageWords(message).all, matching: matcher))
    }
  }

  /// What both the parameters and the text allow; nil where they exclude each other.
  private func filter(
    _ request: Request, _ query: SearchQuery, _ principal: Principal, through: Int64
  ) async throws -> SearchFilter? {
    if let thread = request.thread {
      _ = try await core.store.thread(thread, visibleTo: principal.visibleKey)
    }
    if let one = request.thread, let other = query.thread, one != other { return nil }
    if let one = request.role, let other = query.role, one != other { return nil }
    return SearchFilter(
      visibleTo: principal.visibleKey, endUserID: try principal.endUser(request.endUserID),
      thread: request.thread ?? query.thread, role: request.role ?? query.role,
      since: [request.since, query.since].compactMap(\.self).max(),
      until: [request.until, query.until].compactMap(\.self).min(), through: through)
  }

  /// Begins to make the index of words again from the messages, in the background. Until that is done searches find what is
  /// indexed again; embeddings stay.
  /// - Returns: how far it is.
  package func rebuild() async throws -> Status {
    try await core.store.remakeIndex()
    return try await status()
  }

  /// How far the index is.
  package func status() async throws -> Status {
    let index = try await core.store.indexStatus()
    let active = core.meaning.active
    var (unembedded, dimension) = (0, 0)
    if let active {
      let model = try await core.store.vectorModel(named: active.model.name)
      unembedded = try await core.store.unseenCount(of: model)
      dimension = model.dimension
    }
    return Status(
      documents: index.documents, waiting: index.waiting, embedder: active?.model.name ?? "none",
      embedded: active?.codes.count ?? 0, unembedded: unembedded, dimension: dimension,
      problem: core.meaning.problem)
  }
}

/// Where a page of a search begins: the newest document of its first page, and how many were shown.
struct SearchCursor {
  let through: Int64
  let offset: Int
  private let fingerprint: String

  init(_ request: Searches.Request, latest: () throws -> Int64) throws {
    fingerprint = Self.fingerprint(request)
    guard let cursor = request.cursor else {
      through = try latest()
      offset = 0
      return
    }
    let parts = cursor.split(separator: ".")
    guard parts.count == 3, let through = Int64(parts[0]), let offset = Int(parts[1]),
      (0...Searches.depth).contains(offset), parts[2] == fingerprint
    else { throw QlaudError.invalid("cursor", "must be a next_cursor of this search") }
    self.through = through
    self.offset = offset
  }

  func text(offset: Int) -> String { "\(through).\(offset).\(fingerprint)" }

  private static func fingerprint(_ request: Searches.Request) -> String {
    let parts: [String?] = [
      request.query, request.thread?.rawValue, request.endUserID, request.mode?.rawValue,
      request.role?.rawValue, request.since.map(String.init), request.until.map(String.init),
    ]
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325  // FNV-1a
    for part in parts {
      for byte in (part ?? "\u{1}").utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
      hash = (hash ^ 0) &* 0x100_0000_01b3
    }
    return String(hash, radix: 36)
  }
}

extension IndexTerm {
  /// A term of a query as the index takes it.
  init(_ term: SearchTerm) {
    let kind: Kind =
      switch term.kind {
      case .words: .words
      case .prefix: .prefix
      case .character: .character
      }
    self.init(kind, term.tokens, whole: term.whole)
  }
}
