/// The characters that one place of a pattern takes.
struct ScalarSet: Sendable {
  enum Item: Sendable {
    case range(ClosedRange<UInt32>)
    case digit(negated: Bool)
    case word(negated: Bool)
    case space(negated: Bool)
    /// A general category of Unicode by its short name, one letter or two.
    case category(String, negated: Bool)
    case alphabetic(negated: Bool)
  }
  var items: [Item] = []
  var isNegated = false

  init(_ items: [Item] = [], negated: Bool = false) {
    self.items = items
    isNegated = negated
  }
  init(_ scalar: Unicode.Scalar) { items = [.range(scalar.value...scalar.value)] }

  /// What `.` stands for: anything but an end of line.
  static let dot = ScalarSet(
    [.range(0x0A...0x0A), .range(0x0D...0x0D), .range(0x2028...0x2029)], negated: true)

  func contains(_ scalar: Unicode.Scalar) -> Bool {
    items.contains { Self.matches($0, scalar) } != isNegated
  }

  private static func matches(_ item: Item, _ scalar: Unicode.Scalar) -> Bool {
    switch item {
    case .range(let range): range.contains(scalar.value)
    case .digit(let negated): (0x30...0x39).contains(scalar.value) != negated
    case .word(let negated): isWord(scalar) != negated
    case .space(let negated): isSpace(scalar) != negated
    case .category(let name, let negated): category(of: scalar).hasPrefix(name) != negated
    case .alphabetic(let negated): scalar.properties.isAlphabetic != negated
    }
  }

  static func isWord(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x5F: true
    default: false
    }
  }

  private static func isSpace(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x09...0x0D, 0x20, 0xA0, 0x1680, 0x2000...0x200A, 0x2028, 0x2029, 0x202F, 0x205F, 0x3000,
      0xFEFF:
      true
    default: false
    }
  }

  private static func category(of scalar: Unicode.Scalar) -> String {
    switch scalar.properties.generalCategory {
    case .uppercaseLetter: "Lu"
    case .lowercaseLetter: "Ll"
    case .titlecaseLetter: "Lt"
    case .modifierLetter: "Lm"
    case .otherLetter: "Lo"
    case .nonspacingMark: "Mn"
    case .spacingMark: "Mc"
    case .enclosingMark: "Me"
    case .decimalNumber: "Nd"
    case .letterNumber: "Nl"
    case .otherNumber: "No"
    case .connectorPunctuation: "Pc"
    case .dashPunctuation: "Pd"
    case .openPunctuation: "Ps"
    case .closePunctuation: "Pe"
    case .initialPunctuation: "Pi"
    case .finalPunctuation: "Pf"
    case .otherPunctuation: "Po"
    case .mathSymbol: "Sm"
    case .currencySymbol: "Sc"
    case .modifierSymbol: "Sk"
    case .otherSymbol: "So"
    case .spaceSeparator: "Zs"
    case .lineSeparator: "Zl"
    case .paragraphSeparator: "Zp"
    case .control: "Cc"
    case .format: "Cf"
    case .surrogate: "Cs"
    case .privateUse: "Co"
    case .unassigned: "Cn"
    @unknown default: "Cn"
    }
  }

  /// The short names by the long ones that schemas use.
  static let categories: [String: String] = {
    var names: [String: String] = [
      "Letter": "L", "Uppercase_Letter": "Lu", "Lowercase_Letter": "Ll", "Mark": "M",
      "Number": "N", "Decimal_Number": "Nd", "Punctuation": "P", "Symbol": "S", "Separator": "Z",
      "Space_Separator": "Zs", "Other": "C", "Control": "Cc", "digit": "Nd", "punct": "P",
    ]
    let short =
      "L Lu Ll Lt Lm Lo M Mn Mc Me N Nd Nl No P Pc Pd Ps Pe Pi Pf Po S Sm Sc Sk So Z Zs Zl Zp C Cc Cf Co Cn"
    for name in short.split(separator: " ") { names[String(name)] = String(name) }
    return names
  }()
}
