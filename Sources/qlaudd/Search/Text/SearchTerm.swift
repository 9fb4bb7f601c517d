/// One thing that a query asks for, in the index's own words.
package struct SearchTerm: Hashable, Sendable {
  /// How it is matched.
  package enum Kind: Hashable, Sendable {
    /// These words or pairs of characters, one after another.
    case words
    /// Words that begin so. One token.
    case prefix
    /// One character of a script that is written without spaces.
    case character
  }
  package let kind: Kind
  /// As they stand in the index's body, but for their stems.
  package let tokens: [String]
  /// The identifier that the tokens are the parts of.
  package let whole: String?
  /// The characters, where the script has no spaces.
  package let characters: [String]

  /// A term.
  package init(
    _ kind: Kind, _ tokens: [String], whole: String? = nil, characters: [String] = []
  ) {
    self.kind = kind
    self.tokens = tokens
    self.whole = whole
    self.characters = characters
  }

  /// What one run of a query asks for.
  init(_ run: WordRun, isPrefix: Bool = false) {
    if run.isUnsegmented {
      self.init(
        run.parts.count == 1 ? .character : .words, run.tokens, characters: run.parts.map(\.text))
    } else if isPrefix, run.parts.count == 1 {
      self.init(.prefix, run.tokens)
    } else {
      self.init(.words, run.tokens, whole: run.whole)
    }
  }

  /// Two terms are one to the index when their stems are.
  var stems: [String] { tokens.map(Porter.stem) }
}
