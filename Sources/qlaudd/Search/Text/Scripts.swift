/// What the index needs to know of characters.
enum Scripts {
  /// What a character is to the index.
  enum Class: Equatable {
    /// Part of a word that spaces set apart from its neighbours.
    case letter
    /// Part of a text that is written without spaces between words.
    case unsegmented
    /// Belongs to the character before it.
    case mark
    /// Dropped: an accent that is typed by some and left out by others.
    case ignorable
    /// Ends a word.
    case other
  }

  static func classify(_ scalar: Unicode.Scalar) -> Class {
    let value = scalar.value
    if value < 0x80 {
      return (0x30...0x39).contains(value) || (0x41...0x5A).contains(value)
        || (0x61...0x7A).contains(value) ? .letter : .other
    }
    if isIgnorable(value) { return .ignorable }
    switch scalar.properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter,
      .decimalNumber, .letterNumber, .otherNumber, .privateUse:
      return unsegmented.contains { $0.contains(value) } ? .unsegmented : .letter
    case .nonspacingMark, .spacingMark, .enclosingMark: return .mark
    default: return .other
    }
  }

  /// Combining accents of Latin, Greek and Cyrillic; vowel points of Hebrew and Arabic; the Arabic filler; soft hyphen and
  /// joiners.
  private static func isIgnorable(_ value: UInt32) -> Bool {
    switch value {
    case 0x300...0x36F, 0x591...0x5C7, 0x610...0x61A, 0x64B...0x65F, 0x670, 0x6D6...0x6ED, 0x640,
      0xAD, 0x200B...0x200D, 0xFE00...0xFE0F:
      true
    default: false
    }
  }

  /// Thai, Lao, Tibetan, Myanmar, Khmer, Hangul, kana, Han. Hangul has spaces, but its words carry endings that no stemmer
  /// here knows.
  private static let unsegmented: [ClosedRange<UInt32>] = [
    0x0E00...0x0E4F, 0x0E80...0x0ECF, 0x0F00...0x0F1F, 0x0F40...0x0FFF, 0x1000...0x103F,
    0x1050...0x109F, 0x1100...0x11FF, 0x1780...0x17D9, 0x3005...0x3007, 0x3040...0x30FF,
    0x3130...0x318F, 0x31F0...0x31FF, 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xA000...0xA48F,
    0xAC00...0xD7AF, 0xF900...0xFAFF, 0xFF66...0xFF9F, 0x20000...0x3FFFF,
  ]

  /// ASCII characters in their full-width form as themselves.
  static func narrow(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
    guard (0xFF01...0xFF5E).contains(scalar.value) else { return scalar }
    return Unicode.Scalar(scalar.value - 0xFEE0) ?? scalar
  }

  /// The lower-case letter without its accents: what two spellings of a word have in common.
  static func fold(_ scalar: Unicode.Scalar, into out: inout String.UnicodeScalarView) {
    let value = scalar.value
    if value < 0x80 {
      out.append((0x41...0x5A).contains(value) ? Unicode.Scalar(UInt8(value + 0x20)) : scalar)
      return
    }
    if let base = bases[Character(scalar)] {
      out.append(base)
      return
    }
    out.append(contentsOf: scalar.properties.lowercaseMapping.unicodeScalars)
  }

  /// Latin letters with one accent or two, by what they are without. A dictionary of characters compares as Unicode does,
  /// so the composed letter finds the entry that was made of its parts.
  private static let bases: [Character: Unicode.Scalar] = {
    let marks: [UInt32] = [
      0x300, 0x301, 0x302, 0x303, 0x304, 0x306, 0x307, 0x308, 0x309, 0x30A, 0x30B, 0x30C, 0x30F,
      0x311, 0x31B, 0x323, 0x324, 0x325, 0x326, 0x327, 0x328, 0x32D, 0x32E, 0x330, 0x331,
    ]
    let first: [UInt32] = [0x302, 0x303, 0x304, 0x306, 0x307, 0x308, 0x31B, 0x323, 0x328]
    var bases: [Character: Unicode.Scalar] = [:]
    for upper in UInt8(ascii: "A")...UInt8(ascii: "Z") {
      let base = Unicode.Scalar(upper + 0x20)
      for letter in [Unicode.Scalar(upper), base] {
        for mark in marks {
          bases[composed(letter, [mark])] = base
          for below in first { bases[composed(letter, [below, mark])] = base }
        }
      }
    }
    return bases
  }()

  private static func composed(_ letter: Unicode.Scalar, _ marks: [UInt32]) -> Character {
    var text = String.UnicodeScalarView([letter])
    text.append(contentsOf: marks.compactMap(Unicode.Scalar.init))
    return Character(String(text))
  }
}
