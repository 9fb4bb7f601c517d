import Wire

/// What an error body says, in any of the forms that providers use:
///
/// | who | form |
/// |---|---|
/// | Anthropic | `{type: error, error: {type, message}, request_id}` |
/// | OpenAI and most | `{error: {message, type, param, code}}`; at Azure `code` may be `"401"` |
/// | Google | `{error: {code: 400, message, status, details}}`, in streams also as the only element of an array |
/// | OpenRouter | `{error: {message, code: 502, metadata: {raw, provider_name}}}` |
/// | xAI | `{code, error: "…"}`; Ollama `{error: "…"}` |
/// | Mistral | `{detail: "…"}` or `{detail: [{loc, msg}]}`, or `{message, type, code}` |
/// | Cohere, Bedrock | `{message}` |
/// | Cloudflare | `{errors: [{code, message}]}` |
struct ErrorBody: Equatable {
  /// In the provider's words; nil where no form fits.
  var message: String?
  /// The provider's name for the error.
  var type: String?
  /// An HTTP status named in the body.
  var status: Int?

  /// Reads a whole body, or the data of an error event.
  init(_ json: JSON) {
    let body = json.array?.first ?? json
    if let error = body["error"]?.nonNull {
      read(error)
      if type == nil, error.string != nil { type = body["code"]?.string }
      if status == nil { status = Self.status(body["status_code"] ?? body["code"]) }
    } else if let error = body["errors"]?.array?.first {
      read(error)
    } else {
      read(body)
    }
  }

  private mutating func read(_ error: JSON) {
    if let text = error.string {
      // Some gateways put the JSON of the provider behind them into a string.
      if text.hasPrefix("{"), let inner = Self.parse(text) {
        self = ErrorBody(inner)
        if message != nil { return }
      }
      message = text
      return
    }
    message = Self.message(error)
    status =
      Self.status(error["code"]) ?? Self.status(error["status"])
      ?? Self.status(error["status_code"])
    type = [error["type"], error["status"], error["code"]].lazy
      .compactMap { $0?.string }.first { $0 != "error" && !$0.isEmpty && Int($0) == nil }
    if let raw = error["metadata"]?["raw"]?.nonNull, let detail = Self.detail(raw),
      detail != message
    {
      message = [message, detail].compactMap { $0 }.joined(separator: ": ")
    }
  }

  private static func message(_ error: JSON) -> String? {
    for key in ["message", "detail", "msg", "error_message", "title"] {
      switch error[key] {
      case .string(let text) where !text.isEmpty: return text
      case .array(let problems):
        let texts = problems.compactMap { problem -> String? in
          guard let text = problem["msg"]?.string else { return nil }
          let place = (problem["loc"]?.array ?? []).map { $0.string ?? $0.text }
          return place.isEmpty ? text : "\(place.joined(separator: ".")): \(text)"
        }
        if !texts.isEmpty { return texts.joined(separator: "; ") }
      case .object(let inner):
        if let text = message(.object(inner)) { return text }
      default: break
      }
    }
    return nil
  }

  private static func detail(_ raw: JSON) -> String? {
    guard let text = raw.string else { return message(raw) ?? raw["error"].flatMap(message) }
    return parse(text).flatMap { ErrorBody($0).message } ?? text
  }

  private static func status(_ json: JSON?) -> Int? {
    let number = json?.int.map { Int(clamping: $0) } ?? json?.string.flatMap { Int($0) }
    return number.flatMap { (400..<600).contains($0) ? $0 : nil }
  }

  /// An error body need not be JSON; then its text is the message.
  private static func parse(_ text: String) -> JSON? {
    do throws(JSONError) { return try JSON(parsing: text) } catch { return nil }
  }
}

extension ErrorBody {
  /// Reads the bytes of an error reply; what is not JSON is taken as text, mark-up as nothing.
  init(bytes: [UInt8]) {
    let text = String(decoding: bytes, as: UTF8.self)
    if let json = Self.parse(text) {
      self.init(json)
      if message != nil || !(json.object?.isEmpty ?? true) { return }
      message = json.string
      return
    }
    self.init(JSON.null)
    let line = text.split(whereSeparator: \.isNewline).first.map(String.init) ?? ""
    if !line.hasPrefix("<"), !line.isEmpty { message = line }
  }
}

extension UpstreamFailure {
  /// An error that the provider reported with this body, in a reply of that status or inside a stream (`status` nil).
  ///
  /// The status decides; the provider's name for the error only where there is none, and between the kinds of 5xx.
  init(reported body: ErrorBody, status: Int? = nil, retryAfter: Duration? = nil) {
    let status = status ?? body.status
    let named = Kind(type: body.type)
    var kind = status.map(Kind.init(status:)) ?? named ?? .server
    if kind == .server, named == .overloaded || named == .rateLimited { kind = named ?? kind }
    self.init(
      kind, body.message ?? status.map { "HTTP status \($0)" } ?? "an error without a message",
      status: status, type: body.type, retryAfter: retryAfter)
  }

  /// An error event inside a stream: the whole data of the event, or its `error` member.
  static func reported(_ json: JSON) -> UpstreamFailure {
    UpstreamFailure(reported: ErrorBody(json))
  }
}

extension UpstreamFailure.Kind {
  /// What a provider's name for an error tells beyond its status; nil for the ones that tell nothing.
  init?(type: String?) {
    switch type {
    case "rate_limit_error", "rate_limit_exceeded", "RESOURCE_EXHAUSTED", "too_many_requests":
      self = .rateLimited
    case "overloaded_error", "UNAVAILABLE", "service_unavailable", "engine_overloaded":
      self = .overloaded
    case "api_error", "server_error", "internal_server_error", "INTERNAL", "timeout_error":
      self = .server
    case "invalid_request_error", "authentication_error", "permission_error", "not_found_error",
      "request_too_large",
      "billing_error", "invalid_api_key", "INVALID_ARGUMENT", "PERMISSION_DENIED",
      "UNAUTHENTICATED", "NOT_FOUND",
      "FAILED_PRECONDITION", "insufficient_quota", "tool_use_failed", "context_length_exceeded",
      "invalid_prompt":
      self = .rejected
    default: return nil
    }
  }
}
