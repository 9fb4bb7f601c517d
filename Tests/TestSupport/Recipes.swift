/// The recipes of the http-call page, letter for letter.
package enum Recipes {
  /// Name to registration body.
  package static let all: [String: String] = [
    "lookup_subscription": ##"""
    {
    "name": "lookup_subscription",
    "description": "Look up the customer's current subscription tier from our internal API. Use this when the user asks 'what plan am I on?' or anything billing-related.",
    "provider": "qlaud-builtin/http-call",
    "input_schema": {
    "type": "object",
    "properties": {
    "customer_id": {
    "type": "string",
    "description": "The customer's internal ID. Always equals the logged-in user."
    }
    },
    "required": ["customer_id"]
    },
    "config": {
    "method": "GET",
    "url": "https://api.acme.internal/customers/{{args.customer_id}}/subscription",
    "headers": "{\"authorization\": \"Bearer {{secrets.internal_token}}\", \"accept\": \"application/json\"}",
    "secrets": "{\"internal_token\": \"sk_internal_REAL_TOKEN_HERE\"}",
    "lock_input_fields": "[\"customer_id\"]"
    }
    }
    """##,
    "get_customer_account": ##"""
    {
    "name": "get_customer_account",
    "description": "Look up the logged-in customer's account details (plan, status, last_login) from our internal API.",
    "provider": "qlaud-builtin/http-call",
    "input_schema": {
    "type": "object",
    "properties": {},
    "required": []
    },
    "config": {
    "method": "GET",
    "url": "https://api.your-app.com/internal/users/{{end_user.id}}",
    "headers": "{\"authorization\": \"Bearer {{secrets.api_token}}\"}",
    "secrets": "{\"api_token\": \"sk_replace_me\"}"
    }
    }
    """##,
    "alert_csm": ##"""
    {
    "name": "alert_csm",
    "description": "Send a Slack alert to the customer's dedicated CSM channel. Use for escalations, churn risks, or urgent feedback.",
    "provider": "qlaud-builtin/http-call",
    "input_schema": {
    "type": "object",
    "properties": {
    "message": { "type": "string", "description": "What to post." }
    },
    "required": ["message"]
    },
    "config": {
    "method": "POST",
    "url": "https://slack.com/api/chat.postMessage",
    "headers": "{\"authorization\": \"Bearer {{secrets.slack_bot_token}}\", \"content-type\": \"application/json; charset=utf-8\"}",
    "body_template": "{\"channel\": \"{{end_user.metadata.csm_channel}}\", \"text\": \"From {{end_user.metadata.email}}: {{args.message}}\"}",
    "secrets": "{\"slack_bot_token\": \"xoxb-replace-me\"}"
    }
    }
    """##,
    "file_linear_bug": ##"""
    {
    "name": "file_linear_bug",
    "provider": "qlaud-builtin/linear-create-issue",
    "config": {
    "api_key": "lin_api_REPLACE_ME",
    "team_id": "TEAM-ABC-UUID"
    }
    }
    """##,
    "issue_refund": ##"""
    {
    "name": "issue_refund",
    "description": "Issue a partial refund to the logged-in customer. Use only when explicitly authorized by them.",
    "provider": "qlaud-builtin/http-call",
    "input_schema": {
    "type": "object",
    "properties": {
    "customer_id": { "type": "string" },
    "amount_cents": { "type": "integer", "minimum": 1, "maximum": 50000 },
    "reason": { "type": "string" }
    },
    "required": ["customer_id", "amount_cents", "reason"]
    },
    "config": {
    "method": "POST",
    "url": "https://api.your-app.com/internal/refunds",
    "headers": "{\"authorization\": \"Bearer {{secrets.api_token}}\", \"content-type\": \"application/json\"}",
    "body_template": "{\"customer_id\":\"{{args.customer_id}}\",\"amount_cents\":{{args.amount_cents}},\"reason\":\"{{args.reason}}\"}",
    "secrets": "{\"api_token\": \"sk_replace_me\"}",
    "lock_input_fields": "[\"customer_id\"]"
    }
    }
    """##,
    "search_internal_docs": ##"""
    {
    "name": "search_internal_docs",
    "description": "Search our internal documentation knowledge base.",
    "provider": "qlaud-builtin/http-call",
    "input_schema": {
    "type": "object",
    "properties": {
    "query": { "type": "string" }
    },
    "required": ["query"]
    },
    "config": {
    "method": "POST",
    "url": "https://api.your-app.com/graphql",
    "headers": "{\"authorization\": \"Bearer {{secrets.api_token}}\", \"content-type\": \"application/json\"}",
    "body_template": "{\"query\":\"query Search($q: String!) { docs(query: $q) { id title snippet } }\",\"variables\":{\"q\":\"{{args.query}}\"}}",
    "secrets": "{\"api_token\": \"sk_replace_me\"}"
    }
    }
    """##,
    "trigger_workflow": ##"""
    {
    "name": "trigger_workflow",
    "description": "Kick off a long-running workflow on the customer's behalf.",
    "provider": "qlaud-builtin/http-call",
    "input_schema": {
    "type": "object",
    "properties": {
    "workflow_name": { "type": "string" }
    },
    "required": ["workflow_name"]
    },
    "config": {
    "method": "POST",
    "url": "https://api.your-app.com/workflows/trigger",
    "headers": "{\"authorization\": \"Bearer {{secrets.api_token}}\", \"content-type\": \"application/x-www-form-urlencoded\"}",
    "body_template": "user_id={{end_user.id}}&workflow={{args.workflow_name}}",
    "secrets": "{\"api_token\": \"sk_replace_me\"}"
    }
    }
    """##,
  ]
}
