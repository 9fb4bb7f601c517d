import Domain
import Engine
import Wire

/// What a handler may use: who asks, the engine, and the connection where there is one.
struct Call: Sendable {
  let principal: Principal
  let engine: LocalEngine
  let registry: Registry
  /// The JSON-RPC connection; nil over HTTP.
  let session: RPCSession?
}

/// What a handler answers.
struct Answer<Value: Sendable>: Sendable {
  let value: Value
  /// The HTTP status, where it is not the route's.
  var status: Int?
  /// Headers that HTTP adds.
  var headers: [HeaderField] = []
  /// Events that follow: notifications over JSON-RPC, the body over HTTP.
  var stream: EventStream?
  /// Pieces that are made while they are sent; then there is no other value.
  var frames: FrameStream?

  init(_ value: Value, status: Int? = nil, headers: [HeaderField] = [], stream: EventStream? = nil)
  {
    self.value = value
    self.status = status
    self.headers = headers
    self.stream = stream
  }

  /// An answer that comes in pieces only.
  init(frames: FrameStream) where Value == JSON {
    self.init(.null)
    self.frames = frames
  }

  func map<Other: Sendable>(_ change: (Value) -> Other) -> Answer<Other> {
    var answer = Answer<Other>(change(value), status: status, headers: headers, stream: stream)
    answer.frames = frames
    return answer
  }
}

/// Events that follow an answer.
struct EventStream: Sendable {
  let feed: EventFeed
  /// What it covers.
  let subject: Subject

  enum Subject: Sendable, Hashable {
    /// One turn, to its end.
    case turn(TurnID)
    /// A thread, or all where it is nil, without end.
    case thread(ThreadID?)
  }

  /// Whether an event belongs to what the reader asked for. A turn's stream holds the model's events and
  /// `qlaud.` ones and nothing else: readers made for Anthropic's API know no other.
  func includes(_ event: Event) -> Bool {
    guard case .turn = subject else { return true }
    return event.name != EventName.messageCreated
  }
}
