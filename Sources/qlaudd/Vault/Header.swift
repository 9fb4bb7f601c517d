import CSodium

/// The vault's header: the data key, wrapped by the master key, and what is needed to unwrap it again. It holds nothing
/// that must be kept secret; every byte before the wrapped key is authenticated with it.
///
/// ```
///   0   4  "QLAV"
///   4   1  version, 1
///   5   1  kind of the master key
///   6   4  Argon2id passes, little-endian; 0 for raw keys
///  10   4  Argon2id memory in KiB, little-endian; 0 for raw keys
///  14  16  salt
///  30  24  nonce
///  54  48  data key, XChaCha20-Poly1305
/// ```
struct Header: Sendable, Equatable {
  static let version: UInt8 = 1
  static let magic = Array("QLAV".utf8)
  static let keyBytes = 32
  static let saltBytes = 16
  static let nonceBytes = 24
  static let tagBytes = 16
  static let prefixBytes = 54
  static let totalBytes = prefixBytes + keyBytes + tagBytes
  /// RFC 9106, section 4, second choice: three passes over 64 MiB; stronger than libsodium's "interactive".
  static let passes: UInt32 = 3
  static let memoryKiB: UInt32 = 64 << 10
  /// What a header may ask for, so that a forged one cannot tie up the machine.
  static let passLimits: ClosedRange<UInt32> = 1...16
  static let memoryLimits: ClosedRange<UInt32> = (8 << 10)...(1 << 20)

  let kind: MasterKind
  let bytes: [UInt8]

  /// Reads a stored header.
  init(_ bytes: [UInt8]) throws(VaultError) {
    guard bytes.starts(with: Header.magic), bytes.count > Header.magic.count else {
      throw .badHeader("it does not begin with QLAV")
    }
    guard bytes[4] == Header.version else { throw .unsupportedVersion(bytes[4]) }
    guard bytes.count == Header.totalBytes else {
      throw .badHeader("it has \(bytes.count) bytes, must have \(Header.totalBytes)")
    }
    guard let kind = MasterKind.allCases.first(where: { $0.code == bytes[5] }) else {
      throw .badHeader("unknown kind of master key \(bytes[5])")
    }
    self.kind = kind
    self.bytes = bytes
    if kind == .passphrase {
      guard Header.passLimits.contains(word(at: 6)), Header.memoryLimits.contains(word(at: 10))
      else { throw .badHeader("Argon2id parameters out of range") }
    } else if word(at: 6) != 0 || word(at: 10) != 0 {
      throw .badHeader("Argon2id parameters on a raw key")
    }
  }

  /// Wraps a data key.
  init(wrapping dataKey: borrowing GuardedBytes, by master: MasterKey) throws(VaultError) {
    let stretches = master.kind == .passphrase
    var prefix = Header.magic + [Header.version, master.kind.code]
    prefix += Header.little(stretches ? Header.passes : 0)
    prefix += Header.little(stretches ? Header.memoryKiB : 0)
    prefix += Digest.randomBytes(Header.saltBytes)
    prefix += Digest.randomBytes(Header.nonceBytes)
    let wrapping = try Header.wrappingKey(master, prefix: prefix)
    let nonce = Array(prefix[30..<Header.prefixBytes])
    let wrapped = try wrapping.withBytes { key throws(VaultError) in
      try dataKey.withBytes { plain throws(VaultError) in
        try AEAD.encrypt(plain, key: key, nonce: nonce, associated: prefix)
      }
    }
    kind = master.kind
    bytes = prefix + wrapped
  }

  /// Unwraps the data key.
  /// - Throws: ``VaultError/wrongKind(expected:given:)``, ``VaultError/wrongKey``.
  func unwrap(by master: MasterKey) throws(VaultError) -> GuardedBytes {
    guard master.kind == kind else { throw .wrongKind(expected: kind, given: master.kind) }
    let prefix = Array(bytes[..<Header.prefixBytes])
    let wrapping = try Header.wrappingKey(master, prefix: prefix)
    let nonce = Array(bytes[30..<Header.prefixBytes])
    do throws(VaultError) {
      return try GuardedBytes(count: Header.keyBytes) { target throws(VaultError) in
        try wrapping.withBytes { key throws(VaultError) in
          try AEAD.decrypt(
            bytes[Header.prefixBytes...], into: target, key: key, nonce: nonce, associated: prefix)
        }
      }
    } catch {
      throw error == .notAuthentic ? .wrongKey : error
    }
  }

  /// The key that wraps: Argon2id of a passphrase, or BLAKE2b of a raw key with the salt, so that the same master key
  /// never wraps twice with the same key.
  private static func wrappingKey(
    _ master: MasterKey, prefix: [UInt8]
  ) throws(VaultError) -> GuardedBytes {
    let salt = Array(prefix[14..<30])
    return try GuardedBytes(count: keyBytes) { target throws(VaultError) in
      guard let out = target.baseAddress else { throw .unavailable("memory for secrets") }
      let status = master.secret.withBytes { secret -> Int32 in
        guard master.kind == .passphrase else {
          let message = Array("qlaud vault wrap 1".utf8) + salt
          return crypto_generichash(
            out, target.count, message, UInt64(message.count), secret.baseAddress, secret.count)
        }
        return secret.withMemoryRebound(to: CChar.self) { text in
          guard let words = text.baseAddress else { return -1 }
          return crypto_pwhash_argon2id(
            out, UInt64(target.count), words, UInt64(text.count), salt,
            UInt64(word(prefix, at: 6)), Int(word(prefix, at: 10)) << 10,
            crypto_pwhash_argon2id_alg_argon2id13())
        }
      }
      guard status == 0 else { throw .unavailable("memory for Argon2id") }
    }
  }

  private func word(at offset: Int) -> UInt32 { Header.word(bytes, at: offset) }
  private static func word(_ bytes: [UInt8], at offset: Int) -> UInt32 {
    bytes[offset..<offset + 4].reversed().reduce(0) { $0 << 8 | UInt32($1) }
  }
  private static func little(_ value: UInt32) -> [UInt8] {
    (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
  }
}
