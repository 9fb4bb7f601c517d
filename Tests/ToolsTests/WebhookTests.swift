import Domain
import Testing
import Wire

@testable import Tools

@Suite struct WebhookTests {
  static let secret = Secret("wsk_0123456789".utf8)
  static func tool(_ url: String = "https://hooks.example.com/t", timeout: Int = 30_000) throws
    -> WebhookTool
  {
    try WebhookTool(
      id: ToolID(rawValue: "tool_9"), name: "get_weather", description: "d",
      inputSchema: ["type": "object", "properties": ["city": ["type": "string"]]], webhookURL: url,
      timeoutMilliseconds: timeout)
  }
  static func run(_ recorder: Recorder, _ clock: TestClock = TestClock()) async throws -> ToolResult
  {
    await Dispatch.run(
      .test(["city": "Oslo"], secrets: ["webhook": secret]), on: try tool(), recorder.outside(clock)
    )
  }

  @Test(.timeLimit(.minutes(1))) func `a delivery is signed over timestamp and raw body`()
    async throws
  {
    let recorder = Recorder(.init(#"{"output":{"t":21}}"#))
    let result = try await Self.run(recorder)
    #expect(result == ToolResult(output: ["t": 21]))
    let request = try #require(recorder.requests.first)
    #expect(request.method == "POST")
    #expect(request.url == "https://hooks.example.com/t")
    #expect(
      text(request.body)
        == #"{"tool_id":"tool_9","tool_use_id":"toolu_1","name":"get_weather","input":{"city":"Oslo"},"request_id":"req_1","thread_id":"th_1","end_user_id":"u_alice"}"#
    )
    let signature = Hex.text(Array("wsk_0123456789ce\"}".utf8))
    #expect(
      request.headers == [
        HeaderField("content-type", "application/json"),
        HeaderField("x-qlaud-timestamp", "1700000000"),
        HeaderField("x-qlaud-signature", signature),
      ])
    #expect(!request.followsRedirects)
  }

  @Test(.timeLimit(.minutes(1))) func `what is missing is null`() async throws {
    let recorder = Recorder(.init(#"{"output":1}"#))
    let call = ToolCall(
      toolUseID: "u", requestID: "r", threadID: nil, endUser: EndUser(id: nil), input: [:],
      secrets: ["webhook": Self.secret])
    _ = await Dispatch.run(call, on: try Self.tool(), recorder.outside())
    #expect(
      text(recorder.requests.first?.body)?.contains(#""thread_id":null,"end_user_id":null"#) == true
    )
  }

  struct Row: Sendable, CustomStringConvertible {
    let name: String
    let answers: [Recorder.Answer]
    let tries: Int
    let contains: String
    var isError = true
    var description: String { name }
  }
  static let down = SendFailure(.network, "connection refused")
  static let rows: [Row] = [
    Row(
      name: "503, then good", answers: [.init("", status: 503), .init(#"{"output":1}"#)], tries: 2,
      contains: "1", isError: false),
    Row(
      name: "network, then good", answers: [.init(failure: down), .init(#"{"output":1}"#)],
      tries: 2, contains: "1", isError: false),
    Row(
      name: "503, network, good",
      answers: [.init("", status: 503), .init(failure: down), .init(#"{"output":1}"#)], tries: 3,
      contains: "1", isError: false),
    Row(
      name: "always 500", answers: [.init("boom", status: 500)], tries: 3, contains: "status 500"),
    Row(
      name: "always down", answers: [.init(failure: down)], tries: 3, contains: "connection refused"
    ),
    Row(
      name: "400 is final", answers: [.init("no", status: 400)], tries: 1, contains: "status 400"),
    Row(name: "429 is final", answers: [.init("", status: 429)], tries: 1, contains: "status 429"),
    Row(name: "302 is final", answers: [.init("", status: 302)], tries: 1, contains: "status 302"),
    Row(
      name: "refused is final", answers: [.init(failure: SendFailure(.refused, "no"))], tries: 1,
      contains: "refused"),
    Row(
      name: "a bad word", answers: [.init("ok", type: "text/plain")], tries: 1, contains: "not JSON"
    ),
    Row(name: "no output", answers: [.init(#"{"result":1}"#)], tries: 1, contains: "no \"output\""),
    Row(name: "an array", answers: [.init("[1]")], tries: 1, contains: "no \"output\""),
    Row(
      name: "is_error", answers: [.init(#"{"output":"bad city","is_error":true}"#)], tries: 1,
      contains: "bad city"),
    Row(
      name: "is_error of another type", answers: [.init(#"{"output":1,"is_error":"yes"}"#)],
      tries: 1, contains: "is_error"),
    Row(
      name: "output null", answers: [.init(#"{"output":null}"#)], tries: 1, contains: "null",
      isError: false),
    Row(
      name: "output twice", answers: [.init(#"{"output":1,"output":2}"#)], tries: 1,
      contains: "not JSON"),
    Row(
      name: "over a MiB", answers: [.init(String(repeating: "x", count: 1 << 21), piece: 65_536)],
      tries: 1, contains: "over 1048576"),
    Row(
      name: "echo of the secret", answers: [.init(#"{"output":"wsk_0123456789"}"#)], tries: 1,
      contains: "***", isError: false),
  ]
  @Test(.timeLimit(.minutes(1)), arguments: rows)
  func `three tries on 5xx and network errors, none on anything else`(_ row: Row) async throws {
    let recorder = Recorder()
    recorder.script(row.answers)
    let clock = TestClock()
    let result = try await Self.run(recorder, clock)
    #expect(recorder.requests.count == row.tries)
    #expect(result.isError == row.isError)
    #expect(
      result.output.text.contains(row.contains.replacing("\"", with: "\\\"")), "\(result.output)")
    let pauses = clock.log.all.filter { $0 < .seconds(10) }
    #expect(pauses == Array([.seconds(1), .seconds(2)].prefix(row.tries - 1)))
  }

  @Test(.timeLimit(.minutes(1))) func `the time limit holds for all tries together`() async throws {
    var answer = Recorder.Answer("")
    answer.hangs = true
    let result = try await Self.run(Recorder(answer), TestClock(deadlinesPass: true))
    #expect(result.isError && result.output.string?.contains("30000 ms") == true)
  }

  @Test(arguments: [
    "http://example.com/", "http://10.0.0.1/", "http://localhost.evil.com/",
    "http://127.0.0.1.evil.com/",
    "ftp://localhost/", "https://{{args.host}}/", "https://a.b/{{args.x}}", "https://u:p@a.b/", "",
    "http://169.254.169.254/", "https://[::ffff:169.254.169.254]/",
  ])
  func `a webhook goes to https, or to this machine`(_ url: String) {
    let error = #expect(throws: InvalidParams.self) { try Self.tool(url) }
    #expect(error?.field == "webhook_url")
  }

  @Test(arguments: [
    "http://localhost:9/", "http://127.0.0.1/", "http://127.9.9.9:80/x", "http://[::1]:80/",
  ])
  func `this machine may be spoken to without TLS`(_ url: String) throws {
    #expect(throws: Never.self) { try Self.tool(url) }
  }

  @Test(arguments: [0, -1, 120_001])
  func `a time limit out of range is refused`(_ timeout: Int) {
    let error = #expect(throws: InvalidParams.self) { try Self.tool(timeout: timeout) }
    #expect(error?.field == "timeout_ms")
  }
}
