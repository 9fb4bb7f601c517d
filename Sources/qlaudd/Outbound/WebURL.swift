import CCurl

/// A parsed `http` or `https` URL. libcurl's own parser reads it, so what is checked here is what is connected to.
struct WebURL: Sendable, Equatable {
  /// Bytes of a URL at most.
  static let maxBytes = 64 << 10

  /// Normalised: lower-case scheme and host, no dot segments, numeric IPv4 forms written with dots, no fragment.
  let text: String
  let scheme: String
  /// A name or an address; IPv6 stands in brackets.
  let host: String
  let port: Int

  /// Parses an absolute URL, or a reference against `base`.
  init(_ text: String, relativeTo base: WebURL? = nil) throws(OutboundError) {
    guard (1...Self.maxBytes).contains(text.utf8.count) else {
      throw Self.invalid("must have 1 to \(Self.maxBytes) bytes")
    }
    guard text.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7F }) else {
      throw Self.invalid("must not hold spaces or control characters")
    }
    if let problem = ccurl_problem() {
      throw OutboundError(.invalidRequest, "libcurl: \(String(cString: problem))")
    }
    guard let handle = ccurl_url() else { throw Self.invalid("no memory to read it") }
    defer { ccurl_url_cleanup(handle) }
    let flags = UInt32(CURLU_URLENCODE | CURLU_DISALLOW_USER)
    if let base { try Self.set(handle, CURLUPART_URL, base.text, flags) }
    try Self.set(handle, CURLUPART_URL, text, flags)
    try Self.set(handle, CURLUPART_FRAGMENT, nil, 0)
    scheme = try Self.get(handle, CURLUPART_SCHEME).lowercased()
    guard scheme == "http" || scheme == "https" else {
      throw Self.invalid("must start with http:// or https://")
    }
    host = try Self.get(handle, CURLUPART_HOST).lowercased()
    guard let port = Int(try Self.get(handle, CURLUPART_PORT, UInt32(CURLU_DEFAULT_PORT))) else {
      throw Self.invalid("has no usable port")
    }
    self.port = port
    self.text = try Self.get(handle, CURLUPART_URL)
  }

  /// `https://host:8443`; the default port is left out.
  var origin: String {
    let isDefault = port == (scheme == "https" ? 443 : 80)
    return isDefault ? "\(scheme)://\(host)" : "\(scheme)://\(host):\(port)"
  }

  /// The address, where the host is one.
  var literalAddress: IPAddress? {
    IPAddress(host.hasPrefix("[") ? String(host.dropFirst().prefix { $0 != "]" }) : host)
  }

  private static func invalid(_ problem: String) -> OutboundError {
    OutboundError(.invalidRequest, "url: \(problem)")
  }
  private static func set(
    _ handle: OpaquePointer, _ part: CURLUPart, _ text: String?, _ flags: UInt32
  )
    throws(OutboundError)
  {
    let code = ccurl_url_set(handle, part, text, flags)
    guard code == CURLUE_OK else { throw problem(code) }
  }
  private static func get(_ handle: OpaquePointer, _ part: CURLUPart, _ flags: UInt32 = 0)
    throws(OutboundError) -> String
  {
    var text: UnsafeMutablePointer<CChar>?
    let code = ccurl_url_get(handle, part, &text, flags)
    guard code == CURLUE_OK, let text else { throw problem(code) }
    defer { ccurl_free(text) }
    return String(cString: text)
  }
  private static func problem(_ code: CURLUcode) -> OutboundError {
    if code == CURLUE_USER_NOT_ALLOWED {
      return invalid("must not hold a user name; send an authorization header")
    }
    return invalid(String(cString: ccurl_url_strerror(code)))
  }
}
