import Domain
import Wire

/// An answer that comes in pieces, beside the event log: the reply of a stateless model call.
struct FrameStream: Sendable {
  /// One piece, in the words of the dialect that was asked.
  struct Frame: Sendable, Equatable {
    /// The event's name; nil where the dialect has none.
    let name: String?
    let data: Data

    enum Data: Sendable, Equatable {
      case json(JSON)
      /// A word that ends a stream, such as OpenAI's `[DONE]`. JSON-RPC needs none: the reply is the end.
      case mark(String)
    }

    init(_ name: String? = nil, _ json: JSON) {
      self.name = name
      data = .json(json)
    }
    init(mark: String) {
      name = nil
      data = .mark(mark)
    }

    /// The piece as server-sent events carry it.
    var bytes: [UInt8] {
      switch data {
      case .json(let json): SSEText.frame(event: name, data: json.bytes)
      case .mark(let text): SSEText.frame(event: name, data: Array(text.utf8))
      }
    }
  }
  typealias Send = @Sendable (Frame) async throws -> Void

  /// The JSON-RPC notification that carries a piece.
  let notification: String
  /// What keeps a silent stream alive; nil for a comment.
  let ping: Frame?
  /// The pieces that tell of an error after the first piece is out; the request's id is given.
  let failure: @Sendable (QlaudError, String) -> [Frame]
  /// Makes the pieces, each handed to `Send`, which returns when the connection can take another. Nothing has been
  /// sent until the first one, so an error before it is the request's.
  /// - Returns: the whole reply, as a caller without a stream gets it.
  let produce: @Sendable (Send) async throws -> JSON
}
