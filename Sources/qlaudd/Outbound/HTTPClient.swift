import Synchronization

/// The one way out by HTTP: HTTP/2 and HTTP/1.1, TLS with the system's authorities, proxies from the environment
/// (`https_proxy`, `http_proxy`, `all_proxy`, `no_proxy`), connections kept and shared.
///
/// A request that fails on a kept connection before the first line of its reply came is sent once more, on a fresh connection.
package final class HTTPClient: Sendable {
  /// The way to the client's thread; nil until the first request starts it.
  private let started = Mutex<CurlInbox?>(nil)

  /// Costs nothing: the first request opens libcurl and starts the client's thread, some 15 ms.
  package init() {}
  deinit { started.withLock { $0?.stop() } }

  var inbox: CurlInbox {
    started.withLock { inbox in
      if let inbox { return inbox }
      let new = CurlThread.start()
      inbox = new
      return new
    }
  }

  /// Sends a request and returns as soon as the head of the reply is there, whatever its status.
  ///
  /// Cancelling the task ends the transfer with ``OutboundError/Kind/cancelled``.
  package func send(_ request: OutboundRequest) async throws(OutboundError) -> OutboundResponse {
    var (request, url) = (request, try request.checked())
    let deadline = request.timeouts.total.map { ContinuousClock.now.advanced(by: $0) }
    var followed = 0
    while true {
      if let address = url.literalAddress, request.addresses.refuses(address) {
        throw OutboundError(
          .addressRefused, "\(url.origin): its address is not allowed (\(request.addresses))")
      }
      let exchange = Exchange(request: request, url: url, deadline: deadline, client: self)
      let head = try await exchange.begin().get()
      let response = OutboundResponse(
        status: head.status, headers: head.headers, body: OutboundBody(exchange))
      guard case .withinOrigin(let limit) = request.redirects,
        let next = try request.redirected(
          status: head.status, location: response.header("location"), from: url)
      else { return response }
      guard followed < limit else {
        throw OutboundError(
          .protocolError, "\(url.origin): more than \(limit) redirects", responseStarted: true)
      }
      followed += 1
      (request, url) = next
    }
  }

  /// The machine's network has changed: connections of before it are not used for new requests, and a connect that has hung for a
  /// second is given up, since its way may be gone. What is under way on a connection goes on.
  package func networkChanged() { _ = inbox.post(.renew) }

  /// Ends the thread and returns when it has ended. What runs fails with ``OutboundError/Kind/cancelled``, and so does what
  /// is sent afterwards.
  package func shutdown() async {
    let inbox = started.withLock { inbox in
      let open = inbox ?? CurlInbox(closedBecause: "the client is shut down")
      inbox = open
      return open
    }
    await inbox.stopAndWait()
  }
}
