import CSodium

/// Hashes, random bytes and comparison, from the one library that is trusted with them.
package enum Digest {
  /// SHA-256 (FIPS 180-4): 32 bytes.
  package static func sha256(_ bytes: some Collection<UInt8>) -> [UInt8] {
    let input = Array(bytes)
    var digest = [UInt8](repeating: 0, count: 32)
    crypto_hash_sha256(&digest, input, UInt64(input.count))
    return digest
  }

  /// HMAC-SHA-256 (RFC 2104) under a key of any length: 32 bytes.
  package static func hmacSHA256(
    key: some Collection<UInt8>, _ bytes: some Collection<UInt8>
  ) -> [UInt8] {
    var state = crypto_auth_hmacsha256_state()
    var key = Array(key)
    let input = Array(bytes)
    defer {
      sodium_memzero(&key, key.count)
      sodium_memzero(&state, MemoryLayout.size(ofValue: state))
    }
    crypto_auth_hmacsha256_init(&state, key, key.count)
    crypto_auth_hmacsha256_update(&state, input, UInt64(input.count))
    var code = [UInt8](repeating: 0, count: 32)
    crypto_auth_hmacsha256_final(&state, &code)
    return code
  }

  /// That many random bytes, fit for keys.
  package static func randomBytes(_ count: Int) -> [UInt8] {
    // The library ends the process rather than give bytes that can be guessed.
    _ = Sodium.isReady
    var bytes = [UInt8](repeating: 0, count: count)
    randombytes_buf(&bytes, count)
    return bytes
  }

  /// Whether two texts are the same, in a time that depends on their length only.
  package static func constantTimeEqual(
    _ left: some Collection<UInt8>, _ right: some Collection<UInt8>
  ) -> Bool {
    guard left.count == right.count else { return false }
    return sodium_memcmp(Array(left), Array(right), left.count) == 0
  }
}
