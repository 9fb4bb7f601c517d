import Foundation
import TestSupport
import Testing
import Wire

@Suite(.timeLimit(.minutes(1))) struct JobTests {
  private let messages: JSON = [
    "endpoint": "/v1/messages",
    "body": [
      "model": "up/stand-in", "max_tokens": 50, "stream": true,
      "messages": [["role": "user", "content": "Hi"]],
    ],
  ]

  private func ended(_ client: RPCClient, _ job: String) async throws -> JSON {
    _ = try await client.call("thread/subscribe", ["thread_id": "*", "after": 0])
    _ = await client.untilDone(job)
    return try await client.call("job/get", ["job_id": .string(job)])
  }

  @Test func `a job is answered later, in the shape of its endpoint`() async throws {
    let standIn = try StandIn { body, connection in
      try StandIn.say(["re: ", StandIn.question(body)], to: connection)
    }
    let daemon = try Daemon()
    let client = try RPCClient(daemon)
    try await client.use(standIn)
    let made = try HTTPReply.request(daemon, "POST", "/v1/jobs", messages)
    #expect(made.status == 202)
    #expect(made.json["object"] == "job" && made.json["endpoint"] == "/v1/messages")
    let first = try await ended(client, made.json["id"]?.string ?? "")
    #expect(first["status"] == "succeeded")
    #expect(first["response"]?["type"] == "message")
    #expect(first["response"]?["content"] == [["type": "text", "text": "re: Hi"]])
    #expect(first["cost_micros"] == 0 && first["completed_at"]?.int != nil)

    let chat: JSON = [
      "endpoint": "/v1/chat/completions",
      "body": ["model": "up/stand-in", "messages": [["role": "user", "content": "Yo"]]],
    ]
    let made2 = try await client.call("job/create", chat)
    let second = try await ended(client, made2["id"]?.string ?? "")
    #expect(second["response"]?["object"] == "chat.completion")
    #expect(second["response"]?["choices"]?[0]?["message"]?["content"] == "re: Yo")

    let list = try HTTPReply.request(daemon, "GET", "/v1/jobs?status=done").json
    #expect(list["data"]?.array?.compactMap { $0["id"] } == [second["id"], first["id"]])
    #expect(list["data"]?[0]?["response"] == .null)
    let other = try await client.request("job/get", ["job_id": "nothing"])
    #expect(other["error"]?["data"]?["what"] == "job")
  }

  @Test func `a job is checked when it is made, and the same key gives the same job`() async throws
  {
    let standIn = try StandIn { _, connection in try StandIn.say(["once"], to: connection) }
    let daemon = try Daemon()
    let client = try RPCClient(daemon)
    try await client.use(standIn)
    let wrong = try await client.request(
      "job/create", ["endpoint": "/v1/messages", "body": ["model": "up/stand-in"]])
    #expect(wrong["error"]?["data"]?["field"] == "max_tokens")
    let unknown = try await client.request(
      "job/create", ["endpoint": "/v1/embeddings", "body": ["model": "up/stand-in"]])
    #expect(unknown["error"]?["data"]?["field"] == "endpoint")
    guard case .object(var params) = messages else { return }
    params["idempotency_key"] = "k"
    let one = try await client.call("job/create", .object(params))
    let two = try await client.call("job/create", .object(params))
    #expect(one["id"] == two["id"])
    _ = try await ended(client, one["id"]?.string ?? "")
    #expect(standIn.requests.count == 1)
  }

  @Test func `a job waits for its provider, can be cancelled, and outlives the daemon`()
    async throws
  {
    let folder = try TemporaryFolder()
    var daemon = try Daemon(in: folder)
    var client = try RPCClient(daemon)
    _ = try await client.call(
      "provider/set", ["name": "up", "base_url": "http://127.0.0.1:9", "shape": "openai-chat"])
    let kept = try await client.call("job/create", messages)["id"]?.string ?? ""
    let gone = try await client.call("job/create", messages)["id"]?.string ?? ""
    _ = try await client.call("thread/subscribe", ["thread_id": "*", "after": 0])
    for job in [kept, gone] {
      _ = await client.events { $0["event"] == "qlaud.queued" && $0["turn_id"]?.string == job }
    }
    let cancelled = try HTTPReply.request(daemon, "DELETE", "/v1/jobs/\(gone)")
    #expect(cancelled.json["status"] == "cancelled")
    daemon.crash()

    daemon = try Daemon(in: folder)
    client = try RPCClient(daemon)
    let standIn = try StandIn { _, connection in try StandIn.say(["late"], to: connection) }
    try await client.use(standIn)
    let row = try await ended(client, kept)
    #expect(row["status"] == "succeeded")
    #expect(row["response"]?["content"]?[0]?["text"] == "late")
    #expect(standIn.requests.count == 1)
  }

  @Test func `a result that is too large fails the job by name`() async throws {
    let standIn = try StandIn { _, connection in
      try StandIn.say(
        [String](repeating: String(repeating: "x", count: 64 << 10), count: 17), to: connection)
    }
    let daemon = try Daemon()
    let client = try RPCClient(daemon)
    try await client.use(standIn)
    let job = try await client.call("job/create", messages)["id"]?.string ?? ""
    let row = try await ended(client, job)
    #expect(row["status"] == "failed")
    #expect(row["error"]?["kind"] == "too_large" && row["error"]?["limit"] == 1_048_576)
    #expect(row["response"] == .null)
  }
}
