import Wire

extension OutboundRequest {
  /// Bytes of all header names and values at most.
  static let maxHeaderBytes = 256 << 10
  /// What only the connection itself may say: a caller who could set these could smuggle a second request.
  private static let framing: Set<String> = [
    "connection", "content-length", "expect", "http2-settings", "keep-alive", "proxy-authorization",
    "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade",
  ]

  /// Checks everything that would otherwise reach the wire as it is.
  /// - Returns: the URL.
  func checked() throws(OutboundError) -> WebURL {
    guard (1...32).contains(method.utf8.count), method.utf8.allSatisfy(Self.isTokenByte) else {
      throw Self.invalid("method: must be an HTTP token of 1 to 32 characters")
    }
    guard method.uppercased() != "CONNECT" else {
      throw Self.invalid("method: CONNECT is not a request for a resource")
    }
    var headerBytes = 0
    for header in headers {
      try Self.check(header)
      headerBytes += header.name.utf8.count + header.value.utf8.count
    }
    guard headerBytes <= Self.maxHeaderBytes else {
      throw Self.invalid("headers: \(headerBytes) bytes are over \(Self.maxHeaderBytes)")
    }
    guard maxResponseBytes >= 0 else {
      throw Self.invalid("maxResponseBytes: must not be negative")
    }
    for (name, value) in [
      ("connect", timeouts.connect), ("firstByte", timeouts.firstByte), ("idle", timeouts.idle),
      ("total", timeouts.total ?? .seconds(1)),
    ] where value <= .zero || value > .seconds(7 * 86_400) {
      throw Self.invalid("timeouts.\(name): must be over zero and at most 7 days")
    }
    return try WebURL(url)
  }

  private static func check(_ header: HeaderField) throws(OutboundError) {
    guard !header.name.isEmpty, header.name.utf8.allSatisfy(isTokenByte) else {
      throw invalid("headers: a name must be an HTTP token")
    }
    guard header.value.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 }) else {
      throw invalid("headers: the value of \(header.name) must not hold control characters")
    }
    guard !framing.contains(header.name.lowercased()) else {
      throw invalid("headers: \(header.name) is set by the connection")
    }
  }

  /// RFC 9110, 5.6.2.
  private static func isTokenByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"):
      true
    default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
    }
  }

  private static func invalid(_ problem: String) -> OutboundError {
    OutboundError(.invalidRequest, problem)
  }
}
