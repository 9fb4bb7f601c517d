import Testing

@testable import Vault

@Suite struct DigestTests {
  static func hex(_ bytes: [UInt8]) -> String {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }

  /// FIPS 180-4, examples of NIST.
  @Test(arguments: [
    ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    (
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
    ),
    (
      String(repeating: "a", count: 1_000_000),
      "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"
    ),
  ])
  func `SHA-256 gives the published digests`(text: String, digest: String) {
    #expect(Self.hex(Digest.sha256(Array(text.utf8))) == digest)
    #expect(Self.hex(Digest.sha256(text.utf8)) == digest)
  }

  /// RFC 4231, test cases 1 to 4, 6 and 7.
  @Test(
    arguments: [
      (
        [UInt8](repeating: 0x0B, count: 20), Array("Hi There".utf8),
        "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
      ),
      (
        Array("Jefe".utf8), Array("what do ya want for nothing?".utf8),
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
      ),
      (
        [UInt8](repeating: 0xAA, count: 20), [UInt8](repeating: 0xDD, count: 50),
        "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"
      ),
      (
        Array(1...25 as ClosedRange<UInt8>), [UInt8](repeating: 0xCD, count: 50),
        "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"
      ),
      (
        [UInt8](repeating: 0xAA, count: 131),
        Array("Test Using Larger Than Block-Size Key - Hash Key First".utf8),
        "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
      ),
      (
        [UInt8](repeating: 0xAA, count: 131),
        Array(
          """
          This is a test using a larger than block-size key and a larger than block-size data. \
          The key needs to be hashed before being used by the HMAC algorithm.
          """.utf8),
        "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2"
      ),
    ] as [([UInt8], [UInt8], String)])
  func `HMAC-SHA-256 gives the published codes`(key: [UInt8], data: [UInt8], code: String) {
    #expect(Self.hex(Digest.hmacSHA256(key: key, data)) == code)
  }

  @Test func `an empty key and an empty text have a code`() {
    #expect(
      Self.hex(Digest.hmacSHA256(key: [], []))
        == "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad")
  }

  @Test(
    arguments: [
      ([], [], true), ([1], [1], true), ([1, 2, 3], [1, 2, 3], true),
      ([1, 2, 3], [1, 2, 4], false),
      ([0, 2, 3], [1, 2, 3], false), ([1], [], false), ([1], [1, 1], false), ([0], [0, 0], false),
    ] as [([UInt8], [UInt8], Bool)])
  func `equal is equal, bytes and length`(left: [UInt8], right: [UInt8], isEqual: Bool) {
    #expect(Digest.constantTimeEqual(left, right) == isEqual)
    #expect(Digest.constantTimeEqual(right, left) == isEqual)
  }

  @Test(arguments: [0, 1, 16, 32, 1000]) func `random bytes are as many as asked for`(count: Int) {
    let bytes = Digest.randomBytes(count)
    #expect(bytes.count == count)
    if count >= 16 { #expect(bytes != Digest.randomBytes(count)) }
  }
}
