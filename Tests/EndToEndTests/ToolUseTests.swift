import Foundation
import TestSupport
import Testing
import Wire

@Suite(.timeLimit(.minutes(1))) struct ToolUseTests {
  /// A key of the scope, and the headers that show it.
  private func key(_ client: RPCClient, scope: String = "standard", endUser: String? = nil)
    async throws -> [String: String]
  {
    var params: JSON.Object = ["name": "app", "scope": .string(scope)]
    if let endUser { params["end_user_id"] = .string(endUser) }
    let made = try await client.call("key/create", .object(params))
    return ["x-api-key": made["secret"]?.string ?? ""]
  }

  @Test func `a caller finds, reads and calls tools with a standard key, and sees no secret`()
    async throws
  {
    let hidden = "key-77aa0c31de"
    let tools = try LoopbackServer { request, connection in
      let answer: JSON = [
        "target": .string(request.target), "key": .string(request.header("x-key") ?? ""),
      ]
      try connection.respond(headers: [("content-type", "application/json")], body: answer.text)
    }
    defer { tools.stop() }
    let daemon = try Daemon()
    let client = try RPCClient(daemon)
    try await client.registerHTTP(
      "read_number", "\(tools.origin)/n?x={{args.x}}", method: "GET",
      secrets: ["key": .string(hidden)])
    let asked = try await client.registerHTTP("asked", tools.origin)
    _ = try await client.call("tool/update", ["tool_id": asked["id"] ?? .null, "policy": "ask"])
    let headers = try await key(client)
    func post(_ path: String, _ body: JSON, _ headers: [String: String]) throws -> HTTPReply {
      try HTTPReply.request(daemon, "POST", "/v1/tools/\(path)", body, headers: headers)
    }
    let found = try post("search", ["intent": "read a number", "limit": 1], headers)
    #expect(found.status == 200)
    #expect(found.json["results"]?.array?.count == 1)
    #expect(found.json["results"]?[0]?["name"] == "read_number")
    let schemas = try post("schemas", ["tools": ["read_number"]], headers)
    #expect(schemas.json["schemas"]?[0]?["input_schema"] == RPCClient.anyInput)
    let calls: JSON = [
      "calls": [
        ["tool": "read_number", "args": ["x": 7]], ["tool": "read_numbr"],
        ["tool": "read_number", "args": ["x": "y"]], ["tool": "asked", "args": ["x": 1]],
      ]
    ]
    let made = try post("execute", calls, headers)
    #expect(made.status == 200, "\(made.text)")
    let results = made.json["results"]?.array ?? []
    #expect(results.map { $0["is_error"] } == [false, true, true, true])
    #expect(results.first?["output"] == ["target": "/n?x=7", "key": "***"])
    #expect(results[1]["output"]?.string?.contains("read_number") == true)
    #expect(results[3]["output"]?.string?.contains("needs a turn") == true)
    #expect(tools.requests.count == 1)
    // An admin is the one who would be asked.
    let admin = try await key(client, scope: "admin")
    let again = try post("execute", ["calls": [["tool": "asked", "args": ["x": 1]]]], admin)
    #expect(again.json["results"]?[0]?["is_error"] == false)

    for (body, field) in [
      (["calls": []], "calls"), (["calls": [["tool": "qlaud_multi_execute"]]], "calls[0].tool"),
      (["calls": [["args": [:]]]], "calls[0].tool"),
    ] as [(JSON, String)] {
      let refused = try post("execute", body, headers)
      #expect(refused.status == 400 && refused.json["error"]?["field"]?.string == field)
    }
    // Registering stays an admin's.
    #expect(try HTTPReply.request(daemon, "GET", "/v1/tools", headers: headers).status == 403)
    _ = try await client.call("vault/lock")
    #expect(try post("execute", calls, headers).status == 503)
    daemon.stop()
    let file = try Data(contentsOf: URL(fileURLWithPath: daemon.database))
    #expect(file.firstRange(of: Data(hidden.utf8)) == nil)
  }

  @Test func `a thread gives what locked fields need, and only to who sees it`() async throws {
    let tools = try LoopbackServer { request, connection in
      try connection.respond(body: request.text)
    }
    defer { tools.stop() }
    let daemon = try Daemon()
    let client = try RPCClient(daemon)
    _ = try await client.call(
      "tool/register",
      [
        "name": "mine", "description": "Mine.", "webhook_url": .string(tools.origin),
        "input_schema": [
          "type": "object", "properties": ["team": ["type": "string"]], "required": ["team"],
        ],
        "lock_input_fields": ["team"],
      ])
    let thread = try await client.call(
      "thread/create", ["end_user_id": "u1", "metadata": ["team": "blue"]])["id"]
    func execute(_ more: JSON.Object) async throws -> JSON? {
      var params: JSON.Object = ["calls": [["tool": "mine", "args": ["team": "red"]]]]
      params.merge(more)
      return try await client.call("tool/execute", .object(params))["results"]?[0]
    }
    _ = try await execute(["thread_id": thread ?? .null])
    let body = try JSON(parsing: try #require(tools.requests.first).body)
    #expect(body["input"] == ["team": "blue"] && body["end_user_id"] == "u1")
    #expect(try await execute([:])?["is_error"] == true)
    #expect(tools.requests.count == 1)
    let other = try await key(client)
    let refused = try HTTPReply.request(
      daemon, "POST", "/v1/tools/execute",
      ["calls": [["tool": "mine"]], "thread_id": thread ?? .null], headers: other)
    #expect(refused.status == 404)
  }

  @Test func `each end-user lends an account of their own, and a call uses that of its thread`()
    async throws
  {
    let daemon = try Daemon()
    let client = try RPCClient(daemon)
    let credentials: JSON = ["resend_api_key": "re_alices_own_key", "from": "a@example.com"]
    let made = try await client.call(
      "tool/register",
      [
        "name": "mail", "provider": "qlaud-builtin/send-email", "auth_mode": "per_user",
        "lock_input_fields": ["reply_to"],
      ])
    #expect(made["auth_mode"] == "per_user" && made["config"] == nil)
    for (params, field) in [
      (["provider": "qlaud-builtin/send-email", "config": credentials], "config"),
      (["provider": "qlaud-builtin/web-fetch"], "auth_mode"),
      (
        [
          "webhook_url": "https://example.com/", "description": "x",
          "input_schema": ["type": "object"],
        ], "auth_mode"
      ),
      (
        ["provider": "qlaud-builtin/send-email", "lock_input_fields": ["text"]],
        "lock_input_fields"
      ),
    ] as [(JSON.Object, String)] {
      var params = params
      params["name"] = "other"
      params["auth_mode"] = "per_user"
      let refused = try HTTPReply.request(daemon, "POST", "/v1/tools", .object(params))
      #expect(refused.status == 400 && refused.json["error"]?["field"]?.string == field)
    }

    let alice = try await key(client, endUser: "alice")
    let path = "/v1/connections"
    func status(_ headers: [String: String], _ query: String = "") throws -> JSON {
      try HTTPReply.request(daemon, "GET", "\(path)/mail\(query)", headers: headers).json
    }
    #expect(try status(alice)["status"] == "not_connected")
    #expect(try status(alice)["credentials_schema"]?["required"] == ["resend_api_key", "from"])
    for (body, field) in [
      (["tool": "mail", "credentials": ["from": "a@example.com"]], "credentials.resend_api_key"),
      (
        [
          "tool": "mail",
          "credentials": [
            "resend_api_key": "re_x1234567", "from": "a@example.com", "lock_input_fields": [],
          ],
        ], "credentials.lock_input_fields"
      ),
    ] as [(JSON, String)] {
      let refused = try HTTPReply.request(daemon, "POST", path, body, headers: alice)
      #expect(refused.status == 400 && refused.json["error"]?["field"]?.string == field)
    }
    let connect: JSON = ["tool": "mail", "credentials": credentials]
    let connected = try HTTPReply.request(daemon, "POST", path, connect, headers: alice)
    #expect(connected.status == 200 && connected.json["connected"] == true, "\(connected.text)")
    #expect(!connected.text.contains("alices"))
    #expect(try status(alice)["status"] == "connected")
    #expect(
      try HTTPReply.request(daemon, "GET", "\(path)/mail?end_user_id=bob", headers: alice).status
        == 403)
    let bob = try await key(client, endUser: "bob")
    #expect(try status(bob)["status"] == "not_connected")
    #expect(try await client.call("connection/list")["data"]?[0]?["connected"] == false)
    let asAdmin = try await client.call(
      "connection/status", ["tool": "mail", "end_user_id": "alice"])
    #expect(asAdmin["connected"] == true)

    // Bob's call goes nowhere; both are told so by the model's own tools.
    let standIn = try DynamicToolTests.scripted([
      [
        ScriptedCall("s", "qlaud_search_tools", #"{"intent":"send an e-mail"}"#),
        ScriptedCall("l", "qlaud_manage_connections", #"{"action":"list"}"#),
        ScriptedCall("c", "qlaud_manage_connections", #"{"action":"connect","tool":"mail"}"#),
        ScriptedCall(
          "m", "qlaud_multi_execute",
          #"{"calls":[{"tool":"mail","args":{"to":"x@y.z","subject":"s","text":"t","nonsense":1}}]}"#
        ),
      ]
    ])
    try await client.use(standIn)
    for (user, isConnected) in [("alice", true), ("bob", false)] {
      let thread = try await client.call("thread/create", ["end_user_id": .string(user)])["id"]
      let id = thread?.string ?? ""
      _ = await client.untilDone(try await client.send("go", to: id))
      let results = try await client.toolResults(id).map { $0["content"]?.string ?? "" }
      let word = isConnected ? #""status":"connected""# : #""status":"not_connected""#
      #expect(results[0].contains(word) && results[1].contains(word) && results[2].contains(word))
      #expect(results[3].contains(isConnected ? "input.nonsense" : "has not connected"))
    }
    // `tenant` offers no tool that works with accounts of end-users.
    let thread = try await client.newThread()
    _ = await client.untilDone(
      try await client.send("go", to: thread, more: ["tools_mode": "tenant"]))
    #expect(standIn.requests.last?["tools"]?.array?.isEmpty != false)

    let gone = try HTTPReply.request(daemon, "DELETE", "\(path)/mail", headers: alice)
    #expect(gone.json["connected"] == false)
    let again = try HTTPReply.request(daemon, "POST", path, connect, headers: alice)
    #expect(again.status == 200)
    _ = try await client.call("tool/delete", ["tool_id": made["id"] ?? .null])
    #expect(try HTTPReply.request(daemon, "GET", "\(path)/mail", headers: alice).status == 404)
    #expect(try await client.call("daemon/doctor")["ok"] == true)
    daemon.stop()
    let file = try Data(contentsOf: URL(fileURLWithPath: daemon.database))
    #expect(file.firstRange(of: Data("re_alices_own_key".utf8)) == nil)
  }
}
