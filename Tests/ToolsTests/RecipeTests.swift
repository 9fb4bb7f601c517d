import Domain
import TestSupport
import Testing
import Wire

@testable import Tools

@Suite struct RecipeTests {
  struct Row: Sendable, CustomStringConvertible {
    let name: String
    let input: JSON
    var metadata: JSON.Object = [:]
    let method: String
    let url: String
    let headers: [HeaderField]
    var body: String?
    var description: String { name }
  }
  static let rows: [Row] = [
    Row(
      name: "lookup_subscription", input: ["customer_id": "u_mallory"], method: "GET",
      url: "https://api.acme.internal/customers/u_alice/subscription",
      headers: [
        HeaderField("authorization", "Bearer sk_internal_REAL_TOKEN_HERE"),
        HeaderField("accept", "application/json"),
      ]),
    Row(
      name: "get_customer_account", input: [:], method: "GET",
      url: "https://api.your-app.com/internal/users/u_alice",
      headers: [HeaderField("authorization", "Bearer sk_replace_me")]),
    Row(
      name: "alert_csm", input: ["message": "He said \"stop\"\n"],
      metadata: ["email": "alice@acme.com", "csm_channel": "C0123ABC456"], method: "POST",
      url: "https://slack.com/api/chat.postMessage",
      headers: [
        HeaderField("authorization", "Bearer xoxb-replace-me"),
        HeaderField("content-type", "application/json; charset=utf-8"),
      ],
      body:
        #"{"channel": "C0123ABC456", "text": "From alice@acme.com: He said \"stop\"\n"}"#),
    Row(
      name: "issue_refund",
      input: ["customer_id": "bob", "amount_cents": 500, "reason": "late"], method: "POST",
      url: "https://api.your-app.com/internal/refunds",
      headers: [
        HeaderField("authorization", "Bearer sk_replace_me"),
        HeaderField("content-type", "application/json"),
      ], body: #"{"customer_id":"u_alice","amount_cents":500,"reason":"late"}"#),
    Row(
      name: "search_internal_docs", input: ["query": "a \" b"], method: "POST",
      url: "https://api.your-app.com/graphql",
      headers: [
        HeaderField("authorization", "Bearer sk_replace_me"),
        HeaderField("content-type", "application/json"),
      ],
      body:
        #"{"query":"query Search($q: String!) { docs(query: $q) { id title snippet } }","variables":{"q":"a \" b"}}"#
    ),
    Row(
      name: "trigger_workflow", input: ["workflow_name": "a b&user_id=bob"], method: "POST",
      url: "https://api.your-app.com/workflows/trigger",
      headers: [
        HeaderField("authorization", "Bearer sk_replace_me"),
        HeaderField("content-type", "application/x-www-form-urlencoded"),
      ], body: "user_id=u_alice&workflow=a+b%26user_id%3Dbob"),
  ]

  @Test(.timeLimit(.minutes(1)), arguments: rows)
  func `a recipe of the reference registers unchanged and sends what it says`(_ row: Row)
    async throws
  {
    let json = try JSON(parsing: try #require(Recipes.all[row.name]))
    let (tool, secrets) = try HTTPCallTool.registered(json)
    #expect(tool.warnings.isEmpty)
    let recorder = Recorder(.init(#"{"plan":"pro"}"#))
    let user = EndUser(id: "u_alice", metadata: row.metadata)
    let result = await Dispatch.run(
      .test(row.input, endUser: user, secrets: secrets), on: tool, recorder.outside())
    #expect(result == ToolResult(output: ["plan": "pro"]))
    let request = try #require(recorder.requests.first)
    #expect(recorder.requests.count == 1)
    #expect(request.method == row.method)
    #expect(request.url == row.url)
    #expect(request.headers == row.headers)
    #expect(text(request.body) == row.body)
    #expect(request.timeout == .milliseconds(30_000))
    #expect(request.addresses == .notLinkLocal)
  }

  @Test func `every recipe of the page is tried`() throws {
    for (name, recipe) in Recipes.all where !Self.rows.contains(where: { $0.name == name }) {
      #expect(try JSON(parsing: recipe)["provider"] == "qlaud-builtin/linear-create-issue")
    }
    #expect(Recipes.all.count == Self.rows.count + 1)
  }

  @Test(.timeLimit(.minutes(1))) func `the refund is capped by its schema`() async throws {
    let json = try JSON(parsing: try #require(Recipes.all["issue_refund"]))
    let (tool, secrets) = try HTTPCallTool.registered(json)
    let recorder = Recorder()
    let input: JSON = ["amount_cents": 50_001, "reason": "x"]
    let result = await Dispatch.run(
      .test(input, secrets: secrets), on: tool, recorder.outside())
    #expect(result.isError)
    #expect(result.output.string?.contains("input.amount_cents: must be at most 50000") == true)
    #expect(recorder.requests.isEmpty)
  }

  // MARK: Things that look right but are not

  @Test(.timeLimit(.minutes(1)))
  func `headers, secrets and locks may be the JSON itself instead of a string of it`() async throws
  {
    let schema: JSON = [
      "type": "object", "properties": ["to": ["type": "string"], "x": ["type": "integer"]],
    ]
    var sent: [[ToolRequest]] = []
    for config: JSON in [
      [
        "url": "https://a.b/", "headers": ["authorization": "Bearer {{secrets.k}}"],
        "secrets": ["k": "sk_12345"], "lock_input_fields": ["to"],
        "body_template": ["to": "{{args.to}}", "x": "{{args.x}}"], "timeout_ms": 5_000,
      ],
      [
        "url": "https://a.b/", "headers": #"{"authorization":"Bearer {{secrets.k}}"}"#,
        "secrets": #"{"k":"sk_12345"}"#, "lock_input_fields": #"["to"]"#,
        "body_template": ["to": "{{args.to}}", "x": "{{args.x}}"], "timeout_ms": "5000",
      ],
    ] {
      let (tool, secrets) = try HTTPCallTool.free(config, schema: schema)
      #expect(secrets.keys.sorted() == ["k"])
      let recorder = Recorder()
      let user = EndUser(id: "u", metadata: ["to": "me"])
      _ = await Dispatch.run(
        .test(["to": "bob", "x": 1], endUser: user, secrets: secrets), on: tool, recorder.outside())
      sent.append(recorder.requests)
    }
    #expect(sent[0] == sent[1] && sent[0].count == 1)
    #expect(text(sent[0].first?.body) == #"{"to":"me","x":1}"#)
  }

  @Test(
    .timeLimit(.minutes(1)),
    arguments: [
      (#"{"items": "{{args.items}}"}"#, #"{"items": "[\"a\",\"b\"]"}"#),
      (#"{"items": {{args.items}}}"#, #"{"items": ["a","b"]}"#),
    ])
  func `an array in quotes is a string of that array, without quotes the array`(
    _ template: String, _ body: String
  ) async throws {
    let (tool, _) = try HTTPCallTool.free([
      "url": "https://a.b/", "headers": #"{"content-type":"application/json"}"#,
      "body_template": .string(template),
    ])
    let recorder = Recorder()
    _ = await Dispatch.run(.test(["items": ["a", "b"]]), on: tool, recorder.outside())
    #expect(text(recorder.requests.first?.body) == body)
  }

  @Test(.timeLimit(.minutes(1))) func `a body without content-type is sent as it is, and said so`()
    async throws
  {
    let (tool, _) = try HTTPCallTool.free(["url": "https://a.b/", "body_template": "hello"])
    #expect(tool.warnings.contains { $0.contains("content-type") })
    let recorder = Recorder()
    _ = await Dispatch.run(.test([:]), on: tool, recorder.outside())
    #expect(recorder.requests.first?.headers == [])
    #expect(text(recorder.requests.first?.body) == "hello")
  }

  @Test func `a secret in headers is warned of`() throws {
    let (tool, _) = try HTTPCallTool.free([
      "url": "https://a.b/", "headers": #"{"authorization":"Bearer sk_REAL_KEY"}"#,
    ])
    #expect(tool.warnings.contains { $0.contains("move it to secrets") })
  }

  @Test(.timeLimit(.minutes(1)))
  func `a lock on an undeclared key fills nothing, and is warned of`()
    async throws
  {
    let (tool, _) = try HTTPCallTool.free(
      [
        "url": "https://a.b/", "lock_input_fields": #"["custmer_id"]"#,
        "headers": #"{"x-a":"{{args.custmer_id}}"}"#,
      ], schema: ["type": "object", "properties": ["customer_id": ["type": "string"]]])
    #expect(tool.warnings.contains { $0.contains("custmer_id") })
    let recorder = Recorder()
    _ = await Dispatch.run(.test(["custmer_id": "bob"]), on: tool, recorder.outside())
    #expect(recorder.requests.first?.headers == [HeaderField("x-a", "")])
  }

  @Test(.timeLimit(.minutes(1)), arguments: ["end_user.email", "end_user.metadata.email"])
  func `an absent e-mail renders empty, a present one as it is`(_ path: String) async throws {
    let (tool, _) = try HTTPCallTool.free([
      "url": "https://a.b/", "headers": .string(#"{"x-mail":"{{\#(path)}}"}"#),
    ])
    let recorder = Recorder()
    let known = EndUser(id: "u", metadata: ["email": "a@b.c"])
    _ = await Dispatch.run(.test([:]), on: tool, recorder.outside())
    _ = await Dispatch.run(.test([:], endUser: known), on: tool, recorder.outside())
    #expect(recorder.requests.map { $0.headers.first?.value } == ["", "a@b.c"])
  }

  // MARK: What "valid" means

  struct Refusal: Sendable {
    let config: JSON
    let field: String
  }
  @Test(arguments: [
    Refusal(config: [:], field: "config.url"), Refusal(config: [], field: "config"),
    Refusal(config: ["url": ""], field: "config.url"),
    Refusal(config: ["url": 7], field: "config.url"),
    Refusal(config: ["url": "ftp://a.b/"], field: "config.url"),
    Refusal(config: ["url": "//a.b/"], field: "config.url"),
    Refusal(config: ["url": "file:///etc/passwd"], field: "config.url"),
    Refusal(config: ["url": "{{config.base}}/x"], field: "config.url"),
    Refusal(config: ["url": "https://a.b/", "method": "HEAD"], field: "config.method"),
    Refusal(config: ["url": "https://a.b/", "method": "get"], field: "config.method"),
    Refusal(config: ["url": "https://a.b/", "headers": "["], field: "config.headers"),
    Refusal(config: ["url": "https://a.b/", "headers": "[]"], field: "config.headers"),
    Refusal(config: ["url": "https://a.b/", "headers": "3"], field: "config.headers"),
    Refusal(config: ["url": "https://a.b/", "headers": #"{"a":[]}"#], field: "config.headers.a"),
    Refusal(
      config: ["url": "https://a.b/", "headers": #"{"a":1,"a":2}"#], field: "config.headers"),
    Refusal(
      config: ["url": "https://a.b/", "headers": #"{"a":1,"A":2}"#], field: "config.headers.A"),
    Refusal(
      config: ["url": "https://a.b/", "headers": #"{"a b":"1"}"#], field: "config.headers.a b"),
    Refusal(
      config: ["url": "https://a.b/", "headers": #"{"host":"x"}"#], field: "config.headers.host"),
    Refusal(
      config: ["url": "https://a.b/", "headers": #"{"Content-Length":"1"}"#],
      field: "config.headers.Content-Length"),
    Refusal(
      config: ["url": "https://a.b/", "headers": #"{"a":"1\r\nb: 2"}"#], field: "config.headers.a"),
    Refusal(config: ["url": "https://a.b/", "secrets": "[]"], field: "config.secrets"),
    Refusal(config: ["url": "https://a.b/", "secrets": ["k"]], field: "config.secrets"),
    Refusal(config: ["url": "https://a.b/", "headers": ["a"]], field: "config.headers"),
    Refusal(config: ["url": "https://a.b/", "secrets": #"{"k":{}}"#], field: "config.secrets.k"),
    Refusal(
      config: ["url": "https://a.b/", "secrets": #"{"k":"abc"}"#], field: "config.secrets.k"),
    Refusal(
      config: ["url": "https://a.b/", "lock_input_fields": "{}"], field: "config.lock_input_fields"),
    Refusal(
      config: ["url": "https://a.b/", "lock_input_fields": "[1]"], field: "config.lock_input_fields"
    ),
    Refusal(
      config: ["url": "https://a.b/", "lock_input_fields": [["a"]]],
      field: "config.lock_input_fields"
    ),
    Refusal(config: ["url": "https://a.b/", "timeout_ms": "0"], field: "config.timeout_ms"),
    Refusal(config: ["url": "https://a.b/", "timeout_ms": "-5"], field: "config.timeout_ms"),
    Refusal(config: ["url": "https://a.b/", "timeout_ms": "soon"], field: "config.timeout_ms"),
    Refusal(config: ["url": "https://a.b/", "timeout_ms": "1.5"], field: "config.timeout_ms"),
    Refusal(
      config: ["url": "https://a.b/", "response_max_bytes": "0"], field: "config.response_max_bytes"
    ),
    Refusal(
      config: ["url": "https://a.b/", "response_max_bytes": "99999999999999999999"],
      field: "config.response_max_bytes"),
    Refusal(config: ["url": "https://a.b/", "body_template": 5], field: "config.body_template"),
    Refusal(config: ["url": "https://a.b/", "more": [:]], field: "config.more"),
  ])
  func `a bad configuration is refused naming the field`(_ row: Refusal) {
    let error = #expect(throws: InvalidParams.self) { try HTTPCallConfig(row.config) }
    #expect(error?.field == row.field)
  }

  @Test func `numbers over the ceiling are lowered to it, and said so`() throws {
    let config = try HTTPCallConfig([
      "url": "https://a.b/", "timeout_ms": "600000", "response_max_bytes": "2000000",
    ])
    #expect(config.template.timeout == .milliseconds(60_000))
    #expect(config.template.responseMaxBytes == 1 << 20)
    #expect(config.warnings.count == 2)
  }

  @Test func `secrets are never in what may be shown`() throws {
    let config = try HTTPCallConfig([
      "url": "https://a.b/", "secrets": #"{"k":"sk_12345"}"#,
    ])
    #expect(config.publicConfig["secrets"] == nil)
    #expect(!JSON.object(config.publicConfig).text.contains("sk_12345"))
    #expect(config.secrets["k"]?.count == 8)
    let again = try HTTPCallConfig(.object(config.publicConfig))
    #expect(again.secrets.isEmpty)
  }
}
