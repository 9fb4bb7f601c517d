import Wire

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// What may stand as the host of a tool's URL. Names are resolved, and their addresses judged, where the bytes leave;
/// addresses that are written out are judged here too, so that a bad one is refused when the tool is registered.
enum HostRule {
  /// Why `authority` (host and port, as rendered) is refused; nil where it is good.
  static func problem(_ authority: String) -> String? {
    if authority.utf8.contains(UInt8(ascii: "@")) { return "must not hold a user name" }
    guard let (host, port) = split(authority) else { return "has a bad host" }
    if let port, !(1...65_535).contains(Int(port) ?? 0) || port.utf8.count > 5 {
      return "has a bad port"
    }
    if host.hasPrefix("[") {
      guard let address = version6(String(host.dropFirst().dropLast())) else {
        return "has a bad address in []"
      }
      return isRefused(version6: address) ? linkLocal : nil
    }
    let isName = host.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."),
        UInt8(ascii: "_"):
        true
      default: false
      }
    }
    guard isName, !host.isEmpty, host.utf8.count <= 253, host.first != ".", !host.contains("..")
    else { return "has a bad host" }
    if let address = version4(host), isRefused(version4: address) { return linkLocal }
    return nil
  }

  /// Whether the host is this machine, written as a name or an address.
  static func isLoopback(_ authority: String) -> Bool {
    guard let (host, _) = split(authority) else { return false }
    if host.hasPrefix("[") {
      guard let bytes = version6(String(host.dropFirst().dropLast())) else { return false }
      return bytes.dropLast().allSatisfy { $0 == 0 } && bytes.last == 1
    }
    if host.lowercased() == "localhost" { return true }
    return version4(host).map { $0 >> 24 == 127 } ?? false
  }

  private static let linkLocal = "must not be a link-local address"

  private static func split(_ authority: String) -> (host: String, port: String?)? {
    let bytes = Array(authority.utf8)
    var end = bytes.count
    if bytes.first == UInt8(ascii: "[") {
      guard let close = bytes.firstIndex(of: UInt8(ascii: "]")) else { return nil }
      end = close + 1
    } else {
      end = bytes.firstIndex(of: UInt8(ascii: ":")) ?? bytes.count
    }
    let host = String(decoding: bytes[..<end], as: UTF8.self)
    guard end < bytes.count else { return (host, nil) }
    guard bytes[end] == UInt8(ascii: ":") else { return nil }
    let port = bytes[(end + 1)...]
    guard port.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else {
      return nil
    }
    return (host, String(decoding: port, as: UTF8.self))
  }

  /// All forms that C's `inet_aton` reads: `169.254.1.1`, `0xA9FE0101`, `2852061441`, `0251.0376.1.1`, `169.254.257`.
  static func version4(_ host: String) -> UInt32? {
    let trimmed = host.hasSuffix(".") ? String(host.dropLast()) : host
    let parts = trimmed.split(separator: ".", omittingEmptySubsequences: false)
    guard (1...4).contains(parts.count) else { return nil }
    var numbers: [UInt64] = []
    for part in parts {
      let text = part.lowercased()
      let value: UInt64?
      if text.hasPrefix("0x") {
        value = UInt64(text.dropFirst(2), radix: 16)
      } else if text.hasPrefix("0"), text.utf8.count > 1 {
        value = UInt64(text, radix: 8)
      } else {
        value = UInt64(text)
      }
      guard let value else { return nil }
      numbers.append(value)
    }
    guard let last = numbers.popLast() else { return nil }
    var address: UInt64 = 0
    for (index, number) in numbers.enumerated() {
      guard number < 256 else { return nil }
      address |= number << (24 - 8 * UInt64(index))
    }
    guard last < UInt64(1) << (32 - 8 * UInt64(numbers.count)) else { return nil }
    return UInt32(truncatingIfNeeded: address | last)
  }

  private static func version6(_ text: String) -> [UInt8]? {
    guard !text.utf8.contains(UInt8(ascii: "%")) else { return nil }
    var address = in6_addr()
    guard inet_pton(AF_INET6, text, &address) == 1 else { return nil }
    return withUnsafeBytes(of: address) { Array($0) }
  }

  private static func isRefused(version4 address: UInt32) -> Bool {
    address >> 16 == 0xA9FE
  }

  private static func isRefused(version6 bytes: [UInt8]) -> Bool {
    if bytes[0] == 0xFE, bytes[1] & 0xC0 == 0x80 { return true }
    // The metadata service of a cloud under its unique-local address, fd00:ec2::254.
    if bytes[0..<4] == [0xFD, 0x00, 0x0E, 0xC2], bytes[14] == 0x02, bytes[15] == 0x54 {
      return true
    }
    func embedded(_ at: Int) -> Bool {
      isRefused(version4: bytes[at..<at + 4].reduce(0) { $0 << 8 | UInt32($1) })
    }
    let mapped = bytes[0..<10].allSatisfy { $0 == 0 }
    let translated = bytes[0..<4] == [0x00, 0x64, 0xFF, 0x9B]
    if mapped || translated { return embedded(12) }
    return bytes[0] == 0x20 && bytes[1] == 0x02 && embedded(2)
  }
}
