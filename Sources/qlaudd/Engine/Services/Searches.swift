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
    /// The part that fits best, in one line.
    package let snippet: String
    /// Where matches stand in the snippet, in Unicode code points.
    package let highlights: [Range<Int>]

    init(_ hit: SearchHit, _ snippet: Snippet) {
      threadID = hit.threadID
      title = hit.title
      seq = hit.seq
      role = hit.role
      createdAt = hit.createdAt
      score = hit.score
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
    if request.cursor == nil, try await core.store.hasUnindexed() {
      _ = try await core.store.indexRound()
    }
    let place = try await SearchCursor(request) { try await core.store.lastDocument() }
    guard let filter = try await filter(request, query, principal, through: place.through) else {
      return Page(query: request.query, mode: .text, found: [], nextCursor: nil, corrected: [])
    }
    var (hits, corrected) = (try await search(query, filter), [String]())
    if hits.isEmpty, let second = try await SpellingHelp(store: core.store).corrected(query) {
      hits = try await search(second.query, filter)
      corrected = hits.isEmpty ? [] : second.words
    }
    let page = Array(hits.dropFirst(place.offset).prefix(request.limit))
    let messages = try await core.store.messages(of: page)
    let matcher = TermMatcher(query.terms + query.required, alternatives: corrected)
    let found = page.compactMap { hit in
      messages[hit.id].map {
        Found(hit, Snippet(of: MessageWords($0).all, matching: matcher))
      }
    }
    let end = place.offset + page.count
    return Page(
      query: request.query, mode: .text, found: found,
      nextCursor: end < hits.count ? place.text(offset: end) : nil, corrected: corrected)
  }

  private func search(_ query: SearchQuery, _ filter: SearchFilter) async throws -> [SearchHit] {
    try await core.store.search(
      TextSearch(
        terms: query.terms.map(IndexTerm.init), required: query.required.map(IndexTerm.init),
        excluded: query.excluded.map(IndexTerm.init), filter: filter, limit: Self.depth))
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

  /// How far the index is.
  package func status() async throws -> Status {
    let status = try await core.store.indexStatus()
    return Status(documents: status.documents, waiting: status.waiting)
  }
}

/// Where a page of a search begins: the newest document of its first page, and how many were shown.
struct SearchCursor {
  let through: Int64
  let offset: Int
  private let fingerprint: String

  init(_ request: Searches.Request, latest: () async throws -> Int64) async throws {
    fingerprint = Self.fingerprint(request)
    guard let cursor = request.cursor else {
      through = try await latest()
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
