package import Wire

/// An upstream host and how it is spoken to.
package struct Provider: Sendable, Equatable {
  /// The family of API.
  package enum Shape: String, WireEnum {
    case anthropic
    case openAIChat = "openai-chat"
    case openAIResponses = "openai-responses"
    case gemini
    case vertex
  }
  package let name: String
  /// The origin plus any prefix before `/v1` or `/v1beta`, without a slash at the end.
  package let baseURL: String
  package let shape: Shape
  /// Name of the secret that holds its key; nil for none.
  package let secretName: String?
  /// Further headers of every request; never secret.
  package let headers: [HeaderField]
  package let updatedAt: Milliseconds
  /// A provider's row.
  package init(
    name: String, baseURL: String, shape: Shape, secretName: String?, headers: [HeaderField] = [],
    updatedAt: Milliseconds
  ) {
    self.name = name
    self.baseURL = baseURL
    self.shape = shape
    self.secretName = secretName
    self.headers = headers
    self.updatedAt = updatedAt
  }

  /// Whether it runs on this machine: such a provider costs nothing and needs no network.
  package var isLocal: Bool {
    guard let scheme = baseURL.firstRange(of: "://") else { return false }
    let authority = baseURL[scheme.upperBound...].prefix { $0 != "/" }
    let host =
      authority.hasPrefix("[")
      ? authority.prefix { $0 != "]" }.dropFirst() : authority.prefix { $0 != ":" }
    return host == "localhost" || host == "::1" || host.hasPrefix("127.")
  }
}
