import NIOCore
import Wire

/// Cuts the bytes of a JSON-RPC connection into frames.
///
/// It drives Wire's decoder: those of NIOExtras fail the connection at an oversized message, ours skips it and goes on.
final class FrameHandler: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias InboundOut = Frame

  private var decoder: FrameDecoder
  private let deadline: NIODeadline
  private var timer: Scheduled<Void>?
  private var hasFrame = false
  private var endsBetweenLines = false
  private var hasFinished = false

  /// The connection is closed where its first frame is not whole at `deadline`. Blank lines alone begin no frame.
  init(_ framing: Framing, deadline: NIODeadline) {
    decoder = FrameDecoder(framing)
    self.deadline = deadline
  }

  func handlerAdded(context: ChannelHandlerContext) {
    timer = context.eventLoop.assumeIsolated().scheduleTask(deadline: deadline) {
      if !self.hasFrame, !self.endsBetweenLines { context.close(promise: nil) }
    }
  }

  func handlerRemoved(context: ChannelHandlerContext) { timer?.cancel() }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    let bytes = unwrapInboundIn(data).readableBytesView
    decoder.append(bytes)
    while let frame = decoder.next() {
      hasFrame = true
      timer?.cancel()
      context.fireChannelRead(wrapInboundOut(frame))
    }
    endsBetweenLines = bytes.last == UInt8(ascii: "\n")
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    if case .some(ChannelEvent.inputClosed) = event as? ChannelEvent { finish(context) }
    context.fireUserInboundEventTriggered(event)
  }

  func channelInactive(context: ChannelHandlerContext) {
    finish(context)
    context.fireChannelInactive()
  }

  /// A last line may come without its line end.
  private func finish(_ context: ChannelHandlerContext) {
    guard !hasFinished else { return }
    hasFinished = true
    if let last = decoder.finish() { context.fireChannelRead(wrapInboundOut(last)) }
  }
}
