import Domain
import Synchronization
import Wire

@testable import Tools

/// A sender that keeps what it is asked to send and answers from a list; the last answer repeats.
final class Recorder: Sendable {
  struct Answer: Sendable {
    var status = 200
    var headers: [HeaderField] = [HeaderField("content-type", "application/json")]
    var pieces: [[UInt8]] = []
    /// Thrown instead of an answer.
    var failure: SendFailure?
    /// Never answers until it is cancelled.
    var hangs = false
    /// The body never ends after its pieces.
    var drips = false

    init(
      _ text: String = "{}", status: Int = 200, type: String? = "application/json",
      piece: Int = .max
    ) {
      self.status = status
      headers = type.map { [HeaderField("content-type", $0)] } ?? []
      pieces = Answer.cut(Array(text.utf8), piece)
    }
    init(bytes: [UInt8], type: String? = nil, piece: Int = .max) {
      headers = type.map { [HeaderField("content-type", $0)] } ?? []
      pieces = Answer.cut(bytes, piece)
    }
    init(failure: SendFailure) { self.failure = failure }
    static func cut(_ bytes: [UInt8], _ size: Int) -> [[UInt8]] {
      guard size < bytes.count else { return [bytes] }
      return stride(from: 0, to: bytes.count, by: size).map {
        Array(bytes[$0..<min($0 + size, bytes.count)])
      }
    }
  }
  private let state = Mutex<(requests: [ToolRequest], answers: [Answer])>(([], []))
  init(_ answers: Answer...) { state.withLock { $0.answers = answers } }

  func script(_ answers: [Answer]) { state.withLock { $0.answers = answers } }

  var requests: [ToolRequest] { state.withLock(\.requests) }

  func send(_ request: ToolRequest) async throws(SendFailure) -> ToolResponse {
    let answer = state.withLock { state in
      state.requests.append(request)
      return state.answers.count > 1 ? state.answers.removeFirst() : state.answers.first ?? Answer()
    }
    if answer.hangs { try await Self.hang() }
    if let failure = answer.failure { throw failure }
    return ToolResponse(status: answer.status, headers: answer.headers) {
      take throws(SendFailure) in
      for piece in answer.pieces where !take(piece) { return }
      if answer.drips { try await Self.hang() }
    }
  }

  private static func hang() async throws(SendFailure) {
    do { try await Task.sleep(for: .seconds(3_600)) } catch {
      throw SendFailure(.cancelled, "cancelled")
    }
  }

  func outside(_ clock: any Clock<Duration> = TestClock()) -> Outside {
    Outside(
      send: send, clock: clock, now: { 1_700_000_000_999 },
      sign: { secret, message in
        // No HMAC in this room: enough to see that key and message arrive.
        secret.withText { Array($0.utf8) } + message.suffix(4)
      })
  }
}

/// A clock whose short sleeps are over at once and whose deadlines never come, unless told otherwise.
struct TestClock: Clock {
  struct Instant: InstantProtocol {
    var offset: Duration
    func advanced(by duration: Duration) -> Instant { Instant(offset: offset + duration) }
    func duration(to other: Instant) -> Duration { other.offset - offset }
    static func < (left: Instant, right: Instant) -> Bool { left.offset < right.offset }
  }
  final class Log: Sendable {
    private let entries = Mutex<[Duration]>([])
    func add(_ entry: Duration) { entries.withLock { $0.append(entry) } }
    var all: [Duration] { entries.withLock { $0 } }
  }
  var deadlinesPass = false
  var log = Log()
  var now: Instant { Instant(offset: .zero) }
  var minimumResolution: Duration { .nanoseconds(1) }
  func sleep(until deadline: Instant, tolerance: Duration?) async throws {
    log.add(deadline.offset)
    if deadline.offset >= .seconds(10), !deadlinesPass {
      try await Task.sleep(for: .seconds(3_600))
    }
  }
}

extension ToolCall {
  static func test(
    _ input: JSON, endUser: EndUser = EndUser(id: "u_alice"), secrets: [String: Secret] = [:]
  ) -> ToolCall {
    ToolCall(
      toolUseID: "toolu_1", requestID: "req_1", threadID: ThreadID(rawValue: "th_1"),
      endUser: endUser, input: input, secrets: secrets)
  }
}

extension HTTPCallTool {
  /// A tool from a whole registration body, with the secrets it brought.
  static func registered(_ json: JSON) throws -> (tool: HTTPCallTool, secrets: [String: Secret]) {
    let config = try HTTPCallConfig(json["config"] ?? .null)
    let tool = try HTTPCallTool(
      id: ToolID(rawValue: "tool_1"), name: json["name"]?.string ?? "t",
      description: json["description"]?.string ?? "d", inputSchema: json["input_schema"] ?? [:],
      config: config)
    return (tool, config.secrets)
  }
  /// A tool of a config alone, whose input is free.
  static func free(_ config: JSON, schema: JSON = ["type": "object"]) throws -> (
    tool: HTTPCallTool, secrets: [String: Secret]
  ) {
    try registered(["name": "t", "description": "d", "input_schema": schema, "config": config])
  }
}

func text(_ bytes: [UInt8]?) -> String? { bytes.map { String(decoding: $0, as: UTF8.self) } }
