import Foundation
import TestSupport
import Testing
import Wire

@Suite(.timeLimit(.minutes(1))) struct AccessTests {
  private func key(_ client: RPCClient, _ params: JSON.Object = [:]) async throws -> (
    id: String, text: String
  ) {
    var all: JSON.Object = ["name": "k"]
    all.merge(params)
    let key = try await client.call("key/create", .object(all))
    return (key["id"]?.string ?? "", key["secret"]?.string ?? "")
  }

  @Test func `a key is shown once, works in both dialects and ends at once when revoked`()
    async throws
  {
    let daemon = try Daemon()
    let owner = try RPCClient(daemon)
    let (id, text) = try await key(owner)
    #expect(text.wholeMatch(of: /qlk_live_[0-9a-f]{64}/) != nil)
    let listed = try await owner.call("key/list")
    #expect(!listed.text.contains(text))
    let app = try RPCClient(daemon)
    #expect(try await app.call("initialize", ["key": .string(text)])["key"]?["id"]?.string == id)
    _ = try await app.newThread()
    for headers in [["x-api-key": text], ["Authorization": "Bearer \(text)"]] {
      #expect(try HTTPReply.request(daemon, "GET", "/v1/threads", headers: headers).status == 200)
    }
    _ = try await owner.call("key/revoke", ["key_id": .string(id)])
    #expect(try await app.request("thread/list")["error"]?["data"]?["kind"] == "unauthorized")
    let late = try HTTPReply.request(daemon, "GET", "/v1/threads", headers: ["x-api-key": text])
    #expect(late.status == 401)
    #expect(late.json["error"]?["type"] == "authentication_error")
  }

  @Test func `a standard key sees its own threads only, and nothing of the admin's`() async throws {
    let daemon = try Daemon()
    let owner = try RPCClient(daemon)
    let (_, text) = try await key(owner)
    let app = try RPCClient(daemon)
    _ = try await app.call("initialize", ["key": .string(text)])
    let (mine, other) = (try await app.newThread(), try await owner.newThread())
    let list = try await app.call("thread/list")
    #expect(list["data"]?.array?.compactMap { $0["id"]?.string } == [mine])
    for method in [
      "thread/get", "message/list", "thread/subscribe", "thread/delete", "thread/export",
    ] {
      let answer = try await app.request(method, ["thread_id": .string(other)])
      #expect(answer["error"]?["data"]?["kind"] == "not_found", "\(method)")
    }
    for method in [
      "key/list", "provider/list", "secret/list", "settings/get", "vault/status", "daemon/shutdown",
      "daemon/doctor",
    ] {
      let answer = try await app.request(method)
      #expect(answer["error"]?["code"] == -32011, "\(method)")
    }
    _ = try await app.call("thread/subscribe", ["thread_id": "*", "after": 0])
    _ = try await owner.newThread()
    let latest = try await app.newThread()
    _ = await app.events { $0["event"] == "thread.created" && $0["thread_id"]?.string == latest }
    #expect(Set(app.events.compactMap { $0["thread_id"]?.string }) == [mine, latest])
  }

  @Test func `a key bound to an end-user cannot speak for another`() async throws {
    let daemon = try Daemon()
    let owner = try RPCClient(daemon)
    let (_, text) = try await key(owner, ["end_user_id": "u1"])
    let app = try RPCClient(daemon)
    _ = try await app.call("initialize", ["key": .string(text)])
    #expect(try await app.call("thread/create")["end_user_id"] == "u1")
    let other = try await app.request("thread/create", ["end_user_id": "u2"])
    #expect(other["error"]?["data"]?["kind"] == "forbidden")
  }

  @Test func `require_key takes the ambient right away`() async throws {
    let daemon = try Daemon()
    let owner = try RPCClient(daemon)
    let (_, text) = try await key(owner, ["scope": "admin"])
    _ = try await owner.call("settings/set", ["settings": ["require_key": true]])
    #expect(try await owner.request("thread/list")["error"]?["data"]?["kind"] == "unauthorized")
    _ = try await owner.call("initialize", ["key": .string(text)])
    _ = try await owner.call("thread/list")
    #expect(try HTTPReply.request(daemon, "GET", "/v1/threads").status == 401)
  }

  @Test func `a secret is used upstream and shown nowhere`() async throws {
    let standIn = try StandIn { _, connection in try StandIn.say(["ok"], to: connection) }
    let folder = try TemporaryFolder()
    let daemon = try Daemon(in: folder)
    let client = try RPCClient(daemon)
    try await client.use(standIn)
    let value = "sk-very-secret-\(UInt64.random(in: 0 ... .max))"
    _ = try await client.call("secret/set", ["name": "k", "value": .string(value)])
    _ = try await client.call(
      "provider/set",
      [
        "name": "up", "base_url": .string(standIn.server.origin), "shape": "openai-chat",
        "secret": "k",
      ])
    let thread = try await client.newThread()
    _ = await client.untilDone(try await client.send("x", to: thread))
    let header = try await standIn.server.request(at: 0).headers.first {
      $0.name.lowercased() == "authorization"
    }
    #expect(header?.value == "Bearer \(value)")
    let used = try await client.request("secret/delete", ["name": "k"])
    #expect(used["error"]?["data"]?["kind"] == "conflict")
    #expect(daemon.stop() == 0)
    for file in try FileManager.default.contentsOfDirectory(atPath: folder.path) {
      guard let bytes = FileManager.default.contents(atPath: folder[file]) else { continue }
      #expect(bytes.range(of: Data(value.utf8)) == nil, "\(file)")
    }
  }

  @Test func `a vault with a passphrase starts locked, and a turn waits for it`() async throws {
    let standIn = try StandIn { _, connection in try StandIn.say(["ok"], to: connection) }
    let folder = try TemporaryFolder()
    var daemon = try Daemon(in: folder)
    var client = try RPCClient(daemon)
    try await client.use(standIn)
    _ = try await client.call("secret/set", ["name": "k", "value": "v"])
    _ = try await client.call(
      "provider/set",
      [
        "name": "up", "base_url": .string(standIn.server.origin), "shape": "openai-chat",
        "secret": "k",
      ])
    _ = try await client.call("vault/rekey", ["passphrase": "correct horse"])
    #expect(daemon.stop() == 0)
    daemon = try Daemon(in: folder)
    client = try RPCClient(daemon)
    #expect(try await client.call("vault/status")["locked"] == true)
    let thread = try await client.newThread()
    let turn = try await client.send("x", to: thread)
    let queued = await client.events { $0["event"] == "qlaud.queued" }
    #expect(queued.first?["data"]?["reason"] == "vault_locked")
    let wrong = try await client.request("vault/unlock", ["passphrase": "wrong horse"])
    #expect(wrong["error"]?["data"]?["kind"] == "forbidden")
    _ = try await client.call("vault/unlock", ["passphrase": "correct horse"])
    let events = await client.untilDone(turn)
    #expect(events.last?["data"]?["status"] == "done")
  }
}
