import Domain
import Engine
import Wire

let searchMethods: [Method] = [
  Method(
    "search/query", .get("/v1/search"), .standard,
    "Finds messages: plain words rank, \"phrases\" must be there, -words must not; begin*, from:user, thread:ID, after:2026-01-31, before:2026-02.",
    params: .query, .optional("thread_id", "Only in this thread."), .searchPage, .cursor, .endUser,
    .searchMode, .searchRole, .since, .until, result: .searchPage
  ) {
    (
      call, query, thread: ThreadID?, limit, cursor, endUser, mode: Searches.Mode?, role: Role?,
      since: Int?, until: Int?
    ) in
    var request = Searches.Request(query, limit: limit)
    request.thread = thread
    request.cursor = cursor
    request.endUserID = endUser
    request.mode = mode
    request.role = role
    request.since = since.map(Milliseconds.init)
    request.until = until.map(Milliseconds.init)
    return try await call.engine.searches.query(request, as: call.principal)
  },
  Method(
    "search/thread", .get("/v1/threads/:thread_id/search"), .standard,
    "The same within one thread.", params: .thread, .query, .searchPage, .cursor, .searchMode,
    .searchRole, .since, .until, result: .searchPage
  ) {
    (
      call, thread, query, limit, cursor, mode: Searches.Mode?, role: Role?, since: Int?,
      until: Int?
    ) in
    var request = Searches.Request(query, limit: limit)
    request.thread = thread
    request.cursor = cursor
    request.mode = mode
    request.role = role
    request.since = since.map(Milliseconds.init)
    request.until = until.map(Milliseconds.init)
    return try await call.engine.searches.query(request, as: call.principal)
  },
  Method(
    "search/status", .get("/v1/search/status"), .standard, "How far the index is.",
    result: .indexStatus
  ) { call in try await call.engine.searches.status() },
  Method(
    "search/rebuild", .post("/v1/search/rebuild"), .admin,
    "Makes the index of words again from the messages, in the background; embeddings stay.",
    result: .indexStatus
  ) { call in try await call.engine.searches.rebuild() },
]

extension Field where Value == String {
  fileprivate static let query = Field.text("q", "What to look for.", length: Limits.queryLength)
}
extension Field where Value == Int {
  fileprivate static let searchPage = Field.int(
    "limit", "Messages on the page.", default: 10, in: Limits.searchPage)
}
extension Field where Value == Searches.Mode? {
  fileprivate static let searchMode = Field.optional(
    "mode", "How to look: hybrid where there is an embedder, else text.")
}
extension Field where Value == Role? {
  fileprivate static let searchRole = Field.optional(
    "role", "Only what was said by user or assistant.")
}
extension Field where Value == Int? {
  fileprivate static let since = Field.int(
    "since", "Only messages stored at this moment (ms) or later.", in: 0...Int.max)
  fileprivate static let until = Field.int(
    "until", "Only messages stored before this moment (ms).", in: 0...Int.max)
}

extension Shape where Value == Searches.Found {
  fileprivate static let found = Shape(
    .field("thread_id", \.threadID, "The thread."),
    .nullable("title", \.title, "The thread's title."),
    .field("seq", \.seq, "The message's place in the thread."),
    .field("role", \.role, "user or assistant."),
    .field("score", \.scoreJSON, "Higher is better; comparable within one search only."),
    .field("text_score", \.textJSON, "What words and their context give to it."),
    .field("semantic_score", \.semanticJSON, "What the meaning gives to it."),
    .field("snippet", \.snippet, "The part that fits best, in one line."),
    .field(
      "highlights", \.highlightRows,
      "Where matches stand in the snippet: [from, to) in Unicode code points."),
    .field("created_at", \.createdAt, "Milliseconds since the epoch."))
}
extension Searches.Found {
  fileprivate var scoreJSON: JSON { Score.json(score) }
  fileprivate var textJSON: JSON { Score.json(textScore) }
  fileprivate var semanticJSON: JSON { Score.json(semanticScore) }
  fileprivate var highlightRows: [JSON] {
    highlights.map { .array([.integer($0.lowerBound), .integer($0.upperBound)]) }
  }
}

/// Scores as they are shown: no digits that mean nothing.
private enum Score {
  static func json(_ score: Double) -> JSON { .double((score * 10_000).rounded() / 10_000) }
}

extension Shape where Value == Searches.Page {
  fileprivate static let searchPage = Shape(
    .constant("object", "list"),
    .field("query", \.query, "What was looked for."),
    .field("mode", \.mode, "How it was looked for."),
    .field("data", \.rows, "Messages, best first."),
    .field("has_more", \.hasMore, "Whether there are more."),
    .nullable("next_cursor", \.nextCursor, "Pass as cursor for the next page."),
    .field(
      "corrected", \.correctedWords,
      "Words that were looked for instead, where nothing has what was typed."))
}
extension Searches.Page {
  fileprivate var rows: [JSON] { found.map(Shape<Searches.Found>.found.write) }
  fileprivate var hasMore: Bool { nextCursor != nil }
  fileprivate var correctedWords: [String]? { corrected.isEmpty ? nil : corrected }
}

extension Shape where Value == Searches.Status {
  fileprivate static let indexStatus = Shape(
    .constant("object", "search.status"),
    .field("documents", \.documents, "Messages that can be found."),
    .field("waiting", \.waiting, "Messages that are stored and not indexed yet, about."),
    .field("embedder", \.embedder, "The embedding model, or none."),
    .field("embedded", \.embedded, "Messages that can be found by what they mean."),
    .field("unembedded", \.unembedded, "Messages that the model has not seen yet."),
    .field("dimension", \.dimension, "Numbers of a vector."),
    .nullable("problem", \.problem, "Why messages are not embedded, or not at the moment."))
}
