import NIOCore
import Wire

/// The frames of a connection: bytes as they come, cut by Wire's decoder. nio-extras' decoders cannot
/// skip an oversized message and go on, which the protocol asks for.
struct FrameSequence: AsyncSequence, Sendable {
  typealias Element = Frame
  typealias Failure = any Error
  let inbound: NIOAsyncChannelInboundStream<ByteBuffer>
  let framing: Framing

  func makeAsyncIterator() -> Iterator {
    Iterator(bytes: inbound.makeAsyncIterator(), decoder: FrameDecoder(framing))
  }

  struct Iterator: AsyncIteratorProtocol {
    var bytes: NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator
    var decoder: FrameDecoder
    var hasEnded = false

    mutating func next() async throws -> Frame? {
      while true {
        if let frame = decoder.next() { return frame }
        if hasEnded { return nil }
        if let more = try await bytes.next(isolation: #isolation) {
          decoder.append(more.readableBytesView)
        } else {
          hasEnded = true
          return decoder.finish()
        }
      }
    }
  }
}

/// Serves one JSON-RPC connection.
enum RPCConnection {
  static func serve(
    _ channel: NIOAsyncChannel<ByteBuffer, ByteBuffer>, _ framing: Framing, _ peer: Peer,
    _ handler: Conversation.Handler
  ) async throws {
    let closed = Bell()
    channel.channel.closeFuture.whenComplete { _ in closed.ring() }
    try await channel.executeThenClose { inbound, outbound in
      let conversation = RPCConversation(
        peer: peer, frames: FrameSequence(inbound: inbound, framing: framing),
        send: { message in
          try await outbound.write(ByteBuffer(bytes: FrameDecoder.frame(message, as: framing)))
        }, untilGone: { await closed.wait(past: 0) })
      await handler(.rpc(conversation))
    }
  }
}
