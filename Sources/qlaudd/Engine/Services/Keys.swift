package import Domain
import Logging
import Store
import Vault
import Wire

/// API keys: who may call.
package struct Keys: Sendable {
  let core: Core

  /// What a new key is to be.
  package struct Draft: Sendable {
    package let name: String
    package let scope: Scope
    package let maxSpend: Microdollars?
    package let period: Key.Period
    package let endUserID: String?
    package let expiresAt: Milliseconds?
    package let models: [String]?
    package let offline: OfflineRule?
    /// A key to be made.
    package init(
      name: String, scope: Scope, maxSpend: Microdollars?, period: Key.Period, endUserID: String?,
      expiresAt: Milliseconds?, models: [String]?, offline: OfflineRule? = nil
    ) {
      self.offline = offline
      self.name = name
      self.scope = scope
      self.maxSpend = maxSpend
      self.period = period
      self.endUserID = endUserID
      self.expiresAt = expiresAt
      self.models = models
    }
  }

  /// Random bytes of a key's text: 64 hex digits.
  private static let secretBytes = 32
  private static let textPrefix = "qlk_live_"
  /// A key's last use is noted at most this often.
  private static let touchInterval: Milliseconds = 60_000

  /// Makes a key; its text is returned here and never again.
  package func create(_ draft: Draft) async throws -> (key: Key, text: String) {
    let text = Self.textPrefix + Hex.text(core.source.randomBytes(Self.secretBytes))
    let key = Key(
      id: KeyID(rawValue: core.source.uuid()), name: draft.name,
      prefix: "\(text.prefix(Self.textPrefix.count + 4))…\(text.suffix(4))", scope: draft.scope,
      endUserID: draft.endUserID, maxSpend: draft.maxSpend, period: draft.period,
      expiresAt: draft.expiresAt, models: draft.models, createdAt: core.source.now(),
      offline: draft.offline)
    try await core.store.insertKey(key, hash: Digest.sha256(Array(text.utf8)))
    return (key, text)
  }

  /// A key and what counts against its cap.
  package struct Standing: Sendable {
    package let key: Key
    /// Settled in the cap's span.
    package let spent: Microdollars
    /// Held by calls under way.
    package let reserved: Microdollars
  }

  /// The keys, the built-in one included.
  package func list() async throws -> [Standing] {
    let spans = core.source.spans(core.source.now())
    var standings: [Standing] = []
    for key in try await core.store.keys() {
      let sums = try await core.store.spending(of: key.id, since: spans.span(key.period).since)
      standings.append(Standing(key: key, spent: sums.settled, reserved: sums.reserved))
    }
    return standings
  }

  /// Changes a key.
  package func update(_ id: KeyID, _ change: KeyChange) async throws -> Key {
    try await core.store.updateKey(id, change)
  }

  /// Ends a key for ever; the next request with it fails.
  package func revoke(_ id: KeyID) async throws {
    guard id != .local else {
      throw QlaudError.conflict("the key local is built in; set require_key instead")
    }
    try await core.store.revokeKey(id, now: core.source.now())
  }

  /// Who a key's text is.
  /// - Throws: ``QlaudError`` `unauthorized` for one that is unknown, revoked or expired.
  package func authenticate(_ text: String) async throws -> Principal {
    let now = core.source.now()
    let hash = Digest.sha256(Array(text.utf8))
    guard text.hasPrefix(Self.textPrefix), let key = try await core.store.key(hash: hash),
      key.revokedAt == nil, key.expiresAt.map({ $0 > now }) ?? true
    else { throw QlaudError(.unauthorized, "the key is unknown, revoked or expired") }
    if now - (key.lastUsedAt ?? 0) > Self.touchInterval {
      // On a full disk the key is as good as before.
      do { try await core.store.touchKey(key.id, now: now) } catch let error as QlaudError
        where error.isStorageRefusal
      {
        core.logger.warning("a key's use was not noted", metadata: ["error": "\(error.message)"])
      }
    }
    return Principal(keyID: key.id, scope: key.scope, endUserID: key.endUserID)
  }

  /// Whether a principal still may call: its key may have been revoked meanwhile.
  package func confirm(_ principal: Principal) async throws {
    guard principal.keyID != .local else { return }
    let now = core.source.now()
    guard let key = try await core.store.key(principal.keyID), key.revokedAt == nil,
      key.expiresAt.map({ $0 > now }) ?? true
    else { throw QlaudError(.unauthorized, "the key was revoked or has expired") }
  }

  /// Who a bare connection is.
  /// - Throws: ``QlaudError`` `unauthorized` where the setting `require_key` is on.
  package func ambient() async throws -> Principal {
    if try await core.store.setting(SettingName.requireKey) == true {
      throw QlaudError(
        .unauthorized, "a key is required: use initialize {key}, x-api-key or Authorization")
    }
    return .local
  }
}
