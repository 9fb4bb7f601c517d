package import Domain
package import Outbound
import Wire

extension Outside {
  /// A world whose requests leave through Outbound: `sending` is the client's `send`.
  package init(
    sending: @escaping @Sendable (OutboundRequest) async throws(OutboundError) -> OutboundResponse,
    clock: any Clock<Duration>, now: @escaping @Sendable () -> Milliseconds,
    sign: @escaping @Sendable (Secret, [UInt8]) -> [UInt8]
  ) {
    self.init(
      send: { (request) async throws(SendFailure) -> ToolResponse in
        let response: OutboundResponse
        do throws(OutboundError) { response = try await sending(request.outbound) } catch {
          throw SendFailure(error)
        }
        return ToolResponse(response)
      }, clock: clock, now: now, sign: sign)
  }
}

extension ToolRequest {
  /// The request in Outbound's words. The size of the answer is not limited there, since a long one is cut, not refused.
  fileprivate var outbound: OutboundRequest {
    let policy: AddressPolicy =
      switch addresses {
      case .notLinkLocal: .noLinkLocal
      case .publicOnly: .publicOnly
      // The host was written as this machine, and nothing leads away from it.
      case .loopbackOnly: .any
      }
    return OutboundRequest(
      method: method, url: url, headers: headers, body: body,
      timeouts: Timeouts(
        connect: min(timeout, .seconds(10)), firstByte: timeout, idle: timeout, total: timeout),
      maxResponseBytes: .max, addresses: policy,
      redirects: followsRedirects ? .withinOrigin(max: 5) : .refuse)
  }
}

extension ToolResponse {
  fileprivate init(_ response: OutboundResponse) {
    self.init(status: response.status, headers: response.headers) { take throws(SendFailure) in
      do throws(OutboundError) {
        for try await piece in response.body where !take(piece) { return }
      } catch {
        throw SendFailure(error)
      }
    }
  }
}

extension SendFailure {
  fileprivate init(_ error: OutboundError) {
    let reason: Reason =
      switch error.kind {
      case .unresolvable, .refused, .unreachable, .tls, .connectTimeout, .closed, .tooLarge,
        .protocolError:
        .network
      case .firstByteTimeout, .idleTimeout, .totalTimeout: .timeout
      case .addressRefused, .invalidRequest: .refused
      case .cancelled: .cancelled
      }
    self.init(reason, error.message)
  }
}
