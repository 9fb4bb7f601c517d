import CCurl
import Wire

extension CurlTransfer {
  /// Sets everything that the request asks for. Called once, before the handle runs.
  func configure() throws(OutboundError) {
    try set(ccurl_set_pointer(easy, CURLOPT_ERRORBUFFER, errorText))
    try set(ccurl_set_text(easy, CURLOPT_URL, exchange.url.text))
    try set(ccurl_set_text(easy, CURLOPT_PROTOCOLS_STR, "http,https"))
    for (option, value) in [
      (CURLOPT_NOSIGNAL, 1), (CURLOPT_TCP_NODELAY, 1), (CURLOPT_TCP_KEEPALIVE, 1),
      (CURLOPT_SUPPRESS_CONNECT_HEADERS, 1), (CURLOPT_FOLLOWLOCATION, 0),
      (CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_2TLS),
      (CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2),
      (CURLOPT_BUFFERSIZE, 64 << 10), (CURLOPT_FRESH_CONNECT, isRetry ? 1 : 0),
      (CURLOPT_CONNECTTIMEOUT_MS, max(request.timeouts.connect.wholeMilliseconds, 1)),
    ] {
      try set(ccurl_set_long(easy, option, value))
    }
    try set(ccurl_set_quick_exit(easy))
    if request.addresses == .publicOnly { try set(ccurl_set_text(easy, CURLOPT_NOPROXY, "*")) }
    try configureMethod()
    try configureHeaders()
    try configureCallbacks()
  }

  /// Uses no kept connection that was opened before a moment. libcurl counts their age in whole seconds, so just after the moment
  /// it uses none at all.
  func refuseConnections(before moment: ContinuousClock.Instant) throws(OutboundError) {
    let age = (startedAt - moment).wholeMilliseconds / 1000
    if age < 10 {
      try set(ccurl_set_long(easy, CURLOPT_FRESH_CONNECT, 1))
    } else {
      try set(ccurl_set_long(easy, CURLOPT_MAXLIFETIME_CONN, age))
    }
  }

  private func configureMethod() throws(OutboundError) {
    let needsBody = ["POST", "PUT", "PATCH"].contains(request.method)
    if let body = request.body ?? (needsBody ? [] : nil) {
      try set(ccurl_set_long(easy, CURLOPT_POST, 1))
      try set(ccurl_set_size(easy, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(body.count)))
      // An empty array has no address of its own, and no address would mean "read it from a callback".
      var bytes = body.isEmpty ? [0] : body
      try set(
        bytes.withUnsafeMutableBytes { buffer in
          ccurl_set_pointer(easy, CURLOPT_COPYPOSTFIELDS, buffer.baseAddress)
        })
    }
    if request.method == "HEAD" {
      try set(ccurl_set_long(easy, CURLOPT_NOBODY, 1))
    } else {
      try set(ccurl_set_text(easy, CURLOPT_CUSTOMREQUEST, request.method))
    }
  }

  private func configureHeaders() throws(OutboundError) {
    var lines = request.headers.map {
      // To libcurl "name:" means "leave this header out".
      $0.value.allSatisfy { $0 == " " || $0 == "\t" } ? "\($0.name);" : "\($0.name): \($0.value)"
    }
    lines.append("Expect:")
    if !request.headers.contains(where: { $0.name.lowercased() == "content-type" }) {
      lines.append("Content-Type:")
    }
    for line in lines {
      guard let list = ccurl_slist_append(headerList, line) else {
        throw OutboundError(.invalidRequest, "\(origin): no memory for the headers")
      }
      headerList = list
    }
    try set(ccurl_set_list(easy, CURLOPT_HTTPHEADER, headerList))
  }

  func set(_ code: CURLcode) throws(OutboundError) {
    guard code == CURLE_OK else {
      let why = String(cString: ccurl_easy_strerror(code))
      throw OutboundError(.invalidRequest, "\(origin): libcurl refuses an option: \(why)")
    }
  }
}
