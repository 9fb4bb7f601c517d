package import Wire

/// An event before it has a number.
package struct EventDraft: Sendable, Equatable {
  package let threadID: ThreadID?
  package let turnID: TurnID?
  /// The key that owns the thread; nil for what concerns the whole daemon.
  package let keyID: KeyID?
  /// `message_start`, `qlaud.done`, `thread.created` …
  package let name: String
  /// The data, whose `type` equals the name.
  package let data: JSON
  /// An event to be logged.
  package init(threadID: ThreadID?, turnID: TurnID?, keyID: KeyID?, name: String, data: JSON) {
    self.threadID = threadID
    self.turnID = turnID
    self.keyID = keyID
    self.name = name
    self.data = data
  }
}

/// One entry of the event log.
package struct Event: Sendable, Equatable {
  /// Strictly rising over the whole file, never used twice.
  package let seq: EventSeq
  package let at: Milliseconds
  package let threadID: ThreadID?
  package let turnID: TurnID?
  /// The key that owns the thread; nil for what concerns the whole daemon.
  package let keyID: KeyID?
  package let name: String
  package let data: JSON
  /// A logged event.
  package init(
    seq: EventSeq, at: Milliseconds, threadID: ThreadID?, turnID: TurnID?, keyID: KeyID?,
    name: String, data: JSON
  ) {
    self.seq = seq
    self.at = at
    self.threadID = threadID
    self.turnID = turnID
    self.keyID = keyID
    self.name = name
    self.data = data
  }
}

/// Which events a reader wants and may see.
package struct EventFilter: Sendable, Equatable {
  /// One thread; nil for all.
  package let threadID: ThreadID?
  /// One turn; nil for all.
  package let turnID: TurnID?
  /// The key whose threads are visible; nil for all. Events of the whole daemon are visible to every key.
  package let visibleTo: KeyID?
  /// A filter.
  package init(threadID: ThreadID? = nil, turnID: TurnID? = nil, visibleTo: KeyID? = nil) {
    self.threadID = threadID
    self.turnID = turnID
    self.visibleTo = visibleTo
  }
  /// Whether an event passes.
  package func matches(_ event: Event) -> Bool {
    if let threadID, event.threadID != threadID { return false }
    if let turnID, event.turnID != turnID { return false }
    if let visibleTo, let owner = event.keyID, owner != visibleTo { return false }
    return true
  }
}

/// The names of the events that the daemon itself makes; a model's events keep Anthropic's names.
package enum EventName {
  package static let iterationStart = "qlaud.iteration_start"
  package static let toolDispatchStart = "qlaud.tool_dispatch_start"
  package static let toolDispatchDone = "qlaud.tool_dispatch_done"
  package static let approvalRequired = "qlaud.approval_required"
  package static let approvalResolved = "qlaud.approval_resolved"
  package static let queued = "qlaud.queued"
  package static let retry = "qlaud.retry"
  package static let error = "qlaud.error"
  /// Always last, exactly once a turn (once more after each `turn/retry`).
  package static let done = "qlaud.done"
  /// Stands where a finished message's stream was folded, and holds the message.
  package static let snapshot = "event/snapshot"
  package static let threadCreated = "thread.created"
  package static let threadUpdated = "thread.updated"
  package static let threadDeleted = "thread.deleted"
  package static let messageCreated = "message.created"
  package static let networkOnline = "network.online"
  package static let networkOffline = "network.offline"
  package static let usageUpdated = "usage.updated"
}
