package import Wire

/// What an update does to a thread.
package struct ThreadChange: Sendable, Equatable {
  package var title: Change<String>
  package var defaultModel: Change<String>
  package var system: Change<JSON>
  /// Laid over the thread's metadata, one level deep; a member that is null removes the one of its name.
  package var metadata: JSON.Object
  package var endUserID: Change<String>
  package var offline: Change<OfflineRule>
  /// A change.
  package init(
    title: Change<String> = .leave, defaultModel: Change<String> = .leave,
    system: Change<JSON> = .leave, metadata: JSON.Object = [:],
    endUserID: Change<String> = .leave, offline: Change<OfflineRule> = .leave
  ) {
    self.offline = offline
    self.title = title
    self.defaultModel = defaultModel
    self.system = system
    self.metadata = metadata
    self.endUserID = endUserID
  }

  /// The thread after the change.
  package func applied(to thread: Thread) -> Thread {
    var thread = thread
    thread.title = title.applied(to: thread.title)
    thread.defaultModel = defaultModel.applied(to: thread.defaultModel)
    thread.system = system.applied(to: thread.system)
    thread.offline = offline.applied(to: thread.offline)
    thread.endUserID = endUserID.applied(to: thread.endUserID)
    for member in metadata.members {
      // A bare `nil` would be the value null.
      thread.metadata[member.key] = member.value.isNull ? JSON?.none : member.value
    }
    return thread
  }
}
