import HTTPTypes
import NIOHTTP1
import Wire

/// What arrives on an HTTP connection, one at a time.
enum HTTPIncoming: Sendable {
  case request(HTTPIncomingRequest)
  /// What could not become a request; it is answered, and the connection ends.
  case refused(Refusal)
}

/// A whole request.
struct HTTPIncomingRequest: Sendable {
  let request: HTTPRequest
  /// nil where it is over the limit; the rest of it is being dropped.
  let body: [UInt8]?
  /// Whether the connection can serve another request after this one.
  let keepsAlive: Bool
  /// HTTP/1.0 knows no chunks: a body of unknown length ends with the connection.
  let isHTTP10: Bool
}

extension HTTPRequest {
  /// A parsed head. Only the origin form of a target (`/path?query`) and `*` are served: we are no proxy.
  init(_ head: HTTPRequestHead) throws(HeadRefused) {
    guard head.uri.utf8.first == UInt8(ascii: "/") || head.uri == "*" else {
      throw HeadRefused(Refusal(.badRequest, "request target: must begin with /"))
    }
    guard let method = HTTPRequest.Method(head.method.rawValue) else {
      throw HeadRefused(Refusal(.badRequest, "request method: must be a token"))
    }
    let hosts = head.headers["host"]
    guard hosts.count <= 1 else {
      throw HeadRefused(Refusal(.badRequest, "Host: must stand once"))
    }
    var fields = HTTPFields()
    fields.reserveCapacity(head.headers.count)
    for (name, value) in head.headers where name.lowercased() != "host" {
      guard let name = HTTPField.Name(name), HTTPField.isValidValue(value) else {
        throw HeadRefused(
          Refusal(.badRequest, "header \(name): has characters that no header may have"))
      }
      fields.append(HTTPField(name: name, value: value))
    }
    self.init(
      method: method, scheme: "http", authority: hosts.first, path: head.uri, headerFields: fields)
  }
}

/// A head that is answered at once.
struct HeadRefused: Error {
  let refusal: Refusal
  init(_ refusal: Refusal) { self.refusal = refusal }
}
