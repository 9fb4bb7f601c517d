/// Words of texts and identifiers, made equal where they mean the same: `createIssue`, `create_issue` and "creating issues"
/// give the same two.
enum SearchWords {
  /// Words of one text; what is longer is cut.
  static let most = 400

  /// The words in their order, lower-cased and stemmed; identifiers are split at case, digits and punctuation, scripts
  /// without spaces into pairs of characters.
  static func of(_ text: String) -> [String] {
    var words: [String] = []
    for piece in pieces(text) {
      words.append(stem(piece))
      if words.count == most { break }
    }
    return words
  }

  /// What says nothing about a tool.
  static let stopWords: Set<String> = Set(
    """
    a an and any are as at be by can could do does for from have how i in is it its me my need of on or our please some \
    so that the their them then there these this those to tool tools up us use using want was we what when where which \
    will with would you your
    """.split(separator: " ").map { stem(String($0)) })

  private enum Class { case lower, upper, digit, dense, none }

  private static func classify(_ scalar: Unicode.Scalar) -> Class {
    switch scalar.value {
    case 0x30...0x39: return .digit
    case 0x61...0x7A: return .lower
    case 0x41...0x5A: return .upper
    case 0..<0x80: return .none
    // Han, kana, hangul: no spaces between words.
    case 0x3040...0x30FF, 0x3400...0x9FFF, 0xAC00...0xD7AF, 0x20000...0x3FFFF: return .dense
    default:
      let properties = scalar.properties
      if properties.numericType != nil { return .digit }
      guard properties.isAlphabetic || properties.isDiacritic else { return .none }
      return properties.isUppercase ? .upper : .lower
    }
  }

  private static func pieces(_ text: String) -> [String] {
    var pieces: [String] = []
    var run: [Unicode.Scalar] = []
    var kind = Class.none
    func end() {
      defer { run = [] }
      guard !run.isEmpty else { return }
      if kind == .dense, run.count > 2 {
        for index in 0..<(run.count - 1) { pieces.append(lowered(run[index...(index + 1)])) }
      } else {
        pieces.append(lowered(run[...]))
      }
    }
    func lowered(_ scalars: ArraySlice<Unicode.Scalar>) -> String {
      scalars.map(\.properties.lowercaseMapping).joined()
    }
    for scalar in text.unicodeScalars {
      let next = classify(scalar)
      switch (kind, next) {
      case (_, .none): end()
      case (.upper, .lower) where run.count > 1:
        // The last capital of a row begins the next word: HTTPServer.
        let first = run.removeLast()
        end()
        run = [first]
      case (.upper, .lower), (.lower, .lower), (.upper, .upper), (.digit, .digit), (.dense, .dense):
        break
      default: end()
      }
      if next != .none { run.append(scalar) }
      kind = next
    }
    end()
    return pieces
  }

  /// The word without what grammar hung on it: a short form of Porter's rules (1980), which need not give words, only the
  /// same letters for the same word.
  static func stem(_ word: String) -> String {
    guard word.utf8.count > 3, word.utf8.allSatisfy({ $0 < 0x80 }) else { return word }
    var letters = Array(word.utf8)
    strip("'s", from: &letters, keeping: 1)
    plural(&letters)
    for (ending, rest) in endings where strip(ending, from: &letters, keeping: 3, adding: rest) {
      if ending == "ing" || ending == "ed" { undouble(&letters) }
      break
    }
    if letters.count > 3, letters.last == UInt8(ascii: "e") { letters.removeLast() }
    if letters.count > 3, letters.last == UInt8(ascii: "y") {
      letters[letters.count - 1] = UInt8(ascii: "i")
    }
    return String(decoding: letters, as: UTF8.self)
  }

  private static let endings: [(String, String)] = [
    ("ification", "ifi"), ("isation", "iz"), ("ization", "iz"), ("ation", "at"), ("ition", "it"),
    ("ction", "ct"), ("ing", ""), ("ment", ""), ("ed", ""), ("er", ""), ("ly", ""),
  ]

  private static func plural(_ letters: inout [UInt8]) {
    if strip("ies", from: &letters, keeping: 2, adding: "y") { return }
    for ending in ["sses", "xes", "ches", "shes", "zes"]
    where letters.ends(with: ending) {
      letters.removeLast(2)
      return
    }
    let last = letters.dropLast().last
    if letters.last == UInt8(ascii: "s"), last != UInt8(ascii: "s"), last != UInt8(ascii: "u"),
      last != UInt8(ascii: "i")
    {
      letters.removeLast()
    }
  }

  private static func undouble(_ letters: inout [UInt8]) {
    let pair = letters.suffix(2)
    if pair.count == 2, pair.first == pair.last, let letter = pair.last,
      !"aeiouylsz".utf8.contains(letter)
    {
      letters.removeLast()
    }
  }

  @discardableResult
  private static func strip(
    _ ending: String, from letters: inout [UInt8], keeping least: Int, adding rest: String = ""
  ) -> Bool {
    guard letters.ends(with: ending), letters.count - ending.utf8.count >= least else {
      return false
    }
    letters.removeLast(ending.utf8.count)
    letters += rest.utf8
    return true
  }
}

extension [UInt8] {
  fileprivate func ends(with ending: String) -> Bool {
    count >= ending.utf8.count && suffix(ending.utf8.count).elementsEqual(ending.utf8)
  }
}

/// Words that people use for the same thing, as far as tools are concerned.
enum SameWords {
  /// Stems by stem: what else a word may be called.
  static let table: [String: Set<String>] = {
    var table: [String: Set<String>] = [:]
    for line in groups.split(separator: "\n") {
      let group = Set(line.split(separator: " ").map { SearchWords.stem(String($0)) })
      for word in group { table[word, default: []].formUnion(group.subtracting([word])) }
    }
    return table
  }()

  private static let groups = """
    email mail
    sms text phone
    message msg chat dm post notify
    image picture photo drawing illustration render draw
    issue ticket bug task
    search find lookup query google
    web internet online website page url site
    fetch read download open get load
    create add make new file open insert
    delete remove erase drop
    update edit change modify set
    list show get enumerate
    send deliver post
    customer contact client lead person
    error exception crash
    note document doc page wiki
    append write
    code script program python shell run execute
    calculate compute math
    weather forecast temperature
    calendar event meeting appointment schedule
    payment charge invoice refund billing
    support help helpdesk
    repository repo
    """
}
