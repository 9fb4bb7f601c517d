package import Domain
import Store
import Vault
import Wire

/// Secrets and the vault that seals them. No value is ever read back to a client.
package struct Secrets: Sendable {
  let core: Core

  /// Seals a value under a name, over an older one.
  /// - Throws: ``QlaudError`` `invalid_params` for a name of those that belong to tools.
  package func set(_ name: String, value: Secret) async throws {
    try Self.checkName(name)
    try await core.keeper.set(name, kind: "secret", value: value)
    core.work.ring()
  }

  /// Names and times; those of tools go with their tools and are not listed.
  package func list() async throws -> [SecretInfo] {
    try await core.store.secrets().filter { !$0.name.hasPrefix(LocalDatabase.toolSecrets) }
  }

  private static func checkName(_ name: String) throws {
    if name.hasPrefix(LocalDatabase.toolSecrets) {
      throw QlaudError.invalid("name", "must not begin with \(LocalDatabase.toolSecrets)")
    }
  }

  /// Forgets a value.
  /// - Throws: ``QlaudError`` `conflict` while a provider names it.
  package func delete(_ name: String) async throws {
    try Self.checkName(name)
    try await core.store.deleteSecret(named: name)
  }

  /// How the vault stands.
  package struct VaultStatus: Sendable {
    package let isLocked: Bool
    /// What holds the master key: `key_file`, `passphrase`, `credential`.
    package let master: String
    package let secrets: Int
  }

  /// How the vault stands.
  package func status() async throws -> VaultStatus {
    VaultStatus(
      isLocked: core.keeper.vault.isLocked, master: core.keeper.vault.masterKind.rawValue,
      secrets: try await core.store.secrets().count)
  }

  /// Opens the vault: with a passphrase where it has one, else from the key file or credential.
  package func unlock(passphrase: Secret?) async throws {
    do throws(VaultError) {
      if core.keeper.vault.masterKind == .passphrase {
        guard let passphrase else { throw .wrongKey }
        try core.keeper.vault.unlock(Self.key(passphrase))
      } else {
        try core.keeper.unlock(from: core.masters)
      }
    } catch { throw VaultKeeper.error(error) }
    core.work.ring()
  }

  /// Wipes the keys from memory; what needs a secret waits.
  package func lock() { core.keeper.vault.lock() }

  /// Wraps the data key anew, with a passphrase or back to the key file; the stored values stay.
  package func rekey(passphrase: Secret?) async throws {
    do {
      let master = try passphrase.map(Self.key) ?? core.masters.keyFile()
      let header = try core.keeper.vault.rekey(to: master)
      // Until the new header is stored the old key stays in force.
      try await core.store.setVaultHeader(header)
      try core.keeper.vault.adopt(header)
    } catch let error as VaultError { throw VaultKeeper.error(error) }
  }

  private static func key(_ passphrase: Secret) throws(VaultError) -> MasterKey {
    let result: Result<MasterKey, VaultError> = passphrase.withText { text in
      do throws(VaultError) { return .success(try .passphrase(Array(text.utf8))) } catch {
        return .failure(error)
      }
    }
    return try result.get()
  }
}
