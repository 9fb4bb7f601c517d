import Domain
import Outbound
import TestSupport
import Testing
import Wire

@testable import Upstream

/// Whole calls through the real client against a real server on the loopback.
@Suite(.timeLimit(.minutes(1)))
struct ModelClientTests {
  static let key = "sk-test-0123456789abcdef"
  static let secret = Secret(Array(key.utf8))

  static func collect(_ stream: ReplyStream) async throws(UpstreamFailure) -> [StreamEvent] {
    var events: [StreamEvent] = []
    for try await event in stream { events.append(event) }
    return events
  }

  static func call(
    _ server: LoopbackServer, _ shape: Provider.Shape, _ call: ModelCall? = nil,
    timeouts: Timeouts = Timeouts()
  ) async throws(UpstreamFailure) -> [StreamEvent] {
    let upstream = ModelClient(client: HTTPClient(), timeouts: timeouts)
    let stream = try await upstream.stream(
      call ?? .asking(model: Sample.model(shape)), provider: .of(shape, baseURL: server.origin),
      secret: secret)
    return try await collect(stream)
  }

  /// A server that answers with a stream, cut into chunks of these sizes.
  static func server(
    _ body: [UInt8], chunks: [Int], type: String = "text/event-stream"
  ) throws -> LoopbackServer {
    try LoopbackServer { _, connection in
      try connection.startChunked(headers: [("content-type", type), ("request-id", "req-1")])
      var at = 0
      for size in chunks where at < body.count {
        let end = min(at + size, body.count)
        try connection.chunk(Array(body[at..<end]))
        at = end
      }
      try connection.chunk(Array(body[at...]))
      try connection.end()
    }
  }

  // MARK: Replies

  @Test(arguments: Dialect.all)
  func `a stream through a socket gives the same events as its bytes`(_ dialect: Dialect)
    async throws
  {
    let bytes = Sample(dialect.shape, tool: "f").bytes
    let call = ModelCall.asking(model: Sample.model(dialect.shape))
    let expected = try events(of: dialect.makeDecoder(call), pieces: [bytes])
    for chunks in [[], Array(repeating: 1, count: bytes.count), [5, 100, 3]] {
      let server = try Self.server(bytes, chunks: chunks)
      #expect(try await Self.call(server, dialect.shape) == expected)
    }
  }

  @Test(arguments: Dialect.all)
  func `a reply that is not streamed, and one that a host sends whole though asked to stream`(
    _ dialect: Dialect
  ) async throws {
    let body = Sample(dialect.shape, tool: "f").whole.text
    let server = try LoopbackServer { _, connection in
      try connection.respond(headers: [("content-type", "application/json")], body: body)
    }
    for stream in [true, false] {
      let call = ModelCall.asking(model: Sample.model(dialect.shape), stream: stream)
      let events = try await Self.call(server, dialect.shape, call)
      #expect(GrammarChecker.violations(events) == [])
      #expect(Outcome(try reply(events)) == Sample.outcome(tool: "f"))
    }
  }

  /// A few of each provider, in the chunks of the recording and byte by byte.
  static let recordings: [RecordedReply] = {
    var seen: [String: Int] = [:]
    let all = RecordedReply.all(["anthropic-messages", "openai-chat", "openai-responses"])
    return all.filter { recording in
      guard recording.status == 200, recording.isStream, !recording.saysError,
        recording.body.utf8.count < 40_000
      else { return false }
      let provider = String(recording.file.split(separator: "/").first ?? "")
      seen[provider, default: 0] += 1
      return seen[provider] == 1
    }
  }()

  @Test(arguments: recordings)
  func `a recorded stream comes through a socket as it does without one`(
    _ recording: RecordedReply
  ) async throws {
    let shape: Provider.Shape =
      recording.body.contains("message_start")
      ? .anthropic : recording.body.contains("response.created") ? .openAIResponses : .openAIChat
    let call = ModelCall.asking(model: recording.model)
    let bytes = Array(recording.body.utf8)
    let expected = try events(of: Dialect.of(shape).makeDecoder(call), pieces: [bytes])
    for chunks in [recording.chunkLengths, Array(repeating: 1, count: bytes.count)] {
      let server = try Self.server(bytes, chunks: chunks)
      // What a host leaves on blocks is marked with the host; all else comes as the decoder gives it.
      let mark = HostMark(.of(shape, baseURL: server.origin))
      #expect(try await Self.call(server, shape, call) == expected.map(mark.put))
    }
  }

  @Test func `the request carries the format's headers, the provider's own and the key`()
    async throws
  {
    let server = try Self.server(Sample(.anthropic, tool: "f").bytes, chunks: [])
    let provider = Provider(
      name: "p", baseURL: server.origin + "/prefix/v1/", shape: .anthropic, secretName: "s",
      headers: [HeaderField("Anthropic-Version", "2099-01-01"), HeaderField("x-team", "blue")],
      updatedAt: 0)
    let call = ModelCall.asking(model: "claude-sonnet-4-5")
    let stream = try await ModelClient(client: HTTPClient()).stream(
      call, provider: provider, secret: Self.secret)
    #expect(stream.requestID == "req-1")
    _ = try await Self.collect(stream)
    let request = try await server.request(at: 0)
    #expect(request.method == "POST")
    #expect(request.target == "/prefix/v1/messages")
    #expect(request.header("x-api-key") == Self.key)
    #expect(request.header("anthropic-version") == "2099-01-01")
    #expect(request.header("x-team") == "blue")
    #expect(request.header("content-type") == "application/json")
    #expect(request.header("accept") == "text/event-stream")
    let sent = try JSON(parsing: request.body)
    #expect(sent == (try Dialect.anthropic.encode(call, provider).body))
  }

  // MARK: Failures

  @Test(arguments: [
    (400, UpstreamFailure.Kind.rejected), (401, .rejected), (404, .rejected), (413, .rejected),
    (408, .server), (409, .server), (429, .rateLimited), (500, .server), (502, .server),
    (503, .overloaded), (529, .overloaded), (302, .malformed),
  ])
  func `a status that is no success is a failure with the provider's words`(
    _ status: Int, _ kind: UpstreamFailure.Kind
  ) async throws {
    let server = try LoopbackServer { _, connection in
      try connection.respond(
        status: status, headers: [("retry-after", "7"), ("location", "/elsewhere")],
        body: "{\"error\":{\"message\":\"no: your key is \(Self.key)\"}}")
    }
    for shape in Provider.Shape.allCases {
      let failure = await #expect(throws: UpstreamFailure.self) {
        try await Self.call(server, shape)
      }
      #expect(failure?.kind == kind)
      #expect(failure?.status == status)
      #expect(failure?.message == "no: your key is ***")
      let waits: Set<UpstreamFailure.Kind> = [.rateLimited, .overloaded, .server]
      #expect(failure?.retryAfter == (waits.contains(kind) ? .seconds(7) : nil))
      #expect(failure?.contentStarted == false)
    }
  }

  @Test func `a wish to wait on a good reply means nothing`() async throws {
    let bytes = Sample(.anthropic, tool: "f").bytes
    let server = try LoopbackServer { _, connection in
      try connection.respond(
        headers: [("content-type", "text/event-stream"), ("retry-after", "60")], body: bytes)
    }
    #expect(try await Self.call(server, .anthropic).last == .messageStop)
  }

  @Test func `a long error body is read so far and no further`() async throws {
    let server = try LoopbackServer { _, connection in
      try connection.startChunked(status: 500)
      do {
        while true { try connection.chunk(Array(repeating: UInt8(ascii: "x"), count: 10_000)) }
      } catch LoopbackError.peerGone {}
    }
    let failure = await #expect(throws: UpstreamFailure.self) {
      try await Self.call(server, .openAIChat)
    }
    #expect(failure?.kind == .server)
    #expect(failure?.message.count == UpstreamFailure.messageLimit)
  }

  @Test func `nobody listening is unreachable`() async throws {
    let server = try LoopbackServer { _, _ in }
    let origin = server.origin
    server.stop()
    let provider = Provider.of(.openAIChat, baseURL: origin)
    let failure = await #expect(throws: UpstreamFailure.self) {
      try await ModelClient(client: HTTPClient()).stream(
        .asking(model: "m"), provider: provider, secret: nil)
    }
    #expect(failure?.kind == .unreachable)
    #expect(failure?.isRetryable == true)
  }

  @Test func `a host that takes the request and says nothing is unreachable`() async throws {
    let server = try LoopbackServer { _, connection in try connection.waitForPeerToClose() }
    let failure = await #expect(throws: UpstreamFailure.self) {
      try await Self.call(server, .openAIChat, timeouts: Timeouts(firstByte: .milliseconds(50)))
    }
    #expect(failure?.kind == .unreachable)
  }

  @Test(arguments: Dialect.all)
  func `a stream that is cut gives what came and then breaks`(_ dialect: Dialect) async throws {
    let sample = Sample(dialect.shape, tool: "f")
    let before = sample.events.prefix(sample.eventsBeforeEnd).flatMap {
      SSEText.frame(event: $0.name, data: Array($0.data.utf8))
    }
    for isOrderly in [true, false] {
      let server = try LoopbackServer { _, connection in
        try connection.startChunked(headers: [("content-type", "text/event-stream")])
        try connection.chunk(before)
        if isOrderly { try connection.end() } else { connection.close() }
      }
      var seen: [StreamEvent] = []
      let upstream = ModelClient(client: HTTPClient())
      let stream = try await upstream.stream(
        .asking(model: Sample.model(dialect.shape)),
        provider: .of(dialect.shape, baseURL: server.origin), secret: nil)
      var iterator = stream.makeAsyncIterator()
      let failure = await #expect(throws: UpstreamFailure.self) {
        while let event = try await iterator.next(isolation: nil) { seen.append(event) }
      }
      #expect(failure?.kind == .brokenStream)
      #expect(failure?.contentStarted == true)
      #expect(seen.contains { if case .blockDelta = $0 { true } else { false } })
      #expect(!seen.contains(.messageStop))
      #expect(try await iterator.next(isolation: nil) == nil)
    }
  }

  @Test(arguments: Dialect.all)
  func `an error inside a stream comes after what was said before it`(_ dialect: Dialect)
    async throws
  {
    let sample = Sample(dialect.shape, tool: "f")
    let bytes = (sample.events.prefix(sample.eventsBeforeEnd) + [sample.error]).flatMap {
      SSEText.frame(event: $0.name, data: Array($0.data.utf8))
    }
    let server = try Self.server(bytes, chunks: [])
    let failure = await #expect(throws: UpstreamFailure.self) {
      try await Self.call(server, dialect.shape)
    }
    #expect(failure?.message == "too busy, sorry")
    #expect(failure?.contentStarted == true)
    #expect(failure?.isRetryable == true)
  }

  @Test func `the key is taken out of an error inside a stream`() async throws {
    let error = "data: {\"error\":{\"message\":\"bad key \(Self.key)\"}}\n\n"
    let server = try Self.server(Array(error.utf8), chunks: [])
    let failure = await #expect(throws: UpstreamFailure.self) {
      try await Self.call(server, .openAIChat)
    }
    #expect(failure?.message == "bad key ***")
  }

  @Test func `what cannot be encoded is refused before anything is sent`() async throws {
    let server = try LoopbackServer { _, connection in try connection.respond() }
    var call = ModelCall.asking(model: "m")
    call.stopSequences = ["a", "b", "c", "d", "e"]
    let failure = await #expect(throws: UpstreamFailure.self) {
      try await Self.call(server, .openAIChat, call)
    }
    #expect(failure?.kind == .rejected)
    #expect(failure?.type == "invalid_params")
    #expect(failure?.message.hasPrefix("stop_sequences: ") == true)
    #expect(server.requests.isEmpty)
  }

  @Test func `a page of mark-up instead of a reply is malformed`() async throws {
    let server = try LoopbackServer { _, connection in
      try connection.respond(headers: [("content-type", "text/html")], body: "<html>Log in</html>")
    }
    let failure = await #expect(throws: UpstreamFailure.self) {
      try await Self.call(server, .openAIChat, .asking(model: "m", stream: false))
    }
    #expect(failure?.kind == .malformed)
  }

  @Test func `cancelling the reader ends the call`() async throws {
    let server = try LoopbackServer { _, connection in
      try connection.startChunked(headers: [("content-type", "text/event-stream")])
      try connection.chunk(
        SSEText.frame(
          data: Array(#"{"id":"c","choices":[{"index":0,"delta":{"content":"x"}}]}"#.utf8)))
      try connection.waitForPeerToClose()
    }
    let upstream = ModelClient(client: HTTPClient())
    let stream = try await upstream.stream(
      .asking(model: "m"), provider: .of(.openAIChat, baseURL: server.origin), secret: nil)
    let failure = await withTaskGroup(of: UpstreamFailure?.self) { group in
      group.addTask {
        do throws(UpstreamFailure) {
          for try await event in stream {
            // The reply has begun: the rest never comes.
            if case .blockDelta = event { withUnsafeCurrentTask { $0?.cancel() } }
          }
          return nil
        } catch {
          return error
        }
      }
      return await group.next() ?? nil
    }
    #expect(failure?.kind == .cancelled)
    #expect(failure?.isRetryable == false)
    _ = try await server.closedConnection(at: 0)
  }

  // MARK: Lists of models

  @Test func `models are listed page by page`() async throws {
    let server = try LoopbackServer { request, connection in
      let isSecond = request.target.contains("after_id=b")
      try connection.respond(
        body: isSecond
          ? #"{"data":[{"id":"c"}],"has_more":false,"last_id":"c"}"#
          : #"{"data":[{"id":"a"},{"id":"b"}],"has_more":true,"last_id":"b"}"#)
    }
    let provider = Provider.of(.anthropic, baseURL: server.origin)
    let names = try await ModelClient(client: HTTPClient()).listModels(
      provider: provider, secret: Self.secret)
    #expect(names == ["a", "b", "c"])
    let request = try await server.request(at: 0)
    #expect(request.method == "GET")
    #expect(request.header("x-api-key") == Self.key)
    #expect(request.header("anthropic-version") == "2023-06-01")
    #expect(request.body.isEmpty)
  }

  @Test func `a list without end is ended`() async throws {
    let server = try LoopbackServer { _, connection in
      try connection.respond(body: #"{"data":[{"id":"a"}],"has_more":true,"last_id":"a"}"#)
    }
    let names = try await ModelClient(client: HTTPClient()).listModels(
      provider: .of(.anthropic, baseURL: server.origin), secret: nil)
    #expect(names.count == ModelClient.listPages)
  }

  static let lists = RecordedReply.all(["models-list"]).filter {
    !$0.urlPath.contains("/models/") && !$0.isStream
  }

  @Test(arguments: lists)
  func `recorded lists are read`(_ recording: RecordedReply) throws {
    let provider = recording.file.split(separator: "/").first ?? ""
    let shape: Provider.Shape =
      provider == "anthropic" ? .anthropic : provider == "google" ? .gemini : .openAIChat
    let body = try JSON(parsing: recording.body)
    let names = Dialect.of(shape).models.names(body)
    let listed = (body["data"] ?? body["models"])?.array ?? []
    // Google lists models that cannot talk as well.
    let talking = listed.filter { model in
      let methods = model["supportedGenerationMethods"]?.array
      return methods?.contains("generateContent") ?? (shape != .gemini)
    }
    #expect(names.count == talking.count)
    #expect(names.allSatisfy { name in recording.body.contains("\(name)\"") })
  }
}
