import Foundation
import TestSupport
import Testing
import Wire

@Suite(.timeLimit(.minutes(1))) struct AttachTests {
  @Test func `200 clients on one running turn each get every event once, a stalled one catches up`()
    async throws
  {
    let words = (0..<300).map { "w\($0) " }
    let gate = Gate()
    let standIn = try StandIn { _, connection in
      try gate.waitBlocking()
      try StandIn.say(words, to: connection)
    }
    let daemon = try Daemon()
    let sender = try RPCClient(daemon)
    try await sender.use(standIn)
    let thread = try await sender.newThread()
    let stalled = try UnixStream(daemon.socket)
    try stalled.write(
      #"{"id":1,"method":"thread/subscribe","params":{"thread_id":"\#(thread)","after":0}}"# + "\n")
    let clients = try (0..<199).map { _ in try RPCClient(daemon) }
    for client in clients {
      _ = try await client.call("thread/subscribe", ["thread_id": .string(thread), "after": 0])
    }
    let turn = try await sender.send("go", to: thread)
    gate.open()
    let reference = await sender.untilDone(turn).compactMap { $0["event_seq"]?.int }
    #expect(reference.count >= words.count + 7)
    for client in clients {
      let got = await client.untilDone(turn).filter { $0["event"] != "message.created" }
        .compactMap { $0["event_seq"]?.int }
      #expect(got == reference)
    }
    // It has read nothing so far; now it reads all of it.
    var decoder = FrameDecoder(.lines)
    var late: [Int64] = []
    while late.last != reference.last {
      let bytes = stalled.read()
      if bytes.isEmpty { break }
      decoder.append(bytes)
      while case .message(let message)? = decoder.next() {
        let params = try JSON(parsing: message)["params"]
        guard params?["event"] != "message.created" else { continue }
        if params?["turn_id"]?.string == turn, let seq = params?["event_seq"]?.int {
          late.append(seq)
        }
      }
    }
    #expect(late == reference)
  }

  @Test func `a cursor replays what it missed and goes on live, over both dialects`() async throws {
    let gate = Gate()
    let standIn = try StandIn { body, connection in
      if StandIn.question(body) == "second" { try gate.waitBlocking() }
      try StandIn.say(["x", "y"], to: connection)
    }
    let daemon = try Daemon()
    let client = try RPCClient(daemon)
    try await client.use(standIn)
    let thread = try await client.newThread()
    let first = await client.untilDone(try await client.send("first", to: thread))
    let middle = first[first.count / 2]["event_seq"]?.int ?? 0
    let late = try RPCClient(daemon)
    _ = try await late.call(
      "thread/subscribe", ["thread_id": .string(thread), "after": .int(middle)])
    let stream = try UnixStream(daemon.socket)
    try stream.write(
      HTTPReply.head(
        "GET", "/v1/threads/\(thread)/events", nil, ["Last-Event-ID": String(middle)]))
    let second = try await client.send("second", to: thread)
    gate.open()
    _ = await client.untilDone(second)
    _ = await late.untilDone(second)
    let expected = late.events.compactMap { $0["event_seq"]?.int }
    let own = client.events.compactMap { $0["event_seq"]?.int }.filter { $0 > middle }
    #expect(Set(own).isSubset(of: expected) && expected == expected.sorted())
    #expect(Set(expected).count == expected.count && expected.first ?? 0 > middle)
    var raw: [UInt8] = []
    while raw.firstRange(of: Array("id: \(expected.last ?? 0)\n".utf8)) == nil {
      raw += stream.read()
    }
    // Chunk sizes stand between the frames; a line that begins with "id: " is a frame's.
    let ids = raw.split(separator: UInt8(ascii: "\n")).map { String(decoding: $0, as: UTF8.self) }
      .filter { $0.hasPrefix("id: ") }.compactMap { Int64($0.dropFirst(4)) }
    #expect(ids == expected)
  }

  @Test func `a subscription to everything sees every thread, and ends when asked`() async throws {
    let standIn = try StandIn { _, connection in try StandIn.say(["x"], to: connection) }
    let daemon = try Daemon()
    let client = try RPCClient(daemon)
    try await client.use(standIn)
    let watcher = try RPCClient(daemon)
    _ = try await watcher.call("thread/subscribe", ["thread_id": "*"])
    for name in ["a", "b"] {
      let thread = try await client.newThread()
      _ = await client.untilDone(try await client.send(name, to: thread))
    }
    _ = await watcher.events(2) { $0["event"] == "qlaud.done" }
    #expect(watcher.events.filter { $0["event"] == "thread.created" }.count == 2)
    _ = try await watcher.call("thread/unsubscribe", ["thread_id": "*"])
    let count = watcher.events.count
    let thread = try await client.newThread()
    _ = await client.untilDone(try await client.send("c", to: thread))
    _ = try await watcher.call("daemon/status")
    #expect(watcher.events.count == count)
    let none = try await watcher.request("thread/unsubscribe", ["thread_id": "*"])
    #expect(none["error"]?["data"]?["kind"] == "not_found")
  }
}
