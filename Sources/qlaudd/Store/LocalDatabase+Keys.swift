package import Domain
import GRDB
import Wire

extension LocalDatabase {
  /// Stores a key with the SHA-256 of its text (32 bytes).
  /// - Throws: `conflict` where the id or the hash is taken.
  package func insertKey(_ key: Key, hash: [UInt8]) async throws {
    try await configure { transaction in
      let isTaken =
        try KeyTable.get(transaction.db, key.id) != nil
        || KeyTable.get(transaction.db, hash: hash) != nil
      if isTaken { throw QlaudError.conflict("a key \(key.id) exists already") }
      try KeyTable.insert(transaction.db, key, hash: hash)
    }
  }

  /// The key of that hash, revoked and expired ones included; nil where there is none.
  package func key(hash: [UInt8]) async throws -> Key? {
    try look { try KeyTable.get($0, hash: hash) }
  }
  /// The key of that id; nil where there is none.
  package func key(_ id: KeyID) async throws -> Key? {
    try look { try KeyTable.get($0, id) }
  }
  /// All keys, the built-in `local` first.
  package func keys() async throws -> [Key] { try await read { try KeyTable.all($0) } }

  /// Changes a key.
  /// - Throws: `not_found`; `conflict` for a revoked one.
  package func updateKey(_ id: KeyID, _ change: KeyChange) async throws -> Key {
    try await configure { transaction in
      var key = try Self.stored(transaction.db, id)
      if key.revokedAt != nil { throw QlaudError.conflict("key \(id) is revoked") }
      key.name = change.name ?? key.name
      key.period = change.period ?? key.period
      key.maxSpend = change.maxSpend.applied(to: key.maxSpend)
      key.expiresAt = change.expiresAt.applied(to: key.expiresAt)
      key.models = change.models.applied(to: key.models)
      key.offline = change.offline.applied(to: key.offline)
      try KeyTable.update(transaction.db, key)
      return key
    }
  }

  /// Ends a key for ever; ending it again changes nothing.
  /// - Throws: `not_found`; `conflict` for the built-in one.
  package func revokeKey(_ id: KeyID, now: Milliseconds) async throws {
    try await configure { transaction in
      _ = try Self.stored(transaction.db, id)
      if id == .local { throw QlaudError.conflict("the key local is built in") }
      try KeyTable.revoke(transaction.db, id, at: now)
    }
  }

  /// Notes a use of a key.
  package func touchKey(_ id: KeyID, now: Milliseconds) async throws {
    try await write { try KeyTable.touch($0.db, id, at: now) }
  }

  private static func stored(_ db: Database, _ id: KeyID) throws -> Key {
    guard let key = try KeyTable.get(db, id) else { throw QlaudError.notFound("key", id) }
    return key
  }
}
