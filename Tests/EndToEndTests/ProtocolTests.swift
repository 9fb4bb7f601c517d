import Foundation
import TestSupport
import Testing
import Wire

@Suite(.timeLimit(.minutes(1))) struct ProtocolTests {
  @Test(arguments: [
    ("{\"id\":1,\"method\":", -32700), ("[]", -32600), ("{\"id\":1,\"method\":5}", -32600),
    ("\u{1}garbage", -32700), ("{\"id\":1,\"method\":\"nope\"}", -32601),
    ("{\"id\":1,\"method\":\"thread/list\",\"params\":{\"limit\":101}}", -32602),
    ("{\"id\":1,\"method\":\"thread/list\",\"params\":{\"limt\":1}}", -32602),
    ("{\"id\":1,\"method\":\"thread/list\",\"params\":{\"limit\":\"5\"}}", -32602),
    ("{\"id\":1,\"method\":\"thread/get\",\"params\":{\"thread_id\":\"none\"}}", -32002),
  ])
  func `a bad line gets its error and the connection goes on`(line: String, code: Int) throws {
    let daemon = try Daemon()
    let stream = try UnixStream(daemon.socket)
    try stream.write(line + "\n" + #"{"id":2,"method":"daemon/status"}"# + "\n")
    stream.finishWriting()
    let answers = try stream.readToEnd().split(separator: 10).map { try JSON(parsing: $0) }
    #expect(answers.count == 2)
    #expect(answers.contains { $0["error"]?["code"]?.int == Int64(code) })
    #expect(answers.contains { $0["id"] == 2 && $0["result"]?["version"] != nil })
  }

  @Test func `invalid UTF-8 and a line of 17 MiB are answered, and nobody else notices`()
    async throws
  {
    let daemon = try Daemon()
    let other = try RPCClient(daemon)
    let stream = try UnixStream(daemon.socket)
    try stream.write(Array("{\"id\":1,\"method\":\"\u{0}".utf8).dropLast() + [0xC0, 0xAF, 10])
    try stream.write(
      [UInt8](repeating: UInt8(ascii: " "), count: 1)
        + [UInt8](repeating: UInt8(ascii: "x"), count: 17 << 20) + [10])
    try stream.write(#"{"id":2,"method":"daemon/status"}"# + "\n")
    stream.finishWriting()
    let answers = try stream.readToEnd().split(separator: 10).map { try JSON(parsing: $0) }
    #expect(Set(answers.compactMap { $0["error"]?["code"]?.int }) == [-32700, -32600])
    #expect(answers.contains { $0["id"] == 2 })
    #expect(try await other.call("daemon/status")["version"] != nil)
  }

  @Test func `a batch is one array, notifications have no answer`() throws {
    let daemon = try Daemon()
    let stream = try UnixStream(daemon.socket)
    try stream.write(
      #"[{"id":"a","method":"daemon/status"},{"method":"initialized"},1,{"id":"b","method":"thread/list","params":[5]}]"#
        + "\n")
    stream.finishWriting()
    let answers = try stream.readToEnd().split(separator: 10).map { try JSON(parsing: $0) }
    #expect(answers.count == 1)
    #expect(answers[0].array?.map { $0["id"] ?? .null } == ["a", .null, "b"])
    #expect(answers[0].array?.allSatisfy { $0["jsonrpc"] == "2.0" } == true)
  }

  @Test func `the LSP framing works on the same path`() throws {
    let daemon = try Daemon()
    let stream = try UnixStream(daemon.socket)
    let body = #"{"jsonrpc":"2.0","id":1,"method":"initialize","params":{}}"#
    try stream.write("Content-Length: \(body.utf8.count)\r\n\r\n\(body)")
    stream.finishWriting()
    var decoder = FrameDecoder(.contentLength)
    decoder.append(stream.readToEnd())
    guard case .message(let bytes)? = decoder.next() else {
      Issue.record("no frame")
      return
    }
    #expect(try JSON(parsing: bytes)["result"]?["server"]?["name"] == "qlaudd")
  }

  @Test(arguments: [
    ("GET", "/v1/nothing", 404, "not_found"), ("PUT", "/v1/threads", 404, "not_found"),
    ("GET", "/v1/threads?limit=0", 400, "invalid_params"),
    ("GET", "/v1/threads?limt=1", 400, "invalid_params"),
    ("GET", "/v1/threads/none", 404, "not_found"),
    ("GET", "/v1/threads?limit=1&limit=2", 400, "invalid_params"),
  ])
  func `an HTTP error has Anthropic's envelope`(
    verb: String, path: String, status: Int, kind: String
  ) throws {
    let daemon = try Daemon()
    let reply = try HTTPReply.request(daemon, verb, path)
    #expect(reply.status == status)
    #expect(reply.json["type"] == "error")
    #expect(reply.json["error"]?["kind"]?.string == kind)
    #expect(reply.json["request_id"]?.string == reply.headers["request-id"])
  }

  @Test func `a body that is no JSON, and one that is too large, are refused`() throws {
    let daemon = try Daemon()
    let stream = try UnixStream(daemon.socket)
    try stream.write(
      "POST /v1/threads HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nConnection: close\r\n\r\n{nop")
    let bad = try HTTPReply(raw: stream.readToEnd())
    #expect(bad.status == 400)
    #expect(bad.json["error"]?["field"] == "body")
    let large = try HTTPReply.request(
      daemon, "POST", "/v1/threads", ["title": .string(String(repeating: "x", count: 17 << 20))])
    #expect(large.status == 413)
    #expect(large.json["error"]?["limit"] == 16_777_216)
  }

  @Test func `a request can be cancelled`() async throws {
    let daemon = try Daemon()
    let client = try RPCClient(daemon)
    let gate = Gate()
    let hold = try StandIn { _, connection in
      try gate.waitBlocking()
      connection.close()
    }
    defer { gate.open() }
    try await client.use(hold)
    let thread = try await client.newThread()
    try client.send(
      #"{"id":"slow","method":"message/send","params":{"thread_id":"\#(thread)","max_tokens":5,"content":"x"}}"#
        + "\n" + #"{"method":"$/cancel_request","params":{"id":"slow"}}"# + "\n")
    let answers = await client.unmatched(1)
    #expect(answers[0]["error"]?["code"] == -32800)
  }

  @Test func `a second daemon on the same database says so and exits 75`() throws {
    let daemon = try Daemon()
    var failure = ""
    do {
      _ = try Daemon(in: daemon.folder, arguments: ["--socket", daemon.folder["other.sock"]])
    } catch let error as Daemon.StartFailed { failure = error.said }
    #expect(failure.contains("error:"))
    #expect(try HTTPReply.request(daemon, "GET", "/v1/status").status == 200)
  }

  @Test func `the reference is generated from the declarations`() async throws {
    let daemon = try Daemon()
    let client = try RPCClient(daemon)
    let rpc = try await client.call("daemon/schema", ["format": "openrpc"])
    let names = rpc["methods"]?.array?.compactMap { $0["name"]?.string } ?? []
    #expect(names.contains("message/send") && names.contains("thread/erase"))
    let open = try await client.call("daemon/schema", ["format": "openapi"])
    #expect(open["openapi"] == "3.1.0")
    #expect(open["paths"]?["/v1/threads/{thread_id}/messages"]?["post"] != nil)
  }
}
