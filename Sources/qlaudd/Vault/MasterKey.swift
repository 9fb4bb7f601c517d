import CSodium

/// Where a master key comes from. The raw values are the protocol's words.
package enum MasterKind: String, Sendable, CaseIterable {
  /// 32 random bytes in a file beside the database.
  case keyfile
  /// What a person types.
  case passphrase
  /// What the service manager hands over.
  case credential

  /// The byte that stands for it in the header.
  var code: UInt8 {
    switch self {
    case .keyfile: 1
    case .passphrase: 2
    case .credential: 3
    }
  }
}

/// What wraps the data key. Its bytes are wiped when the last holder lets go, and it prints as `***`.
package final class MasterKey: Sendable, CustomStringConvertible, CustomReflectable {
  /// Bytes of a raw key.
  package static let rawBytes = 32
  /// Bytes of a passphrase.
  package static let passphraseBytes = 8...1024

  package let kind: MasterKind
  let secret: GuardedBytes

  private init(kind: MasterKind, secret: consuming GuardedBytes) {
    self.kind = kind
    self.secret = secret
  }

  /// A passphrase, byte for byte as it was typed: 8 to 1024 bytes.
  /// - Throws: ``VaultError/invalid(_:_:)``.
  package static func passphrase(_ bytes: some Collection<UInt8>) throws(VaultError) -> MasterKey {
    guard passphraseBytes.contains(bytes.count) else {
      throw .invalid(
        "passphrase",
        "must have \(passphraseBytes.lowerBound) to \(passphraseBytes.upperBound) bytes")
    }
    return MasterKey(kind: .passphrase, secret: try GuardedBytes(copying: bytes))
  }

  /// A service manager's credential: 32 bytes, or the same as 64 hexadecimal digits, a line end allowed.
  /// - Throws: ``VaultError/invalid(_:_:)``.
  package static func credential(_ bytes: some Collection<UInt8>) throws(VaultError) -> MasterKey {
    if bytes.count == rawBytes {
      return MasterKey(kind: .credential, secret: try GuardedBytes(copying: bytes))
    }
    let secret = try GuardedBytes(count: rawBytes) { target throws(VaultError) in
      guard decodeHex(bytes, into: target) else {
        throw .invalid("credential", "must be 32 bytes, or 64 hexadecimal digits")
      }
    }
    return MasterKey(kind: .credential, secret: secret)
  }

  /// The bytes of a key file.
  static func keyFile(_ secret: consuming GuardedBytes) -> MasterKey {
    MasterKey(kind: .keyfile, secret: secret)
  }

  private static func decodeHex(
    _ text: some Collection<UInt8>, into target: UnsafeMutableBufferPointer<UInt8>
  ) -> Bool {
    var digits = 0
    var isEnded = false
    for byte in text {
      let value: UInt8
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): value = byte - UInt8(ascii: "0")
      case UInt8(ascii: "a")...UInt8(ascii: "f"): value = byte - UInt8(ascii: "a") + 10
      case UInt8(ascii: "A")...UInt8(ascii: "F"): value = byte - UInt8(ascii: "A") + 10
      case 0x0A, 0x0D:
        guard digits == 2 * rawBytes else { return false }
        isEnded = true
        continue
      default: return false
      }
      guard !isEnded, digits < 2 * rawBytes else { return false }
      target[digits / 2] = digits.isMultiple(of: 2) ? value << 4 : target[digits / 2] | value
      digits += 1
    }
    return digits == 2 * rawBytes
  }

  package var description: String { "***" }
  package var customMirror: Mirror { Mirror(self, children: []) }
}
