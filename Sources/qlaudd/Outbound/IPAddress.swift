import CCurl

/// An IP address as a number.
enum IPAddress: Hashable, Sendable {
  case v4(UInt32)
  case v6(high: UInt64, low: UInt64)

  /// The address of a socket; nil for another family.
  init?(_ address: UnsafePointer<sockaddr>) {
    self.init { ccurl_address(address, $0) }
  }
  /// The address in its standard text form; a zone after `%` is ignored. Shortened and numeric IPv4 forms are not read: the
  /// URL parser has normalised them.
  init?(_ text: String) {
    self.init { ccurl_parse_address(text, $0) }
  }

  private init?(_ fill: (UnsafeMutablePointer<UInt8>) -> Int32) {
    let address = withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 16) { buffer -> Self? in
      buffer.initialize(repeating: 0)
      guard let start = buffer.baseAddress else { return nil }
      let version = fill(start)
      func number(_ range: Range<Int>) -> UInt64 {
        range.reduce(0) { $0 << 8 | UInt64(buffer[$1]) }
      }
      switch version {
      case 4: return .v4(UInt32(truncatingIfNeeded: number(0..<4)))
      case 6: return .v6(high: number(0..<8), low: number(8..<16))
      default: return nil
      }
    }
    guard let address else { return nil }
    self = address
  }

  /// The IPv4 address that an IPv6 address stands for: mapped (RFC 4291), compatible (the same), NAT64 (RFC 6052) and 6to4
  /// (RFC 3056).
  var embeddedV4: UInt32? {
    guard case .v6(let high, let low) = self else { return nil }
    let last = UInt32(truncatingIfNeeded: low)
    if high == 0, low >> 32 == 0xFFFF || low >> 32 == 0 { return last }
    if high == 0x0064_FF9B_0000_0000, low >> 32 == 0 { return last }
    if high >> 48 == 0x2002 { return UInt32(truncatingIfNeeded: high >> 16) }
    return nil
  }
}

extension AddressPolicy {
  /// Whether a connection to `address` is refused. An address that is neither IPv4 nor IPv6 is nil: refused by all but `any`.
  func refuses(_ address: IPAddress?) -> Bool {
    switch (self, address) {
    case (.any, _): false
    case (_, nil): true
    case (.noLinkLocal, .v4(let address)?): Self.isLinkLocal(address)
    case (.noLinkLocal, .v6(let high, let low)?):
      high >> 54 == 0xFE80 >> 6
        // AWS keeps its metadata here, in a private range.
        || (high == 0xFD00_0EC2_0000_0000 && low == 0x254)
        || address?.embeddedV4.map(Self.isLinkLocal) == true
    case (.publicOnly, .v4(let address)?): !Self.isPublic(address)
    case (.publicOnly, .v6(let high, _)?):
      if let embedded = address?.embeddedV4, high != 0 || !Self.isCompatible(address) {
        !Self.isPublic(embedded)
      } else {
        !Self.isPublic(high: high)
      }
    }
  }

  private static func isLinkLocal(_ address: UInt32) -> Bool { address >> 16 == 0xA9FE }

  /// `::a.b.c.d`, long withdrawn: it also covers `::` and `::1`.
  private static func isCompatible(_ address: IPAddress?) -> Bool {
    guard case .v6(high: 0, let low)? = address else { return false }
    return low >> 32 == 0
  }

  /// IANA's special-purpose registry for IPv4, with multicast and what is above.
  private static let special: [(network: UInt32, prefix: UInt32)] = [
    (0x0000_0000, 8), (0x0A00_0000, 8), (0x6440_0000, 10), (0x7F00_0000, 8), (0xA9FE_0000, 16),
    (0xAC10_0000, 12), (0xC000_0000, 24), (0xC000_0200, 24), (0xC058_6300, 24), (0xC0A8_0000, 16),
    (0xC612_0000, 15), (0xC633_6400, 24), (0xCB00_7100, 24), (0xE000_0000, 3),
  ]
  private static func isPublic(_ address: UInt32) -> Bool {
    !special.contains { address >> (32 - $0.prefix) == $0.network >> (32 - $0.prefix) }
  }

  /// Global unicast is 2000::/3; within it IANA sets aside 2001::/23 (Teredo, ORCHID, benchmarking), 2001:db8::/32 and
  /// 3fff::/20 (documentation).
  private static func isPublic(high: UInt64) -> Bool {
    high >> 61 == 1 && high >> 41 != 0x2001_0000 >> 9 && high >> 32 != 0x2001_0DB8
      && high >> 44 != 0x3_FFF0
  }
}
