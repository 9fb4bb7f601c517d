import Foundation
import HTTPTypes
import Testing
import Wire

@testable import Server

@Suite(.timeLimit(.minutes(1))) struct HTTPTests {
  @Test func `one connection serves many requests, in order, also from one packet`() async throws {
    try await withServer { server in
      let client = try server.connect()
      try await client.send(
        "GET /1 HTTP/1.1\r\nHost: x\r\n\r\nPOST /2 HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc"
          + "PUT /3 HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n3\r\ncde\r\n0\r\n\r\n"
      )
      for body in ["GET /1 0", "POST /2 3", "PUT /3 5"] {
        let response = try await client.response()
        #expect(response.code == "200")
        #expect(response.body == body)
        #expect(response.fields["connection"] == nil)
      }
      try await client.send("GET /4?a=b HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
      let last = try await client.response()
      #expect(last.body == "GET /4?a=b 0")
      #expect(last.fields["connection"] == "close")
      #expect(try await client.rest() == "")
    }
  }

  @Test func `heads reach the handler as they were sent`() async throws {
    let handler: Conversation.Handler = { conversation in
      guard case .http(let exchange) = conversation else { return }
      do {
        let request = exchange.request
        let accepts = request.headerFields[values: .accept].joined(separator: "|")
        try await answer(
          exchange, "\(request.authority ?? "") \(accepts) \(exchange.peer.transport)")
      } catch { return }
    }
    try await withServer(handler: handler) { server in
      let client = try server.connect()
      try await client.send("GET / HTTP/1.1\r\nHost: here\r\nAccept: a\r\naccept: b\r\n\r\n")
      #expect(try await client.response().body == "here a|b socket")
    }
  }

  @Test func `a stream is chunked, its head comes at once, and HTTP 1.0 gets it plain`()
    async throws
  {
    let (go, release) = AsyncStream<Void>.makeStream()
    let handler: Conversation.Handler = { conversation in
      guard case .http(let exchange) = conversation else { return }
      do {
        try await exchange.start(.init(status: .ok))
        for await _ in go { break }
        try await exchange.write(Array("one".utf8))
        try await exchange.write([])
        try await exchange.write(Array("two".utf8))
      } catch { return }
    }
    try await withServer(handler: handler) { server in
      let client = try server.connect()
      try await client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
      let head = try await client.line()
      #expect(head == "HTTP/1.1 200 OK\r")
      release.yield()
      #expect(try await client.line() == "Transfer-Encoding: chunked\r")
      let body: [UInt8] = Array("\r\n3\r\none\r\n3\r\ntwo\r\n0\r\n\r\n".utf8)
      #expect(try await client.bytes(body.count) == body)
      release.yield()
      let old = try server.connect()
      try await old.send("GET / HTTP/1.0\r\n\r\n")
      #expect(try await old.rest() == "HTTP/1.0 200 OK\r\nConnection: close\r\n\r\nonetwo")
    }
  }

  @Test(arguments: [true, false])
  func `HEAD has no body, with a length or without`(hasLength: Bool) async throws {
    let handler: Conversation.Handler = { conversation in
      guard case .http(let exchange) = conversation else { return }
      do {
        if hasLength { return try await answer(exchange, "hello") }
        try await exchange.start(.init(status: .ok))
        try await exchange.write(Array("hello".utf8))
      } catch { return }
    }
    try await withServer(handler: handler) { server in
      let client = try server.connect()
      try await client.send("HEAD / HTTP/1.1\r\nHost: x\r\n\r\nHEAD / HTTP/1.1\r\nHost: x\r\n\r\n")
      for _ in 0..<2 {
        let response = try await client.response(toHEAD: true)
        #expect(response.code == "200")
        #expect(response.fields["content-length"] == (hasLength ? "5" : nil))
        #expect(response.fields["transfer-encoding"] == nil)
      }
      client.finishSending()
      #expect(try await client.rest() == "")
    }
  }

  @Test func `a client that asks first is told to continue, unless the body is too large`()
    async throws
  {
    try await withServer { server in
      let client = try server.connect()
      try await client.send(
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n")
      let goOn: [UInt8] = Array("HTTP/1.1 100 Continue\r\n\r\n".utf8)
      #expect(try await client.bytes(goOn.count) == goOn)
      try await client.send("abc")
      #expect(try await client.response().body == "POST / 3")
      try await client.send(
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: \(Limits.httpBodyBytes + 1)\r\n"
          + "Expect: 100-continue\r\n\r\n")
      let response = try await client.response()
      #expect(response.body == "POST / none")
      #expect(response.fields["connection"] == "close")
      #expect(try await client.rest() == "")
    }
  }

  @Test(arguments: [true, false])
  func `a body over the limit arrives as none and the connection ends after the answer`(
    isChunked: Bool
  ) async throws {
    try await withServer { server in
      let client = try server.connect()
      let size = Limits.httpBodyBytes + (1 << 20)
      let framing =
        isChunked
        ? "Transfer-Encoding: chunked\r\n\r\n\(String(size, radix: 16))\r\n"
        : "Content-Length: \(size)\r\n\r\n"
      try await client.send("POST / HTTP/1.1\r\nHost: x\r\n" + framing)
      try await client.send([UInt8](repeating: 0x61, count: size))
      #expect(try await client.response().body == "POST / none")
    }
  }

  @Test func `a body of the full size arrives`() async throws {
    try await withServer { server in
      let client = try server.connect()
      try await client.send(
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: \(Limits.httpBodyBytes)\r\n\r\n")
      try await client.send([UInt8](repeating: 0x61, count: Limits.httpBodyBytes))
      #expect(try await client.response().body == "POST / \(Limits.httpBodyBytes)")
    }
  }

  @Test(arguments: [
    ("GET / HTTP/9.9\r\n\r\n", "400"),
    ("BREW / HTTP/1.1\r\n\r\n", "400"),
    ("GET / HTTP/1.1\r\nbroken header\r\n\r\n", "400"),
    ("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", "400"),
    ("GET http://elsewhere/ HTTP/1.1\r\nHost: x\r\n\r\n", "400"),
    ("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n", "400"),
    (
      "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
      "400"
    ),
    ("GET / HTTP/1.1\r\nHost: x\r\nA: \(String(repeating: "a", count: 70_000))\r\n\r\n", "431"),
    ("GET /\(String(repeating: "a", count: 70_000)) HTTP/1.1\r\nHost: x\r\n\r\n", "431"),
    (
      "GET / HTTP/1.1\r\n\((0..<200).map { "h\($0): v\r\n" }.joined())\r\n", "431"
    ),
    ("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "400"),
  ])
  func `what is no request is refused in the error envelope`(given: String, code: String)
    async throws
  {
    try await withServer { server in
      let client = try server.connect()
      try await client.send(given)
      let response = try await client.response()
      #expect(response.code == code)
      #expect(response.fields["connection"] == "close")
      let body = try JSON(parsing: Array(response.body.utf8))
      #expect(body["type"] == "error")
      #expect(
        body["error"]?["type"] == (code == "400" ? "invalid_request_error" : "request_too_large"))
      #expect(body["error"]?["kind"] == (code == "400" ? "invalid_params" : "too_large"))
      #expect(try await client.rest() == "")
    }
  }

  @Test func `a request that asks for another protocol is answered and is the last`() async throws {
    try await withServer { server in
      let client = try server.connect()
      try await client.send(
        "GET /up HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n")
      let response = try await client.response()
      #expect(response.body == "GET /up 0")
      #expect(response.fields["connection"] == "close")
      #expect(try await client.rest() == "")
    }
  }

  @Test func `an unanswered request is an error, and a short answer ends the connection`()
    async throws
  {
    let handler: Conversation.Handler = { conversation in
      guard case .http(let exchange) = conversation, exchange.request.path == "/short" else {
        return
      }
      do {
        try await exchange.start(.init(status: .ok, headerFields: [.contentLength: "10"]))
        try await exchange.write(Array("abc".utf8))
        await #expect(throws: HTTPResponder.Misuse.bodyLongerThanPromised) {
          try await exchange.write(Array("more than that".utf8))
        }
        await #expect(throws: HTTPResponder.Misuse.headSentTwice) {
          try await exchange.start(.init(status: .ok))
        }
      } catch { return }
    }
    try await withServer(handler: handler) { server in
      let client = try server.connect()
      try await client.send("GET /nothing HTTP/1.1\r\nHost: x\r\n\r\n")
      let response = try await client.response()
      #expect(response.code == "500")
      #expect(response.body.contains("\"internal\""))
      try await client.send("GET /short HTTP/1.1\r\nHost: x\r\n\r\n")
      #expect(try await client.rest().hasSuffix("\r\n\r\nabc"))
    }
  }

  @Test(
    arguments: [
      ("localhost:PORT", nil, "200"),
      ("127.0.0.1:PORT", nil, "200"),
      ("[::1]:PORT", nil, "200"),
      ("LOCALHOST:PORT", nil, "200"),
      ("localhost", nil, "403"),
      ("localhost:1", nil, "403"),
      ("evil.example:PORT", nil, "403"),
      ("127.0.0.1.evil.example:PORT", nil, "403"),
      ("localhost:PORT", "http://localhost:3000", "200"),
      ("localhost:PORT", "https://127.0.0.1", "200"),
      ("localhost:PORT", "http://[::1]:5173", "200"),
      ("localhost:PORT", "https://evil.example", "403"),
      ("localhost:PORT", "http://localhost.evil.example", "403"),
      ("localhost:PORT", "http://localhost:80@evil.example", "403"),
      ("localhost:PORT", "null", "403"),
      ("localhost:PORT", "", "403"),
    ] as [(String, String?, String)])
  func `over TCP, Host and Origin must be this machine's`(
    host: String, origin: String?, code: String
  ) async throws {
    try await withServer(.with { $0.tcp = ("localhost", 0) }) { server in
      let client = try server.connectTCP()
      let host = host.replacingOccurrences(of: "PORT", with: "\(server.port)")
      let origin = origin.map { "Origin: \($0)\r\n" } ?? ""
      try await client.send("GET / HTTP/1.1\r\nHost: \(host)\r\n\(origin)\r\n")
      let response = try await client.response()
      #expect(response.code == code)
      if code == "403" { #expect(response.body.contains("\"forbidden\"")) }
    }
  }

  @Test(arguments: ["{}\n", "Content-Length: 2\r\n\r\n{}"])
  func `over TCP, JSON-RPC is refused`(opening: String) async throws {
    try await withServer(.with { $0.tcp = ("127.0.0.1", 0) }) { server in
      let client = try server.connectTCP()
      try await client.send(opening)
      let response = try await client.response()
      #expect(response.code == "400")
      #expect(response.body.contains("JSON-RPC is on the socket"))
      #expect(try await client.rest() == "")
    }
  }
}
