package import Domain

/// What somebody typed into a search field, understood. Whatever was typed means something; nothing is an error:
///
/// - `word`: ranks; the more of the words, and the rarer, the better
/// - `"some words"`: must stand there in this order; an open quote ends with the text
/// - `-word`, `-"some words"`: must not stand there
/// - `begin*`: words that begin so
/// - `from:user`, `from:assistant`, `thread:ID`, `after:2026-01-31`, `before:2026-02`: filters; a day is a day in UTC,
///   `before` ends at its first moment and `after` begins there
///
/// A filter that says nothing (`from:nobody`) is words.
package struct SearchQuery: Equatable, Sendable {
  /// Words that rank, each once, in the order of the query.
  package private(set) var terms: [SearchTerm] = []
  /// What must be there.
  package private(set) var required: [SearchTerm] = []
  /// What must not be there.
  package private(set) var excluded: [SearchTerm] = []
  package private(set) var role: Role?
  package private(set) var thread: ThreadID?
  /// The first moment that counts.
  package private(set) var since: Milliseconds?
  /// The first moment that no longer counts.
  package private(set) var until: Milliseconds?
  /// What was asked for in plain words, without filters and marks: what is compared by meaning.
  package private(set) var plain = ""

  /// Terms of a query that count, of each sort.
  package static let termLimit = 48
  /// Words of a phrase that count.
  static let phraseLimit = 24

  /// Whether nothing is asked for but what filters say.
  package var isEmpty: Bool { terms.isEmpty && required.isEmpty }

  /// Understands a text.
  package init(_ text: String) {
    var rest = Substring(text)
    var plain: [Substring] = []
    while let chunk = Self.chunk(&rest) {
      switch chunk {
      case .phrase(let words, let isExcluded):
        let phrase = Self.phrase(words)
        if isExcluded {
          excluded += phrase
        } else {
          required += phrase
          plain.append(words)
        }
      case .word(let word):
        if filter(word) { continue }
        if word.first == "-", let second = word.dropFirst().first, second != "-" {
          let runs = WordScanner.runs(String(word.dropFirst()))
          excluded += runs.map { SearchTerm($0, isPrefix: word.last == "*") }
          continue
        }
        plain.append(word)
        let runs = WordScanner.runs(String(word))
        for (index, run) in runs.enumerated() {
          terms += Self.ranking(run, isPrefix: index == runs.count - 1 && word.last == "*")
        }
      }
    }
    terms = Self.distinct(terms)
    required = Self.distinct(required)
    excluded = Self.distinct(excluded)
    self.plain = plain.joined(separator: " ")
  }

  /// The same query with other words in the place of some; each of them ranks, and none is required any more.
  package func replacing(_ words: [String: [String]]) -> SearchQuery {
    var query = self
    query.terms = Self.distinct(
      terms.flatMap { Self.replaced($0, words) ?? [$0] }
        + required.flatMap { Self.replaced($0, words) ?? [] })
    query.required = required.filter { Self.replaced($0, words) == nil }
    return query
  }

  private static func replaced(_ term: SearchTerm, _ words: [String: [String]]) -> [SearchTerm]? {
    guard term.kind == .words, term.tokens.count == 1 else { return nil }
    return words[term.tokens[0]]?.map { SearchTerm(.words, [$0]) }
  }

  private static func distinct(_ terms: [SearchTerm]) -> [SearchTerm] {
    var seen: Set<[String]> = []
    return Array(
      terms.filter { seen.insert($0.stems + [$0.kind == .prefix ? "*" : ""]).inserted }
        .prefix(termLimit))
  }

  /// Characters of a script without spaces that are looked for as they stand; more of them are a sentence, of which
  /// each pair counts.
  private static let mostTogether = 4

  private static func ranking(_ run: WordRun, isPrefix: Bool) -> [SearchTerm] {
    let term = SearchTerm(run, isPrefix: isPrefix)
    guard run.isUnsegmented, run.parts.count > mostTogether else { return [term] }
    return zip(run.parts, run.parts.dropFirst()).map { first, second in
      SearchTerm(.words, [first.text + second.text], characters: [first.text, second.text])
    }
  }

  private enum Chunk {
    case word(Substring)
    case phrase(Substring, isExcluded: Bool)
  }

  private static func isQuote(_ character: Character) -> Bool {
    character == "\"" || character == "\u{201C}" || character == "\u{201D}"
      || character == "\u{201E}"
  }

  private static func chunk(_ rest: inout Substring) -> Chunk? {
    rest = rest.drop(while: \.isWhitespace)
    guard let first = rest.first else { return nil }
    let isExcluded = first == "-" && rest.dropFirst().first.map(isQuote) == true
    if isExcluded || isQuote(first) {
      let inner = rest.dropFirst(isExcluded ? 2 : 1)
      let words = inner.prefix { !isQuote($0) }
      rest = inner[words.endIndex...].dropFirst()
      return .phrase(words, isExcluded: isExcluded)
    }
    let word = rest.prefix { !$0.isWhitespace && !isQuote($0) }
    rest = rest[word.endIndex...]
    return .word(word)
  }

  /// A phrase as terms that must all be there: one where it is in one kind of script.
  private static func phrase(_ words: Substring) -> [SearchTerm] {
    var terms: [SearchTerm] = []
    var tokens: [String] = []
    var runs = 0
    var whole: String?
    func flush() {
      if !tokens.isEmpty {
        terms.append(
          SearchTerm(.words, Array(tokens.prefix(phraseLimit)), whole: runs == 1 ? whole : nil))
      }
      tokens = []
      runs = 0
    }
    for run in WordScanner.runs(String(words)) {
      if run.isUnsegmented {
        flush()
        terms.append(SearchTerm(run))
      } else {
        tokens += run.tokens
        whole = run.whole
        runs += 1
      }
    }
    flush()
    return terms
  }

  /// Takes a word that is a filter.
  private mutating func filter(_ word: Substring) -> Bool {
    guard let colon = word.firstIndex(of: ":") else { return false }
    let value = word[word.index(after: colon)...]
    switch word[..<colon].lowercased() {
    case "from", "role":
      guard let role = Role(rawValue: value.lowercased()) else { return false }
      self.role = role
    case "thread":
      guard (1...64).contains(value.utf8.count), !value.utf8.contains(0) else { return false }
      thread = ThreadID(rawValue: String(value))
    case "before", "until":
      guard let time = CalendarDay.start(value) else { return false }
      until = min(until ?? time, time)
    case "after", "since":
      guard let time = CalendarDay.start(value) else { return false }
      since = max(since ?? time, time)
    default: return false
    }
    return true
  }
}

/// Days of the Gregorian calendar in UTC, by arithmetic alone.
enum CalendarDay {
  static let length: Milliseconds = 86_400_000

  /// The first moment of `2026`, `2026-01` or `2026-01-31`; nil for anything else and for days that are none.
  static func start(_ text: Substring) -> Milliseconds? {
    let fields = text.split(separator: "-", omittingEmptySubsequences: false)
    guard (1...3).contains(fields.count), fields[0].utf8.count == 4,
      fields.allSatisfy({ $0.utf8.allSatisfy { (0x30...0x39).contains($0) } })
    else { return nil }
    let numbers = fields.compactMap { Int64($0) }
    guard numbers.count == fields.count, numbers[0] >= 1970 else { return nil }
    let month = numbers.count > 1 ? numbers[1] : 1
    let day = numbers.count > 2 ? numbers[2] : 1
    guard (1...12).contains(month), day >= 1 else { return nil }
    let start = number(numbers[0], month, day)
    let next = month == 12 ? number(numbers[0] + 1, 1, 1) : number(numbers[0], month + 1, 1)
    return start < next ? start * length : nil
  }

  /// Days since 1970-01-01 (H. Hinnant, "chrono-compatible low-level date algorithms").
  private static func number(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
    let year = month <= 2 ? year - 1 : year
    let era = year / 400
    let ofEra = year - era * 400
    let ofYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
    return era * 146_097 + ofEra * 365 + ofEra / 4 - ofEra / 100 + ofYear - 719_468
  }
}
