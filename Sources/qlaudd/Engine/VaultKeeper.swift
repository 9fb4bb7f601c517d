import Domain
import Store
package import Vault
import Wire

/// Opens and seals secrets: the one place where the vault and the store meet.
package struct VaultKeeper: Sendable {
  let store: LocalDatabase
  let vault: LocalVault
  let source: Source

  /// Where master keys are that need no person; Main knows the places.
  package struct MasterSources: Sendable {
    /// The systemd credential `qlaud-key`; nil where there is none.
    package let credential: MasterKey?
    /// The key file beside the database; nil where there is none.
    package let readKeyFile: @Sendable () throws(VaultError) -> MasterKey?
    /// Makes the key file.
    package let createKeyFile: @Sendable () throws(VaultError) -> MasterKey
    /// The places to look.
    package init(
      credential: MasterKey?,
      readKeyFile: @escaping @Sendable () throws(VaultError) -> MasterKey?,
      createKeyFile: @escaping @Sendable () throws(VaultError) -> MasterKey
    ) {
      self.credential = credential
      self.readKeyFile = readKeyFile
      self.createKeyFile = createKeyFile
    }

    /// The key for a vault that has none yet: credential first, then the key file, made if need be.
    func first() throws(VaultError) -> MasterKey {
      guard let credential else { return try keyFile() }
      return credential
    }
    /// The key file's key, made if need be.
    func keyFile() throws(VaultError) -> MasterKey {
      if let key = try readKeyFile() { return key }
      return try createKeyFile()
    }
  }

  /// Opens the file's vault, or makes one on first start. A vault whose master key is not there stays
  /// locked: everything that needs no secret works.
  static func open(store: LocalDatabase, source: Source, masters: MasterSources) async throws
    -> VaultKeeper
  {
    guard let header = try await store.vaultHeader() else {
      let (vault, header) = try LocalVault.create(master: masters.first())
      try await store.setVaultHeader(header)
      return VaultKeeper(store: store, vault: vault, source: source)
    }
    let keeper = VaultKeeper(store: store, vault: try LocalVault(header: header), source: source)
    try keeper.unlock(from: masters)
    return keeper
  }

  /// Opens the vault without a person, where its master key can be had so.
  /// - Throws: `VaultError` where the key is there and is wrong.
  func unlock(from masters: MasterSources) throws(VaultError) {
    let key: MasterKey?
    switch vault.masterKind {
    case .credential: key = masters.credential
    case .keyfile: key = try masters.readKeyFile()
    case .passphrase: key = nil
    }
    if let key { try vault.unlock(key) }
  }

  /// A secret's value.
  /// - Throws: ``QlaudError`` `vault_locked`, `secret_missing`.
  func secret(_ name: String) async throws -> Secret {
    guard let row = try await store.secret(named: name) else {
      throw QlaudError(.secretMissing, "no secret \"\(name)\"", details: ["name": .string(name)])
    }
    do throws(VaultError) {
      let opened = try vault.open(row.sealed, as: Self.context(row.kind, name, row.id))
      return opened.withBytes { Secret($0) }
    } catch { throw Self.error(error, name: name) }
  }

  /// Seals and stores a secret, over an older one of that name.
  func set(_ name: String, kind: String, value: Secret) async throws {
    let id = try await store.secret(named: name)?.id
    try await store.upsertSecret(try seal(name, kind: kind, id: id, value: value))
  }

  /// Seals a secret that is stored together with something else; a nil id makes a new one.
  func seal(_ name: String, kind: String, id: String? = nil, value: Secret) throws -> SealedSecret {
    let id = id ?? source.uuid()
    let sealed: [UInt8]
    do {
      let context = Self.context(kind, name, id)
      sealed = try value.withText { try vault.seal($0.utf8, as: context) }
    } catch let error as VaultError { throw Self.error(error, name: name) }
    let now = source.now()
    return SealedSecret(
      id: id, name: name, kind: kind, sealed: sealed, createdAt: now, updatedAt: now)
  }

  private static func context(_ kind: String, _ name: String, _ id: String) -> SealContext {
    SealContext(kind: kind, name: name, rowID: id)
  }

  /// The vault's failures in the protocol's words.
  static func error(_ error: VaultError, name: String? = nil) -> QlaudError {
    switch error {
    case .locked:
      QlaudError(.vaultLocked, "the vault is locked; use vault/unlock", isRetryable: true)
    case .wrongKey, .wrongKind: QlaudError(.forbidden, "the key does not open this vault")
    case .invalid(let field, let problem): QlaudError.invalid(field, problem)
    default:
      QlaudError(.internal, "the vault refused\(name.map { " secret \"\($0)\"" } ?? ""): \(error)")
    }
  }
}
