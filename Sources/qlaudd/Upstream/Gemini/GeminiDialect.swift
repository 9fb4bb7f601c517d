import Domain
import Wire

extension Dialect {
  /// Google's Gemini API at AI Studio: `/v1beta/models/M:streamGenerateContent?alt=sse`, without streaming
  /// `:generateContent`.
  package static let gemini = Dialect(
    shape: .gemini,
    models: ModelListing(
      path: GeminiDialect.listing, names: GeminiDialect.names, next: GeminiDialect.nextPage),
    encode: GeminiDialect.encode,
    makeDecoder: { GeminiDecoder(family: GeminiDialect.family, call: $0) })
}

/// Google AI Studio. Format: https://ai.google.dev/api/generate-content
enum GeminiDialect {
  /// Under this name what must come back later stands on the blocks.
  static let family = Provider.Shape.gemini.rawValue

  /// Tool names as this API takes them, and back.
  static func toolNames(_ call: ModelCall) -> NameMap {
    NameMap(
      call, NameRule(limit: 64, alsoAllowed: [UInt8(ascii: ".")], startsWithLetter: true))
  }

  static func encode(_ call: ModelCall, _ provider: Provider) throws(InvalidParams) -> EncodedCall {
    let encoder = try GeminiEncoder(family: family, call: call)
    return EncodedCall(
      path: "/v1beta/\(encoder.model.resource):\(verb(call))", body: try encoder.body())
  }

  static func verb(_ call: ModelCall) -> String {
    call.stream ? "streamGenerateContent?alt=sse" : "generateContent"
  }

  // MARK: The list of models

  static let listing = "/v1beta/models?pageSize=1000"

  /// Those that write text; embedding and image models are in the same list.
  static func names(_ page: JSON) -> [String] {
    (page["models"]?.array ?? []).compactMap { model in
      let methods = model["supportedGenerationMethods"]?.array
      guard methods?.contains("generateContent") != false, let name = model["name"]?.string else {
        return nil
      }
      return name.hasPrefix("models/") ? String(name.dropFirst("models/".count)) : name
    }
  }

  static func nextPage(_ page: JSON) -> String? {
    guard let token = page["nextPageToken"]?.string, !token.isEmpty else { return nil }
    return "\(listing)&pageToken=\(escaped(token))"
  }

  /// Escapes what is not unreserved (RFC 3986, section 2.3).
  private static func escaped(_ text: String) -> String {
    var out = ""
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."),
        UInt8(ascii: "_"), UInt8(ascii: "~"):
        out.unicodeScalars.append(Unicode.Scalar(byte))
      default: out += "%" + Hex.text([byte]).uppercased()
      }
    }
    return out
  }
}
