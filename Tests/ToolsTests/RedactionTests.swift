import Domain
import Foundation
import Testing
import Wire

@testable import Tools

/// What a remote can try with the secrets it was sent.
@Suite struct RedactionTests {
  static let value = "sk/live+Ü_ \"42\"&<é!'~"
  static let plain = "sk_live_0123456789abcdef"

  struct Echo: Sendable, CustomStringConvertible {
    let name: String
    let make: @Sendable (String) -> String
    var description: String { name }
  }
  static func base64(_ text: String) -> String { Data(text.utf8).base64EncodedString() }
  static func percent(_ text: String, _ keep: String) -> String {
    text.addingPercentEncoding(
      withAllowedCharacters: CharacterSet(
        charactersIn: keep + "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"))
      ?? ""
  }
  static let echoes: [Echo] = [
    Echo(name: "as it is") { $0 }, Echo(name: "inside a word") { "x\($0)y" },
    Echo(name: "twice in a row") { $0 + $0 },
    Echo(name: "JSON") { JSON.string($0).text },
    Echo(name: "JSON in JSON") { JSON.string(JSON.string($0).text).text },
    Echo(name: "JSON with escaped slashes") {
      JSON.string($0).text.replacingOccurrences(of: "/", with: "\\/")
    },
    Echo(name: "JSON in ASCII") { text in
      text.utf16.map { unit in
        unit == 0x22 || unit == 0x5C
          ? "\\" + String(UnicodeScalar(UInt8(unit)))
          : unit < 128 ? String(UnicodeScalar(UInt8(unit))) : String(format: "\\u%04x", unit)
      }.joined()
    },
    Echo(name: "JSON all escaped") { $0.utf16.map { String(format: "\\u%04x", $0) }.joined() },
    Echo(name: "JSON all escaped, upper case") {
      $0.utf16.map { String(format: "\\u%04X", $0) }.joined()
    },
    Echo(name: "percent") { percent($0, "-._~") },
    Echo(name: "percent, lower case") { text in
      text.utf8.map { byte in
        let isKept = byte < 128 && (byte >= 48 && byte < 58 || byte | 32 >= 97 && byte | 32 <= 122)
        let mark = "-._~".utf8.contains(byte)
        return isKept || mark ? String(UnicodeScalar(byte)) : String(format: "%%%02x", byte)
      }.joined()
    },
    Echo(name: "encodeURI") { percent($0, "-._~;,/?:@&=+$#!*'()") },
    Echo(name: "percent, marks as well") { percent($0, "") },
    Echo(name: "encodeURIComponent") { percent($0, "-._~!*'()") },
    Echo(name: "Python's quote") { percent($0, "-._~/") },
    Echo(name: "PHP's urlencode") {
      percent($0, "-._ ").replacingOccurrences(of: " ", with: "+")
    },
    Echo(name: "percent twice") { percent(percent($0, "-._~"), "-._~") },
    Echo(name: "every byte percent") { $0.utf8.map { String(format: "%%%02X", $0) }.joined() },
    Echo(name: "form") { percent($0, "-._~ ").replacingOccurrences(of: " ", with: "+") },
    Echo(name: "hex") { $0.utf8.map { String(format: "%02x", $0) }.joined() },
    Echo(name: "HEX") { $0.utf8.map { String(format: "%02X", $0) }.joined() },
    Echo(name: "HTML") {
      $0.replacingOccurrences(of: "&", with: "&amp;").replacingOccurrences(of: "<", with: "&lt;")
        .replacingOccurrences(of: "\"", with: "&quot;").replacingOccurrences(of: "'", with: "&#39;")
    },
    Echo(name: "base64") { base64($0) }, Echo(name: "base64 shifted by one") { base64("a" + $0) },
    Echo(name: "base64 shifted by two") { base64("ab" + $0) },
    Echo(name: "base64 with more behind") { base64($0 + "xyz") },
    Echo(name: "base64 of user and password") { base64("user:\($0):more") },
    Echo(name: "base64url") {
      base64($0).replacingOccurrences(of: "+", with: "-").replacingOccurrences(of: "/", with: "_")
        .replacingOccurrences(of: "=", with: "")
    },
    Echo(name: "base64url shifted") {
      base64("ab" + $0).replacingOccurrences(of: "+", with: "-")
        .replacingOccurrences(of: "/", with: "_").replacingOccurrences(of: "=", with: "")
    },
  ]

  /// The longest piece of `form` that is left in `text`, in bytes.
  static func left(of form: String, in text: String) -> Int {
    let form = Array(form.utf8)
    let text = text.utf8.map { $0 }
    var longest = 0
    for start in form.indices {
      var length = longest + 1
      while start + length <= form.count,
        text.firstRange(of: form[start..<(start + length)]) != nil
      {
        longest = length
        length += 1
      }
    }
    return longest
  }

  @Test(arguments: echoes, [value, plain])
  func `a secret is taken out in whatever form it comes back`(_ echo: Echo, _ secret: String) {
    let form = echo.make(secret)
    let out = Redactor(secrets: [Secret(secret.utf8)]).redact("<<\(form)>>")
    #expect(out.contains("***"))
    // What may be left is what stands around the secret: a bracket, quotes, or the base64 of its neighbours.
    let wrapping = ["inside a word", "JSON", "JSON in JSON", "JSON with escaped slashes"]
    let allowed = echo.name.hasPrefix("base64") ? 10 : wrapping.contains(echo.name) ? 3 : 1
    #expect(Self.left(of: form, in: out) <= allowed, "\(out)")
    #expect(Self.left(of: secret, in: out) < 4, "\(out)")
  }

  @Test(arguments: echoes, [1, 2, 3, 7])
  func `pieces of any size give the same as the whole`(_ echo: Echo, _ size: Int) {
    let redactor = Redactor(secrets: [Secret(Self.value.utf8), Secret(Self.plain.utf8)])
    let text = "a\(echo.make(Self.value))b\(echo.make(Self.plain))c sk_live_01234"
    var stream = Redactor.Stream(redactor)
    var out: [UInt8] = []
    for piece in Recorder.Answer.cut(Array(text.utf8), size) { out += stream.take(piece) }
    out += stream.finish()
    #expect(String(decoding: out, as: UTF8.self) == redactor.redact(text))
  }

  @Test func `values, names and numbers of JSON are redacted, and stay JSON`() throws {
    let redactor = Redactor(secrets: [Secret("123456789".utf8), Secret("topsecret".utf8)])
    let json = try JSON(
      parsing:
        #"{"topsecret":1,"***":2,"a":["\u0074opsecret",123456789,0.123456789,true,null,5]}"#)
    #expect(
      redactor.redact(json).text
        == #"{"***":1,"****":2,"a":["***","***","***",true,null,5]}"#)
  }

  @Test func `the longer of two secrets that begin alike goes first`() {
    let redactor = Redactor(secrets: [Secret("abcd".utf8), Secret("abcdefgh".utf8)])
    #expect(redactor.redact("abcdefgh abcd") == "*** ***")
    var stream = Redactor.Stream(redactor)
    let out = stream.take(Array("abcde".utf8)) + stream.finish()
    #expect(String(decoding: out, as: UTF8.self) == "***e")
  }

  @Test func `no secrets, nothing changes`() {
    let redactor = Redactor(secrets: [Secret("".utf8), Secret("abc".utf8)])
    #expect(redactor.redact("abc \u{FFFD}") == "abc \u{FFFD}")
  }

  @Test func `a long secret and a long text take their time in proportion`() {
    let secret = String(repeating: "a", count: 2_000) + "b"
    let redactor = Redactor(secrets: [Secret(secret.utf8)])
    let text = String(repeating: "xyz ", count: 50_000) + secret
    #expect(redactor.redact(text) == String(repeating: "xyz ", count: 50_000) + "***")
  }

  // MARK: Through a tool

  static func tool(_ more: JSON.Object = [:]) throws -> (
    tool: HTTPCallTool, secrets: [String: Secret]
  ) {
    var config: JSON.Object = [
      "url": "https://a.b/{{secrets.k}}", "method": "GET",
      "secrets": .string(JSON.object(["k": .string(plain)]).text),
    ]
    config.merge(more)
    return try HTTPCallTool.free(.object(config))
  }

  @Test(.timeLimit(.minutes(1)), arguments: echoes, [200, 500])
  func `a remote that echoes the secret gets it past no one`(_ echo: Echo, _ status: Int)
    async throws
  {
    #expect(try await Self.problem(echo, status) == nil)
  }

  /// The output that holds the secret; nil when none does.
  static func problem(_ echo: Echo, _ status: Int) async throws -> String? {
    let (tool, secrets) = try Self.tool()
    let recorder = Recorder(.init("you sent \(echo.make(Self.plain))!", status: status, piece: 3))
    let result = await Dispatch.run(.test([:], secrets: secrets), on: tool, recorder.outside())
    let shown = result.output.text
    let isClean =
      result.isError == (status == 500) && shown.contains("***") && !shown.contains(Self.plain)
      && !shown.contains(echo.make(Self.plain))
    return isClean ? nil : shown
  }

  @Test(.timeLimit(.minutes(1)), arguments: 1...24)
  func `a cut through an echoed secret leaves no half of it`(_ kept: Int) async throws {
    #expect(try await Self.problem(cut: kept) == nil)
  }

  static func problem(cut kept: Int) async throws -> String? {
    let (tool, secrets) = try Self.tool(["response_max_bytes": .string("\(kept + 4)")])
    let recorder = Recorder(.init("out:" + Self.plain + " and more and more", piece: 5))
    let result = await Dispatch.run(.test([:], secrets: secrets), on: tool, recorder.outside())
    let shown = try #require(result.output.string)
    let left = Self.left(of: Self.plain, in: String(shown.prefix { $0 != "[" }))
    return shown.contains("[…truncated…]") && left < 4 ? nil : shown
  }

  @Test(.timeLimit(.minutes(1))) func `errors of the network do not tell the URL's secret`()
    async throws
  {
    let (tool, secrets) = try Self.tool()
    let failure = SendFailure(.network, "cannot connect to https://a.b/\(Self.plain)")
    let recorder = Recorder(.init(failure: failure))
    let result = await Dispatch.run(.test([:], secrets: secrets), on: tool, recorder.outside())
    #expect(result.output == "network error: cannot connect to https://a.b/***")
    #expect(result.isError)
  }

  @Test(.timeLimit(.minutes(1))) func `a secret that a model guesses is not confirmed`()
    async throws
  {
    let (tool, secrets) = try HTTPCallTool.free(
      [
        "url": "https://a.b/", "secrets": .string(#"{"k":"sk_live_guess"}"#),
      ], schema: ["type": "object", "properties": ["a": ["const": "x"]]])
    let recorder = Recorder()
    let result = await Dispatch.run(
      .test(["a": "sk_live_guess"], secrets: secrets), on: tool, recorder.outside())
    #expect(result.isError && !result.output.text.contains("sk_live_guess"))
  }

  @Test func `a secret prints as stars wherever a tool is described`() throws {
    let (tool, secrets) = try Self.tool()
    #expect(!String(reflecting: tool).contains(Self.plain))
    #expect(!String(reflecting: ToolCall.test([:], secrets: secrets)).contains(Self.plain))
    #expect(!"\(secrets)".contains(Self.plain))
  }
}
