package import Domain
package import Outbound
package import Wire

/// A model family's way of speaking: how a call is written and how the reply is read. Pure: no I/O, no clock, no
/// randomness, so each one is tested by replaying recordings.
package struct Dialect: Sendable {
  package let shape: Provider.Shape
  /// Writes a call in the provider's shape.
  /// - Throws: ``InvalidParams`` naming the field that this family cannot be told.
  package let encode: @Sendable (ModelCall, Provider) throws(InvalidParams) -> EncodedCall
  /// A fresh reader for the reply to that call; tool names are mapped back by it.
  package let makeDecoder: @Sendable (ModelCall) -> any ReplyDecoder
  /// How the provider's models are listed.
  package let models: ModelListing

  /// A family.
  package init(
    shape: Provider.Shape, models: ModelListing,
    encode: @escaping @Sendable (ModelCall, Provider) throws(InvalidParams) -> EncodedCall,
    makeDecoder: @escaping @Sendable (ModelCall) -> any ReplyDecoder
  ) {
    self.shape = shape
    self.models = models
    self.encode = encode
    self.makeDecoder = makeDecoder
  }

  /// Every family; the contract suite runs over this list.
  package static let all: [Dialect] = [
    .anthropic, .openAIChat, .openAIResponses, .gemini, .vertex,
  ]

  /// The dialect of a shape.
  package static func of(_ shape: Provider.Shape) -> Dialect {
    switch shape {
    case .anthropic: .anthropic
    case .openAIChat: .openAIChat
    case .openAIResponses: .openAIResponses
    case .gemini: .gemini
    case .vertex: .vertex
    }
  }
}

/// A call in the provider's shape, without its address and its key.
package struct EncodedCall: Sendable, Equatable {
  /// Appended to the provider's `base_url`: `/v1/messages`. May carry a query.
  package let path: String
  /// Headers that belong to the format, such as `anthropic-version`; never the key.
  package let headers: [HeaderField]
  package let body: JSON
  /// A call in shape.
  package init(path: String, headers: [HeaderField] = [], body: JSON) {
    self.path = path
    self.headers = headers
    self.body = body
  }
}

/// Where a provider lists its models and how the names stand in the answer.
package struct ModelListing: Sendable {
  /// Appended to the provider's `base_url`: `/v1/models`.
  package let path: String
  /// The names on one page, as ``ModelCall/model`` takes them.
  package let names: @Sendable (JSON) -> [String]
  /// Path and query of the page after this one; nil on the last.
  package let next: @Sendable (JSON) -> String?
  /// A listing.
  package init(
    path: String, names: @escaping @Sendable (JSON) -> [String],
    next: @escaping @Sendable (JSON) -> String? = { _ in nil }
  ) {
    self.path = path
    self.names = names
    self.next = next
  }
}

/// Reads one reply: a pure machine over the events of its stream, or over the whole of it.
///
/// What it returns, put together, obeys the strict order that ``StreamEvent`` states. After it has thrown it is not
/// used again.
package protocol ReplyDecoder: Sendable {
  /// Takes the next event of the stream.
  /// - Throws: ``UpstreamFailure`` for an error that the provider reports inside the stream and for what cannot be read.
  mutating func take(_ event: SSEEvent) throws(UpstreamFailure) -> [StreamEvent]
  /// The stream has ended. Returns what was held back; where `messageStop` is still missing after it the reply broke off.
  mutating func finish() throws(UpstreamFailure) -> [StreamEvent]
  /// Takes a reply that was not streamed and returns the same events a stream would have given.
  mutating func whole(_ reply: JSON) throws(UpstreamFailure) -> [StreamEvent]
}

extension SSEEvent {
  /// The data as JSON; nil where there is none to read: an empty event and OpenAI's `[DONE]`.
  /// - Throws: ``UpstreamFailure`` of kind `malformed` where it is something else.
  func json() throws(UpstreamFailure) -> JSON? {
    let text = data.utf8.drop { $0 == 0x20 }
    guard !text.isEmpty, !text.elementsEqual("[DONE]".utf8) else { return nil }
    do throws(JSONError) { return try JSON(tolerating: Array(text)) } catch {
      throw UpstreamFailure(.malformed, "an event of the stream is not JSON: \(error)")
    }
  }
}
