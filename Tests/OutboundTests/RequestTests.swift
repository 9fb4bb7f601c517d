import Foundation
import TestSupport
import Testing
import Wire

@testable import Outbound

@Suite(.timeLimit(.minutes(1))) struct RequestTests {
  @Test(
    arguments: [
      ("GET", nil), ("POST", "{\"a\":1}"), ("POST", nil), ("PUT", ""), ("PATCH", "x"),
      ("DELETE", nil), ("DELETE", "why"), ("REPORT", "x"),
    ] as [(String, String?)])
  func `method, target, headers and body arrive as given`(method: String, body: String?)
    async throws
  {
    let server = try LoopbackServer { _, connection in
      try connection.respond(
        status: 201, headers: [("X-Reply", " padded "), ("Set-Cookie", "a"), ("Set-Cookie", "b")],
        body: "done")
    }
    defer { server.stop() }
    let client = HTTPClient()
    let response = try await client.send(
      OutboundRequest(
        method: method, url: "\(server.origin)/a/b%20c?q=1&r=%C5%BE#part",
        headers: [
          HeaderField("X-One", "1"), HeaderField("x-empty", ""), HeaderField("Accept", "a/b"),
        ],
        body: body.map { Array($0.utf8) }))
    #expect(response.status == 201)
    #expect(response.header("x-reply") == "padded")
    #expect(response.headers.filter { $0.name == "Set-Cookie" }.map(\.value) == ["a", "b"])
    #expect(try await response.body.collect(upTo: 4) == Array("done".utf8))
    let request = try await server.request(at: 0)
    #expect(request.method == method)
    #expect(request.target == "/a/b%20c?q=1&r=%C5%BE")
    #expect(request.header("x-one") == "1")
    #expect(request.header("x-empty") == "")
    #expect(request.header("accept") == "a/b")
    #expect(request.text == body ?? "")
    for name in ["expect", "content-type", "accept-encoding", "user-agent"] {
      #expect(request.header(name) == nil)
    }
    let needsLength = body != nil || method == "POST"
    #expect((request.header("content-length") != nil) == needsLength)
    await client.shutdown()
  }

  @Test func `a large body arrives whole and the reply too`() async throws {
    let server = try LoopbackServer { request, connection in
      try connection.respond(body: request.body)
    }
    defer { server.stop() }
    let client = HTTPClient()
    let bytes = pattern(8 << 20)
    let response = try await client.send(
      OutboundRequest(method: "POST", url: server.origin, body: bytes))
    #expect(try await response.body.collect(upTo: 8 << 20) == bytes)
    await client.shutdown()
  }

  @Test func `a HEAD reply has its headers and no body`() async throws {
    let server = try LoopbackServer { _, connection in
      try connection.raw("HTTP/1.1 200 OK\r\nContent-Length: 999999999999\r\n\r\n")
    }
    defer { server.stop() }
    let client = HTTPClient()
    let response = try await client.send(OutboundRequest(method: "HEAD", url: server.origin))
    #expect(response.header("content-length") == "999999999999")
    #expect(try await response.body.collect(upTo: 0).isEmpty)
    await client.shutdown()
  }

  @Test func `interim replies, folded lines and trailers do not disturb the head`() async throws {
    let server = try LoopbackServer { _, connection in
      try connection.raw("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early\r\nlink: x\r\n\r\n")
      try connection.raw("HTTP/1.1 200 OK\r\na: 1\r\n  2\r\ntransfer-encoding: chunked\r\n\r\n")
      try connection.raw("2\r\nhi\r\n0\r\ntrailing: yes\r\n\r\n")
    }
    defer { server.stop() }
    let client = HTTPClient()
    let response = try await client.send(OutboundRequest(url: server.origin))
    #expect(response.status == 200)
    #expect(response.header("a") == "1 2")
    #expect(response.header("link") == nil)
    #expect(try await response.body.collect(upTo: 2) == Array("hi".utf8))
    #expect(response.header("trailing") == nil)
    await client.shutdown()
  }

  @Test func `requests one after another share a connection`() async throws {
    let server = try LoopbackServer { _, connection in try connection.respond(body: "ok") }
    defer { server.stop() }
    let client = HTTPClient()
    for _ in 0..<5 { #expect(try await client.text(OutboundRequest(url: server.origin)) == "ok") }
    #expect(server.requests.map(\.connection) == [0, 0, 0, 0, 0])
    await client.shutdown()
  }

  @Test(arguments: [
    OutboundRequest(method: "GET x HTTP/1.1\r\nA: b\r\n\r\n", url: "http://h/"),
    OutboundRequest(method: "", url: "http://h/"),
    OutboundRequest(method: "CONNECT", url: "http://h/"),
    OutboundRequest(url: ""), OutboundRequest(url: "h"), OutboundRequest(url: "/path"),
    OutboundRequest(url: "ftp://h/"), OutboundRequest(url: "file:///etc/passwd"),
    OutboundRequest(url: "http://h/a b"), OutboundRequest(url: "http://h/\r\nx: y"),
    OutboundRequest(url: "http://h/\0"), OutboundRequest(url: "http://user:pw@h/"),
    OutboundRequest(url: "http://h:99999/"),
    OutboundRequest(url: "http://h/" + String(repeating: "x", count: 70_000)),
    OutboundRequest(url: "http://h/", headers: [HeaderField("a", "b\r\nc: d")]),
    OutboundRequest(url: "http://h/", headers: [HeaderField("a", "b\nc")]),
    OutboundRequest(url: "http://h/", headers: [HeaderField("a", "b\0c")]),
    OutboundRequest(url: "http://h/", headers: [HeaderField("a\r\nb", "c")]),
    OutboundRequest(url: "http://h/", headers: [HeaderField("a b", "c")]),
    OutboundRequest(url: "http://h/", headers: [HeaderField("a:", "c")]),
    OutboundRequest(url: "http://h/", headers: [HeaderField("", "c")]),
    OutboundRequest(url: "http://h/", headers: [HeaderField("Content-Length", "3")]),
    OutboundRequest(url: "http://h/", headers: [HeaderField("transfer-encoding", "chunked")]),
    OutboundRequest(
      url: "http://h/", headers: [HeaderField("a", String(repeating: "x", count: 300_000))]),
    OutboundRequest(url: "http://h/", timeouts: Timeouts(idle: .zero)),
    OutboundRequest(url: "http://h/", timeouts: Timeouts(total: .seconds(-1))),
    OutboundRequest(url: "http://h/", maxResponseBytes: -1),
  ])
  func `what could break out of its place is refused unsent`(_ request: OutboundRequest) async {
    let client = HTTPClient()
    let error = await failure { _ = try await client.send(request) }
    #expect(error?.kind == .invalidRequest)
    await client.shutdown()
  }

  @Test func `a refusal names the field and never the value`() async {
    let client = HTTPClient()
    let error = await failure {
      _ = try await client.send(
        OutboundRequest(url: "http://h/", headers: [HeaderField("x-key", "sk-secret\n")]))
    }
    #expect(error?.message == "headers: the value of x-key must not hold control characters")
    await client.shutdown()
  }

  @Test func `a proxy from the environment is used, but not under the public policy`() async {
    await #expect(processExitsWith: .success) {
      let server = try LoopbackServer { _, connection in try connection.respond(body: "proxied") }
      setenv("http_proxy", server.origin, 1)
      let client = HTTPClient()
      let request = OutboundRequest(url: "http://name.invalid/path")
      guard try await client.text(request) == "proxied",
        try await server.request(at: 0).target == "http://name.invalid/path"
      else { exit(1) }
      var strict = request
      strict.addresses = .publicOnly
      do {
        _ = try await client.send(strict)
        exit(2)
      } catch let error as OutboundError {
        exit(error.kind == .unresolvable && server.requests.count == 1 ? 0 : 3)
      }
    }
  }
}
