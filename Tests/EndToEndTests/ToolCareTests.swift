import Foundation
import TestSupport
import Testing
import Wire

@Suite(.timeLimit(.minutes(1))) struct ToolCareTests {
  @Test func `a preview shows the request, sends nothing and shows no secret`() async throws {
    let tools = try LoopbackServer { request, connection in try connection.respond(body: "no") }
    defer { tools.stop() }
    let daemon = try Daemon()
    let client = try RPCClient(daemon)
    _ = try await client.call(
      "tool/register",
      [
        "name": "crm/find", "description": "Finds.", "provider": "qlaud-builtin/http-call",
        "input_schema": [
          "type": "object",
          "properties": ["q": ["type": "string"], "team": ["type": "string"]],
          "required": ["q", "team"],
        ],
        "config": [
          "url": .string(tools.origin + "/find/{{args.q}}?key={{secrets.key}}"),
          "headers":
            #"{"authorization":"Bearer {{secrets.key}}","content-type":"application/json"}"#,
          "secrets": #"{"key":"sk-very/secret+1"}"#, "lock_input_fields": #"["team"]"#,
          "body_template":
            #"{"team":{{args.team}},"user":"{{end_user.id}}","token":"{{secrets.key}}"}"#,
        ],
      ])
    let params: JSON = [
      "tool_id": "crm/find", "input": ["q": "a b/c", "team": "forged"], "end_user_id": "u1",
      "metadata": ["team": "red"],
    ]
    let shown = try await client.call("tool/preview", params)
    #expect(shown["input"] == ["q": "a b/c", "team": "red"])
    #expect(shown["request"]?["url"]?.string == tools.origin + "/find/a%20b%2Fc?key=***")
    #expect(shown["request"]?["headers"]?["authorization"] == "Bearer ***")
    #expect(
      shown["request"]?["body"] == ["team": "red", "user": "u1", "token": "***"], "\(shown.text)")
    #expect(!shown.text.contains("very"))
    let wrong = try HTTPReply.request(
      daemon, "POST", "/v1/tools/crm%2Ffind/preview", ["input": ["q": 1]])
    #expect(wrong.status == 400)
    #expect(tools.requests.isEmpty)
  }

  @Test func `the audit lists each call once, with who, how long and how much, page by page`()
    async throws
  {
    let secret = "the-content-of-a-result"
    let tools = try LoopbackServer { request, connection in
      try connection.respond(body: secret)
    }
    defer { tools.stop() }
    let standIn = try StandIn.calling([
      ScriptedCall("c1", "ask", #"{"x":1}"#), ScriptedCall("c2", "nobody"),
      ScriptedCall("c3", "ask", #"{"x":"not a number"}"#),
    ])
    let daemon = try Daemon()
    let client = try RPCClient(daemon)
    try await client.use(standIn)
    try await client.registerHTTP("ask", tools.origin)
    let thread =
      try await client.call("thread/create", ["end_user_id": "u1"])["id"]?.string ?? ""
    let turn = try await client.send("go", to: thread, more: ["tools": ["ask"]])
    _ = await client.untilDone(turn)
    let all = try await client.call("tool/calls")
    let calls = all["data"]?.array ?? []
    #expect(Set(calls.compactMap { $0["tool_use_id"]?.string }) == ["c1", "c2", "c3"])
    let good = try #require(calls.first { $0["tool_use_id"] == "c1" })
    #expect(good["name"] == "ask" && good["kind"] == "http-call" && good["status"] == "done")
    #expect(good["key_id"] == "local" && good["end_user_id"] == "u1")
    #expect(good["turn_id"]?.string == turn && good["thread_id"]?.string == thread)
    #expect((good["bytes"]?.int ?? 0) >= Int64(secret.utf8.count))
    #expect((good["duration_ms"]?.int ?? -1) >= 0)
    let rest = calls.filter { $0["tool_use_id"] != "c1" }
    #expect(rest.allSatisfy { $0["status"] == "failed" })
    #expect(rest.first { $0["tool_use_id"] == "c2" }?["kind"] == "unknown")
    #expect(!all.text.contains(secret) && !all.text.contains("not a number"))

    var seen: [String] = []
    var cursor: JSON = .null
    repeat {
      let page = try await client.call("tool/calls", ["limit": 1, "cursor": cursor])
      seen += (page["data"]?.array ?? []).compactMap { $0["tool_use_id"]?.string }
      cursor = page["next_cursor"] ?? .null
    } while !cursor.isNull
    #expect(seen == calls.compactMap { $0["tool_use_id"]?.string })
    // What a caller runs itself stands among them, without a turn.
    _ = try await client.call(
      "tool/execute", ["calls": [["tool": "ask", "args": ["x": 1]]], "end_user_id": "u2"])
    let direct = try await client.call("tool/calls", ["limit": 1])["data"]?[0]
    #expect(direct?["turn_id"]?.isNull == true && direct?["end_user_id"] == "u2")
    #expect(direct?["name"] == "ask" && direct?["status"] == "done")
    let both = try await client.call("tool/calls", ["limit": 2])
    let rest4 = try await client.call(
      "tool/calls", ["limit": 10, "cursor": both["next_cursor"] ?? .null])
    #expect((both["data"]?.array?.count ?? 0) + (rest4["data"]?.array?.count ?? 0) == 4)
    let one = try HTTPReply.request(daemon, "GET", "/v1/tool-calls?tool=nobody").json
    #expect(one["data"]?.array?.count == 1)
    #expect(try HTTPReply.request(daemon, "GET", "/v1/tool-calls?cursor=x").status == 400)
    let key =
      try await client.call("key/create", ["name": "k", "scope": "standard"])["secret"]?.string
      ?? ""
    for path in ["/v1/tool-calls"] {
      let reply = try HTTPReply.request(daemon, "GET", path, headers: ["x-api-key": key])
      #expect(reply.status == 403)
    }
  }

  @Test func `a program of the model's runs in the sandbox within a turn`() async throws {
    let code = "import os; print(6 * 7, sorted(os.listdir('/')), os.environ.get('QLAUD_SECRET'))"
    let arguments: JSON = ["code": .string(code)]
    let standIn = try StandIn.calling([ScriptedCall("c1", "run", arguments.text)])
    let daemon = try Daemon(environment: ["QLAUD_SECRET": "sk-do-not-tell"])
    let client = try RPCClient(daemon)
    try await client.use(standIn)
    let offered = try await client.call("builtin/list")["data"]?.array ?? []
    let isOffered = offered.contains { $0["provider"] == "qlaud-builtin/code-execution" }
    guard isOffered else {
      print("skipped: this machine has no sandbox")
      let refused = try HTTPReply.request(
        daemon, "POST", "/v1/tools",
        ["name": "run", "provider": "qlaud-builtin/code-execution", "config": [:]])
      return #expect(refused.status == 400)
    }
    _ = try await client.call(
      "tool/register", ["name": "run", "provider": "qlaud-builtin/code-execution", "config": [:]])
    let thread = try await client.newThread()
    let turn = try await client.send("go", to: thread, more: ["tools": ["run"]])
    _ = await client.untilDone(turn)
    let content = try await client.toolResults(thread).first?["content"]?.string ?? ""
    let result = try JSON(parsing: content)
    #expect(result["exit_code"] == 0)
    let output = result["stdout"]?.string ?? ""
    #expect(output.hasPrefix("42 ") && output.hasSuffix("None\n"), "\(content)")
    #expect(!output.contains("'root'") && !output.contains("'home'"))
  }
}
