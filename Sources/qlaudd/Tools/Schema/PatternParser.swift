/// Why a text is no pattern that can be run here.
struct PatternError: Error, Equatable {
  let problem: String
}

/// A pattern as a tree.
indirect enum PatternTree: Sendable {
  case empty
  case one(ScalarSet)
  case sequence([PatternTree])
  case choice([PatternTree])
  case repetition(PatternTree, least: Int, most: Int?)
  case start, end
  case wordBoundary(negated: Bool)
  case lookahead(PatternTree, negated: Bool)
}

/// Reads ECMA-262 patterns (with the `u` flag's characters and the web's leniency for `{`, `]` and needless escapes).
/// Back-references and look-behind are refused: no linear-time matcher has them.
struct PatternParser {
  private let text: [Unicode.Scalar]
  private var at = 0
  private static let deepestGroup = 64

  init(_ text: String) { self.text = Array(text.unicodeScalars) }

  mutating func parse() throws(PatternError) -> PatternTree {
    let tree = try choice(depth: 0)
    guard at == text.count else { throw PatternError(problem: "has a \")\" without its \"(\"") }
    return tree
  }

  private var next: Unicode.Scalar? { at < text.count ? text[at] : nil }

  private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
    guard next == scalar else { return false }
    at += 1
    return true
  }

  private mutating func take(word: String) -> Bool {
    let scalars = Array(word.unicodeScalars)
    guard text[at...].starts(with: scalars) else { return false }
    at += scalars.count
    return true
  }

  private mutating func choice(depth: Int) throws(PatternError) -> PatternTree {
    guard depth <= Self.deepestGroup else {
      throw PatternError(problem: "nests groups deeper than \(Self.deepestGroup)")
    }
    var branches = [try sequence(depth: depth)]
    while take("|") { branches.append(try sequence(depth: depth)) }
    return branches.count == 1 ? branches[0] : .choice(branches)
  }

  private mutating func sequence(depth: Int) throws(PatternError) -> PatternTree {
    var items: [PatternTree] = []
    while let scalar = next, scalar != "|", scalar != ")" {
      items.append(try repeated(try atom(depth: depth)))
    }
    return items.count == 1 ? items[0] : .sequence(items)
  }

  private mutating func repeated(_ item: PatternTree) throws(PatternError) -> PatternTree {
    let bounds: (Int, Int?)
    if take("*") {
      bounds = (0, nil)
    } else if take("+") {
      bounds = (1, nil)
    } else if take("?") {
      bounds = (0, 1)
    } else if let counted = try counts() {
      bounds = counted
    } else {
      return item
    }
    switch item {
    case .start, .end, .wordBoundary: throw PatternError(problem: "repeats an anchor")
    default: break
    }
    _ = take("?")
    if let scalar = next, scalar == "*" || scalar == "+" || scalar == "?" {
      throw PatternError(problem: "has nothing to repeat before \"\(scalar)\"")
    }
    return .repetition(item, least: bounds.0, most: bounds.1)
  }

  /// `{n}`, `{n,}` or `{n,m}`; a brace that opens none of these is an ordinary character.
  private mutating func counts() throws(PatternError) -> (Int, Int?)? {
    let start = at
    guard take("{"), let least = number() else {
      at = start
      return nil
    }
    var most: Int? = least
    if take(",") { most = number() }
    guard take("}") else {
      at = start
      return nil
    }
    if let most, most < least { throw PatternError(problem: "has a repeat {\(least),\(most)}") }
    return (least, most)
  }

  private mutating func number() -> Int? {
    var value: Int?
    while let scalar = next, (0x30...0x39).contains(scalar.value) {
      value = min((value ?? 0) * 10 + Int(scalar.value - 0x30), 1_000_000)
      at += 1
    }
    return value
  }

  private mutating func atom(depth: Int) throws(PatternError) -> PatternTree {
    guard let scalar = next else { return .empty }
    at += 1
    switch scalar {
    case "^": return .start
    case "$": return .end
    case ".": return .one(.dot)
    case "(": return try group(depth: depth)
    case "[": return .one(try set())
    case "\\": return try escape()
    case "*", "+", "?": throw PatternError(problem: "has nothing to repeat before \"\(scalar)\"")
    default: return .one(ScalarSet(scalar))
    }
  }

  private mutating func group(depth: Int) throws(PatternError) -> PatternTree {
    var look: Bool?
    if take("?") {
      if take(word: "<=") || take(word: "<!") {
        throw PatternError(problem: "uses look-behind, which is not supported")
      } else if take("=") {
        look = false
      } else if take("!") {
        look = true
      } else if take("<") {
        while let scalar = next, scalar != ">" {
          guard ScalarSet.isWord(scalar) || scalar == "$" || scalar.value > 127 else { break }
          at += 1
        }
        guard take(">") else { throw PatternError(problem: "has a group without a good name") }
      } else if !take(":") {
        throw PatternError(problem: "has a group of an unknown kind")
      }
    }
    let inner = try choice(depth: depth + 1)
    guard take(")") else { throw PatternError(problem: "has a \"(\" without its \")\"") }
    return look.map { .lookahead(inner, negated: $0) } ?? inner
  }

  private mutating func escape() throws(PatternError) -> PatternTree {
    if take("b") { return .wordBoundary(negated: false) }
    if take("B") { return .wordBoundary(negated: true) }
    if let scalar = next, ("1"..."9").contains(scalar) || scalar == "k" {
      throw PatternError(problem: "uses a back-reference, which is not supported")
    }
    return .one(ScalarSet([try escapedItem()]))
  }

  private mutating func set() throws(PatternError) -> ScalarSet {
    var set = ScalarSet(negated: take("^"))
    while next != nil, next != "]" {
      let low = try setItem()
      guard case .range(let from) = low, next == "-", at + 1 < text.count, text[at + 1] != "]"
      else {
        set.items.append(low)
        continue
      }
      at += 1
      guard case .range(let to) = try setItem(), from.lowerBound <= to.lowerBound else {
        throw PatternError(problem: "has a range in the wrong order")
      }
      set.items.append(.range(from.lowerBound...to.lowerBound))
    }
    guard take("]") else { throw PatternError(problem: "has a \"[\" without its \"]\"") }
    return set
  }

  private mutating func setItem() throws(PatternError) -> ScalarSet.Item {
    guard let scalar = next else { throw PatternError(problem: "ends inside a \"[\"") }
    at += 1
    guard scalar == "\\" else { return .range(scalar.value...scalar.value) }
    if take("b") { return .range(8...8) }
    return try escapedItem()
  }

  private mutating func escapedItem() throws(PatternError) -> ScalarSet.Item {
    guard let scalar = next else { throw PatternError(problem: "ends in a backslash") }
    at += 1
    switch scalar {
    case "d", "D": return .digit(negated: scalar == "D")
    case "w", "W": return .word(negated: scalar == "W")
    case "s", "S": return .space(negated: scalar == "S")
    case "p", "P": return try property(negated: scalar == "P")
    case "t": return .range(9...9)
    case "n": return .range(10...10)
    case "v": return .range(11...11)
    case "f": return .range(12...12)
    case "r": return .range(13...13)
    case "0": return .range(0...0)
    case "c": return try control()
    case "x": return try hexadecimal(2, else: "x")
    case "u": return try unicode()
    default: return .range(scalar.value...scalar.value)
    }
  }

  private mutating func control() throws(PatternError) -> ScalarSet.Item {
    guard let letter = next, letter.isASCII, letter.properties.isAlphabetic else {
      throw PatternError(problem: "has \\c without a letter")
    }
    at += 1
    return .range(letter.value & 31...letter.value & 31)
  }

  private mutating func hexadecimal(_ count: Int, else letter: Unicode.Scalar)
    throws(PatternError) -> ScalarSet.Item
  {
    guard let value = hexDigits(count) else {
      throw PatternError(problem: "has \\\(letter) without its \(count) hexadecimal digits")
    }
    return .range(value...value)
  }

  private mutating func hexDigits(_ count: Int) -> UInt32? {
    guard at + count <= text.count else { return nil }
    var digits = ""
    digits.unicodeScalars.append(contentsOf: text[at..<at + count])
    guard digits.utf8.allSatisfy({ $0 != UInt8(ascii: "+") && $0 != UInt8(ascii: "-") }),
      let value = UInt32(digits, radix: 16)
    else { return nil }
    at += count
    return value
  }

  private mutating func unicode() throws(PatternError) -> ScalarSet.Item {
    if take("{") {
      let length = text[at...].prefix { $0 != "}" }.count
      guard (1...6).contains(length), let value = hexDigits(length), take("}"), value <= 0x10FFFF
      else { throw PatternError(problem: "has a bad \\u{…}") }
      return .range(value...value)
    }
    guard case .range(let high) = try hexadecimal(4, else: "u") else {
      throw PatternError(problem: "has a bad \\u")
    }
    let first = high.lowerBound
    guard (0xD800..<0xDC00).contains(first), take(word: "\\u") else { return .range(high) }
    guard let low = hexDigits(4), (0xDC00..<0xE000).contains(low) else {
      throw PatternError(problem: "has half a surrogate pair")
    }
    let value = 0x10000 + ((first - 0xD800) << 10) + (low - 0xDC00)
    return .range(value...value)
  }

  private mutating func property(negated: Bool) throws(PatternError) -> ScalarSet.Item {
    var name = ""
    guard take("{") else { throw PatternError(problem: "has \\p without its {name}") }
    while let scalar = next, scalar != "}" {
      name.unicodeScalars.append(scalar)
      at += 1
    }
    guard take("}") else { throw PatternError(problem: "has \\p without its {name}") }
    if name == "Alphabetic" || name == "Alpha" { return .alphabetic(negated: negated) }
    for prefix in ["General_Category=", "gc="] where name.hasPrefix(prefix) {
      name = String(name.dropFirst(prefix.count))
    }
    guard let category = ScalarSet.categories[name] else {
      throw PatternError(
        problem: "names the property \"\(name.prefix(32))\", which is not supported")
    }
    return .category(category, negated: negated)
  }
}
