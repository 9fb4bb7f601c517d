import Synchronization

/// One transfer as both sides see it: the task that reads, and the loop that fills. Everything they share is in one
/// ``ExchangeState`` behind a lock; continuations are resumed, and the loop is told, after it is released.
final class Exchange: Sendable {
  let request: OutboundRequest
  let url: WebURL
  /// When the whole transfer must be over.
  let deadline: ContinuousClock.Instant?
  /// Held so that a client that is let go of stays until its last reply was read.
  private let client: HTTPClient
  private let state = Mutex(ExchangeState())

  init(
    request: OutboundRequest, url: WebURL, deadline: ContinuousClock.Instant?, client: HTTPClient
  ) {
    self.request = request
    self.url = url
    self.deadline = deadline
    self.client = client
  }

  private var inbox: CurlInbox { client.inbox }

  // MARK: The reader's side

  /// Starts the transfer and returns when the head is there. Called once.
  func begin() async -> Result<ResponseHead, OutboundError> {
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let mayStart = state.withLock { $0.begin(continuation) }
        guard mayStart else { return continuation.resume(returning: .failure(cancelled)) }
        if !inbox.post(.start(self)) { finish(inbox.closedError) }
      }
    } onCancel: {
      abandon()
    }
  }

  /// The next piece of the body; nil at its end.
  func read(isolation: isolated (any Actor)?) async -> Result<[UInt8]?, OutboundError> {
    await withTaskCancellationHandler {
      await withCheckedContinuation(isolation: isolation) { continuation in
        let step = state.withLock { $0.read(continuation) }
        switch step {
        case .wait: break
        case .answer(let result, let resumes):
          if resumes { _ = inbox.post(.resume(self)) }
          continuation.resume(returning: result)
        case .abandoned: continuation.resume(returning: .failure(cancelled))
        case .busy:
          continuation.resume(
            returning: .failure(
              OutboundError(.invalidRequest, "a body is read by one task at a time")))
        }
      }
    } onCancel: {
      abandon()
    }
  }

  /// The reader wants no more. Harmless when the transfer is over.
  func abandon() {
    let (waiting, wasRunning) = state.withLock { $0.abandon() }
    waiting.fail(cancelled)
    if wasRunning { _ = inbox.post(.abandon(self)) }
  }

  private var cancelled: OutboundError {
    OutboundError(.cancelled, "\(url.origin): the reader went away")
  }

  // MARK: The loop's side

  /// Hands the head to the reader. False when there is none any more.
  func headArrived(_ head: ResponseHead) -> Bool {
    let (continuation, isWanted) = state.withLock { $0.headArrived() }
    continuation?.resume(returning: .success(head))
    return isWanted
  }

  /// Takes a piece of the body. The bytes are copied only when the verdict is `taken`.
  func receive(_ bytes: UnsafeBufferPointer<UInt8>) -> ExchangeState.Verdict {
    let (verdict, reader) = state.withLock { $0.receive(bytes) }
    reader?.resume(returning: .success(Array(bytes)))
    return verdict
  }

  /// The transfer is over: in order, or with an error. Only the first call counts.
  func finish(_ error: OutboundError?) {
    let waiting = state.withLock { $0.finish(error) }
    waiting.reader?.resume(returning: error.map(Result.failure) ?? .success(nil))
    let headless = OutboundError(.closed, "\(url.origin): the reply has no head")
    waiting.head?.resume(returning: .failure(error ?? headless))
  }
}

/// The state of one transfer: a machine without I/O.
///
/// `new` → `head` (the head is awaited) → `body` → `ended`; each but `ended` → `abandoned`; `ended` keeps what was not read.
struct ExchangeState {
  typealias HeadContinuation = CheckedContinuation<Result<ResponseHead, OutboundError>, Never>
  typealias BodyContinuation = CheckedContinuation<Result<[UInt8]?, OutboundError>, Never>

  /// Unread bytes from which on the connection is not read.
  static let highWatermark = 256 << 10

  enum Phase { case new, head, body, ended, abandoned }
  /// What becomes of a piece of the body.
  enum Verdict: Sendable, Equatable { case taken, pause, abort }
  /// What a reader gets.
  enum Step: Sendable {
    /// At once; `resumes` says that the loop waits for room.
    case answer(Result<[UInt8]?, OutboundError>, resumes: Bool)
    case wait, abandoned, busy
  }
  /// Who is to be told.
  struct Waiting: Sendable {
    var head: HeadContinuation?
    var reader: BodyContinuation?
    func fail(_ error: OutboundError) {
      head?.resume(returning: .failure(error))
      reader?.resume(returning: .failure(error))
    }
  }

  private var phase = Phase.new
  private var waiting = Waiting()
  private var pending: [UInt8] = []
  private var isPaused = false
  private var failure: OutboundError?

  /// False when the reader went away before it began.
  mutating func begin(_ continuation: HeadContinuation) -> Bool {
    guard phase == .new else { return false }
    phase = .head
    waiting.head = continuation
    return true
  }

  mutating func headArrived() -> (HeadContinuation?, isWanted: Bool) {
    guard phase == .head else { return (nil, phase != .abandoned) }
    phase = .body
    defer { waiting.head = nil }
    return (waiting.head, true)
  }

  /// A reader that waits gets the bytes past the buffer: that is the way of every event of a live stream.
  mutating func receive(_ bytes: UnsafeBufferPointer<UInt8>) -> (Verdict, BodyContinuation?) {
    guard phase == .body else { return (.abort, nil) }
    if let reader = waiting.reader {
      waiting.reader = nil
      return (.taken, reader)
    }
    guard pending.count < Self.highWatermark else {
      isPaused = true
      return (.pause, nil)
    }
    pending.append(contentsOf: bytes)
    return (.taken, nil)
  }

  mutating func read(_ continuation: BodyContinuation) -> Step {
    guard phase != .abandoned else { return .abandoned }
    guard waiting.reader == nil else { return .busy }
    if !pending.isEmpty {
      var piece: [UInt8] = []
      swap(&piece, &pending)
      defer { isPaused = false }
      return .answer(.success(piece), resumes: isPaused)
    }
    if phase == .ended {
      return .answer(failure.map(Result.failure) ?? .success(nil), resumes: false)
    }
    waiting.reader = continuation
    return .wait
  }

  mutating func finish(_ error: OutboundError?) -> Waiting {
    guard phase != .ended, phase != .abandoned else { return Waiting() }
    phase = .ended
    isPaused = false
    failure = error
    return takeWaiting()
  }

  mutating func abandon() -> (Waiting, wasRunning: Bool) {
    switch phase {
    case .abandoned: return (Waiting(), false)
    case .ended:
      // An end that was already read stays what it was.
      if !pending.isEmpty { phase = .abandoned }
      pending = []
      return (Waiting(), false)
    case .new, .head, .body:
      let wasRunning = phase != .new
      phase = .abandoned
      pending = []
      return (takeWaiting(), wasRunning)
    }
  }

  private mutating func takeWaiting() -> Waiting {
    defer { waiting = Waiting() }
    return waiting
  }
}
