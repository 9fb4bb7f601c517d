package import HTTPTypes

/// Who is at the other end of a connection.
package struct Peer: Sendable {
  /// How it came.
  package enum Transport: Sendable { case socket, tcp }
  package let transport: Transport
  /// A peer of the daemon.
  package init(transport: Transport) { self.transport = transport }
}

/// A JSON-RPC connection as the server hands it over: framing is done, order and back-pressure are kept.
package struct RPCConversation: Sendable {
  package let peer: Peer
  /// The next frame; nil when the peer has closed its side. One caller at a time.
  package let next: @Sendable () async throws -> Frame?
  /// Writes one message and returns when the connection can take another. Safe from many tasks; messages never mix.
  /// Throws when the connection is gone.
  package let send: @Sendable ([UInt8]) async throws -> Void
  /// A conversation over these two ends.
  package init(
    peer: Peer, next: @escaping @Sendable () async throws -> Frame?,
    send: @escaping @Sendable ([UInt8]) async throws -> Void
  ) {
    self.peer = peer
    self.next = next
    self.send = send
  }
}

/// One HTTP request and the way to answer it.
package struct HTTPExchange: Sendable {
  package let peer: Peer
  package let request: HTTPRequest
  /// The whole body; nil where it is over ``Limits/httpBodyBytes``.
  package let body: [UInt8]?
  /// Sends the head. Called once, before `write`. Without a content-length the body is chunked.
  package let start: @Sendable (HTTPResponse) async throws -> Void
  /// Sends a piece of the body and returns when the connection can take more. Throws when the connection is gone.
  package let write: @Sendable ([UInt8]) async throws -> Void
  /// An exchange over these ends.
  package init(
    peer: Peer, request: HTTPRequest, body: [UInt8]?,
    start: @escaping @Sendable (HTTPResponse) async throws -> Void,
    write: @escaping @Sendable ([UInt8]) async throws -> Void
  ) {
    self.peer = peer
    self.request = request
    self.body = body
    self.start = start
    self.write = write
  }
}

/// What the server is given: it runs once for each JSON-RPC connection and once for each HTTP request, in a task that is
/// cancelled when the connection goes. It returns when the conversation is over.
package enum Conversation: Sendable {
  case rpc(RPCConversation)
  case http(HTTPExchange)
  /// The one closure between the server and the product.
  package typealias Handler = @Sendable (Conversation) async -> Void
}
