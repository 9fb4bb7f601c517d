import Domain
import Testing
import Wire

@testable import Upstream

@Suite struct FailureTests {
  struct Form: CustomTestStringConvertible, Sendable {
    let who: String
    let status: Int
    let body: String
    let message: String
    let type: String?
    let kind: UpstreamFailure.Kind
    var testDescription: String { who }
    init(
      _ who: String, _ status: Int, _ body: String, _ message: String, _ type: String?,
      _ kind: UpstreamFailure.Kind
    ) {
      self.who = who
      self.status = status
      self.body = body
      self.message = message
      self.type = type
      self.kind = kind
    }
  }

  static let forms: [Form] = [
    Form(
      "Anthropic", 529,
      #"{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"},"request_id":"r"}"#,
      "Overloaded", "overloaded_error", .overloaded),
    Form(
      "OpenAI", 401,
      #"{"error":{"message":"Incorrect key","type":"invalid_request_error","param":null,"code":"invalid_api_key"}}"#,
      "Incorrect key", "invalid_request_error", .rejected),
    Form(
      "OpenAI without credit", 429,
      #"{"error":{"message":"You exceeded your current quota","type":"insufficient_quota","code":"insufficient_quota"}}"#,
      "You exceeded your current quota", "insufficient_quota", .rateLimited),
    Form(
      "Google", 400,
      #"[{"error":{"code":400,"message":"API key not valid","status":"INVALID_ARGUMENT","details":[]}}]"#,
      "API key not valid", "INVALID_ARGUMENT", .rejected),
    Form(
      "Mistral", 422, #"{"detail":[{"loc":["body","model"],"msg":"field required"}]}"#,
      "body.model: field required", nil, .rejected),
    Form("Mistral, a sentence", 401, #"{"detail":"Unauthorized"}"#, "Unauthorized", nil, .rejected),
    Form(
      "xAI", 400, #"{"code":"Client specified an invalid argument","error":"Incorrect API key"}"#,
      "Incorrect API key", "Client specified an invalid argument", .rejected),
    Form("Ollama", 404, #"{"error":"model 'x' not found"}"#, "model 'x' not found", nil, .rejected),
    Form(
      "Cohere", 404, #"{"id":"1","message":"model not found"}"#, "model not found", nil, .rejected),
    Form("Bedrock", 500, #"{"message":"internal"}"#, "internal", nil, .server),
    Form(
      "OpenRouter", 502,
      #"{"error":{"message":"Provider returned error","code":502,"metadata":{"raw":"{\"error\":{\"message\":\"boom\"}}","provider_name":"X"}}}"#,
      "Provider returned error: boom", nil, .server),
    Form(
      "Azure", 404, #"{"error":{"code":"404","message":"Resource not found"}}"#,
      "Resource not found", nil, .rejected),
    Form(
      "Cloudflare", 403,
      #"{"success":false,"errors":[{"code":10000,"message":"Authentication error"}]}"#,
      "Authentication error", nil, .rejected),
    Form(
      "JSON in a string", 500, #"{"error":"{\"error\":{\"message\":\"inner\"}}"}"#, "inner", nil,
      .server),
    Form("text", 503, "upstream connect error\nmore", "upstream connect error", nil, .overloaded),
    Form("mark-up", 502, "<html><body>Bad gateway</body></html>", "HTTP status 502", nil, .server),
    Form("nothing", 408, "", "HTTP status 408", nil, .server),
    Form("an empty object", 409, "{}", "HTTP status 409", nil, .server),
  ]

  @Test(arguments: forms)
  func `every form of an error is read`(_ form: Form) {
    let failure = UpstreamFailure(
      reported: ErrorBody(bytes: Array(form.body.utf8)), status: form.status)
    #expect(failure.message == form.message)
    #expect(failure.type == form.type)
    #expect(failure.kind == form.kind)
    #expect(failure.status == form.status)
  }

  @Test(arguments: [
    ("rate_limit_error", UpstreamFailure.Kind.rateLimited), ("overloaded_error", .overloaded),
    ("RESOURCE_EXHAUSTED", .rateLimited), ("UNAVAILABLE", .overloaded), ("api_error", .server),
    ("invalid_request_error", .rejected), ("insufficient_quota", .rejected),
    ("tool_use_failed", .rejected), ("never heard of", .server),
  ])
  func `inside a stream the name of an error decides`(
    _ type: String, _ kind: UpstreamFailure.Kind
  ) {
    let failure = UpstreamFailure.reported(["error": ["type": .string(type), "message": "m"]])
    #expect(failure.kind == kind)
    #expect(failure.status == nil)
  }

  @Test(arguments: [
    (UpstreamFailure.Kind.rateLimited, true), (.overloaded, true), (.server, true),
    (.rejected, false), (.unreachable, false), (.brokenStream, false), (.malformed, false),
  ])
  func `the wish to wait counts only where waiting helps`(
    _ kind: UpstreamFailure.Kind, _ isObeyed: Bool
  ) {
    let failure = UpstreamFailure(kind, "m", retryAfter: .seconds(3))
    #expect(failure.retryAfter == (isObeyed ? .seconds(3) : nil))
  }

  @Test func `a message is bounded`() {
    let failure = UpstreamFailure(.server, String(repeating: "x", count: 100_000))
    #expect(failure.message.count == UpstreamFailure.messageLimit)
  }

  @Test(arguments: [
    ("https://api.openai.com", "/v1/models", "https://api.openai.com/v1/models"),
    ("https://api.openai.com/v1/", "/v1/models", "https://api.openai.com/v1/models"),
    ("https://h/api/paas/v4", "/v1/chat/completions", "https://h/api/paas/v4/chat/completions"),
    ("https://h/api/v2/cortex", "/v1/models", "https://h/api/v2/cortex/v1/models"),
    ("https://h/v1beta1/", "/v1/models?a=b", "https://h/v1beta1/models?a=b"),
    (
      "https://x.openai.azure.com/openai/deployments/gpt-4o?api-version=2024-12-01-preview",
      "/v1/chat/completions",
      "https://x.openai.azure.com/openai/deployments/gpt-4o/chat/completions?api-version=2024-12-01-preview"
    ),
    ("https://h?k=1", "/v1/models?limit=5", "https://h/v1/models?limit=5&k=1"),
  ])
  func `the path goes behind the base once`(_ base: String, _ path: String, _ url: String) {
    #expect(Endpoint.url(base, path) == url)
  }

  @Test(arguments: [
    ("https://API.openai.com:443/v1", "api.openai.com"), ("http://u:p@h.example?x", "h.example"),
    ("http://[::1]:8080/v1", "[::1]:8080"), ("", ""),
  ])
  func `a host is found in an address`(_ url: String, _ host: String) {
    #expect(Endpoint.host(url) == host)
  }
}
