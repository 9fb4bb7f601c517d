import HTTPTypes
import NIOCore
import NIOHTTP1
import Synchronization
import Wire

/// The answer to one request: frames the body as the head and the request's version demand, and keeps what is promised.
///
/// States: `waiting` → `sending` at the head → `done`. Bytes beyond a promised length, or before the head, are the
/// caller's error and are not sent.
final class HTTPResponder: Sendable {
  /// A call that the order of an answer does not allow.
  enum Misuse: Error, Equatable {
    case headSentTwice, bodyBeforeHead, bodyLongerThanPromised
  }

  private enum Body {
    /// Nothing is sent: HEAD, 204, 304.
    case none
    case length(remaining: Int)
    case chunked
    /// HTTP/1.0 without a length.
    case untilClose
  }
  private enum State {
    case waiting
    case sending(Body)
    case done
  }
  private struct Progress {
    var state = State.waiting
    var keepsAlive: Bool
  }

  private let outbox: Outbox
  private let isHead: Bool
  private let isHTTP10: Bool
  private let isLast: @Sendable () -> Bool
  private let progress: Mutex<Progress>

  /// `isLast` is asked at the head: whether no further request can come.
  init(to request: HTTPIncomingRequest, outbox: Outbox, isLast: @escaping @Sendable () -> Bool) {
    self.outbox = outbox
    self.isLast = isLast
    isHead = request.request.method == .head
    isHTTP10 = request.isHTTP10
    progress = Mutex(Progress(keepsAlive: request.keepsAlive))
  }

  /// The answer to what is no request.
  init(refusing outbox: Outbox) {
    self.outbox = outbox
    isLast = { true }
    isHead = false
    isHTTP10 = false
    progress = Mutex(Progress(keepsAlive: false))
  }

  /// Sends the head.
  func start(_ response: HTTPResponse) async throws {
    let (head, body) = try progress.withLock { progress in
      guard case .waiting = progress.state else { throw Misuse.headSentTwice }
      let (head, body) = frame(response, keepsAlive: &progress.keepsAlive)
      progress.state = .sending(body)
      return (head, body)
    }
    // A body of known length follows at once; a stream may be silent for long after its head.
    var flush = true
    if case .length(let remaining) = body { flush = remaining == 0 }
    try await outbox.send(HTTPServerResponsePart.head(head), bytes: 256, flush: flush)
  }

  /// Sends a piece of the body.
  func write(_ bytes: [UInt8]) async throws {
    let isSent = try progress.withLock { progress in
      switch progress.state {
      case .waiting, .done: throw Misuse.bodyBeforeHead
      case .sending(.none): return false
      case .sending(.chunked), .sending(.untilClose): return !bytes.isEmpty
      case .sending(.length(let remaining)):
        guard bytes.count <= remaining else { throw Misuse.bodyLongerThanPromised }
        progress.state = .sending(.length(remaining: remaining - bytes.count))
        return !bytes.isEmpty
      }
    }
    guard isSent else { return }
    try await outbox.send(
      HTTPServerResponsePart.body(.byteBuffer(ByteBuffer(bytes: bytes))), bytes: bytes.count)
  }

  /// Ends the answer after the handler returned, and tells whether the connection can go on.
  ///
  /// A stream whose task was cancelled gets no proper end, and neither does a body that is shorter than promised: the
  /// client must see that something is missing.
  func finish() async throws -> Bool {
    let state = progress.withLock { progress in
      defer { progress.state = .done }
      return progress.state
    }
    switch state {
    case .waiting:
      guard !Task.isCancelled else { return false }
      progress.withLock { $0.state = .waiting }
      try await send(Refusal(.internalServerError, "the request was not answered"))
    case .sending(.length(let remaining)) where remaining > 0: return false
    case .sending(.chunked) where Task.isCancelled, .sending(.untilClose) where Task.isCancelled:
      return false
    case .done: break
    case .sending: try await outbox.send(HTTPServerResponsePart.end(nil), bytes: 8)
    }
    return progress.withLock { $0.keepsAlive }
  }

  /// Sends a whole answer of the server's own.
  func send(_ refusal: Refusal) async throws {
    try await start(refusal.response)
    try await write(refusal.body)
    try await outbox.send(HTTPServerResponsePart.end(nil), bytes: 8)
    progress.withLock { $0.state = .done }
  }

  private func frame(_ response: HTTPResponse, keepsAlive: inout Bool) -> (HTTPResponseHead, Body) {
    var fields = response.headerFields
    let promised = fields[.contentLength].flatMap(Int.init)
    fields[.transferEncoding] = nil
    if promised == nil { fields[.contentLength] = nil }
    let status = response.status.code
    var body: Body
    if status == 204 || status == 304 || isHead {
      if status == 204 { fields[.contentLength] = nil }
      body = .none
    } else if let promised {
      body = .length(remaining: promised)
    } else {
      body = isHTTP10 ? .untilClose : .chunked
    }
    if case .chunked = body { fields[.transferEncoding] = "chunked" }
    if case .untilClose = body { keepsAlive = false }
    if fields[.connection]?.lowercased() == "close" || isLast() { keepsAlive = false }
    fields[.connection] = keepsAlive ? (isHTTP10 ? "keep-alive" : nil) : "close"
    var head = HTTPResponseHead(
      version: isHTTP10 ? .http1_0 : .http1_1,
      status: HTTPResponseStatus(statusCode: status, reasonPhrase: response.status.reasonPhrase))
    for field in fields { head.headers.add(name: field.name.rawName, value: field.value) }
    return (head, body)
  }
}
