import Domain

/// When something that failed is tried again: full jitter (random between nothing and the bound), the bound
/// doubling from one second to one minute. Source: "Exponential Backoff And Jitter", AWS
/// Architecture Blog, 2015.
enum Backoff {
  static let first: Milliseconds = 1_000
  static let longest: Milliseconds = 60_000
  /// The longest wait that a provider may ask for.
  static let longestAsked: Milliseconds = 3_600_000

  /// Milliseconds to wait after `failures` of them. `random` is in 0..<1; an upstream's own
  /// `retryAfter` is obeyed, up to ``longestAsked``.
  static func delay(failures: Int, retryAfter: Duration?, random: Double) -> Milliseconds {
    if let retryAfter {
      return min(max(0, retryAfter.milliseconds), longestAsked)
    }
    let bound = min(longest, first << Int64(min(max(failures, 0), 6)))
    return Milliseconds(Double(bound) * random)
  }
}

extension Duration {
  /// Whole milliseconds, rounded up.
  var milliseconds: Int64 {
    let (seconds, attoseconds) = components
    return seconds * 1000 + (attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000
  }
}

extension Source {
  /// A random fraction in 0..<1, from 53 random bits.
  var randomFraction: Double {
    let bits = randomBytes(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) } >> 11
    return Double(bits) / Double(UInt64(1) << 53)
  }
}
