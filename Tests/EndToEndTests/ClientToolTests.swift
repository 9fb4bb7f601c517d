import Foundation
import TestSupport
import Testing
import Wire

@Suite(.timeLimit(.minutes(1))) struct ClientToolTests {
  static let offer: JSON.Object = [
    "client_tools": [
      ["name": "local", "description": "Mine.", "input_schema": ["type": "object"]]
    ]
  ]

  /// A turn that waits for its client.
  private func waiting(_ client: RPCClient, _ standIn: StandIn) async throws -> (
    thread: String, turn: String
  ) {
    try await client.use(standIn)
    let thread = try await client.newThread()
    let turn = try await client.send("go", to: thread, more: Self.offer)
    _ = await client.events { $0["event"] == "qlaud.tool_dispatch_start" }
    return (thread, turn)
  }

  @Test func `the first answer wins, a second and an unknown one are not found`() async throws {
    let daemon = try Daemon()
    let client = try RPCClient(daemon)
    let (thread, turn) = try await waiting(
      client, StandIn.calling([ScriptedCall("c1", "local")]))
    let path = "/v1/threads/\(thread)/tool-results"
    let unknown = try HTTPReply.request(daemon, "POST", "\(path)/c9", ["output": 1])
    #expect(unknown.status == 404)
    let first = try HTTPReply.request(
      daemon, "POST", "\(path)/c1", ["output": "no", "is_error": true])
    #expect(first.status == 200, "\(first.text)")
    let second = try HTTPReply.request(daemon, "POST", "\(path)/c1", ["output": "yes"])
    #expect(second.status == 404)
    _ = await client.untilDone(turn)
    let results = try await client.toolResults(thread)
    #expect(
      results == [
        ["type": "tool_result", "tool_use_id": "c1", "content": "no", "is_error": true]
      ])
  }

  @Test func `a client that does not answer in time is told of to the model`() async throws {
    let daemon = try Daemon()
    let client = try RPCClient(daemon)
    _ = try await client.call("settings/set", ["settings": ["client_tool_wait_ms": 1]])
    let (thread, turn) = try await waiting(
      client, StandIn.calling([ScriptedCall("c1", "local")]))
    #expect(await client.untilDone(turn).last?["data"]?["status"] == "done")
    #expect(try await client.toolResults(thread).first?["is_error"] == true)
    let late = try HTTPReply.request(
      daemon, "POST", "/v1/threads/\(thread)/tool-results/c1", ["output": 1])
    #expect(late.status == 404)
  }

  @Test func `a client may answer after the daemon was killed and started again`() async throws {
    let standIn = try StandIn.calling([ScriptedCall("c1", "local")])
    let folder = try TemporaryFolder()
    var daemon = try Daemon(in: folder)
    var client = try RPCClient(daemon)
    let (thread, turn) = try await waiting(client, standIn)
    daemon.crash()
    daemon = try Daemon(in: folder)
    client = try RPCClient(daemon)
    _ = try await client.call("thread/subscribe", ["thread_id": .string(thread), "after": 0])
    _ = try await client.call(
      "tool/result", ["thread_id": .string(thread), "tool_use_id": "c1", "output": "here"])
    let events = await client.untilDone(turn)
    #expect(events.last?["data"]?["status"] == "done")
    #expect(events.count { $0["event"] == "qlaud.tool_dispatch_start" } == 1)
    #expect(try await client.toolResults(thread).first?["content"] == "here")
  }

  static let refused: [(JSON.Object, String)] = [
    (["tools_mode": "dynamic", "tools": []], "tools_mode"),
    (["tool_choice": ["type": "any"]], "tool_choice.type"),
    (["tool_choice": ["type": "all"]], "tool_choice.type"),
    (
      ["tools_mode": "dynamic", "tool_choice": ["type": "tool", "name": "qlaud_search"]],
      "tool_choice.name"
    ),
    (["tools_mode": "tenant", "tools": []], "tools_mode"),
    (["tools": ["nobody"]], "tools[0]"),
    (
      ["client_tools": [["name": "a b", "description": "x", "input_schema": [:]]]],
      "client_tools[0].name"
    ),
    (
      ["client_tools": [["name": "a", "description": "x", "input_schema": 1]]],
      "client_tools[0].input_schema"
    ),
    (
      ["client_tools": [["name": "qlaud_x", "description": "x", "input_schema": [:]]]],
      "client_tools[0].name"
    ),
    (["max_iterations": 0], "max_iterations"),
    (["max_iterations": 101], "max_iterations"),
  ]

  @Test func `wrong tools of a send are refused by name, and nothing is stored`() async throws {
    let standIn = try StandIn { _, connection in try StandIn.say(["x"], to: connection) }
    let daemon = try Daemon()
    let client = try RPCClient(daemon)
    try await client.use(standIn)
    let thread = try await client.newThread()
    for (more, field) in Self.refused {
      var body: JSON.Object = ["max_tokens": 10, "content": "x"]
      body.merge(more)
      let reply = try HTTPReply.request(
        daemon, "POST", "/v1/threads/\(thread)/messages", .object(body))
      #expect(reply.status == 400)
      #expect(reply.json["error"]?["field"]?.string == field, "\(reply.text)")
    }
    #expect(try await client.messages(thread).isEmpty)
  }
}
