#if os(Linux)
  import Foundation
  import TestSupport
  import Wire

  extension WireRow {
    /// The recipes of the http-call page, unchanged, with what each must send.
    static func recipes() throws -> [WireRow] {
      func recipe(_ name: String) throws -> JSON { try JSON(parsing: Recipes.all[name] ?? "") }
      return [
        WireRow(
          registration: try recipe("lookup_subscription"), input: ["customer_id": "u_mallory"],
          request: """
            GET /customers/u_alice/subscription
            accept: application/json
            authorization: Bearer sk_internal_REAL_TOKEN_HERE
            host: api.acme.internal


            """),
        WireRow(
          registration: try recipe("get_customer_account"), input: [:],
          request: """
            GET /internal/users/u_alice
            accept: */*
            authorization: Bearer sk_replace_me
            host: api.your-app.com


            """),
        WireRow(
          registration: try recipe("alert_csm"), input: ["message": "He said \"stop\"\n"],
          metadata: ["email": "alice@acme.com", "csm_channel": "C0123ABC456"],
          request: #"""
            POST /api/chat.postMessage
            accept: */*
            authorization: Bearer xoxb-replace-me
            content-type: application/json; charset=utf-8
            host: slack.com

            {"channel": "C0123ABC456", "text": "From alice@acme.com: He said \"stop\"\n"}
            """#),
        WireRow(
          registration: try recipe("file_linear_bug"), input: ["title": "Bug", "priority": 1],
          request: #"""
            POST /graphql
            accept: */*
            authorization: lin_api_REPLACE_ME
            content-type: application/json
            host: api.linear.app

            {"query":"mutation Create($input: IssueCreateInput!) { issueCreate(input: $input) { success issue { id identifier url title } } }","variables":{"input":{"teamId":"TEAM-ABC-UUID","title":"Bug","priority":1}}}
            """#, answer: #"{"data":{"issueCreate":{"success":true}}}"#,
          output: ["success": true]),
        WireRow(
          registration: try recipe("issue_refund"),
          input: ["customer_id": "bob", "amount_cents": 500, "reason": "late"],
          request: #"""
            POST /internal/refunds
            accept: */*
            authorization: Bearer sk_replace_me
            content-type: application/json
            host: api.your-app.com

            {"customer_id":"u_alice","amount_cents":500,"reason":"late"}
            """#),
        WireRow(
          registration: try recipe("search_internal_docs"), input: ["query": "a \" b"],
          request: #"""
            POST /graphql
            accept: */*
            authorization: Bearer sk_replace_me
            content-type: application/json
            host: api.your-app.com

            {"query":"query Search($q: String!) { docs(query: $q) { id title snippet } }","variables":{"q":"a \" b"}}
            """#),
        WireRow(
          registration: try recipe("trigger_workflow"),
          input: ["workflow_name": "a b&user_id=bob"],
          request: """
            POST /workflows/trigger
            accept: */*
            authorization: Bearer sk_replace_me
            content-type: application/x-www-form-urlencoded
            host: api.your-app.com

            user_id=u_alice&workflow=a+b%26user_id%3Dbob
            """),
      ]
    }

    private static func http(_ name: String, _ config: JSON.Object, _ properties: JSON = [:])
      -> JSON
    {
      var config = config
      config["url"] = "https://api.your-app.com/x"
      return [
        "name": .string(name), "description": "d", "provider": "qlaud-builtin/http-call",
        "input_schema": ["type": "object", "properties": properties], "config": .object(config),
      ]
    }

    /// What the page calls right-looking and wrong, with what is made of it here.
    static let mistakes: [WireRow] = [
      // Raw objects where the page wants strings of them: taken.
      WireRow(
        registration: http(
          "raw_objects",
          [
            "headers": [
              "authorization": "Bearer {{secrets.k}}", "content-type": "application/json",
            ],
            "secrets": ["k": "sk_12345"], "lock_input_fields": ["to"], "timeout_ms": 5000,
            "body_template": ["to": "{{args.to}}"],
          ], ["to": ["type": "string"]]), input: ["to": "bob"], metadata: ["to": "me"],
        request: #"""
          POST /x
          accept: */*
          authorization: Bearer sk_12345
          content-type: application/json
          host: api.your-app.com

          {"to":"me"}
          """#),
      // An array in quotes: a string of the array, and sound JSON.
      WireRow(
        registration: http(
          "quoted_array",
          [
            "headers": #"{"content-type":"application/json"}"#,
            "body_template": #"{"items": "{{args.items}}"}"#,
          ], ["items": ["type": "array"]]), input: ["items": ["a", "b"]],
        request: #"""
          POST /x
          accept: */*
          content-type: application/json
          host: api.your-app.com

          {"items": "[\"a\",\"b\"]"}
          """#),
      WireRow(
        registration: http(
          "array",
          [
            "headers": #"{"content-type":"application/json"}"#,
            "body_template": #"{"items": {{args.items}}}"#,
          ], ["items": ["type": "array"]]), input: ["items": ["a", "b"]],
        request: #"""
          POST /x
          accept: */*
          content-type: application/json
          host: api.your-app.com

          {"items": ["a","b"]}
          """#),
      // No content-type: sent as it is, and said.
      WireRow(
        registration: http("untyped", ["body_template": "hello"]), input: [:],
        request: """
          POST /x
          accept: */*
          host: api.your-app.com

          hello
          """, warning: "content-type"),
      // A key in headers, where everybody may read it: said.
      WireRow(
        registration: http("open_key", ["headers": #"{"authorization":"Bearer sk_REAL_KEY"}"#]),
        input: [:],
        request: """
          POST /x
          accept: */*
          authorization: Bearer sk_REAL_KEY
          host: api.your-app.com


          """, warning: "move it to secrets"),
      // A lock on a key that the schema does not have: it fills nothing and lets nothing through, and is said.
      WireRow(
        registration: http(
          "lock_typo",
          [
            "headers": #"{"x-who":"{{args.custmer_id}}"}"#, "lock_input_fields": #"["custmer_id"]"#,
          ],
          ["customer_id": ["type": "string"]]), input: ["custmer_id": "bob"],
        request: """
          POST /x
          accept: */*
          host: api.your-app.com
          x-who:


          """, warning: "custmer_id"),
      // A placeholder for what the thread does not have: empty.
      WireRow(
        registration: http("no_email", ["headers": #"{"x-mail":"{{end_user.email}}"}"#]),
        input: [:],
        request: """
          POST /x
          accept: */*
          host: api.your-app.com
          x-mail:


          """),
      WireRow(
        registration: http("email", ["headers": #"{"x-mail":"{{end_user.email}}"}"#]), input: [:],
        metadata: ["email": "alice@acme.com"],
        request: """
          POST /x
          accept: */*
          host: api.your-app.com
          x-mail: alice@acme.com


          """),
    ]
  }
#endif
