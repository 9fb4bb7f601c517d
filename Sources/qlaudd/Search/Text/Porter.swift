/// The stem of an English word, by Porter's algorithm (M. F. Porter, "An algorithm for suffix stripping", 1980), as FTS5's
/// `porter` tokenizer finds it: what is highlighted and counted here is what the index has matched.
package enum Porter {
  /// The stem of a word in lower case; words that are not plain ASCII letters are their own.
  package static func stem(_ word: String) -> String {
    var bytes = Array(word.utf8)
    guard bytes.count > 2, bytes.count < 64, bytes.allSatisfy({ (0x61...0x7A).contains($0) }) else {
      return word
    }
    plural(&bytes)
    past(&bytes)
    if bytes.last == UInt8(ascii: "y"), hasVowel(bytes.dropLast()) {
      bytes[bytes.count - 1] = UInt8(ascii: "i")
    }
    replace(&bytes, longSuffixes, over: 0)
    replace(&bytes, middleSuffixes, over: 0)
    strip(&bytes)
    tidy(&bytes)
    return String(decoding: bytes, as: UTF8.self)
  }

  private static func isVowel(_ word: some RandomAccessCollection<UInt8>, _ offset: Int) -> Bool {
    let index = word.index(word.startIndex, offsetBy: offset)
    switch word[index] {
    case UInt8(ascii: "a"), UInt8(ascii: "e"), UInt8(ascii: "i"), UInt8(ascii: "o"),
      UInt8(ascii: "u"):
      return true
    case UInt8(ascii: "y"): return offset > 0 && !isVowel(word, offset - 1)
    default: return false
    }
  }
  private static func hasVowel(_ word: some RandomAccessCollection<UInt8>) -> Bool {
    (0..<word.count).contains { isVowel(word, $0) }
  }
  /// How often vowels are followed by consonants.
  private static func measure(_ word: some RandomAccessCollection<UInt8>) -> Int {
    var count = 0
    var wasVowel = false
    for offset in 0..<word.count {
      let vowel = isVowel(word, offset)
      if wasVowel, !vowel { count += 1 }
      wasVowel = vowel
    }
    return count
  }
  private static func endsWithDouble(_ word: [UInt8]) -> Bool {
    word.count > 1 && word[word.count - 1] == word[word.count - 2]
      && !isVowel(word, word.count - 1)
  }
  /// Ends with consonant, vowel, consonant, the last neither w, x nor y.
  private static func endsShort(_ word: some RandomAccessCollection<UInt8>) -> Bool {
    guard word.count > 2, let last = word.last, !Array("wxy".utf8).contains(last) else {
      return false
    }
    return !isVowel(word, word.count - 1) && isVowel(word, word.count - 2)
      && !isVowel(word, word.count - 3)
  }
  private static func ends(_ word: [UInt8], _ suffix: StaticString) -> Bool {
    // Some fifty of these for each word of a text: nothing is copied to look.
    suffix.withUTF8Buffer { suffix in
      guard word.count > suffix.count else { return false }
      var place = word.count
      for letter in suffix.reversed() {
        place -= 1
        if word[place] != letter { return false }
      }
      return true
    }
  }
  private static func bytes(_ text: StaticString) -> [UInt8] {
    text.withUTF8Buffer { Array($0) }
  }

  private static func plural(_ word: inout [UInt8]) {
    if ends(word, "sses") || ends(word, "ies") {
      word.removeLast(2)
    } else if ends(word, "s"), !ends(word, "ss") {
      word.removeLast()
    }
  }

  private static func past(_ word: inout [UInt8]) {
    if ends(word, "eed") {
      if measure(word.dropLast(3)) > 0 { word.removeLast() }
      return
    }
    if ends(word, "ed"), hasVowel(word.dropLast(2)) {
      word.removeLast(2)
    } else if ends(word, "ing"), hasVowel(word.dropLast(3)) {
      word.removeLast(3)
    } else {
      return
    }
    if ends(word, "at") || ends(word, "bl") || ends(word, "iz") {
      word.append(UInt8(ascii: "e"))
    } else if endsWithDouble(word), let last = word.last, !Array("lsz".utf8).contains(last) {
      word.removeLast()
    } else if measure(word) == 1, endsShort(word) {
      word.append(UInt8(ascii: "e"))
    }
  }

  private static let longSuffixes: [(StaticString, StaticString)] = [
    ("ational", "ate"), ("tional", "tion"), ("enci", "ence"), ("anci", "ance"), ("izer", "ize"),
    ("logi", "log"), ("bli", "ble"), ("alli", "al"), ("entli", "ent"), ("eli", "e"),
    ("ousli", "ous"), ("ization", "ize"), ("ation", "ate"), ("ator", "ate"), ("alism", "al"),
    ("iveness", "ive"), ("fulness", "ful"), ("ousness", "ous"), ("aliti", "al"), ("iviti", "ive"),
    ("biliti", "ble"),
  ]
  private static let middleSuffixes: [(StaticString, StaticString)] = [
    ("icate", "ic"), ("ative", ""), ("alize", "al"), ("iciti", "ic"), ("ical", "ic"), ("ful", ""),
    ("ness", ""),
  ]
  private static let lastSuffixes: [StaticString] = [
    "al", "ance", "ence", "er", "ic", "able", "ible", "ant", "ement", "ment", "ent", "ion", "ou",
    "ism", "ate", "iti", "ous", "ive", "ize",
  ]

  private static func replace(
    _ word: inout [UInt8], _ rules: [(StaticString, StaticString)], over least: Int
  ) {
    for (suffix, replacement) in rules where ends(word, suffix) {
      let stem = word.dropLast(suffix.utf8CodeUnitCount)
      if measure(stem) > least { word = stem + bytes(replacement) }
      return
    }
  }

  private static func strip(_ word: inout [UInt8]) {
    for suffix in lastSuffixes where ends(word, suffix) {
      let stem = Array(word.dropLast(suffix.utf8CodeUnitCount))
      let mayEnd =
        !ends(word, "ion") || stem.last == UInt8(ascii: "s") || stem.last == UInt8(ascii: "t")
      if mayEnd, measure(stem) > 1 { word = stem }
      return
    }
  }

  private static func tidy(_ word: inout [UInt8]) {
    if word.last == UInt8(ascii: "e") {
      let stem = word.dropLast()
      let count = measure(stem)
      if count > 1 || (count == 1 && !endsShort(stem)) { word.removeLast() }
    }
    if measure(word) > 1, endsWithDouble(word), word.last == UInt8(ascii: "l") {
      word.removeLast()
    }
  }
}
