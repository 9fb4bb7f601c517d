import Domain
import Foundation
import GRDB
import Testing
import Wire

@testable import Store

@Suite(.timeLimit(.minutes(1))) struct IndexTests {
  private func filled() async throws -> Fixture {
    let fixture = try await Fixture()
    try await fixture.thread("a", endUser: "ann")
    try await fixture.thread("b", key: "other", endUser: "bob")
    _ = try await fixture.store.appendMessages(
      "a", visibleTo: nil,
      [
        MessageDraft(role: .user, content: "the quick brown fox jumps"),
        MessageDraft(role: .assistant, content: "the foxes are running quickly"),
      ])
    _ = try await fixture.store.appendMessages(
      "b", visibleTo: nil, [MessageDraft(role: .user, content: "a fox of another key")])
    try await fixture.store.index()
    return fixture
  }

  @Test func `messages are found by their stems, best first`() async throws {
    let fixture = try await filled()
    let hits = try await fixture.store.search("run fox")
    #expect(hits.map(\.seq) == [2, 1, 1] || hits.first?.seq == 2)
    #expect(hits.count == 3)
    #expect(try await fixture.store.indexStatus() == IndexStatus(documents: 3, waiting: 0))
  }

  @Test func `each filter holds in the index and behind it`() async throws {
    let fixture = try await filled()
    defer { withExtendedLifetime(fixture) {} }
    let store = fixture.store
    func found(_ change: (inout SearchFilter) -> Void) async throws -> [String] {
      var filter = SearchFilter(visibleTo: nil)
      change(&filter)
      return try await store.search("fox", filter).map { "\($0.threadID)\($0.seq)" }.sorted()
    }
    #expect(try await found { _ in } == ["a1", "a2", "b1"])
    #expect(try await found { $0.visibleTo = "other" } == ["b1"])
    #expect(try await found { $0.endUserID = "ann" } == ["a1", "a2"])
    #expect(try await found { $0.thread = "a" } == ["a1", "a2"])
    #expect(try await found { $0.role = .assistant } == ["a2"])
    #expect(
      try await found {
        $0.visibleTo = "other"
        $0.thread = "a"
      } == [])
    #expect(
      try await found {
        $0.visibleTo = "other"
        $0.endUserID = "ann"
      } == [])
    #expect(try await found { $0.since = 1_750_000_000_001 } == [])
    #expect(try await found { $0.until = 1_750_000_000_000 } == [])
    #expect(try await found { $0.since = 1_750_000_000_000 }.count == 3)
    #expect(
      try await found {
        $0.since = 0
        $0.until = 4_000_000_000_000
      }.count == 3)
    #expect(try await found { $0.through = 1 } == ["a1"])
  }

  @Test func `required words, excluded words and filters alone`() async throws {
    let fixture = try await filled()
    defer { withExtendedLifetime(fixture) {} }
    let store = fixture.store
    let filter = SearchFilter(visibleTo: nil)
    let phrase = IndexTerm(.words, ["brown", "fox"])
    let fox = IndexTerm(.words, ["fox"])
    let required = try await store.search(
      TextSearch(terms: [fox], required: [phrase], filter: filter, limit: 10))
    #expect(required.map(\.seq) == [1])
    let excluded = try await store.search(
      TextSearch(terms: [fox], excluded: [phrase], filter: filter, limit: 10))
    #expect(excluded.count == 2)
    let all = try await store.search(
      TextSearch(terms: [], filter: SearchFilter(visibleTo: nil, role: .user), limit: 10))
    #expect(all.count == 2)
    #expect(try await store.search(TextSearch(terms: [], filter: filter, limit: 10)) == [])
  }

  @Test func `a beginning stands for the words that have it`() async throws {
    let fixture = try await filled()
    defer { withExtendedLifetime(fixture) {} }
    let store = fixture.store
    let hits = try await store.search(
      TextSearch(
        terms: [IndexTerm(.prefix, ["quic"])], filter: SearchFilter(visibleTo: nil), limit: 10))
    #expect(hits.map(\.seq).sorted() == [1, 2])
  }

  @Test func `what is deleted softly is not found, what is erased is not there`() async throws {
    let fixture = try await filled()
    let store = fixture.store
    let secret = "xylophonically"
    try await fixture.thread("s")
    _ = try await store.appendMessages(
      "s", visibleTo: nil, [MessageDraft(role: .user, content: .string("fox \(secret) fox"))])
    try await store.index()
    #expect(try await store.search("fox").count == 4)
    try await store.deleteThread("s", visibleTo: nil)
    #expect(try await store.search("fox").count == 3)
    #expect(try await store.search("xylophonically").isEmpty)
    #expect(fixture.holds("xylophon"))
    try await store.eraseThread("s", visibleTo: nil)
    #expect(!fixture.holds("xylophon"))
    #expect(try await store.search("fox").count == 3)
    #expect(try await store.indexStatus().documents == 3)
    #expect(try await store.isKnown(word: "fox"))
    #expect(try await store.integrityCheck() == [])
  }

  @Test func `a long thread is taken out in steps and leaves nothing`() async throws {
    let fixture = try await filled()
    let store = fixture.store
    try await fixture.thread("long")
    _ = try await store.appendMessages(
      "long", visibleTo: nil,
      (0..<1_000).map { MessageDraft(role: .user, content: .string("wombat number \($0)")) })
    try await store.index()
    #expect(try await store.search("wombat", limit: 2_000).count == 1_000)
    try await store.eraseThread("long", visibleTo: nil)
    #expect(try await store.indexStatus() == IndexStatus(documents: 3, waiting: 0))
    #expect(!fixture.holds("wombat"))
    #expect(try await store.search("fox").count == 3)
    #expect(try await store.integrityCheck() == [])
  }

  @Test func `numbers of erased messages are indexed again when they are given again`() async throws
  {
    let fixture = try await filled()
    let store = fixture.store
    try await store.eraseThread("b", visibleTo: nil)
    try await fixture.thread("c")
    _ = try await store.appendMessages(
      "c", visibleTo: nil, [MessageDraft(role: .user, content: "a new fox")])
    try await store.index()
    #expect(try await store.search("new").map(\.threadID) == ["c"])
    #expect(try await store.search("another").isEmpty)
  }

  @Test func `an index that was prepared by another rule is made again`() async throws {
    let fixture = try await filled()
    try await fixture.store.close()
    let rule = IndexingRule(version: 9) { message in
      IndexedText(body: "nine \(message.role.rawValue)", words: ["nine"])
    }
    let store = try await LocalDatabase.open(
      at: fixture.folder.file, source: fixture.clock.source, rule: rule
    ) {}
    try await store.index()
    #expect(try await store.search("fox").isEmpty)
    #expect(try await store.search("nine").count == 3)
    try await store.eraseThread("a", visibleTo: nil)
    #expect(try await store.search("nine").count == 1)
  }

  @Test func `an end-user that changes takes the messages along`() async throws {
    let fixture = try await filled()
    defer { withExtendedLifetime(fixture) {} }
    let store = fixture.store
    _ = try await store.updateThread("a", visibleTo: nil, ThreadChange(endUserID: .set("zoe")))
    #expect(try await store.search("fox", SearchFilter(visibleTo: nil, endUserID: "ann")).isEmpty)
    #expect(
      try await store.search("fox", SearchFilter(visibleTo: nil, endUserID: "zoe")).count == 2)
  }

  @Test func `a very common word ranks the newest, a rare one is found however old`() async throws {
    let fixture = try await Fixture()
    try await fixture.thread("t")
    for start in stride(from: 0, to: 7_000, by: 1_000) {
      _ = try await fixture.store.appendMessages(
        "t", visibleTo: nil,
        (start..<start + 1_000).map {
          MessageDraft(
            role: .user, content: .string($0 == 5 ? "common needle" : "common word \($0)"))
        })
    }
    try await fixture.store.index()
    let common = try await fixture.store.search("common", limit: 5)
    #expect(common.count == 5)
    #expect(common.allSatisfy { $0.seq > 7_000 - MessageSeq(LocalDatabase.rankedRows) })
    let needle = try await fixture.store.search("common needle", limit: 5)
    #expect(needle.first?.seq == 6)
    #expect(try await fixture.store.search("common", limit: 5) == common)
  }

  @Test func `a crash in the middle loses nothing and does nothing twice`() async throws {
    let fixture = try await Fixture()
    try await fixture.thread("t")
    _ = try await fixture.store.appendMessages(
      "t", visibleTo: nil,
      (0..<200).map { MessageDraft(role: .user, content: .string("word \($0)")) })
    _ = try await fixture.store.indexRound()
    // A copy of the files as they are now is what a crash leaves.
    let crashed = Folder()
    for suffix in ["", "-wal"] {
      try FileManager.default.copyItem(
        atPath: fixture.folder.file + suffix, toPath: crashed.file + suffix)
    }
    let store = try await LocalDatabase.open(at: crashed.file, source: .system) {}
    #expect(try await store.indexStatus().documents == LocalDatabase.roundMessages)
    try await store.index()
    #expect(try await store.indexStatus() == IndexStatus(documents: 200, waiting: 0))
    #expect(try await store.search("word", limit: 500).count == 200)
    #expect(try await store.integrityCheck() == [])
  }
}

extension LocalDatabase {
  /// Indexes all that waits.
  func index() async throws {
    while try await indexRound().looked > 0 {}
    while try await tidyIndex() {}
  }

  /// What is found with what stands there, best first.
  func search(_ search: TextSearch) async throws -> [SearchHit] {
    try await messages(documents(search), search.filter).map(\.hit)
  }

  func search(
    _ words: String, _ filter: SearchFilter = SearchFilter(visibleTo: nil), limit: Int = 100
  ) async throws -> [SearchHit] {
    try await search(
      TextSearch(
        terms: words.split(separator: " ").map { IndexTerm(.words, [String($0)]) },
        filter: filter, limit: limit))
  }
}

extension Fixture {
  /// Whether some bytes stand in the database's files.
  func holds(_ text: String) -> Bool {
    ["", "-wal"].contains { suffix in
      FileManager.default.contents(atPath: folder.file + suffix)?.range(of: Data(text.utf8)) != nil
    }
  }
}
