import Foundation
import TestSupport
import Testing
import Wire

@Suite(.timeLimit(.minutes(1))) struct ToolRegistryTests {
  private static let webhook: JSON = [
    "name": "hook", "description": "A hook.", "input_schema": ["type": "object"],
    "webhook_url": "https://example.com/hook",
  ]

  @Test func `a tool is registered, shown without its secret, changed and forgotten`() async throws
  {
    let daemon = try Daemon()
    func request(_ method: String, _ path: String, _ body: JSON? = nil) throws -> HTTPReply {
      try HTTPReply.request(daemon, method, path, body)
    }
    let made = try request("POST", "/v1/tools", Self.webhook)
    #expect(made.status == 201)
    let id = try #require(made.json["id"]?.string)
    #expect(id.count == 37 && id.hasPrefix("tool_"))
    #expect(made.json["secret"]?.string?.hasPrefix("wsk_") == true)
    #expect(made.json["timeout_ms"] == 30_000)
    #expect(made.json["kind"] == "webhook" && made.json["object"] == "tool")
    #expect(try request("POST", "/v1/tools", Self.webhook).status == 409)
    let read = try request("GET", "/v1/tools/\(id)").json
    #expect(read["secret"] == nil && read["name"] == "hook")
    let changed = try request(
      "PATCH", "/v1/tools/\(id)", ["name": "other", "timeout_ms": 5, "description": "New."])
    #expect(changed.status == 200, "\(changed.text)")
    #expect(changed.json["name"] == "other" && changed.json["timeout_ms"] == 5)
    #expect(changed.json["webhook_url"] == "https://example.com/hook")
    let list = try request("GET", "/v1/tools").json
    #expect(list["data"]?.array?.map { $0["name"] } == ["other"])
    #expect(try request("PATCH", "/v1/tools/\(id)/config", ["config": [:]]).status == 400)
    #expect(try request("DELETE", "/v1/tools/\(id)").status == 200)
    #expect(try request("GET", "/v1/tools/\(id)").status == 404)
    #expect(try request("GET", "/v1/secrets").json["data"] == [])
  }

  @Test func `the configuration of a built-in is sealed, and replaced as a whole`() async throws {
    let daemon = try Daemon()
    let client = try RPCClient(daemon)
    let made = try await client.call(
      "tool/register",
      [
        "name": "search", "provider": "qlaud-builtin/web-search",
        "config": ["brave_api_key": "brave-secret-1", "country": "de"],
      ])
    #expect(made["config"]?["country"] == "de")
    #expect(made["config"]?["brave_api_key"] == nil)
    #expect(made["secrets"] == ["brave_api_key"])
    #expect(made["description"]?.string?.isEmpty == false)
    let id = made["id"] ?? .null
    let changed = try await client.call(
      "tool/configure", ["tool_id": id, "config": ["brave_api_key": "brave-secret-2"]])
    #expect(changed["config"]?["country"] == "us")
    #expect(!changed.text.contains("brave-secret"))
    let builtIns = try await client.call("builtin/list")["data"]?.array ?? []
    #expect(builtIns.contains { $0["provider"] == "qlaud-builtin/http-call" })
    let secrets = try await client.call("secret/list")
    #expect(secrets["data"] == [])
    let refused = try await client.request(
      "secret/set", ["name": "tool/x", "value": "something"])
    #expect(refused["error"]?["data"]?["field"] == "name")
  }

  static let refused: [(JSON.Object, String)] = [
    (["webhook_url": "http://example.com/"], "webhook_url"),
    (["webhook_url": nil], "provider"),
    (["provider": "qlaud-builtin/web-search"], "provider"),
    (["input_schema": ["type": "array"]], "input_schema.type"),
    (["timeout_ms": 120_001], "timeout_ms"),
    (["name": "with space"], "name"),
    (["name": "qlaud_search_tools"], "name"),
    (["config": [:]], "config"),
    (["webhook_url": nil, "provider": "qlaud-builtin/nothing"], "provider"),
    (
      ["webhook_url": nil, "provider": "qlaud-builtin/web-search", "config": [:]],
      "config.brave_api_key"
    ),
    (["auth_mode": "per_user"], "auth_mode"),
  ]

  @Test func `what is wrong with a tool is named`() async throws {
    let daemon = try Daemon()
    for (more, field) in Self.refused {
      var body = Self.webhook.object ?? [:]
      body.merge(more)
      let reply = try HTTPReply.request(daemon, "POST", "/v1/tools", .object(body))
      #expect(reply.status == 400, "\(more)")
      #expect(reply.json["error"]?["field"]?.string == field, "\(reply.text)")
    }
  }

  @Test func `only an admin key may touch tools`() async throws {
    let daemon = try Daemon()
    let client = try RPCClient(daemon)
    let made = try await client.call("key/create", ["name": "k", "scope": "standard"])
    let key = try #require(made["secret"]?.string)
    for (method, path) in [("GET", "/v1/tools"), ("POST", "/v1/tools"), ("DELETE", "/v1/tools/x")] {
      let reply = try HTTPReply.request(
        daemon, method, path, method == "POST" ? Self.webhook : JSON?.none,
        headers: ["x-api-key": key])
      #expect(reply.status == 403)
    }
  }
}
