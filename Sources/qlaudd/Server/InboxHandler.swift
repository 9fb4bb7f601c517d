import NIOCore

/// The end of a pipeline: puts what arrives into an inbox and reads from the socket only while that has room.
///
/// Half-closure: the kernel tells a peer that finished sending (input closed, the inbox ends, answers still go out) from
/// one that is gone (on a Unix socket a hang-up, which makes the channel inactive). TCP cannot tell, so its channels do not
/// allow half-closure and end with their input.
final class InboxHandler<Element: Sendable>: ChannelDuplexHandler {
  typealias InboundIn = Element
  typealias OutboundIn = Never

  private let inbox: Inbox<Element>

  init(_ inbox: Inbox<Element>) { self.inbox = inbox }

  /// An inbox whose room makes `channel` read on. `limit`: a frame may have 16 MiB, so few wait.
  static func makeInbox(for channel: any Channel, limit: Int) -> Inbox<Element> {
    Inbox(limit: limit) { channel.read() }
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    inbox.deliver(unwrapInboundIn(data))
  }

  func read(context: ChannelHandlerContext) {
    if !inbox.isFull { context.read() }
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    switch event {
    case ChannelEvent.inputClosed, is ChannelShouldQuiesceEvent: inbox.finish()
    default: context.fireUserInboundEventTriggered(event)
    }
  }

  func channelInactive(context: ChannelHandlerContext) {
    inbox.finish()
    context.fireChannelInactive()
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    // What reaches the end is the socket's own error, such as a reset: there is nobody left to tell.
    context.close(promise: nil)
  }
}
