import NIOCore
import ServiceLifecycle
import Wire

/// Carries a connection from its first bytes to its end.
struct Conversations: Sendable {
  let handler: Conversation.Handler
  let lingerTimeout: Duration

  /// Serves one connection and returns when it is closed or closing.
  func serve(_ connection: Connection) async {
    await withGracefulShutdownHandler {
      guard let dialect = await connection.settledDialect() else { return }
      switch dialect {
      case .rpc(let framing, let inbox):
        await connection.whileOpen { await serveRPC(connection, framing, inbox) }
        await connection.finish(dialect, linger: nil)
      case .http(let inbox):
        let unread = Flag()
        await connection.whileOpen {
          await serveHTTP(connection, inbox, unread)
        }
        await connection.finish(dialect, linger: unread.isSet ? lingerTimeout : nil)
      }
    } onGracefulShutdown: {
      connection.quiesce()
    }
  }

  private func serveRPC(_ connection: Connection, _ framing: Framing, _ inbox: Inbox<Frame>) async {
    let allocator = connection.channel.allocator
    let conversation = RPCConversation(
      peer: connection.peer,
      next: { try await inbox.next() },
      send: { message in
        let buffer = allocator.buffer(bytes: FrameDecoder.frame(message, as: framing))
        try await connection.outbox.send(buffer, bytes: buffer.readableBytes)
      })
    await handler(.rpc(conversation))
  }

  /// One request after the other: an answer is whole before the next request is looked at. Sets `unread` where the
  /// connection ends in the middle of its input.
  private func serveHTTP(_ connection: Connection, _ inbox: Inbox<HTTPIncoming>, _ unread: Flag)
    async
  {
    do {
      while let incoming = try await inbox.next() {
        switch incoming {
        case .refused(let refusal):
          unread.set()
          try await HTTPResponder(refusing: connection.outbox).send(refusal)
          return
        case .request(let request):
          if request.body == nil { unread.set() }
          let responder = HTTPResponder(to: request, outbox: connection.outbox) { inbox.isAtEnd }
          await handler(
            .http(
              HTTPExchange(
                peer: connection.peer, request: request.request, body: request.body,
                start: responder.start, write: responder.write)))
          guard try await responder.finish() else { return }
        }
      }
    } catch {
      // The connection is gone or the task was cancelled: there is nobody to answer, and the caller closes.
      return
    }
  }
}
