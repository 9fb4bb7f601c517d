import NIOCore
import NIOHTTP1
import Wire

/// A connection whose framing is known.
enum Negotiated: Sendable {
  case rpc(NIOAsyncChannel<ByteBuffer, ByteBuffer>, Framing)
  case http(NIOAsyncChannel<HTTPServerRequestPart, HTTPServerResponsePart>)
  /// Closed before it said anything, or something that this listener does not serve.
  case nothing
}

/// Holds a connection's first bytes until they tell its framing, puts the handlers of that framing
/// into the pipeline, passes the bytes on and leaves.
final class NegotiationHandler: ChannelInboundHandler, RemovableChannelHandler {
  typealias InboundIn = ByteBuffer
  typealias InboundOut = ByteBuffer

  private let isHTTPOnly: Bool
  private let deadline: TimeAmount
  private let result: EventLoopPromise<Negotiated>
  private var held = ByteBuffer()
  private var timer: Scheduled<Void>?
  private var isDecided = false

  init(isHTTPOnly: Bool, deadline: TimeAmount, result: EventLoopPromise<Negotiated>) {
    self.isHTTPOnly = isHTTPOnly
    self.deadline = deadline
    self.result = result
  }

  func handlerAdded(context: ChannelHandlerContext) {
    // A connection that says nothing is a place taken from one that would.
    let channel = context.channel
    timer = context.eventLoop.scheduleTask(in: deadline) { channel.close(mode: .all, promise: nil) }
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    var bytes = unwrapInboundIn(data)
    held.writeBuffer(&bytes)
    guard !isDecided, let framing = Framing.sniff(held.readableBytesView) else { return }
    decide(framing, context)
  }

  func channelInactive(context: ChannelHandlerContext) {
    settle(.nothing)
    context.fireChannelInactive()
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    // The peer's end of input before it was clear what it speaks: there is nothing to answer.
    if let event = event as? ChannelEvent, event == .inputClosed, !isDecided {
      context.close(promise: nil)
    }
    context.fireUserInboundEventTriggered(event)
  }

  private func decide(_ framing: Framing, _ context: ChannelHandlerContext) {
    isDecided = true
    guard framing == .http || !isHTTPOnly else { return refuse(context) }
    do {
      settle(try configure(framing, context.channel))
      context.fireChannelRead(wrapInboundOut(held))
      context.fireChannelReadComplete()
      context.pipeline.syncOperations.removeHandler(context: context, promise: nil)
    } catch {
      settle(.nothing)
      context.close(promise: nil)
    }
  }

  private func configure(_ framing: Framing, _ channel: any Channel) throws -> Negotiated {
    guard framing == .http else {
      return .rpc(
        try NIOAsyncChannel(wrappingChannelSynchronously: channel, configuration: .house()), framing
      )
    }
    try channel.pipeline.syncOperations.configureHTTPServerPipeline(
      withPipeliningAssistance: true, withErrorHandling: false)
    try channel.pipeline.syncOperations.addHandler(BadRequestHandler())
    return .http(
      try NIOAsyncChannel(wrappingChannelSynchronously: channel, configuration: .house()))
  }

  private func refuse(_ context: ChannelHandlerContext) {
    settle(.nothing)
    let reply = ByteBuffer(string: BadRequestHandler.raw("this address speaks HTTP only"))
    context.writeAndFlush(NIOAny(reply)).assumeIsolated().whenComplete { _ in
      context.close(promise: nil)
    }
  }

  private func settle(_ negotiated: Negotiated) {
    timer?.cancel()
    result.succeed(negotiated)
  }
}

extension NIOAsyncChannel.Configuration {
  /// Reads a little ahead, no more; the peer may close its side and still be answered.
  static func house() -> Self {
    Self(
      backPressureStrategy: .init(lowWatermark: 1, highWatermark: 4),
      isOutboundHalfClosureEnabled: true)
  }
}
