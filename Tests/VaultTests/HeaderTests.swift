import Testing

@testable import Vault

@Suite struct HeaderTests {
  @Test func `a header of an unknown version is refused by its number`() throws {
    var (_, header) = try LocalVault.create(master: Keys.raw(1))
    for version in [0, 2, 255] as [UInt8] {
      header[4] = version
      #expect(throws: VaultError.unsupportedVersion(version)) { try LocalVault(header: header) }
    }
    header[4] = 2
    #expect(throws: VaultError.unsupportedVersion(2)) {
      try LocalVault(header: header + [1, 2, 3])
    }
  }

  @Test func `a damaged header is refused`() throws {
    let (_, header) = try LocalVault.create(master: Keys.raw(1))
    #expect(header.count == 102)
    for bytes in [[], Array("QLAV".utf8), Array("nonsense that is long enough".utf8)] {
      #expect(throws: VaultError.badHeader("it does not begin with QLAV")) {
        try LocalVault(header: bytes)
      }
    }
    #expect(throws: VaultError.badHeader("it has 101 bytes, must have 102")) {
      try LocalVault(header: header.dropLast())
    }
    #expect(throws: VaultError.badHeader("it has 103 bytes, must have 102")) {
      try LocalVault(header: header + [0])
    }
    var other = header
    other[5] = 9
    #expect(throws: VaultError.badHeader("unknown kind of master key 9")) {
      try LocalVault(header: other)
    }
    other = header
    other[6] = 1
    #expect(throws: VaultError.badHeader("Argon2id parameters on a raw key")) {
      try LocalVault(header: other)
    }
  }

  /// From byte 5 on: kind, parameters, salt, nonce, wrapped key.
  @Test func `one flipped bit anywhere keeps the vault shut`() throws {
    let (_, header) = try LocalVault.create(master: Keys.raw(1))
    let master = try Keys.raw(1)
    for bit in 0..<header.count * 8 {
      var altered = header
      altered[bit / 8] ^= 1 << UInt8(bit % 8)
      #expect(throws: VaultError.self) { try LocalVault(header: altered).unlock(master) }
    }
    try LocalVault(header: header).unlock(master)
  }

  @Test(
    arguments: [
      (6, [0, 0, 0, 0]), (6, [17, 0, 0, 0]), (6, [255, 255, 255, 255]), (10, [0, 0, 0, 0]),
      (10, [255, 31, 0, 0]), (10, [1, 0, 16, 0]), (10, [255, 255, 255, 255]),
    ] as [(Int, [UInt8])])
  func `a forged header cannot ask for more than the machine should give`(
    offset: Int, value: [UInt8]
  ) throws {
    var (_, header) = try LocalVault.create(master: Keys.words("passphrase"))
    header.replaceSubrange(offset..<offset + 4, with: value)
    #expect(throws: VaultError.badHeader("Argon2id parameters out of range")) {
      try LocalVault(header: header)
    }
  }

  @Test func `a passphrase is stretched as RFC 9106 advises, with a salt of its own each time`()
    throws
  {
    let (_, one) = try LocalVault.create(master: Keys.words("passphrase"))
    let (_, other) = try LocalVault.create(master: Keys.words("passphrase"))
    #expect(Array(one[6..<14]) == [3, 0, 0, 0, 0, 0, 1, 0])
    #expect(one[14..<30] != other[14..<30] && one[30..<54] != other[30..<54])
    #expect(one[54...] != other[54...])
  }

  @Test func `the kinds of master key keep their bytes on the disk`() {
    #expect(MasterKind.allCases.map(\.code) == [1, 2, 3])
    #expect(MasterKind.allCases.map(\.rawValue) == ["keyfile", "passphrase", "credential"])
  }

  @Test(arguments: VaultErrorTable.all)
  func `an error says what happened`(error: VaultError, text: String) {
    #expect(error.description == text)
  }
}

enum VaultErrorTable {
  static let all: [(VaultError, String)] = [
    (.locked, "the vault is locked"), (.wrongKey, "the master key does not open this vault"),
    (
      .wrongKind(expected: .passphrase, given: .keyfile),
      "the vault is locked by a passphrase, not by a keyfile"
    ),
    (.unsupportedVersion(7), "the vault's header has version 7, this program knows version 1"),
    (.badHeader("x"), "the vault's header is damaged: x"),
    (.notAuthentic, "the sealed value was altered or belongs elsewhere"),
    (.invalid("passphrase", "must be"), "passphrase: must be"),
    (.keyFile(path: "/k", problem: "is gone"), "key file /k: is gone"),
    (.unavailable("memory"), "the system gave no memory"),
  ]
}

@Suite struct MasterKeyTests {
  @Test(arguments: [0, 7, 1025]) func `a passphrase outside its limits is refused`(count: Int) {
    #expect(throws: VaultError.invalid("passphrase", "must have 8 to 1024 bytes")) {
      try MasterKey.passphrase([UInt8](repeating: 97, count: count))
    }
  }

  @Test(arguments: [8, 1024]) func `a passphrase at its limits is taken`(count: Int) throws {
    let master = try MasterKey.passphrase([UInt8](repeating: 97, count: count))
    #expect(master.kind == .passphrase)
  }

  @Test func `a credential is 32 bytes or the same as hexadecimal digits`() throws {
    let raw = Array(0..<32 as Range<UInt8>)
    let hex = "000102030405060708090a0b0c0d0e0f101112131415161718191A1B1C1D1E1F"
    let (vault, header) = try LocalVault.create(master: try .credential(raw))
    let sealed = try vault.seal([1], as: LocalVaultTests.place)
    for text in [hex, hex + "\n", hex + "\r\n", hex.lowercased()] {
      let later = try LocalVault(header: header)
      try later.unlock(try .credential(Array(text.utf8)))
      #expect(try later.open(sealed, as: LocalVaultTests.place).count == 1)
    }
  }

  @Test(arguments: [
    "", "short", String(repeating: "a", count: 31), String(repeating: "a", count: 33),
    String(repeating: "a", count: 63), String(repeating: "a", count: 65),
    String(repeating: "a", count: 63) + "g", String(repeating: "a", count: 64) + "\na",
    "\n" + String(repeating: "a", count: 64), String(repeating: "a", count: 64) + " ",
  ])
  func `another credential is refused`(text: String) {
    #expect(
      throws: VaultError.invalid("credential", "must be 32 bytes, or 64 hexadecimal digits")
    ) { try MasterKey.credential(Array(text.utf8)) }
  }
}
