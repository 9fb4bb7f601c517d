import Foundation
import TestSupport
import Testing
import Wire

@Suite(.timeLimit(.minutes(1))) struct MoneyTests {
  /// One micro-dollar an input token, ten an output token.
  private func priced(_ client: RPCClient, _ standIn: StandIn) async throws {
    try await client.use(standIn)
    _ = try await client.call(
      "model/set",
      [
        "slug": "priced", "provider": "up", "upstream_name": "stand-in",
        "price": ["input": 1_000_000, "output": 10_000_000],
      ])
    _ = try await client.call("settings/set", ["settings": ["default_model": "priced"]])
  }

  private func key(_ client: RPCClient, _ daemon: Daemon, cap: JSON) async throws -> (
    RPCClient, String
  ) {
    let key = try await client.call("key/create", ["name": "app", "max_spend_usd": cap])
    let app = try RPCClient(daemon)
    _ = try await app.call("initialize", ["key": key["secret"] ?? .null])
    return (app, key["id"]?.string ?? "")
  }

  private func standing(_ client: RPCClient, _ id: String) async throws -> (
    spent: Int64, reserved: Int64
  ) {
    let keys = try await client.call("key/list")["keys"]?.array ?? []
    let mine = keys.first { $0["id"]?.string == id }
    return (mine?["spent_micros"]?.int ?? -1, mine?["reserved_micros"]?.int ?? -1)
  }

  @Test func `a turn costs what its tokens cost, and usage adds up`() async throws {
    let standIn = try StandIn { _, connection in try StandIn.say(["a", "b"], to: connection) }
    defer { standIn.server.stop() }
    let daemon = try Daemon()
    let client = try RPCClient(daemon)
    try await priced(client, standIn)
    let thread = try await client.newThread()
    let reply = try await client.call(
      "message/send", ["thread_id": .string(thread), "max_tokens": 10, "content": "hi"])
    #expect(reply["cost_micros"] == 27)
    let usage = try await client.call("usage/get", ["group_by": "model"])
    #expect(usage["total_cost_micros"] == 27)
    #expect(usage["data"]?[0]?["group"] == "priced")
    #expect(usage["by_key"]?[0]?["key_name"] == "local")
    #expect(usage["total_input_tokens"] == 7)
  }

  @Test func `over the cap nothing is sent, and the refusal is a 402 with the numbers`()
    async throws
  {
    let standIn = try StandIn { _, connection in try StandIn.say(["a"], to: connection) }
    defer { standIn.server.stop() }
    let daemon = try Daemon()
    let client = try RPCClient(daemon)
    try await priced(client, standIn)
    let (app, _) = try await key(client, daemon, cap: 0.0001)
    let thread = try await app.newThread()
    let refused = try await app.request(
      "message/send", ["thread_id": .string(thread), "max_tokens": 10, "content": "hi"])
    #expect(refused["error"]?["code"] == -32010)
    #expect(refused["error"]?["data"]?["kind"] == "key_cap_exceeded")
    #expect(refused["error"]?["data"]?["limit"] == 100)
    #expect(refused["error"]?["data"]?["spent"] == 0)
    #expect(standIn.requests.isEmpty)
    // A smaller answer fits.
    let reply = try await app.call(
      "message/send", ["thread_id": .string(thread), "max_tokens": 5, "content": "hi"])
    #expect(reply["cost_micros"] == 17)
  }

  @Test func `a model without a price is refused to a capped key and recorded for others`()
    async throws
  {
    let standIn = try StandIn { _, connection in try StandIn.say(["a"], to: connection) }
    defer { standIn.server.stop() }
    let daemon = try Daemon()
    let client = try RPCClient(daemon)
    _ = try await client.call(
      "provider/set",
      ["name": "far", "base_url": "https://unpriced.invalid", "shape": "openai-chat"])
    let (app, _) = try await key(client, daemon, cap: 5)
    let thread = try await app.newThread()
    let refused = try await app.request(
      "message/send",
      ["thread_id": .string(thread), "max_tokens": 5, "content": "hi", "model": "far/x"])
    #expect(refused["error"]?["data"]?["kind"] == "price_unknown")
    let parked = try await client.call(
      "message/send",
      [
        "thread_id": .string(try await client.newThread()), "max_tokens": 5, "content": "hi",
        "model": "far/x",
      ])
    #expect(parked["status"] == "queued")
  }

  @Test func `1,000 concurrent sends never spend more than the cap, and hold nothing afterwards`()
    async throws
  {
    let standIn = try StandIn { _, connection in try StandIn.say(["a", "b"], to: connection) }
    defer { standIn.server.stop() }
    let daemon = try Daemon()
    let client = try RPCClient(daemon)
    try await priced(client, standIn)
    let (app, id) = try await key(client, daemon, cap: 0.005)
    var threads: [String] = []
    for _ in 0..<100 { threads.append(try await app.newThread()) }
    _ = try await app.call("thread/subscribe", ["thread_id": "*"])
    try await withThrowingTaskGroup(of: Void.self) { group in
      for number in 0..<1_000 {
        let thread = threads[number % threads.count]
        group.addTask { _ = try await app.send("hi", to: thread, more: ["max_tokens": 10]) }
      }
      try await group.waitForAll()
    }
    let ends = await app.events(1_000) { $0["event"] == "qlaud.done" }
    let done = ends.filter { $0["data"]?["status"] == "done" }
    let errors = app.events.filter { $0["event"] == "qlaud.error" }
    #expect(done.count + errors.count == 1_000)
    #expect(
      errors.allSatisfy {
        $0["data"]?["kind"] == "key_cap_exceeded" && $0["data"]?["status"] == 402
      })
    #expect(standIn.requests.count == done.count)
    let (spent, reserved) = try await standing(client, id)
    #expect(spent == Int64(done.count) * 27)
    #expect(spent <= 5_000 && done.count > 10)
    #expect(reserved == 0)
  }

  @Test func `cancels, failing upstreams and kill -9 leave no reservation and no overspending`()
    async throws
  {
    let seed = UInt64.random(in: 0 ... .max)
    print("seed \(seed)")
    let gate = Gate()
    let standIn = try StandIn { body, connection in
      switch StandIn.question(body) {
      case "fail": try connection.respond(status: 500, headers: [], body: [])
      case "hang":
        try connection.startChunked(status: 200, headers: [("content-type", "text/event-stream")])
        try connection.chunk(StandIn.piece(["content": "some words"]))
        try gate.waitBlocking()
      case "break":
        try connection.startChunked(status: 200, headers: [("content-type", "text/event-stream")])
        try connection.chunk(StandIn.piece(["content": "half"]))
        connection.reset()
      default: try StandIn.say(["a", "b"], to: connection)
      }
    }
    defer {
      gate.open()
      standIn.server.stop()
    }
    let folder = try TemporaryFolder()
    var daemon = try Daemon(in: folder)
    var client = try RPCClient(daemon)
    try await priced(client, standIn)
    let made = try await client.call("key/create", ["name": "app", "max_spend_usd": 0.01])
    let (id, secret) = (made["id"]?.string ?? "", made["secret"] ?? .null)
    var random = SeededGenerator(seed)
    var turns: [String] = []
    for round in 0..<3 {
      let app = try RPCClient(daemon)
      _ = try await app.call("initialize", ["key": secret])
      var mine: [String] = []
      for _ in 0..<40 {
        let kind = ["ok", "ok", "fail", "hang", "break"].randomElement(using: &random) ?? "ok"
        mine.append(
          try await app.send(kind, to: try await app.newThread(), more: ["max_tokens": 10]))
      }
      // Once what hangs has used up the cap, a turn may have no event but its end.
      let count = Int.random(in: round == 0 ? 20...120 : 5...mine.count, using: &random)
      _ = await app.events(count) { _ in true }
      for turn in mine where Bool.random(using: &random) {
        _ = try await app.request("turn/cancel", ["turn_id": .string(turn)])
      }
      turns += mine
      guard round < 2 else { break }
      daemon.crash()
      daemon = try Daemon(in: folder)
      client = try RPCClient(daemon)
    }
    for turn in turns { _ = try await client.request("turn/cancel", ["turn_id": .string(turn)]) }
    for turn in turns {
      let status = try await client.call("turn/get", ["turn_id": .string(turn)])["status"]?.string
      #expect(["done", "failed", "cancelled"].contains(status), "\(status ?? "")")
    }
    let (spent, reserved) = try await standing(client, id)
    #expect(reserved == 0)
    #expect(spent > 0 && spent <= 10_000)
    let usage = try await client.call("key/usage", ["key_id": .string(id)])
    #expect(usage["total_cost_micros"]?.int == spent)
  }
}
