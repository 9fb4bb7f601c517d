import Testing

@testable import Search

@Suite struct RankingTests {
  /// A conversation whose messages are lists of terms; the first is number 1.
  static func passages(_ texts: [String], thread: UInt32 = 1) -> [Passage] {
    texts.enumerated().map { index, text in
      Passage(
        id: Int64(thread) * 1_000 + Int64(index) + 1, thread: thread, seq: Int64(index + 1),
        signature: TermSignature(terms: text.split(separator: " ").map(String.init)))
    }
  }

  static func words(_ text: String) -> QueryWords {
    QueryWords(text.split(separator: " ").map { QueryWords.Word(String($0), terms: [String($0)]) })
  }

  static func ids(_ passages: [Passage], _ query: String, limit: Int = 50) -> [Int64] {
    let words = words(query)
    let rarity = TermRarity(of: words.terms, in: passages)
    return Ranking(words: words, rarity: rarity).rank(passages, limit: limit).map { $0.id % 1_000 }
  }

  static let talk = passages([
    "hey there how are you", "fine thanks and you", "i painted a sunrise at the lake yesterday",
    "wow what colours", "mostly orange it was for my sister", "lovely", "did you eat pizza",
    "no i had soup", "soup is good", "see you soon", "bye now", "later friend",
  ])

  @Test func `the answer after a question's words is found by its context`() {
    // "mostly orange" holds no word of the query: it stands two after the message that does.
    let found = Self.ids(Self.talk, "which colours for the sunrise painted lake")
    #expect(Set(found.prefix(2)) == [3, 4])
    #expect(found.prefix(4).contains(5))
    #expect(!found.contains(8))
  }

  @Test func `one word finds the messages that hold it and nothing around them`() {
    #expect(Set(Self.ids(Self.talk, "soup")) == [8, 9])
    #expect(Self.ids(Self.talk, "aubergine").isEmpty)
  }

  @Test func `function words are left out unless there is nothing else`() {
    #expect(Self.words("what did you eat").words.map(\.text) == ["eat"])
    #expect(Self.words("how are you").words.count == 3)
    #expect(Self.ids(Self.talk, "how are you").first == 1)
  }

  @Test func `a word that everyone says tells nothing beside a rare one`() {
    let passages = Self.passages(
      (1...40).map { "caroline said thing\($0)" } + ["quilt", "other words here"])
    #expect(Self.ids(passages, "caroline quilt").first == 41)
  }

  @Test func `the order does not depend on that of the input`() {
    let expected = Self.ids(Self.talk, "you soup lovely sunrise friend")
    #expect(Self.ids(Self.talk.reversed(), "you soup lovely sunrise friend") == expected)
  }

  @Test func `equal scores go to the newer message`() {
    let passages = Self.passages(["apple", "x", "y", "z", "x", "y", "apple", "q", "r", "s"])
    #expect(Self.ids(passages, "apple") == [7, 1])
  }

  @Test func `threads are no neighbours of each other, nor are messages with a gap between`() {
    var passages = Self.passages(["one two three four five"], thread: 1)
    passages += Self.passages(["nothing"], thread: 2)
    passages.append(
      Passage(id: 1_007, thread: 1, seq: 7, signature: TermSignature(terms: ["nothing"])))
    #expect(Self.ids(passages, "one two three four five") == [1])
  }

  @Test func `context is no result`() {
    let passages = Self.talk.map { passage in
      Passage(
        id: passage.id, thread: passage.thread, seq: passage.seq, signature: passage.signature,
        isCandidate: passage.seq == 5)
    }
    #expect(Self.ids(passages, "which colours for the sunrise painted lake") == [5])
  }

  @Test
  func `vectors find what has none of the words, and only candidates with either are results`() {
    var passages = Self.talk
    for index in passages.indices { passages[index].cosine = 0.1 }
    passages[6].cosine = 0.9
    let nothing = QueryWords([])
    let rarity = TermRarity(messages: passages.count, holding: [:])
    let found = Ranking(words: nothing, rarity: rarity).rank(passages, limit: 3)
    #expect(found.first?.id == 1_007)
    #expect(found.first?.text == 0)
    #expect((found.first?.semantic ?? 0) > 0)
    for index in passages.indices { passages[index].cosine = nil }
    #expect(Ranking(words: nothing, rarity: rarity).rank(passages, limit: 3).isEmpty)
  }

  @Test func `words and vectors together beat either alone`() {
    var passages = Self.talk
    for index in passages.indices { passages[index].cosine = index % 2 == 0 ? 0.2 : 0.1 }
    passages[7].cosine = 0.5
    let words = Self.words("soup")
    let ranking = Ranking(words: words, rarity: TermRarity(of: words.terms, in: passages))
    let found = ranking.rank(passages, limit: 20)
    #expect(found.first?.id == 1_008)
    #expect(found.first?.matched == 1)
    #expect(found.first?.text ?? 0 > 0.9)
  }

  @Test func `a known background takes the place of the passages' own`() {
    var passages = Array(Self.talk.prefix(2))
    passages[0].cosine = 0.5
    passages[1].cosine = 0.3
    let rarity = TermRarity(messages: 2, holding: [:])
    let ranking = Ranking(
      words: QueryWords([]), rarity: rarity,
      background: Ranking.Background(mean: 0.1, deviation: 0.1))
    let found = ranking.rank(passages, limit: 2)
    #expect(found.map(\.id) == [1_001, 1_002])
    #expect(abs((found.first?.semantic ?? 0) - 0.6) < 1e-6)
  }

  @Test func `no passages and no words give no results`() {
    #expect(Self.ids([], "word").isEmpty)
    #expect(Self.ids(Self.talk, "").isEmpty)
    #expect(Self.ids(Self.talk, "soup", limit: 0).isEmpty)
  }
}

@Suite struct TermSignatureTests {
  @Test func `a signature counts terms and comes back from the store`() {
    let signature = TermSignature(terms: ["soup", "is", "good", "soup", "日本"])
    #expect(signature.length == 5)
    #expect(signature.count(TermSignature.hash("soup")) == 2)
    #expect(signature.count(TermSignature.hash("日本")) == 1)
    #expect(signature.count(TermSignature.hash("pizza")) == 0)
    #expect(TermSignature(stored: signature.stored) == signature)
  }

  @Test func `many and long texts stay within their counts`() {
    let signature = TermSignature(terms: Array(repeating: "a", count: 70_000))
    #expect(signature.length == 65_535)
    #expect(signature.count(TermSignature.hash("a")) == 255)
    let terms = (0..<2_000).map { "term\($0)" }
    let many = TermSignature(terms: terms)
    #expect(terms.allSatisfy { many.count(TermSignature.hash($0)) == 1 })
  }

  @Test func `what is no signature counts as empty`() {
    for bytes: [UInt8] in [[], [1], [1, 0, 3], [1, 0, 1, 2, 3, 4, 5, 6]] {
      #expect(TermSignature(stored: bytes) == TermSignature(terms: []))
    }
  }

  @Test func `hashes are FNV-1a, as stored blobs have them`() {
    #expect(TermSignature.hash("") == 2_166_136_261)
    #expect(TermSignature.hash("a") == 0xE40C_292C)
    #expect(TermSignature.hash("foobar") == 0xBF9C_F968)
  }
}
