import Testing

@testable import Wire

/// JSON-RPC 2.0, section 7: the examples of the specification, word for word.
struct SpecExample: Sendable, CustomTestStringConvertible {
  let name: String
  let sent: String
  let read: RPC.Incoming
  var testDescription: String { name }

  static func call(_ id: RPC.ID?, _ method: String, _ params: JSON?) -> RPC.Item {
    .request(RPC.Request(id: id, method: method, params: params))
  }
  static func invalid(_ why: String) -> RPC.Item { .invalid(.null, .invalidRequest(why)) }
  static func garbage(_ why: String) -> RPC.Incoming {
    .single(.invalid(.null, .parseError(why)))
  }

  static let all: [SpecExample] = [
    .init(
      name: "positional parameters",
      sent: #"{"jsonrpc": "2.0", "method": "subtract", "params": [42, 23], "id": 1}"#,
      read: .single(call(.number("1"), "subtract", [42, 23]))),
    .init(
      name: "positional parameters, the other way round",
      sent: #"{"jsonrpc": "2.0", "method": "subtract", "params": [23, 42], "id": 2}"#,
      read: .single(call(.number("2"), "subtract", [23, 42]))),
    .init(
      name: "named parameters",
      sent:
        #"{"jsonrpc": "2.0", "method": "subtract", "params": {"subtrahend": 23, "minuend": 42}, "id": 3}"#,
      read: .single(call(.number("3"), "subtract", ["subtrahend": 23, "minuend": 42]))),
    .init(
      name: "named parameters in another order",
      sent:
        #"{"jsonrpc": "2.0", "method": "subtract", "params": {"minuend": 42, "subtrahend": 23}, "id": 4}"#,
      read: .single(call(.number("4"), "subtract", ["minuend": 42, "subtrahend": 23]))),
    .init(
      name: "a notification",
      sent: #"{"jsonrpc": "2.0", "method": "update", "params": [1,2,3,4,5]}"#,
      read: .single(call(nil, "update", [1, 2, 3, 4, 5]))),
    .init(
      name: "a notification without parameters", sent: #"{"jsonrpc": "2.0", "method": "foobar"}"#,
      read: .single(call(nil, "foobar", nil))),
    .init(
      name: "a method that does not exist",
      sent: #"{"jsonrpc": "2.0", "method": "foobar", "id": "1"}"#,
      read: .single(call(.string("1"), "foobar", nil))),
    .init(
      name: "invalid JSON",
      sent: #"{"jsonrpc": "2.0", "method": "foobar, "params": "bar", "baz]"#,
      read: garbage("unexpected byte 0x70 at byte 39")),
    .init(
      name: "an invalid request object",
      sent: #"{"jsonrpc": "2.0", "method": 1, "params": "bar"}"#,
      read: .single(invalid("method: must be a string"))),
    .init(
      name: "a batch of invalid JSON",
      sent: """
        [
          {"jsonrpc": "2.0", "method": "sum", "params": [1,2,4], "id": "1"},
          {"jsonrpc": "2.0", "method"
        ]
        """,
      read: garbage("unexpected byte 0x5d at byte 101")),
    .init(name: "an empty array", sent: "[]", read: .single(invalid("an empty batch"))),
    .init(
      name: "an invalid batch, not empty", sent: "[1]", read: .batch([invalid("not an object")])),
    .init(
      name: "an invalid batch", sent: "[1,2,3]",
      read: .batch([
        invalid("not an object"), invalid("not an object"), invalid("not an object"),
      ])),
    .init(
      name: "a batch",
      sent: """
        [
          {"jsonrpc": "2.0", "method": "sum", "params": [1,2,4], "id": "1"},
          {"jsonrpc": "2.0", "method": "notify_hello", "params": [7]},
          {"jsonrpc": "2.0", "method": "subtract", "params": [42,23], "id": "2"},
          {"foo": "boo"},
          {"jsonrpc": "2.0", "method": "foo.get", "params": {"name": "myself"}, "id": "5"},
          {"jsonrpc": "2.0", "method": "get_data", "id": "9"}
        ]
        """,
      read: .batch([
        call(.string("1"), "sum", [1, 2, 4]), call(nil, "notify_hello", [7]),
        call(.string("2"), "subtract", [42, 23]), invalid("method: is required"),
        call(.string("5"), "foo.get", ["name": "myself"]), call(.string("9"), "get_data", nil),
      ])),
    .init(
      name: "a batch of notifications",
      sent: """
        [
          {"jsonrpc": "2.0", "method": "notify_sum", "params": [1,2,4]},
          {"jsonrpc": "2.0", "method": "notify_hello", "params": [7]}
        ]
        """,
      read: .batch([call(nil, "notify_sum", [1, 2, 4]), call(nil, "notify_hello", [7])])),
  ]
}

@Suite struct RPCTests {
  @Test(arguments: SpecExample.all)
  func `the specification's examples are read as it says`(example: SpecExample) {
    #expect(RPC.read(Array(example.sent.utf8)) == example.read)
  }

  @Test func `answers are built as the specification shows them`() {
    #expect(
      RPC.success(.number("1"), 19).text == #"{"jsonrpc":"2.0","id":1,"result":19}"#)
    #expect(
      RPC.failure(.string("1"), RPC.Fault(code: -32601, message: "Method not found")).text
        == #"{"jsonrpc":"2.0","id":"1","error":{"code":-32601,"message":"Method not found"}}"#)
    #expect(
      RPC.failure(.null, RPC.Fault(code: -32700, message: "Parse error")).text
        == #"{"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"Parse error"}}"#)
    #expect(
      RPC.notification("update", [1, 2]).text
        == #"{"jsonrpc":"2.0","method":"update","params":[1,2]}"#)
    #expect(RPC.Fault.parseError("x").code == -32700)
    #expect(RPC.Fault.invalidRequest("x").code == -32600)
    let missing = RPC.Fault.methodNotFound("a/b")
    #expect(missing.code == -32601 && missing.message.contains("a/b"))
    #expect(missing.data?["kind"] == "not_found")
  }

  @Test(arguments: [
    #""1""#, #""""#, #""a\"b""#, #""é😀""#, "1", "0", "-0", "-1", "1.0", "1.50", "1e5", "-2.5E-3",
    "9223372036854775807", "-9223372036854775808", "9223372036854775808", "1180591620717411303424",
    "null",
  ])
  func `an id comes back as it was sent`(id: String) throws {
    let sent = #"{"jsonrpc":"2.0","id":\#(id),"method":"m"}"#
    guard case .single(.request(let request)) = RPC.read(Array(sent.utf8)) else {
      Issue.record("no request")
      return
    }
    let known = try #require(request.id)
    #expect(RPC.success(known, true).text == #"{"jsonrpc":"2.0","id":\#(id),"result":true}"#)
    #expect(request.json.text == sent)
  }

  @Test(arguments: ["true", "false", "[]", "[1]", "{}"])
  func `an id of another type is an invalid request, answered with null`(id: String) {
    let sent = #"{"jsonrpc":"2.0","id":\#(id),"method":"m"}"#
    #expect(
      RPC.read(Array(sent.utf8))
        == .single(SpecExample.invalid("id: must be a string, a number or null")))
  }

  @Test func `a null id is a request, no id is a notification`() {
    #expect(
      RPC.read(Array(#"{"method":"m","id":null}"#.utf8))
        == .single(SpecExample.call(.null, "m", nil)))
    #expect(RPC.read(Array(#"{"method":"m"}"#.utf8)) == .single(SpecExample.call(nil, "m", nil)))
  }

  @Test(arguments: [
    (#"{"jsonrpc":"1.0","id":7,"method":"m"}"#, #"jsonrpc: must be "2.0""#),
    (#"{"jsonrpc":2.0,"id":7,"method":"m"}"#, #"jsonrpc: must be "2.0""#),
    (#"{"jsonrpc":null,"id":7,"method":"m"}"#, #"jsonrpc: must be "2.0""#),
    (#"{"id":7}"#, "method: is required"),
    (#"{"id":7,"method":null}"#, "method: must be a string"),
    (#"{"id":7,"method":["m"]}"#, "method: must be a string"),
    (#"{"id":7,"method":"m","params":1}"#, "params: must be an object or an array"),
    (#"{"id":7,"method":"m","params":"x"}"#, "params: must be an object or an array"),
    (#"{"id":7,"method":"m","params":null}"#, "params: must be an object or an array"),
    (#"{"id":7,"result":1,"error":{"code":1,"message":"x"}}"#, "method: is required"),
    (#"{"id":7,"error":{"code":"1","message":"x"}}"#, "method: is required"),
    (#"{"id":7,"error":{"code":1}}"#, "method: is required"),
  ])
  func `an invalid request is answered under its own id`(sent: String, why: String) {
    #expect(RPC.read(Array(sent.utf8)) == .single(.invalid(.number("7"), .invalidRequest(why))))
  }

  @Test func `answers of a peer are told from requests`() {
    #expect(
      RPC.read(Array(#"{"jsonrpc":"2.0","id":"a","result":null}"#.utf8))
        == .single(.response(.init(id: .string("a"), result: .success(.null)))))
    let fault = RPC.Fault(code: -5, message: "no", data: ["x": 1])
    #expect(
      RPC.read(Array(#"{"id":3,"error":{"code":-5,"message":"no","data":{"x":1}}}"#.utf8))
        == .single(.response(.init(id: .number("3"), result: .failure(fault)))))
  }

  @Test func `a batch of the limit is read and one request more is refused whole`() {
    func batch(_ count: Int) -> [UInt8] {
      Array("[\(Array(repeating: #"{"method":"m"}"#, count: count).joined(separator: ","))]".utf8)
    }
    guard case .batch(let items) = RPC.read(batch(256)) else {
      Issue.record("not a batch")
      return
    }
    #expect(items.count == 256)
    #expect(
      RPC.read(batch(257)) == .single(SpecExample.invalid("a batch holds at most 256 requests")))
  }

  @Test(arguments: ["1", "\"x\"", "null", "true"])
  func `a value that is no object is an invalid request`(sent: String) {
    #expect(RPC.read(Array(sent.utf8)) == .single(SpecExample.invalid("not an object")))
  }

  @Test func `bytes that are no UTF-8 are a parse error`() {
    #expect(
      RPC.read([0x22, 0xFF, 0x22])
        == .single(.invalid(.null, .parseError("not UTF-8 at byte 1"))))
  }
}
