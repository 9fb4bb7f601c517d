import Testing

@testable import Search

@Suite struct SnippetTests {
  private func marked(_ snippet: Snippet) -> [String] {
    let scalars = Array(snippet.text.unicodeScalars)
    return snippet.highlights.map { range in
      var text = String.UnicodeScalarView()
      text.append(contentsOf: scalars[range])
      return String(text)
    }
  }

  @Test func `matches are marked by their stems`() {
    let snippet = Snippet(
      of: "He was running; she runs.\nThey walk.", for: SearchQuery("run walks"))
    #expect(snippet.text == "He was running; she runs. They walk.")
    #expect(marked(snippet) == ["running", "runs", "walk"])
  }

  @Test func `the best place of a long text is shown`() {
    let filler = String(repeating: "lorem ipsum dolor ", count: 100)
    let text = "cat " + filler + "the cat chased a dog there " + filler
    let snippet = Snippet(of: text, for: SearchQuery("cat dog"))
    #expect(snippet.text.hasPrefix("…") && snippet.text.hasSuffix("…"))
    #expect(marked(snippet) == ["cat", "dog"])
    #expect(snippet.text.unicodeScalars.count <= Snippet.length * 5 / 4 + 2)
  }

  @Test func `characters are never cut`() {
    let family = "👩‍👩‍👧‍👦"
    let text =
      String(repeating: family, count: 120) + " word " + String(repeating: family, count: 120)
    let snippet = Snippet(of: text, for: SearchQuery("word"))
    #expect(marked(snippet) == ["word"])
    for character in snippet.text where character != "…" && !character.isWhitespace {
      #expect(String(character) == family || character.isLetter)
    }
    let accent = Snippet(of: "a cafe\u{301} b", for: SearchQuery("cafe"))
    #expect(marked(accent) == ["cafe\u{301}"])
    let lines = Snippet(of: "one\r\n two\u{7}\tthree\u{301} f", for: SearchQuery("three"))
    #expect(lines.text == "one two three\u{301} f" && marked(lines) == ["three\u{301}"])
  }

  @Test func `names, beginnings and pairs of characters are marked`() {
    #expect(
      marked(Snippet(of: "call getUserName()", for: SearchQuery("getusername"))) == ["getUserName"])
    #expect(marked(Snippet(of: "call getUserName()", for: SearchQuery("user"))) == ["User"])
    #expect(marked(Snippet(of: "unbelievable", for: SearchQuery("unbel*"))) == ["unbelievable"])
    #expect(marked(Snippet(of: "私は東京都に行く", for: SearchQuery("東京都"))) == ["東京都"])
  }

  @Test func `a word is found however it begins and ends`() {
    let text = "Étude étude ETUDE, études; Running ran runs 2026-01 ünder"
    #expect(marked(Snippet(of: text, for: SearchQuery("etude"))).count == 4)
    #expect(marked(Snippet(of: text, for: SearchQuery("run"))) == ["Running", "runs"])
    #expect(marked(Snippet(of: text, for: SearchQuery("2026 under"))) == ["2026", "ünder"])
    #expect(marked(Snippet(of: text, for: SearchQuery("ü*"))) == ["ünder"])
  }

  @Test func `without a match it is the beginning`() {
    #expect(Snippet(of: "one two", for: SearchQuery("three")).text == "one two")
    #expect(Snippet(of: "", for: SearchQuery("x")).text == "")
  }
}
