package import Domain
import Store
import Vault
package import Wire

/// Sends and what becomes of them.
package struct Turns: Sendable {
  let core: Core

  /// A send, its parameters read and checked.
  package struct Send: Sendable {
    package let threadID: ThreadID
    package let content: JSON
    /// All but `thread_id`, `content`, `stream` and `idempotency_key`, by the protocol's names.
    package let request: JSON.Object
    package let idempotencyKey: String?
    /// A send.
    package init(
      threadID: ThreadID, content: JSON, request: JSON.Object, idempotencyKey: String?
    ) {
      self.threadID = threadID
      self.content = content
      self.request = request
      self.idempotencyKey = idempotencyKey
    }
  }

  /// Commits the user's message and a queued turn; nothing is sent before that.
  /// - Throws: ``QlaudError`` for an unknown thread, model or provider, and `conflict` for an
  ///   idempotency key that was used with another request.
  package func submit(_ send: Send, as principal: Principal) async throws -> SubmittedTurn {
    let thread = try await core.store.thread(send.threadID, visibleTo: principal.visibleKey)
    var request = send.request
    request["model"] = .string(try await model(request["model"]?.string, thread, principal))
    request["offline"] = try await core.offlineRule(
      asked: request["offline"], thread.offline, of: principal)
    for slug in request["fallback"].flatMap({ [String](wire: $0) }) ?? [] {
      try await check(model: slug, principal)
    }
    request = try await SendTools.checked(request, core)
    let submission = TurnSubmission(
      turnID: TurnID(rawValue: core.source.uuid()), threadID: thread.id, keyID: principal.keyID,
      request: TurnRequest(request),
      userMessage: MessageDraft(role: .user, content: send.content),
      idempotencyKey: send.idempotencyKey,
      bodyHash: Hex.text(
        Digest.sha256(JSON.array([.object(send.request), send.threadID.json, send.content]).bytes)),
      visibleTo: principal.visibleKey)
    return try await begin(submission)
  }

  /// Stores a turn, and hands it to the runner at once where it is the next one anyway.
  private func begin(_ submission: TurnSubmission) async throws -> SubmittedTurn {
    let id = submission.turnID
    let isReserved = core.running.reserve(id, atMost: Runner.concurrency)
    let submitted: SubmittedTurn
    do {
      submitted = try await core.store.submit(
        submission, beginningAt: isReserved ? core.steady() : nil)
    } catch {
      if isReserved { core.running.end(id) }
      throw error
    }
    let isHanded = submitted.isBegun && core.running.hand(submitted.turn)
    if isReserved, !isHanded {
      core.running.end(id)
      if submitted.isBegun {
        try await core.store.parkTurn(
          id, Parking(reason: "shutdown", retryAt: nil, isAttempt: false))
      }
    }
    core.work.ring()
    return submitted
  }

  private func model(_ asked: String?, _ thread: Thread, _ principal: Principal) async throws
    -> String
  {
    var named = asked ?? thread.defaultModel
    if named == nil { named = try await core.store.setting(SettingName.defaultModel)?.string }
    guard let slug = named else {
      throw QlaudError.invalid(
        "model", "is required: neither the thread nor the settings have a default model")
    }
    try await check(model: slug, principal)
    return slug
  }

  /// - Throws: `not_found` for a model that leads nowhere, `forbidden` for one that the key may not use.
  private func check(model slug: String, _ principal: Principal) async throws {
    _ = try await ModelRouter(store: core.store).routes(slug)
    if let allowed = try await core.store.key(principal.keyID)?.models,
      !allowed.contains(where: { $0.lowercased() == slug.lowercased() })
    {
      throw QlaudError.forbidden("model: this key may not use \"\(slug)\"")
    }
  }

  /// Where a turn stands for a caller who waits.
  package enum Standing: Sendable {
    /// Finished, with its last assistant message.
    case done(Turn, Message)
    /// Parked: the answer comes later as events.
    case parked(Turn)
  }

  /// Waits until a turn is finished or parked.
  /// - Throws: ``QlaudError``: what made the turn fail, or `cancelled`.
  package func standing(_ submitted: SubmittedTurn) async throws -> Standing {
    var told: Event?
    if !submitted.turn.status.isFinal { told = try await untilSettled(submitted) }
    let turn = try await core.store.turn(submitted.turn.id, visibleTo: nil)
    switch turn.status {
    case .done:
      guard let thread = turn.threadID, let seq = turn.assistantSeq,
        let message = try await core.store.messages(
          thread, order: .asc, limit: 1, after: seq - 1, before: nil
        ).first
      else { throw QlaudError.notFound("message of turn", turn.id) }
      return .done(turn, message)
    case .failed: throw QlaudError(stored: turn.error)
    case .cancelled:
      throw QlaudError(.cancelled, "the turn was cancelled", details: ["turn_id": turn.id.json])
    case .queued, .running, .waiting:
      // It was parked, which is what the caller has waited for, even if it is being tried again by now: it is answered as it was
      // told.
      var parked = turn
      parked.status = .queued
      parked.reason = told?.data["reason"]?.string ?? turn.reason
      parked.retryAt = told?.data["retry_at"]?.int ?? turn.retryAt
      return .parked(parked)
    }
  }

  /// - Returns: the word that it was parked; nil where it has ended.
  private func untilSettled(_ submitted: SubmittedTurn) async throws -> Event? {
    let feed = core.events.feed(
      after: submitted.cursor, matching: EventFilter(turnID: submitted.turn.id),
      until: submitted.turn.id)
    for try await page in feed {
      if let told = page.last(where: { $0.name == EventName.queued }) { return told }
    }
    return nil
  }

  /// The events of one turn from a cursor on, to its end.
  package func feed(of turn: TurnID, after cursor: EventSeq) -> EventFeed {
    core.events.feed(after: cursor, matching: EventFilter(turnID: turn), until: turn)
  }

  /// One turn.
  package func get(_ id: TurnID, as principal: Principal) async throws -> Turn {
    try await core.store.turn(id, visibleTo: principal.visibleKey)
  }

  /// Turns, newest first.
  package func list(
    thread: ThreadID?, status: Turn.Status?, limit: Int, cursor: String?, as principal: Principal
  ) async throws -> Page<Turn> {
    try await core.store.turns(
      thread: thread, status: status, limit: limit, cursor: cursor, visibleTo: principal.visibleKey)
  }

  /// Stops a turn: one that is queued at once, one that runs as soon as its upstream call is cut. What was
  /// streamed so far stays as the turn's message.
  /// - Throws: ``QlaudError`` `conflict` where the turn has ended.
  package func cancel(_ id: TurnID, as principal: Principal) async throws -> Turn {
    let turn = try await core.store.cancelQueuedTurn(id, visibleTo: principal.visibleKey)
    guard turn.status == .running || turn.status == .waiting else {
      core.work.ring()
      return turn
    }
    _ = core.running.stop(id, .cancelled)
    await core.untilEnded(id)
    return try await core.store.turn(id, visibleTo: principal.visibleKey)
  }

  /// Runs a failed or cancelled turn again; with `asFork` answers any finished turn anew in a copy of
  /// the thread up to its user message.
  package func retry(_ id: TurnID, asFork: Bool, as principal: Principal) async throws
    -> SubmittedTurn
  {
    let submitted =
      asFork
      ? try await retryInFork(id, as: principal)
      : try await core.store.retryTurn(id, visibleTo: principal.visibleKey)
    core.work.ring()
    return submitted
  }

  private func retryInFork(_ id: TurnID, as principal: Principal) async throws -> SubmittedTurn {
    let turn = try await core.store.turn(id, visibleTo: principal.visibleKey)
    guard turn.status.isFinal else { throw QlaudError.conflict("turn \(id) has not ended") }
    guard let thread = turn.threadID, let seq = turn.userSeq,
      let question = try await core.store.messages(
        thread, order: .asc, limit: 1, after: seq - 1, before: nil
      ).first
    else { throw QlaudError.conflict("turn \(id) has no user message") }
    let fork = try await Threads(core: core).fork(thread, atSeq: seq - 1, as: principal)
    return try await submit(
      Send(
        threadID: fork.id, content: question.content, request: turn.request.json,
        idempotencyKey: nil), as: principal)
  }

}

extension QlaudError {
  /// The error of a failed turn as its row keeps it.
  init(stored: JSON?) {
    var details = stored?.object ?? [:]
    let kind = details["kind"]?.string.flatMap(Kind.init(rawValue:)) ?? .internal
    let message = details["message"]?.string ?? "the turn failed"
    let isRetryable = details["retryable"] == true
    for name in ["kind", "message", "retryable"] { details[name] = nil }
    self.init(kind, message, details: details, isRetryable: isRetryable)
  }
}
