import Foundation
import TestSupport
import Testing
import Wire

@Suite(.timeLimit(.minutes(1))) struct ApprovalTests {
  struct Scene {
    let client: RPCClient
    let tools: LoopbackServer
    let thread: String
    let turn: String
  }

  /// A turn whose calls are asked about.
  func asking(
    _ daemon: Daemon, calls: Int = 1, settings: JSON.Object = [:]
  ) async throws -> Scene {
    let tools = try LoopbackServer { request, connection in
      try connection.respond(body: request.text)
    }
    // A model that asks again whenever the user says something.
    let number = Shared(0)
    let standIn = try StandIn { body, connection in
      let results = StandIn.results(body)
      if !results.isEmpty { return try StandIn.say(results.map(\.content), to: connection) }
      let first = number.with { number in
        number += calls
        return number - calls
      }
      try StandIn.call(
        (1...calls).map { ScriptedCall("c\(first + $0)", "ask", #"{"x":\#($0)}"#) },
        to: connection)
    }
    let client = try RPCClient(daemon)
    try await client.use(standIn)
    if !settings.isEmpty {
      _ = try await client.call("settings/set", ["settings": .object(settings)])
    }
    let tool = try await client.registerHTTP("ask", tools.origin)
    let set = try await client.call(
      "tool/update", ["tool_id": tool["id"] ?? .null, "policy": "ask"])
    #expect(set["policy"] == "ask")
    let thread = try await client.newThread()
    let turn = try await client.send("go", to: thread, more: ["tools": ["ask"]])
    return Scene(client: client, tools: tools, thread: thread, turn: turn)
  }

  func required(_ client: RPCClient, _ count: Int = 1) async -> [JSON] {
    await client.events(count) { $0["event"] == "qlaud.approval_required" }
      .compactMap { $0["data"] }
  }

  @Test func `an approved call is made, a denied one is told to the model`() async throws {
    let daemon = try Daemon()
    let scene = try await asking(daemon, calls: 2)
    let asked = await required(scene.client, 2)
    #expect(scene.tools.requests.isEmpty)
    let list = try HTTPReply.request(daemon, "GET", "/v1/approvals").json
    #expect(list["data"]?.array?.count == 2)
    for question in asked {
      let id = question["approval_id"]?.string ?? ""
      let isFirst = question["tool_use_id"] == "c1"
      let reply = try HTTPReply.request(
        daemon, "POST", "/v1/approvals/\(id)", ["decision": isFirst ? "approve" : "deny"])
      #expect(reply.status == 200, "\(reply.text)")
      let again = try HTTPReply.request(
        daemon, "POST", "/v1/approvals/\(id)", ["decision": "approve"])
      #expect(again.status == 409)
    }
    let events = await scene.client.untilDone(scene.turn)
    #expect(events.last?["data"]?["status"] == "done")
    #expect(events.count { $0["event"] == "qlaud.approval_resolved" } == 2)
    let results = try await scene.client.toolResults(scene.thread)
    #expect(results.map { $0["tool_use_id"] } == ["c1", "c2"])
    #expect(results[0]["content"] == #"{"x":1}"#)
    #expect(results[1]["is_error"] == true)
    #expect(results[1]["content"]?.string?.contains("denied") == true)
    #expect(scene.tools.requests.count == 1)
    let rest = try HTTPReply.request(daemon, "GET", "/v1/approvals").json
    #expect(rest["data"] == [])
  }

  @Test(arguments: [("approve", 2), ("deny", 0)])
  func `an answer for the thread holds for its further calls, and for no other thread's`(
    decision: String, requests: Int
  ) async throws {
    let daemon = try Daemon()
    let scene = try await asking(daemon)
    let first = await required(scene.client)[0]
    _ = try await scene.client.call(
      "approval/respond",
      [
        "approval_id": first["approval_id"] ?? .null, "decision": .string(decision),
        "scope": "thread",
      ])
    _ = await scene.client.untilDone(scene.turn)
    let next = try await scene.client.send("go", to: scene.thread, more: ["tools": ["ask"]])
    _ = await scene.client.untilDone(next)
    #expect(scene.tools.requests.count == requests)
    #expect(await required(scene.client).count == 1)
    let other = try await scene.client.newThread()
    let third = try await scene.client.send("go", to: other, more: ["tools": ["ask"]])
    #expect(await required(scene.client, 2).count == 2)
    let cancelled = try await scene.client.call("turn/cancel", ["turn_id": .string(third)])
    #expect(cancelled["status"] == "cancelled")
    let end = await scene.client.untilDone(third)
    let resolved = end.first { $0["event"] == "qlaud.approval_resolved" }
    #expect(resolved?["data"]?["status"] == "cancelled")
    #expect(scene.tools.requests.count == requests)
  }

  @Test func `a question that nobody answers in time is a denial`() async throws {
    let daemon = try Daemon()
    let scene = try await asking(daemon, settings: ["approval_wait_ms": 1])
    let events = await scene.client.untilDone(scene.turn)
    #expect(events.last?["data"]?["status"] == "done")
    #expect(
      events.first { $0["event"] == "qlaud.approval_resolved" }?["data"]?["status"] == "expired")
    let result = try await scene.client.toolResults(scene.thread).first
    #expect(result?["is_error"] == true)
    #expect(scene.tools.requests.isEmpty)
  }

  @Test func `a question outlives kill -9 and is asked once`() async throws {
    let folder = try TemporaryFolder()
    var daemon = try Daemon(in: folder)
    let scene = try await asking(daemon)
    let id = await required(scene.client)[0]["approval_id"] ?? .null
    daemon.crash()
    daemon = try Daemon(in: folder)
    let client = try RPCClient(daemon)
    _ = try await client.call(
      "thread/subscribe", ["thread_id": .string(scene.thread), "after": 0])
    let waiting = try await client.call("approval/list")["data"]?.array ?? []
    #expect(waiting.map { $0["id"] } == [id])
    _ = try await client.call("approval/respond", ["approval_id": id, "decision": "approve"])
    let events = await client.untilDone(scene.turn)
    #expect(events.last?["data"]?["status"] == "done")
    #expect(events.count { $0["event"] == "qlaud.approval_required" } == 1)
    #expect(scene.tools.requests.count == 1)
  }

  @Test func `a standard key answers for its own threads, and never for a tool everywhere`()
    async throws
  {
    let daemon = try Daemon()
    let scene = try await asking(daemon)
    let id = await required(scene.client)[0]["approval_id"]?.string ?? ""
    let key =
      try await scene.client.call("key/create", ["name": "k", "scope": "standard"])["secret"]?
      .string ?? ""
    func answer(_ scope: String) throws -> Int {
      try HTTPReply.request(
        daemon, "POST", "/v1/approvals/\(id)",
        ["decision": "approve", "scope": .string(scope)], headers: ["x-api-key": key]
      ).status
    }
    #expect(try answer("once") == 404)
    #expect(try answer("tool") == 403)
    let list = try HTTPReply.request(
      daemon, "GET", "/v1/approvals", headers: ["x-api-key": key])
    #expect(list.json["data"] == [])
    #expect(scene.tools.requests.isEmpty)
  }
}

/// Answers that outlive their question, and who sees questions.
extension ApprovalTests {
  @Test func `an answer for the tool holds in every thread, until the tool is changed`()
    async throws
  {
    let folder = try TemporaryFolder()
    var daemon = try Daemon(in: folder)
    let scene = try await asking(daemon)
    let first = await required(scene.client)[0]
    _ = try await scene.client.call(
      "approval/respond",
      ["approval_id": first["approval_id"] ?? .null, "decision": "approve", "scope": "tool"])
    _ = await scene.client.untilDone(scene.turn)
    // It is a row: a restart does not forget it.
    daemon.crash()
    daemon = try Daemon(in: folder)
    let client = try RPCClient(daemon)
    let other = try await client.newThread()
    let second = try await client.send("go", to: other, more: ["tools": ["ask"]])
    let events = await client.untilDone(second)
    #expect(!events.contains { $0["event"] == "qlaud.approval_required" })
    #expect(scene.tools.requests.count == 2)
    let tool = try await client.call("tool/list")["data"]?[0]?["id"] ?? .null
    _ = try await client.call("tool/update", ["tool_id": tool, "description": "Other."])
    let third = try await client.send("go", to: other, more: ["tools": ["ask"]])
    #expect(await required(client).count == 1)
    _ = try await client.call("turn/cancel", ["turn_id": .string(third)])
    #expect(scene.tools.requests.count == 2)
  }

  @Test(arguments: ["deny", "auto", "gone"])
  func `a change of the tool's policy settles the questions that wait, at once`(_ change: String)
    async throws
  {
    let daemon = try Daemon()
    let scene = try await asking(daemon)
    _ = await required(scene.client)
    let tool = try await scene.client.call("tool/list")["data"]?[0]?["id"] ?? .null
    if change == "gone" {
      _ = try await scene.client.call("tool/delete", ["tool_id": tool])
    } else {
      _ = try await scene.client.call(
        "tool/update", ["tool_id": tool, "policy": .string(change)])
    }
    let events = await scene.client.untilDone(scene.turn)
    let decision = events.first { $0["event"] == "qlaud.approval_resolved" }?["data"]?["decision"]
    #expect(decision == (change == "auto" ? "approve" : "deny"))
    #expect(events.last?["data"]?["status"] == "done")
    #expect(scene.tools.requests.count == (change == "auto" ? 1 : 0))
  }

  @Test func `a policy that is changed during a turn holds from the turn's next step on`()
    async throws
  {
    let gate = Gate()
    let tools = try LoopbackServer.behind(gate)
    defer {
      gate.open()
      tools.stop()
    }
    let number = Shared(0)
    let standIn = try StandIn { body, connection in
      let step = number.with { number in
        number += 1
        return number
      }
      guard step > 2 else {
        return try StandIn.call([ScriptedCall("c\(step)", "it", #"{"x":1}"#)], to: connection)
      }
      try StandIn.say(["done"], to: connection)
    }
    let daemon = try Daemon()
    let client = try RPCClient(daemon)
    try await client.use(standIn)
    let tool = try await client.registerHTTP("it", tools.origin)
    let thread = try await client.newThread()
    let turn = try await client.send("go", to: thread, more: ["tools": ["it"]])
    _ = try await tools.request(at: 0)
    _ = try await client.call("tool/update", ["tool_id": tool["id"] ?? .null, "policy": "deny"])
    gate.open()
    let events = await client.untilDone(turn)
    #expect(events.last?["data"]?["status"] == "done")
    #expect(tools.requests.count == 1)
    #expect(try await client.toolResults(thread).map { $0["is_error"] ?? false } == [false, true])
  }

  @Test func `a standard key sees and answers the questions of its own threads only`()
    async throws
  {
    let daemon = try Daemon()
    let scene = try await asking(daemon)
    _ = await required(scene.client)
    let key =
      try await scene.client.call("key/create", ["name": "k", "scope": "standard"])["secret"]
      ?? .null
    let standard = try RPCClient(daemon)
    _ = try await standard.call("initialize", ["key": key])
    let thread = try await standard.newThread()
    let turn = try await standard.send("go", to: thread, more: ["tools": ["ask"]])
    let mine = await required(standard)[0]["approval_id"] ?? .null
    let list = try await standard.call("approval/list")["data"]?.array ?? []
    #expect(list.map { $0["id"] } == [mine] && list[0]["thread_id"]?.string == thread)
    #expect(try await scene.client.call("approval/list")["data"]?.array?.count == 2)
    _ = try await standard.call(
      "approval/respond", ["approval_id": mine, "decision": "approve", "scope": "thread"])
    #expect(await standard.untilDone(turn).last?["data"]?["status"] == "done")
    #expect(scene.tools.requests.count == 1)
  }
}
