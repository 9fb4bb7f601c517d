package import Wire

/// One HTTP request and the limits under which it runs.
package struct OutboundRequest: Sendable {
  /// An HTTP method, as it is sent: `GET`.
  package var method: String
  /// An absolute `http` or `https` URL, without a user name.
  package var url: String
  /// Sent as they are. What frames the message (`content-length`, `transfer-encoding`, `connection`, …) is not allowed here.
  package var headers: [HeaderField]
  /// The body; nil is none. `POST`, `PUT` and `PATCH` without one send an empty body.
  package var body: [UInt8]?
  package var timeouts: Timeouts
  /// Bytes of the reply's body at most; one more is ``OutboundError/Kind/tooLarge``.
  package var maxResponseBytes: Int
  package var addresses: AddressPolicy
  package var redirects: Redirects

  /// A request; the defaults are those of a model call without streaming limits of its own.
  package init(
    method: String = "GET", url: String, headers: [HeaderField] = [], body: [UInt8]? = nil,
    timeouts: Timeouts = .init(), maxResponseBytes: Int = 64 << 20,
    addresses: AddressPolicy = .any, redirects: Redirects = .refuse
  ) {
    self.method = method
    self.url = url
    self.headers = headers
    self.body = body
    self.timeouts = timeouts
    self.maxResponseBytes = maxResponseBytes
    self.addresses = addresses
    self.redirects = redirects
  }
}

/// How long each phase of a transfer may take. The time in which the reader does not read is not counted against the peer.
package struct Timeouts: Sendable, Equatable {
  /// From the start to a connection that can carry the request: name, TCP, proxy and TLS together.
  package var connect: Duration
  /// From the last byte of the request that was sent to the first byte of the reply.
  package var firstByte: Duration
  /// Silence within the reply.
  package var idle: Duration
  /// The whole transfer with its redirects, to the last byte of the body; nil is no limit.
  package var total: Duration?

  /// The time-outs of a model call, where a minute of silence is ordinary.
  package init(
    connect: Duration = .seconds(10), firstByte: Duration = .seconds(120),
    idle: Duration = .seconds(120), total: Duration? = nil
  ) {
    self.connect = connect
    self.firstByte = firstByte
    self.idle = idle
    self.total = total
  }
}

/// Which addresses may be connected to. It is the address of the socket that is checked, so no spelling of a host, no name
/// and no second answer of a name server gets around it.
package enum AddressPolicy: Sendable, Equatable {
  /// Any address; for hosts that the owner of the daemon configured.
  case any
  /// Any address but the link-local ones, where clouds keep their instance metadata. With a proxy the proxy resolves names: then
  /// only addresses written in the URL are checked.
  case noLinkLocal
  /// Public unicast addresses only: no loopback, private, link-local, shared, multicast or reserved ones, in no IPv6 form either.
  /// Proxies are not used, because the address that they connect to cannot be checked.
  case publicOnly
}

/// What happens on a 3xx with a location.
package enum Redirects: Sendable, Equatable {
  /// It is returned as it is.
  case refuse
  /// It is followed while scheme, host and port stay the same, `max` times at most, then it is
  /// ``OutboundError/Kind/protocolError``. One that leaves the origin is returned as it is.
  case withinOrigin(max: Int)
}
