package import Domain
package import Wire

/// What tools need of the world, injected: the sender of HTTP requests, time, and the signer of webhooks.
package struct Outside: Sendable {
  /// Sends one request; returns at the head of the answer.
  package let send: @Sendable (ToolRequest) async throws(SendFailure) -> ToolResponse
  /// For deadlines and back-off.
  package let clock: any Clock<Duration>
  /// Wall clock in milliseconds, for timestamps that leave the house.
  package let now: @Sendable () -> Milliseconds
  /// HMAC-SHA256 of the message under the secret: 32 bytes.
  package let sign: @Sendable (Secret, [UInt8]) -> [UInt8]
  /// Where programs of a model run.
  package let sandbox: Sandbox
  /// A world of these.
  package init(
    send: @escaping @Sendable (ToolRequest) async throws(SendFailure) -> ToolResponse,
    clock: any Clock<Duration>, now: @escaping @Sendable () -> Milliseconds,
    sign: @escaping @Sendable (Secret, [UInt8]) -> [UInt8], sandbox: Sandbox = Sandbox()
  ) {
    self.send = send
    self.clock = clock
    self.now = now
    self.sign = sign
    self.sandbox = sandbox
  }
}

/// A request as a tool wants it sent.
package struct ToolRequest: Sendable, Equatable {
  /// Where it may go.
  package enum Addresses: Sendable, Equatable {
    /// Anywhere but link-local addresses, before and after names are resolved.
    case notLinkLocal
    /// This machine only.
    case loopbackOnly
    /// Public addresses only.
    case publicOnly
  }
  package let method: String
  package let url: String
  package let headers: [HeaderField]
  package let body: [UInt8]?
  /// For the whole exchange, body included.
  package let timeout: Duration
  package let addresses: Addresses
  /// Whether redirects within the origin are followed; others never are.
  package let followsRedirects: Bool
}

/// The head of an answer and the way to its body.
package struct ToolResponse: Sendable {
  package let status: Int
  package let headers: [HeaderField]
  /// Reads the body: calls `take` with each piece as it comes, until the end or until `take` says false, which ends the
  /// transfer. Called once at most.
  package let read: @Sendable (_ take: ([UInt8]) -> Bool) async throws(SendFailure) -> Void
  /// An answer.
  package init(
    status: Int, headers: [HeaderField],
    read: @escaping @Sendable (_ take: ([UInt8]) -> Bool) async throws(SendFailure) -> Void
  ) {
    self.status = status
    self.headers = headers
    self.read = read
  }
  /// The first header of that name.
  package func header(_ name: String) -> String? {
    headers.first { $0.name.lowercased() == name }?.value
  }
}

/// Why a request did not get its answer.
package struct SendFailure: Error, Sendable, Equatable {
  /// What callers branch on: only `network` is worth another try.
  package enum Reason: Sendable, Equatable { case network, timeout, refused, cancelled }
  package let reason: Reason
  /// For people: what went wrong, without the URL's query.
  package let message: String
  /// A failure.
  package init(_ reason: Reason, _ message: String) {
    self.reason = reason
    self.message = message
  }
}

/// Runs `operation` with a deadline on an injected clock.
/// - Throws: ``SendFailure`` with `timeout` or `cancelled`, or what the operation threw.
func withDeadline<Value: Sendable>(
  _ timeout: Duration, _ clock: any Clock<Duration>,
  _ operation: @escaping @Sendable () async throws(SendFailure) -> Value
) async throws(SendFailure) -> Value {
  let outcome = await withTaskGroup(of: Result<Value, SendFailure>.self) { group in
    group.addTask {
      do throws(SendFailure) { return .success(try await operation()) } catch {
        return .failure(error)
      }
    }
    group.addTask {
      do {
        try await clock.sleep(for: timeout)
        let milliseconds =
          timeout.components.seconds * 1000
          + timeout.components.attoseconds / 1_000_000_000_000_000
        return .failure(SendFailure(.timeout, "no complete answer within \(milliseconds) ms"))
      } catch {
        return .failure(SendFailure(.cancelled, "the call was cancelled"))
      }
    }
    let first = await group.next() ?? .failure(SendFailure(.cancelled, "the call was cancelled"))
    group.cancelAll()
    return first
  }
  return try outcome.get()
}
