package import Wire

/// A reply whose head is there; the body is still on its way.
package struct OutboundResponse: Sendable {
  /// The HTTP status; interim (1xx) replies are passed over.
  package let status: Int
  /// In the order in which they came; trailers are not among them.
  package let headers: [HeaderField]
  package let body: OutboundBody

  /// The first header of this name, in any case.
  package func header(_ name: String) -> String? {
    let name = name.lowercased()
    return headers.first { $0.name.lowercased() == name }?.value
  }
}

/// The body of a reply, in pieces as they come. It can be read once, by one task at a time.
///
/// Pulling is what lets the peer go on: at most about 272 KiB wait here unread, then the connection is not read until the
/// next pull. The transfer is ended when the task that pulls is cancelled, when an iterator goes away before the end, and
/// when the body goes away unread.
package struct OutboundBody: AsyncSequence, Sendable {
  package typealias Element = [UInt8]
  package typealias Failure = OutboundError

  /// Ends the transfer when its last holder lets go of it.
  fileprivate final class Lease: Sendable {
    let exchange: Exchange
    init(_ exchange: Exchange) { self.exchange = exchange }
    deinit { exchange.abandon() }
  }
  private let lease: Lease

  init(_ exchange: Exchange) { lease = Lease(exchange) }

  /// Reads the pieces.
  package struct Iterator: AsyncIteratorProtocol {
    // Two leases: the body may be gone before its iterator is, and an iterator that is gone ends the transfer although
    // the body is still held.
    fileprivate let body: Lease
    fileprivate let own: Lease

    /// The next piece, never empty; nil after the last one.
    package mutating func next(isolation actor: isolated (any Actor)?) async throws(OutboundError)
      -> [UInt8]?
    {
      try await own.exchange.read(isolation: actor).get()
    }
  }

  package func makeAsyncIterator() -> Iterator {
    Iterator(body: lease, own: Lease(lease.exchange))
  }

  /// The whole body, or ``OutboundError/Kind/tooLarge`` as soon as it is over `limit` bytes.
  package func collect(upTo limit: Int) async throws(OutboundError) -> [UInt8] {
    var whole: [UInt8] = []
    for try await piece in self {
      guard piece.count <= limit - whole.count else {
        throw OutboundError(
          .tooLarge, "\(lease.exchange.url.origin): the reply is over \(limit) bytes",
          responseStarted: true)
      }
      if whole.isEmpty { whole = piece } else { whole += piece }
    }
    return whole
  }
}
