import Foundation
import TestSupport
import Testing
import Wire

@Suite(.timeLimit(.minutes(1))) struct DynamicToolTests {
  /// A model that asks for one thing after another, a reply each, and says "done" at the end.
  static func scripted(_ replies: [[ScriptedCall]]) throws -> StandIn {
    try StandIn { body, connection in
      let asked = (body["messages"]?.array ?? []).count { $0["role"] == "assistant" }
      if asked < replies.count { return try StandIn.call(replies[asked], to: connection) }
      try StandIn.say(["done"], to: connection)
    }
  }

  static let dynamic: JSON.Object = ["tools_mode": "dynamic"]

  /// What the model was told, by the ids of its calls.
  private func told(_ client: RPCClient, _ thread: String) async throws -> [String: JSON] {
    var told: [String: JSON] = [:]
    for result in try await client.toolResults(thread) {
      let text = result["content"]?.string ?? result["content"]?[0]?["text"]?.string ?? ""
      told[result["tool_use_id"]?.string ?? ""] = (try? JSON(parsing: text)) ?? .string(text)
    }
    return told
  }

  @Test
  func `a model searches, reads schemas and executes, and each call inside goes the usual way`()
    async throws
  {
    let key = "key-5d8e21b7c4"
    let tools = try LoopbackServer { request, connection in
      if request.target == "/fail" { return try connection.respond(status: 500, body: "broken") }
      let answer: JSON = [
        "got": .string(request.text), "key": .string(request.header("x-key") ?? ""),
      ]
      try connection.respond(headers: [("content-type", "application/json")], body: answer.text)
    }
    defer { tools.stop() }
    let standIn = try Self.scripted([
      [ScriptedCall("s1", "qlaud_search_tools", #"{"intent":"fetch a number"}"#)],
      [ScriptedCall("g1", "qlaud_get_tool_schemas", #"{"tools":["fetch_number","fetch_nubmer"]}"#)],
      [
        ScriptedCall(
          "m1", "qlaud_multi_execute",
          #"{"calls":[{"tool":"fetch_number","args":{"x":1}},{"tool":"failing","args":{"x":2}},{"tool":"nobody"},{"tool":"fetch_number","args":{"x":"no"}}]}"#
        )
      ],
    ])
    let daemon = try Daemon()
    let client = try RPCClient(daemon)
    try await client.use(standIn)
    try await client.registerHTTP(
      "fetch_number", "\(tools.origin)/echo", secrets: ["key": .string(key)])
    try await client.registerHTTP("failing", "\(tools.origin)/fail")
    let thread = try await client.newThread()
    let turn = try await client.send("go", to: thread, more: Self.dynamic)
    let events = await client.untilDone(turn)
    #expect(events.last?["data"]?["status"] == "done")

    let offered = (standIn.requests.first?["tools"]?.array ?? []).compactMap {
      $0["function"]?["name"]?.string
    }
    #expect(
      offered == [
        "qlaud_search_tools", "qlaud_get_tool_schemas", "qlaud_multi_execute",
        "qlaud_manage_connections",
      ])
    let told = try await told(client, thread)
    let found = told["s1"]?["results"]?.array ?? []
    #expect(found.first?["name"] == "fetch_number" && found.first?["kind"] == "http-call")
    #expect(found.allSatisfy { $0["input_schema"] == nil })
    #expect(told["s1"]?["available_connectors"] == [])
    let schemas = told["g1"]?["schemas"]?.array ?? []
    #expect(schemas.first?["input_schema"] == RPCClient.anyInput)
    #expect(schemas.last?["error"]?.string?.contains("fetch_number") == true)
    let results = told["m1"]?["results"]?.array ?? []
    #expect(results.map { $0["tool"] } == ["fetch_number", "failing", "nobody", "fetch_number"])
    #expect(results.map { $0["is_error"] } == [false, true, true, true])
    #expect(results.first?["output"] == ["got": #"{"x":1}"#, "key": "***"])
    #expect(results[2]["output"]?.string?.contains("nearest") == true)
    #expect(results[3]["output"]?.string?.contains("input.x") == true)
    // A webhook or a form would have to be called twice for nothing: what fails is not sent again.
    #expect(tools.requests.count == 2)

    for name in ["qlaud.tool_dispatch_start", "qlaud.tool_dispatch_done"] {
      let ids = events.filter { $0["event"]?.string == name }
        .compactMap { $0["data"]?["tool_use_id"]?.string }
      #expect(ids.sorted() == ["g1", "m1", "m1/1", "m1/2", "m1/3", "m1/4", "s1"])
    }
    #expect(client.events.allSatisfy { !$0.text.contains(key) })
  }

  @Test func `the calls inside one call run at the same time, and none waits for a row of others`()
    async throws
  {
    let arrived = Shared(0)
    let all = Gate()
    let tools = try LoopbackServer { request, connection in
      if arrived.with({ count in
        count += 1
        return count
      }) == 21 {
        all.open()
      }
      try all.waitBlocking()
      try connection.respond(body: request.text)
    }
    defer { tools.stop() }
    let items = (1...20).map { #"{"tool":"slow","args":{"x":\#($0)}}"# }.joined(separator: ",")
    let standIn = try Self.scripted([
      [
        ScriptedCall("m1", "qlaud_multi_execute", #"{"calls":[\#(items)]}"#),
        ScriptedCall("m2", "qlaud_multi_execute", #"{"calls":[{"tool":"slow","args":{"x":21}}]}"#),
      ]
    ])
    let daemon = try Daemon()
    let client = try RPCClient(daemon)
    try await client.use(standIn)
    try await client.registerHTTP("slow", tools.origin)
    let thread = try await client.newThread()
    _ = await client.untilDone(try await client.send("go", to: thread, more: Self.dynamic))
    let told = try await told(client, thread)
    let outputs = told["m1"]?["results"]?.array?.compactMap { $0["output"]?["x"]?.int }
    #expect(outputs == Array(1...20))
    #expect(told["m2"]?["results"]?[0]?["output"] == ["x": 21])
  }

  static let mistakes: [(ScriptedCall, String)] = [
    (ScriptedCall("c", "qlaud_multi_execute", #"{"calls":[]}"#), "input.calls"),
    (
      ScriptedCall("c", "qlaud_multi_execute", #"{"calls":[{"tool":"qlaud_search_tools"}]}"#),
      "meta-tool"
    ),
    (ScriptedCall("c", "qlaud_multi_execute", #"{"calls":[{"tool""#), "not a JSON object"),
    (ScriptedCall("c", "qlaud_search_tools"), "input.intent"),
    (ScriptedCall("c", "call", #"{"x":1}"#), "qlaud_multi_execute"),
    (
      ScriptedCall(
        "c", "qlaud_manage_connections",
        #"{"action":"connect","tool":"call","credentials":{"k":"hush-hush"}}"#),
      "never taken from a model"
    ),
    (
      ScriptedCall("c", "qlaud_manage_connections", #"{"action":"status","tool":"nix"}"#), "no tool"
    ),
    (
      ScriptedCall("c", "qlaud_manage_connections", #"{"action":"status","tool":"call"}"#),
      "nothing to connect"
    ),
  ]

  @Test(arguments: mistakes.indices)
  func `a wrong call of a meta-tool is told to the model and calls nothing`(index: Int) async throws
  {
    let (call, says) = Self.mistakes[index]
    let tools = try LoopbackServer { _, connection in try connection.respond(body: "called") }
    defer { tools.stop() }
    let standIn = try Self.scripted([[call]])
    let daemon = try Daemon()
    let client = try RPCClient(daemon)
    try await client.use(standIn)
    try await client.registerHTTP("call", tools.origin)
    let thread = try await client.newThread()
    let turn = try await client.send("go", to: thread, more: Self.dynamic)
    let events = await client.untilDone(turn)
    #expect(events.last?["data"]?["status"] == "done")
    let result = try await client.toolResults(thread).first
    #expect(result?["is_error"] == true)
    #expect(result?["content"]?.string?.contains(says) == true, "\(result?.text ?? "")")
    #expect(tools.requests.isEmpty)
    let dispatched = events.filter { $0["event"]?.string?.hasPrefix("qlaud.tool_") == true }
    #expect(dispatched.count == 2)
    #expect(dispatched.allSatisfy { !$0.text.contains("hush-hush") })
  }

  @Test
  func
    `after kill -9 no finished call inside a call is made again, and the model knows of the other`()
    async throws
  {
    let gate = Gate()
    let tools = try LoopbackServer { request, connection in
      if request.target == "/slow" { try gate.waitBlocking() }
      try connection.respond(body: "made")
    }
    defer { tools.stop() }
    let standIn = try Self.scripted([
      [
        ScriptedCall(
          "m1", "qlaud_multi_execute",
          #"{"calls":[{"tool":"quick","args":{"x":1}},{"tool":"slow","args":{"x":2}}]}"#)
      ]
    ])
    let folder = try TemporaryFolder()
    var daemon = try Daemon(in: folder)
    var client = try RPCClient(daemon)
    try await client.use(standIn)
    try await client.registerHTTP("quick", "\(tools.origin)/quick")
    try await client.registerHTTP("slow", "\(tools.origin)/slow")
    let thread = try await client.newThread()
    let turn = try await client.send("go", to: thread, more: Self.dynamic)
    _ = await client.events {
      $0["event"] == "qlaud.tool_dispatch_done" && $0["data"]?["tool_use_id"] == "m1/1"
    }
    _ = try await tools.request(at: 1)
    daemon.crash()
    gate.open()
    daemon = try Daemon(in: folder)
    client = try RPCClient(daemon)
    _ = try await client.call("thread/subscribe", ["thread_id": .string(thread), "after": 0])
    let events = await client.untilDone(turn)
    #expect(events.last?["data"]?["status"] == "done")
    #expect(tools.requests.count == 2)
    for name in ["qlaud.tool_dispatch_start", "qlaud.tool_dispatch_done"] {
      #expect(events.count { $0["event"]?.string == name } == 3)
    }
    let results = try await told(client, thread)["m1"]?["results"]?.array ?? []
    #expect(results.first == ["tool": "quick", "output": "made", "is_error": false])
    #expect(results.last?["is_error"] == true)
    #expect(results.last?["output"]?.string?.contains("interrupted") == true)
  }

  @Test func `a call inside a call is asked about, and a cancelled turn keeps what was done`()
    async throws
  {
    let tools = try LoopbackServer { request, connection in try connection.respond(body: "made") }
    defer { tools.stop() }
    let standIn = try Self.scripted([
      [
        ScriptedCall(
          "m1", "qlaud_multi_execute",
          #"{"calls":[{"tool":"free","args":{"x":1}},{"tool":"asked","args":{"x":2}}]}"#)
      ]
    ])
    let daemon = try Daemon()
    let client = try RPCClient(daemon)
    try await client.use(standIn)
    try await client.registerHTTP("free", tools.origin)
    let asked = try await client.registerHTTP("asked", tools.origin)
    _ = try await client.call(
      "tool/update", ["tool_id": asked["id"] ?? .null, "policy": "ask"])
    for answer in ["approve", "cancel"] {
      let thread = try await client.newThread()
      let turn = try await client.send("go", to: thread, more: Self.dynamic)
      let question = await client.events {
        $0["event"] == "qlaud.approval_required" && $0["turn_id"]?.string == turn
      }.first?["data"]
      #expect(question?["tool_use_id"] == "m1/2" && question?["input"] == ["x": 2])
      _ = await client.events {
        $0["event"] == "qlaud.tool_dispatch_done" && $0["turn_id"]?.string == turn
      }
      if answer == "approve" {
        _ = try await client.call(
          "approval/respond",
          ["approval_id": question?["approval_id"] ?? .null, "decision": "approve"])
      } else {
        _ = try await client.call("turn/cancel", ["turn_id": .string(turn)])
      }
      _ = await client.untilDone(turn)
      let results = try await told(client, thread)["m1"]?["results"]?.array ?? []
      #expect(results.first?["output"] == "made")
      if answer == "approve" {
        #expect(results.last == ["tool": "asked", "output": "made", "is_error": false])
      } else {
        #expect(results.count == 1)
      }
    }
    #expect(tools.requests.count == 3)
    #expect(try await client.call("daemon/doctor")["ok"] == true)
  }

  @Test
  func `without tools a turn finds those that are registered, unless the settings say otherwise`()
    async throws
  {
    let standIn = try StandIn { _, connection in try StandIn.say(["x"], to: connection) }
    let daemon = try Daemon()
    let client = try RPCClient(daemon)
    try await client.use(standIn)
    let thread = try await client.newThread()
    func offered(_ more: JSON.Object = [:]) async throws -> Int {
      _ = await client.untilDone(try await client.send("hi", to: thread, more: more))
      return standIn.requests.last?["tools"]?.array?.count ?? 0
    }
    #expect(try await offered() == 0)
    #expect(try await offered(Self.dynamic) == 4)
    try await client.registerHTTP("one", "http://127.0.0.1:9/")
    #expect(try await offered() == 4)
    #expect(try await offered(ClientToolTests.offer) == 5)
    #expect(try await offered(["tools": []]) == 0)
    #expect(try await offered(["tools": ["one"]]) == 1)
    #expect(try await offered(["tools_mode": "tenant"]) == 1)
    _ = try await client.call("settings/set", ["settings": ["tools_mode": "explicit"]])
    #expect(try await offered() == 0)
    _ = try await client.call("settings/set", ["settings": ["tools_mode": "tenant"]])
    #expect(try await offered() == 1)
  }
}
