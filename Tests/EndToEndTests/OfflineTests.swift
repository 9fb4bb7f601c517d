import Foundation
import TestSupport
import Testing
import Wire

/// A host that is there or not, as the test says. While it is not, connections are refused: its port is bound by nobody.
private struct Away {
  /// A provider that nobody listens for, on this machine.
  static let url = "http://127.0.0.1:9"
}

@Suite(.timeLimit(.minutes(1))) struct OfflineTests {
  private func provider(_ client: RPCClient, _ url: String, name: String = "up") async throws {
    _ = try await client.call(
      "provider/set", ["name": .string(name), "base_url": .string(url), "shape": "openai-chat"])
    _ = try await client.call(
      "settings/set", ["settings": ["default_model": .string("\(name)/stand-in")]])
  }

  private func status(_ client: RPCClient, _ name: String = "up") async throws -> JSON {
    try await client.call("queue/status")["providers"]?.array?
      .first { $0["name"]?.string == name } ?? .null
  }

  @Test func `turns wait in the lane of a provider that is away, and nothing is tried with them`()
    async throws
  {
    let daemon = try Daemon()
    let client = try RPCClient(daemon)
    try await provider(client, Away.url)
    _ = try await client.call("thread/subscribe", ["thread_id": "*", "after": 0])
    var turns: [String] = []
    for number in 0..<30 {
      let thread = try await client.newThread()
      turns.append(try await client.send("\(number)", to: thread))
    }
    // Each is told that it waits.
    for turn in turns {
      _ = await client.events { $0["event"] == "qlaud.queued" && $0["turn_id"]?.string == turn }
    }
    let report = try await status(client)
    #expect(report["reachability"] == "down" || report["reachability"] == "probing")
    #expect(report["reason"] == "offline")
    // A provider on this machine says nothing about the network.
    #expect(try await client.call("queue/status")["online"] == true)
    let attempts = try await client.call("turn/list", ["limit": 200])["data"]?.array ?? []
    #expect(attempts.allSatisfy { $0["status"] != "failed" && $0["unknown_outcomes"] == 0 })

    // The host comes back: what waited goes out in order.
    let order = Shared<[String]>([])
    let standIn = try StandIn { body, connection in
      order.with { $0.append(StandIn.question(body)) }
      try StandIn.say(["ok"], to: connection)
    }
    try await provider(client, standIn.server.origin)
    for turn in turns { _ = await client.untilDone(turn) }
    let ends = client.events.filter { $0["event"] == "qlaud.done" }
    #expect(ends.count == 30 && ends.allSatisfy { $0["data"]?["status"] == "done" })
    #expect(Set(order.with { $0 }).count == 30 && order.with { $0.count } == 30)
    _ = await client.events { _ in true }
    #expect(try await status(client)["depth"] == 0)
  }

  @Test
  func `a send behind a parked turn of its thread is told at once, and answered in its place`()
    async throws
  {
    let daemon = try Daemon()
    let client = try RPCClient(daemon)
    try await provider(client, Away.url)
    let thread = try await client.newThread()
    for text in ["one", "two", "three"] {
      let reply = try HTTPReply.request(
        daemon, "POST", "/v1/threads/\(thread)/messages",
        ["max_tokens": 9, "content": .string(text)])
      #expect(reply.status == 202)
      // As it was told, even where it is being tried again by now.
      #expect(reply.json["status"] == "queued" && reply.json["reason"] == "offline")
    }
    let standIn = try StandIn { body, connection in
      try StandIn.say([StandIn.question(body).uppercased()], to: connection)
    }
    _ = try await client.call("thread/subscribe", ["thread_id": .string(thread), "after": 0])
    try await provider(client, standIn.server.origin)
    _ = await client.events(3) { $0["event"] == "qlaud.done" }
    let rows = try await client.messages(thread)
    let said = rows.compactMap { $0["content"]?.string ?? $0["content"]?[0]?["text"]?.string }
    #expect(said.sorted() == ["ONE", "THREE", "TWO", "one", "three", "two"])
    #expect(standIn.requests.map(StandIn.question) == ["one", "two", "three"])
  }

  @Test func `retry-after is obeyed for all turns of the model, over a restart, and others go on`()
    async throws
  {
    let standIn = try StandIn { body, connection in
      if body["model"] == "stand-in" {
        return try connection.respond(
          status: 429, headers: [("retry-after", "3600")], body: [])
      }
      try StandIn.say(["ok"], to: connection)
    }
    let folder = try TemporaryFolder()
    var daemon = try Daemon(in: folder)
    var client = try RPCClient(daemon)
    try await client.use(standIn)
    let first = try await client.send("x", to: try await client.newThread())
    let told = await client.events {
      $0["event"] == "qlaud.queued" && $0["turn_id"]?.string == first
    }
    #expect(told.first?["data"]?["reason"] == "rate_limited")
    let asked = standIn.requests.count
    let second = try await client.send("y", to: try await client.newThread())
    _ = await client.events { $0["event"] == "qlaud.queued" && $0["turn_id"]?.string == second }
    #expect(standIn.requests.count == asked)
    /// The provider is up, and one of its models is not.
    func expectLimit(_ client: RPCClient) async throws {
      let report = try await status(client)
      #expect(report["reachability"] == "up" && report["reason"] == .null)
      #expect(report["depth"] == 2)
      let limits = report["limits"]?.array ?? []
      #expect(limits.count == 1 && limits.first?["model"] == "stand-in")
      #expect(limits.first?["reachability"] == "down" && limits.first?["depth"] == 2)
      let moment = limits.first?["retry_at"]?.int ?? 0
      let wait = moment - Int64(Date().timeIntervalSince1970 * 1000)
      #expect((3_000_000...3_600_000).contains(wait))
    }
    try await expectLimit(client)
    let printed = try Spawn.run([
      "\(Daemon.programs)/qlaud", "queue", "--socket", daemon.socket, "--no-start",
    ])
    #expect(printed.text.contains("up/stand-in"), "\(printed.text)")
    let other = try await client.send(
      "z", to: try await client.newThread(), more: ["model": "up/other"])
    #expect((await client.untilDone(other)).last?["data"]?["status"] == "done")
    #expect(standIn.requests.count == asked + 1)

    daemon.crash()
    daemon = try Daemon(in: folder)
    client = try RPCClient(daemon)
    let third = try await client.send(
      "more", to: try await client.newThread(), more: ["model": "up/other"])
    #expect((await client.untilDone(third)).last?["data"]?["status"] == "done")
    #expect(standIn.requests.count == asked + 2)
    try await expectLimit(client)
    // What is known of it is of the old address: the first of them is tried, and told the same.
    let more = standIn.requests.count
    _ = try await client.call("thread/subscribe", ["thread_id": "*", "after": 0])
    try await client.use(standIn)
    _ = await client.events(2) { $0["event"] == "qlaud.queued" && $0["turn_id"]?.string == first }
    #expect(standIn.requests.dropFirst(more).allSatisfy { StandIn.question($0) == "x" })
  }

  @Test func `where every model of an account is limited, each finds out with one call`()
    async throws
  {
    let isLimited = Shared(true)
    let standIn = try StandIn { _, connection in
      if isLimited.with({ $0 }) {
        return try connection.respond(status: 429, headers: [("retry-after", "3600")], body: [])
      }
      try StandIn.say(["ok"], to: connection)
    }
    let daemon = try Daemon()
    let client = try RPCClient(daemon)
    try await client.use(standIn)
    var turns: [String] = []
    for number in 0..<12 {
      turns.append(
        try await client.send(
          "\(number)", to: try await client.newThread(),
          more: ["model": .string("up/m\(number % 3)")]))
      let turn = turns[number]
      _ = await client.events { $0["event"] == "qlaud.queued" && $0["turn_id"]?.string == turn }
    }
    #expect(standIn.requests.count == 3)
    #expect(try await status(client)["depth"] == 12)
    isLimited.with { $0 = false }
    try await client.use(standIn)
    for turn in turns {
      #expect((await client.untilDone(turn)).last?["data"]?["status"] == "done")
    }
    #expect(standIn.requests.count == 15)
    // In order, for each model.
    for model in 0..<3 {
      let asked = standIn.requests.dropFirst(3).filter { $0["model"]?.string == "m\(model)" }
      #expect(Set(asked.map(StandIn.question)).count == 4)
      #expect(asked.first.map(StandIn.question) == "\(model)")
    }
    #expect(try await status(client)["limits"] == [])
  }

  @Test func `the rule fail answers an error, not_after ends a wait, a cancelled turn is gone`()
    async throws
  {
    let daemon = try Daemon()
    let client = try RPCClient(daemon)
    try await provider(client, Away.url)
    let thread = try await client.newThread()
    let failed = try HTTPReply.request(
      daemon, "POST", "/v1/threads/\(thread)/messages",
      ["max_tokens": 9, "content": "x", "offline": "fail"])
    #expect(failed.status == 503)
    #expect(failed.json["error"]?["kind"] == "offline")
    #expect(failed.json["error"]?["provider"] == "up")

    let soon = Int64(Date().timeIntervalSince1970 * 1000) + 300
    let late = try await client.send("y", to: thread, more: ["not_after": .int(soon)])
    let events = await client.untilDone(late)
    #expect(events.last?["data"]?["status"] == "failed")
    #expect(events.contains { $0["event"] == "qlaud.queued" })
    let turn = try await client.call("turn/get", ["turn_id": .string(late)])
    #expect(turn["error"]?["kind"] == "offline")

    let waiting = try await client.send("z", to: thread)
    _ = await client.events { $0["event"] == "qlaud.queued" && $0["turn_id"]?.string == waiting }
    _ = try? await client.call("turn/cancel", ["turn_id": .string(waiting)])
    #expect((await client.untilDone(waiting)).last?["data"]?["status"] == "cancelled")
  }

  @Test func `the rule local asks the local model while the provider is away`() async throws {
    let local = try StandIn { _, connection in try StandIn.say(["from here"], to: connection) }
    let daemon = try Daemon()
    let client = try RPCClient(daemon)
    _ = try await client.call(
      "provider/set",
      ["name": "here", "base_url": .string(local.server.origin), "shape": "openai-chat"])
    try await provider(client, Away.url)
    _ = try await client.call("settings/set", ["settings": ["local_model": "here/small"]])
    let thread = try await client.newThread()
    let turn = try await client.send("x", to: thread, more: ["offline": "local"])
    #expect((await client.untilDone(turn)).last?["data"]?["status"] == "done")
    let messages = try await client.messages(thread)
    #expect(messages.last?["content"]?[0]?["text"] == "from here")
    #expect(messages.last?["model"] == "here/small")
  }

  @Test func `a paused queue takes nothing and tells who sends`() async throws {
    let standIn = try StandIn { _, connection in try StandIn.say(["ok"], to: connection) }
    let daemon = try Daemon()
    let client = try RPCClient(daemon)
    try await client.use(standIn)
    #expect(try await client.call("queue/pause")["paused"] == true)
    let thread = try await client.newThread()
    let reply = try HTTPReply.request(
      daemon, "POST", "/v1/threads/\(thread)/messages", ["max_tokens": 9, "content": "x"])
    #expect(reply.status == 202 && reply.json["reason"] == "paused")
    #expect(standIn.requests.isEmpty)
    _ = try await client.call("thread/subscribe", ["thread_id": .string(thread), "after": 0])
    #expect(try await client.call("queue/resume")["paused"] == false)
    let events = await client.untilDone(reply.json["id"]?.string ?? "")
    #expect(events.last?["data"]?["status"] == "done")
  }

  @Test func `every try of a call bears the same name, where the provider wants one`() async throws
  {
    let tries = Shared(0)
    let standIn = try StandIn { _, connection in
      let number = tries.with { count in
        count += 1
        return count
      }
      guard number > 3 else {
        return try connection.respond(status: 503, headers: [("retry-after", "0")], body: [])
      }
      try StandIn.say(["ok"], to: connection)
    }
    let daemon = try Daemon()
    let client = try RPCClient(daemon)
    try await client.use(standIn)
    _ = try await client.call(
      "provider/set",
      [
        "name": "up", "base_url": .string(standIn.server.origin), "shape": "openai-chat",
        "headers": ["Idempotency-Key": "{{idempotency_key}}"],
      ])
    let thread = try await client.newThread()
    let first = try await client.send("x", to: thread)
    _ = await client.untilDone(first)
    let second = try await client.send("y", to: thread)
    _ = await client.untilDone(second)
    let names = standIn.server.requests.filter { $0.method == "POST" }
      .compactMap { $0.header("idempotency-key") }
    #expect(names.count == tries.with { $0 })
    #expect(Set(names).count == 2 && Set(names.dropLast()).count == 1)
    #expect(names.first?.contains(first) == true)
  }

  @Test
  func `the name of a call outlives a kill; the next call, another model and a retry have others`()
    async throws
  {
    let stage = Shared(0)
    let standIn = try StandIn { body, connection in
      let number = stage.with { count in
        count += 1
        return count
      }
      switch number {
      // The first call is cut off by a kill.
      case 1: try connection.waitForPeerToClose()
      case 2: try StandIn.call([ScriptedCall("c1", "nothing")], to: connection)
      // The second is refused for good by the one model, and by the other one too.
      case 3, 4: try connection.respond(status: 404, body: "{}")
      default: try StandIn.say(["ok"], to: connection)
      }
    }
    let folder = try TemporaryFolder()
    var daemon = try Daemon(in: folder)
    var client = try RPCClient(daemon)
    try await client.use(standIn)
    _ = try await client.call(
      "provider/set",
      [
        "name": "up", "base_url": .string(standIn.server.origin), "shape": "openai-chat",
        "headers": ["Idempotency-Key": "{{idempotency_key}}"],
      ])
    let thread = try await client.newThread()
    let turn = try await client.send("x", to: thread, more: ["fallback": ["up/other"]])
    _ = try await standIn.server.request(at: 0)
    daemon.crash()
    daemon = try Daemon(in: folder)
    client = try RPCClient(daemon)
    _ = try await client.call("thread/subscribe", ["thread_id": .string(thread), "after": 0])
    #expect((await client.untilDone(turn)).last?["data"]?["status"] == "failed")
    #expect(try await client.call("turn/get", ["turn_id": .string(turn)])["unknown_outcomes"] == 1)
    // Begun anew, over HTTP, and answered anew in a fork.
    let again = try HTTPReply.request(daemon, "POST", "/v1/turns/\(turn)/retry", [:])
    #expect(again.status == 200 && again.json["turn_id"]?.string == turn, "\(again.json)")
    #expect(again.json["content"]?[0]?["text"] == "ok")
    let refused = try await client.request("turn/retry", ["turn_id": .string(turn)])
    #expect(refused["error"]?["data"]?["kind"] == "conflict")
    let fork = try await client.call(
      "turn/retry", ["turn_id": .string(turn), "as_fork": true])
    #expect(fork["thread_id"]?.string != thread && fork["content"]?[0]?["text"] == "ok")

    let calls = standIn.server.requests.filter { $0.method == "POST" }
    let names = calls.compactMap { $0.header("idempotency-key") }
    let models = standIn.requests.compactMap { $0["model"]?.string }
    #expect(models == ["stand-in", "stand-in", "stand-in", "other", "stand-in", "stand-in"])
    #expect(names.count == 6 && names.first == names.dropFirst().first)
    #expect(Set(names).count == 5, "\(names)")
  }

  @Test func `one hiccup neither flips to the local model nor parks the turn`() async throws {
    let local = try StandIn { _, connection in try StandIn.say(["from here"], to: connection) }
    let tries = Shared(0)
    let standIn = try StandIn { _, connection in
      let number = tries.with { count in
        count += 1
        return count
      }
      if number == 1 { return try connection.respond(status: 503, headers: [], body: []) }
      try StandIn.say(["from there"], to: connection)
    }
    let daemon = try Daemon()
    let client = try RPCClient(daemon)
    _ = try await client.call(
      "provider/set",
      ["name": "here", "base_url": .string(local.server.origin), "shape": "openai-chat"])
    try await client.use(standIn)
    _ = try await client.call("settings/set", ["settings": ["local_model": "here/small"]])
    _ = try await client.call("thread/subscribe", ["thread_id": "*", "after": 0])
    let thread = try await client.newThread()
    let turn = try await client.send("x", to: thread, more: ["offline": "local"])
    let events = await client.untilDone(turn)
    #expect(events.contains { $0["event"] == "qlaud.retry" })
    #expect(!client.events.contains { $0["event"] == "qlaud.queued" })
    #expect(!client.events.contains { $0["event"]?.string?.hasPrefix("network.") == true })
    #expect(try await client.messages(thread).last?["content"]?[0]?["text"] == "from there")
    #expect(local.requests.isEmpty)
  }

  @Test func `thread, key and settings say what becomes of a send that does not`() async throws {
    let daemon = try Daemon()
    let client = try RPCClient(daemon)
    try await provider(client, Away.url)
    func status(_ thread: JSON, _ more: JSON.Object = [:], key: String? = nil) throws -> Int {
      var params: JSON.Object = ["max_tokens": 9, "content": "x"]
      params.merge(more)
      return try HTTPReply.request(
        daemon, "POST", "/v1/threads/\(thread["id"]?.string ?? "")/messages", .object(params),
        headers: key.map { ["x-api-key": $0] } ?? [:]
      ).status
    }
    let strict = try await client.call("thread/create", ["offline": "fail"])
    #expect(strict["offline"] == "fail")
    #expect(try status(strict) == 503)
    #expect(try status(strict, ["offline": "queue"]) == 202)
    let key = try await client.call("key/create", ["name": "k", "offline": "fail"])
    let own = try HTTPReply.request(
      daemon, "POST", "/v1/threads", [:], headers: ["x-api-key": key["secret"]?.string ?? ""])
    #expect(try status(own.json, key: key["secret"]?.string) == 503)
    let plain = try await client.call("thread/create")
    #expect(try status(plain) == 202)
    _ = try await client.call("settings/set", ["settings": ["offline": "fail"]])
    #expect(try status(try await client.call("thread/create")) == 503)
    let wrong = try await client.request("settings/set", ["settings": ["offline": "maybe"]])
    #expect(wrong["error"]?["data"]?["field"] == "offline")
    let changed = try await client.call(
      "thread/update", ["thread_id": strict["id"] ?? .null, "offline": nil])
    #expect(changed["offline"] == .null)
  }

  @Test func `a turn that its provider cannot answer keeps no other waiting`() async throws {
    let standIn = try StandIn { body, connection in
      if StandIn.question(body) == "poison" {
        return try connection.respond(status: 500, headers: [], body: [])
      }
      try StandIn.say(["ok"], to: connection)
    }
    let daemon = try Daemon()
    let client = try RPCClient(daemon)
    try await client.use(standIn)
    let poison = try await client.send("poison", to: try await client.newThread())
    _ = await client.events { $0["event"] == "qlaud.queued" }
    for number in 0..<10 {
      let turn = try await client.send("\(number)", to: try await client.newThread())
      #expect((await client.untilDone(turn)).last?["data"]?["status"] == "done")
    }
    // It is tried again and again, each time with a word about it, and can be taken back.
    _ = await client.events(3) {
      $0["event"] == "qlaud.queued" && $0["turn_id"]?.string == poison
    }
    _ = try await client.call("turn/cancel", ["turn_id": .string(poison)])
    #expect((await client.untilDone(poison)).last?["data"]?["status"] == "cancelled")
  }

  @Test func `turns that wait for somebody take no place from those that could run`() async throws {
    let standIn = try StandIn { body, connection in
      if StandIn.question(body) == "wait" {
        return try StandIn.call([ScriptedCall("c1", "mine")], to: connection)
      }
      try StandIn.say(["ok"], to: connection)
    }
    let daemon = try Daemon()
    let client = try RPCClient(daemon)
    try await client.use(standIn)
    let tool: JSON = ["name": "mine", "description": "x", "input_schema": ["type": "object"]]
    // More than may run at once.
    let count = 140
    for _ in 0..<count {
      _ = try await client.send(
        "wait", to: try await client.newThread(), more: ["client_tools": [tool]])
    }
    _ = await client.events(count) { $0["event"] == "qlaud.tool_dispatch_start" }
    let turn = try await client.send("go", to: try await client.newThread())
    #expect((await client.untilDone(turn)).last?["data"]?["status"] == "done")
  }

  @Test func `what waits for a provider that is deleted fails by its name`() async throws {
    let daemon = try Daemon()
    let client = try RPCClient(daemon)
    try await provider(client, Away.url)
    let turn = try await client.send("x", to: try await client.newThread())
    _ = await client.events { $0["event"] == "qlaud.queued" }
    _ = try await client.call("provider/delete", ["name": "up"])
    let events = await client.untilDone(turn)
    #expect(events.last?["data"]?["status"] == "failed")
    let row = try await client.call("turn/get", ["turn_id": .string(turn)])
    #expect(row["error"]?["kind"] == "not_found")
  }

  @Test func `a call whose answer was lost counts as of unknown outcome`() async throws {
    let tries = Shared(0)
    let standIn = try StandIn { _, connection in
      let number = tries.with { count in
        count += 1
        return count
      }
      if number == 1 { return connection.close() }
      try StandIn.say(["ok"], to: connection)
    }
    let daemon = try Daemon()
    let client = try RPCClient(daemon)
    try await client.use(standIn)
    let thread = try await client.newThread()
    let turn = try await client.send("x", to: thread)
    #expect((await client.untilDone(turn)).last?["data"]?["status"] == "done")
    let row = try await client.call("turn/get", ["turn_id": .string(turn)])
    #expect(row["unknown_outcomes"] == 1)
    #expect(row["call_started_at"] == .null)
  }

  @Test
  func
    `a turn that waits for somebody is shown as waiting, survives a restart, and can be cancelled`()
    async throws
  {
    let standIn = try StandIn { body, connection in
      if StandIn.results(body).isEmpty {
        return try StandIn.call([ScriptedCall("c1", "mine")], to: connection)
      }
      try StandIn.say(["thanks"], to: connection)
    }
    let folder = try TemporaryFolder()
    var daemon = try Daemon(in: folder)
    var client = try RPCClient(daemon)
    try await client.use(standIn)
    _ = try await client.call(
      "settings/set", ["settings": ["client_tool_wait_ms": 600_000]])
    let tool: JSON = ["name": "mine", "description": "x", "input_schema": ["type": "object"]]
    let thread = try await client.newThread()
    let turn = try await client.send("x", to: thread, more: ["client_tools": [tool]])
    let other = try await client.send(
      "y", to: try await client.newThread(), more: ["client_tools": [tool]])
    func untilWaiting(_ id: String) async throws {
      while !Task.isCancelled {
        let row = try await client.call("turn/get", ["turn_id": .string(id)])
        if row["status"] == "waiting" { return }
        #expect(row["status"] == "running" || row["status"] == "queued")
        await Task.yield()
      }
    }
    try await untilWaiting(turn)
    try await untilWaiting(other)
    #expect(try await client.call("queue/status")["waiting"] == 2)
    #expect(try await client.call("queue/status")["running"] == 0)
    let cancelled = try await client.call("turn/cancel", ["turn_id": .string(other)])
    #expect(cancelled["status"] == "cancelled")
    daemon.crash()

    daemon = try Daemon(in: folder)
    client = try RPCClient(daemon)
    try await untilWaiting(turn)
    _ = try await client.call(
      "tool/result",
      ["thread_id": .string(thread), "tool_use_id": "c1", "output": "here you are"])
    _ = try await client.call("thread/subscribe", ["thread_id": .string(thread), "after": 0])
    #expect((await client.untilDone(turn)).last?["data"]?["status"] == "done")
    #expect(standIn.requests.count == 3)
  }
}
