package import Wire

/// A conversation.
package struct Thread: Sendable, Equatable {
  package let id: ThreadID
  /// The key that made it; a standard key sees its own threads only.
  package let keyID: KeyID
  package var endUserID: String?
  package var title: String?
  package var metadata: JSON.Object
  package var defaultModel: String?
  /// System prompt for turns that bring none: a string or content blocks.
  package var system: JSON?
  /// What becomes of turns that say nothing themselves while their provider is out of reach; nil for what their key says.
  package var offline: OfflineRule?
  package let createdAt: Milliseconds
  /// When the last message was stored; lists are ordered by it.
  package var lastActiveAt: Milliseconds
  /// A thread's row.
  package init(
    id: ThreadID, keyID: KeyID, endUserID: String? = nil, title: String? = nil,
    metadata: JSON.Object = [:],
    defaultModel: String? = nil, system: JSON? = nil, createdAt: Milliseconds,
    lastActiveAt: Milliseconds, offline: OfflineRule? = nil
  ) {
    self.offline = offline
    self.id = id
    self.keyID = keyID
    self.endUserID = endUserID
    self.title = title
    self.metadata = metadata
    self.defaultModel = defaultModel
    self.system = system
    self.createdAt = createdAt
    self.lastActiveAt = lastActiveAt
  }
}

/// A page of rows and where the next one starts.
package struct Page<Element: Sendable>: Sendable {
  package let items: [Element]
  /// Opaque to clients; nil on the last page.
  package let nextCursor: String?
  /// A page.
  package init(items: [Element], nextCursor: String?) {
    self.items = items
    self.nextCursor = nextCursor
  }
  package var hasMore: Bool { nextCursor != nil }
}
