/// The part of a text that shows why it was found.
package struct Snippet: Equatable, Sendable {
  /// In one line; `…` where something is left out.
  package let text: String
  /// Where matches stand in it, in Unicode code points; never inside of what people see as one character.
  package let highlights: [Range<Int>]

  /// Code points of a snippet, about.
  package static let length = 200
  /// Bytes of a text that are searched for the best place.
  private static let limit = 256 << 10

  /// The best part of a text for a query; its beginning where nothing of the query stands in it.
  package init(of text: String, for query: SearchQuery, length: Int = Snippet.length) {
    self.init(of: text, matching: TermMatcher(query.terms + query.required), length: length)
  }

  /// The same for terms that were prepared once for many texts.
  package init(of text: String, matching matcher: TermMatcher, length: Int = Snippet.length) {
    var text = text
    if text.utf8.count > Self.limit {
      text = String(decoding: text.utf8.prefix(Self.limit), as: UTF8.self)
    }
    text.makeContiguousUTF8()
    let matches = matcher.matches(in: text)
    let window = Self.window(matches, of: text.utf8.count, length: length)
    self = Self.cut(text, window, matches, length: length)
  }

  private init(text: String, highlights: [Range<Int>]) {
    self.text = text
    self.highlights = highlights
  }

  /// The stretch that holds the most terms, the first of equals: where it begins.
  private static func window(_ matches: [TermMatcher.Match], of count: Int, length: Int) -> Int {
    var best = (start: 0, score: 0)
    var seen: [Int: Int] = [:]
    var score = 0
    var first = 0
    for match in matches {
      if seen[match.term, default: 0] == 0 { score += 8 } else { score += 1 }
      seen[match.term, default: 0] += 1
      // Room is left for what stands before and after.
      while match.range.upperBound - matches[first].range.lowerBound > length * 3 / 4,
        matches[first].range != match.range
      {
        let term = matches[first].term
        seen[term, default: 1] -= 1
        score -= seen[term] == 0 ? 8 : 1
        first += 1
      }
      if score > best.score {
        let width = match.range.upperBound - matches[first].range.lowerBound
        best = (max(0, matches[first].range.lowerBound - max(0, length - width) / 2), score)
      }
    }
    return best.start
  }

  private static func cut(
    _ text: String, _ start: Int, _ matches: [TermMatcher.Match], length: Int
  ) -> Snippet {
    var index = aligned(text, start)
    if index > text.startIndex { index = wordStart(text, index) }
    var out = String.UnicodeScalarView()
    var isCut = index > text.startIndex
    if isCut { out.append("…") }
    var highlights: [Range<Int>] = []
    var next = matches.firstIndex { $0.range.upperBound > offset(index, text) } ?? matches.count
    var size = out.count
    var wasSpace = true
    isCut = false
    while index < text.endIndex {
      let plain = plainByte(text, index)
      let after =
        plain == nil ? text.index(after: index) : text.utf8.index(after: index)
      let isSpace =
        plain.map(isSpace) ?? (text[index].isWhitespace || text[index].isNewline)
      if size >= length, isSpace || size >= length + length / 4 {
        isCut = text[index...].contains { !$0.isWhitespace }
        break
      }
      let (from, to) = (offset(index, text), offset(after, text))
      while next < matches.count, matches[next].range.upperBound <= from { next += 1 }
      let before = size
      if isSpace {
        if !wasSpace {
          out.append(" ")
          size += 1
        }
      } else {
        for scalar in text[index..<after].unicodeScalars where !isControl(scalar) {
          out.append(scalar)
          size += 1
        }
        if next < matches.count, matches[next].range.lowerBound < to, size > before {
          if let last = highlights.last, last.upperBound == before {
            highlights[highlights.count - 1] = last.lowerBound..<size
          } else {
            highlights.append(before..<size)
          }
        }
      }
      wasSpace = isSpace
      index = after
    }
    while let last = out.last, last == " " { out.removeLast() }
    if isCut { out.append("…") }
    return Snippet(text: String(out), highlights: highlights)
  }

  /// The character at an index, where it is one of ASCII and nothing can belong to it: most are, and to ask for what people see
  /// as one character takes ten times as long.
  private static func plainByte(_ text: String, _ index: String.Index) -> UInt8? {
    let bytes = text.utf8
    let byte = bytes[index]
    guard byte < 0x80, byte != UInt8(ascii: "\r") else { return nil }
    let next = bytes.index(after: index)
    return next == bytes.endIndex || bytes[next] < 0x80 ? byte : nil
  }
  private static func isSpace(_ byte: UInt8) -> Bool {
    byte == 0x20 || (0x09...0x0D).contains(byte)
  }

  private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
    scalar.isASCII
      ? scalar.value < 0x20 || scalar.value == 0x7F : scalar.properties.generalCategory == .control
  }

  private static func offset(_ index: String.Index, _ text: String) -> Int {
    text.utf8.distance(from: text.startIndex, to: index)
  }

  /// The beginning of the character that a byte belongs to.
  private static func aligned(_ text: String, _ offset: Int) -> String.Index {
    let index = text.utf8.index(text.startIndex, offsetBy: min(offset, text.utf8.count))
    guard index < text.endIndex, index > text.startIndex else { return index }
    // Both steps round down to whole characters.
    return text.index(before: text.index(after: index))
  }

  /// The beginning of the next word, where one is near.
  private static func wordStart(_ text: String, _ index: String.Index) -> String.Index {
    var at = index
    for _ in 0..<20 where at < text.endIndex {
      if text[at].isWhitespace { return text.index(after: at) }
      at = text.index(after: at)
    }
    return index
  }
}
