import Foundation
import Synchronization
import TestSupport
import Testing
import Vault
import Wire

@Suite(.timeLimit(.minutes(1))) struct ToolLoopTests {
  @Test
  func
    `each call of a turn begins with the one before, byte for byte, and so does the next turn, which reads the thread anew`()
    async throws
  {
    let answers = [
      #"{"n":1.50,"big":123456789012345678901234567890,"e":1e3,"s":"\u00e9\u2028\ud83d\ude00"}"#,
      #"{"z":1,"a":{"b":[1.0,-0.0,null,true]}}"#, "plain words, \u{202e}and more",
    ]
    let place = Shared(0)
    let tools = try LoopbackServer { _, connection in
      let number = place.with { place in
        defer { place += 1 }
        return place
      }
      try connection.respond(body: answers[number % answers.count])
    }
    defer { tools.stop() }
    let standIn = try StandIn { body, connection in
      let messages = body["messages"]?.array ?? []
      let asked = messages.reversed().prefix { $0["role"] != "user" }
        .count { $0["role"] == "assistant" }
      guard asked < 5 else { return try StandIn.say(["done ", "with it"], to: connection) }
      let input = #"{"x":\#(asked), "f":1.0, "t":"\u00fc\/\n", "k":{"z":1E2,"a":[]}}"#
      try StandIn.call(
        [ScriptedCall("c\(messages.count)", "it", input), ScriptedCall("d\(asked)", "gone", "{]")],
        to: connection)
    }
    let daemon = try Daemon()
    let client = try RPCClient(daemon)
    try await client.use(standIn)
    try await client.registerHTTP("it", tools.origin)
    let thread = try await client.newThread()
    for question in ["first", "second"] {
      let turn = try await client.send(question, to: thread, more: ["tools": ["it"]])
      #expect(await client.untilDone(turn).last?["data"]?["status"] == "done")
    }
    let bodies = standIn.requests.map { ($0["messages"]?.array ?? []).map(\.text) }
    #expect(bodies.count == 12)
    for (before, after) in zip(bodies, bodies.dropFirst()) {
      #expect(after.count > before.count && Array(after.prefix(before.count)) == before)
    }
  }

  @Test func `what is as deep as it may be is stored, told and read again`() async throws {
    func nested(_ depth: Int) -> String {
      String(repeating: #"{"k":"#, count: depth) + "1" + String(repeating: "}", count: depth)
    }
    let deepest = nested(Limits.jsonDepth)
    let tools = try LoopbackServer { _, connection in
      try connection.respond(
        headers: [("content-type", "application/json")], body: deepest)
    }
    defer { tools.stop() }
    let standIn = try StandIn.calling([ScriptedCall("c1", "it", deepest)])
    var daemon = try Daemon()
    var client = try RPCClient(daemon)
    try await client.use(standIn)
    _ = try await client.call(
      "tool/register",
      [
        "name": "it", "description": "Deep.", "input_schema": ["type": "object"],
        "provider": "qlaud-builtin/http-call",
        "config": ["url": .string(tools.origin), "method": "GET"],
      ])
    let thread = try await client.newThread()
    for question in ["first", "second"] {
      let turn = try await client.send(question, to: thread, more: ["tools": ["it"]])
      #expect(await client.untilDone(turn).last?["data"]?["status"] == "done")
    }
    #expect(tools.requests.count == 2)
    let messages = try await client.messages(thread)
    #expect(messages[1]["content"]?.text.contains(deepest) == true)
    // After a restart the events come from the file.
    daemon.stop()
    daemon = try Daemon(in: daemon.folder)
    client = try RPCClient(daemon)
    _ = try await client.call("thread/subscribe", ["thread_id": .string(thread), "after": 0])
    let events = await client.events(2) { $0["event"] == "qlaud.tool_dispatch_done" }
    let outputs = events.filter { $0["event"] == "qlaud.tool_dispatch_done" }
      .compactMap { $0["data"]?["output"]?.text }
    #expect(outputs == [deepest, deepest])
  }

  @Test func `a tool's policy that is set while the model still writes holds for its calls`()
    async throws
  {
    let tools = try LoopbackServer { _, connection in try connection.respond(body: "{}") }
    defer { tools.stop() }
    let gate = Gate()
    defer { gate.open() }
    let isFirst = Shared(true)
    let standIn = try StandIn { _, connection in
      let calls = isFirst.with { isFirst in
        defer { isFirst = false }
        return isFirst
      }
      guard calls else { return try StandIn.say(["done"], to: connection) }
      try gate.waitBlocking()
      try StandIn.call([ScriptedCall("c1", "it", #"{"x":1}"#)], to: connection)
    }
    let daemon = try Daemon()
    let client = try RPCClient(daemon)
    try await client.use(standIn)
    let tool = try await client.registerHTTP("it", tools.origin)
    let thread = try await client.newThread()
    let turn = try await client.send("go", to: thread, more: ["tools": ["it"]])
    _ = try await standIn.server.request(at: 0)
    _ = try await client.call("tool/update", ["tool_id": tool["id"] ?? .null, "policy": "deny"])
    gate.open()
    #expect(await client.untilDone(turn).last?["data"]?["status"] == "done")
    #expect(tools.requests.isEmpty)
    #expect(try await client.toolResults(thread).map { $0["is_error"] ?? false } == [true])
  }

  @Test func `what is set during a turn holds from its next call on`() async throws {
    let gate = Gate()
    let tools = try LoopbackServer.behind(gate)
    defer {
      gate.open()
      tools.stop()
    }
    let first = try StandIn.calling([ScriptedCall("c1", "it", #"{"x":1}"#)])
    let second = try StandIn { _, connection in try StandIn.say(["from here"], to: connection) }
    let daemon = try Daemon()
    let client = try RPCClient(daemon)
    try await client.use(first)
    try await client.registerHTTP("it", tools.origin)
    let thread = try await client.newThread()
    for text in ["one", "two", "three"] {
      _ = try await client.call(
        "message/append",
        [
          "thread_id": .string(thread),
          "messages": [
            ["role": "user", "content": .string(text)], ["role": "assistant", "content": "yes"],
          ],
        ])
    }
    let turn = try await client.send("go", to: thread, more: ["tools": ["it"]])
    _ = try await tools.request(at: 0)
    _ = try await client.call(
      "provider/set",
      ["name": "up", "base_url": .string(second.server.origin), "shape": "openai-chat"])
    _ = try await client.call("settings/set", ["settings": ["history_turns": 2]])
    gate.open()
    #expect(await client.untilDone(turn).last?["data"]?["status"] == "done")
    #expect(first.requests.count == 1)
    #expect(first.requests[0]["messages"]?.array?.count == 7)
    #expect(second.requests.count == 1)
    // Where more turns are there than may be carried, the window jumps to three quarters of them: to this turn alone.
    let carried = second.requests.first?["messages"]?.array ?? []
    #expect(carried.map { $0["role"] } == ["user", "assistant", "tool"])
  }

  @Test func `one turn calls an http tool, a webhook and a client's tool, and the model sees all`()
    async throws
  {
    let key = "key-7f31c0aa55"
    let tools = try LoopbackServer { request, connection in
      if request.target == "/hook" {
        return try connection.respond(body: #"{"output":{"from":"hook"}}"#)
      }
      let answer: JSON = [
        "got": .string(request.text), "key": .string(request.header("x-key") ?? ""),
      ]
      try connection.respond(headers: [("content-type", "application/json")], body: answer.text)
    }
    defer { tools.stop() }
    let standIn = try StandIn.calling([
      ScriptedCall("c1", "fetch", #"{"x":1}"#), ScriptedCall("c2", "team/hook", #"{"x":2}"#),
      ScriptedCall("c3", "local", #"{"x":3}"#),
    ])
    let daemon = try Daemon()
    let client = try RPCClient(daemon)
    try await client.use(standIn)
    try await client.registerHTTP("fetch", "\(tools.origin)/echo", secrets: ["key": .string(key)])
    let hook = try await client.call(
      "tool/register",
      [
        "name": "team/hook", "description": "A hook.", "input_schema": RPCClient.anyInput,
        "webhook_url": .string("\(tools.origin)/hook"),
      ])
    let secret = try #require(hook["secret"]?.string)
    #expect(secret.hasPrefix("wsk_"))
    let thread = try await client.newThread()
    let turn = try await client.send(
      "go", to: thread,
      more: [
        "tools": ["fetch", hook["id"] ?? .null],
        "client_tools": [
          ["name": "local", "description": "Mine.", "input_schema": RPCClient.anyInput]
        ],
      ])
    _ = await client.events {
      $0["event"] == "qlaud.tool_dispatch_start" && $0["data"]?["tool_use_id"] == "c3"
    }
    _ = try await client.call(
      "tool/result",
      ["thread_id": .string(thread), "tool_use_id": "c3", "output": ["y": 9]])
    let events = await client.untilDone(turn)
    #expect(events.last?["data"]?["status"] == "done")
    #expect(events.last?["data"]?["iterations"] == 2)
    #expect(events.last?["data"]?["hit_max_iterations"] == false)

    let results = try await client.toolResults(thread)
    #expect(results.map { $0["tool_use_id"] } == ["c1", "c2", "c3"])
    #expect(results.allSatisfy { $0["is_error"] == nil })
    #expect(results[0]["content"]?.string?.contains(#""key":"***""#) == true)
    #expect(results[1]["content"] == #"{"from":"hook"}"#)
    #expect(results[2]["content"] == #"{"y":9}"#)
    #expect(
      try await client.messages(thread).map { $0["role"] } == [
        "user", "assistant", "user", "assistant",
      ])

    let starts = events.filter { $0["event"] == "qlaud.tool_dispatch_start" }
    let dones = events.filter { $0["event"] == "qlaud.tool_dispatch_done" }
    #expect(Set(starts.compactMap { $0["data"]?["tool_use_id"]?.string }) == ["c1", "c2", "c3"])
    #expect(dones.count == 3)
    #expect(starts.allSatisfy { $0["data"]?["iteration"] == 1 })
    #expect(dones.first { $0["data"]?["tool_use_id"] == "c3" }?["data"]?["output"] == ["y": 9])

    let offered = standIn.requests.first?["tools"]?.array ?? []
    #expect(offered.count == 3)
    let delivered = try #require(tools.requests.first { $0.target == "/hook" })
    let time = try #require(delivered.header("x-qlaud-timestamp"))
    let signature = Digest.hmacSHA256(
      key: Array(secret.utf8), Array("\(time).".utf8) + delivered.body)
    #expect(
      delivered.header("x-qlaud-signature")
        == signature.map { String(format: "%02x", $0) }.joined())
    let body = try JSON(parsing: delivered.body)
    #expect(body["name"] == "team/hook" && body["tool_use_id"] == "c2")
    #expect(body["input"] == ["x": 2] && body["thread_id"]?.string == thread)

    // The secrets are nowhere but in the vault.
    let shown = try await client.call("tool/list").text
    let said =
      client.events.map(\.text).joined() + shown + daemon.log
      + (try await client.messages(thread).map(\.text).joined())
      + standIn.requests.map(\.text).joined()
    daemon.stop()
    let file = try Data(contentsOf: URL(fileURLWithPath: daemon.database))
    for hidden in [key, secret] {
      #expect(!said.contains(hidden))
      #expect(file.firstRange(of: Data(hidden.utf8)) == nil)
    }
  }

  @Test func `the calls of one reply run at the same time and are answered in their order`()
    async throws
  {
    let arrived = Shared(0)
    let all = Gate()
    let tools = try LoopbackServer { request, connection in
      if arrived.with({ count in
        count += 1
        return count
      }) == 3 {
        all.open()
      }
      try all.waitBlocking()
      try connection.respond(body: request.text)
    }
    defer { tools.stop() }
    let standIn = try StandIn.calling(
      (1...3).map { ScriptedCall("c\($0)", "slow", #"{"x":\#($0)}"#) })
    let daemon = try Daemon()
    let client = try RPCClient(daemon)
    try await client.use(standIn)
    try await client.registerHTTP("slow", tools.origin)
    let thread = try await client.newThread()
    let turn = try await client.send("go", to: thread, more: ["tools": ["slow"]])
    _ = await client.untilDone(turn)
    let results = try await client.toolResults(thread)
    #expect(results.map { $0["tool_use_id"] } == ["c1", "c2", "c3"])
    #expect(
      results.map { $0["content"]?.string } == [#"{"x":1}"#, #"{"x":2}"#, #"{"x":3}"#])
  }

  static let mistakes: [(call: ScriptedCall, says: String)] = [
    (ScriptedCall("c", "fetsh"), "fetch"),
    (ScriptedCall("c", "fetch", #"{"x": 1"#), "not a JSON object"),
    (ScriptedCall("c", "fetch", "[1, 2]"), "not a JSON object"),
    (ScriptedCall("c", "fetch", #"{"x": "one"}"#), "input.x"),
  ]

  @Test(arguments: mistakes.indices)
  func `a call that cannot be made is told to the model and nothing is sent`(index: Int)
    async throws
  {
    let (call, says) = Self.mistakes[index]
    let tools = try LoopbackServer { _, connection in try connection.respond(body: "called") }
    defer { tools.stop() }
    let standIn = try StandIn.calling([call])
    let daemon = try Daemon()
    let client = try RPCClient(daemon)
    try await client.use(standIn)
    try await client.registerHTTP("fetch", tools.origin)
    let thread = try await client.newThread()
    let turn = try await client.send("go", to: thread, more: ["tools": ["fetch"]])
    let events = await client.untilDone(turn)
    #expect(events.last?["data"]?["status"] == "done")
    let results = try await client.toolResults(thread)
    #expect(results.count == 1)
    #expect(results.first?["is_error"] == true)
    #expect(results.first?["content"]?.string?.contains(says) == true, "\(results)")
    let done = events.filter { $0["event"] == "qlaud.tool_dispatch_done" }
    #expect(done.count == 1 && done.first?["data"]?["is_error"] == true)
    #expect(tools.requests.isEmpty)
    #expect(try await client.messages(thread).allSatisfy { !$0.text.contains("_invalid_input") })
  }

  @Test func `a turn ends at max_iterations, and the next one finds every call answered`()
    async throws
  {
    let tools = try LoopbackServer { _, connection in try connection.respond(body: "ok") }
    defer { tools.stop() }
    let number = Shared(0)
    let standIn = try StandIn { body, connection in
      if StandIn.question(body) == "enough" {
        return try StandIn.say(["fine"], to: connection)
      }
      let next = number.with { number in
        number += 1
        return number
      }
      try StandIn.call([ScriptedCall("n\(next)", "again")], to: connection)
    }
    let daemon = try Daemon()
    let client = try RPCClient(daemon)
    try await client.use(standIn)
    try await client.registerHTTP("again", tools.origin, method: "GET")
    let thread = try await client.newThread()
    let turn = try await client.send(
      "go", to: thread, more: ["tools": ["again"], "max_iterations": 2])
    let end = await client.untilDone(turn).last?["data"]
    #expect(end?["status"] == "done")
    #expect(end?["hit_max_iterations"] == true)
    #expect(end?["iterations"] == 2)
    #expect(end?["seq"] == 4)
    #expect(tools.requests.count == 1)
    let next = try await client.send("enough", to: thread)
    #expect(await client.untilDone(next).last?["data"]?["status"] == "done")
    let results = try await client.toolResults(thread)
    #expect(results.map { $0["tool_use_id"] } == ["n1", "n2"])
    #expect(results.last?["content"]?.string?.contains("2 model calls") == true)
  }

  @Test func `a turn that is cancelled during a call answers the call and is followed by others`()
    async throws
  {
    let gate = Gate()
    let tools = try LoopbackServer { _, connection in
      try gate.waitBlocking()
      try connection.respond(body: "late")
    }
    defer { tools.stop() }
    defer { gate.open() }
    let standIn = try StandIn { body, connection in
      if StandIn.question(body) == "next" { return try StandIn.say(["yes"], to: connection) }
      try StandIn.call([ScriptedCall("c1", "slow", #"{"x":1}"#)], to: connection)
    }
    let daemon = try Daemon()
    let client = try RPCClient(daemon)
    try await client.use(standIn)
    try await client.registerHTTP("slow", tools.origin)
    let thread = try await client.newThread()
    let turn = try await client.send("go", to: thread, more: ["tools": ["slow"]])
    _ = try await tools.request(at: 0)
    let cancelled = try await client.call("turn/cancel", ["turn_id": .string(turn)])
    #expect(cancelled["status"] == "cancelled")
    #expect(cancelled["iterations"] == 1)
    let events = await client.untilDone(turn)
    #expect(events.count { $0["event"] == "qlaud.tool_dispatch_done" } == 1)
    #expect(events.last?["data"]?["status"] == "cancelled")
    let results = try await client.toolResults(thread)
    #expect(results.count == 1 && results.first?["is_error"] == true)
    #expect(results.first?["content"]?.string?.contains("interrupted") == true)
    let next = try await client.send("next", to: thread)
    #expect(await client.untilDone(next).last?["data"]?["status"] == "done")
  }

  @Test(arguments: ["POST", "GET"], ["crash", "stop"])
  func `a call that the daemon's end cut off is run again only where it reads`(
    method: String, end: String
  ) async throws {
    let gate = Gate()
    let tools = try LoopbackServer { _, connection in
      try gate.waitBlocking()
      try connection.respond(body: "read")
    }
    defer { tools.stop() }
    let standIn = try StandIn.calling([ScriptedCall("c1", "call", #"{"x":1}"#)])
    let folder = try TemporaryFolder()
    var daemon = try Daemon(in: folder)
    var client = try RPCClient(daemon)
    try await client.use(standIn)
    try await client.registerHTTP("call", tools.origin, method: method)
    let thread = try await client.newThread()
    let turn = try await client.send("go", to: thread, more: ["tools": ["call"]])
    _ = try await tools.request(at: 0)
    if end == "crash" { daemon.crash() } else { #expect(daemon.stop() == 0) }
    gate.open()
    daemon = try Daemon(in: folder)
    client = try RPCClient(daemon)
    _ = try await client.call("thread/subscribe", ["thread_id": .string(thread), "after": 0])
    let events = await client.untilDone(turn)
    #expect(events.last?["data"]?["status"] == "done")
    #expect(events.count { $0["event"] == "qlaud.tool_dispatch_start" } == 1)
    #expect(events.count { $0["event"] == "qlaud.tool_dispatch_done" } == 1)
    #expect(standIn.requests.count == 2)
    let result = try await client.toolResults(thread).first
    if method == "GET" {
      #expect(tools.requests.count == 2)
      #expect(result?["content"] == "read")
    } else {
      #expect(tools.requests.count == 1)
      #expect(result?["is_error"] == true)
      #expect(result?["content"]?.string?.contains("interrupted") == true)
    }
  }

  @Test func `after kill -9 between a result and the next model call nothing is run again`()
    async throws
  {
    let tools = try LoopbackServer { _, connection in try connection.respond(body: "once") }
    defer { tools.stop() }
    let gate = Gate()
    let standIn = try StandIn { body, connection in
      let results = StandIn.results(body)
      if results.isEmpty {
        return try StandIn.call([ScriptedCall("c1", "call", #"{"x":1}"#)], to: connection)
      }
      try gate.waitBlocking()
      try StandIn.say(results.map(\.content), to: connection)
    }
    let folder = try TemporaryFolder()
    var daemon = try Daemon(in: folder)
    var client = try RPCClient(daemon)
    try await client.use(standIn)
    try await client.registerHTTP("call", tools.origin)
    let thread = try await client.newThread()
    let turn = try await client.send("go", to: thread, more: ["tools": ["call"]])
    _ = try await standIn.server.request(at: 1)
    daemon.crash()
    gate.open()
    daemon = try Daemon(in: folder)
    client = try RPCClient(daemon)
    _ = try await client.call("thread/subscribe", ["thread_id": .string(thread), "after": 0])
    let events = await client.untilDone(turn)
    #expect(tools.requests.count == 1)
    #expect(events.last?["data"]?["iterations"] == 2)
    let retries = events.filter { $0["event"] == "qlaud.retry" }
    let done = events.first { $0["event"] == "qlaud.tool_dispatch_done" }?["event_seq"]?.int ?? 0
    // What was answered is not void.
    #expect(retries.allSatisfy { ($0["data"]?["discard_after"]?.int ?? 0) >= done })
    #expect(try await client.messages(thread).last?["content"]?[0]?["text"] == "once")
  }

  @Test func `while the vault is locked a call that needs a secret waits`() async throws {
    let tools = try LoopbackServer { _, connection in try connection.respond(body: "ok") }
    defer { tools.stop() }
    let standIn = try StandIn.calling([ScriptedCall("c1", "call", #"{"x":1}"#)])
    let daemon = try Daemon()
    let client = try RPCClient(daemon)
    try await client.use(standIn)
    try await client.registerHTTP("call", tools.origin, secrets: ["key": "some-long-secret"])
    _ = try await client.call("vault/lock")
    let thread = try await client.newThread()
    let turn = try await client.send("go", to: thread, more: ["tools": ["call"]])
    let queued = await client.events { $0["event"] == "qlaud.queued" }
    #expect(queued.first?["data"]?["reason"] == "vault_locked")
    #expect(tools.requests.isEmpty)
    _ = try await client.call("vault/unlock")
    #expect(await client.untilDone(turn).last?["data"]?["status"] == "done")
    #expect(tools.requests.count == 1 && standIn.requests.count == 2)
    #expect(try await client.toolResults(thread).first?["content"] == "ok")
  }
}
