/// English words that carry no subject. A question is full of them ("what did she say about the …"), and they match
/// everywhere: where a query holds other words, these are left out. Measured on LoCoMo, turn-level recall@10 of bm25 alone:
/// 0.566 with them, 0.605 without.
package enum FunctionWords {
  private static let words = Set(
    """
    a about after also am an and are as at be been before being but by can could did do does doing done for from had has
    have having he her here hers him his how i if in into is it its just may me might mine must my no nor not of on or
    our ours over shall she should so some than that the their theirs them then there these they this those to too us
    very was we were what when where which who whom whose why will with would you your yours
    s t d ll m re ve
    """.split(whereSeparator: \.isWhitespace).map(String.init))

  /// Whether a word, in lower case, is one of them.
  package static func contains(_ word: String) -> Bool { words.contains(word) }
}
