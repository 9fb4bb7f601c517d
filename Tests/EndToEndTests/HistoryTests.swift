import Foundation
import TestSupport
import Testing
import Wire

/// What of a long thread reaches the model.
@Suite(.timeLimit(.minutes(1))) struct HistoryTests {
  /// Sends so many turns, each after the one before, and gives the bodies that the model got.
  private func bodies(
    of turns: Int, _ client: RPCClient, _ standIn: StandIn, words: Int = 6,
    model: String = "up/stand-in", system: String = "Be brief.", maxTokens: Int = 50
  ) async throws -> [JSON] {
    let thread =
      try await client.call("thread/create", ["system": .string(system)])["id"]?.string ?? ""
    for number in 1...turns {
      let text = "question \(number)" + String(repeating: " word", count: words)
      _ = try await client.call(
        "message/send",
        [
          "thread_id": .string(thread), "max_tokens": .integer(maxTokens), "model": .string(model),
          "content": .string(text),
        ])
    }
    return standIn.requests
  }
  private func messages(_ body: JSON) -> [String] { (body["messages"]?.array ?? []).map(\.text) }

  @Test
  func
    `in a thread of 300 turns each request begins with the whole one before, byte for byte`()
    async throws
  {
    let standIn = try StandIn { body, connection in
      try StandIn.say(["answer to ", StandIn.question(body)], to: connection)
    }
    let daemon = try Daemon()
    let client = try RPCClient(daemon)
    try await client.use(standIn)
    let bodies = try await bodies(of: 300, client, standIn)
    #expect(bodies.count == 300)
    for (before, after) in zip(bodies, bodies.dropFirst()) {
      let (old, new) = (messages(before), messages(after))
      #expect(Array(new.prefix(old.count)) == old)
      #expect(new.count == old.count + 2)
    }
    #expect(messages(bodies[299]).count == 600)
  }

  @Test func `a model with a small window gets what it holds, and the beginning moves rarely`()
    async throws
  {
    let standIn = try StandIn { body, connection in
      try StandIn.say(["answer"], to: connection)
    }
    let daemon = try Daemon()
    let client = try RPCClient(daemon)
    try await client.use(standIn)
    _ = try await client.call(
      "model/set",
      ["slug": "small", "provider": "up", "upstream_name": "tiny", "context_window": 4_000])
    let bodies = try await bodies(of: 120, client, standIn, words: 60, model: "small")
    var jumps = 0
    for (before, after) in zip(bodies, bodies.dropFirst()) {
      let (old, new) = (messages(before), messages(after))
      #expect(new.first?.contains("Be brief.") == true)
      #expect(after.text.utf8.count < 4_000 * 5)
      if Array(new.prefix(old.count)) != old { jumps += 1 }
    }
    #expect((2...12).contains(jumps), "\(jumps)")
    #expect(StandIn.question(bodies[119]).hasPrefix("question 120 "))
  }

  @Test func `where nobody knows the window, a host that says too long is sent half`() async throws
  {
    let standIn = try StandIn { body, connection in
      guard (body["messages"]?.array?.count ?? 0) <= 12 else {
        let error: JSON = [
          "error": [
            "message": "This model's maximum context length is 100 tokens.",
            "code": "context_length_exceeded",
          ]
        ]
        return try connection.respond(
          status: 400, headers: [("content-type", "application/json")], body: error.bytes)
      }
      try StandIn.say(["answer"], to: connection)
    }
    let daemon = try Daemon()
    let client = try RPCClient(daemon)
    try await client.use(standIn)
    let bodies = try await bodies(of: 20, client, standIn)
    let refused = bodies.filter { messages($0).count > 12 }
    #expect((1...4).contains(refused.count))
    #expect(bodies.count == 20 + refused.count)
  }

  @Test func `an input that can never fit is refused with the numbers, and nothing is sent`()
    async throws
  {
    let standIn = try StandIn { _, connection in try StandIn.say(["x"], to: connection) }
    let daemon = try Daemon()
    let client = try RPCClient(daemon)
    try await client.use(standIn)
    _ = try await client.call(
      "model/set",
      ["slug": "small", "provider": "up", "upstream_name": "tiny", "context_window": 1_000])
    let thread = try await client.newThread()
    let reply = try HTTPReply.request(
      daemon, "POST", "/v1/threads/\(thread)/messages",
      [
        "max_tokens": 10, "model": "small",
        "content": .string(String(repeating: "word ", count: 2_000)),
      ])
    #expect(reply.status == 413)
    let error = reply.json["error"]
    #expect(error?["kind"] == "too_large")
    #expect(error?["limit"] == 1_000)
    #expect((error?["tokens"]?.int ?? 0) > 2_000)
    #expect(standIn.requests.isEmpty)
    let stateless = try HTTPReply.request(
      daemon, "POST", "/v1/messages",
      [
        "max_tokens": 10, "model": "small",
        "messages": [
          ["role": "user", "content": .string(String(repeating: "word ", count: 2_000))]
        ],
      ])
    #expect(stateless.status == 413)
    #expect(standIn.requests.isEmpty)
  }

  @Test func `a call and its result are never parted, and the whole of a turn stays together`()
    async throws
  {
    let standIn = try StandIn { body, connection in
      if StandIn.results(body).isEmpty {
        return try StandIn.call(
          [ScriptedCall("c-" + StandIn.question(body), "look")], to: connection)
      }
      try StandIn.say(["seen"], to: connection)
    }
    let daemon = try Daemon()
    let client = try RPCClient(daemon)
    try await client.use(standIn)
    _ = try await client.call("settings/set", ["settings": ["history_turns": 4]])
    let thread = try await client.newThread()
    _ = try await client.call("thread/subscribe", ["thread_id": .string(thread), "after": 0])
    for number in 1...12 {
      let turn = try await client.send(
        "q\(number)", to: thread,
        more: [
          "client_tools": [
            ["name": "look", "description": "Looks.", "input_schema": RPCClient.anyInput]
          ]
        ])
      _ = await client.events {
        $0["event"] == "qlaud.tool_dispatch_start" && $0["turn_id"]?.string == turn
      }
      _ = try await client.call(
        "tool/result",
        [
          "thread_id": .string(thread), "tool_use_id": .string("c-q\(number)"),
          "output": .string("r\(number)"),
        ])
      _ = await client.untilDone(turn)
    }
    for body in standIn.requests {
      var open = false
      let messages = body["messages"]?.array ?? []
      #expect(messages.first?["role"] == "user")
      for message in messages {
        if open { #expect(message["role"] == "tool") }
        open = message["tool_calls"] != nil
      }
      #expect(messages.count { $0["role"] == "user" } <= 4)
    }
  }
}
