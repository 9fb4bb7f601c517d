import Wire

/// A JSON number by its exact value, ±digits × 10^exponent: limits of a schema hold for numbers that no double can tell
/// apart, and `0.1` is a multiple of `0.1`.
struct ExactNumber: Sendable, Equatable, Comparable {
  let isNegative: Bool
  /// Most significant first, without zeros at either end; empty for zero.
  let digits: [UInt8]
  let exponent: Int

  /// The value of a number; nil for what is none.
  init?(_ json: JSON) {
    switch json {
    case .int(let value): self.init(text: String(value))
    case .number(let lexeme): self.init(text: lexeme.text)
    case .null, .bool, .string, .array, .object: return nil
    }
  }

  /// Reads a well-formed JSON number. Exponents beyond a thousand million count as that.
  private init(text: String) {
    let limit = 1_000_000_000
    let bytes = Array(text.utf8)
    let mark = bytes.firstIndex { $0 | 0x20 == UInt8(ascii: "e") } ?? bytes.count
    var exponent = 0
    if mark < bytes.count {
      let written = String(decoding: bytes[(mark + 1)...], as: UTF8.self)
      let fallback = written.hasPrefix("-") ? -limit : limit
      exponent = min(limit, max(-limit, Int(written) ?? fallback))
    }
    var digits: [UInt8] = []
    var isAfterPoint = false
    for byte in bytes[..<mark] {
      if byte == UInt8(ascii: ".") { isAfterPoint = true }
      guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { continue }
      digits.append(byte - UInt8(ascii: "0"))
      if isAfterPoint { exponent -= 1 }
    }
    while digits.last == 0 {
      digits.removeLast()
      exponent += 1
    }
    self.digits = Array(digits.drop { $0 == 0 })
    isNegative = bytes.first == UInt8(ascii: "-") && !self.digits.isEmpty
    self.exponent = self.digits.isEmpty ? 0 : exponent
  }

  /// Whether the value is whole: `1.0` and `1e3` are.
  var isWhole: Bool { exponent >= 0 }

  static func < (left: ExactNumber, right: ExactNumber) -> Bool {
    if left.isNegative != right.isNegative { return left.isNegative }
    return left.isNegative ? right.isSmallerInSize(than: left) : left.isSmallerInSize(than: right)
  }

  private func isSmallerInSize(than other: ExactNumber) -> Bool {
    if digits.isEmpty || other.digits.isEmpty { return digits.isEmpty && !other.digits.isEmpty }
    let place = digits.count + exponent
    let otherPlace = other.digits.count + other.exponent
    if place != otherPlace { return place < otherPlace }
    return digits.lexicographicallyPrecedes(other.digits)
  }

  /// A positive number of at most 18 digits, so that the remainder can be taken in 64 bits.
  struct Divisor: Sendable {
    private let digits: UInt64
    private let exponent: Int
    init?(_ number: ExactNumber) {
      guard !number.isNegative, (1...18).contains(number.digits.count),
        (-400...400).contains(number.exponent)
      else { return nil }
      digits = number.digits.reduce(0) { $0 * 10 + UInt64($1) }
      exponent = number.exponent
    }

    /// Whether the number is a whole multiple.
    func divides(_ number: ExactNumber) -> Bool {
      if number.digits.isEmpty { return true }
      // Without zeros at its end the number cannot hold a further factor of ten.
      guard number.exponent >= exponent else { return false }
      var rest = number.digits.reduce(0) { ($0 * 10 + UInt64($1)) % digits }
      for _ in 0..<min(number.exponent - exponent, 2_000) where rest != 0 {
        rest = rest * 10 % digits
      }
      return rest == 0
    }
  }
}
