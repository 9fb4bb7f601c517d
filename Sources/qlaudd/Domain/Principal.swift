import Wire

/// What a key may do.
package enum Scope: String, WireEnum, Comparable {
  /// Threads, messages, search, stateless inference, jobs, its own connections.
  case standard
  /// Everything.
  case admin
  package static func < (left: Scope, right: Scope) -> Bool { left == .standard && right == .admin }
}

/// Who is asking.
package struct Principal: Sendable, Equatable {
  package let keyID: KeyID
  package let scope: Scope
  /// The one end-user that the key is bound to, which a request cannot override.
  package let endUserID: String?
  /// A caller.
  package init(keyID: KeyID, scope: Scope, endUserID: String? = nil) {
    self.keyID = keyID
    self.scope = scope
    self.endUserID = endUserID
  }
  /// The owner of the machine account, on a bare socket connection.
  package static let local = Principal(keyID: .local, scope: .admin)

  /// Which threads the caller sees: nil for all.
  package var visibleKey: KeyID? { scope == .admin ? nil : keyID }
}

/// A key as it is stored and listed. The key's text is shown once, at creation, and only its SHA-256 is kept.
package struct Key: Sendable, Equatable {
  /// The span over which a cap counts.
  package enum Period: String, WireEnum { case lifetime, day, month }
  package let id: KeyID
  package var name: String
  /// The beginning and end of the text, for recognising it: `qlk_live_a1b2…wxyz`.
  package let prefix: String
  package let scope: Scope
  package var endUserID: String?
  /// Nil for no cap.
  package var maxSpend: Microdollars?
  package var period: Period
  package var expiresAt: Milliseconds?
  /// Slugs the key may use; nil for all.
  package var models: [String]?
  /// What becomes of its turns while their provider is out of reach, where neither they nor their thread say so.
  package var offline: OfflineRule?
  package let createdAt: Milliseconds
  package var lastUsedAt: Milliseconds?
  package var revokedAt: Milliseconds?
  /// A key's row.
  package init(
    id: KeyID, name: String, prefix: String, scope: Scope, endUserID: String?,
    maxSpend: Microdollars?, period: Period,
    expiresAt: Milliseconds?, models: [String]?, createdAt: Milliseconds,
    lastUsedAt: Milliseconds? = nil,
    revokedAt: Milliseconds? = nil, offline: OfflineRule? = nil
  ) {
    self.offline = offline
    self.id = id
    self.name = name
    self.prefix = prefix
    self.scope = scope
    self.endUserID = endUserID
    self.maxSpend = maxSpend
    self.period = period
    self.expiresAt = expiresAt
    self.models = models
    self.createdAt = createdAt
    self.lastUsedAt = lastUsedAt
    self.revokedAt = revokedAt
  }
}
