import Wire

extension JSON {
  /// A count of tokens as hosts write it: a whole number, also as `12.0` or `"12"`; nil for anything else. A count that is not
  /// understood must not pass for none, since then the call would be booked as free.
  var countedTokens: Int? {
    switch self {
    case .int(let value): return max(0, Int(clamping: value))
    case .number:
      guard let value = double, value.isFinite else { return nil }
      return Int(min(max(0, value), 1e15).rounded(.up))
    case .string(let text): return Int(text).map { max(0, $0) }
    default: return nil
    }
  }
}
