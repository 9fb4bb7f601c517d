package import Wire

/// One send and all that follows from it: model calls, tool calls, the reply. The outbox is the turns in state `queued`.
package struct Turn: Sendable, Equatable {
  /// Where a turn stands; ``Status/after(_:)`` says how it moves.
  package enum Status: String, WireEnum {
    case queued, running, waiting, done, failed, cancelled
    /// Those that something may still come of.
    package static let unfinished: [Status] = [.queued, .running, .waiting]
    /// Whether nothing more will happen by itself.
    package var isFinal: Bool { self == .done || self == .failed || self == .cancelled }
  }

  package let id: TurnID
  /// Nil for a job.
  package let threadID: ThreadID?
  /// The key that sent it.
  package let keyID: KeyID
  /// The key that owns its thread, else the sender: the one its events belong to.
  package let ownerKeyID: KeyID
  package var status: Status
  /// What was asked, as stored: the parameters of the send but for the content.
  package let request: TurnRequest
  /// The user message that the turn answers.
  package let userSeq: MessageSeq?
  /// The last assistant message of the turn.
  package var assistantSeq: MessageSeq?
  /// Model calls made so far.
  package var iterations: Int
  /// Times the upstream was tried in vain since the turn was last queued.
  package var attempts: Int
  /// Not before this moment; nil for at once.
  package var retryAt: Milliseconds?
  /// Why it waits: `offline`, `rate_limited`, `overloaded`, `vault_locked`, `paused`, `shutdown`.
  package var reason: String?
  /// What it waits for in the queue: a name of ``Lane``, or ``vaultLane``; nil for nothing but its turn.
  package var lane: String?
  /// When the model call began that is out now; nil where none is.
  package var callStartedAt: Milliseconds?
  /// Model calls that were sent and of which nobody knows whether the provider carried them out, because the daemon or the
  /// connection ended before the answer was stored.
  package var unknownOutcomes: Int
  package var error: JSON?
  /// Nil where a model had no price.
  package var cost: Microdollars?
  package let idempotencyKey: String?
  package let createdAt: Milliseconds
  package var startedAt: Milliseconds?
  package var finishedAt: Milliseconds?

  /// A turn's row.
  package init(
    id: TurnID, threadID: ThreadID?, keyID: KeyID, ownerKeyID: KeyID? = nil,
    status: Status = .queued, request: TurnRequest,
    userSeq: MessageSeq?, assistantSeq: MessageSeq? = nil, iterations: Int = 0, attempts: Int = 0,
    retryAt: Milliseconds? = nil, reason: String? = nil, error: JSON? = nil,
    cost: Microdollars? = 0,
    idempotencyKey: String? = nil, createdAt: Milliseconds, startedAt: Milliseconds? = nil,
    finishedAt: Milliseconds? = nil, lane: String? = nil, callStartedAt: Milliseconds? = nil,
    unknownOutcomes: Int = 0
  ) {
    self.id = id
    self.threadID = threadID
    self.keyID = keyID
    self.ownerKeyID = ownerKeyID ?? keyID
    self.status = status
    self.request = request
    self.userSeq = userSeq
    self.assistantSeq = assistantSeq
    self.iterations = iterations
    self.attempts = attempts
    self.retryAt = retryAt
    self.reason = reason
    self.error = error
    self.cost = cost
    self.idempotencyKey = idempotencyKey
    self.createdAt = createdAt
    self.startedAt = startedAt
    self.finishedAt = finishedAt
    self.lane = lane
    self.callStartedAt = callStartedAt
    self.unknownOutcomes = unknownOutcomes
  }

  /// The lane of turns that wait for the vault's key; no provider can have this name.
  package static let vaultLane = ":vault"
}

/// The parameters of a send that the runner needs; stored with the turn as one JSON object in the protocol's own names.
package struct TurnRequest: Sendable, Equatable {
  /// The members, by the names of `message/send`: model, max_tokens, system, temperature …
  package let json: JSON.Object
  /// The parameters as they were checked.
  package init(_ json: JSON.Object) { self.json = json }
  package var model: String { json["model"]?.string ?? "" }
  package var maxTokens: Int { Int(clamping: json["max_tokens"]?.int ?? 0) }
  package var maxIterations: Int { Int(clamping: json["max_iterations"]?.int ?? 8) }
  /// The registered tools that the turn may call, by their ids.
  package var tools: [ToolID] { json["tools"].flatMap { [ToolID](wire: $0) } ?? [] }
  package var toolsMode: ToolsMode? { json["tools_mode"].flatMap(ToolsMode.init(wire:)) }
  /// Tools that the client runs: `{name, description, input_schema}` each.
  package var clientTools: [JSON] { json["client_tools"]?.array ?? [] }
  /// Models to be asked where the first one cannot answer; nil leaves it to the settings.
  package var fallback: [String]? { json["fallback"].flatMap { [String](wire: $0) } }
  package var notAfter: Milliseconds? { json["not_after"]?.int }
  package var offline: OfflineRule {
    json["offline"]?.string.flatMap(OfflineRule.init(rawValue:)) ?? .queue
  }
}

/// Which registered tools a model is offered.
package enum ToolsMode: String, WireEnum {
  /// The meta-tools, by which it finds the others.
  case dynamic
  /// Those that the send names.
  case explicit
  /// All of them.
  case tenant
}

/// What becomes of a turn whose upstream is out of reach.
package enum OfflineRule: String, WireEnum { case queue, fail, local }
