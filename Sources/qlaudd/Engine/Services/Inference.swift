package import Domain
import Logging
import Store
import Upstream
import Wire

/// Model calls that belong to no thread: the caller brings the whole conversation and runs its own tools. Nothing is
/// stored of them but their usage.
package struct Inference: Sendable {
  let core: Core

  /// What is asked.
  package struct Request: Sendable, Equatable {
    /// The call; its `model` is the name as the caller gave it.
    package var call: ModelCall
    /// Whether the caller named no limit of output, so that `call.maxTokens` is to be chosen here.
    package let hasOpenLimit: Bool
    /// Models to be asked, in order, where the first cannot answer; nil for those of the settings.
    package let fallback: [String]?
    /// A call to be made.
    package init(call: ModelCall, hasOpenLimit: Bool = false, fallback: [String]? = nil) {
      self.call = call
      self.hasOpenLimit = hasOpenLimit
      self.fallback = fallback
    }
  }

  /// Output tokens where neither the caller nor the catalog names a limit.
  static let defaultMaxTokens = 4_096
  /// Output tokens that are asked for unasked, whatever the catalog allows.
  static let mostDefaultTokens = 32_768

  /// Asks a model and hands each event of its reply to `take`, in order, waiting for it each time. The first one comes
  /// after the provider has accepted the call: what throws before is an error of the whole request. Cancelling the
  /// task, or an error of `take`, ends the upstream call. Whatever the end, what was used is recorded before this
  /// returns; where the provider had no time to say it, as an estimate marked as such. Where a host fails before it has
  /// accepted the call, the model's next host is asked, then the models that stand in for it.
  /// - Returns: the reply, whole, with the model's name as it was asked for.
  /// - Throws: ``QlaudError`` `not_found`, `forbidden`, `invalid_params`, `upstream_error`, `offline`, `vault_locked`,
  ///   `secret_missing`; `CancellationError`; what `take` throws.
  package func run(
    _ request: Request, as principal: Principal, _ take: (StreamEvent) async throws -> Void
  ) async throws -> Reply {
    var rest = try await plan(request, as: principal)[...]
    while let route = rest.popFirst() {
      do { return try await run(request, at: route, as: principal, take) } catch let error
        as Refused
      {
        guard !rest.isEmpty, RetryPolicy.anotherMayAnswer(error.failure) else {
          throw Self.seen(error.failure, at: route)
        }
      }
    }
    throw QlaudError.notFound("model", "\"\(request.call.model)\"")
  }

  /// The hosts to ask, in order. A model of the settings that is not known, or that the key may not use, stands in for none.
  /// - Throws: `not_found` and `forbidden` for the model and the fallback that the request names.
  private func plan(_ request: Request, as principal: Principal) async throws -> [Route] {
    var routes = try await routes(request.call.model, as: principal)
    if let named = request.fallback {
      for slug in named { routes += try await self.routes(slug, as: principal) }
      return routes
    }
    let set = try await core.store.setting(SettingName.fallback).flatMap { [String](wire: $0) }
    for slug in set ?? [] {
      do { routes += try await self.routes(slug, as: principal) } catch let error as QlaudError {
        guard error.kind == .notFound || error.kind == .forbidden else { throw error }
      }
    }
    return routes
  }

  /// A host that did not accept a call; nothing of a reply came.
  private struct Refused: Error { let failure: UpstreamFailure }

  private func run(
    _ request: Request, at route: Route, as principal: Principal,
    _ take: (StreamEvent) async throws -> Void
  ) async throws -> Reply {
    let secret = try await core.keeper.secret(of: route.provider)
    var call = Self.addressed(request, to: route)
    let account = try await reserve(&call, route, principal)
    var meter = ReplyMeter(call: call, slug: route.slug, fallbackID: "msg_" + core.source.uuid())
    do {
      let events = try await core.upstream.stream(call, provider: route.provider, secret: secret)
      meter.wasAccepted = true
      // What turns wait for may be back.
      await core.noteAnswer(
        to: TurnID(rawValue: account.id), by: route.provider, model: route.upstreamModel)
      for try await event in events { try await take(meter.pass(event)) }
      guard meter.isComplete else { throw CancellationError() }
    } catch {
      await settle(account, meter.usage)
      if !meter.wasAccepted, let failure = error as? UpstreamFailure {
        throw Refused(failure: failure)
      }
      throw Self.seen(error, at: route)
    }
    await settle(account, meter.usage)
    return meter.reply
  }

  /// Counts the input tokens of a call: by the provider where it can, else as an estimate.
  package func countTokens(_ request: Request, as principal: Principal) async throws -> TokenCount {
    let route = try await route(request.call.model, as: principal)
    let secret = try await core.keeper.secret(of: route.provider)
    do throws(UpstreamFailure) {
      return try await core.upstream.countTokens(
        Self.addressed(request, to: route), provider: route.provider, secret: secret)
    } catch { throw Self.seen(error, at: route) }
  }

  /// Embeds texts. The vectors stand in the order of the input.
  /// - Throws: as ``run(_:as:_:)``; `invalid_params` for a provider whose shape has no embeddings.
  package func embed(_ call: EmbeddingCall, as principal: Principal) async throws -> EmbeddingReply
  {
    let route = try await route(call.model, for: .embedding, as: principal)
    let secret = try await core.keeper.secret(of: route.provider)
    var call = call
    call.model = route.upstreamModel
    // For the books it is a call that reads its input and writes nothing.
    let input = ModelCall.Message(role: .user, blocks: [.text(call.input.text)])
    var booked = ModelCall(model: call.model, maxTokens: 0, messages: [input])
    let account = try await reserve(&booked, route, principal)
    do throws(UpstreamFailure) {
      var reply = try await core.upstream.embed(call, provider: route.provider, secret: secret)
      await settle(account, reply.usage)
      reply.model = route.slug
      return reply
    } catch {
      await settle(account, nil)
      throw Self.seen(error, at: route)
    }
  }

  /// A model that can be asked by its name.
  package struct KnownModel: Sendable, Equatable {
    package let id: String
    package let provider: String
    package let updatedAt: Milliseconds
  }

  /// The models that a key may use by name: those that were set, the default one, and the shipped list's at providers
  /// that are set up. Any other model of a provider can be asked for as `provider/model`.
  package func models(as principal: Principal) async throws -> [KnownModel] {
    var known = try await core.store.models().map {
      KnownModel(id: $0.slug, provider: $0.provider, updatedAt: $0.updatedAt)
    }
    if let name = try await core.store.setting(SettingName.defaultModel)?.string {
      let provider = name.firstIndex(of: "/").map { String(name[..<$0]) }
      let row = try await core.store.model(name)
      if row == nil {
        known.append(KnownModel(id: name, provider: provider ?? "", updatedAt: 0))
      }
    }
    for entry in try await Accounts(core: core).models(availableOnly: true) {
      known.append(KnownModel(id: entry.slug, provider: entry.provider, updatedAt: 0))
    }
    let allowed = try await core.store.key(principal.keyID)?.models
    let names = allowed.map { Set($0.map { $0.lowercased() }) }
    var seen: Set<String> = []
    return known.filter { model in
      let name = model.id.lowercased()
      return names?.contains(name) != false && seen.insert(name).inserted
    }
  }
}

extension Inference {
  /// One model by any name that a call may bear: a slug in any case, an alias, `provider/model`.
  /// - Throws: `not_found` for a model that is not known, whose provider is not set up or that the key may not use.
  package func model(_ name: String, as principal: Principal) async throws -> KnownModel {
    let asked = name.lowercased()
    if let allowed = try await core.store.key(principal.keyID)?.models,
      !allowed.contains(where: { $0.lowercased() == asked })
    {
      throw QlaudError.notFound("model", "\"\(name)\"")
    }
    let row = try await core.store.model(name)
    let route = try await anyRoute(name)
    let listed = Catalog.shipped.hosts(of: name).first?.model
    return KnownModel(
      id: row?.slug ?? listed ?? name, provider: route.provider.name,
      updatedAt: row?.updatedAt ?? 0)
  }

  /// Models that talk are looked for first; both kinds can be asked for by name.
  private func anyRoute(_ name: String) async throws -> Route {
    let router = ModelRouter(store: core.store)
    do { return try await router.route(name) } catch let error as QlaudError {
      guard error.kind == .notFound,
        Catalog.shipped.hosts(of: name).contains(where: { $0.mode == .embedding })
      else { throw error }
      return try await router.route(name, for: .embedding)
    }
  }
}

// MARK: Accounts

extension Inference {
  /// One upstream call for the books.
  struct Account: Sendable {
    /// Names the call in the usage table and in the ledger.
    let id: String
    let route: Route
    let terms: Accountant.Terms
    let principal: Principal
    let start: ContinuousClock.Instant
  }

  /// Opens the account of a call before anything is sent: holds the most that it can cost, and brings its limit of output
  /// within what the model can write.
  /// - Throws: ``QlaudError`` with status 402; `too_large` where the input cannot fit.
  private func reserve(_ call: inout ModelCall, _ route: Route, _ principal: Principal) async throws
    -> Account
  {
    let terms = try await core.accountant.terms(route).writing(atMost: call.maxTokens)
    call.maxTokens = terms.maxOutput
    // Of texts to be embedded each one has the window for itself.
    if call.maxTokens > 0 {
      let tokens = TokenEstimate(model: call.model).input(of: call)
      try TokenBudget(
        window: terms.contextWindow, maxOutput: terms.maxOutput, fixed: tokens, permille: 1_000
      ).check(0, model: route.slug)
    }
    let id = core.source.uuid()
    try await core.accountant.reserve(id, for: principal.keyID, turn: nil, call: call, terms)
    return Account(
      id: id, route: route, terms: terms, principal: principal, start: ContinuousClock.now)
  }

  /// Closes the account: settles at what was used, or releases what was held where `usage` is nil because nothing was.
  /// The reply is out by then, so an error of the store is logged and not the caller's; what stays held is settled at
  /// the next start.
  private func settle(_ account: Account, _ usage: Usage?) async {
    do {
      guard let usage else { return try await core.store.release(account.id) }
      try await core.store.recordUsage(
        UsageRecord(
          id: account.id, keyID: account.principal.keyID, threadID: nil, turnID: nil,
          provider: account.route.provider.name, model: account.route.slug, usage: usage,
          cost: account.terms.cost(of: usage),
          latencyMs: (ContinuousClock.now - account.start).milliseconds, status: 200,
          createdAt: core.source.now(), endUserID: account.principal.endUserID))
    } catch {
      core.logger.error(
        "a call's usage could not be recorded",
        metadata: ["call": "\(account.id)", "error": "\(error)"])
    }
  }
}

// MARK: Routes

extension Inference {
  func route(
    _ slug: String, for mode: CatalogModel.Mode = .chat, as principal: Principal
  ) async throws -> Route {
    let routes = try await routes(slug, for: mode, as: principal)
    return routes[0]
  }

  /// A model's hosts; at least one.
  private func routes(
    _ slug: String, for mode: CatalogModel.Mode = .chat, as principal: Principal
  ) async throws -> [Route] {
    let routes = try await ModelRouter(store: core.store).routes(slug, for: mode)
    if let allowed = try await core.store.key(principal.keyID)?.models,
      !allowed.contains(where: { $0.lowercased() == slug.lowercased() })
    {
      throw QlaudError.forbidden("model: this key may not use \"\(slug)\"")
    }
    return routes
  }

  /// The call by the provider's own name of the model, with a limit of output.
  static func addressed(_ request: Request, to route: Route) -> ModelCall {
    var call = request.call
    call.model = route.upstreamModel
    call.messages = call.messages.map { message in
      ModelCall.Message(role: message.role, blocks: message.blocks.map { remembered($0, route) })
    }
    guard request.hasOpenLimit else { return call }
    let known = route.listed?.maxOutput
    // Thinking counts as output, and what is left must do for the answer.
    let thinking = Int(clamping: max(0, call.thinking?["budget_tokens"]?.int ?? 0))
    let wanted = known.map { min($0, mostDefaultTokens) } ?? defaultMaxTokens + thinking
    call.maxTokens = min(max(wanted, 1), Limits.maxTokens.upperBound)
    return call
  }

  /// Reasoning that a chat client brings back is remembered as of the model it asked for; the provider knows that by
  /// another name.
  private static func remembered(_ block: Block, _ route: Route) -> Block {
    let family = Provider.Shape.openAIChat.rawValue
    guard var own = block.opaque(family)?.object, own["model"]?.string == route.slug else {
      return block
    }
    var block = block
    own["model"] = .string(route.upstreamModel)
    block.setOpaque(family, .object(own))
    return block
  }

  private static func seen(_ error: any Error, at route: Route) -> any Error {
    guard let failure = error as? UpstreamFailure else { return error }
    if failure.kind == .cancelled { return CancellationError() }
    if failure.type == "invalid_params" { return QlaudError(.invalidParams, failure.message) }
    return QlaudError(upstream: failure, provider: route.provider.name)
  }
}
