import Domain
import Testing
import Wire

@testable import Upstream

@Suite struct CredentialTests {
  static let secret = Secret(Array("sk-secret-0123456789\n".utf8))

  @Test(arguments: [
    (Provider.Shape.anthropic, "https://api.anthropic.com", "x-api-key", ""),
    (.anthropic, "https://openrouter.ai/api", "authorization", "Bearer "),
    (.openAIChat, "https://api.openai.com", "authorization", "Bearer "),
    (.openAIChat, "https://x.openai.azure.com/openai", "api-key", ""),
    (.openAIResponses, "https://x.openai.azure.com/openai", "api-key", ""),
    (.anthropic, "https://x.services.ai.azure.com/anthropic", "x-api-key", ""),
    (.openAIChat, "https://generativelanguage.googleapis.com", "authorization", "Bearer "),
    (.gemini, "https://generativelanguage.googleapis.com", "x-goog-api-key", ""),
    (.vertex, "https://h/v1/projects/p/locations/l", "authorization", "Bearer "),
    (.vertex, "https://aiplatform.googleapis.com", "x-goog-api-key", ""),
  ])
  func `the key goes where the host looks for it`(
    _ shape: Provider.Shape, _ base: String, _ name: String, _ scheme: String
  ) {
    let header = Credential(Self.secret).header(.of(shape, baseURL: base))
    #expect(header == HeaderField(name, scheme + "sk-secret-0123456789"))
    #expect(Credential(nil).header(.of(shape, baseURL: base)) == nil)
  }

  @Test(arguments: [
    ("bad key sk-secret-0123456789!", "bad key ***!"), ("cut: sk-secret-0123", "cut: ***"),
    ("nothing here", "nothing here"), ("sk-secret-0123456789sk-secret-0123456789", "******"),
  ])
  func `the key is taken out of what is said`(_ text: String, _ clean: String) {
    #expect(Credential(Self.secret).removed(from: text) == clean)
    let failure = Credential(Self.secret).removed(
      from: UpstreamFailure(.rejected, text, status: 401, type: text))
    #expect(failure.message == clean)
    #expect(failure.type == clean)
  }

  @Test(
    arguments: [
      (["retry-after": "7"], Duration.seconds(7)), (["retry-after": "0.5"], .milliseconds(500)),
      (["retry-after": "-3"], .zero), (["retry-after": "99999999999999"], .seconds(86_400)),
      (["retry-after-ms": "1500", "retry-after": "9"], .milliseconds(1_500)),
      (
        [
          "retry-after": "Sun, 06 Nov 1994 08:50:07 GMT", "date": "Sun, 06 Nov 1994 08:49:37 GMT",
        ], .seconds(30)
      ),
      (
        [
          "retry-after": "Thu, 01 Jan 2026 00:00:10 GMT", "date": "Wed, 31 Dec 2025 23:59:50 GMT",
        ], .seconds(20)
      ),
      (["retry-after": "Sun, 06 Nov 1994 08:50:07 GMT"], nil), (["retry-after": "soon"], nil),
      ([:], nil),
    ] as [([String: String], Duration?)])
  func `the wish to wait is read`(_ headers: [String: String], _ wait: Duration?) {
    #expect(RetryAfter.read { headers[$0] } == wait)
  }

  @Test(arguments: [
    ("Thu, 01 Jan 1970 00:00:00 GMT", 0), ("Sun, 06 Nov 1994 08:49:37 GMT", 784_111_777),
    ("Thu, 29 Feb 2024 12:00:00 GMT", 1_709_208_000),
    ("Fri, 31 Dec 9999 23:59:59 GMT", 253_402_300_799),
  ])
  func `dates of HTTP are seconds`(_ text: String, _ seconds: Int) {
    #expect(HTTPDate.seconds(text) == seconds)
  }
}
