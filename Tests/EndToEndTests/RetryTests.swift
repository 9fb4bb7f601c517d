import Foundation
import TestSupport
import Testing
import Wire

@Suite(.timeLimit(.minutes(1))) struct RetryTests {
  private func text(_ events: [JSON]) -> String {
    events.compactMap { $0["data"]?["delta"]?["text"]?.string }.joined()
  }

  @Test func `a host in trouble is asked again in place, and readers see each try`() async throws {
    let calls = Shared(0)
    let standIn = try StandIn { _, connection in
      let number = calls.with { count in
        count += 1
        return count
      }
      switch number {
      case 1: try connection.respond(status: 500, headers: [], body: [])
      case 2: try connection.respond(status: 429, headers: [("retry-after-ms", "1")], body: [])
      default: try StandIn.say(["there"], to: connection)
      }
    }
    let daemon = try Daemon()
    let client = try RPCClient(daemon)
    try await client.use(standIn)
    let turn = try await client.send("x", to: try await client.newThread())
    let events = await client.untilDone(turn)
    #expect(events.last?["data"]?["status"] == "done")
    #expect(text(events) == "there")
    let retries = events.filter { $0["event"] == "qlaud.retry" }.compactMap { $0["data"] }
    #expect(retries.map { $0["reason"]?.string } == ["server_error", "rate_limited"])
    #expect(retries.map { $0["attempt"]?.int } == [2, 3])
    #expect(!events.contains { $0["event"] == "qlaud.queued" })
    #expect(standIn.requests.count == 3)
  }

  @Test func `a reply that breaks off is void, comes again, and what it used is kept`() async throws
  {
    let calls = Shared(0)
    let standIn = try StandIn { _, connection in
      let number = calls.with { count in
        count += 1
        return count
      }
      guard number == 1 else { return try StandIn.say(["whole"], to: connection) }
      try connection.startChunked(status: 200, headers: [("content-type", "text/event-stream")])
      try connection.chunk(StandIn.piece(["content": "half"]))
      connection.reset()
    }
    let daemon = try Daemon()
    let client = try RPCClient(daemon)
    try await client.use(standIn)
    let thread = try await client.newThread()
    let turn = try await client.send("x", to: thread)
    let events = await client.untilDone(turn)
    let retry = try #require(events.first { $0["event"] == "qlaud.retry" })
    let void = try #require(retry["data"]?["discard_after"]?.int)
    let seq = try #require(retry["event_seq"]?.int)
    let kept = events.filter { event in
      let at = event["event_seq"]?.int ?? 0
      return at <= void || at > seq
    }
    #expect(text(kept) == "whole")
    #expect(text(events) == "halfwhole")
    #expect(events.filter { $0["event"] == "qlaud.done" }.count == 1)
    let messages = try await client.messages(thread)
    #expect(messages.last?["content"] == [["type": "text", "text": "whole"]])
    let usage = try await client.call("usage/get")
    #expect(usage["request_count"] == 2)
  }

  @Test func `a reply that breaks off every time fails the turn and keeps its text`() async throws {
    let standIn = try StandIn { _, connection in
      try connection.startChunked(status: 200, headers: [("content-type", "text/event-stream")])
      try connection.chunk(StandIn.piece(["content": "half"]))
      connection.reset()
    }
    let daemon = try Daemon()
    let client = try RPCClient(daemon)
    try await client.use(standIn)
    let thread = try await client.newThread()
    let events = await client.untilDone(try await client.send("x", to: thread))
    #expect(events.last?["data"]?["status"] == "failed")
    #expect(standIn.requests.count == 3)
    #expect(
      try await client.messages(thread).last?["content"] == [["type": "text", "text": "half"]])
  }

  /// Sets up a primary that fails like this and a second one that answers.
  private func withFallback(
    _ daemon: Daemon, _ trouble: @escaping StandIn.Script
  ) async throws -> (RPCClient, StandIn, StandIn) {
    let first = try StandIn(trouble)
    let second = try StandIn { _, connection in try StandIn.say(["second"], to: connection) }
    let client = try RPCClient(daemon)
    try await client.use(first)
    _ = try await client.call(
      "provider/set",
      ["name": "spare", "base_url": .string(second.server.origin), "shape": "openai-chat"])
    return (client, first, second)
  }

  @Test(arguments: [500, 503, 404, 401])
  func `where the first model cannot answer, the send's fallback does`(status: Int) async throws {
    let daemon = try Daemon()
    let (client, first, second) = try await withFallback(daemon) { _, connection in
      try connection.respond(status: status, headers: [], body: [])
    }
    let thread = try await client.newThread()
    let reply = try await client.call(
      "message/send",
      [
        "thread_id": .string(thread), "max_tokens": 9, "content": "x", "fallback": ["spare/other"],
      ])
    #expect(reply["content"]?[0]?["text"] == "second")
    #expect(reply["model"] == "spare/other")
    #expect(second.requests.map { $0["model"] } == ["other"])
    #expect((1...2).contains(first.requests.count))
  }

  @Test func `the settings name fallback models for sends that name none`() async throws {
    let daemon = try Daemon()
    let (client, _, second) = try await withFallback(daemon) { _, connection in
      connection.reset()
    }
    _ = try await client.call("settings/set", ["settings": ["fallback": ["spare/other"]]])
    let thread = try await client.newThread()
    let reply = try await client.call(
      "message/send", ["thread_id": .string(thread), "max_tokens": 9, "content": "x"])
    #expect(reply["content"]?[0]?["text"] == "second")
    #expect(second.requests.count == 1)
  }

  @Test func `a model's hosts are asked in the order of the settings`() async throws {
    let daemon = try Daemon()
    let (client, first, second) = try await withFallback(daemon) { _, connection in
      try connection.respond(status: 503, headers: [], body: [])
    }
    _ = try await client.call(
      "settings/set", ["settings": ["model_hosts": ["Big": ["up/big-1", "spare"]]]])
    let thread = try await client.newThread()
    let reply = try await client.call(
      "message/send",
      ["thread_id": .string(thread), "max_tokens": 9, "content": "x", "model": "big"])
    #expect(reply["content"]?[0]?["text"] == "second")
    #expect(reply["model"] == "big")
    #expect(first.requests.first?["model"] == "big-1")
    #expect(second.requests.first?["model"] == "big")
  }

  @Test func `a model of the list is asked at the cheapest host, or in the order of the settings`()
    async throws
  {
    let hosts = Dictionary(
      uniqueKeysWithValues: try ["moonshot", "fireworks"].map { name in
        (
          name,
          try StandIn { _, connection in
            if name == "moonshot" {
              return try connection.respond(status: 503, headers: [], body: [])
            }
            try StandIn.say([name], to: connection)
          }
        )
      })
    let daemon = try Daemon()
    let client = try RPCClient(daemon)
    for (name, host) in hosts {
      _ = try await client.call(
        "provider/set",
        [
          "name": .string(name), "base_url": .string(host.server.origin), "shape": "openai-chat",
        ])
    }
    let params: JSON = [
      "thread_id": .string(try await client.newThread()), "max_tokens": 9, "content": "x",
      "model": "Kimi-K3",
    ]
    #expect(
      try await client.call("message/send", params)["content"]?[0]?["text"] == "fireworks")
    #expect(hosts["moonshot"]?.requests.isEmpty == true)
    _ = try await client.call(
      "settings/set", ["settings": ["provider_order": ["moonshot", "fireworks"]]])
    #expect(
      try await client.call("message/send", params)["content"]?[0]?["text"] == "fireworks")
    #expect(hosts["moonshot"]?.requests.isEmpty == false)
  }

  @Test func `a stateless call goes to the next host of its model too`() async throws {
    let daemon = try Daemon()
    let (client, first, second) = try await withFallback(daemon) { _, connection in
      try connection.respond(status: 503, headers: [], body: [])
    }
    _ = try await client.call(
      "settings/set", ["settings": ["model_hosts": ["big": ["up/big-1", "spare"]]]])
    let reply = try HTTPReply.request(
      daemon, "POST", "/v1/messages",
      [
        "model": "big", "max_tokens": 9, "messages": [["role": "user", "content": "x"]],
      ])
    #expect(reply.json["content"]?[0]?["text"] == "second")
    #expect(first.requests.count == 1)
    #expect(second.requests.first?["model"] == "big")
    let other = try HTTPReply.request(
      daemon, "POST", "/v1/messages",
      [
        "model": "up/big-1", "max_tokens": 9, "messages": [["role": "user", "content": "x"]],
      ])
    #expect(other.status == 502)
  }

  @Test(arguments: [true, false])
  func `a stateless call goes to the fallback that it names, else to that of the settings`(
    isNamed: Bool
  ) async throws {
    let daemon = try Daemon()
    let (client, first, second) = try await withFallback(daemon) { _, connection in
      try connection.respond(status: 503, headers: [], body: [])
    }
    if !isNamed {
      _ = try await client.call(
        "settings/set", ["settings": ["fallback": ["nowhere/x", "spare/other"]]])
    }
    for path in ["/v1/messages", "/v1/chat/completions"] {
      var body: JSON.Object = [
        "model": "up/big-1", "max_tokens": 9, "messages": [["role": "user", "content": "x"]],
      ]
      if isNamed { body["fallback"] = ["spare/other"] }
      let reply = try HTTPReply.request(daemon, "POST", path, .object(body))
      #expect(reply.status == 200)
      #expect(reply.json["model"] == "spare/other")
      body["fallback"] = []
      #expect(try HTTPReply.request(daemon, "POST", path, .object(body)).status == 502)
      body["fallback"] = ["nowhere/x"]
      #expect(try HTTPReply.request(daemon, "POST", path, .object(body)).status == 404)
    }
    #expect(first.requests.count == 4)
    #expect(second.requests.map { $0["model"] } == ["other", "other"])
    // No fallback at all is a setting too.
    let none = try await client.call("settings/set", ["settings": ["fallback": []]])
    #expect(none["settings"]?["fallback"] == [] || none["fallback"] == [])
  }

  @Test func `a refusal of the request itself is not shopped around`() async throws {
    let daemon = try Daemon()
    let (client, first, second) = try await withFallback(daemon) { _, connection in
      try connection.respond(status: 400, headers: [], body: [])
    }
    let thread = try await client.newThread()
    let answer = try await client.request(
      "message/send",
      [
        "thread_id": .string(thread), "max_tokens": 9, "content": "x", "fallback": ["spare/other"],
      ])
    #expect(answer["error"]?["data"]?["status"] == 400)
    #expect(first.requests.count == 1)
    #expect(second.requests.isEmpty)
  }

  @Test func `unknown fallback models are named before anything is stored`() async throws {
    let daemon = try Daemon()
    let (client, _, _) = try await withFallback(daemon) { _, _ in }
    let thread = try await client.newThread()
    let answer = try await client.request(
      "message/send",
      [
        "thread_id": .string(thread), "max_tokens": 9, "content": "x", "fallback": ["nowhere/x"],
      ])
    #expect(answer["error"]?["data"]?["kind"] == "not_found")
    #expect(try await client.messages(thread).isEmpty)
    let setting = try await client.request("settings/set", ["settings": ["fallback": "spare"]])
    #expect(setting["error"]?["data"]?["field"] == "fallback")
  }
}
