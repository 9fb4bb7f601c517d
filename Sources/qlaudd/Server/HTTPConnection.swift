import HTTPTypes
import NIOCore
import NIOHTTP1
import Synchronization
import Wire

/// Serves one HTTP/1.1 connection, one request after another.
struct HTTPConnection: Sendable {
  let channel: NIOAsyncChannel<HTTPServerRequestPart, HTTPServerResponsePart>
  let peer: Peer
  let configuration: ServerConfiguration
  let handler: Conversation.Handler
  /// Rings when the channel has closed.
  private let closed = Bell()

  init(
    channel: NIOAsyncChannel<HTTPServerRequestPart, HTTPServerResponsePart>, peer: Peer,
    configuration: ServerConfiguration, handler: @escaping Conversation.Handler
  ) {
    self.channel = channel
    self.peer = peer
    self.configuration = configuration
    self.handler = handler
  }

  func serve() async throws {
    channel.channel.closeFuture.whenComplete { [closed] _ in closed.ring() }
    try await channel.executeThenClose { inbound, outbound in
      var parts = inbound.makeAsyncIterator()
      var deadline = configuration.requestDeadline
      while let request = try await read(&parts, within: deadline, outbound) {
        guard try await answer(request, outbound) else { return }
        deadline = configuration.keepAlive
      }
    }
  }

  private struct Request {
    let head: HTTPRequestHead
    /// Nil where it was over the limit.
    let body: [UInt8]?
  }
  private typealias Parts = NIOAsyncChannelInboundStream<HTTPServerRequestPart>.AsyncIterator
  private typealias Outbound = NIOAsyncChannelOutboundWriter<HTTPServerResponsePart>

  /// The next request; nil where the peer has closed. One that takes longer than the deadline costs
  /// its connection.
  private func read(_ parts: inout Parts, within deadline: Duration, _ outbound: Outbound)
    async throws
    -> Request?
  {
    let channel = channel.channel
    let timer = channel.eventLoop.scheduleTask(in: TimeAmount(deadline)) {
      channel.close(mode: .all, promise: nil)
    }
    defer { timer.cancel() }
    guard case .head(let head)? = try await parts.next(isolation: #isolation) else { return nil }
    if head.headers["expect"].contains(where: { $0.lowercased() == "100-continue" }) {
      try await outbound.write(.head(HTTPResponseHead(version: .http1_1, status: .continue)))
    }
    var body: [UInt8]? = []
    while let part = try await parts.next(isolation: #isolation) {
      switch part {
      case .head: return nil
      case .body(let bytes):
        // What is over the limit is read and dropped: a client that is cut off while it still
        // writes would not see the answer that says why.
        if (body?.count ?? 0) + bytes.readableBytes > Limits.httpBodyBytes { body = nil }
        body?.append(contentsOf: bytes.readableBytesView)
      case .end: return Request(head: head, body: body)
      }
    }
    return nil
  }

  /// Answers a request; whether the connection can take another one.
  private func answer(_ request: Request, _ outbound: Outbound) async throws -> Bool {
    let isLast = !request.head.isKeepAlive
    if peer.transport == .tcp, let problem = LoopbackRule.problem(request.head.headers) {
      try await refuse(problem, outbound)
      return false
    }
    let hasStarted = Mutex(false)
    let exchange = HTTPExchange(
      peer: peer, request: HTTPRequest(request.head), body: request.body,
      start: { response in
        hasStarted.withLock { $0 = true }
        try await outbound.write(.head(HTTPResponseHead(response, isLast: isLast)))
      },
      write: { bytes in try await outbound.write(.body(.byteBuffer(ByteBuffer(bytes: bytes)))) },
      untilGone: { [closed] in await closed.wait(past: 0) })
    await handler(.http(exchange))
    guard hasStarted.withLock({ $0 }) else { return false }
    try await outbound.write(.end(nil))
    return !isLast
  }

  private func refuse(_ problem: String, _ outbound: Outbound) async throws {
    let body = BadRequestHandler.body(problem, kind: "forbidden", type: "permission_error")
    var head = HTTPResponseHead(version: .http1_1, status: .forbidden)
    head.headers = [
      "content-type": "application/json", "content-length": "\(body.count)", "connection": "close",
    ]
    try await outbound.write(.head(head))
    try await outbound.write(.body(.byteBuffer(ByteBuffer(bytes: body))))
    try await outbound.write(.end(nil))
  }
}

/// Keeps web pages of elsewhere away from the loopback port: a name that was rebound to it shows in
/// Host, a page in Origin.
enum LoopbackRule {
  /// What is wrong with a request; nil where nothing is.
  static func problem(_ headers: HTTPHeaders) -> String? {
    let hosts = headers["host"]
    guard hosts.count == 1, isLoopback(authority: hosts[0][...]) else {
      return "host: must be this machine's loopback address"
    }
    for origin in headers["origin"] {
      guard let scheme = origin.range(of: "://"),
        isLoopback(authority: origin[scheme.upperBound...])
      else { return "origin: must be a page of this machine" }
    }
    return nil
  }

  /// `localhost`, `127.0.0.0/8` or `[::1]`, with or without a port.
  static func isLoopback(authority: Substring) -> Bool {
    let host: Substring
    if authority.hasPrefix("[") {
      guard let end = authority.firstIndex(of: "]") else { return false }
      host = authority[authority.index(after: authority.startIndex)..<end]
    } else {
      host = authority.prefix { $0 != ":" }
    }
    return isLoopback(host: host.lowercased())
  }

  /// The same for a host without a port.
  static func isLoopback(host: String) -> Bool {
    if host == "localhost" || host == "::1" { return true }
    let parts = host.split(separator: ".", omittingEmptySubsequences: false)
    return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
  }
}

extension StringProtocol {
  fileprivate func range(of text: String) -> Range<Index>? { self[...].firstRange(of: text) }
}

extension HTTPRequest {
  /// A request head as HTTPTypes knows it; headers with illegal names are left out.
  fileprivate init(_ head: HTTPRequestHead) {
    self.init(
      method: Method(head.method.rawValue) ?? .get, scheme: "http",
      authority: head.headers.first(name: "host"), path: head.uri)
    for (name, value) in head.headers {
      guard let name = HTTPField.Name(name) else { continue }
      headerFields.append(HTTPField(name: name, value: value))
    }
  }
}

extension HTTPResponseHead {
  fileprivate init(_ response: HTTPResponse, isLast: Bool) {
    self.init(version: .http1_1, status: HTTPResponseStatus(statusCode: response.status.code))
    for field in response.headerFields { headers.add(name: field.name.rawName, value: field.value) }
    if isLast { headers.replaceOrAdd(name: "connection", value: "close") }
  }
}
