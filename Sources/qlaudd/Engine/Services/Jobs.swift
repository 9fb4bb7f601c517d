package import Domain
import Store
import Vault
package import Wire

/// Stateless calls that are made later, through the same queue as turns: they outlive the caller, the daemon and the network.
package struct Jobs: Sendable {
  let core: Core

  /// A call to be made later.
  package struct Draft: Sendable {
    /// `/v1/messages` or `/v1/chat/completions`.
    package let endpoint: String
    package let request: Inference.Request
    /// The body as it was given: the same body under the same idempotency key is the same job.
    package let body: JSON
    package let offline: OfflineRule?
    package let notAfter: Milliseconds?
    package let idempotencyKey: String?
    /// A call to be made later.
    package init(
      endpoint: String, request: Inference.Request, body: JSON, offline: OfflineRule?,
      notAfter: Milliseconds?, idempotencyKey: String?
    ) {
      self.endpoint = endpoint
      self.request = request
      self.body = body
      self.offline = offline
      self.notAfter = notAfter
      self.idempotencyKey = idempotencyKey
    }
  }

  /// A job as callers see it.
  package struct View: Sendable {
    package let turn: Turn
    package let endpoint: String
    /// What the model answered; nil before it has, and in lists.
    package let reply: Reply?
  }

  /// How long a job is kept after its end: seven days.
  static let retention: Milliseconds = 7 * 24 * 3_600_000
  /// Jobs erased in one round.
  static let sweepLimit = 500

  /// Stores the call and queues it; nothing is sent before that.
  /// - Throws: ``QlaudError`` for an unknown model or provider, `forbidden` for a model that the key may not use, and `conflict`
  ///   for an idempotency key that was used with another body.
  package func create(_ draft: Draft, as principal: Principal) async throws -> View {
    let slug = draft.request.call.model
    _ = try await Inference(core: core).route(slug, as: principal)
    var request: JSON.Object = [
      "model": .string(slug), "max_tokens": .integer(draft.request.call.maxTokens),
    ]
    request["not_after"] = draft.notAfter.map(JSON.int)
    request["offline"] = try await core.offlineRule(
      asked: draft.offline?.json, nil, of: principal)
    let submission = TurnSubmission(
      turnID: TurnID(rawValue: core.source.uuid()), threadID: nil, keyID: principal.keyID,
      request: TurnRequest(request), userMessage: nil, idempotencyKey: draft.idempotencyKey,
      bodyHash: Hex.text(
        Digest.sha256(JSON.array([.string(draft.endpoint), draft.body]).bytes)),
      visibleTo: nil)
    let submitted = try await core.store.submitJob(
      submission, endpoint: draft.endpoint, call: draft.request.stored)
    core.work.ring()
    return View(turn: submitted.turn, endpoint: draft.endpoint, reply: nil)
  }

  /// One job, with its result where it is done.
  /// - Throws: `not_found`.
  package func get(_ id: TurnID, as principal: Principal) async throws -> View {
    let job = try await core.store.job(id, visibleTo: principal.visibleKey)
    return View(turn: job.turn, endpoint: job.endpoint, reply: job.reply.map(Self.reply))
  }

  /// Jobs, newest first, without their results.
  package func list(
    status: Turn.Status?, limit: Int, cursor: String?, as principal: Principal
  ) async throws -> Page<View> {
    let page = try await core.store.jobs(
      status: status, limit: limit, cursor: cursor, visibleTo: principal.visibleKey)
    return Page(
      items: page.items.map { View(turn: $0.turn, endpoint: $0.endpoint, reply: nil) },
      nextCursor: page.nextCursor)
  }

  /// Stops a job.
  /// - Throws: `not_found`; `conflict` where it has ended.
  package func cancel(_ id: TurnID, as principal: Principal) async throws -> View {
    let job = try await core.store.job(id, visibleTo: principal.visibleKey)
    let turn = try await Turns(core: core).cancel(id, as: principal)
    return View(turn: turn, endpoint: job.endpoint, reply: nil)
  }

  private static func reply(_ stored: JSON) -> Reply {
    Reply(
      id: stored["request_id"]?.string ?? "", model: stored["model"]?.string ?? "",
      blocks: Block.list(stored["content"] ?? .null), stopReason: stored["stop_reason"]?.string,
      usage: Usage(json: stored["usage"] ?? [:]))
  }
}

/// A request as a job's row keeps it: the canonical call by its own names.
extension Inference.Request {
  var stored: JSON {
    .record([
      "max_tokens": .integer(call.maxTokens), "open_limit": .bool(hasOpenLimit),
      "model": .string(call.model), "system": .array(call.system.map(\.json)),
      "messages": .array(
        call.messages.map { ["role": $0.role.json, "content": .array($0.blocks.map(\.json))] }),
      "tools": .array(
        call.tools.map {
          [
            "name": .string($0.name), "description": .string($0.description),
            "input_schema": $0.inputSchema,
          ]
        }),
      "tool_choice": call.toolChoice, "thinking": call.thinking,
      "temperature": call.temperature.map(JSON.double), "top_p": call.topP.map(JSON.double),
      "top_k": call.topK.map(JSON.integer),
      "stop_sequences": .array(call.stopSequences.map(JSON.string)),
      "response_format": call.responseFormat,
    ])
  }

  init(stored: JSON) {
    let messages = (stored["messages"]?.array ?? []).map { message in
      ModelCall.Message(
        role: message["role"].flatMap(Role.init(wire:)) ?? .user,
        blocks: Block.list(message["content"] ?? .null))
    }
    let tools = (stored["tools"]?.array ?? []).map { tool in
      ModelCall.Tool(
        name: tool["name"]?.string ?? "", description: tool["description"]?.string ?? "",
        inputSchema: tool["input_schema"] ?? [:])
    }
    self.init(
      call: ModelCall(
        model: stored["model"]?.string ?? "",
        maxTokens: Int(clamping: stored["max_tokens"]?.int ?? 1),
        system: Block.list(stored["system"] ?? .null), messages: messages, tools: tools,
        toolChoice: stored["tool_choice"]?.nonNull, thinking: stored["thinking"]?.nonNull,
        temperature: stored["temperature"]?.double, topP: stored["top_p"]?.double,
        topK: stored["top_k"]?.int.map(Int.init(clamping:)),
        stopSequences: stored["stop_sequences"]?.array?.compactMap(\.string) ?? [],
        responseFormat: stored["response_format"]?.nonNull),
      hasOpenLimit: stored["open_limit"] == true)
  }
}
