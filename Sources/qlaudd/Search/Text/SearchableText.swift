/// A text as the index takes it: words set apart by single spaces, so that the index has nothing left to decide but
/// the stem of each.
package struct SearchableText: Equatable, Sendable {
  /// Words and parts of identifiers, in order; pairs of characters where a script has no spaces.
  package let body: String
  /// Identifiers kept whole; single characters where a script has no spaces.
  package let whole: String
  /// Each word once, for completing and correcting what people type. Sorted.
  package let words: [String]

  /// The stems of all of them, as often as they stand there.
  package var terms: [String] {
    (body + " " + whole).split(separator: " ").map { Porter.stem(String($0)) }
  }

  /// Bytes of a text that are looked at; the rest of a longer one is not found by its words.
  package static let limit = 1 << 20

  /// Prepares a text.
  package init(_ text: String) {
    var scanner = WordScanner(Self.cut(text))
    var body = ""
    var whole = ""
    var words: Set<String> = []
    while let run = scanner.next() {
      for token in run.tokens { Self.add(token, to: &body) }
      if run.isUnsegmented {
        for part in run.parts { Self.add(part.text, to: &whole) }
        continue
      }
      if let name = run.whole { Self.add(name, to: &whole) }
      for part in run.parts where Self.isWord(part.text) { words.insert(part.text) }
    }
    self.body = body
    self.whole = whole
    self.words = words.sorted()
  }

  private static func add(_ token: String, to text: inout String) {
    if !text.isEmpty { text.append(" ") }
    text.append(token)
  }

  private static func cut(_ text: String) -> String {
    guard text.utf8.count > limit else { return text }
    return String(decoding: text.utf8.prefix(limit), as: UTF8.self)
  }

  /// Whether somebody may have meant to type it: numbers, keys and hashes are not worth a place in the list of words.
  private static func isWord(_ text: String) -> Bool {
    let bytes = text.utf8
    guard bytes.count >= 3, bytes.count <= 24 else { return false }
    let digits = bytes.reduce(0) { $0 + ((0x30...0x39).contains($1) ? 1 : 0) }
    return digits == 0 || (bytes.count <= 12 && digits * 2 < bytes.count)
  }
}
