import Testing

@testable import Vault

/// A master key of each kind; a passphrase costs 0.1 s, so most tests take a credential.
enum Keys {
  static func raw(_ byte: UInt8) throws(VaultError) -> MasterKey {
    try .credential([UInt8](repeating: byte, count: 32))
  }
  static func words(_ text: String) throws(VaultError) -> MasterKey {
    try .passphrase(Array(text.utf8))
  }
}

@Suite struct LocalVaultTests {
  static let place = SealContext(kind: "secret", name: "openai", rowID: "7")
  static func opened(_ bytes: OpenedBytes) -> [UInt8] { bytes.withBytes { Array($0) } }

  @Test(arguments: [0, 1, 31, 32, 33, 4096, LocalVault.valueBytes])
  func `a sealed value opens to what it was`(size: Int) throws {
    let (vault, _) = try LocalVault.create(master: Keys.raw(1))
    let value = Digest.randomBytes(size)
    let sealed = try vault.seal(value, as: Self.place)
    #expect(sealed.count == size + 1 + 24 + 16 && sealed[0] == 1)
    let bytes = try vault.open(sealed, as: Self.place)
    #expect(bytes.count == size && Self.opened(bytes) == value)
  }

  @Test func `a value of any collection is sealed`() throws {
    let (vault, _) = try LocalVault.create(master: Keys.raw(1))
    let sealed = try vault.seal("pä55".utf8.reversed(), as: Self.place)
    #expect(Self.opened(try vault.open(sealed, as: Self.place)) == Array("pä55".utf8.reversed()))
  }

  @Test func `the same value never looks the same twice`() throws {
    let (vault, _) = try LocalVault.create(master: Keys.raw(1))
    let sealed = try (0..<50).map { _ in try vault.seal([1, 2, 3], as: Self.place) }
    #expect(Set(sealed.map { Array($0[1..<25]) }).count == 50)
    #expect(Set(sealed.map { Array($0[25...]) }).count == 50)
  }

  @Test func `a value over the limit is refused by name and limit`() throws {
    let (vault, _) = try LocalVault.create(master: Keys.raw(1))
    let value = [UInt8](repeating: 0, count: LocalVault.valueBytes + 1)
    #expect(throws: VaultError.invalid("value", "must have at most 1048576 bytes")) {
      try vault.seal(value, as: Self.place)
    }
  }

  @Test(arguments: [
    SealContext(kind: "connection", name: "openai", rowID: "7"),
    SealContext(kind: "secret", name: "openaj", rowID: "7"),
    SealContext(kind: "secret", name: "openai", rowID: "8"),
    SealContext(kind: "secret", name: "openai7", rowID: ""),
    SealContext(kind: "secretopenai", name: "", rowID: "7"),
    SealContext(kind: "secret", name: "openai", rowID: ""),
    SealContext(kind: "", name: "", rowID: ""),
    SealContext(kind: "openai", name: "secret", rowID: "7"),
  ])
  func `a value opens only under its own kind, name and row`(other: SealContext) throws {
    let (vault, _) = try LocalVault.create(master: Keys.raw(1))
    let sealed = try vault.seal([1, 2, 3], as: Self.place)
    #expect(throws: VaultError.notAuthentic) { try vault.open(sealed, as: other) }
    let back = try vault.seal([1, 2, 3], as: other)
    #expect(throws: VaultError.notAuthentic) { try vault.open(back, as: Self.place) }
    #expect(Self.opened(try vault.open(back, as: other)) == [1, 2, 3])
  }

  @Test func `no two places are written the same`() {
    let parts = ["", "a", "aa", "a\u{0}", "\u{1}"]
    var seen = Set<[UInt8]>()
    for kind in parts {
      for name in parts {
        for row in parts {
          seen.insert(SealContext(kind: kind, name: name, rowID: row).associated)
        }
      }
    }
    #expect(seen.count == parts.count * parts.count * parts.count)
  }

  @Test func `one flipped bit anywhere is refused`() throws {
    let (vault, _) = try LocalVault.create(master: Keys.raw(1))
    let sealed = try vault.seal(Array("secret".utf8), as: Self.place)
    for bit in 0..<sealed.count * 8 {
      var altered = sealed
      altered[bit / 8] ^= 1 << UInt8(bit % 8)
      #expect(throws: VaultError.notAuthentic) { try vault.open(altered, as: Self.place) }
    }
  }

  @Test func `a value cut or grown anywhere is refused`() throws {
    let (vault, _) = try LocalVault.create(master: Keys.raw(1))
    let sealed = try vault.seal(Array("secret".utf8), as: Self.place)
    for length in 0..<sealed.count {
      #expect(throws: VaultError.notAuthentic) {
        try vault.open(Array(sealed.prefix(length)), as: Self.place)
      }
    }
    #expect(throws: VaultError.notAuthentic) { try vault.open(sealed + [0], as: Self.place) }
  }

  @Test func `another vault's value does not open, even under the same master key`() throws {
    let (one, _) = try LocalVault.create(master: Keys.raw(1))
    let (other, _) = try LocalVault.create(master: Keys.raw(1))
    let sealed = try one.seal([1], as: Self.place)
    #expect(throws: VaultError.notAuthentic) { try other.open(sealed, as: Self.place) }
  }

  @Test func `a locked vault says so, and unlocks with its header and its key`() throws {
    let (vault, header) = try LocalVault.create(master: Keys.raw(1))
    let sealed = try vault.seal([1, 2, 3], as: Self.place)
    #expect(!vault.isLocked && vault.masterKind == .credential)
    vault.lock()
    #expect(vault.isLocked)
    #expect(throws: VaultError.locked) { try vault.seal([1], as: Self.place) }
    #expect(throws: VaultError.locked) { try vault.open(sealed, as: Self.place) }
    #expect(throws: VaultError.locked) { try vault.open([], as: Self.place) }
    #expect(throws: VaultError.locked) { try vault.rekey(to: Keys.raw(2)) }
    vault.lock()
    try vault.unlock(Keys.raw(1))
    #expect(Self.opened(try vault.open(sealed, as: Self.place)) == [1, 2, 3])

    let later = try LocalVault(header: header)
    #expect(later.isLocked && later.masterKind == .credential)
    #expect(throws: VaultError.wrongKey) { try later.unlock(Keys.raw(2)) }
    #expect(later.isLocked)
    try later.unlock(Keys.raw(1))
    #expect(Self.opened(try later.open(sealed, as: Self.place)) == [1, 2, 3])
    #expect(throws: VaultError.wrongKey) { try later.unlock(Keys.raw(2)) }
    #expect(!later.isLocked)
  }

  @Test func `a passphrase opens, a wrong one or another kind does not`() throws {
    let (vault, header) = try LocalVault.create(master: Keys.words("correct horse"))
    let sealed = try vault.seal([9], as: Self.place)
    let later = try LocalVault(header: header)
    #expect(later.masterKind == .passphrase)
    #expect(throws: VaultError.wrongKey) { try later.unlock(Keys.words("correct horsf")) }
    #expect(throws: VaultError.wrongKey) { try later.unlock(Keys.words("correct horse ")) }
    #expect(throws: VaultError.wrongKind(expected: .passphrase, given: .credential)) {
      try later.unlock(Keys.raw(1))
    }
    try later.unlock(Keys.words("correct horse"))
    #expect(Self.opened(try later.open(sealed, as: Self.place)) == [9])
  }

  @Test func `after a rekey values stay readable, under the new key alone once it is adopted`()
    throws
  {
    let (vault, oldHeader) = try LocalVault.create(master: Keys.raw(1))
    let sealed = try vault.seal([5], as: Self.place)
    let newHeader = try vault.rekey(to: Keys.words("a new passphrase"))
    // Not stored yet: the old one is in force.
    #expect(vault.masterKind == .credential)
    try vault.unlock(Keys.raw(1))
    #expect(throws: VaultError.badHeader("it is not the one of the last rekey")) {
      try vault.adopt(oldHeader)
    }
    try vault.adopt(newHeader)
    #expect(vault.masterKind == .passphrase)
    #expect(Self.opened(try vault.open(sealed, as: Self.place)) == [5])
    vault.lock()
    #expect(throws: VaultError.wrongKind(expected: .passphrase, given: .credential)) {
      try vault.unlock(Keys.raw(1))
    }
    try vault.unlock(Keys.words("a new passphrase"))
    #expect(Self.opened(try vault.open(sealed, as: Self.place)) == [5])
    #expect(throws: VaultError.badHeader("it is not the one of the last rekey")) {
      try vault.adopt(newHeader)
    }

    // A crash before the new header was stored: the old one still opens.
    let before = try LocalVault(header: oldHeader)
    try before.unlock(Keys.raw(1))
    #expect(Self.opened(try before.open(sealed, as: Self.place)) == [5])
    let after = try LocalVault(header: newHeader)
    try after.unlock(Keys.words("a new passphrase"))
    #expect(Self.opened(try after.open(sealed, as: Self.place)) == [5])
  }

  @Test func `opened values and master keys print as stars`() throws {
    let (vault, _) = try LocalVault.create(master: Keys.raw(65))
    let bytes = try vault.open(
      try vault.seal(Array("hunter2".utf8), as: Self.place), as: Self.place)
    var text = "\(bytes) \(String(reflecting: bytes)) \(try Keys.words("hunter2-again"))"
    dump(bytes, to: &text)
    dump(try Keys.words("hunter2-again"), to: &text)
    #expect(text.contains("***") && !text.contains("hunter") && !text.contains("104"))
  }

  @Test(.timeLimit(.minutes(1)))
  func `sealing, opening and locking at once stay consistent`() async throws {
    let (vault, _) = try LocalVault.create(master: Keys.raw(1))
    let outcomes = await withTaskGroup(of: Bool.self) { group in
      for worker in 0..<8 {
        group.addTask {
          for round in 0..<100 {
            do {
              if worker == 0 {
                vault.lock()
                try vault.unlock(Keys.raw(1))
              } else {
                let value = [UInt8(worker), UInt8(round)]
                let sealed = try vault.seal(value, as: Self.place)
                let bytes = try vault.open(sealed, as: Self.place)
                if Self.opened(bytes) != value { return false }
              }
            } catch {
              if error as? VaultError != .locked { return false }
            }
          }
          return true
        }
      }
      return await group.reduce(into: []) { $0.append($1) }
    }
    #expect(outcomes.count == 8 && outcomes.allSatisfy { $0 })
  }
}
