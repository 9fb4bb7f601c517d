import HTTPTypes
import NIOCore
import NIOHTTP1
import Wire

/// Waits for the first bytes of a connection, builds the pipeline of the dialect they name, and goes away.
final class SniffHandler: ChannelInboundHandler, RemovableChannelHandler {
  typealias InboundIn = ByteBuffer
  typealias InboundOut = ByteBuffer
  typealias OutboundOut = ByteBuffer

  private let address: ListeningAddress
  private let limits: ConnectionLimits
  private let decided: EventLoopPromise<Dialect?>
  private var received: ByteBuffer?
  private var timer: Scheduled<Void>?
  private var deadline = NIODeadline.distantFuture

  /// `decided` gets the dialect, or nil when the connection ends before it told.
  init(
    address: ListeningAddress, limits: ConnectionLimits, decided: EventLoopPromise<Dialect?>
  ) {
    self.address = address
    self.limits = limits
    self.decided = decided
  }

  func handlerAdded(context: ChannelHandlerContext) {
    deadline = .now() + limits.firstMessage
    timer = context.eventLoop.assumeIsolated().scheduleTask(deadline: deadline) {
      context.close(promise: nil)
    }
  }

  func handlerRemoved(context: ChannelHandlerContext) {
    timer?.cancel()
    decided.succeed(nil)
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    var bytes = unwrapInboundIn(data)
    received.setOrWriteBuffer(&bytes)
    guard let received, let framing = Framing.sniff(received.readableBytesView) else { return }
    do { try decide(framing, received, context) } catch {
      context.fireErrorCaught(error)
      context.close(promise: nil)
    }
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    switch event {
    case ChannelEvent.inputClosed, is ChannelShouldQuiesceEvent: context.close(promise: nil)
    default: context.fireUserInboundEventTriggered(event)
    }
  }

  private func decide(_ framing: Framing, _ bytes: ByteBuffer, _ context: ChannelHandlerContext)
    throws
  {
    switch (framing, address) {
    case (.http, _): decided.succeed(.http(try addHTTP(context)))
    case (_, .socket): decided.succeed(.rpc(framing, try addFrames(framing, context)))
    case (_, .tcp): return refuse(context)
    }
    context.fireChannelRead(wrapInboundOut(bytes))
    received = nil
    context.pipeline.syncOperations.removeHandler(self, promise: nil)
  }

  private func addFrames(_ framing: Framing, _ context: ChannelHandlerContext) throws
    -> Inbox<Frame>
  {
    let inbox = InboxHandler<Frame>.makeInbox(for: context.channel, limit: 2)
    let pipeline = context.pipeline.syncOperations
    try pipeline.addHandler(FrameHandler(framing, deadline: deadline))
    try pipeline.addHandler(InboxHandler(inbox))
    return inbox
  }

  private func addHTTP(_ context: ChannelHandlerContext) throws -> Inbox<HTTPIncoming> {
    let inbox = InboxHandler<HTTPIncoming>.makeInbox(for: context.channel, limit: 1)
    let pipeline = context.pipeline.syncOperations
    // Framing headers are HTTPResponder's: the encoder cannot know that an answer to HEAD has no body.
    var encoding = HTTPResponseEncoder.Configuration()
    encoding.automaticallySetFramingHeaders = false
    var decoding = NIOHTTPDecoderLimitConfiguration()
    decoding.maxHeaderFieldSize = Limits.httpHeadBytes
    decoding.maxHeaderListSize = Limits.httpHeadBytes
    decoding.maxHeaderFieldCount = Limits.httpHeaderFields
    var port: Int?
    if case .tcp(_, let bound) = address { port = bound }
    try pipeline.addHandler(HTTPResponseEncoder(configuration: encoding))
    try pipeline.addHandler(
      ByteToMessageHandler(HTTPRequestDecoder(limitConfiguration: decoding)))
    try pipeline.addHandler(
      HTTPRequestCollector(gate: port.map(LoopbackGate.init), limits: limits, deadline: deadline))
    try pipeline.addHandler(InboxHandler(inbox))
    return inbox
  }

  private func refuse(_ context: ChannelHandlerContext) {
    received = nil
    let refusal = Refusal(.badRequest, "this port speaks HTTP only; JSON-RPC is on the socket")
    let answer = context.channel.allocator.buffer(bytes: refusal.wholeResponse)
    let channel = context.channel
    context.writeAndFlush(wrapOutboundOut(answer)).whenComplete { _ in
      channel.close(promise: nil)
    }
  }
}
