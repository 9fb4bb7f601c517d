/// Words that somebody may have meant: nearness by three letters at a time.
package enum NearWords {
  /// How much two words must have in common, from 0 to 1.
  static let least = 0.45

  /// Lengths that a word can have that was meant by another.
  package static func lengths(near word: String) -> ClosedRange<Int> {
    let length = word.unicodeScalars.count
    let span = max(1, length / 4)
    return max(2, length - span)...(length + span)
  }

  /// The nearest of the candidates, best first; equal ones by the alphabet.
  package static func nearest(to word: String, among candidates: some Sequence<String>, limit: Int)
    -> [String]
  {
    let grams = trigrams(word)
    let (letters, length) = (letters(word), word.utf8.count)
    var found: [(word: String, score: Double)] = []
    for candidate in candidates where candidate != word {
      // Most words have other letters; that is seen faster than what they have in common.
      let shared = (letters & self.letters(candidate)).nonzeroBitCount
      guard shared * 10 >= letters.nonzeroBitCount * 6 else { continue }
      let others = trigrams(candidate)
      let common = grams.count { others.contains($0) }
      var score = 2 * Double(common) / Double(grams.count + others.count)
      // Two letters that changed places break most of the trigrams, but it is the commonest slip.
      if candidate.utf8.count == length, candidate.utf8.sorted() == word.utf8.sorted() {
        score = max(score, least) + 0.3
      }
      if score >= least { found.append((candidate, score)) }
    }
    found.sort { ($1.score, $0.word) < ($0.score, $1.word) }
    return found.prefix(limit).map(\.word)
  }

  private static func letters(_ word: String) -> UInt64 {
    word.utf8.reduce(0) { $0 | 1 << UInt64($1 & 63) }
  }

  /// Three bytes at a time, the edges marked by NULs, so that beginnings and ends count more.
  private static func trigrams(_ word: String) -> [UInt32] {
    var grams: [UInt32] = []
    var last: UInt32 = 0
    for byte in word.utf8 {
      last = (last << 8 | UInt32(byte)) & 0xFF_FFFF
      grams.append(last)
    }
    grams.append(last << 8 & 0xFF_FFFF)
    return grams
  }
}
