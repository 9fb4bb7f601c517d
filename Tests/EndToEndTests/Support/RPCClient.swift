import Foundation
import Synchronization
import Wire

/// A JSON-lines client: a thread reads, answers and notifications are awaited.
final class RPCClient: Sendable {
  struct Closed: Error {}

  private struct State {
    var nextID: Int64 = 1
    var waiting: [Int64: CheckedContinuation<JSON, any Error>] = [:]
    var notifications: [JSON] = []
    var other: [JSON] = []
    var requests: [JSON] = []
    var watchers: [(test: @Sendable (State) -> Bool, resume: CheckedContinuation<Void, Never>)] = []
    var isClosed = false
  }
  private let state = Mutex(State())
  let stream: UnixStream

  init(_ daemon: Daemon) throws {
    stream = try UnixStream(daemon.socket)
    let stream = stream
    let reader = Foundation.Thread { [weak self] in
      var decoder = FrameDecoder(.lines)
      while true {
        let bytes = stream.read()
        if bytes.isEmpty { break }
        decoder.append(bytes)
        while let frame = decoder.next() {
          guard case .message(let message) = frame, let json = try? JSON(parsingOurs: message)
          else {
            continue
          }
          self?.take(json)
        }
      }
      self?.close()
    }
    reader.start()
    // A connection that says nothing for half a minute is closed, and on a busy machine a test may come to it later.
    try stream.write(#"{"jsonrpc":"2.0","method":"initialized"}"# + "\n")
  }

  deinit { stream.hangUp() }

  private func take(_ json: JSON) {
    state.withLock { state in
      if json["method"] != nil, json["id"] != nil {
        state.requests.append(json)
      } else if json["method"] != nil {
        state.notifications.append(json)
      } else if let id = json["id"]?.int, let waiter = state.waiting.removeValue(forKey: id) {
        waiter.resume(returning: json)
      } else {
        state.other.append(json)
      }
      Self.wake(&state)
    }
  }

  private func close() {
    state.withLock { state in
      state.isClosed = true
      for waiter in state.waiting.values { waiter.resume(throwing: Closed()) }
      state.waiting = [:]
      Self.wake(&state)
    }
  }

  private static func wake(_ state: inout State) {
    let (ready, rest) = (
      state.watchers.filter { $0.test(state) || state.isClosed },
      state.watchers.filter { !$0.test(state) && !state.isClosed }
    )
    state.watchers = rest
    for watcher in ready { watcher.resume.resume() }
  }

  private func until(_ test: @escaping @Sendable (State) -> Bool) async {
    await withCheckedContinuation { continuation in
      state.withLock { state in
        if test(state) || state.isClosed {
          continuation.resume()
        } else {
          state.watchers.append((test, continuation))
        }
      }
    }
  }

  /// The whole answer.
  func request(_ method: String, _ params: JSON? = nil) async throws -> JSON {
    try await withCheckedThrowingContinuation { continuation in
      let id = state.withLock { state in
        let id = state.nextID
        state.nextID += 1
        if state.isClosed { return Int64(-1) }
        state.waiting[id] = continuation
        return id
      }
      guard id >= 0 else { return continuation.resume(throwing: Closed()) }
      do {
        try stream.write(
          RPC.Request(id: .number(String(id)), method: method, params: params).json.bytes + [10])
      } catch {
        state.withLock { $0.waiting.removeValue(forKey: id) }?.resume(throwing: error)
      }
    }
  }

  /// The result; an error answer is thrown as its fault.
  func call(_ method: String, _ params: JSON = [:]) async throws -> JSON {
    let answer = try await request(method, params)
    if let result = answer["result"] { return result }
    throw RPC.Fault(
      code: Int(answer["error"]?["code"]?.int ?? 0),
      message: answer["error"]?["message"]?.string ?? answer.text, data: answer["error"]?["data"])
  }

  /// Raw bytes, for what no proper client sends.
  func send(_ text: String) throws { try stream.write(text) }

  /// Waits until that many answers without a matching request have come.
  func unmatched(_ count: Int) async -> [JSON] {
    await until { $0.other.count >= count }
    return state.withLock { $0.other }
  }

  /// The events so far that pass, once there are enough of them. Each event is looked at once.
  func events(_ count: Int = 1, where test: @escaping @Sendable (JSON) -> Bool) async -> [JSON] {
    let found = Shared((looked: 0, events: [JSON]()))
    let isEnough: @Sendable (State) -> Bool = { state in
      found.with { found in
        for note in state.notifications[found.looked...] {
          if let params = note["params"], test(params) { found.events.append(params) }
        }
        found.looked = state.notifications.count
        return found.events.count >= count
      }
    }
    await until(isEnough)
    return found.with { $0.events }
  }

  /// Waits until the daemon has asked that many questions.
  func serverRequests(_ count: Int) async -> [JSON] {
    await until { $0.requests.count >= count }
    return serverRequestsSoFar
  }
  var serverRequestsSoFar: [JSON] { state.withLock { $0.requests } }

  /// Waits until the daemon has taken that many questions back; their ids.
  func cancellations(_ count: Int) async -> [JSON] {
    await until { Self.cancelled($0).count >= count }
    return cancelled
  }
  var cancelled: [JSON] { state.withLock { Self.cancelled($0) } }
  private static func cancelled(_ state: State) -> [JSON] {
    state.notifications.filter { $0["method"] == "$/cancel_request" }.compactMap {
      $0["params"]?["id"]
    }
  }

  /// All events so far.
  var events: [JSON] { state.withLock { $0.notifications.compactMap { $0["params"] } } }

  /// Waits for the end of a turn; all its events.
  func untilDone(_ turn: String, times: Int = 1) async -> [JSON] {
    _ = await events(times) { $0["turn_id"]?.string == turn && $0["event"] == "qlaud.done" }
    return events.filter { $0["turn_id"]?.string == turn }
  }

  func untilClosed() async { await until { _ in false } }
}
