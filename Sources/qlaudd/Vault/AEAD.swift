import CSodium

/// XChaCha20-Poly1305 (draft-irtf-cfrg-xchacha-03): 32-byte keys, 24-byte random nonces, 16-byte tags.
enum AEAD {
  static func encrypt(
    _ plain: UnsafeBufferPointer<UInt8>, key: UnsafeBufferPointer<UInt8>, nonce: [UInt8],
    associated: [UInt8]
  ) throws(VaultError) -> [UInt8] {
    guard let key = key.baseAddress else { throw .locked }
    var sealed = [UInt8](repeating: 0, count: plain.count + Header.tagBytes)
    let status = crypto_aead_xchacha20poly1305_ietf_encrypt(
      &sealed, nil, plain.baseAddress, UInt64(plain.count), associated, UInt64(associated.count),
      nil, nonce, key)
    guard status == 0 else { throw .unavailable("encryption") }
    return sealed
  }

  /// - Throws: ``VaultError/notAuthentic``; `target` then holds nothing of the value.
  static func decrypt(
    _ sealed: ArraySlice<UInt8>, into target: UnsafeMutableBufferPointer<UInt8>,
    key: UnsafeBufferPointer<UInt8>, nonce: [UInt8], associated: [UInt8]
  ) throws(VaultError) {
    guard sealed.count == target.count + Header.tagBytes else { throw .notAuthentic }
    guard let key = key.baseAddress else { throw .locked }
    let status = crypto_aead_xchacha20poly1305_ietf_decrypt(
      target.baseAddress, nil, nil, Array(sealed), UInt64(sealed.count), associated,
      UInt64(associated.count), nonce, key)
    guard status == 0 else { throw .notAuthentic }
  }
}
