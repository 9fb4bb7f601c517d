import CCurl
import Wire

/// One easy handle at work for one exchange. Confined to the loop's thread.
final class CurlTransfer {
  /// What is waited for, and since when counts.
  private enum Wait { case connection, firstByte, body, reader }

  let exchange: Exchange
  let easy: UnsafeMutableRawPointer
  let isRetry: Bool
  let startedAt = ContinuousClock.now
  /// Told of each deadline that may lie before the others.
  var onDeadline: (ContinuousClock.Instant) -> Void = { _ in }
  let errorText: UnsafeMutablePointer<CChar>
  var headerList: UnsafeMutablePointer<curl_slist>?

  private var wait = Wait.connection
  private var phaseDeadline: ContinuousClock.Instant?
  private var uploaded: Int64 = 0
  private var head = HeadParser()
  private var bodyBytes = 0
  private var responseStarted = false
  private var addressWasRefused = false
  /// How often the request was, or was about to be, sent by libcurl.
  private var attempts = 0
  private var needsFreshConnection = false
  /// What a callback found; it comes before what libcurl makes of the callback's refusal.
  private var failure: OutboundError?

  /// Whether nothing has been sent yet: name, TCP, proxy or TLS are under way.
  var isConnecting: Bool { attempts == 0 && !responseStarted }

  var request: OutboundRequest { exchange.request }
  var origin: String { exchange.url.origin }

  init(_ exchange: Exchange, isRetry: Bool) throws(OutboundError) {
    guard let easy = ccurl_easy_init() else {
      throw OutboundError(.invalidRequest, "\(exchange.url.origin): no memory for the transfer")
    }
    self.exchange = exchange
    self.easy = easy
    self.isRetry = isRetry
    errorText = .allocate(capacity: Int(CURL_ERROR_SIZE))
    errorText.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
  }

  deinit {
    ccurl_easy_cleanup(easy)
    ccurl_slist_free_all(headerList)
    errorText.deallocate()
  }

  // MARK: Callbacks

  /// Points libcurl at this object, which must outlive the handle's work.
  func configureCallbacks() throws(OutboundError) {
    let this = Unmanaged.passUnretained(self).toOpaque()
    for option in [
      CURLOPT_WRITEDATA, CURLOPT_HEADERDATA, CURLOPT_OPENSOCKETDATA, CURLOPT_PREREQDATA,
      CURLOPT_XFERINFODATA,
    ] {
      try set(ccurl_set_pointer(easy, option, this))
    }
    try set(
      ccurl_set_writer(easy, CURLOPT_WRITEFUNCTION) { data, size, count, context in
        CurlTransfer.from(context)?.received(data, size * count) ?? 0
      })
    try set(
      ccurl_set_writer(easy, CURLOPT_HEADERFUNCTION) { data, size, count, context in
        CurlTransfer.from(context)?.receivedHeader(data, size * count) ?? 0
      })
    try set(
      ccurl_set_opensocket(easy) { context, _, address in
        guard let address else { return -1 }
        return CurlTransfer.from(context)?.openSocket(address) ?? -1
      })
    try set(
      ccurl_set_prereq(easy) { context, address, _, _, _ in
        let mayGo = CurlTransfer.from(context)?.connected(to: address) ?? false
        return mayGo ? CURL_PREREQFUNC_OK : CURL_PREREQFUNC_ABORT
      })
    // A body that fits into the socket's buffer is sent before anybody could ask how far it is.
    if let body = request.body, body.count > 64 << 10 {
      try set(ccurl_set_long(easy, CURLOPT_NOPROGRESS, 0))
      try set(
        ccurl_set_progress(easy) { context, _, _, _, uploaded in
          CurlTransfer.from(context)?.progressed(uploaded)
          return 0
        })
    }
  }

  private static func from(_ context: UnsafeMutableRawPointer?) -> CurlTransfer? {
    context.map { Unmanaged<CurlTransfer>.fromOpaque($0).takeUnretainedValue() }
  }

  private func openSocket(_ address: UnsafeMutablePointer<curl_sockaddr>) -> curl_socket_t {
    let ip = withUnsafePointer(to: &address.pointee.addr) { IPAddress($0) }
    if request.addresses.refuses(ip) {
      addressWasRefused = true
      return -1
    }
    return ccurl_socket(address)
  }

  /// There is a connection and the request is about to be sent. A kept connection never asked for a socket, so its address is
  /// checked here: another request may have opened it under another policy.
  private func connected(to address: UnsafePointer<CChar>?) -> Bool {
    if request.addresses != .any,
      request.addresses.refuses(address.flatMap { IPAddress(String(cString: $0)) })
    {
      addressWasRefused = true
      return false
    }
    attempts += 1
    // libcurl itself sends again, up to five times, where a kept connection dies; from one kept connection to the next. Once
    // is enough, and on a fresh one.
    if attempts > 1, !isRetry, ccurl_connections_opened(easy) == 0 {
      needsFreshConnection = true
      return false
    }
    arm(.firstByte)
    return true
  }

  private func progressed(_ uploaded: curl_off_t) {
    guard wait == .firstByte, Int64(uploaded) > self.uploaded else { return }
    self.uploaded = Int64(uploaded)
    arm(.firstByte)
  }

  private func receivedHeader(_ data: UnsafeMutablePointer<CChar>?, _ count: Int) -> Int {
    responseStarted = true
    arm(.body)
    switch head.line(UnsafeRawBufferPointer(start: data, count: count)) {
    case .more: return count
    case .done(let head): return headEnded(head) ? count : 0
    case .tooLong:
      return fail(.tooLarge, "the head of the reply is over \(HeadParser.maxBytes) bytes")
    case .noStatus: return fail(.protocolError, "the reply has no status")
    }
  }

  private func headEnded(_ head: ResponseHead) -> Bool {
    let length = head.headers.first { $0.name.lowercased() == "content-length" }
    guard request.method != "HEAD", let length = length.flatMap({ Int($0.value) }),
      length > request.maxResponseBytes
    else { return exchange.headArrived(head) }
    _ = fail(
      .tooLarge,
      "the reply is announced with \(length) bytes, the limit is \(request.maxResponseBytes)")
    return false
  }

  private func received(_ data: UnsafeMutablePointer<CChar>?, _ count: Int) -> Int {
    guard let data, count > 0 else { return count }
    guard count <= request.maxResponseBytes - bodyBytes else {
      return fail(.tooLarge, "the reply is over \(request.maxResponseBytes) bytes")
    }
    let verdict = data.withMemoryRebound(to: UInt8.self, capacity: count) {
      exchange.receive(UnsafeBufferPointer(start: $0, count: count))
    }
    switch verdict {
    case .taken:
      bodyBytes += count
      arm(.body)
      return count
    case .pause:
      wait = .reader
      phaseDeadline = nil
      return ccurl_write_pause
    case .abort: return 0
    }
  }

  /// - Returns: 0, which makes libcurl end the transfer.
  private func fail(_ kind: OutboundError.Kind, _ what: String) -> Int {
    failure = OutboundError(kind, "\(origin): \(what)", responseStarted: responseStarted)
    return 0
  }

  /// Lets libcurl deliver again.
  func unpause() -> OutboundError? {
    guard wait == .reader else { return nil }
    arm(.body)
    let code = ccurl_easy_pause(easy, CURLPAUSE_CONT)
    return code == CURLE_OK ? nil : error(for: code)
  }

  // MARK: Deadlines

  private func arm(_ wait: Wait) {
    self.wait = wait
    let limit = wait == .firstByte ? request.timeouts.firstByte : request.timeouts.idle
    let deadline = ContinuousClock.now.advanced(by: limit)
    phaseDeadline = deadline
    onDeadline(deadline)
  }

  /// When the transfer is to be looked at again. The time-out of the connection is libcurl's own.
  var deadline: ContinuousClock.Instant? {
    guard let total = exchange.deadline else { return phaseDeadline }
    return phaseDeadline.map { min($0, total) } ?? total
  }

  func expired(at now: ContinuousClock.Instant) -> OutboundError? {
    if let total = exchange.deadline, now >= total {
      return timeout(.totalTimeout, "not over", within: request.timeouts.total)
    }
    guard let phaseDeadline, now >= phaseDeadline else { return nil }
    return wait == .firstByte
      ? timeout(.firstByteTimeout, "no reply", within: request.timeouts.firstByte)
      : timeout(.idleTimeout, "no further byte of the reply", within: request.timeouts.idle)
  }

  private func timeout(_ kind: OutboundError.Kind, _ what: String, within limit: Duration?)
    -> OutboundError
  {
    let milliseconds = limit?.wholeMilliseconds ?? 0
    return OutboundError(
      kind, "\(origin): \(what) within \(milliseconds) ms", responseStarted: responseStarted)
  }

  // MARK: The end

  /// Whether a kept connection died before it carried a line of the reply: its server closed it while the request was on
  /// the way.
  func deservesRetry(after code: CURLcode) -> Bool {
    guard !isRetry, failure == nil, !responseStarted, ccurl_connections_opened(easy) == 0 else {
      return false
    }
    return needsFreshConnection || code == CURLE_SEND_ERROR || code == CURLE_RECV_ERROR
      || code == CURLE_GOT_NOTHING
  }

  /// What the reader is told; nil for a transfer that ended well.
  func error(for code: CURLcode) -> OutboundError? {
    if let failure { return failure }
    if code == CURLE_OK {
      // To libcurl a connection that ends within the head ends a reply without a body.
      if head.isDone { return nil }
      return OutboundError(
        .closed, "\(origin): the connection ended within the head of the reply",
        responseStarted: responseStarted)
    }
    if addressWasRefused, code == CURLE_COULDNT_CONNECT || code == CURLE_ABORTED_BY_CALLBACK {
      return OutboundError(
        .addressRefused, "\(origin): its address is not allowed (\(request.addresses))")
    }
    let text =
      code == CURLE_OUT_OF_MEMORY
      ? "a line of the reply's head is too long" : String(cString: errorText)
    let why = text.isEmpty ? String(cString: ccurl_easy_strerror(code)) : text
    let kind = OutboundError.Kind(
      code, wasRefused: ccurl_was_refused(easy),
      proxyStatus: ccurl_proxy_status(easy))
    return OutboundError(kind, "\(origin): \(why)", responseStarted: responseStarted)
  }
}
