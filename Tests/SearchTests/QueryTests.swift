import Domain
import Testing

@testable import Search

@Suite struct QueryTests {
  private func words(_ terms: [SearchTerm]) -> [[String]] { terms.map(\.tokens) }

  @Test func `words rank, phrases are required, a minus excludes`() {
    let query = SearchQuery(#"red "big house" -blue -"old car" fast"#)
    #expect(words(query.terms) == [["red"], ["fast"]])
    #expect(words(query.required) == [["big", "house"]])
    #expect(words(query.excluded) == [["blue"], ["old", "car"]])
    #expect(query.plain == "red big house fast")
  }

  @Test func `filters are understood and are no words`() {
    let query = SearchQuery("from:user thread:abc after:2026-01-31 before:2026-02 cat")
    #expect(query.role == .user)
    #expect(query.thread == ThreadID(rawValue: "abc"))
    #expect(query.since == 1_769_817_600_000)
    #expect(query.until == 1_769_904_000_000)
    #expect(words(query.terms) == [["cat"]])
  }

  @Test(arguments: ["from:nobody", "before:2026-13", "after:2025-02-29", "before:yesterday", "x:y"])
  func `a filter that says nothing is words`(text: String) {
    let query = SearchQuery(text)
    #expect(query.role == nil && query.since == nil && query.until == nil)
    #expect(!query.terms.isEmpty)
  }

  @Test func `leap days are days`() {
    #expect(SearchQuery("after:2024-02-29").since == 1_709_164_800_000)
  }

  @Test func `a star completes`() {
    let query = SearchQuery("runn* getUser*")
    #expect(query.terms.first == SearchTerm(.prefix, ["runn"]))
    #expect(query.terms.last?.kind == .words)
  }

  @Test func `each word counts once, whatever its ending`() {
    #expect(words(SearchQuery("run runs running RUN").terms) == [["run"]])
  }

  @Test func `scripts without spaces are looked for by pairs`() {
    #expect(SearchQuery("東京都").terms.map(\.tokens) == [["東京", "京都"]])
    #expect(SearchQuery("東").terms.map(\.kind) == [.character])
    #expect(SearchQuery("今日は東京").terms.count == 4)
  }

  @Test(arguments: [
    "", "\"", "\"\"", "-", "--", "*", "AND", "OR NOT (", "a AND", "NEAR(a b, 2)", "body:x", "^a",
    "a + b", "{body} : x", "\u{0}a\u{0}", "\"a", "a\"b\"c", "👩‍👩‍👧‍👦", "\u{202E}abc", "-\"", "thread:",
    "“a b”",
  ])
  func `nothing is an error`(text: String) {
    let query = SearchQuery(text)
    for term in query.terms + query.required + query.excluded {
      #expect(!term.tokens.isEmpty)
      #expect(term.tokens.allSatisfy { !$0.isEmpty && !$0.utf8.contains(0) && !$0.contains("\"") })
    }
  }

  @Test func `a long query ends`() {
    let query = SearchQuery((0..<20_000).map { "w\($0)" }.joined(separator: " "))
    #expect(query.terms.count == SearchQuery.termLimit)
  }
}
