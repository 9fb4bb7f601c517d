import Foundation
import TestSupport
import Testing
import Wire

@Suite(.timeLimit(.minutes(1))) struct CompactionTests {
  /// A model that summarises when it is asked to and answers else.
  private func standIn() throws -> StandIn {
    try StandIn { body, connection in
      let system = body["messages"]?[0]?["content"]?.string ?? ""
      guard system.contains("You write summaries") else {
        return try StandIn.say(["answer"], to: connection)
      }
      try connection.startChunked(status: 200, headers: [("content-type", "text/event-stream")])
      try connection.chunk(StandIn.piece(["reasoning_content": "let me think"]))
      try connection.chunk(StandIn.piece(["content": "SUMMARY"]))
      try StandIn.finish(connection, tokens: 3)
    }
  }
  private func thread(_ client: RPCClient, turns: Int, words: Int = 1) async throws -> String {
    let thread = try await client.newThread()
    for number in 1...turns { try await ask(client, thread, number, words: words) }
    return thread
  }
  private func ask(_ client: RPCClient, _ thread: String, _ number: Int, words: Int = 1)
    async throws
  {
    _ = try await client.call(
      "message/send",
      [
        "thread_id": .string(thread), "max_tokens": 20,
        "content": .string("question \(number)" + String(repeating: " word", count: words)),
      ])
  }

  @Test func `a summary that is made while a turn runs its tools stands in its next call`()
    async throws
  {
    let gate = Gate()
    let tools = try LoopbackServer.behind(gate)
    defer {
      gate.open()
      tools.stop()
    }
    let standIn = try StandIn { body, connection in
      let messages = body["messages"]?.array ?? []
      if messages.first?["content"]?.string?.contains("You write summaries") == true {
        return try StandIn.say(["SUMMARY"], to: connection)
      }
      guard body["tools"] != nil, messages.last?["role"] == "user" else {
        return try StandIn.say(["answer"], to: connection)
      }
      try StandIn.call([ScriptedCall("c1", "it", #"{"x":1}"#)], to: connection)
    }
    let daemon = try Daemon()
    let client = try RPCClient(daemon)
    try await client.use(standIn)
    try await client.registerHTTP("it", tools.origin)
    let thread = try await thread(client, turns: 6)
    let turn = try await client.send("and now", to: thread, more: ["tools": ["it"]])
    _ = try await tools.request(at: 0)
    let made = try await client.call("thread/compact", ["thread_id": .string(thread)])
    #expect(made["compaction"]?["summary"] == "SUMMARY")
    gate.open()
    #expect(await client.untilDone(turn).last?["data"]?["status"] == "done")
    let sent = standIn.requests.last?["messages"]?.array ?? []
    #expect(sent.first?["content"]?.string?.contains("SUMMARY") == true)
    #expect(sent.last?["role"] == "tool")
    #expect(!(sent.dropFirst().map(\.text).joined().contains("question 1 ")))
  }

  @Test func `a summary stands for the beginning, and every message stays as it is`() async throws {
    let standIn = try standIn()
    let daemon = try Daemon()
    let client = try RPCClient(daemon)
    try await client.use(standIn)
    let thread = try await thread(client, turns: 6)
    let before = try await client.messages(thread)
    let none = try await client.call("message/list", ["thread_id": .string(thread)])
    #expect(none["compaction"] == .null)
    let made = try await client.call("thread/compact", ["thread_id": .string(thread)])
    #expect(made["compaction"]?["summary"] == "SUMMARY")
    #expect(made["compaction"]?["summarized_through_seq"] == 8)
    let request = standIn.requests.last?.text ?? ""
    #expect(request.contains("question 4") && !request.contains("question 5"))
    #expect(try await client.messages(thread) == before)
    let list = try await client.call("message/list", ["thread_id": .string(thread)])
    #expect(list["compaction"] == made["compaction"])

    try await ask(client, thread, 7)
    let sent = (standIn.requests.last?["messages"]?.array ?? []).compactMap {
      $0["content"]?.string
    }
    #expect(sent.first?.hasPrefix("Summary of our conversation") == true)
    #expect(sent.first?.contains("SUMMARY") == true && sent.first?.contains("question 5") == true)
    #expect(sent.count == 5)
    try await ask(client, thread, 8)
    let next = (standIn.requests.last?["messages"]?.array ?? []).compactMap {
      $0["content"]?.string
    }
    #expect(Array(next.prefix(sent.count)) == sent)
  }

  @Test func `a second run is harmless, and a later one goes on from the summary`() async throws {
    let standIn = try standIn()
    let daemon = try Daemon()
    let client = try RPCClient(daemon)
    try await client.use(standIn)
    let thread = try await thread(client, turns: 4)
    let first = try await client.call("thread/compact", ["thread_id": .string(thread)])
    let calls = standIn.requests.count
    let second = try await client.call("thread/compact", ["thread_id": .string(thread)])
    #expect(second == first)
    #expect(standIn.requests.count == calls)
    let rest = try await client.call(
      "thread/compact", ["thread_id": .string(thread), "keep_turns": 0])
    #expect(rest["compaction"]?["summarized_through_seq"] == 8)
    let request = standIn.requests.last?.text ?? ""
    #expect(request.contains("SUMMARY") && !request.contains("question 2"))
    let empty = try await client.call(
      "thread/compact", ["thread_id": .string(try await client.newThread())])
    #expect(empty["compaction"] == .null)
  }

  @Test func `a fork keeps the summary, an erased thread takes it along`() async throws {
    let standIn = try standIn()
    let daemon = try Daemon()
    let client = try RPCClient(daemon)
    try await client.use(standIn)
    let thread = try await thread(client, turns: 4)
    _ = try await client.call("thread/compact", ["thread_id": .string(thread)])
    let fork =
      try await client.call("thread/fork", ["thread_id": .string(thread)])["id"]?.string ?? ""
    _ = try await client.call("thread/erase", ["thread_id": .string(thread)])
    let list = try await client.call("message/list", ["thread_id": .string(fork)])
    #expect(list["compaction"]?["summarized_through_seq"] == 4)
    let early = try await client.call("thread/fork", ["thread_id": .string(fork), "at_seq": 2])
    let short = try await client.call(
      "message/list", ["thread_id": .string(early["id"]?.string ?? "")])
    #expect(short["compaction"] == .null)
  }

  @Test func `where it is set, a thread that fills the window is summarised before the call`()
    async throws
  {
    let standIn = try standIn()
    let daemon = try Daemon()
    let client = try RPCClient(daemon)
    try await client.use(standIn)
    _ = try await client.call(
      "model/set",
      ["slug": "small", "provider": "up", "upstream_name": "tiny", "context_window": 2_000])
    _ = try await client.call(
      "settings/set", ["settings": ["compact_at_percent": 50, "default_model": "small"]])
    let thread = try await thread(client, turns: 20, words: 80)
    let summaries = standIn.requests.filter {
      $0["messages"]?[0]?["content"]?.string?.contains("You write summaries") == true
    }
    #expect((1...8).contains(summaries.count), "\(summaries.count)")
    let list = try await client.call("message/list", ["thread_id": .string(thread), "limit": 200])
    #expect(list["data"]?.array?.count == 40)
    let last = try #require(standIn.requests.last)
    #expect(last.text.contains("SUMMARY") && last.text.contains("question 20"))
    #expect(last.text.utf8.count < 2_000 * 4)
  }

  @Test func `without the setting nothing is ever summarised`() async throws {
    let standIn = try standIn()
    let daemon = try Daemon()
    let client = try RPCClient(daemon)
    try await client.use(standIn)
    _ = try await client.call(
      "model/set",
      ["slug": "small", "provider": "up", "upstream_name": "tiny", "context_window": 1_000])
    _ = try await client.call("settings/set", ["settings": ["default_model": "small"]])
    _ = try await thread(client, turns: 12, words: 80)
    #expect(!standIn.requests.contains { $0.text.contains("You write summaries") })
  }
}
