import Foundation
import TestSupport
import Testing
import Wire

@Suite(.timeLimit(.minutes(1))) struct ReplayTests {
  @Test func `1,000 subscribers to everything each get every event once, in order`() async throws {
    Crowd.raiseLimit()
    let standIn = try StandIn { body, connection in
      try StandIn.say(["re: ", StandIn.question(body)], to: connection)
    }
    let daemon = try Daemon()
    let client = try RPCClient(daemon)
    try await client.use(standIn)
    _ = try await client.call("thread/subscribe", ["thread_id": "*", "after": 0])
    let early = try Crowd(500, daemon)
    try await early.ask(
      #"{"id":1,"method":"thread/subscribe","params":{"thread_id":"*","after":0}}"#)
    var turns: [String] = []
    for index in 0..<4 {
      let thread = try await client.newThread()
      turns.append(try await client.send("question \(index)", to: thread))
    }
    // These come in the midst of it.
    let late = try Crowd(500, daemon)
    try await late.ask(
      #"{"id":1,"method":"thread/subscribe","params":{"thread_id":"*","after":0}}"#)
    for turn in turns { _ = await client.untilDone(turn) }
    let expected = client.events.compactMap { $0["event_seq"]?.int }
    let last = try #require(expected.last)
    for crowd in [early, late] {
      for got in try await crowd.seqs(through: last) where got != expected {
        #expect(got == expected)
      }
    }
  }

  @Test func `a cursor goes on over a crash and an orderly restart, in both dialects`() async throws
  {
    let standIn = try StandIn { _, connection in try StandIn.say(["x", "y"], to: connection) }
    let folder = try TemporaryFolder()
    var seen: [Int64] = []
    var cursor: Int64 = 0
    var thread = ""
    for round in 0..<4 {
      let daemon = try Daemon(in: folder)
      let client = try RPCClient(daemon)
      if round == 0 {
        try await client.use(standIn)
        thread = try await client.newThread()
      }
      _ = try await client.call("thread/subscribe", ["thread_id": "*", "after": .int(cursor)])
      _ = await client.untilDone(try await client.send("q\(round)", to: thread))
      let seqs = client.events.compactMap { $0["event_seq"]?.int }
      #expect(seqs.allSatisfy { $0 > cursor } && seqs == seqs.sorted())
      seen += seqs
      cursor = try #require(seqs.last)
      let stream = try UnixStream(daemon.socket)
      try stream.write(
        HTTPReply.head("GET", "/v1/events", nil, ["Last-Event-ID": String(seen[seen.count / 2])]))
      let rest = seen.filter { $0 > seen[seen.count / 2] }
      let text = try await stream.read(through: "id: \(cursor)\n")
      let ids = text.split(whereSeparator: \.isNewline).filter { $0.hasPrefix("id: ") }
        .compactMap { Int64($0.dropFirst(4)) }
      #expect(ids == rest)
      if round.isMultiple(of: 2) { daemon.crash() } else { daemon.stop() }
    }
    #expect(Set(seen).count == seen.count)
  }

  @Test func `what was folded comes as the finished message, over both dialects`() async throws {
    let words = (0..<40).map { "word\($0) " }
    let standIn = try StandIn { _, connection in try StandIn.say(words, to: connection) }
    let daemon = try Daemon()
    let client = try RPCClient(daemon)
    try await client.use(standIn)
    let thread = try await client.newThread()
    let turn = try await client.send("go", to: thread)
    let streamed = await client.untilDone(turn)
    let middle = streamed[streamed.count / 2]["event_seq"]?.int ?? 0
    #expect(streamed[streamed.count / 2]["event"] == "content_block_delta")
    // Nothing tells of a fold, as nothing is to be noticed of it: the rows are counted until they are fewer.
    func rows() async throws -> Int64 {
      try await client.call("daemon/status")["events"]?.int ?? 0
    }
    while try await rows() < 45 {}
    _ = try await client.call("settings/set", ["settings": ["delta_retention_ms": 0]])
    while try await rows() > 20 {}

    let late = try RPCClient(daemon)
    _ = try await late.call(
      "thread/subscribe", ["thread_id": .string(thread), "after": .int(middle)])
    let rest = await late.untilDone(turn)
    #expect(rest.map { $0["event"] } == ["event/snapshot", "message.created", "qlaud.done"])
    let message = try #require(rest.first?["data"]?["message"])
    #expect(message["content"]?[0]?["text"]?.string == words.joined())
    #expect(message["role"] == "assistant" && message["stop_reason"] == "end_turn")
    #expect(message["usage"]?["output_tokens"] == 40)
    // Behind the range there is no snapshot.
    let end = rest[0]["event_seq"]?.int ?? 0
    let later = try RPCClient(daemon)
    _ = try await later.call(
      "thread/subscribe", ["thread_id": .string(thread), "after": .int(end)])
    #expect(await later.untilDone(turn).map { $0["event"] } == ["message.created", "qlaud.done"])

    let stream = try UnixStream(daemon.socket)
    try stream.write(
      HTTPReply.head("GET", "/v1/threads/\(thread)/events", nil, ["Last-Event-ID": String(middle)]))
    let text = try await stream.read(through: "event: qlaud.done\n")
    #expect(text.contains("event: event/snapshot\n") && !text.contains("content_block_delta"))
  }
}
