import Domain
import Wire

extension Dialect {
  /// Vertex AI: Google's models, and Anthropic's under names that start with `claude`.
  ///
  /// The provider's `base_url` holds everything up to the publisher, version included, since project and place belong
  /// to the provider: `https://europe-west1-aiplatform.googleapis.com/v1/projects/P/locations/europe-west1`. A
  /// `base_url` without `/projects/` (express mode) gets `/v1` in between.
  package static let vertex = Dialect(
    shape: .vertex,
    // There is no list of the publishers' models under a project. Its own registry answers whether address and key are
    // good, and holds no name that a call could use.
    models: ModelListing(path: "/models?pageSize=1", names: { _ in [] }),
    encode: VertexDialect.encode,
    makeDecoder: VertexDialect.makeDecoder)
}

/// Google Vertex AI. Formats: https://cloud.google.com/vertex-ai/generative-ai/docs/model-reference/inference and
/// https://docs.claude.com/en/api/claude-on-vertex-ai
enum VertexDialect {
  /// A family of its own beside `gemini`: the two hosts sign thoughts with different keys.
  static let family = Provider.Shape.vertex.rawValue
  /// What Anthropic's requests carry here instead of a header.
  private static let anthropicVersion = "vertex-2023-10-16"

  static func isAnthropic(_ call: ModelCall) -> Bool { call.model.hasPrefix("claude") }

  static func encode(_ call: ModelCall, _ provider: Provider) throws(InvalidParams) -> EncodedCall {
    let model = try GeminiModel(call.model).name
    let root = provider.baseURL.contains("/projects/") ? "" : "/v1"
    guard isAnthropic(call) else {
      let encoder = try GeminiEncoder(family: family, call: call)
      return EncodedCall(
        path: "\(root)/publishers/google/models/\(model):\(GeminiDialect.verb(call))",
        body: try encoder.body())
    }
    let verb = call.stream ? "streamRawPredict" : "rawPredict"
    let (whole, headers) = try AnthropicDialect.request(call)
    var body = whole
    body["model"] = nil
    body["anthropic_version"] = .string(anthropicVersion)
    return EncodedCall(
      path: "\(root)/publishers/anthropic/models/\(model):\(verb)", headers: headers,
      body: .object(body))
  }

  static func makeDecoder(_ call: ModelCall) -> any ReplyDecoder {
    isAnthropic(call)
      ? Dialect.anthropic.makeDecoder(call) : GeminiDecoder(family: family, call: call)
  }
}
