import Foundation
import TestSupport
import Testing
import Wire

@Suite(.timeLimit(.minutes(1))) struct CrashTests {
  @Test
  func
    `after kill -9 at random moments every acknowledged message is there once and every turn ends`()
    async throws
  {
    let seed = UInt64.random(in: 0 ... .max)
    print("seed \(seed)")
    var random = SeededGenerator(seed)
    let standIn = try StandIn { body, connection in
      try StandIn.say(["re: ", StandIn.question(body)], to: connection)
    }
    let folder = try TemporaryFolder()
    var threads: [String] = []
    var acknowledged: [(thread: String, turn: String, text: String)] = []
    var number = 0
    while number < 100 {
      let daemon = try Daemon(in: folder)
      let client = try RPCClient(daemon)
      if threads.isEmpty {
        try await client.use(standIn)
        for _ in 0..<5 { threads.append(try await client.newThread()) }
      }
      let count = min(Int.random(in: 1...15, using: &random), 100 - number)
      let events = Int.random(in: 1...(count * 6), using: &random)
      for _ in 0..<count {
        let thread = threads[number % threads.count]
        let turn = try await client.send("message \(number)", to: thread)
        acknowledged.append((thread, turn, "message \(number)"))
        number += 1
      }
      // The moment is drawn as a number of events, so that it falls anywhere in a turn.
      _ = await client.events(events) { _ in true }
      daemon.crash()
    }
    let daemon = try Daemon(in: folder)
    let client = try RPCClient(daemon)
    _ = try await client.call("thread/subscribe", ["thread_id": "*", "after": 0])
    for (_, turn, _) in acknowledged { _ = await client.untilDone(turn) }
    for thread in threads {
      let mine = acknowledged.filter { $0.thread == thread }.map(\.text)
      let rows =
        try await client.call(
          "message/list", ["thread_id": .string(thread), "limit": 200])["data"]?.array ?? []
      #expect(rows.filter { $0["role"] == "user" }.compactMap { $0["content"]?.string } == mine)
      let answers = rows.filter { $0["role"] == "assistant" }
        .compactMap { $0["content"]?[0]?["text"]?.string }
      #expect(answers.sorted() == mine.map { "re: \($0)" }.sorted())
    }
    let seqs = client.events.compactMap { $0["event_seq"]?.int }
    #expect(Set(seqs).count == seqs.count)
    #expect(seqs == seqs.sorted())
    for (_, turn, _) in acknowledged {
      let ends = client.events.filter {
        $0["turn_id"]?.string == turn && $0["event"] == "qlaud.done"
      }
      #expect(ends.count == 1)
    }
    let doctor = try await client.call("daemon/doctor")
    #expect(doctor["ok"] == true)
  }

  @Test func `an orderly stop parks what runs, and the next start answers it`() async throws {
    let gate = Gate()
    let standIn = try StandIn { _, connection in
      try gate.waitBlocking()
      try StandIn.say(["late"], to: connection)
    }
    let folder = try TemporaryFolder()
    var daemon = try Daemon(in: folder)
    var client = try RPCClient(daemon)
    try await client.use(standIn)
    let thread = try await client.newThread()
    let turn = try await client.send("x", to: thread)
    _ = await client.events { $0["event"] == "qlaud.iteration_start" }
    #expect(daemon.stop() == 0)
    gate.open()
    daemon = try Daemon(in: folder)
    client = try RPCClient(daemon)
    _ = try await client.call("thread/subscribe", ["thread_id": .string(thread), "after": 0])
    let events = await client.untilDone(turn)
    #expect(events.last?["data"]?["status"] == "done")
  }
}

/// A generator whose draws a printed seed repeats: SplitMix64.
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64
  init(_ seed: UInt64) { state = seed }
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
