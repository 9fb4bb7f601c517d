#if os(Linux)
  import Foundation
  import Wire

  extension WireRow {
    private static func vendor(_ slug: String, _ config: JSON) -> JSON {
      [
        "name": .string(slug.replacingOccurrences(of: "-", with: "_")),
        "provider": .string("qlaud-builtin/\(slug)"), "config": config,
      ]
    }

    /// The request that each vendor's reference shows for what the built-in does, with an answer as it shows it.
    static let vendors: [WireRow] = [
      // Brave: Web Search API.
      WireRow(
        registration: vendor("web-search", ["brave_api_key": "BSA-123"]),
        input: ["query": "cats & dogs"],
        request: """
          GET /res/v1/web/search?q=cats%20%26%20dogs&count=8&country=us&safesearch=moderate&result_filter=web&text_decorations=false
          accept: application/json
          host: api.search.brave.com
          x-subscription-token: BSA-123


          """,
        answer:
          #"{"type":"search","web":{"results":[{"title":"T","url":"u","description":"d","meta_url":{}}]}}"#,
        output: [["title": "T", "url": "u", "description": "d"]]),
      // OpenAI: create image.
      WireRow(
        registration: vendor("image-generation", ["openai_api_key": "sk-12345"]),
        input: ["prompt": "a \"fox\""],
        request: #"""
          POST /v1/images/generations
          accept: */*
          authorization: Bearer sk-12345
          content-type: application/json
          host: api.openai.com

          {"model":"gpt-image-1","prompt":"a \"fox\"","size":"1024x1024","quality":"medium","n":1,"output_format":"jpeg"}
          """#, answer: #"{"created":1,"data":[{"b64_json":"QUJD"}]}"#,
        output: [
          [
            "type": "image",
            "source": ["type": "base64", "media_type": "image/jpeg", "data": "QUJD"],
          ]
        ]),
      // Resend: send email.
      WireRow(
        registration: vendor(
          "send-email", ["resend_api_key": "re_123456", "from": "us@acme.com"]),
        input: ["to": "a@b.c", "subject": "Hi", "text": "T", "reply_to": "me@acme.com"],
        request: #"""
          POST /emails
          accept: */*
          authorization: Bearer re_123456
          content-type: application/json
          host: api.resend.com

          {"from":"us@acme.com","to":["a@b.c"],"subject":"Hi","text":"T","reply_to":"me@acme.com"}
          """#, answer: #"{"id":"e1"}"#, output: ["id": "e1"]),
      // Linear: GraphQL, mutation issueCreate.
      WireRow(
        registration: vendor(
          "linear-create-issue", ["api_key": "lin_api_1", "team_id": "TEAM-1"]),
        input: ["title": "Bug", "description": "*it*", "priority": 2],
        request: #"""
          POST /graphql
          accept: */*
          authorization: lin_api_1
          content-type: application/json
          host: api.linear.app

          {"query":"mutation Create($input: IssueCreateInput!) { issueCreate(input: $input) { success issue { id identifier url title } } }","variables":{"input":{"teamId":"TEAM-1","title":"Bug","description":"*it*","priority":2}}}
          """#, answer: #"{"errors":[{"message":"Entity not found: Team"}]}"#,
        output: ["errors": [["message": "Entity not found: Team"]]], isError: true),
      // Slack: chat.postMessage.
      WireRow(
        registration: vendor("slack-post-message", ["bot_token": "xoxb-1", "channel": "C1"]),
        input: ["text": "hello", "thread_ts": "1.1"],
        request: #"""
          POST /api/chat.postMessage
          accept: */*
          authorization: Bearer xoxb-1
          content-type: application/json; charset=utf-8
          host: slack.com

          {"channel":"C1","text":"hello","thread_ts":"1.1","unfurl_links":false}
          """#, answer: #"{"ok":true,"channel":"C1","ts":"1.2","message":{"text":"hello"}}"#,
        output: ["ok": true, "channel": "C1", "ts": "1.2"]),
      // GitHub: create an issue.
      WireRow(
        registration: vendor(
          "github-create-issue", ["token": "ghp_1234", "owner": "o", "repo": "r.x"]),
        input: ["title": "T", "body": "B", "labels": ["a"]],
        request: #"""
          POST /repos/o/r.x/issues
          accept: application/vnd.github+json
          authorization: Bearer ghp_1234
          content-type: application/json
          host: api.github.com
          user-agent: qlaudd
          x-github-api-version: 2022-11-28

          {"title":"T","body":"B","labels":["a"]}
          """#, answer: #"{"number":5,"html_url":"u","title":"T","state":"open","node_id":"n"}"#,
        output: ["number": 5, "html_url": "u", "title": "T", "state": "open"]),
      // Zendesk: create ticket; without a requester it is the agent whose token it is.
      WireRow(
        registration: vendor(
          "zendesk-create-ticket",
          ["subdomain": "acme", "email": "a@acme.com", "api_token": "zd_token"]),
        input: ["subject": "S", "comment": "C", "priority": "high"],
        request: #"""
          POST /api/v2/tickets.json
          accept: */*
          authorization: Basic YUBhY21lLmNvbS90b2tlbjp6ZF90b2tlbg==
          content-type: application/json
          host: acme.zendesk.com

          {"ticket":{"subject":"S","comment":{"body":"C"},"priority":"high"}}
          """#, answer: #"{"ticket":{"id":7,"subject":"S","status":"new","via":{}}}"#,
        output: ["id": 7, "subject": "S", "status": "new"]),
      // Notion: append block children.
      WireRow(
        registration: vendor(
          "notion-append-page",
          ["token": "ntn_1234", "page_id": "0123456789abcdef0123456789abcdef"]),
        input: ["text": "note"],
        request: #"""
          PATCH /v1/blocks/0123456789abcdef0123456789abcdef/children
          accept: */*
          authorization: Bearer ntn_1234
          content-type: application/json
          host: api.notion.com
          notion-version: 2022-06-28

          {"children":[{"object":"block","type":"paragraph","paragraph":{"rich_text":[{"type":"text","text":{"content":"note"}}]}}]}
          """#, answer: #"{"object":"list","results":[]}"#,
        output: ["object": "list", "results": []]),
      // Twilio: messages resource.
      WireRow(
        registration: vendor(
          "twilio-sms",
          [
            "account_sid": "AC0123456789abcdef0123456789abcdef", "auth_token": "tw_secret",
            "from": "+15550001111",
          ]), input: ["to": "+4712345678", "body": "hi & bye"],
        request: """
          POST /2010-04-01/Accounts/AC0123456789abcdef0123456789abcdef/Messages.json
          accept: */*
          authorization: Basic QUMwMTIzNDU2Nzg5YWJjZGVmMDEyMzQ1Njc4OWFiY2RlZjp0d19zZWNyZXQ=
          content-type: application/x-www-form-urlencoded
          host: api.twilio.com

          To=%2B4712345678&From=%2B15550001111&Body=hi+%26+bye
          """, answer: #"{"sid":"SM1","status":"queued","to":"+4712345678","uri":"/x"}"#,
        output: ["sid": "SM1", "status": "queued", "to": "+4712345678"]),
      // Discord: create message.
      WireRow(
        registration: vendor(
          "discord-post-message", ["bot_token": "bot.token", "channel_id": "42"]),
        input: ["content": "@everyone"],
        request: #"""
          POST /api/v10/channels/42/messages
          accept: */*
          authorization: Bot bot.token
          content-type: application/json
          host: discord.com
          user-agent: DiscordBot (qlaudd, 1)

          {"content":"@everyone","allowed_mentions":{"parse":[]}}
          """#, answer: #"{"id":"1","channel_id":"42","timestamp":"t","author":{}}"#,
        output: ["id": "1", "channel_id": "42", "timestamp": "t"]),
      // HubSpot: create contact.
      WireRow(
        registration: vendor("hubspot-create-contact", ["access_token": "pat-1234"]),
        input: ["email": "a@b.c", "firstname": "A"],
        request: #"""
          POST /crm/v3/objects/contacts
          accept: */*
          authorization: Bearer pat-1234
          content-type: application/json
          host: api.hubapi.com

          {"properties":{"email":"a@b.c","firstname":"A"}}
          """#, answer: #"{"id":"51","properties":{"email":"a@b.c"},"archived":false}"#,
        output: ["id": "51", "properties": ["email": "a@b.c"]]),
      // Sentry: list a project's issues.
      WireRow(
        registration: vendor(
          "sentry-list-issues",
          ["auth_token": "sntrys_1", "organization": "acme", "project": "web"]), input: [:],
        request: """
          GET /api/0/projects/acme/web/issues/?query=is%3Aunresolved&limit=20
          accept: application/json
          authorization: Bearer sntrys_1
          host: sentry.io


          """, answer: #"[{"shortId":"W-1","title":"T","id":"9"}]"#,
        output: [["shortId": "W-1", "title": "T"]]),
    ]
  }
#endif
