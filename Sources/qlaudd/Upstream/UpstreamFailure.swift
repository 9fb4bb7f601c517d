/// Why a model call failed, in terms the runner branches on.
package struct UpstreamFailure: Error, Sendable, Equatable, CustomStringConvertible {
  /// What the runner branches on.
  package enum Kind: String, Sendable {
    /// No connection, no name, no TLS, or silence before the head of the reply.
    case unreachable
    /// 429.
    case rateLimited
    /// 503, 529 and what else says "too busy".
    case overloaded
    /// Any other 5xx, 408 and 409.
    case server
    /// Any other 4xx: the same request would be refused again.
    case rejected
    /// The reply broke off after its head.
    case brokenStream
    /// A reply that cannot be read.
    case malformed
    /// The caller took the call back.
    case cancelled
  }

  package let kind: Kind
  /// The HTTP status, or the one that an error inside a 200 stream names.
  package let status: Int?
  /// For people; at most ``messageLimit`` characters, never with a secret in it.
  package let message: String
  /// The provider's own name for the error: `overloaded_error`, `RESOURCE_EXHAUSTED`.
  package let type: String?
  /// How long the provider asks to wait; only where waiting can help.
  package let retryAfter: Duration?
  /// Whether a block of the reply had already been passed on.
  package let contentStarted: Bool
  /// Whether the request was sent and nobody knows whether the provider has carried it out.
  package let isOutcomeUnknown: Bool

  /// The `type` of a connection that was made and then closed before the head of a reply: the host is there.
  package static let closed = "connection_closed"

  /// Characters of `message`.
  package static let messageLimit = 2_000

  /// A failure; `retryAfter` is dropped where waiting does not help.
  package init(
    _ kind: Kind, _ message: String, status: Int? = nil, type: String? = nil,
    retryAfter: Duration? = nil, contentStarted: Bool = false, isOutcomeUnknown: Bool = false
  ) {
    self.kind = kind
    self.isOutcomeUnknown = isOutcomeUnknown || kind == .brokenStream
    self.status = status
    self.message = String(message.prefix(UpstreamFailure.messageLimit))
    self.type = type
    self.retryAfter = Self.waits(kind) ? retryAfter : nil
    self.contentStarted = contentStarted
  }

  /// Whether the same request may succeed later.
  package var isRetryable: Bool {
    switch kind {
    case .unreachable, .rateLimited, .overloaded, .server, .brokenStream: true
    case .rejected, .malformed, .cancelled: false
    }
  }

  /// Whether the host says that the input is more than the model holds, in one of the ways that hosts say it.
  package var isTooLong: Bool {
    guard kind == .rejected, status == 400 || status == 413 || status == 422 else { return false }
    let words = "\(type ?? "") \(message)".lowercased()
    return Self.tooLong.contains { words.contains($0) }
  }

  /// Anthropic; OpenAI, DeepSeek, Groq, Mistral and others; llama.cpp; Gemini; Ollama, LM Studio.
  private static let tooLong = [
    "prompt is too long", "exceed context limit", "context_length_exceeded",
    "maximum context length", "context length of", "context window", "exceed_context_size",
    "available context size", "input token count", "exceeds the maximum number of tokens",
    "too many tokens",
  ]

  package var description: String {
    status.map { "\(message) (\(kind.rawValue), status \($0))" } ?? "\(message) (\(kind.rawValue))"
  }

  /// The same failure after `contentStarted` is known.
  func after(contentStarted: Bool) -> UpstreamFailure {
    UpstreamFailure(
      kind, message, status: status, type: type, retryAfter: retryAfter,
      contentStarted: contentStarted, isOutcomeUnknown: isOutcomeUnknown)
  }

  private static func waits(_ kind: Kind) -> Bool {
    kind == .rateLimited || kind == .overloaded || kind == .server
  }
}

extension UpstreamFailure.Kind {
  /// The kind of an HTTP status that is not 2xx.
  init(status: Int) {
    switch status {
    case 429: self = .rateLimited
    case 503, 529: self = .overloaded
    case 408, 409, 500...: self = .server
    case 400..<500: self = .rejected
    // A redirect that was not followed, or an informational head: no reply of the API.
    default: self = .malformed
    }
  }
}
