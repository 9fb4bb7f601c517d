package import Domain
import Outbound
import Wire

extension ModelClient {
  /// Embeds texts by OpenAI's `/v1/embeddings`, which nearly every chat host serves as well.
  /// Format: https://platform.openai.com/docs/api-reference/embeddings
  /// - Throws: ``UpstreamFailure``; of type `invalid_params` for providers of other shapes.
  package func embed(_ call: EmbeddingCall, provider: Provider, secret: Secret?)
    async throws(UpstreamFailure) -> EmbeddingReply
  {
    guard provider.shape == .openAIChat || provider.shape == .openAIResponses else {
      throw UpstreamFailure(
        .rejected,
        "model: provider \(provider.name) (\(provider.shape.rawValue)) has no embeddings; "
          + "use one of shape openai-chat or openai-responses", type: "invalid_params")
    }
    let json = try await post(
      "/v1/embeddings", body: Self.body(of: call), provider: provider, secret: secret)
    return try Self.read(json, of: call)
  }

  static func body(of call: EmbeddingCall) -> JSON {
    .record([
      "model": .string(call.model), "input": call.input,
      // Numbers are what every host sends unasked, and some refuse the word for them.
      "encoding_format": call.encoding == .float ? JSON?.none : call.encoding.json,
      "dimensions": call.dimensions.map(JSON.integer),
    ])
  }

  static func read(_ json: JSON, of call: EmbeddingCall) throws(UpstreamFailure)
    -> EmbeddingReply
  {
    let data = json["data"]?.array ?? []
    guard data.count == call.count else {
      throw UpstreamFailure(
        .malformed, "the reply has \(data.count) vectors for \(call.count) inputs")
    }
    var vectors = [JSON](repeating: .null, count: call.count)
    for (position, element) in data.enumerated() {
      let index = element["index"]?.int.map { Int(clamping: $0) } ?? position
      guard vectors.indices.contains(index), vectors[index].isNull else {
        throw UpstreamFailure(.malformed, "the reply's vectors have wrong indexes")
      }
      vectors[index] = try vector(element["embedding"], as: call.encoding)
    }
    let prompt = json["usage"]?["prompt_tokens"]?.int ?? json["usage"]?["total_tokens"]?.int
    let usage =
      prompt.map { Usage(input: Int(clamping: $0)) }
      ?? Usage(input: (call.input.text.utf8.count + 3) / 4, isEstimated: true)
    return EmbeddingReply(
      model: json["model"]?.string ?? call.model, vectors: vectors, usage: usage)
  }

  /// Some hosts send numbers whatever was asked for.
  private static func vector(_ json: JSON?, as encoding: EmbeddingCall.Encoding)
    throws(UpstreamFailure) -> JSON
  {
    switch (json, encoding) {
    case (.array(let numbers)?, .float): return .array(numbers)
    case (.string(let text)?, .base64): return .string(text)
    case (.array(let numbers)?, .base64):
      var bytes: [UInt8] = []
      for number in numbers {
        let bits = Float(number.double ?? 0).bitPattern
        for shift in [0, 8, 16, 24] as [UInt32] {
          bytes.append(UInt8(truncatingIfNeeded: bits >> shift))
        }
      }
      return .string(Base64.encode(bytes))
    default:
      throw UpstreamFailure(.malformed, "the reply has no vector of the form that was asked for")
    }
  }

  /// Counts a call's input tokens: Anthropic's hosts are asked, for others it is an estimate.
  /// Format: https://docs.anthropic.com/en/api/messages-count-tokens
  /// - Throws: ``UpstreamFailure``.
  package func countTokens(_ call: ModelCall, provider: Provider, secret: Secret?)
    async throws(UpstreamFailure) -> TokenCount
  {
    let estimate = TokenCount(
      tokens: UsageEstimate.of(call, outputBytes: 0).input, isEstimated: true)
    guard provider.shape == .anthropic else { return estimate }
    var body: JSON.Object = [:]
    var further: [HeaderField] = []
    do throws(InvalidParams) {
      let (whole, headers) = try AnthropicDialect.request(HostMark(provider).readable(call))
      let counted = [
        "model", "system", "messages", "tools", "tool_choice", "thinking", "output_config",
      ]
      for name in counted { body[name] = whole[name] }
      further = headers
    } catch { throw UpstreamFailure(.rejected, error.description, type: "invalid_params") }
    do throws(UpstreamFailure) {
      let json = try await post(
        "/v1/messages/count_tokens", body: .object(body), headers: further, provider: provider,
        secret: secret)
      guard let tokens = json["input_tokens"]?.int else {
        throw UpstreamFailure(.malformed, "the reply has no input_tokens")
      }
      return TokenCount(
        tokens: Int(clamping: tokens), isEstimated: json["estimated"] == true)
    } catch {
      // Compatible hosts serve the messages, but not always this.
      if error.status == 404 || error.status == 405 || error.status == 501 { return estimate }
      throw error
    }
  }

  private func post(
    _ path: String, body: JSON, headers further: [HeaderField] = [], provider: Provider,
    secret: Secret?
  ) async throws(UpstreamFailure) -> JSON {
    let credential = Credential(secret)
    let version =
      provider.shape == .anthropic
      ? [HeaderField("anthropic-version", AnthropicDialect.version)] : []
    let encoded = EncodedCall(path: path, headers: version + further, body: body)
    let request = OutboundRequest(
      method: "POST", url: Endpoint.url(provider.baseURL, path),
      headers: headers(provider, credential, encoded, stream: false), body: body.bytes,
      timeouts: timeouts, maxResponseBytes: Self.replyBytes)
    return try await json(try await send(request, credential), credential)
  }
}
