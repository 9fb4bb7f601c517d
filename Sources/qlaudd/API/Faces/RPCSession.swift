import Domain
import Engine
import Synchronization
import Wire

/// One JSON-RPC connection: requests run concurrently, replies go out as they are ready, and a
/// request whose answer is followed by events keeps its task to send them.
///
/// Everything runs in one task group, so nothing outlives the connection; turns are not part of it
/// and go on.
final class RPCSession: Sendable {
  private struct State {
    /// Set by `initialize`; nil for the connection's ambient right.
    var principal: Principal?
    var running: [RPC.ID: Signal] = [:]
    var subscriptions: [EventStream.Subject: Signal] = [:]
    var inFlight = 0
  }
  private let state = Mutex(State())
  private let conversation: RPCConversation
  private let engine: LocalEngine
  private let registry: Registry
  /// Rings when a request has been answered.
  private let answered = Bell()
  /// Calls of tools that this client runs.
  let clientTools: ClientToolCalls

  /// Subscriptions that one connection may hold.
  static let subscriptionLimit = 256

  init(_ conversation: RPCConversation, engine: LocalEngine, registry: Registry) {
    self.conversation = conversation
    self.engine = engine
    self.registry = registry
    clientTools = ClientToolCalls(engine: engine) { message in
      await Self.send(message, over: conversation)
    }
  }

  /// Serves the connection to its end.
  func run() async {
    await withDiscardingTaskGroup { group in
      group.addTask { await self.clientTools.run() }
      await read(into: &group)
      endSubscriptions()
      clientTools.close()
    }
  }

  private func read(into group: inout DiscardingTaskGroup) async {
    do {
      while let frame = try await conversation.next() {
        switch frame {
        case .message(let bytes): await take(RPC.read(bytes), into: &group)
        case .tooLong:
          let why = "a message may have at most \(Limits.frameBytes) bytes"
          await send(RPC.failure(.null, .invalidRequest(why)))
        case .broken(let why):
          await send(RPC.failure(.null, .invalidRequest(why)))
          return
        }
      }
    } catch {
      // The connection is gone; there is nobody to tell.
      group.cancelAll()
    }
  }

  /// An open subscription lasts while the client's side is open; a turn's events go on to its end.
  private func endSubscriptions() {
    let open = state.withLock { state in
      state.subscriptions.filter { if case .thread = $0.key { true } else { false } }.map(\.value)
    }
    for signal in open { signal.fire() }
  }

  private func take(_ incoming: RPC.Incoming, into group: inout DiscardingTaskGroup) async {
    switch incoming {
    case .single(.request(let request)) where request.method == "initialize":
      // Later requests run under the key that it names, so it is not run beside them.
      _ = await answer(.request(request))
    case .single(let item):
      await untilBelowLimit()
      begin()
      group.addTask {
        let stream = await self.answer(item)
        self.end()
        if let stream { await self.pump(stream) }
      }
    case .batch(let items):
      await untilBelowLimit()
      begin()
      group.addTask {
        let streams = await self.answer(items)
        self.end()
        await withDiscardingTaskGroup { group in
          for stream in streams { group.addTask { await self.pump(stream) } }
        }
      }
    }
  }

  private func begin() { state.withLock { $0.inFlight += 1 } }
  private func end() {
    state.withLock { $0.inFlight -= 1 }
    answered.ring()
  }
  private func untilBelowLimit() async {
    while !Task.isCancelled {
      let seen = answered.generation
      if state.withLock({ $0.inFlight }) < Limits.requestsPerConnection { return }
      await answered.wait(past: seen)
    }
  }

  private func answer(_ item: RPC.Item) async -> EventStream? {
    let (reply, stream) = await result(of: item)
    if let reply { await send(reply) }
    return stream
  }

  /// A batch is answered as one array, when all of it is done; nothing where it held notifications
  /// only.
  private func answer(_ items: [RPC.Item]) async -> [EventStream] {
    let results = await withTaskGroup(of: (Int, JSON?, EventStream?).self) { group in
      for (index, item) in items.enumerated() {
        group.addTask {
          let (reply, stream) = await self.result(of: item)
          return (index, reply, stream)
        }
      }
      var results: [(Int, JSON?, EventStream?)] = []
      for await result in group { results.append(result) }
      return results.sorted { $0.0 < $1.0 }
    }
    let replies = results.compactMap(\.1)
    if !replies.isEmpty { await send(.array(replies)) }
    return results.compactMap(\.2)
  }

  private func result(of item: RPC.Item) async -> (JSON?, EventStream?) {
    switch item {
    case .request(let request): await result(of: request)
    case .response(let response): await taken(response)
    case .invalid(let id, let fault): (RPC.failure(id, fault), nil)
    }
  }

  /// The answer to a request of ours.
  private func taken(_ response: RPC.Response) async -> (JSON?, EventStream?) {
    await clientTools.take(response)
    return (nil, nil)
  }

  private func result(of request: RPC.Request) async -> (JSON?, EventStream?) {
    if request.method == "$/cancel_request" {
      cancel(request)
      return (request.id.map { RPC.success($0, [:]) }, nil)
    }
    let outcome = await cancellable(request)
    guard let id = request.id else { return (nil, nil) }
    switch outcome {
    case .success(let answer): return (RPC.success(id, answer.value), answer.stream)
    case .failure(let fault): return (RPC.failure(id, fault), nil)
    }
  }

  private func cancellable(_ request: RPC.Request) async -> Result<Answer<JSON>, RPC.Fault> {
    guard let id = request.id else { return await dispatch(request) }
    let signal = Signal()
    state.withLock { $0.running[id] = signal }
    defer { state.withLock { $0.running[id] = nil } }
    return await withTaskGroup(of: Result<Answer<JSON>, RPC.Fault>?.self) { group in
      group.addTask { await self.dispatch(request) }
      group.addTask {
        await signal.wait()
        return nil
      }
      let first = await group.next() ?? nil
      group.cancelAll()
      return first ?? .failure(QlaudError.cancelled.rpcFault)
    }
  }

  private func cancel(_ request: RPC.Request) {
    guard let json = request.params?["id"], let id = RPC.ID(wire: json) else { return }
    state.withLock { $0.running[id] }?.fire()
  }

  private func dispatch(_ request: RPC.Request) async -> Result<Answer<JSON>, RPC.Fault> {
    guard let method = registry.method(named: request.method) else {
      return .failure(.methodNotFound(request.method))
    }
    do {
      let params = try Self.named(request.params, method)
      let call = Call(
        principal: try await principal(for: method), engine: engine, registry: registry,
        session: self)
      let answer = try await registry.dispatch(method, params, as: call)
      if let stream = answer.stream, request.id != nil { try open(stream.subject) }
      if let frames = answer.frames {
        return .success(Answer(try await forward(frames, request.id)))
      }
      return .success(answer)
    } catch {
      return .failure(Failure.seen(error, by: engine, during: method.name).rpcFault)
    }
  }

  /// Sends the pieces of a stateless reply as notifications; the whole of it is the answer.
  private func forward(_ frames: FrameStream, _ id: RPC.ID?) async throws -> JSON {
    try await frames.produce { frame in
      guard let id, case .json(let json) = frame.data else { return }
      let params = JSON.record([
        "stream_id": id.json, "event": frame.name.map(JSON.string), "data": json,
      ])
      do {
        try await self.conversation.send(RPC.notification(frames.notification, params).bytes)
      } catch {
        // Nobody is left to read the rest.
        throw CancellationError()
      }
    }
  }

  /// Positional parameters stand in the order of the declaration.
  private static func named(_ params: JSON?, _ method: Method) throws(InvalidParams) -> JSON.Object
  {
    switch params {
    case nil: return [:]
    case .object(let object)?: return object
    case .array(let values)?:
      guard values.count <= method.parameters.count else {
        throw InvalidParams("params", "must have at most \(method.parameters.count) elements")
      }
      return JSON.Object(zip(method.parameters, values).map { .init(key: $0.name, value: $1) })
    default: throw InvalidParams("params", "must be an object or an array")
    }
  }

  private func principal(for method: Method) async throws -> Principal {
    if let principal = state.withLock({ $0.principal }) {
      try await engine.keys.confirm(principal)
      return principal
    }
    // Without a right of its own a connection can still say who it is.
    if method.name == "initialize" { return Principal(keyID: .local, scope: .standard) }
    return try await engine.keys.ambient()
  }

  /// Makes the connection a key's.
  func become(_ principal: Principal) { state.withLock { $0.principal = principal } }

  /// Whether the connection already receives a thread's events.
  func covers(_ thread: ThreadID) -> Bool {
    state.withLock { state in
      state.subscriptions[.thread(thread)] != nil || state.subscriptions[.thread(nil)] != nil
    }
  }

  /// Registers a subscription before its answer is sent; one to the same subject ends.
  /// - Throws: ``QlaudError`` `conflict` over the limit.
  private func open(_ subject: EventStream.Subject) throws {
    let (old, isFull) = state.withLock { state in
      let isFull =
        state.subscriptions[subject] == nil
        && state.subscriptions.count >= Self.subscriptionLimit
      let old = state.subscriptions[subject]
      if !isFull { state.subscriptions[subject] = Signal() }
      return (old, isFull)
    }
    guard !isFull else {
      throw QlaudError.conflict(
        "a connection may hold at most \(Self.subscriptionLimit) subscriptions")
    }
    old?.fire()
  }

  /// Ends a subscription; false where there is none.
  func close(_ subject: EventStream.Subject) -> Bool {
    guard let signal = state.withLock({ $0.subscriptions.removeValue(forKey: subject) }) else {
      return false
    }
    signal.fire()
    return true
  }

  /// Sends events as the connection takes them, until the stream ends, the subscription is closed or
  /// the connection goes.
  private func pump(_ stream: EventStream) async {
    guard let signal = state.withLock({ $0.subscriptions[stream.subject] }) else { return }
    await withTaskGroup(of: Void.self) { group in
      group.addTask { await self.forward(stream) }
      group.addTask { await signal.wait() }
      await group.next()
      group.cancelAll()
    }
    state.withLock { state in
      if state.subscriptions[stream.subject] === signal {
        state.subscriptions[stream.subject] = nil
      }
    }
  }

  private func forward(_ stream: EventStream) async {
    do {
      for try await page in stream.feed {
        for event in page where stream.includes(event) {
          try await conversation.send(RPC.notification("thread/event", event.notification).bytes)
        }
      }
    } catch {
      // Cancelled, the connection is gone, or the log cannot be read: a reader notices that no
      // `qlaud.done` came and attaches again at its cursor.
      return
    }
  }

  private func send(_ message: JSON) async { await Self.send(message, over: conversation) }

  private static func send(_ message: JSON, over conversation: RPCConversation) async {
    do { try await conversation.send(message.bytes) } catch {
      // The connection is gone; its reader sees the same and ends the session.
      return
    }
  }
}
