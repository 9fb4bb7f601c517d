import Foundation
import TestSupport
import Testing
import Wire

@Suite(.timeLimit(.minutes(1))) struct TurnTests {
  @Test func `a turn is stored, answered by the model and listed`() async throws {
    let standIn = try StandIn { _, connection in try StandIn.say(["Hel", "lo"], to: connection) }
    let daemon = try Daemon()
    let client = try RPCClient(daemon)
    try await client.use(standIn)
    let thread = try await client.newThread()
    let reply = try await client.call(
      "message/send", ["thread_id": .string(thread), "max_tokens": 50, "content": "Hi"])
    #expect(reply["content"] == [["type": "text", "text": "Hello"]])
    #expect(reply["type"] == "message")
    #expect(reply["stop_reason"] == "end_turn")
    #expect(reply["seq"] == 2)
    #expect(reply["thread_id"]?.string == thread)
    #expect(reply["usage"]?["input_tokens"] == 7)
    #expect(reply["usage"]?["output_tokens"] == 2)
    #expect(reply["cost_micros"] == 0)
    let list = try await client.call("message/list", ["thread_id": .string(thread)])
    #expect(list["data"]?.array?.map { $0["role"] } == ["user", "assistant"])
    #expect(list["data"]?[0]?["content"] == "Hi")
    #expect(list["data"]?[0]?["request_id"] == .null)
    #expect(list["next_after_seq"] == 2)
  }

  @Test func `the model gets the whole conversation, and the system prompt of the thread`()
    async throws
  {
    let standIn = try StandIn { body, connection in
      try StandIn.say([StandIn.question(body).uppercased()], to: connection)
    }
    let daemon = try Daemon()
    let client = try RPCClient(daemon)
    try await client.use(standIn)
    let thread = try await client.call("thread/create", ["system": "Be brief."])["id"]?.string ?? ""
    for text in ["one", "two"] {
      _ = try await client.call(
        "message/send", ["thread_id": .string(thread), "max_tokens": 50, "content": .string(text)])
    }
    let messages = standIn.requests.last?["messages"]?.array ?? []
    #expect(messages.map { $0["role"]?.string } == ["system", "user", "assistant", "user"])
    #expect(
      messages.map { $0["content"]?.string ?? $0["content"]?[0]?["text"]?.string }
        == ["Be brief.", "one", "ONE", "two"])
  }

  @Test func `HTTP and JSON-RPC give the same events, and both are Anthropic's grammar`()
    async throws
  {
    let standIn = try StandIn { _, connection in
      try StandIn.say(["a", "b", "c"], to: connection)
    }
    let daemon = try Daemon()
    let client = try RPCClient(daemon)
    try await client.use(standIn)
    let threads = [try await client.newThread(), try await client.newThread()]
    let turn = try await client.send("x", to: threads[0])
    let rpc = await client.untilDone(turn)
    let http = try HTTPReply.request(
      daemon, "POST", "/v1/threads/\(threads[1])/messages",
      ["max_tokens": 100, "content": "x", "stream": true])
    #expect(http.status == 200)
    #expect(http.headers["content-type"] == "text/event-stream")
    #expect(http.headers["x-qlaud-thread-id"] == threads[1])
    #expect(http.headers["x-qlaud-turn-id"] != nil)
    #expect(http.headers["x-qlaud-assistant-seq"] == "2")
    let names = rpc.compactMap { $0["event"]?.string }
    #expect(http.frames.map { $0.event } == names)
    #expect(
      names == [
        "qlaud.iteration_start", "message_start", "content_block_start",
        "content_block_delta", "content_block_delta", "content_block_delta", "content_block_stop",
        "message_delta", "message_stop", "qlaud.done",
      ])
    for frame in http.frames { #expect(frame.data["type"]?.string == frame.event) }
    let deltas = http.frames.compactMap { $0.data["delta"]?["text"]?.string }
    #expect(deltas == ["a", "b", "c"])
    #expect(http.frames.last?.data["status"] == "done")
    #expect(http.frames.last?.data["seq"] == 2)
    let cursors = http.frames.compactMap { $0.id.flatMap(Int.init) }
    #expect(cursors == cursors.sorted() && Set(cursors).count == cursors.count)
  }

  @Test func `a caller that goes away changes nothing`() async throws {
    let gate = Gate()
    let standIn = try StandIn { _, connection in
      try gate.waitBlocking()
      try StandIn.say(["still here"], to: connection)
    }
    let daemon = try Daemon()
    let client = try RPCClient(daemon)
    try await client.use(standIn)
    let thread = try await client.newThread()
    _ = try await client.call("thread/subscribe", ["thread_id": .string(thread), "after": 0])
    let gone = try UnixStream(daemon.socket)
    let params: JSON = ["max_tokens": 9, "content": "x", "stream": true]
    try gone.write(
      HTTPReply.head("POST", "/v1/threads/\(thread)/messages", params, [:]) + params.bytes)
    _ = gone.read()
    gone.hangUp()
    gate.open()
    let done = await client.events { $0["event"] == "qlaud.done" }
    #expect(done.first?["data"]?["status"] == "done")
  }

  @Test func `a turn can be cancelled while it streams, and what came stays`() async throws {
    let gate = Gate()
    let standIn = try StandIn { _, connection in
      try connection.startChunked(status: 200, headers: [("content-type", "text/event-stream")])
      try connection.chunk(StandIn.piece(["content": "first words"]))
      try gate.waitBlocking()
      try StandIn.finish(connection, tokens: 2)
    }
    defer { gate.open() }
    let daemon = try Daemon()
    let client = try RPCClient(daemon)
    try await client.use(standIn)
    let thread = try await client.newThread()
    let turn = try await client.send("x", to: thread)
    _ = await client.events { $0["event"] == "content_block_delta" }
    let cancelled = try await client.call("turn/cancel", ["turn_id": .string(turn)])
    #expect(cancelled["status"] == "cancelled")
    let events = await client.untilDone(turn)
    #expect(events.last?["event"] == "qlaud.done")
    #expect(events.last?["data"]?["status"] == "cancelled")
    let list = try await client.call("message/list", ["thread_id": .string(thread)])
    #expect(list["data"]?[1]?["content"] == [["type": "text", "text": "first words"]])
    let again = try await client.request("turn/cancel", ["turn_id": .string(turn)])
    #expect(again["error"]?["data"]?["kind"] == "conflict")
  }

  @Test func `turns of one thread are answered in order, threads in parallel`() async throws {
    let gate = Gate()
    let standIn = try StandIn { body, connection in
      if StandIn.question(body) == "slow" { try gate.waitBlocking() }
      try StandIn.say([StandIn.question(body)], to: connection)
    }
    let daemon = try Daemon()
    let client = try RPCClient(daemon)
    try await client.use(standIn)
    let (first, second) = (try await client.newThread(), try await client.newThread())
    let slow = try await client.send("slow", to: first)
    let after = try await client.send("after", to: first)
    let other = try await client.send("other", to: second)
    _ = await client.untilDone(other)
    #expect(
      !client.events.contains { $0["event"] == "qlaud.done" && $0["turn_id"]?.string == after })
    gate.open()
    _ = await client.untilDone(after)
    let done = client.events.filter { $0["event"] == "qlaud.done" }.compactMap {
      $0["turn_id"]?.string
    }
    #expect(done == [other, slow, after])
    let sent = standIn.requests.last { StandIn.question($0) == "after" }
    #expect(sent?["messages"]?.array?.map { $0["role"]?.string } == ["user", "assistant", "user"])
  }

  @Test func `a turn whose upstream is out of reach is parked, and answered once it is there`()
    async throws
  {
    let refusing = try StandIn { _, connection in
      try connection.respond(status: 503, headers: [("retry-after", "0")], body: [])
    }
    let daemon = try Daemon()
    let client = try RPCClient(daemon)
    try await client.use(refusing)
    let thread = try await client.newThread()
    let reply = try HTTPReply.request(
      daemon, "POST", "/v1/threads/\(thread)/messages", ["max_tokens": 9, "content": "keep me"])
    #expect(reply.status == 202)
    // The provider asks for no wait, so the next try may have begun already.
    #expect(reply.json["status"] == "queued")
    let turn = reply.json["id"]?.string ?? ""
    _ = try await client.call("thread/subscribe", ["thread_id": .string(thread), "after": 0])
    refusing.change { _, connection in try StandIn.say(["back"], to: connection) }
    let events = await client.untilDone(turn)
    #expect(events.contains { $0["event"] == "qlaud.queued" })
    #expect(events.last?["data"]?["status"] == "done")
    let list = try await client.call("message/list", ["thread_id": .string(thread)])
    #expect(list["data"]?.array?.count == 2)
  }

  @Test func `an upstream's refusal fails the turn with its own words`() async throws {
    let standIn = try StandIn { _, connection in
      let body: JSON = ["error": ["message": "no such model", "type": "invalid_request_error"]]
      try connection.respond(
        status: 404, headers: [("content-type", "application/json")], body: body.bytes)
    }
    let daemon = try Daemon()
    let client = try RPCClient(daemon)
    try await client.use(standIn)
    let thread = try await client.newThread()
    let reply = try HTTPReply.request(
      daemon, "POST", "/v1/threads/\(thread)/messages", ["max_tokens": 9, "content": "x"])
    #expect(reply.status == 404)
    #expect(reply.json["error"]?["kind"] == "upstream_error")
    #expect(reply.json["error"]?["message"]?.string?.contains("no such model") == true)
    #expect(reply.json["error"]?["provider"] == "up")
  }

  @Test func `unknown models, missing providers and missing models are named`() async throws {
    let daemon = try Daemon()
    let client = try RPCClient(daemon)
    let thread = try await client.newThread()
    func problem(_ more: JSON.Object) async throws -> JSON? {
      var params: JSON.Object = [
        "thread_id": .string(thread), "max_tokens": 9, "content": "x",
      ]
      params.merge(more)
      return try await client.request("message/send", .object(params))["error"]
    }
    let missing = try await problem([:])
    #expect(missing?["data"]?["field"] == "model")
    let unknown = try await problem(["model": "nowhere/x"])
    #expect(unknown?["data"]?["kind"] == "not_found")
    #expect(unknown?["message"]?.string?.contains("nowhere/x") == true)
    let list = try await client.call("message/list", ["thread_id": .string(thread)])
    #expect(list["data"] == [])
  }

  @Test func `the same idempotency key gives the same turn and one upstream call`() async throws {
    let standIn = try StandIn { _, connection in try StandIn.say(["once"], to: connection) }
    let daemon = try Daemon()
    let client = try RPCClient(daemon)
    try await client.use(standIn)
    let thread = try await client.newThread()
    let params: JSON = [
      "thread_id": .string(thread), "max_tokens": 9, "content": "x", "idempotency_key": "k1",
    ]
    let answers = try await withThrowingTaskGroup(of: JSON.self) { group in
      for _ in 0..<20 { group.addTask { try await client.call("message/send", params) } }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    #expect(Set(answers.compactMap { $0["turn_id"]?.string }).count == 1)
    #expect(standIn.requests.count == 1)
    let other = try await client.request(
      "message/send",
      ["thread_id": .string(thread), "max_tokens": 9, "content": "y", "idempotency_key": "k1"])
    #expect(other["error"]?["data"]?["kind"] == "conflict")
  }
}
