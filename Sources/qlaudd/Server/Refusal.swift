import HTTPTypes
import Wire

/// An answer that the server gives itself, before or instead of the product: Anthropic's error envelope.
struct Refusal: Sendable, Equatable {
  let status: HTTPResponse.Status
  let message: String

  init(_ status: HTTPResponse.Status, _ message: String) {
    self.status = status
    self.message = message
  }

  /// The envelope as JSON text.
  var body: [UInt8] {
    let (type, kind) = names
    let envelope: JSON = [
      "type": "error",
      "error": ["type": .string(type), "message": .string(message), "kind": .string(kind)],
    ]
    return envelope.bytes
  }

  /// The names that PROTOCOL section 9 has for the status.
  private var names: (type: String, kind: String) {
    switch status.code {
    case 403: ("permission_error", "forbidden")
    case 413, 431: ("request_too_large", "too_large")
    case 500...: ("api_error", "internal")
    default: ("invalid_request_error", "invalid_params")
    }
  }

  /// The head that goes with ``body``.
  var response: HTTPResponse {
    HTTPResponse(
      status: status,
      headerFields: [.contentType: "application/json", .contentLength: "\(body.count)"])
  }

  /// The whole answer as bytes, for a connection that has no HTTP pipeline.
  var wholeResponse: [UInt8] {
    let body = body
    let head =
      "HTTP/1.1 \(status.code) \(status.reasonPhrase)\r\ncontent-type: application/json\r\n"
      + "content-length: \(body.count)\r\nconnection: close\r\n\r\n"
    return Array(head.utf8) + body
  }
}
