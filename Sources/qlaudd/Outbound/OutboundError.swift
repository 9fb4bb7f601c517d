/// Why a transfer failed.
package struct OutboundError: Error, Sendable, Equatable, CustomStringConvertible {
  /// What callers branch on.
  package enum Kind: Sendable, Equatable, CaseIterable {
    /// The name has no address, or no name server answered.
    case unresolvable
    /// Nobody listens there.
    case refused
    /// No way to the address, or the proxy would not connect.
    case unreachable
    /// No trusted encrypted connection.
    case tls
    /// ``Timeouts/connect`` ran out.
    case connectTimeout
    /// ``Timeouts/firstByte`` ran out.
    case firstByteTimeout
    /// ``Timeouts/idle`` ran out.
    case idleTimeout
    /// ``Timeouts/total`` ran out.
    case totalTimeout
    /// The connection died, or ended before the reply did.
    case closed
    /// A limit on the size of the reply.
    case tooLarge
    /// ``AddressPolicy`` does not allow the address.
    case addressRefused
    /// The request cannot be sent as it is; nothing was sent.
    case invalidRequest
    /// The reader or the client went away.
    case cancelled
    /// The peer does not keep to HTTP.
    case protocolError
  }
  package let kind: Kind
  /// Names the origin, what happened and the limit. Never holds a path, a query, a header or a body.
  package let message: String
  /// Whether a line of the reply came (libcurl does not show less). While it is false the peer may still have acted on the request, unless
  /// ``isConnectFailure``.
  package let responseStarted: Bool

  /// An error of one kind.
  package init(_ kind: Kind, _ message: String, responseStarted: Bool = false) {
    self.kind = kind
    self.message = message
    self.responseStarted = responseStarted
  }

  /// Whether there never was a connection: the request was not sent, and the network or the peer is away.
  package var isConnectFailure: Bool {
    switch kind {
    case .unresolvable, .refused, .unreachable, .tls, .connectTimeout: true
    case .firstByteTimeout, .idleTimeout, .totalTimeout, .closed, .tooLarge, .addressRefused,
      .invalidRequest, .cancelled, .protocolError:
      false
    }
  }
  package var description: String { message }
}
