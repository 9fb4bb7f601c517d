import Domain
import Wire

/// A request with placeholders, and what is made of its answer: the core of http-call and of every built-in.
struct HTTPTemplate: Sendable {
  let method: String
  let url: URLTemplate
  let headers: HeaderTemplates
  let body: BodyTemplate
  /// User and password of HTTP Basic (RFC 7617), each a template.
  let basicAuthorization: (user: TemplateText, password: TemplateText)?
  let responseMaxBytes: Int
  let timeout: Duration
  let addresses: ToolRequest.Addresses
  let result: ResultRule

  static let methods = ["GET", "POST", "PUT", "PATCH", "DELETE"]
  /// Bytes of a rendered URL and of a rendered body.
  static let urlLimit = 16 << 10
  static let bodyLimit = 4 << 20

  var holes: [Placeholder] {
    let authorization = basicAuthorization.map { $0.user.holes + $0.password.holes } ?? []
    return url.holes + headers.fields.flatMap(\.value.holes) + body.holes + authorization
  }

  func request(_ values: TemplateValues) throws(InvalidParams) -> ToolRequest {
    let address = try url.render(values)
    guard address.utf8.count <= Self.urlLimit else {
      throw InvalidParams("url", "renders to more than \(Self.urlLimit) bytes")
    }
    var fields = try headers.render(values)
    if let basicAuthorization {
      let plain = { (text: String) throws(InvalidParams) -> String in text }
      let user = try basicAuthorization.user.render(values, escape: plain)
      let password = try basicAuthorization.password.render(values, escape: plain)
      let token = Base64.encoded(Array("\(user):\(password)".utf8))
      fields.append(HeaderField("authorization", "Basic " + String(decoding: token, as: UTF8.self)))
    }
    let bytes = try body.render(values)
    guard (bytes?.count ?? 0) <= Self.bodyLimit else {
      throw InvalidParams("body_template", "renders to more than \(Self.bodyLimit) bytes")
    }
    return ToolRequest(
      method: method, url: address, headers: fields, body: bytes, timeout: timeout,
      addresses: addresses, followsRedirects: true)
  }

  /// Renders, sends, reads. Never throws: what goes wrong is a result.
  func perform(_ values: TemplateValues, _ outside: Outside) async -> ToolResult {
    let redactor = Redactor(secrets: Array(values.secrets.values))
    let request: ToolRequest
    do throws(InvalidParams) { request = try self.request(values) } catch {
      return .failure("the request was not sent: \(error)")
    }
    do throws(SendFailure) {
      return try await withDeadline(timeout, outside.clock) { () throws(SendFailure) in
        let response = try await outside.send(request)
        let body = try await ResponseText.read(response, limit: responseMaxBytes, redactor)
        return outcome(response, body)
      }
    } catch {
      return .failure(Self.words(error))
    }
  }

  static func words(_ failure: SendFailure) -> String {
    switch failure.reason {
    case .timeout: "the request timed out: \(failure.message)"
    case .network: "network error: \(failure.message)"
    case .refused: "the request was refused: \(failure.message)"
    case .cancelled: "the call was cancelled"
    }
  }

  private func outcome(_ response: ToolResponse, _ body: ResponseText.Body) -> ToolResult {
    let value = ResponseText.value(
      body, of: response, limit: responseMaxBytes)
    guard (200..<300).contains(response.status) else {
      let output: JSON = [
        "error": .string("HTTP status \(response.status)"), "status": .integer(response.status),
        "body": value,
      ]
      return ToolResult(output: output, isError: true)
    }
    return result.apply(to: value)
  }
}

/// What a built-in makes of a good answer; http-call hands it on whole.
struct ResultRule: Sendable {
  /// A member that says that the call failed though the status was good.
  struct Failure: Sendable {
    let path: [String]
    /// The value that means failure; nil for any.
    let value: JSON?
  }
  var failure: Failure?
  /// The part that is handed on; empty for all.
  var path: [String] = []
  /// Members that are kept of an object, or of each element of an array; empty for all.
  var members: [String] = []
  /// The media type of an image that stands under `path` as base64.
  var image: String?

  static let whole = ResultRule()

  func apply(to value: JSON) -> ToolResult {
    if let failure, let found = Self.drill(value, failure.path), !found.isNull,
      failure.value == nil || failure.value == found
    {
      return ToolResult(output: value, isError: true)
    }
    guard let part = Self.drill(value, path) else { return ToolResult(output: value) }
    if let image, let data = part.string {
      let source: JSON = ["type": "base64", "media_type": .string(image), "data": .string(data)]
      return ToolResult(output: [["type": "image", "source": source]], isBlocks: true)
    }
    return ToolResult(output: members.isEmpty ? part : kept(part))
  }

  private func kept(_ value: JSON) -> JSON {
    switch value {
    case .array(let elements): .array(elements.map(kept))
    case .object(let object): .object(.init(object.members.filter { members.contains($0.key) }))
    default: value
    }
  }

  private static func drill(_ root: JSON, _ path: [String]) -> JSON? {
    var value = root
    for key in path {
      let next: JSON? = value.array != nil ? Int(key).flatMap { value[$0] } : value[key]
      guard let next else { return nil }
      value = next
    }
    return value
  }
}
