/// A stretch of text that the index takes as one thing: a word, an identifier with its parts, or a piece of a script
/// that is written without spaces.
package struct WordRun: Equatable, Sendable {
  /// One part, as the index compares it.
  package struct Part: Equatable, Sendable {
    /// Lower case, without accents.
    package let text: String
    /// Where it stands in the text, in UTF-8.
    package let range: Range<Int>
  }
  /// The parts of an identifier, a single one for a plain word; else the characters.
  package let parts: [Part]
  /// Whether the parts are characters of a script that is written without spaces.
  package let isUnsegmented: Bool

  /// Where it stands in the text, in UTF-8.
  package var range: Range<Int> {
    (parts.first?.range.lowerBound ?? 0)..<(parts.last?.range.upperBound ?? 0)
  }

  /// Bytes of an identifier that is also kept whole.
  static let wholeLimit = 64

  /// All parts as one word: how an identifier is kept whole. Nil for what is one part anyway, and for what is too long
  /// to be a name.
  package var whole: String? {
    guard !isUnsegmented, parts.count > 1 else { return nil }
    let text = parts.map(\.text).joined()
    return text.utf8.count <= Self.wholeLimit ? text : nil
  }

  /// What stands in the index for the parts, one after another: the parts themselves; pairs of neighbours where there are
  /// no words to go by.
  package var tokens: [String] {
    guard isUnsegmented, parts.count > 1 else { return parts.map(\.text) }
    return zip(parts, parts.dropFirst()).map { $0.text + $1.text }
  }
}

/// Reads a text run by run. Identifiers are split where the case changes and at `_`, `.`, `/` and `-`.
package struct WordScanner {
  private var rest: Substring.UnicodeScalarView
  private var offset = 0
  private var parts: [WordRun.Part] = []
  private var part = String.UnicodeScalarView()
  private var partStart = 0
  private var partEnd = 0
  private var isUnsegmented = false
  /// Of the part: whether its last letter is upper case, and how many upper-case letters it ends with.
  private var upperTail = 0
  private var lastUpperStart = 0
  private var hasLower = false
  /// An apostrophe stood before the part.
  private var isAfterApostrophe = false

  /// A scanner at the beginning of a text.
  package init(_ text: String) { rest = text[...].unicodeScalars }

  /// All runs of a text.
  package static func runs(_ text: String) -> [WordRun] {
    var scanner = WordScanner(text)
    var runs: [WordRun] = []
    while let run = scanner.next() { runs.append(run) }
    return runs
  }

  /// The next run; nil at the end.
  package mutating func next() -> WordRun? {
    while let raw = rest.first {
      let scalar = Scripts.narrow(raw)
      let kind = Scripts.classify(scalar)
      let width = UTF8.width(raw)
      switch kind {
      case .letter where !isUnsegmented || isEmpty:
        take(scalar, width)
      case .unsegmented where isUnsegmented || isEmpty:
        endPart()
        isUnsegmented = true
        begin()
        Scripts.fold(scalar, into: &part)
        partEnd = offset + width
      case .mark where !part.isEmpty:
        part.append(scalar)
        partEnd = offset + width
      case .ignorable, .mark:
        if !part.isEmpty { partEnd = offset + width }
      case .letter, .unsegmented:
        if let run = finish() { return run }
        continue
      case .other where !isUnsegmented && !isEmpty && joins(scalar):
        endPart()
      case .other:
        if !isEmpty {
          let isApostrophe = scalar == "'" || scalar == "\u{2019}"
          advance(width)
          let run = finish()
          isAfterApostrophe = isApostrophe
          if let run { return run }
          continue
        }
        isAfterApostrophe = false
      }
      advance(width)
    }
    return finish()
  }

  private var isEmpty: Bool { parts.isEmpty && part.isEmpty }

  private mutating func advance(_ width: Int) {
    rest = rest.dropFirst()
    offset += width
  }

  private mutating func begin() {
    if part.isEmpty { partStart = offset }
  }

  private mutating func take(_ scalar: Unicode.Scalar, _ width: Int) {
    let isUpper =
      scalar.isASCII
      ? scalar.value < 0x5B && scalar.value > 0x40
      : scalar.properties.isUppercase
    if isUpper {
      // getUser | User
      if hasLower { endPart() }
      upperTail += 1
      lastUpperStart = offset
    } else {
      let isLetter = !(scalar.isASCII && scalar.value < 0x3A)
      // HTTP | Server: the last capital belongs to the word that follows.
      if isLetter, upperTail > 1, !hasLower { splitBeforeLastCapital() }
      if isLetter { hasLower = true }
      upperTail = 0
    }
    begin()
    Scripts.fold(scalar, into: &part)
    partEnd = offset + width
  }

  private mutating func splitBeforeLastCapital() {
    guard let last = part.last, lastUpperStart > partStart else { return }
    part.removeLast()
    let end = partEnd
    partEnd = lastUpperStart
    endPart()
    part.append(last)
    partStart = lastUpperStart
    partEnd = end
  }

  private mutating func endPart() {
    if !part.isEmpty {
      parts.append(WordRun.Part(text: String(part), range: partStart..<partEnd))
    }
    part = String.UnicodeScalarView()
    upperTail = 0
    hasLower = false
  }

  /// Whether a character joins what stands before and behind it to an identifier.
  private func joins(_ scalar: Unicode.Scalar) -> Bool {
    guard scalar == "_" || scalar == "." || scalar == "/" || scalar == "-",
      let next = rest.dropFirst().first
    else { return false }
    return Scripts.classify(next) == .letter
  }

  private static let endings: Set<String> = ["s", "t", "d", "m", "ll", "re", "ve"]

  /// The run so far; nil where there is none, or only the rest of "it's", "don't", "we'll", which says nothing.
  private mutating func finish() -> WordRun? {
    endPart()
    guard !parts.isEmpty else { return nil }
    let run = WordRun(parts: parts, isUnsegmented: isUnsegmented)
    let isEnding =
      isAfterApostrophe && parts.count == 1 && Self.endings.contains(parts[0].text)
    parts = []
    isUnsegmented = false
    isAfterApostrophe = false
    return isEnding ? nil : run
  }
}
