package import Domain
import Store
package import Wire

/// Threads and their messages.
package struct Threads: Sendable {
  let core: Core

  /// Makes a thread. A key that is bound to an end-user makes threads of that end-user only.
  /// - Throws: ``QlaudError`` `forbidden` for another end-user.
  package func create(
    endUserID: String?, metadata: JSON.Object, title: String?, defaultModel: String?, system: JSON?,
    offline: OfflineRule? = nil, as principal: Principal
  ) async throws -> Thread {
    let now = core.source.now()
    let thread = Thread(
      id: ThreadID(rawValue: core.source.uuid()), keyID: principal.keyID,
      endUserID: try principal.endUser(endUserID), title: title, metadata: metadata,
      defaultModel: defaultModel, system: system, createdAt: now, lastActiveAt: now,
      offline: offline)
    try await core.store.createThread(thread)
    return thread
  }

  /// Threads that the caller sees, newest active first.
  package func list(limit: Int, cursor: String?, endUserID: String?, as principal: Principal)
    async throws -> Page<Thread>
  {
    try await core.store.threads(
      limit: limit, cursor: cursor, endUserID: try principal.endUser(endUserID),
      visibleTo: principal.visibleKey)
  }

  /// One thread.
  package func get(_ id: ThreadID, as principal: Principal) async throws -> Thread {
    try await core.store.thread(id, visibleTo: principal.visibleKey)
  }

  /// Changes what the change names; metadata is merged one level deep.
  package func update(_ id: ThreadID, _ change: ThreadChange, as principal: Principal) async throws
    -> Thread
  {
    try await core.store.updateThread(id, visibleTo: principal.visibleKey, change)
  }

  /// Deletes softly, or erases at once. What runs in it is cancelled first.
  package func delete(_ id: ThreadID, erase: Bool, as principal: Principal) async throws {
    for turn in try await core.store.activeTurns(of: id, visibleTo: principal.visibleKey) {
      _ = core.running.stop(turn, .cancelled)
      await core.untilEnded(turn)
    }
    let number = try await core.store.indexNumber(of: id)
    if erase {
      try await core.store.eraseThread(id, visibleTo: principal.visibleKey)
    } else {
      try await core.store.deleteThread(id, visibleTo: principal.visibleKey)
    }
    core.meaning.forget(number)
  }

  /// An independent copy of the messages up to a place.
  package func fork(_ id: ThreadID, atSeq: MessageSeq?, as principal: Principal) async throws
    -> Thread
  {
    try await core.store.forkThread(
      id, visibleTo: principal.visibleKey, as: ThreadID(rawValue: core.source.uuid()),
      keyID: principal.keyID, atSeq: atSeq)
  }

  /// One page of messages.
  package struct MessagePage: Sendable {
    package let messages: [Message]
    package let hasMore: Bool
    package let nextAfter: MessageSeq?
    package let nextBefore: MessageSeq?
    /// The summary that stands for the thread's beginning in model calls; nil where there is none.
    package let compaction: Compaction?
  }

  /// Messages by their place; both cursors are exclusive.
  package func messages(
    _ id: ThreadID, order: SortOrder, limit: Int, after: MessageSeq?, before: MessageSeq?,
    as principal: Principal
  ) async throws -> MessagePage {
    _ = try await core.store.thread(id, visibleTo: principal.visibleKey)
    let rows = try await core.store.messages(
      id, order: order, limit: limit + 1, after: after, before: before)
    let page = Array(rows.prefix(limit))
    let last = page.last?.seq
    return MessagePage(
      messages: page, hasMore: rows.count > limit, nextAfter: order == .asc ? last : nil,
      nextBefore: order == .desc ? last : nil,
      compaction: try await core.store.compaction(id))
  }

  /// Summarises the beginning of a thread; its messages stay as they are. A second run finds nothing to do.
  /// - Returns: the newest summary; nil where there is none and nothing to summarise.
  /// - Throws: ``QlaudError`` `not_found`, `invalid_params` without a model, and as a call of the model does.
  package func compact(_ id: ThreadID, model: String?, keep: Int?, as principal: Principal)
    async throws -> Compaction?
  {
    let thread = try await core.store.thread(id, visibleTo: principal.visibleKey)
    var named = model
    if named == nil { named = try await core.store.setting(SettingName.compactModel)?.string }
    named = named ?? thread.defaultModel
    if named == nil { named = try await core.store.setting(SettingName.defaultModel)?.string }
    guard let named else {
      throw QlaudError.invalid(
        "model", "is required: neither the thread nor the settings have a model")
    }
    return try await Compactor(core: core, principal: principal)
      .compact(id, model: named, keep: keep ?? Compactor.keptTurns)
  }

  /// Stores messages without calling a model.
  package func append(_ id: ThreadID, _ drafts: [MessageDraft], as principal: Principal)
    async throws
    -> [MessageSeq]
  {
    try await core.store.appendMessages(id, visibleTo: principal.visibleKey, drafts)
  }
}

extension Principal {
  /// The end-user that a request means: the caller's own where the key is bound to one.
  /// - Throws: ``QlaudError`` `forbidden` where the request names another.
  func endUser(_ asked: String?) throws -> String? {
    guard let endUserID else { return asked }
    guard asked == nil || asked == endUserID else {
      throw QlaudError.forbidden("end_user_id: this key is bound to another end-user")
    }
    return endUserID
  }
}

extension Core {
  /// Returns when a turn no longer runs in this process.
  func untilEnded(_ id: TurnID) async {
    while running.isRunning(id), !Task.isCancelled {
      let seen = work.generation
      if !running.isRunning(id) { return }
      await work.wait(past: seen)
    }
  }
}
