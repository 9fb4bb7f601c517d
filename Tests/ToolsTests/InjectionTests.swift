import Domain
import Testing
import Wire

@testable import Tools

/// What a hostile model can try through its arguments.
@Suite struct InjectionTests {
  /// What is expected of one rendering.
  enum Outcome: Sendable {
    case sent(String)
    case refused(String)
  }
  struct Row: Sendable, CustomStringConvertible {
    let template: String
    let type: String
    let args: JSON
    let outcome: Outcome
    init(_ template: String, _ args: JSON, _ outcome: Outcome) {
      self.init(template, "application/json", args, outcome)
    }
    init(_ template: String, _ type: String, _ args: JSON, _ outcome: Outcome) {
      self.template = template
      self.type = type
      self.args = args
      self.outcome = outcome
    }
    var description: String { "\(template.prefix(50)) · \(args.text.prefix(60))" }
  }

  static let json: [Row] = [
    Row(
      #"{"a":"{{args.x}}"}"#, ["x": #"","admin":true,"b":""#],
      .sent(#"{"a":"\",\"admin\":true,\"b\":\""}"#)),
    Row(#"{"a":"{{args.x}}"}"#, ["x": "\\"], .sent(#"{"a":"\\"}"#)),
    Row(#"{"a":"{{args.x}}"}"#, ["x": "\\\""], .sent(#"{"a":"\\\""}"#)),
    Row(#"{"a":"{{args.x}}"}"#, ["x": "\n\r\t\u{0}"], .sent(#"{"a":"\n\r\t\u0000"}"#)),
    Row(#"{"a":"{{args.x}}"}"#, ["x": "{{secrets.k}}"], .sent(#"{"a":"{{secrets.k}}"}"#)),
    Row(#"{"a":"{{args.x}}"}"#, ["x": nil], .sent(#"{"a":""}"#)),
    Row(#"{"a":"{{args.y}}"}"#, ["x": 1], .sent(#"{"a":""}"#)),
    Row(#"{"a":"{{args.x}}"}"#, ["x": ["k": "\"}"]], .sent(#"{"a":"{\"k\":\"\\\"}\"}"}"#)),
    Row(#"{"a":"{{args.x.0.y}}"}"#, ["x": [["y": "deep"]]], .sent(#"{"a":"deep"}"#)),
    Row(#"{"a":{{args.x}}}"#, ["x": "1,\"admin\":true"], .sent(#"{"a":"1,\"admin\":true"}"#)),
    Row(#"{"a":{{args.x}}}"#, ["x": 5], .sent(#"{"a":5}"#)),
    Row(#"{"a":{{args.x}}}"#, ["y": 5], .sent(#"{"a":null}"#)),
    Row(#"{"a":{{args.x}}}"#, ["x": true], .sent(#"{"a":true}"#)),
    Row(#"{"a":{{{args.x}}:1}}"#, ["x": "k\":0,\"z"], .sent(#"{"a":{"k\":0,\"z":1}}"#)),
    Row(#"{"{{args.x}}":1,"role":"user"}"#, ["x": "role"], .refused("a key stands twice")),
    Row(#"[{{args.x}},{{args.x}}]"#, ["x": "]"], .sent(#"["]","]"]"#)),
    Row(#"{{args.x}}"#, ["x": ["a": 1]], .sent(#"{"a":1}"#)),
    Row(#"{"a":"\\{{args.x}}"}"#, ["x": "\",\"b\":\""], .sent(#"{"a":"\\\",\"b\":\""}"#)),
    Row(#"{"a":"{{args.x}}{{args.y}}"}"#, ["x": "\\", "y": "\""], .sent(#"{"a":"\\\""}"#)),
    Row(#"{"a":"{{ args.x }}"}"#, ["x": "s"], .sent(#"{"a":"s"}"#)),
    Row(#"{"a":"{{args.x}}"}"#, "application/vnd.api+json", ["x": "\""], .sent(#"{"a":"\""}"#)),
    Row(#"{"a":"{{args.x}}"}"#, "application/x-ndjson", ["x": "\"\n{}"], .sent(#"{"a":"\"\n{}"}"#)),
  ]
  static let graphQL: [Row] = [
    Row(
      ##"{"query":"{ user(id: \"{{args.x}}\") { name } }"}"##, ["x": "1\") { secret } } #"],
      .sent(##"{"query":"{ user(id: \"1\\\") { secret } } #\") { name } }"}"##)),
    Row(
      ##"{"query":"{ user(id: \"{{args.x}}\") { name } }"}"##, ["x": "\\"],
      .sent(##"{"query":"{ user(id: \"\\\\\") { name } }"}"##)),
    Row(
      ##"{"query":"{ user(id: \"{{args.x}}\") { name } }"}"##, ["x": "a\nb"],
      .sent(##"{"query":"{ user(id: \"a\\nb\") { name } }"}"##)),
    Row(
      ##"{"query":"query Q($v: Int) { f(v: $v) }","variables":{"v":{{args.x}}}}"##, ["x": "1}"],
      .sent(##"{"query":"query Q($v: Int) { f(v: $v) }","variables":{"v":"1}"}}"##)),
    Row(##"{"query":"{{args.x}}"}"##, ["x": "{ all }"], .sent(##"{"query":"{ all }"}"##)),
    Row(##"{"query":"find {{args.x}}"}"##, ["x": "\"a\""], .sent(##"{"query":"find \"a\""}"##)),
  ]
  static let forms: [Row] = [
    Row(
      "a={{args.x}}&role=user", "application/x-www-form-urlencoded", ["x": "1&role=admin"],
      .sent("a=1%26role%3Dadmin&role=user")),
    Row(
      "a={{args.x}}", "application/x-www-form-urlencoded", ["x": "50% off+"],
      .sent("a=50%25+off%2B")),
    Row(
      "a={{args.x}}", "application/x-www-form-urlencoded", ["x": "é\r\n"], .sent("a=%C3%A9%0D%0A")),
    Row(
      "{{args.x}}=1", "application/x-www-form-urlencoded", ["x": "role=admin&y"],
      .sent("role%3Dadmin%26y=1")),
    Row(
      "a={{args.x}}", "application/x-www-form-urlencoded; charset=utf-8", ["x": ["b"]],
      .sent("a=%5B%22b%22%5D")),
    Row(
      "<a>{{args.x}}</a>", "application/xml", ["x": "</a><b c=\"'\">&"],
      .sent("<a>&lt;/a&gt;&lt;b c=&quot;&#39;&quot;&gt;&amp;</a>")),
    Row(
      "<a>{{args.x}}</a>", "application/soap+xml", ["x": "<![CDATA["], .sent("<a>&lt;![CDATA[</a>")),
    Row("<a>{{args.x}}</a>", "text/xml", ["x": "\u{0}"], .refused("control characters")),
    Row("x {{args.x}}", "text/plain", ["x": "<b>"], .sent("x <b>")),
  ]
  @Test(.timeLimit(.minutes(1)), arguments: json + graphQL + forms)
  func `a value in a body fills its place and cannot leave it`(_ row: Row) async throws {
    #expect(try await Self.problem(body: row) == nil)
  }

  /// What got through; nil when it was sent as expected, or not sent.
  static func problem(body row: Row) async throws -> String? {
    let (tool, _) = try HTTPCallTool.free([
      "url": "https://a.b/",
      "headers": .string(JSON.object(["content-type": .string(row.type)]).text),
      "body_template": .string(row.template),
    ])
    let recorder = Recorder()
    let result = await Dispatch.run(.test(row.args), on: tool, recorder.outside())
    return problem(row.outcome, text(recorder.requests.first?.body), result)
  }

  private static func problem(_ outcome: Outcome, _ sent: String?, _ result: ToolResult) -> String?
  {
    switch outcome {
    case .sent(let expected):
      sent == expected && !result.isError ? nil : "sent \(sent ?? "nothing"): \(result.output.text)"
    case .refused(let words):
      sent == nil && result.isError && result.output.string?.contains(words) == true
        ? nil : "sent \(sent ?? "nothing"), said \(result.output.text)"
    }
  }

  static let unsafeBodies: [(String, String)] = [
    (#"{"a":"\{{args.x}}"}"#, "application/json"), (#"{"a":"\u00{{args.x}}"}"#, "application/json"),
    (#"{"a":{{args.x}}"#, "application/json"), (#"{"a":"{{args.x}}}"#, "application/json"),
    (#"{"a":1,"a":{{args.x}}}"#, "application/json"), (#"{"a":1{{args.x}}}"#, "application/json"),
    ("{{args.x}} {{args.y}}", "application/json"),
    (#"{"a":"{{args.x"}"#, "application/json"), (#"{"a":"{{argz.x}}"}"#, "application/json"),
    (#"{"a":"{{args}}"}"#, "application/json"), (#"{"a":"{{}}"}"#, "application/json"),
    (#"{"a":"{{args.}}"}"#, "application/json"), (#"{"a":"{{args.x y}}"}"#, "application/json"),
    (#"{"a":"{{end_user}}"}"#, "application/json"),
    (#"{"a":"{{config.secrets}}"}"#, "application/json"),
    (#"{"a":"{{config.secrets.k}}"}"#, "application/json"),
    (##"{"query":"{ user(id: {{args.x}}) { name } }"}"##, "application/json"),
    (##"{"query":"{ user # {{args.x}}\n }"}"##, "application/json"),
    (##"{"query":"{ user(id: \"\"\"{{args.x}}\"\"\") }"}"##, "application/json"),
    (##"{"query":"mutation { {{args.x}} }"}"##, "application/json"),
    (##"{"query":"{ f(a: \"x\") { {{end_user.metadata.f}} } }"}"##, "application/json"),
    ("--b\r\n{{args.x}}", "multipart/form-data; boundary=b"), ("a: {{args.x}}", "application/yaml"),
    ("query { {{args.x}} }", "application/graphql"),
  ]
  @Test(arguments: unsafeBodies)
  func `a template that cannot be made safe is refused at registration`(
    _ template: String, _ type: String
  ) {
    #expect(Self.refusal(of: template, type) == "config.body_template")
  }

  /// The field that registration names; nil where it takes the template.
  static func refusal(of template: String, _ type: String) -> String? {
    refusal([
      "url": "https://a.b/",
      "headers": .string(JSON.object(["content-type": .string(type)]).text),
      "body_template": .string(template),
    ])?.field
  }
  static func refusal(_ config: JSON) -> InvalidParams? {
    do {
      _ = try HTTPCallTool.free(config)
      return nil
    } catch { return error as? InvalidParams }
  }

  static let trees: [(JSON, JSON, String)] = [
    (["a": "{{args.x}}"], ["x": ["b": [1]]], #"{"a":{"b":[1]}}"#),
    (["a": "{{args.x}}", "b": 1], [:], #"{"b":1}"#),
    (["a": ["{{args.x}}", 2]], [:], #"{"a":[2]}"#),
    (["a": "{{args.x}}"], [:], "{}"),
    (["a": ["b": "{{args.x}}", "c": ["d": "{{args.y}}"]], "e": [:]], [:], #"{"e":{}}"#),
    (["a": "x {{args.x}}"], ["x": "\"}"], #"{"a":"x \"}"}"#),
    (["a": "x {{args.x}}"], [:], #"{"a":"x "}"#),
    (["a": "{{args.x}}"], ["x": "{{secrets.k}}"], #"{"a":"{{secrets.k}}"}"#),
  ]
  @Test(.timeLimit(.minutes(1)), arguments: trees)
  func `a body given as JSON keeps types and leaves out what is missing`(
    _ body: JSON, _ args: JSON, _ sent: String
  ) async throws {
    let (tool, _) = try HTTPCallTool.free(["url": "https://a.b/", "body_template": body])
    let recorder = Recorder()
    _ = await Dispatch.run(.test(args), on: tool, recorder.outside())
    #expect(text(recorder.requests.first?.body) == sent)
  }

  static let urls: [Row] = [
    Row(
      "https://a.b/u/{{args.x}}/s", ["x": "1/../../admin"],
      .sent("https://a.b/u/1%2F..%2F..%2Fadmin/s")),
    Row("https://a.b/u/{{args.x}}/s", ["x": ".."], .refused("path segment")),
    Row("https://a.b/u/{{args.x}}/s", ["x": "."], .refused("path segment")),
    Row("https://a.b/u/.{{args.x}}", ["x": "."], .refused("path segment")),
    Row("https://a.b/u/%2e{{args.x}}", ["x": "."], .refused("path segment")),
    Row("https://a.b/u/{{args.x}}{{args.y}}", ["x": ".", "y": "."], .refused("path segment")),
    Row("https://a.b/u/{{args.x}}", ["x": "%2e%2e"], .sent("https://a.b/u/%252e%252e")),
    Row("https://a.b/u/{{args.x}}", ["x": ""], .refused("must not be empty")),
    Row("https://a.b/u/{{args.x}}", [:], .refused("{{args.x}} has no value")),
    Row("https://a.b/u/{{args.x}}", ["x": nil], .refused("{{args.x}} has no value")),
    Row("https://a.b/?q={{args.x}}", [:], .refused("{{args.x}} has no value")),
    Row("https://a.b/?q={{args.x}}", ["x": ""], .sent("https://a.b/?q=")),
    Row(
      "https://a.b/?q={{args.x}}&r=1", ["x": "1&r=2#f"], .sent("https://a.b/?q=1%26r%3D2%23f&r=1")),
    Row("https://a.b/u/{{args.x}}", ["x": "a?b#c"], .sent("https://a.b/u/a%3Fb%23c")),
    Row(
      "https://a.b/u/{{args.x}}", ["x": "a\r\nHost: x"], .sent("https://a.b/u/a%0D%0AHost%3A%20x")),
    Row("https://a.b/u/{{args.x}}", ["x": "a\u{0}"], .refused("NUL")),
    Row("https://a.b/?q={{args.x}}", ["x": "a\u{0}"], .refused("NUL")),
    Row("https://a.b/u/{{args.x}}", ["x": "a\\b"], .sent("https://a.b/u/a%5Cb")),
    Row("https://a.b/u/{{args.x}}", ["x": "@evil.com"], .sent("https://a.b/u/%40evil.com")),
    Row("https://a.b/u/{{args.x}}", ["x": "é💥"], .sent("https://a.b/u/%C3%A9%F0%9F%92%A5")),
    Row("https://a.b/u/{{args.x}}", ["x": 7], .sent("https://a.b/u/7")),
    Row("https://a.b/u/{{args.x}}", ["x": ["a"]], .sent("https://a.b/u/%5B%22a%22%5D")),
    Row("https://a.b/{{end_user.metadata.none}}", [:], .refused("has no value")),
    Row("https://a.b/?{{args.x}}=1", ["x": "admin=1&y"], .sent("https://a.b/?admin%3D1%26y=1")),
    Row("https://a.b", [:], .sent("https://a.b/")),
    Row("https://a.b?x=1#frag", [:], .sent("https://a.b/?x=1")),
    Row("https://{{config.sub}}.b.c/", [:], .sent("https://good.b.c/")),
    Row("https://{{config.evil}}.b.c/", [:], .refused("part of a host name")),
    Row("https://{{config.none}}.b.c/", [:], .refused("has no value")),
    Row("https://a.b:{{config.port}}/", [:], .sent("https://a.b:8443/")),
    Row("https://{{end_user.metadata.host}}/", [:], .refused("link-local")),
  ]
  @Test(.timeLimit(.minutes(1)), arguments: urls)
  func `a value in a URL stays one segment or one part of the query`(_ row: Row) async throws {
    #expect(try await Self.problem(url: row) == nil)
  }

  static func problem(url row: Row) async throws -> String? {
    let (tool, _) = try HTTPCallTool.free([
      "url": .string(row.template), "method": "GET", "sub": "good", "evil": "evil.com/?",
      "port": "8443",
    ])
    let recorder = Recorder()
    let user = EndUser(id: "u", metadata: ["host": "169.254.169.254"])
    let result = await Dispatch.run(.test(row.args, endUser: user), on: tool, recorder.outside())
    return problem(row.outcome, recorder.requests.first?.url, result)
  }

  static let unsafeURLs = [
    "https://{{args.host}}/", "https://a.{{args.host}}/", "https://a.b:{{args.port}}/",
    "https://{{args.u}}@a.b/", "https://user:pw@a.b/", "http{{args.s}}://a.b/", "{{args.url}}",
    "https:///x", "https://", "https://a.b/#{{args.x}}", "https://a.b/a b", "https://a.b\\@evil/",
    "https://a.b/é", "https://a..b/", "https://a.b:0/", "https://a.b:70000/", "https://a.b:8x/",
    "https://１６９.254.169.254/", "https://a.b/../x", "https://a.b/%2E%2e/x", "https://%61.b/",
    "https://a.b/{{args.x", "https://a_{{args.x}}.b/", "https://a.b\n/", "https://[::1%25eth0]/",
    "https://[fe80::1%eth0]/", "https://[zz]/",
  ]
  @Test(arguments: unsafeURLs)
  func `a URL that a model could turn elsewhere is refused at registration`(_ url: String) {
    #expect(Self.refusal(["url": .string(url), "method": "GET"])?.field == "config.url")
  }

  static let linkLocal = [
    "169.254.169.254", "169.254.169.254.", "0xA9FEA9FE", "0xa9.0xfe.0xa9.0xfe", "2852039166",
    "0251.0376.0251.0376", "169.254.43518", "169.16689662", "169.0xfe.0251.254", "[fe80::1]",
    "[febf::1]", "[::ffff:169.254.169.254]", "[::ffff:a9fe:a9fe]", "[::a9fe:a9fe]",
    "[64:ff9b::a9fe:a9fe]", "[2002:a9fe:a9fe::]", "[fd00:ec2::254]", "169.254.0.1:80",
  ]
  @Test(arguments: linkLocal)
  func `a link-local address is refused in every spelling`(_ host: String) {
    #expect(Self.refusal(host: host) == "must not be a link-local address")
  }
  static func refusal(host: String) -> String? {
    refusal(["url": .string("http://\(host)/latest/meta-data"), "method": "GET"])?.problem
  }

  @Test(arguments: [
    "10.0.0.1", "127.0.0.1:8080", "localhost", "169.255.0.1", "169.254.example.com", "[::1]:80",
    "[2001:db8::1]", "api.acme.internal", "a_b.c",
  ])
  func `other hosts are left to the address policy`(_ host: String) throws {
    #expect(throws: Never.self) {
      try HTTPCallTool.free(["url": .string("http://\(host)/"), "method": "GET"])
    }
  }

  static let headerValues = [
    "a\r\nx: y", "a\nb", "a\rb", "\u{0}", "a\u{7F}", "\u{1B}", "a\r\n\r\nGET / HTTP/1.1",
  ]
  @Test(.timeLimit(.minutes(1)), arguments: headerValues)
  func `a header value with a line break or control character is refused`(_ value: String)
    async throws
  {
    #expect(try await Self.problem(header: value) == nil)
  }

  static func problem(header value: String) async throws -> String? {
    let (tool, _) = try HTTPCallTool.free([
      "url": "https://a.b/", "headers": #"{"x-a":"v {{args.x}}"}"#,
    ])
    let recorder = Recorder()
    let result = await Dispatch.run(
      .test(["x": .string(value)]), on: tool, recorder.outside())
    guard result.isError, result.output.string?.contains("headers.x-a") == true else {
      return "said \(result.output.text)"
    }
    let user = EndUser(id: .some(value))
    let (other, _) = try HTTPCallTool.free([
      "url": "https://a.b/", "headers": #"{"x-a":"{{end_user.id}}"}"#,
    ])
    _ = await Dispatch.run(.test([:], endUser: user), on: other, recorder.outside())
    return recorder.requests.isEmpty ? nil : "sent \(recorder.requests)"
  }

  @Test(.timeLimit(.minutes(1)))
  func `a config number stands as a number, a config word as a word`()
    async throws
  {
    let (tool, _) = try HTTPCallTool.free([
      "url": "https://a.b/", "headers": #"{"content-type":"application/json"}"#, "limit": "10",
      "word": "it", "body_template": #"{"l":{{config.limit}},"w":{{config.word}}}"#,
    ])
    let recorder = Recorder()
    _ = await Dispatch.run(.test([:]), on: tool, recorder.outside())
    #expect(text(recorder.requests.first?.body) == #"{"l":10,"w":"it"}"#)
  }
}
