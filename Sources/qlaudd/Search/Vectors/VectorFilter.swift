package import Domain

/// Whose a message is: the key that owns its thread, and the end-user the thread is for.
package struct VectorOwner: Sendable, Hashable {
  package let key: KeyID
  package let endUser: String?
  /// An owner.
  package init(key: KeyID, endUser: String?) {
    self.key = key
    self.endUser = endUser
  }
}

/// Which vectors a query may see. It is applied inside the scan: what it shuts out is never a candidate, takes no
/// candidate's place and leaves no trace in the statistics.
package struct VectorFilter: Sendable {
  /// Only messages of this key's threads; nil for every key's (an admin).
  package var key: KeyID?
  /// Only messages of this end-user's threads; nil for all.
  package var endUser: String?
  /// Only this thread, by its number in the index.
  package var thread: UInt32?
  package var role: Role?
  /// From this moment, inclusive.
  package var since: Milliseconds?
  /// Until this moment, exclusive.
  package var until: Milliseconds?
  /// A filter; all that is nil shuts out nothing.
  package init(
    key: KeyID? = nil, endUser: String? = nil, thread: UInt32? = nil, role: Role? = nil,
    since: Milliseconds? = nil, until: Milliseconds? = nil
  ) {
    self.key = key
    self.endUser = endUser
    self.thread = thread
    self.role = role
    self.since = since
    self.until = until
  }

  func allows(_ owner: VectorOwner, _ role: Role) -> Bool {
    (key == nil || key == owner.key) && (endUser == nil || endUser == owner.endUser)
      && (self.role == nil || self.role == role)
  }
}
