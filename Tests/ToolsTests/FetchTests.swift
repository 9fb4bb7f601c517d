import Domain
import Testing
import Wire

@testable import Tools

@Suite struct FetchTests {
  @Test(arguments: [
    ("<p>a</p><p>b</p>", "a\n\nb"), ("a<br>b<br/>c", "a\nb\nc"), ("  a \n b  ", "a b"),
    ("<ul><li>x<li>y</ul>z", "- x\n- y\n\nz"), ("<h2>T</h2>t", "## T\n\nt"),
    ("<script>if (a<b) '</p>'</script>c", "c"), ("<SCRIPT>x</ScRiPt>c", "c"), ("<script>never", ""),
    ("<style>p{}</style>c", "c"), ("a<!-- <p>no</p> -->b", "ab"), ("<!-- never", ""),
    ("<a href='x>y'>t</a>", "t"), ("1 < 2 &amp; 3 &gt; 2", "1 < 2 & 3 > 2"), ("&lt;b&gt;", "<b>"),
    ("&#233;&#x1F4A5;", "é💥"), ("&#0;&nope; &", "&#0;&nope; &"), ("&nbsp;x", " x"),
    ("<pre>a\n  b</pre>c", "a\n  b\n\nc"), ("<td>a</td><td>b</td>", "a b"), ("<", "<"),
    ("a<", "a<"),
    ("</p", ""), ("<!doctype html><html><head><title>T</title></head><body>x", "x"),
    ("<p>é💥</p>", "é💥"), ("<b>bo</b>ld", "bold"), ("<template><p>x</p></template>y", "y"),
  ])
  func `a page becomes its readable text`(_ html: String, _ expected: String) {
    #expect(HTMLText.read(html).text == expected)
  }

  @Test(
    .timeLimit(.minutes(1)),
    arguments: ["<", "<!--", "<script>", "<a b='", "&amp", "<pre>", "</", "<div>"])
  func `a page made to be slow is not`(_ piece: String) {
    let html = String(repeating: piece, count: 200_000)
    #expect(HTMLText.read(html).text.utf8.count <= html.utf8.count + 2)
  }

  static func fetch(_ url: String, _ answer: Recorder.Answer, _ more: JSON.Object = [:])
    async throws -> (ToolResult, [ToolRequest])
  {
    let entry = try #require(
      try BuiltIn.catalog().first { $0.provider == "qlaud-builtin/web-fetch" })
    let tool = try entry.tool(id: ToolID(rawValue: "t"), name: "web_fetch", config: [:])
    let recorder = Recorder(answer)
    var input: JSON.Object = ["url": .string(url)]
    input.merge(more)
    let result = await Dispatch.run(.test(.object(input)), on: tool, recorder.outside())
    return (result, recorder.requests)
  }

  @Test(.timeLimit(.minutes(1))) func `HTML comes with its title, from public addresses only`()
    async throws
  {
    let page = "<html><head><title> A\n page </title></head><body><p>Hi</p></body></html>"
    let (result, sent) = try await Self.fetch("https://a.b/é?q=ü", .init(page, type: "text/html"))
    #expect(result.output == ["title": "A page", "text": "Hi"])
    #expect(sent.first?.addresses == .publicOnly)
    #expect(sent.first?.url == "https://a.b/%C3%A9?q=%C3%BC")
    #expect(
      sent.first?.headers.contains { $0.name == "authorization" || $0.name == "cookie" } == false)
  }

  @Test(.timeLimit(.minutes(1))) func `long text is cut, and other text is as it is`() async throws
  {
    let long = Recorder.Answer(String(repeating: "a", count: 500), type: "text/plain")
    let (cut, _) = try await Self.fetch("https://a.b/", long, ["max_chars": 100])
    #expect(
      cut.output.string?.hasPrefix(String(repeating: "a", count: 100) + "\n[…truncated…]") == true)
    let (json, _) = try await Self.fetch("https://a.b/", .init(#"{"a":1}"#))
    #expect(json.output == #"{"a":1}"#)
  }

  @Test(.timeLimit(.minutes(1))) func `a redirect elsewhere is told, not followed`() async throws {
    var answer = Recorder.Answer("", status: 301)
    answer.headers = [HeaderField("Location", "http://169.254.169.254/")]
    let (result, sent) = try await Self.fetch("https://a.b/", answer)
    #expect(result.isError && result.output["location"] == "http://169.254.169.254/")
    #expect(sent.count == 1)
  }

  static let noPlainURLs = [
    "file:///etc/passwd", "ftp://a.b/x", "javascript:alert(1)", "gopher://a.b/1", "//a.b/aaaa",
    "http://169.254.169.254/", "http://[fe80::1]/", "http://2852039166/", "https://u:p@a.b/",
    "https://a.b/{{secrets.k}}", "https://é.com/", "https://a.b\\@c.d/", "https://a.b/\r\nX: y",
    "https://a.b/../x", "https://%31%36%39.254.169.254/", "https://a.b/a b",
    "dict://a.b:11211/stat", "ldap://a.b/x", "jar:http://a.b/x", "data:text/plain,x",
    "FILE:///etc/passwd", "http:/a.b/xx", "http:///a.b/xx", "https://a.b:0/", "https://a.b:65536/",
    "https://a.b:8x/x", "https://@a.b/x", "https://u@a.b/x", "https://169.254.169.254#@a.b/",
    "http://[fe80::1%25eth0]/", "http://[::1]x/xx", "http://[::1", "https://a.b\u{202E}/x",
    "http://①⑥⑨.254.169.254/", "http://a.b%00.c/", "http://a.b%2f@c/", "https://a.b/\u{0}",
  ]
  @Test(.timeLimit(.minutes(1)), arguments: noPlainURLs)
  func `addresses that are no plain public URL are refused`(_ url: String) async throws {
    #expect(try await Self.problem(url) == nil)
  }

  /// What was asked for; nil for nothing.
  static func problem(_ url: String) async throws -> String? {
    let (result, sent) = try await fetch(url, .init("x"))
    return result.isError && sent.isEmpty ? nil : "asked \(sent.map(\.url))"
  }
}

@Suite struct MetaToolTests {
  @Test(arguments: MetaTool.allCases)
  func `a meta-tool's schema is a schema`(_ tool: MetaTool) throws {
    #expect(throws: Never.self) { try tool.definition.offer }
  }

  @Test func `good input is read`() throws {
    #expect(
      try MetaTool.searchTools.read(["intent": "send mail"])
        == .search(intent: "send mail", limit: 10))
    #expect(try MetaTool.getToolSchemas.read(["tools": ["a", "b"]]) == .schemas(["a", "b"]))
    #expect(
      try MetaTool.multiExecute.read(["calls": [["tool": "a", "args": ["x": 1]], ["tool": "b"]]])
        == .execute([.init(tool: "a", args: ["x": 1]), .init(tool: "b", args: [:])]))
    #expect(
      try MetaTool.manageConnections.read(["action": "connect", "tool": "github"])
        == .connections(.connect, tool: "github"))
    #expect(
      try MetaTool.manageConnections.read(["action": "list"]) == .connections(.list, tool: nil))
  }

  @Test(
    arguments: [
      (.searchTools, [:], "input.intent"),
      (.searchTools, ["intent": "x", "limit": 51], "input.limit"),
      (.getToolSchemas, ["tools": []], "input.tools"),
      (.getToolSchemas, ["tools": "a"], "input.tools"),
      (.multiExecute, ["calls": [["args": [:]]]], "input.calls[0].tool"),
      (.multiExecute, ["calls": [["tool": "a", "args": "x"]]], "input.calls[0].args"),
      (
        .multiExecute, ["calls": [["tool": "a"], ["tool": "qlaud_multi_execute"]]],
        "input.calls[1].tool"
      ),
      (.manageConnections, ["action": "steal"], "input.action"),
      (.manageConnections, ["action": "connect"], "input.tool"),
      (
        .manageConnections, ["action": "connect", "tool": "a", "credentials": ["k": "v"]],
        "input.credentials"
      ),
      (.searchTools, "x", "input"),
    ] as [(MetaTool, JSON, String)])
  func `bad input is refused naming the field`(_ tool: MetaTool, _ input: JSON, _ field: String) {
    let error = #expect(throws: InvalidParams.self) { try tool.read(input) }
    #expect(error?.field == field)
  }
}
