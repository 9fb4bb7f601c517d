package import Domain
package import Outbound
import Wire

/// The way to the models: puts a call into its provider's shape, sends it, and reads the reply as canonical events.
///
/// It tries once. Whether and when to try again is the caller's decision, by ``UpstreamFailure``; only a connection that
/// the host had closed before any byte of the reply came is renewed by the client underneath.
package struct ModelClient: Sendable {
  private let client: HTTPClient
  let timeouts: Timeouts

  /// Bytes of an error body that are read.
  static let errorBodyBytes = 64 << 10
  /// Bytes of a reply that is not streamed, and of one page of a list of models.
  static let replyBytes = 64 << 20
  /// Pages of a list of models.
  static let listPages = 20

  /// Models on this client. Five minutes of silence are borne: some models think that long without a word.
  package init(
    client: HTTPClient,
    timeouts: Timeouts = Timeouts(firstByte: .seconds(300), idle: .seconds(300))
  ) {
    self.client = client
    self.timeouts = timeouts
  }

  /// Asks a model. Returns when the head of the reply is there and says that it succeeds; of a reply that is not streamed, when all
  /// of it is there.
  /// - Throws: ``UpstreamFailure``; of kind `rejected`, type `invalid_params`, where the family cannot be told what the call says.
  package func stream(_ call: ModelCall, provider: Provider, secret: Secret?)
    async throws(UpstreamFailure) -> ReplyStream
  {
    let credential = Credential(secret)
    let dialect = Dialect.of(provider.shape)
    let encoded: EncodedCall
    let mark = HostMark(provider)
    let call = mark.readable(call)
    do throws(InvalidParams) { encoded = try dialect.encode(call, provider) } catch {
      throw UpstreamFailure(.rejected, error.description, type: "invalid_params")
    }
    let request = OutboundRequest(
      method: "POST", url: Endpoint.url(provider.baseURL, encoded.path),
      headers: headers(
        provider, credential, encoded, stream: call.stream, idempotencyKey: call.idempotencyKey),
      body: encoded.body.bytes, timeouts: timeouts, maxResponseBytes: Self.replyBytes)
    let response = try await send(request, credential)
    let decoder = dialect.makeDecoder(call)
    let requestID = Self.requestID(response)
    // What comes decides, not what was asked for: some hosts stream always, some never.
    guard Self.isWhole(response, asked: call.stream) else {
      return ReplyStream(
        requestID: requestID, mark: mark, body: response.body, decoder: decoder,
        credential: credential)
    }
    let json = try await json(response, credential)
    var reader = decoder
    do throws(UpstreamFailure) {
      return ReplyStream(requestID: requestID, mark: mark, events: try reader.whole(json))
    } catch {
      throw credential.removed(from: error)
    }
  }

  /// The names of the models that a provider offers, in its order.
  /// - Throws: ``UpstreamFailure``.
  package func listModels(provider: Provider, secret: Secret?) async throws(UpstreamFailure)
    -> [String]
  {
    let credential = Credential(secret)
    let dialect = Dialect.of(provider.shape)
    let version =
      provider.shape == .anthropic
      ? [HeaderField("anthropic-version", AnthropicDialect.version)] : []
    var names: [String] = []
    var path: String? = dialect.models.path
    for _ in 0..<Self.listPages {
      guard let next = path else { break }
      let encoded = EncodedCall(path: next, headers: version, body: .null)
      let request = OutboundRequest(
        method: "GET", url: Endpoint.url(provider.baseURL, next),
        headers: headers(provider, credential, encoded, stream: false, hasBody: false),
        timeouts: timeouts, maxResponseBytes: Self.replyBytes)
      let page = try await json(try await send(request, credential), credential)
      names += dialect.models.names(page)
      path = dialect.models.next(page)
    }
    return names
  }

  /// Looks whether a provider answers at all, without a key and without a word about it.
  /// - Throws: ``UpstreamFailure``, of a kind that is not retryable where it answered that it wants a key, or so.
  package func look(at provider: Provider) async throws(UpstreamFailure) {
    let request = OutboundRequest(
      method: "GET", url: Endpoint.url(provider.baseURL, Dialect.of(provider.shape).models.path),
      timeouts: Timeouts(firstByte: .seconds(10), idle: .seconds(10), total: .seconds(30)),
      maxResponseBytes: Self.replyBytes)
    _ = try await send(request, Credential(nil))
  }

  // MARK: Requests

  /// The provider's own headers replace those of the format; the key comes last and replaces all. A header of the provider's
  /// whose value is `{{idempotency_key}}` carries the call's name, the same for every try of it, and is left out of calls without one: none
  /// of the well-known hosts documents such a header for model calls, gateways do, each under a name of its own.
  func headers(
    _ provider: Provider, _ credential: Credential, _ encoded: EncodedCall, stream: Bool,
    hasBody: Bool = true, idempotencyKey: String? = nil
  ) -> [HeaderField] {
    var fields = hasBody ? [HeaderField("content-type", "application/json")] : []
    fields.append(HeaderField("accept", stream ? "text/event-stream" : "application/json"))
    let further =
      encoded.headers + Self.named(provider.headers, idempotencyKey)
      + [credential.header(provider)].compactMap { $0 }
    for field in further {
      fields.removeAll { $0.name.lowercased() == field.name.lowercased() }
      fields.append(field)
    }
    return fields
  }

  private static func named(_ headers: [HeaderField], _ key: String?) -> [HeaderField] {
    headers.compactMap { field in
      guard field.value == "{{idempotency_key}}" else { return field }
      return key.map { HeaderField(field.name, $0) }
    }
  }

  /// Sends it and returns a reply of success.
  func send(_ request: OutboundRequest, _ credential: Credential)
    async throws(UpstreamFailure) -> OutboundResponse
  {
    let response: OutboundResponse
    do throws(OutboundError) { response = try await client.send(request) } catch {
      throw credential.removed(from: UpstreamFailure(beforeHead: error))
    }
    guard (200..<300).contains(response.status) else {
      throw try await failure(response, credential)
    }
    return response
  }

  // MARK: Replies

  private func failure(_ response: OutboundResponse, _ credential: Credential)
    async throws(UpstreamFailure) -> UpstreamFailure
  {
    var bytes: [UInt8] = []
    do throws(OutboundError) {
      for try await piece in response.body {
        bytes += piece.prefix(Self.errorBodyBytes - bytes.count)
        if bytes.count >= Self.errorBodyBytes { break }
      }
    } catch {
      // The status is what counts; words that did not come are not missed.
      if error.kind == .cancelled { throw UpstreamFailure(.cancelled, "the call was cancelled") }
    }
    let text = credential.removed(from: String(decoding: bytes, as: UTF8.self))
    return UpstreamFailure(
      reported: ErrorBody(bytes: Array(text.utf8)), status: response.status,
      retryAfter: RetryAfter.read(response.header))
  }

  func json(_ response: OutboundResponse, _ credential: Credential)
    async throws(UpstreamFailure) -> JSON
  {
    let bytes: [UInt8]
    do throws(OutboundError) {
      bytes = try await response.body.collect(upTo: Self.replyBytes)
    } catch {
      throw credential.removed(from: UpstreamFailure(afterHead: error))
    }
    do throws(JSONError) { return try JSON(tolerating: bytes) } catch {
      throw UpstreamFailure(
        .malformed, "the reply is not JSON: \(error)", status: response.status)
    }
  }

  private static func isWhole(_ response: OutboundResponse, asked stream: Bool) -> Bool {
    let type = response.header("content-type")?.lowercased() ?? ""
    if type.hasPrefix("text/event-stream") { return false }
    return !stream || type.hasPrefix("application/json")
  }

  private static func requestID(_ response: OutboundResponse) -> String? {
    ["request-id", "x-request-id", "apim-request-id", "x-amzn-requestid"].lazy
      .compactMap { response.header($0) }.first
  }
}

extension UpstreamFailure {
  /// A transfer that failed before the head of a reply was there.
  init(beforeHead error: OutboundError) {
    let kind: Kind =
      switch error.kind {
      case .unresolvable, .refused, .unreachable, .tls, .connectTimeout, .firstByteTimeout,
        .idleTimeout, .totalTimeout, .closed:
        .unreachable
      case .addressRefused, .invalidRequest: .rejected
      case .tooLarge, .protocolError: .malformed
      case .cancelled: .cancelled
      }
    let wasSent: Bool =
      switch error.kind {
      case .firstByteTimeout, .idleTimeout, .totalTimeout, .closed: true
      default: false
      }
    self.init(
      kind, error.message, type: error.kind == .closed ? Self.closed : nil,
      isOutcomeUnknown: wasSent)
  }

  /// A transfer that failed after the head of a reply.
  init(afterHead error: OutboundError, contentStarted: Bool = false) {
    let kind: Kind =
      switch error.kind {
      case .cancelled: .cancelled
      case .tooLarge: .malformed
      default: .brokenStream
      }
    self.init(kind, error.message, contentStarted: contentStarted)
  }
}
