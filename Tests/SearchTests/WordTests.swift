import Testing

@testable import Search

@Suite struct WordTests {
  @Test(arguments: [
    ("Hello, world!", ["hello", "world"]),
    ("getUserName", ["get", "user", "name"]),
    ("HTTPServer parseJSON", ["http", "server", "parse", "json"]),
    ("foo_bar.baz/qux-1", ["foo", "bar", "baz", "qux", "1"]),
    ("end. Next", ["end", "next"]),
    ("Alice's book, don't we'll", ["alice", "book", "don", "we"]),
    ("Crème BRÛLÉE naïve", ["creme", "brulee", "naive"]),
    ("cre\u{300}me", ["creme"]),
    ("ＡＢＣ１", ["abc1"]),
    ("gpt4 iPhone", ["gpt4", "i", "phone"]),
    ("", []), (" \u{0}\n\t*()\"", []),
  ])
  func `words are split where names are split`(text: String, words: [String]) {
    #expect(WordScanner.runs(text).flatMap { $0.parts.map(\.text) } == words)
  }

  @Test(arguments: [
    ("getUserName", ["getusername"]), ("foo_bar.baz", ["foobarbaz"]), ("plain", []),
    ("a/b c", ["ab"]),
  ])
  func `names are also kept whole`(text: String, names: [String]) {
    #expect(WordScanner.runs(text).compactMap(\.whole) == names)
  }

  @Test func `where a script has no spaces, pairs of characters are words`() {
    let text = SearchableText("東京都庁 is ไทย 한국어")
    #expect(text.body == "東京 京都 都庁 is ไท ทย 한국 국어")
    #expect(text.whole == "東 京 都 庁 ไ ท ย 한 국 어")
    #expect(text.words == [])
  }

  @Test func `places are those of the text`() {
    let text = "a Größe fooBar"
    let bytes = Array(text.utf8)
    let places = WordScanner.runs(text).flatMap(\.parts).map {
      String(decoding: bytes[$0.range], as: UTF8.self)
    }
    #expect(places == ["a", "Größe", "foo", "Bar"])
  }

  @Test(arguments: [
    ("caresses", "caress"), ("ponies", "poni"), ("running", "run"), ("hopping", "hop"),
    ("agreed", "agre"), ("relational", "relat"), ("happy", "happi"), ("sky", "sky"),
    ("generalization", "gener"), ("hopefulness", "hope"), ("controlling", "control"),
    ("adjustable", "adjust"), ("rate", "rate"), ("filing", "file"), ("größe", "größe"),
    ("is", "is"),
  ])
  func `stems are Porter's`(word: String, stem: String) {
    #expect(Porter.stem(word) == stem)
  }

  @Test func `the nearest words come first`() {
    let words = ["receive", "recipe", "receipt", "relieve", "deceive", "zebra", "teh", "the"]
    #expect(NearWords.nearest(to: "recieve", among: words, limit: 1) == ["receive"])
    #expect(NearWords.nearest(to: "hte", among: words, limit: 2) == ["teh", "the"])
    #expect(NearWords.nearest(to: "xylophone", among: words, limit: 3) == [])
  }
}
