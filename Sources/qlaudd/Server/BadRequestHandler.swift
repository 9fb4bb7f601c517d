import NIOCore
import NIOHTTP1
import Wire

/// Answers what is no HTTP with 400 in the protocol's error envelope and closes.
final class BadRequestHandler: ChannelInboundHandler {
  typealias InboundIn = HTTPServerRequestPart
  typealias InboundOut = HTTPServerRequestPart
  typealias OutboundOut = HTTPServerResponsePart

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    guard error is HTTPParserError else { return context.fireErrorCaught(error) }
    let body = Self.body("not HTTP: \(error)")
    var head = HTTPResponseHead(version: .http1_1, status: .badRequest)
    head.headers = [
      "content-type": "application/json", "content-length": "\(body.count)", "connection": "close",
    ]
    context.write(wrapOutboundOut(.head(head)), promise: nil)
    context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: body)))), promise: nil)
    context.writeAndFlush(wrapOutboundOut(.end(nil))).assumeIsolated().whenComplete { _ in
      context.close(promise: nil)
    }
  }

  /// The envelope of an error that no handler has seen.
  static func body(
    _ message: String, kind: String = "invalid_params", type: String = "invalid_request_error"
  )
    -> [UInt8]
  {
    let error: JSON = ["type": .string(type), "message": .string(message), "kind": .string(kind)]
    return JSON(dictionaryLiteral: ("type", "error"), ("error", error)).bytes
  }

  /// A whole reply as text, for a connection without an HTTP pipeline.
  static func raw(_ message: String) -> String {
    let text = String(decoding: body(message), as: UTF8.self)
    return "HTTP/1.1 400 Bad Request\r\nContent-Type: application/json\r\nContent-Length: "
      + "\(text.utf8.count)\r\nConnection: close\r\n\r\n\(text)"
  }
}
