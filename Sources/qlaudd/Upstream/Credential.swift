import Domain
import Wire

/// A provider's key on its way into a request, and out of everything that is said about the request.
struct Credential: Sendable {
  private let secret: Secret?

  /// A key, or none.
  init(_ secret: Secret?) { self.secret = secret }

  /// The header that carries the key; nil where there is none.
  func header(_ provider: Provider) -> HeaderField? {
    guard let secret else { return nil }
    return secret.withText { text in
      // A line feed at the end is how keys come out of files and clipboards.
      let key = text.trimmed
      return switch Self.key(provider) {
      case .bearer: HeaderField("authorization", "Bearer \(key)")
      case .header(let name): HeaderField(name, key)
      }
    }
  }

  private static func key(_ provider: Provider) -> Quirks.Key {
    if let own = Quirks(provider).keys[provider.shape] { return own }
    switch provider.shape {
    case .anthropic: return .header("x-api-key")
    case .openAIChat, .openAIResponses: return .bearer
    case .gemini: return .header("x-goog-api-key")
    // An express-mode host takes an API key, a project an access token.
    case .vertex:
      return provider.baseURL.contains("/projects/") ? .bearer : .header("x-goog-api-key")
    }
  }

  /// The text with the key replaced by `***`, also where the text was cut amid the key.
  func removed(from text: String) -> String {
    guard let secret else { return text }
    return secret.withText { whole in
      let key = whole.trimmed
      guard !key.isEmpty else { return text }
      var clean = text.replacing(key, with: "***")
      for length in stride(from: key.count - 1, through: 8, by: -1) {
        let start = key.prefix(length)
        guard clean.hasSuffix(start) else { continue }
        clean = clean.dropLast(length) + "***"
        break
      }
      return clean
    }
  }

  /// The failure without the key in it.
  func removed(from failure: UpstreamFailure) -> UpstreamFailure {
    UpstreamFailure(
      failure.kind, removed(from: failure.message), status: failure.status,
      type: failure.type.map(removed(from:)), retryAfter: failure.retryAfter,
      contentStarted: failure.contentStarted, isOutcomeUnknown: failure.isOutcomeUnknown)
  }
}

extension String {
  /// Without white space at both ends.
  fileprivate var trimmed: String {
    var text = self[...]
    while text.first?.isWhitespace == true { text.removeFirst() }
    while text.last?.isWhitespace == true { text.removeLast() }
    return String(text)
  }
}
