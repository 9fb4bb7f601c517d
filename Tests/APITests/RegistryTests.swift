import Domain
import Testing
import Wire

@testable import API

@Suite struct RegistryTests {
  @Test func `names and routes are unique`() {
    let names = Registry.all.methods.map(\.name)
    #expect(Set(names).count == names.count)
    let routes = Registry.all.methods.compactMap { $0.route.map { "\($0.verb) \($0.path)" } }
    #expect(Set(routes).count == routes.count)
  }

  @Test(arguments: Registry.all.methods.map(\.name))
  func `every parameter in a path is a parameter of the method`(name: String) throws {
    let method = try #require(Registry.all.method(named: name))
    for parameter in method.route?.parameters ?? [] {
      #expect(method.parameters.contains { $0.name == parameter })
    }
    #expect(method.summary.hasSuffix("."))
    for parameter in method.parameters {
      #expect(parameter.schema["description"]?.string?.isEmpty == false)
    }
  }

  @Test(arguments: [
    ("GET", "/v1/threads", "thread/list"), ("POST", "/v1/threads", "thread/create"),
    ("POST", "/v1/threads/import", "thread/import"), ("GET", "/v1/threads/abc", "thread/get"),
    ("DELETE", "/v1/threads/abc", "thread/delete"),
    ("POST", "/v1/threads/abc/messages", "message/send"),
    ("GET", "/v1/threads/abc/events", "thread/subscribe"),
    ("GET", "/v1/events", "events/subscribe"),
    ("PUT", "/v1/providers/x%2Dy", "provider/set"), ("GET", "/v1/threads/", "thread/list"),
  ])
  func `a request line finds its method`(verb: String, path: String, name: String) {
    guard case .method(let method, _) = Registry.all.match(verb: verb, path: path[...]) else {
      Issue.record("no match")
      return
    }
    #expect(method.name == name)
  }

  @Test func `a parameter in the path is decoded`() {
    guard
      case .method(_, let parameters) = Registry.all.match(
        verb: "GET", path: "/v1/threads/a%20b%2Fc")
    else {
      Issue.record("no match")
      return
    }
    #expect(parameters["thread_id"] == "a b/c")
  }

  /// OpenAI's clients put a model's name into the path, some with its slash escaped, some as it is.
  @Test(arguments: ["/v1/models/up/a/b", "/v1/models/up%2Fa/b", "/v1/models/up%2Fa%2Fb"])
  func `a parameter that takes the rest of the path may have slashes`(path: String) {
    guard
      case .method(let method, let parameters) = Registry.all.match(verb: "GET", path: path[...])
    else {
      Issue.record("no match")
      return
    }
    #expect(method.name == "model/get")
    #expect(parameters["slug"] == "up/a/b")
  }

  @Test func `a known path with another verb says which there are`() {
    guard case .otherVerbs(let verbs) = Registry.all.match(verb: "PUT", path: "/v1/threads") else {
      Issue.record("no match")
      return
    }
    #expect(verbs == ["GET", "POST"])
  }

  @Test(arguments: ["%", "%4", "%zz", "%ff", "a%C3"])
  func `a broken escape is refused`(text: String) {
    #expect(PercentEncoding.decode(text[...]) == nil)
  }
  @Test(arguments: [
    ("a+b", true, "a b"), ("a+b", false, "a+b"), ("%C3%A9", false, "é"), ("", true, ""),
  ])
  func `escapes are read`(text: String, plus: Bool, expected: String) {
    #expect(PercentEncoding.decode(text[...], plusIsSpace: plus) == expected)
  }
}

@Suite struct QueryTests {
  private let method = Registry.all.method(named: "message/list")

  @Test func `a value is read as its parameter's type says`() throws {
    let method = try #require(method)
    let read = try Query.read("limit=5&order=desc&after_seq=x&new=1", for: method)
    #expect(read == ["limit": 5, "order": "desc", "after_seq": "x", "new": "1"])
  }
  @Test func `a name twice is refused`() throws {
    let method = try #require(method)
    #expect(throws: InvalidParams.self) { try Query.read("limit=5&limit=6", for: method) }
  }
}

@Suite struct DollarsTests {
  @Test(arguments: [
    (0, "0"), (5_000_000, "5"), (1_500_000, "1.5"), (1, "0.000001"), (-1, "-0.000001"),
    (123_456_789, "123.456789"), (-2_500_000, "-2.5"),
  ])
  func `micro-dollars are written exactly`(micros: Int64, text: String) {
    #expect(Dollars.json(micros).text == text)
  }
  @Test(
    arguments: [
      ("5", 5_000_000), ("0.000001", 1), ("0.1", 100_000), ("1000000", 1_000_000_000_000),
      ("0.0000001", nil), ("-1", nil), ("1000001", nil), ("\"5\"", nil), ("0", 0),
    ] as [(String, Int64?)])
  func `dollars are read to the micro-dollar or not at all`(text: String, micros: Int64?) throws {
    #expect(Dollars.micros(try JSON(parsing: text)) == micros)
  }
}
