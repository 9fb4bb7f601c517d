import Foundation
import TestSupport
import Testing
import Wire

@Suite(.timeLimit(.minutes(1))) struct ClientToolCallTests {
  /// A turn that has put its one call to the client that sent it; the request.
  private func asked(_ client: RPCClient, arguments: String = #"{"x":4}"#) async throws -> (
    thread: String, turn: String, request: JSON
  ) {
    try await client.use(try StandIn.calling([ScriptedCall("c1", "local", arguments)]))
    let thread = try await client.newThread()
    let turn = try await client.send("go", to: thread, more: ClientToolTests.offer)
    let request = try #require(await client.serverRequests(1).first)
    #expect(request["method"] == "client_tool/call" && request["jsonrpc"] == "2.0")
    #expect(
      request["params"] == [
        "thread_id": .string(thread), "turn_id": .string(turn), "tool_use_id": "c1",
        "name": "local", "input": ["x": 4],
      ])
    return (thread, turn, request)
  }

  static let answers: [(member: String, JSON, says: JSON)] = [
    ("result", ["output": "here"], ["content": "here"]),
    ("result", ["output": ["y": 1]], ["content": #"{"y":1}"#]),
    ("result", ["output": "no", "is_error": true], ["content": "no", "is_error": true]),
    ("result", "plain", ["content": "plain"]),
    (
      "error", ["code": -32000, "message": "the editor is busy"],
      ["content": "the editor is busy", "is_error": true]
    ),
  ]

  @Test(arguments: answers.indices)
  func `the client that sent the turn answers the request`(index: Int) async throws {
    let (member, value, says) = Self.answers[index]
    let daemon = try Daemon()
    let client = try RPCClient(daemon)
    let (thread, turn, request) = try await asked(client)
    var answer: JSON.Object = ["jsonrpc": "2.0", "id": request["id"] ?? .null]
    answer[member] = value
    try client.send(JSON.object(answer).text + "\n")
    let events = await client.untilDone(turn)
    #expect(events.last?["data"]?["status"] == "done")
    let result = try #require(try await client.toolResults(thread).first)
    #expect(result["content"] == says["content"] && result["is_error"] == says["is_error"])
    #expect(client.cancelled.isEmpty)
    let late = try HTTPReply.request(
      daemon, "POST", "/v1/threads/\(thread)/tool-results/c1", ["output": 1])
    #expect(late.status == 404)
  }

  @Test func `an answer from elsewhere wins, and the question is taken back`() async throws {
    let daemon = try Daemon()
    let client = try RPCClient(daemon)
    let other = try RPCClient(daemon)
    let (thread, turn, request) = try await asked(client)
    _ = try await other.call(
      "tool/result", ["thread_id": .string(thread), "tool_use_id": "c1", "output": "other"])
    _ = await client.untilDone(turn)
    #expect(await client.cancellations(1) == [request["id"] ?? .null])
    try client.send(JSON.object(["id": request["id"] ?? .null, "result": "late"]).text + "\n")
    #expect(try await client.toolResults(thread).first?["content"] == "other")
    #expect(other.serverRequestsSoFar.isEmpty)
  }

  @Test func `a client that knows no such request answers by its own call`() async throws {
    let daemon = try Daemon()
    let client = try RPCClient(daemon)
    let (thread, turn, request) = try await asked(client)
    let refusal: JSON = [
      "id": request["id"] ?? .null, "error": ["code": -32601, "message": "method not found"],
    ]
    try client.send(refusal.text + "\n")
    _ = try await client.call(
      "tool/result", ["thread_id": .string(thread), "tool_use_id": "c1", "output": "mine"])
    _ = await client.untilDone(turn)
    #expect(try await client.toolResults(thread).first?["content"] == "mine")
  }

  @Test
  func `a caller who waits for the whole message is asked too, and a cancelled turn asks no more`()
    async throws
  {
    let daemon = try Daemon()
    let client = try RPCClient(daemon)
    try await client.use(try StandIn.calling([ScriptedCall("c1", "local")]))
    let thread = try await client.newThread()
    var params: JSON.Object = [
      "thread_id": .string(thread), "max_tokens": 100, "content": "go",
    ]
    params.merge(ClientToolTests.offer)
    let body = JSON.object(params)
    async let whole = client.call("message/send", body)
    let request = try #require(await client.serverRequests(1).first)
    try client.send(JSON.object(["id": request["id"] ?? .null, "result": "ok"]).text + "\n")
    #expect(try await whole["content"]?[0]?["text"]?.string?.contains("ok") == true)

    let turn = try await client.send("again", to: thread, more: ClientToolTests.offer)
    let second = try #require(await client.serverRequests(2).last)
    _ = try await client.call("turn/cancel", ["turn_id": .string(turn)])
    _ = await client.untilDone(turn)
    #expect(await client.cancellations(1) == [second["id"] ?? .null])
  }

  @Test func `over the limit the model is told so at once`() async throws {
    let daemon = try Daemon()
    let client = try RPCClient(daemon)
    let (thread, turn, request) = try await asked(client)
    let big = String(repeating: "a", count: 1 << 20)
    try client.send(
      JSON.object(["id": request["id"] ?? .null, "result": .string(big)]).text + "\n")
    _ = await client.untilDone(turn)
    let result = try await client.toolResults(thread).first
    #expect(result?["is_error"] == true && result?["content"]?.string?.contains("at most") == true)
  }
}
