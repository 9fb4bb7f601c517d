import Foundation
import TestSupport
import Testing
import Wire

@Suite(.timeLimit(.minutes(1))) struct ToolCrashTests {
  @Test func `after kill -9 at random moments no call was made twice and each is answered once`()
    async throws
  {
    let seed = UInt64.random(in: 0 ... .max)
    print("seed \(seed)")
    var random = SeededGenerator(seed)
    let made = Shared<[String: Int]>([:])
    let tools = try LoopbackServer { request, connection in
      made.with { $0[request.text, default: 0] += 1 }
      try connection.respond(body: "made")
    }
    defer { tools.stop() }
    let standIn = try StandIn { body, connection in
      let results = StandIn.results(body)
      if !results.isEmpty { return try StandIn.say(["ok"], to: connection) }
      let number = StandIn.question(body)
      try StandIn.call(
        ["1", "2"].map { ScriptedCall("n\(number)-\($0)", "count", #"{"x":\#(number)\#($0)}"#) },
        to: connection)
    }
    let folder = try TemporaryFolder()
    var threads: [String] = []
    var turns: [(thread: String, turn: String)] = []
    while turns.count < 40 {
      let daemon = try Daemon(in: folder)
      let client = try RPCClient(daemon)
      if threads.isEmpty {
        try await client.use(standIn)
        try await client.registerHTTP("count", tools.origin)
        for _ in 0..<4 { threads.append(try await client.newThread()) }
      }
      let count = min(Int.random(in: 1...10, using: &random), 40 - turns.count)
      let events = Int.random(in: 1...(count * 20), using: &random)
      for _ in 0..<count {
        let thread = threads[turns.count % threads.count]
        let turn = try await client.send(
          "\(100 + turns.count)", to: thread, more: ["tools": ["count"]])
        turns.append((thread, turn))
      }
      // The moment is drawn as a number of events, so that it falls anywhere in a turn.
      _ = await client.events(events) { _ in true }
      daemon.crash()
    }
    let daemon = try Daemon(in: folder)
    let client = try RPCClient(daemon)
    _ = try await client.call("thread/subscribe", ["thread_id": "*", "after": 0])
    for (_, turn) in turns { _ = await client.untilDone(turn) }
    #expect(made.with { $0 }.values.allSatisfy { $0 == 1 })
    for thread in threads {
      let blocks = try await client.messages(thread).flatMap { $0["content"]?.array ?? [] }
      let asked = blocks.filter { $0["type"] == "tool_use" }.compactMap { $0["id"]?.string }
      let answered = blocks.filter { $0["type"] == "tool_result" }
        .compactMap { $0["tool_use_id"]?.string }
      #expect(asked.count == 20)
      #expect(asked.sorted() == answered.sorted())
      #expect(Set(asked).count == asked.count)
    }
    for (_, turn) in turns {
      let mine = client.events.filter { $0["turn_id"]?.string == turn }
      #expect(mine.last?["data"]?["status"] == "done")
      for name in ["qlaud.tool_dispatch_start", "qlaud.tool_dispatch_done"] {
        #expect(mine.count { $0["event"]?.string == name } == 2)
      }
    }
    #expect(try await client.call("daemon/doctor")["ok"] == true)
  }
}
