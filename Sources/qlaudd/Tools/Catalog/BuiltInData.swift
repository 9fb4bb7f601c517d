/// The built-in tools as data: one entry each. Over 500 lines when it grows, since it is a table.
///
/// `request` is an http-call template whose body is a JSON value; `{{secrets.X}}` are the members of `config_schema` with
/// `format: "password"`. `response` says how the answer is cut (see ``ResultRule``). `lockable` names the input fields that
/// `lock_input_fields` may hold. Sources: each vendor's public API reference.
enum BuiltInData {
  static let text = ##"""
    [
    {"provider": "qlaud-builtin/web-search", "display_name": "Web search", "provider_brand": "Brave",
     "description": "Search the web. Returns titles, addresses and short descriptions of the best results.",
     "auth_mode": "either", "read_only": true, "lockable": [],
     "input_schema": {"type": "object", "properties": {
       "query": {"type": "string", "minLength": 1, "maxLength": 400, "description": "What to search for."},
       "count": {"type": "integer", "minimum": 1, "maximum": 20, "default": 8, "description": "How many results."}},
       "required": ["query"], "additionalProperties": false},
     "config_schema": {"type": "object", "properties": {
       "brave_api_key": {"type": "string", "format": "password", "minLength": 4, "description": "Key of the Brave Search API."},
       "country": {"type": "string", "pattern": "^[a-zA-Z]{2}$", "default": "us", "description": "Two letters."},
       "safesearch": {"type": "string", "enum": ["off", "moderate", "strict"], "default": "moderate"}},
       "required": ["brave_api_key"], "additionalProperties": false},
     "request": {"method": "GET",
       "url": "https://api.search.brave.com/res/v1/web/search?q={{args.query}}&count={{args.count}}&country={{config.country}}&safesearch={{config.safesearch}}&result_filter=web&text_decorations=false",
       "headers": {"accept": "application/json", "x-subscription-token": "{{secrets.brave_api_key}}"}},
     "response": {"max_bytes": 1048576, "path": "web.results", "members": ["title", "url", "description", "age"]}},

    {"provider": "qlaud-builtin/image-generation", "display_name": "Image generation", "provider_brand": "OpenAI",
     "description": "Make a picture from a description.",
     "auth_mode": "either", "lockable": [],
     "input_schema": {"type": "object", "properties": {
       "prompt": {"type": "string", "minLength": 1, "maxLength": 32000, "description": "What the picture shows."},
       "size": {"type": "string", "enum": ["1024x1024", "1536x1024", "1024x1536", "auto"], "default": "1024x1024"}},
       "required": ["prompt"], "additionalProperties": false},
     "config_schema": {"type": "object", "properties": {
       "openai_api_key": {"type": "string", "format": "password", "minLength": 4, "description": "Key of the OpenAI API."},
       "model": {"type": "string", "default": "gpt-image-1"},
       "quality": {"type": "string", "enum": ["low", "medium", "high", "auto"], "default": "medium"}},
       "required": ["openai_api_key"], "additionalProperties": false},
     "request": {"method": "POST", "url": "https://api.openai.com/v1/images/generations",
       "headers": {"authorization": "Bearer {{secrets.openai_api_key}}", "content-type": "application/json"},
       "body": {"model": "{{config.model}}", "prompt": "{{args.prompt}}", "size": "{{args.size}}", "quality": "{{config.quality}}",
         "n": 1, "output_format": "jpeg"}},
     "response": {"max_bytes": 12582912, "timeout_ms": 60000, "path": "data.0.b64_json", "image": "image/jpeg"}},

    {"provider": "qlaud-builtin/send-email", "display_name": "Send e-mail", "provider_brand": "Resend",
     "description": "Send an e-mail.",
     "auth_mode": "either", "lockable": ["to", "subject", "reply_to"],
     "input_schema": {"type": "object", "properties": {
       "to": {"type": "string", "minLength": 3, "maxLength": 320, "description": "Address of the recipient."},
       "subject": {"type": "string", "minLength": 1, "maxLength": 998},
       "text": {"type": "string", "minLength": 1, "maxLength": 200000, "description": "The message as plain text."},
       "reply_to": {"type": "string", "maxLength": 320}},
       "required": ["to", "subject", "text"], "additionalProperties": false},
     "config_schema": {"type": "object", "properties": {
       "resend_api_key": {"type": "string", "format": "password", "pattern": "^re_", "description": "Key of the Resend API."},
       "from": {"type": "string", "minLength": 3, "maxLength": 320, "description": "Sender, at a domain that Resend has verified."}},
       "required": ["resend_api_key", "from"], "additionalProperties": false},
     "request": {"method": "POST", "url": "https://api.resend.com/emails",
       "headers": {"authorization": "Bearer {{secrets.resend_api_key}}", "content-type": "application/json"},
       "body": {"from": "{{config.from}}", "to": ["{{args.to}}"], "subject": "{{args.subject}}", "text": "{{args.text}}",
         "reply_to": "{{args.reply_to}}"}}},

    {"provider": "qlaud-builtin/linear-create-issue", "display_name": "Create a Linear issue", "provider_brand": "Linear",
     "description": "File an issue in Linear.",
     "auth_mode": "either", "lockable": ["title", "description", "priority"],
     "input_schema": {"type": "object", "properties": {
       "title": {"type": "string", "minLength": 1, "maxLength": 255},
       "description": {"type": "string", "maxLength": 100000, "description": "Markdown."},
       "priority": {"type": "integer", "minimum": 0, "maximum": 4, "description": "0 none, 1 urgent, 2 high, 3 medium, 4 low."}},
       "required": ["title"], "additionalProperties": false},
     "config_schema": {"type": "object", "properties": {
       "api_key": {"type": "string", "format": "password", "minLength": 4},
       "team_id": {"type": "string", "minLength": 1}},
       "required": ["api_key", "team_id"], "additionalProperties": false},
     "request": {"method": "POST", "url": "https://api.linear.app/graphql",
       "headers": {"authorization": "{{secrets.api_key}}", "content-type": "application/json"},
       "body": {"query": "mutation Create($input: IssueCreateInput!) { issueCreate(input: $input) { success issue { id identifier url title } } }",
         "variables": {"input": {"teamId": "{{config.team_id}}", "title": "{{args.title}}", "description": "{{args.description}}", "priority": "{{args.priority}}"}}}},
     "response": {"failure": {"path": "errors"}, "path": "data.issueCreate"}},

    {"provider": "qlaud-builtin/slack-post-message", "display_name": "Post to Slack", "provider_brand": "Slack",
     "description": "Post a message to a Slack channel.",
     "auth_mode": "either", "lockable": ["channel", "thread_ts"],
     "input_schema": {"type": "object", "properties": {
       "channel": {"type": "string", "maxLength": 80, "description": "Channel id; the configured channel when left out."},
       "text": {"type": "string", "minLength": 1, "maxLength": 40000},
       "thread_ts": {"type": "string", "maxLength": 32, "description": "Answer in this thread."}},
       "required": ["text"], "additionalProperties": false},
     "config_schema": {"type": "object", "properties": {
       "bot_token": {"type": "string", "format": "password", "minLength": 4},
       "channel": {"type": "string", "minLength": 1, "description": "Channel id when the call names none."}},
       "required": ["bot_token", "channel"], "additionalProperties": false},
     "input_from_config": ["channel"],
     "request": {"method": "POST", "url": "https://slack.com/api/chat.postMessage",
       "headers": {"authorization": "Bearer {{secrets.bot_token}}", "content-type": "application/json; charset=utf-8"},
       "body": {"channel": "{{args.channel}}", "text": "{{args.text}}", "thread_ts": "{{args.thread_ts}}", "unfurl_links": false}},
     "response": {"failure": {"path": "ok", "value": false}, "members": ["ok", "channel", "ts"]}},

    {"provider": "qlaud-builtin/github-create-issue", "display_name": "Create a GitHub issue", "provider_brand": "GitHub",
     "description": "Open an issue in the configured GitHub repository.",
     "auth_mode": "either", "lockable": ["title", "body", "labels"],
     "input_schema": {"type": "object", "properties": {
       "title": {"type": "string", "minLength": 1, "maxLength": 256},
       "body": {"type": "string", "maxLength": 65536, "description": "Markdown."},
       "labels": {"type": "array", "items": {"type": "string", "maxLength": 50}, "maxItems": 20}},
       "required": ["title"], "additionalProperties": false},
     "config_schema": {"type": "object", "properties": {
       "token": {"type": "string", "format": "password", "minLength": 4},
       "owner": {"type": "string", "pattern": "^[A-Za-z0-9-]{1,39}$"},
       "repo": {"type": "string", "pattern": "^[A-Za-z0-9._-]{1,100}$"}},
       "required": ["token", "owner", "repo"], "additionalProperties": false},
     "request": {"method": "POST", "url": "https://api.github.com/repos/{{config.owner}}/{{config.repo}}/issues",
       "headers": {"authorization": "Bearer {{secrets.token}}", "accept": "application/vnd.github+json",
         "x-github-api-version": "2022-11-28", "user-agent": "qlaudd", "content-type": "application/json"},
       "body": {"title": "{{args.title}}", "body": "{{args.body}}", "labels": "{{args.labels}}"}},
     "response": {"max_bytes": 65536, "members": ["number", "html_url", "title", "state"]}},

    {"provider": "qlaud-builtin/zendesk-create-ticket", "display_name": "Create a Zendesk ticket", "provider_brand": "Zendesk",
     "description": "Open a support ticket in Zendesk.",
     "auth_mode": "either", "lockable": ["requester_email", "requester_name", "priority"],
     "input_schema": {"type": "object", "properties": {
       "subject": {"type": "string", "minLength": 1, "maxLength": 255},
       "comment": {"type": "string", "minLength": 1, "maxLength": 60000},
       "requester_email": {"type": "string", "maxLength": 320},
       "requester_name": {"type": "string", "maxLength": 255},
       "priority": {"type": "string", "enum": ["low", "normal", "high", "urgent"]}},
       "required": ["subject", "comment"], "additionalProperties": false},
     "config_schema": {"type": "object", "properties": {
       "subdomain": {"type": "string", "pattern": "^[A-Za-z0-9-]{1,63}$", "description": "SUBDOMAIN.zendesk.com"},
       "email": {"type": "string", "minLength": 3, "maxLength": 320, "description": "Of the agent that the token belongs to."},
       "api_token": {"type": "string", "format": "password", "minLength": 4}},
       "required": ["subdomain", "email", "api_token"], "additionalProperties": false},
     "request": {"method": "POST", "url": "https://{{config.subdomain}}.zendesk.com/api/v2/tickets.json",
       "headers": {"content-type": "application/json"},
       "basic": {"user": "{{config.email}}/token", "password": "{{secrets.api_token}}"},
       "body": {"ticket": {"subject": "{{args.subject}}", "comment": {"body": "{{args.comment}}"}, "priority": "{{args.priority}}",
         "requester": {"email": "{{args.requester_email}}", "name": "{{args.requester_name}}"}}}},
     "response": {"max_bytes": 65536, "path": "ticket", "members": ["id", "subject", "status", "priority", "created_at"]}},

    {"provider": "qlaud-builtin/notion-append-page", "display_name": "Append to a Notion page", "provider_brand": "Notion",
     "description": "Append a paragraph to the configured Notion page.",
     "auth_mode": "either", "lockable": [],
     "input_schema": {"type": "object", "properties": {
       "text": {"type": "string", "minLength": 1, "maxLength": 2000}},
       "required": ["text"], "additionalProperties": false},
     "config_schema": {"type": "object", "properties": {
       "token": {"type": "string", "format": "password", "minLength": 4},
       "page_id": {"type": "string", "pattern": "^[0-9a-fA-F-]{32,36}$"}},
       "required": ["token", "page_id"], "additionalProperties": false},
     "request": {"method": "PATCH", "url": "https://api.notion.com/v1/blocks/{{config.page_id}}/children",
       "headers": {"authorization": "Bearer {{secrets.token}}", "notion-version": "2022-06-28", "content-type": "application/json"},
       "body": {"children": [{"object": "block", "type": "paragraph",
         "paragraph": {"rich_text": [{"type": "text", "text": {"content": "{{args.text}}"}}]}}]}},
     "response": {"max_bytes": 65536}},

    {"provider": "qlaud-builtin/twilio-sms", "display_name": "Send a text message", "provider_brand": "Twilio",
     "description": "Send a text message (SMS).",
     "auth_mode": "either", "lockable": ["to"],
     "input_schema": {"type": "object", "properties": {
       "to": {"type": "string", "pattern": "^\\+[1-9][0-9]{6,14}$", "description": "Number of the recipient in E.164 form."},
       "body": {"type": "string", "minLength": 1, "maxLength": 1600}},
       "required": ["to", "body"], "additionalProperties": false},
     "config_schema": {"type": "object", "properties": {
       "account_sid": {"type": "string", "pattern": "^AC[0-9a-fA-F]{32}$"},
       "auth_token": {"type": "string", "format": "password", "minLength": 4},
       "from": {"type": "string", "pattern": "^\\+[1-9][0-9]{6,14}$"}},
       "required": ["account_sid", "auth_token", "from"], "additionalProperties": false},
     "request": {"method": "POST", "url": "https://api.twilio.com/2010-04-01/Accounts/{{config.account_sid}}/Messages.json",
       "headers": {"content-type": "application/x-www-form-urlencoded"},
       "basic": {"user": "{{config.account_sid}}", "password": "{{secrets.auth_token}}"},
       "body": "To={{args.to}}&From={{config.from}}&Body={{args.body}}"},
     "response": {"members": ["sid", "status", "to", "error_code", "error_message"]}},

    {"provider": "qlaud-builtin/discord-post-message", "display_name": "Post to Discord", "provider_brand": "Discord",
     "description": "Post a message to the configured Discord channel.",
     "auth_mode": "either", "lockable": [],
     "input_schema": {"type": "object", "properties": {
       "content": {"type": "string", "minLength": 1, "maxLength": 2000}},
       "required": ["content"], "additionalProperties": false},
     "config_schema": {"type": "object", "properties": {
       "bot_token": {"type": "string", "format": "password", "minLength": 4},
       "channel_id": {"type": "string", "pattern": "^[0-9]{1,20}$"}},
       "required": ["bot_token", "channel_id"], "additionalProperties": false},
     "request": {"method": "POST", "url": "https://discord.com/api/v10/channels/{{config.channel_id}}/messages",
       "headers": {"authorization": "Bot {{secrets.bot_token}}", "user-agent": "DiscordBot (qlaudd, 1)", "content-type": "application/json"},
       "body": {"content": "{{args.content}}", "allowed_mentions": {"parse": []}}},
     "response": {"members": ["id", "channel_id", "timestamp"]}},

    {"provider": "qlaud-builtin/hubspot-create-contact", "display_name": "Create a HubSpot contact", "provider_brand": "HubSpot",
     "description": "Create a contact in HubSpot.",
     "auth_mode": "either", "lockable": ["email", "phone"],
     "input_schema": {"type": "object", "properties": {
       "email": {"type": "string", "minLength": 3, "maxLength": 320},
       "firstname": {"type": "string", "maxLength": 255},
       "lastname": {"type": "string", "maxLength": 255},
       "phone": {"type": "string", "maxLength": 64},
       "company": {"type": "string", "maxLength": 255}},
       "required": ["email"], "additionalProperties": false},
     "config_schema": {"type": "object", "properties": {
       "access_token": {"type": "string", "format": "password", "minLength": 4, "description": "Of a private app."}},
       "required": ["access_token"], "additionalProperties": false},
     "request": {"method": "POST", "url": "https://api.hubapi.com/crm/v3/objects/contacts",
       "headers": {"authorization": "Bearer {{secrets.access_token}}", "content-type": "application/json"},
       "body": {"properties": {"email": "{{args.email}}", "firstname": "{{args.firstname}}", "lastname": "{{args.lastname}}",
         "phone": "{{args.phone}}", "company": "{{args.company}}"}}},
     "response": {"members": ["id", "properties", "createdAt"]}},

    {"provider": "qlaud-builtin/sentry-list-issues", "display_name": "List Sentry issues", "provider_brand": "Sentry",
     "description": "List the issues of the configured Sentry project.",
     "auth_mode": "either", "read_only": true, "lockable": ["query"],
     "input_schema": {"type": "object", "properties": {
       "query": {"type": "string", "maxLength": 500, "default": "is:unresolved", "description": "Sentry's search syntax."},
       "limit": {"type": "integer", "minimum": 1, "maximum": 50, "default": 20}},
       "additionalProperties": false},
     "config_schema": {"type": "object", "properties": {
       "auth_token": {"type": "string", "format": "password", "minLength": 4},
       "organization": {"type": "string", "pattern": "^[a-z0-9_-]{1,64}$"},
       "project": {"type": "string", "pattern": "^[a-z0-9_-]{1,64}$"}},
       "required": ["auth_token", "organization", "project"], "additionalProperties": false},
     "request": {"method": "GET",
       "url": "https://sentry.io/api/0/projects/{{config.organization}}/{{config.project}}/issues/?query={{args.query}}&limit={{args.limit}}",
       "headers": {"authorization": "Bearer {{secrets.auth_token}}", "accept": "application/json"}},
     "response": {"max_bytes": 1048576, "members": ["shortId", "title", "culprit", "level", "status", "count", "userCount", "lastSeen", "permalink"]}},

    {"provider": "qlaud-builtin/web-fetch", "display_name": "Read a web page", "provider_brand": "qlaud",
     "description": "Read a web page. Returns its title and its text.",
     "auth_mode": "tenant", "read_only": true, "lockable": [], "runner": "web-fetch",
     "input_schema": {"type": "object", "properties": {
       "url": {"type": "string", "minLength": 8, "maxLength": 4096, "description": "Address of the page: http or https."},
       "max_chars": {"type": "integer", "minimum": 100, "maximum": 200000, "default": 20000, "description": "How much of the text is wanted."}},
       "required": ["url"], "additionalProperties": false},
     "config_schema": {"type": "object", "properties": {}, "additionalProperties": false}},

    {"provider": "qlaud-builtin/code-execution", "display_name": "Run code", "provider_brand": "qlaud",
     "description": "Run a short program in Python 3 or sh. Returns what it prints and its exit code. It has no network, no files of the user, and nothing is kept between calls.",
     "auth_mode": "tenant", "read_only": true, "lockable": [], "runner": "code-execution",
     "input_schema": {"type": "object", "properties": {
       "language": {"type": "string", "enum": ["python", "sh"], "default": "python"},
       "code": {"type": "string", "minLength": 1, "maxLength": 60000, "description": "The whole program; it prints its results."}},
       "required": ["code"], "additionalProperties": false},
     "config_schema": {"type": "object", "properties": {
       "timeout_s": {"type": "integer", "minimum": 1, "maximum": 120, "default": 20, "description": "Seconds of a run."},
       "memory_mb": {"type": "integer", "minimum": 64, "maximum": 2048, "default": 512, "description": "Of each process."},
       "processes": {"type": "integer", "minimum": 4, "maximum": 64, "default": 24, "description": "Processes and threads at once."},
       "output_bytes": {"type": "integer", "minimum": 1024, "maximum": 1048576, "default": 32768, "description": "Of each of stdout and stderr."}},
       "additionalProperties": false}},

    {"provider": "qlaud-builtin/http-call", "runner": "http-call", "display_name": "HTTP call", "provider_brand": "qlaud",
     "description": "Make any HTTP endpoint a tool. Give name, description and input_schema at registration.",
     "auth_mode": "tenant", "lockable": [],
     "input_schema": {"type": "object", "properties": {}},
     "config_schema": {"type": "object", "properties": {
       "url": {"type": "string", "pattern": "^[hH][tT][tT][pP][sS]?://", "description": "Full URL; placeholders allowed after the host."},
       "method": {"type": "string", "enum": ["GET", "POST", "PUT", "PATCH", "DELETE"], "default": "POST"},
       "headers": {"type": "string", "default": "{}", "description": "A JSON object of header names and values, as a string."},
       "body_template": {"type": ["string", "object", "array"], "default": "", "description": "The body, with placeholders."},
       "secrets": {"type": "string", "format": "password", "default": "{}", "description": "A JSON object of secret names and values, as a string."},
       "lock_input_fields": {"type": "string", "default": "[]", "description": "A JSON array of input keys, as a string."},
       "response_max_bytes": {"type": "string", "default": "8192", "description": "At most 1048576."},
       "timeout_ms": {"type": "string", "default": "30000", "description": "At most 60000."}},
       "required": ["url"]}}
    ]
    """##
}
