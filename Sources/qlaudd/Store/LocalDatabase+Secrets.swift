package import Domain
import GRDB

/// A secret as the vault sealed it. Its id, name and kind are bound into the seal.
package struct SealedSecret: Sendable, Equatable {
  package let id: String
  package let name: String
  package let kind: String
  package let sealed: [UInt8]
  package let createdAt: Milliseconds
  package let updatedAt: Milliseconds
  /// A sealed secret.
  package init(
    id: String, name: String, kind: String, sealed: [UInt8], createdAt: Milliseconds,
    updatedAt: Milliseconds
  ) {
    self.id = id
    self.name = name
    self.kind = kind
    self.sealed = sealed
    self.createdAt = createdAt
    self.updatedAt = updatedAt
  }
}

extension LocalDatabase {
  /// Stores a secret under its name, over an older one; when it was first made stays.
  package func upsertSecret(_ secret: SealedSecret) async throws {
    try await write { try SecretTable.upsert($0.db, secret) }
  }
  /// The sealed secret of that name; nil where there is none.
  package func secret(named name: String) async throws -> SealedSecret? {
    try look { try SecretTable.get($0, name) }
  }
  /// All secrets by name, without their bytes.
  package func secrets() async throws -> [SecretInfo] {
    try await read { try SecretTable.all($0) }
  }
  /// Forgets a secret; its bytes are overwritten, in the write-ahead log, too.
  /// - Throws: `not_found`; `conflict` while a provider names it.
  package func deleteSecret(named name: String) async throws {
    try await write { transaction in
      if let provider = try ProviderTable.using(transaction.db, secret: name) {
        throw QlaudError.conflict("secret \"\(name)\" is in use by provider \"\(provider)\"")
      }
      guard try SecretTable.delete(transaction.db, name) else {
        throw QlaudError.notFound("secret", "\"\(name)\"")
      }
    }
    try await checkpoint()
  }
  /// The vault's header: its data key, wrapped; nil before the vault is made.
  package func vaultHeader() async throws -> [UInt8]? {
    try look { try SecretTable.header($0) }
  }
  /// Stores the vault's header over an older one, in one step.
  package func setVaultHeader(_ header: [UInt8]) async throws {
    try await write { try SecretTable.setHeader($0.db, header) }
  }
}
