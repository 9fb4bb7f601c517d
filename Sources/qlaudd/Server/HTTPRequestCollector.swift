import HTTPTypes
import NIOCore
import NIOHTTP1
import Wire

/// Makes whole requests out of the decoder's parts, within limits of size and time.
///
/// States: `idle` (between requests) → `collecting` (a head came) → `idle` at the request's end; `dropping` is final: the
/// connection is about to close, and what still arrives is not kept.
final class HTTPRequestCollector: ChannelDuplexHandler {
  typealias InboundIn = HTTPServerRequestPart
  typealias InboundOut = HTTPIncoming
  typealias OutboundIn = HTTPServerResponsePart
  typealias OutboundOut = HTTPServerResponsePart

  private struct Draft {
    let request: HTTPRequest
    let keepsAlive: Bool
    let isHTTP10: Bool
    var body: [UInt8] = []
  }
  private enum State {
    case idle
    case collecting(Draft)
    case dropping
  }

  private let gate: LoopbackGate?
  private let limits: ConnectionLimits
  private let firstDeadline: NIODeadline
  private var state = State.idle
  private var timer: Scheduled<Void>?
  /// Requests handed on whose answer has not ended.
  private var unanswered = 0
  private var owesContinue = false
  private var isQuiescing = false

  /// `gate` judges Host and Origin; nil on the Unix socket, which no browser reaches.
  init(gate: LoopbackGate?, limits: ConnectionLimits, deadline: NIODeadline) {
    self.gate = gate
    self.limits = limits
    firstDeadline = deadline
  }

  func handlerAdded(context: ChannelHandlerContext) {
    timer = context.eventLoop.assumeIsolated().scheduleTask(deadline: firstDeadline) {
      self.timeOut(context)
    }
  }

  func handlerRemoved(context: ChannelHandlerContext) { timer?.cancel() }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch (unwrapInboundIn(data), state) {
    case (.head(let head), .idle): begin(head, context)
    case (.body(let part), .collecting(let draft)): collect(part, draft, context)
    case (.end, .collecting(let draft)):
      timer?.cancel()
      state = .idle
      emit(draft, body: draft.body, context)
      if isQuiescing { context.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent()) }
    case (_, .dropping): break
    case (.head, .collecting), (.body, .idle), (.end, .idle):
      refuse(Refusal(.badRequest, "malformed request"), context)
    }
  }

  func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    let part = unwrapOutboundIn(data)
    context.write(wrapOutboundOut(part), promise: promise)
    guard case .end = part else { return }
    unanswered -= 1
    guard unanswered == 0 else { return }
    if owesContinue { sendContinue(context) }
    if case .idle = state { setTimer(limits.keepAlive, context) }
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    switch error {
    case HTTPParserError.headerOverflow:
      refuse(
        Refusal(
          .requestHeaderFieldsTooLarge,
          "request head: at most \(Limits.httpHeadBytes) bytes in \(Limits.httpHeaderFields) fields"
        ),
        context)
    case let error as HTTPParserError:
      refuse(Refusal(.badRequest, "malformed HTTP/1.1: \(error)"), context)
    case is ByteToMessageDecoderError:
      // Input after a parse error, which was answered.
      refuse(Refusal(.badRequest, "malformed HTTP/1.1"), context)
    default: context.fireErrorCaught(error)
    }
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    if event is ChannelShouldQuiesceEvent, case .collecting = state {
      // The request in the middle of its body is still served.
      isQuiescing = true
    } else {
      context.fireUserInboundEventTriggered(event)
    }
  }

  private func begin(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
    let request: HTTPRequest
    do throws(HeadRefused) { request = try HTTPRequest(head) } catch {
      return refuse(error.refusal, context)
    }
    if let refusal = gate?.refusal(hosts: head.headers["host"], origins: head.headers["origin"]) {
      return refuse(refusal, context)
    }
    // The decoder stops at a request that asks for another protocol, even though it stays HTTP.
    let asksForUpgrade = head.method == .CONNECT || head.headers.contains(name: "upgrade")
    let draft = Draft(
      request: request, keepsAlive: head.isKeepAlive && !asksForUpgrade,
      isHTTP10: head.version.minor == 0)
    setTimer(limits.firstMessage, context)
    if let length = head.headers.first(name: "content-length").flatMap(Int.init),
      length > Limits.httpBodyBytes
    {
      return drop(draft, context)
    }
    state = .collecting(draft)
    guard head.version.minor > 0,
      head.headers[canonicalForm: "expect"].contains(where: { $0.lowercased() == "100-continue" })
    else { return }
    if unanswered == 0 { sendContinue(context) } else { owesContinue = true }
  }

  private func collect(_ part: ByteBuffer, _ draft: Draft, _ context: ChannelHandlerContext) {
    guard draft.body.count + part.readableBytes <= Limits.httpBodyBytes else {
      return drop(draft, context)
    }
    var draft = draft
    // Held once, so that appending does not copy what is there.
    state = .idle
    draft.body.append(contentsOf: part.readableBytesView)
    state = .collecting(draft)
    setTimer(limits.firstMessage, context)
  }

  private func drop(_ draft: Draft, _ context: ChannelHandlerContext) {
    timer?.cancel()
    state = .dropping
    emit(draft, body: nil, context)
  }

  private func emit(_ draft: Draft, body: [UInt8]?, _ context: ChannelHandlerContext) {
    unanswered += 1
    owesContinue = false
    let request = HTTPIncomingRequest(
      request: draft.request, body: body,
      keepsAlive: draft.keepsAlive && body != nil && !isQuiescing,
      isHTTP10: draft.isHTTP10)
    context.fireChannelRead(wrapInboundOut(.request(request)))
  }

  private func refuse(_ refusal: Refusal, _ context: ChannelHandlerContext) {
    if case .dropping = state { return }
    timer?.cancel()
    state = .dropping
    unanswered += 1
    context.fireChannelRead(wrapInboundOut(.refused(refusal)))
  }

  private func sendContinue(_ context: ChannelHandlerContext) {
    owesContinue = false
    let head = HTTPResponseHead(version: .http1_1, status: .continue)
    context.writeAndFlush(wrapOutboundOut(.head(head)), promise: nil)
  }

  private func setTimer(_ delay: TimeAmount, _ context: ChannelHandlerContext) {
    timer?.cancel()
    timer = context.eventLoop.assumeIsolated().scheduleTask(in: delay) { self.timeOut(context) }
  }

  private func timeOut(_ context: ChannelHandlerContext) {
    // While an answer is on its way reading may be paused by us, so silence is not the peer's fault.
    guard unanswered == 0 else { return setTimer(limits.firstMessage, context) }
    switch state {
    case .idle: context.close(promise: nil)
    case .collecting:
      refuse(Refusal(.requestTimeout, "request body: stood still for too long"), context)
    case .dropping: break
    }
  }
}
