/// Where time, randomness and ids come from; given by Main and by tests, so that nothing else asks the machine.
package struct Source: Sendable {
  /// Wall clock. For people and for columns; never for order and never for waiting.
  package let now: @Sendable () -> Milliseconds
  /// A clock that never jumps, from some moment of its own on: for waiting.
  package let monotonic: @Sendable () -> Milliseconds
  /// That many random bytes, fit for keys.
  package let randomBytes: @Sendable (Int) -> [UInt8]
  /// The day and the month that a moment lies in, in the user's time zone.
  package let spans: @Sendable (Milliseconds) -> CapSpans
  /// Names the machine's run since it was last started: what the disk was not waited for survives as long as that.
  package var boot: String

  /// A source of these.
  package init(
    now: @escaping @Sendable () -> Milliseconds,
    randomBytes: @escaping @Sendable (Int) -> [UInt8],
    spans: @escaping @Sendable (Milliseconds) -> CapSpans = SystemClock.spans,
    monotonic: @escaping @Sendable () -> Milliseconds = SystemClock.monotonic, boot: String = ""
  ) {
    self.boot = boot
    self.monotonic = monotonic
    self.now = now
    self.randomBytes = randomBytes
    self.spans = spans
  }

  /// The system's wall clock and its generator of random numbers.
  package static let system = Source(
    now: SystemClock.milliseconds,
    randomBytes: { count in
      // Each word is a call of the system.
      var generator = SystemRandomNumberGenerator()
      var bytes: [UInt8] = []
      while bytes.count < count {
        let word = generator.next()
        for shift in stride(from: 0, to: 64, by: 8) {
          bytes.append(UInt8(truncatingIfNeeded: word >> UInt64(shift)))
        }
      }
      return Array(bytes.prefix(count))
    })

  /// A UUID of version 7 (RFC 9562, section 5.7): 48 bits of milliseconds, then random bits.
  package func uuid() -> String {
    var bytes = randomBytes(16)
    let time = UInt64(clamping: now())
    for index in 0..<6 {
      bytes[index] = UInt8(truncatingIfNeeded: time >> (40 - 8 * UInt64(index)))
    }
    bytes[6] = 0x70 | (bytes[6] & 0x0F)
    bytes[8] = 0x80 | (bytes[8] & 0x3F)
    let groups = [bytes[0..<4], bytes[4..<6], bytes[6..<8], bytes[8..<10], bytes[10..<16]]
    return groups.map { Hex.text($0) }.joined(separator: "-")
  }
}

/// Lower-case hexadecimal.
package enum Hex {
  /// Two digits a byte.
  package static func text(_ bytes: some Sequence<UInt8>) -> String {
    func digit(_ nibble: UInt8) -> UInt8 {
      nibble < 10 ? UInt8(ascii: "0") + nibble : UInt8(ascii: "a") + nibble - 10
    }
    var out: [UInt8] = []
    out.reserveCapacity(2 * bytes.underestimatedCount)
    for byte in bytes {
      out.append(digit(byte >> 4))
      out.append(digit(byte & 15))
    }
    return String(decoding: out, as: UTF8.self)
  }
}
