import Domain
import GRDB

/// Puts searches into FTS5's own language. All that comes from people stands in quotes, so nothing of it is read as an
/// operator.
struct MatchText {
  /// What each phrase weighs, in the order of the text; 0 for those that only filter.
  private(set) var weights: [Double] = []
  private(set) var text = ""

  private init() {}
  /// What matches no row.
  static let nothing = MatchText()

  /// The columns in which words stand.
  private static let words = "{body whole tool}"

  private static func quoted(_ tokens: [String]) -> String {
    "\"" + tokens.joined(separator: " ").replacing("\"", with: "\"\"") + "\""
  }

  /// One term's condition, and how many phrases it has.
  private static func condition(_ term: IndexTerm) -> (text: String, phrases: Int) {
    switch term.kind {
    case .prefix: return ("\(words) : \(quoted(term.tokens)) *", 1)
    case .character: return ("{whole tool} : \(quoted(term.tokens))", 1)
    case .words where term.tokens.count == 1: return ("\(words) : \(quoted(term.tokens))", 1)
    case .words:
      let parts = "{body tool} : \(quoted(term.tokens))"
      guard let whole = term.whole else { return (parts, 1) }
      return ("(\(parts) OR {whole tool} : \(quoted([whole])))", 2)
    }
  }

  /// A term by itself.
  static func term(_ term: IndexTerm) -> String { condition(term).text }

  /// Rows that pass the filter and have all of `required`, none of `excluded` and, where there are any, one of `drivers`;
  /// `others` only add to the score of what was found so.
  init(
    drivers: [Weighed], others: [Weighed], required: [Weighed], excluded: [IndexTerm],
    scope: [[String]]
  ) {
    var parts: [String] = []
    if !drivers.isEmpty || !required.isEmpty {
      let core = choose(drivers: drivers, required: required, counts: true)
      if others.isEmpty {
        parts.append(core)
      } else {
        // Evaluated only where the first half holds; its phrases come again and must not count twice.
        let again = choose(drivers: drivers, required: required, counts: false)
        parts.append("(\(core) OR (\(again) AND \(any(others, counts: true))))")
      }
    }
    for choice in scope {
      weights += Array(repeating: 0, count: choice.count)
      parts.append(
        "(" + choice.map { "{scope} : \(Self.quoted([$0]))" }.joined(separator: " OR ") + ")")
    }
    text = parts.joined(separator: " AND ")
    if !excluded.isEmpty, !text.isEmpty {
      text = "(\(text)) NOT (" + excluded.map(Self.term).joined(separator: " OR ") + ")"
    }
  }

  private mutating func choose(drivers: [Weighed], required: [Weighed], counts: Bool) -> String {
    if required.isEmpty { return any(drivers, counts: counts) }
    return "(" + required.map { add($0, counts: counts) }.joined(separator: " AND ") + ")"
  }

  private mutating func any(_ terms: [Weighed], counts: Bool) -> String {
    "(" + terms.map { add($0, counts: counts) }.joined(separator: " OR ") + ")"
  }

  private mutating func add(_ weighed: Weighed, counts: Bool) -> String {
    var all: [String] = []
    for term in weighed.choices {
      let (text, phrases) = Self.condition(term)
      weights += Array(repeating: counts ? weighed.weight : 0, count: phrases)
      all.append(text)
    }
    return all.count == 1 ? all[0] : "(" + all.joined(separator: " OR ") + ")"
  }

  /// The weights as `qlaud_rank` reads them.
  var weightBytes: [UInt8] { weights.flatMap { withUnsafeBytes(of: $0) { Array($0) } } }
}

/// A term, as any of some choices, with what it weighs.
struct Weighed {
  let choices: [IndexTerm]
  let weight: Double
  /// Rows that have it, about.
  let rows: Double
}

/// How many rows had a word when that was last looked at.
struct Commonness {
  let rows: Double
  /// How the index was then.
  let state: SearchState

  /// Whether that is still so: exactly where nothing has changed; about, for many rows, where little has.
  func holds(in now: SearchState, from many: Int) -> Bool {
    now == state
      || rows >= Double(many)
        && abs(state.documents - now.documents) * 20 <= state.documents
  }
}
