import Domain
import Testing
import Wire

@testable import Tools

@Suite struct BuiltInTests {
  struct Row: Sendable, CustomStringConvertible {
    let slug: String
    let config: JSON
    let input: JSON
    let url: String
    var method = "POST"
    var header: HeaderField
    var body: String?
    var answer = "{}"
    var output: JSON = [:]
    var isError = false
    var description: String { "\(slug) \(input.text.prefix(40))" }
  }
  static let slack: JSON = ["bot_token": "xoxb-1", "channel": "C1"]
  static let linear: JSON = ["api_key": "lin_api_REPLACE_ME", "team_id": "TEAM-ABC-UUID"]
  static let rows: [Row] = [
    Row(
      slug: "web-search", config: ["brave_api_key": "BSA-123"], input: ["query": "cats & dogs"],
      url:
        "https://api.search.brave.com/res/v1/web/search?q=cats%20%26%20dogs&count=8&country=us&safesearch=moderate&result_filter=web&text_decorations=false",
      method: "GET", header: HeaderField("x-subscription-token", "BSA-123"),
      answer:
        #"{"web":{"results":[{"title":"T","url":"u","description":"d","meta_url":{},"key":"BSA-123"}]}}"#,
      output: [["title": "T", "url": "u", "description": "d"]]),
    Row(
      slug: "image-generation", config: ["openai_api_key": "sk-12345"],
      input: ["prompt": "a \"fox\""],
      url: "https://api.openai.com/v1/images/generations",
      header: HeaderField("authorization", "Bearer sk-12345"),
      body:
        #"{"model":"gpt-image-1","prompt":"a \"fox\"","size":"1024x1024","quality":"medium","n":1,"output_format":"jpeg"}"#,
      answer: #"{"data":[{"b64_json":"QUJD"}]}"#,
      output: [
        [
          "type": "image",
          "source": ["type": "base64", "media_type": "image/jpeg", "data": "QUJD"],
        ]
      ]),
    Row(
      slug: "send-email", config: ["resend_api_key": "re_123456", "from": "us@acme.com"],
      input: ["to": "a@b.c", "subject": "Hi\r\nBcc: x", "text": "T"],
      url: "https://api.resend.com/emails",
      header: HeaderField("authorization", "Bearer re_123456"),
      body:
        #"{"from":"us@acme.com","to":["a@b.c"],"subject":"Hi\r\nBcc: x","text":"T"}"#,
      answer: #"{"id":"e1"}"#, output: ["id": "e1"]),
    Row(
      slug: "linear-create-issue", config: linear, input: ["title": "Bug", "priority": 1],
      url: "https://api.linear.app/graphql",
      header: HeaderField("authorization", "lin_api_REPLACE_ME"),
      body:
        #"{"query":"mutation Create($input: IssueCreateInput!) { issueCreate(input: $input) { success issue { id identifier url title } } }","variables":{"input":{"teamId":"TEAM-ABC-UUID","title":"Bug","priority":1}}}"#,
      answer: #"{"data":{"issueCreate":{"success":true}}}"#, output: ["success": true]),
    Row(
      slug: "linear-create-issue", config: linear, input: ["title": "Bug"],
      url: "https://api.linear.app/graphql",
      header: HeaderField("authorization", "lin_api_REPLACE_ME"),
      answer: #"{"errors":[{"message":"no"}]}"#, output: ["errors": [["message": "no"]]],
      isError: true),
    Row(
      slug: "slack-post-message", config: slack, input: ["text": "hello"],
      url: "https://slack.com/api/chat.postMessage",
      header: HeaderField("authorization", "Bearer xoxb-1"),
      body: #"{"channel":"C1","text":"hello","unfurl_links":false}"#,
      answer: #"{"ok":true,"channel":"C1","ts":"1.2","message":{}}"#,
      output: ["ok": true, "channel": "C1", "ts": "1.2"]),
    Row(
      slug: "slack-post-message", config: slack, input: ["text": "hello", "channel": "C2"],
      url: "https://slack.com/api/chat.postMessage",
      header: HeaderField("authorization", "Bearer xoxb-1"),
      body: #"{"channel":"C2","text":"hello","unfurl_links":false}"#,
      answer: #"{"ok":false,"error":"channel_not_found"}"#,
      output: ["ok": false, "error": "channel_not_found"], isError: true),
    Row(
      slug: "github-create-issue", config: ["token": "ghp_1234", "owner": "o", "repo": "r.x"],
      input: ["title": "T", "labels": ["a"]], url: "https://api.github.com/repos/o/r.x/issues",
      header: HeaderField("authorization", "Bearer ghp_1234"),
      body: #"{"title":"T","labels":["a"]}"#, answer: #"{"number":5,"html_url":"u","node_id":"n"}"#,
      output: ["number": 5, "html_url": "u"]),
    Row(
      slug: "zendesk-create-ticket",
      config: ["subdomain": "acme", "email": "a@acme.com", "api_token": "zd_token"],
      input: ["subject": "S", "comment": "C"], url: "https://acme.zendesk.com/api/v2/tickets.json",
      header: HeaderField("authorization", "Basic YUBhY21lLmNvbS90b2tlbjp6ZF90b2tlbg=="),
      body: #"{"ticket":{"subject":"S","comment":{"body":"C"}}}"#,
      answer: #"{"ticket":{"id":7,"subject":"S","secret":1}}"#, output: ["id": 7, "subject": "S"]),
    Row(
      slug: "notion-append-page",
      config: ["token": "ntn_1234", "page_id": "0123456789abcdef0123456789abcdef"],
      input: ["text": "note"],
      url: "https://api.notion.com/v1/blocks/0123456789abcdef0123456789abcdef/children",
      method: "PATCH", header: HeaderField("notion-version", "2022-06-28"),
      body:
        #"{"children":[{"object":"block","type":"paragraph","paragraph":{"rich_text":[{"type":"text","text":{"content":"note"}}]}}]}"#
    ),
    Row(
      slug: "twilio-sms",
      config: [
        "account_sid": "AC0123456789abcdef0123456789abcdef", "auth_token": "tw_secret",
        "from": "+15550001111",
      ], input: ["to": "+4712345678", "body": "hi & bye"],
      url:
        "https://api.twilio.com/2010-04-01/Accounts/AC0123456789abcdef0123456789abcdef/Messages.json",
      header: HeaderField("content-type", "application/x-www-form-urlencoded"),
      body: "To=%2B4712345678&From=%2B15550001111&Body=hi+%26+bye",
      answer: #"{"sid":"SM1","uri":"/x"}"#,
      output: ["sid": "SM1"]),
    Row(
      slug: "discord-post-message", config: ["bot_token": "bot.token", "channel_id": "42"],
      input: ["content": "@everyone"], url: "https://discord.com/api/v10/channels/42/messages",
      header: HeaderField("authorization", "Bot bot.token"),
      body: #"{"content":"@everyone","allowed_mentions":{"parse":[]}}"#),
    Row(
      slug: "hubspot-create-contact", config: ["access_token": "pat-1234"],
      input: ["email": "a@b.c", "firstname": "A"],
      url: "https://api.hubapi.com/crm/v3/objects/contacts",
      header: HeaderField("authorization", "Bearer pat-1234"),
      body: #"{"properties":{"email":"a@b.c","firstname":"A"}}"#),
    Row(
      slug: "sentry-list-issues",
      config: ["auth_token": "sntrys_1", "organization": "acme", "project": "web"], input: [:],
      url: "https://sentry.io/api/0/projects/acme/web/issues/?query=is%3Aunresolved&limit=20",
      method: "GET", header: HeaderField("authorization", "Bearer sntrys_1"),
      answer: #"[{"shortId":"W-1","title":"T","id":"9"}]"#,
      output: [["shortId": "W-1", "title": "T"]]),
  ]
  static func entry(_ slug: String) throws -> BuiltIn {
    try #require(try BuiltIn.catalog().first { $0.provider == "qlaud-builtin/" + slug })
  }

  @Test(.timeLimit(.minutes(1)), arguments: rows)
  func `a built-in sends its vendor's request and hands on what matters`(_ row: Row) async throws {
    let entry = try Self.entry(row.slug)
    let made = try entry.configure(row.config)
    #expect(!JSON.object(made.config).text.contains("password"))
    let tool = try BuiltInTool(
      id: ToolID(rawValue: "tool_1"), name: "it", builtIn: entry, config: made.config)
    let recorder = Recorder(.init(row.answer))
    let result = await Dispatch.run(
      .test(row.input, secrets: made.secrets), on: tool, recorder.outside())
    let request = try #require(recorder.requests.first, "\(result.output)")
    #expect(request.url == row.url)
    #expect(request.method == row.method)
    #expect(request.headers.contains(row.header))
    #expect(request.addresses == .publicOnly)
    if let body = row.body { #expect(text(request.body) == body) }
    #expect(result.output == row.output)
    #expect(result.isError == row.isError)
  }

  @Test func `every entry is good, and is tried`() throws {
    let catalog = try BuiltIn.catalog()
    #expect(Set(catalog.map(\.provider)).count == catalog.count)
    for entry in catalog {
      let slug = String(entry.provider.dropFirst("qlaud-builtin/".count))
      #expect(entry.runner != .template || Self.rows.contains { $0.slug == slug })
      #expect(entry.configSchema["type"] == "object")
      let declared = try Schema(checking: entry.inputSchema).declaredProperties
      for field in entry.lockableFields { #expect(declared.contains(field)) }
      for key in ["provider", "display_name", "input_schema", "config_schema", "auth_mode"] {
        #expect(entry.json[key] != nil)
      }
      // What a template names is there: in the input, the config, or the secrets.
      let config = try Schema(checking: entry.configSchema).declaredProperties
      for hole in entry.template?.holes ?? [] {
        switch hole.source {
        case .args: #expect(declared.contains(hole.path[0]), "\(hole.name)")
        case .config:
          #expect(config.contains(hole.path[0]) && !entry.secretNames.contains(hole.path[0]))
        case .secrets: #expect(entry.secretNames.contains(hole.path[0]), "\(hole.name)")
        case .endUserID, .metadata: Issue.record("\(hole.name) in \(slug)")
        }
      }
    }
  }

  struct Refusal: Sendable {
    let slug: String
    let config: JSON
    let field: String
  }
  @Test(arguments: [
    Refusal(slug: "linear-create-issue", config: ["api_key": "lin_1"], field: "config.team_id"),
    Refusal(slug: "linear-create-issue", config: 5, field: "config"),
    Refusal(
      slug: "linear-create-issue", config: ["api_key": "li", "team_id": "T"],
      field: "config.api_key"),
    Refusal(
      slug: "send-email", config: ["resend_api_key": "sk_12345", "from": "a@b"],
      field: "config.resend_api_key"),
    Refusal(
      slug: "web-search", config: ["brave_api_key": "BSA-1", "safesearch": "none"],
      field: "config.safesearch"),
    Refusal(slug: "web-search", config: ["brave_api_key": "BSA-1", "key": 1], field: "config.key"),
    Refusal(
      slug: "zendesk-create-ticket",
      config: ["subdomain": "evil.com/", "email": "a@b", "api_token": "1234"],
      field: "config.subdomain"),
    Refusal(
      slug: "github-create-issue", config: ["token": "1234", "owner": "o/..", "repo": "r"],
      field: "config.owner"),
    Refusal(
      slug: "twilio-sms",
      config: ["account_sid": "AC1", "auth_token": "1234", "from": "+15550001111"],
      field: "config.account_sid"),
    Refusal(
      slug: "send-email",
      config: ["resend_api_key": "re_12345", "from": "a@b", "lock_input_fields": "[\"from\"]"],
      field: "config.lock_input_fields"),
    Refusal(
      slug: "send-email",
      config: ["resend_api_key": "re_12345", "from": "a@b", "lock_input_fields": "to"],
      field: "config.lock_input_fields"),
  ])
  func `a configuration that does not fit is refused naming the field`(_ row: Refusal) throws {
    let entry = try Self.entry(row.slug)
    let error = #expect(throws: InvalidParams.self) { try entry.configure(row.config) }
    #expect(error?.field == row.field)
  }

  @Test(
    .timeLimit(.minutes(1)),
    arguments: [
      (EndUser(id: "u", metadata: ["to": "alice@acme.com"]), "alice@acme.com"),
      (EndUser(id: "u", metadata: [:]), nil),
    ] as [(EndUser, String?)])
  func `an e-mail locked to its user goes to no one else`(_ user: EndUser, _ to: String?)
    async throws
  {
    let entry = try Self.entry("send-email")
    let made = try entry.configure([
      "resend_api_key": "re_123456", "from": "us@acme.com", "lock_input_fields": "[\"to\"]",
    ])
    #expect(made.lockedFields == ["to"])
    let tool = try BuiltInTool(
      id: ToolID(rawValue: "tool_1"), name: "mail", builtIn: entry, config: made.config,
      lockedFields: made.lockedFields)
    let recorder = Recorder()
    _ = await Dispatch.run(
      .test(
        ["to": "mallory@x", "subject": "s", "text": "t"], endUser: user, secrets: made.secrets),
      on: tool, recorder.outside())
    let sent = try recorder.requests.first?.body.map { try JSON(parsing: $0) }
    #expect(sent?["to"] == to.map { [.string($0)] })
  }

  @Test(.timeLimit(.minutes(1)))
  func `a locked field does not fall back on a default or the config`()
    async throws
  {
    let entry = try Self.entry("slack-post-message")
    let made = try entry.configure([
      "bot_token": "xoxb-1", "channel": "C1", "lock_input_fields": ["channel"],
    ])
    let tool = try BuiltInTool(
      id: ToolID(rawValue: "tool_1"), name: "post", builtIn: entry, config: made.config,
      lockedFields: made.lockedFields)
    let recorder = Recorder()
    _ = await Dispatch.run(
      .test(["text": "x", "channel": "C9"], secrets: made.secrets), on: tool, recorder.outside())
    #expect(text(recorder.requests.first?.body) == #"{"text":"x","unfurl_links":false}"#)
  }

  @Test func `names that belong to the catalog are refused`() throws {
    for entry in try BuiltIn.catalog() {
      let error = #expect(throws: InvalidParams.self) {
        try entry.tool(id: ToolID(rawValue: "t"), name: entry.provider, config: [:])
      }
      #expect(error?.field == "name")
    }
  }

  @Test func `every entry makes a tool of its kind`() throws {
    for entry in try BuiltIn.catalog() {
      let tool = try entry.tool(
        id: ToolID(rawValue: "t"), name: "it", config: ["url": "https://a.b/"])
      #expect(tool.definition.kind == (entry.runner == .httpCall ? .httpCall : .builtin))
      #expect(tool.definition.offer.inputSchema == entry.inputSchema)
    }
  }

  @Test(
    arguments: [
      ("", "d", [:]), ("a b", "d", [:]), ("a\u{0}", "d", [:]),
      (String(repeating: "a", count: 65), "d", [:]),
      ("a", "", [:]), ("a", "d", ["type": "string"]), ("a", "d", true), ("a", "d", []),
    ] as [(String, String, JSON)])
  func `a definition with a bad name, description or schema is refused`(
    _ name: String, _ description: String, _ schema: JSON
  ) {
    #expect(throws: InvalidParams.self) {
      try ToolDefinition(
        id: ToolID(rawValue: "t"), kind: .client, name: name, description: description,
        inputSchema: schema)
    }
  }
}
