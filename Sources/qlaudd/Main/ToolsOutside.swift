import Domain
import Outbound
import Tools
import Vault

/// What tools are given of the world.
enum ToolsOutside {
  /// Requests leave through the one client; webhooks are signed with HMAC-SHA-256.
  static func through(_ client: HTTPClient) -> Outside {
    Outside(
      sending: { (request) async throws(OutboundError) in try await client.send(request) },
      clock: ContinuousClock(), now: Source.system.now,
      sign: { secret, bytes in
        secret.withText { Digest.hmacSHA256(key: Array($0.utf8), bytes) }
      })
  }
}
