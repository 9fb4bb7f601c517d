import Domain
import Logging
import Store
import Upstream
import Wire

/// One try at a turn's next model call at one host: history, stream. Reads the store, writes only events
/// and the start of the iteration; what came of it is returned.
struct Attempt: Sendable {
  let core: Core
  let turn: Turn
  /// Which model call of the turn it is, from 1.
  let iteration: Int
  /// What the model is offered.
  let tools: [ModelCall.Tool]
  /// Where the call goes.
  let host: PlannedHost
  /// What is known of the turn's thread; nil where it is to be read.
  let conversation: Conversation?
  /// Which of the calls that the turn may make for this one: another host's or model's, or one with less of the thread, is another.
  let variant: String

  private var route: Route { host.route }

  /// How a try ended.
  enum End: Sendable {
    /// In a way that another try would not change.
    case over(TurnRun.Outcome)
    /// The host failed.
    case broke(UpstreamFailure, Call?)
  }

  /// A model call as far as it came.
  struct Call: Sendable {
    var reply: Reply
    let route: Route
    let terms: Accountant.Terms
    /// What of the thread it carries.
    let input: HistoryReader.Input
    /// What the host says was used, or an estimate that is marked as one.
    let usage: Usage
    let iteration: Int
    /// Names the call in the events, in the usage table and in the ledger.
    let requestID: String
    var latency: Duration
    var status: Int
    /// The last event before this call's first one.
    let cursor: EventSeq
    /// When it began, on the steady clock.
    let began: Milliseconds
    /// Whether the turn ends here only because it may make no further call.
    var hitMaxIterations = false
    /// Whether anything of the reply was streamed.
    var hasStreamed: Bool { !reply.id.isEmpty || !reply.blocks.isEmpty }

    /// The whole reply as a message to be stored.
    var draft: MessageDraft { draft(reply.blocks) }

    /// The same of a reply that broke off; nil where there is nothing worth keeping. Only finished text stays: half a tool call must
    /// never be run.
    var brokenDraft: MessageDraft? {
      let blocks = reply.blocks.filter(Self.survivesBreak)
      return blocks.isEmpty ? nil : draft(blocks)
    }

    private func draft(_ blocks: [Block]) -> MessageDraft {
      MessageDraft(
        role: .assistant, content: .array(blocks.map(\.json)), requestID: reply.id,
        model: route.slug, stopReason: reply.stopReason, usage: usage)
    }

    private static func survivesBreak(_ block: Block) -> Bool {
      block.type == "text" && block["text"]?.string?.isEmpty == false
    }

    /// The call for the usage table; nil where nothing came.
    func usageRecord(_ turn: Turn, now: Milliseconds) -> UsageRecord? {
      guard hasStreamed else { return nil }
      return UsageRecord(
        id: requestID, keyID: turn.keyID, threadID: turn.threadID, turnID: turn.id,
        provider: route.provider.name, model: route.slug, usage: usage,
        cost: terms.cost(of: usage),
        latencyMs: latency.milliseconds, status: status, createdAt: now)
    }
  }

  /// Never throws.
  func run() async -> End {
    var call: Call?
    do {
      try await stream(into: &call)
      return .over(call.map(TurnRun.Outcome.finished) ?? .stopped(nil))
    } catch let failure as UpstreamFailure where failure.kind != .cancelled {
      return .broke(failure, call)
    } catch {
      return .over(Self.outcome(of: error, turn, core, call))
    }
  }

  /// What an error makes of the turn.
  static func outcome(of error: any Error, _ turn: Turn, _ core: Core, _ call: Call? = nil)
    -> TurnRun.Outcome
  {
    switch error {
    case is CancellationError, is UpstreamFailure: return .stopped(call)
    case let error as QlaudError where error.kind == .vaultLocked:
      return .parked(
        Parking(reason: "vault_locked", lane: Turn.vaultLane, retryAt: nil, isAttempt: false), call)
    case let error as QlaudError where error.isStorageRefusal:
      // Nothing that a turn may be blamed for, and nothing was sent that ``Core/persist(_:)`` has not kept.
      return .parked(
        Parking(reason: "storage", retryAt: core.steady() + 1000, isAttempt: false), call)
    case let error as QlaudError: return .failed(error, call)
    default:
      core.logger.error("a turn failed", metadata: ["turn": "\(turn.id)", "error": "\(error)"])
      return .failed(QlaudError(.internal, "the turn could not be run"), call)
    }
  }

  private func stream(into call: inout Call?) async throws {
    let secret = try await core.keeper.secret(of: route.provider)
    let requestID = core.source.uuid()
    let job = try await jobCall()
    let terms = host.terms.writing(atMost: job?.maxTokens ?? turn.request.maxTokens)
    let (ordinary, input) = try await modelCall(terms)
    var named = job ?? ordinary
    if job != nil { named.maxTokens = terms.maxOutput }
    named.idempotencyKey = idempotencyKey
    let request = named
    let opening = TurnEvents.make(
      EventName.iterationStart, of: turn,
      ["iteration": .integer(iteration), "request_id": .string(requestID)])
    let hold = core.accountant.hold(
      requestID, for: turn.keyID, turn: turn.id, call: request, terms)
    let lease = core.running.lease(turn.id)
    let cursor = try await core.persist {
      try await core.store.startIteration(
        turn.id, iteration: iteration, requestID: requestID, hold: hold,
        isKept: lease?.isKept == true, events: [opening])
    }
    lease?.keep()

    let clock = ContinuousClock()
    let (start, began) = (clock.now, core.steady())
    var assembler = ReplyAssembler()
    func current() -> Call {
      Call(
        reply: assembler.reply, route: route, terms: terms, input: input,
        usage: Accountant.usage(of: assembler.reply, to: request, isWhole: assembler.isComplete),
        iteration: iteration, requestID: requestID,
        latency: clock.now - start, status: 200, cursor: cursor, began: began)
    }
    call = current()
    var events = try await core.upstream.stream(request, provider: route.provider, secret: secret)
      .makeAsyncIterator()
    await core.noteAnswer(to: turn.id, by: route.provider, model: route.upstreamModel)
    do {
      while let together = try await events.nextTogether() {
        try await log(together)
        for event in together {
          do throws(InvalidParams) { try assembler.take(event) } catch {
            // The text of the broken input stays on the block; dispatch answers it with an error.
            continue
          }
        }
      }
    } catch {
      call = current()
      throw error
    }
    call = current()
    // A stream that ends early does so with an error, unless this task was cancelled.
    if !assembler.isComplete { throw CancellationError() }
  }

  /// The end of a block is written at once, but for the last one's: the reply itself is stored then, and what waits with it.
  private func log(_ events: [StreamEvent]) async throws {
    var drafts: [EventDraft] = []
    var (endsBlock, endsReply) = (false, false)
    for event in events {
      switch event {
      case .ping: continue
      case .blockStop: endsBlock = true
      case .messageStop: endsReply = true
      default: break
      }
      guard let (name, data) = event.wire else { continue }
      drafts.append(
        EventDraft(
          threadID: turn.threadID, turnID: turn.id, keyID: turn.ownerKeyID, name: name, data: data))
    }
    guard !drafts.isEmpty else { return }
    let (all, isUrgent) = (drafts, endsBlock && !endsReply)
    try await core.persist { try await core.events.append(all, urgent: isUrgent) }
  }

  /// Names the call to providers that carry out a named one once: the same for every try of it, over parkings and restarts;
  /// another where another request is sent, and after `turn/retry`, which begins anew.
  private var idempotencyKey: String {
    "qlaud-\(turn.id)-\(turn.startedAt ?? turn.createdAt)-\(iteration)-\(variant)"
  }

  /// What a job calls; nil for the turn of a thread.
  private func jobCall() async throws -> ModelCall? {
    guard turn.threadID == nil else { return nil }
    let request = Inference.Request(stored: try await core.store.jobCall(turn.id))
    return Inference.addressed(request, to: route)
  }

  private func modelCall(_ terms: Accountant.Terms) async throws
    -> (ModelCall, HistoryReader.Input)
  {
    let request = turn.request.json
    var system = request["system"]?.nonNull
    if let threadID = turn.threadID, system == nil {
      system = try await core.store.thread(threadID, visibleTo: nil).system
    }
    let blocks = Block.list(system ?? .null)
    let reader = HistoryReader(
      core: core, turn: turn, route: route, terms: terms, system: blocks, tools: tools)
    var input = try await reader.read(conversation)
    if try await AutoCompaction(core: core, turn: turn, route: route).run(input) {
      input = try await reader.read()
    }
    let call = ModelCall(
      model: route.upstreamModel, maxTokens: input.maxOutput, system: blocks,
      messages: input.messages, tools: tools, toolChoice: toolChoice,
      thinking: request["thinking"]?.nonNull,
      temperature: request["temperature"]?.double, topP: request["top_p"]?.double,
      topK: request["top_k"]?.int.map(Int.init(clamping:)),
      stopSequences: request["stop_sequences"]?.array?.compactMap(\.string) ?? [],
      cachesPrompt: true)
    return (call, input)
  }

  /// A choice that forces a call holds for the first model call only: the turn would never end else.
  private var toolChoice: JSON? {
    guard var choice = turn.request.json["tool_choice"]?.object else { return nil }
    let isForced = choice["type"] == "any" || choice["type"] == "tool"
    guard iteration > 1, isForced else { return .object(choice) }
    choice["type"] = "auto"
    choice["name"] = nil
    return .object(choice)
  }
}

extension QlaudError {
  /// An upstream's failure in the protocol's words.
  init(upstream failure: UpstreamFailure, provider: String) {
    var details: JSON.Object = ["provider": .string(provider)]
    if let status = failure.status { details["status"] = .integer(status) }
    if let wait = failure.retryAfter { details["retry_after"] = .integer(wait.components.seconds) }
    let isOffline = failure.kind == .unreachable
    self.init(
      isOffline ? .offline : .upstreamError, failure.message, details: details,
      isRetryable: failure.isRetryable)
  }
}

extension VaultKeeper {
  /// A provider's key; nil for one that needs none.
  func secret(of provider: Provider) async throws -> Secret? {
    guard let name = provider.secretName else { return nil }
    return try await secret(name)
  }
}
