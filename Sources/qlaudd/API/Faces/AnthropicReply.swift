import Domain
import Wire

/// A reply in the words of Anthropic's Messages API.
enum AnthropicReply {
  /// The whole message.
  /// - Throws: ``QlaudError`` `upstream_error` for a tool call whose input is no JSON object, unless the reply was cut.
  static func message(_ reply: Reply) throws -> JSON {
    var blocks: [JSON] = []
    for var block in reply.blocks {
      if block[Block.invalidInputKey] != nil {
        guard isCut(reply.stopReason) else {
          throw QlaudError(
            .upstreamError,
            "the model's input of tool \"\(block["name"]?.string ?? "")\" is no JSON object",
            isRetryable: true)
        }
        block[Block.invalidInputKey] = nil
      }
      blocks.append(block.publicJSON)
    }
    return json(reply, blocks)
  }

  /// The same at the end of a stream, whose reader has seen broken input come: it stands as `{}`.
  static func streamed(_ reply: Reply) -> JSON {
    var reply = reply
    for index in reply.blocks.indices { reply.blocks[index][Block.invalidInputKey] = nil }
    return json(reply, reply.blocks.map(\.publicJSON))
  }

  private static func json(_ reply: Reply, _ blocks: [JSON]) -> JSON {
    [
      "id": .string(reply.id), "type": "message", "role": "assistant",
      "model": .string(reply.model), "content": .array(blocks),
      "stop_reason": reply.stopReason.map(JSON.string) ?? .null,
      "stop_sequence": reply.stopSequence.map(JSON.string) ?? .null, "usage": reply.usage.json,
    ]
  }

  /// An event of the stream; nil for what clients never see.
  static func frame(_ event: StreamEvent) -> FrameStream.Frame? {
    event.wire.map { FrameStream.Frame($0.name, $0.data) }
  }

  static let ping = FrameStream.Frame("ping", ["type": "ping"])

  /// An error after the stream has begun.
  static func failure(_ error: QlaudError, requestID: String) -> [FrameStream.Frame] {
    [FrameStream.Frame("error", error.httpBody(requestID: requestID))]
  }

  private static func isCut(_ stopReason: String?) -> Bool {
    stopReason == "max_tokens" || stopReason == "refusal"
      || stopReason == "model_context_window_exceeded"
  }
}
