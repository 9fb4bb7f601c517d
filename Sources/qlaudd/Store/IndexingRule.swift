package import Domain
import Wire

/// What the index takes of one message, prepared: words set apart by spaces.
package struct IndexedText: Sendable, Equatable {
  /// The words of a person or of a model's answer.
  package var body: String
  /// Identifiers kept whole, single characters of scripts without spaces.
  package var whole: String
  /// What tools were given and gave, and what a model said on the way; counts less.
  package var tool: String
  /// Each word once.
  package var words: [String]
  /// Which words stand in it and how often, as the ranking reads it.
  package var terms: [UInt8]
  /// Whether it is also found by what it means.
  package var hasMeaning: Bool
  /// A prepared message.
  package init(
    body: String, whole: String = "", tool: String = "", words: [String] = [],
    terms: [UInt8] = [], hasMeaning: Bool = true
  ) {
    self.body = body
    self.whole = whole
    self.tool = tool
    self.words = words
    self.terms = terms
    self.hasMeaning = hasMeaning
  }
}

/// How messages are prepared for the index. The index keeps no texts, so the same rule also says what to take out: one
/// database has one rule, and another version of it means that all is indexed anew.
package struct IndexingRule: Sendable {
  /// Greater than 0; another one whenever `prepare` gives something else for some message.
  package let version: Int64
  /// Nil where there is nothing to find. Must always give the same for the same message.
  package let prepare: @Sendable (Message) -> IndexedText?
  /// A rule.
  package init(version: Int64, prepare: @escaping @Sendable (Message) -> IndexedText?) {
    self.version = version
    self.prepare = prepare
  }

  /// The words of text blocks as they are.
  package static let plain = IndexingRule(version: 1) { message in
    let texts = message.blocks.compactMap { $0["text"]?.string }
    guard !texts.isEmpty else { return nil }
    let body = texts.joined(separator: " ")
    return IndexedText(
      body: body,
      words: Set(body.lowercased().split { !$0.isLetter }.map(String.init)).sorted())
  }
}
