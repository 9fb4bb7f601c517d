import CCurl

/// The loop that owns libcurl: one thread, one multi handle, every easy handle. Nothing here is touched by another thread;
/// others write to the ``CurlInbox``.
final class CurlThread {
  /// Idle connections that are kept.
  private static let keptConnections = 64
  private static let longestWait = Duration.seconds(60)

  private let multi: UnsafeMutableRawPointer
  private let inbox: CurlInbox
  private var transfers: [ObjectIdentifier: CurlTransfer] = [:]
  private var byHandle: [UnsafeMutableRawPointer: CurlTransfer] = [:]
  /// No deadline lies before it. Deadlines that move further away leave it as it is, so that a byte costs no search.
  private var nextCheck: ContinuousClock.Instant?
  /// When the network changed last.
  private var renewedAt: ContinuousClock.Instant?
  /// A connect that takes no longer is not a hung one.
  private static let ordinaryConnect = Duration.seconds(1)

  /// What the new thread is given; it owns the handle from then on.
  private final class Start {
    let multi: UnsafeMutableRawPointer
    let inbox: CurlInbox
    init(multi: UnsafeMutableRawPointer, inbox: CurlInbox) {
      self.multi = multi
      self.inbox = inbox
    }
  }

  /// Starts a loop on a thread of its own. Where that fails, the inbox says why to every request.
  static func start() -> CurlInbox {
    if let problem = ccurl_problem() {
      return CurlInbox(closedBecause: "libcurl could not be set up: \(String(cString: problem))")
    }
    guard let multi = ccurl_multi_init() else {
      return CurlInbox(closedBecause: "libcurl could not be set up")
    }
    ccurl_multi_set_long(multi, CURLMOPT_MAXCONNECTS, keptConnections)
    let inbox = CurlInbox(multi: multi)
    let start = Unmanaged.passRetained(Start(multi: multi, inbox: inbox))
    let code = ccurl_thread(
      { context in
        guard let context else { return }
        let start = Unmanaged<Start>.fromOpaque(context).takeRetainedValue()
        CurlThread(multi: start.multi, inbox: start.inbox).run()
      }, start.toOpaque())
    guard code == 0 else {
      start.release()
      _ = inbox.end()
      ccurl_multi_cleanup(multi)
      return CurlInbox(closedBecause: "the HTTP thread could not be started: errno \(code)")
    }
    return inbox
  }

  private init(multi: UnsafeMutableRawPointer, inbox: CurlInbox) {
    self.multi = multi
    self.inbox = inbox
  }

  private func run() {
    var (commands, isStopping) = inbox.take()
    while !isStopping {
      for command in commands { handle(command) }
      var running: Int32 = 0
      let code = ccurl_multi_perform(multi, &running)
      if code != CURLM_OK { failAll(String(cString: ccurl_multi_strerror(code))) }
      finishDone()
      expire()
      ccurl_multi_poll(multi, nil, 0, pollMilliseconds(), nil)
      (commands, isStopping) = inbox.take()
    }
    end(unread: commands)
  }

  private func end(unread: [CurlInbox.Command]) {
    let waiters = inbox.end()
    let late = inbox.take().commands
    let error = inbox.closedError
    for transfer in Array(transfers.values) { finish(transfer, error) }
    for case .start(let exchange) in unread + late { exchange.finish(error) }
    ccurl_multi_cleanup(multi)
    for waiter in waiters { waiter.resume() }
  }

  private func handle(_ command: CurlInbox.Command) {
    switch command {
    case .start(let exchange):
      start(exchange, isRetry: false)
    case .abandon(let exchange):
      if let transfer = transfers[ObjectIdentifier(exchange)] { finish(transfer, nil) }
    case .renew: renew()
    case .resume(let exchange):
      guard let transfer = transfers[ObjectIdentifier(exchange)] else { return }
      if let error = transfer.unpause() { return finish(transfer, error) }
      watch(transfer)
    }
  }

  private func renew() {
    let now = ContinuousClock.now
    renewedAt = now
    for transfer in Array(transfers.values)
    where transfer.isConnecting && now - transfer.startedAt > Self.ordinaryConnect {
      finish(
        transfer,
        OutboundError(
          .unreachable, "\(transfer.exchange.url.origin): the network changed during the connect"))
    }
  }

  private func start(_ exchange: Exchange, isRetry: Bool) {
    let transfer: CurlTransfer
    do throws(OutboundError) {
      transfer = try CurlTransfer(exchange, isRetry: isRetry)
      try transfer.configure()
      if let renewedAt { try transfer.refuseConnections(before: renewedAt) }
    } catch {
      return exchange.finish(error)
    }
    let code = ccurl_multi_add_handle(multi, transfer.easy)
    guard code == CURLM_OK else {
      let why = String(cString: ccurl_multi_strerror(code))
      return exchange.finish(OutboundError(.invalidRequest, "\(exchange.url.origin): \(why)"))
    }
    transfers[ObjectIdentifier(exchange)] = transfer
    byHandle[transfer.easy] = transfer
    transfer.onDeadline = { [unowned self] in nextCheck = min(nextCheck ?? $0, $0) }
    watch(transfer)
  }

  private func finishDone() {
    var easy: UnsafeMutableRawPointer?
    var result = CURLE_OK
    while ccurl_next_finished(multi, &easy, &result) {
      guard let easy, let transfer = byHandle[easy] else { continue }
      if transfer.deservesRetry(after: result) {
        remove(transfer)
        start(transfer.exchange, isRetry: true)
      } else {
        finish(transfer, transfer.error(for: result))
      }
    }
  }

  private func remove(_ transfer: CurlTransfer) {
    ccurl_multi_remove_handle(multi, transfer.easy)
    transfers[ObjectIdentifier(transfer.exchange)] = nil
    byHandle[transfer.easy] = nil
  }

  private func finish(_ transfer: CurlTransfer, _ error: OutboundError?) {
    remove(transfer)
    transfer.exchange.finish(error)
  }

  private func failAll(_ why: String) {
    for transfer in Array(transfers.values) {
      finish(transfer, OutboundError(.protocolError, "\(transfer.exchange.url.origin): \(why)"))
    }
  }

  // MARK: Deadlines

  private func watch(_ transfer: CurlTransfer) {
    guard let deadline = transfer.deadline else { return }
    nextCheck = min(nextCheck ?? deadline, deadline)
  }

  private func expire() {
    guard let check = nextCheck else { return }
    let now = ContinuousClock.now
    guard now >= check else { return }
    nextCheck = nil
    for transfer in Array(transfers.values) {
      if let error = transfer.expired(at: now) {
        finish(transfer, error)
      } else {
        watch(transfer)
      }
    }
  }

  private func pollMilliseconds() -> Int32 {
    guard let nextCheck else { return Int32(Self.longestWait.wholeMilliseconds) }
    let left = min(max(nextCheck - .now, .zero), Self.longestWait)
    // Up, so that the deadline has passed when the wait is over.
    return Int32(left.wholeMilliseconds + 1)
  }
}

extension Duration {
  /// Rounded down.
  var wholeMilliseconds: Int {
    let (seconds, attoseconds) = components
    return Int(seconds) * 1000 + Int(attoseconds / 1_000_000_000_000_000)
  }
}
