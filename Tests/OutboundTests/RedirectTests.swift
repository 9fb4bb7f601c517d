import TestSupport
import Testing
import Wire

@testable import Outbound

@Suite(.timeLimit(.minutes(1))) struct RedirectTests {
  @Test func `a redirect is returned as it is where none is asked for`() async throws {
    let server = try LoopbackServer { _, connection in
      try connection.respond(status: 302, headers: [("location", "/next")], body: "moved")
    }
    defer { server.stop() }
    let client = HTTPClient()
    let response = try await client.send(OutboundRequest(url: server.origin))
    #expect(response.status == 302)
    #expect(try await response.body.collect(upTo: 5) == Array("moved".utf8))
    #expect(server.requests.count == 1)
    await client.shutdown()
  }

  @Test(arguments: [
    (301, "POST", "GET"), (302, "POST", "GET"), (303, "POST", "GET"), (307, "POST", "POST"),
    (308, "POST", "POST"), (301, "PUT", "PUT"), (303, "PUT", "GET"), (303, "HEAD", "HEAD"),
    (302, "GET", "GET"),
  ])
  func `method and body follow the status`(status: Int, method: String, then: String) async throws {
    let server = try LoopbackServer { request, connection in
      if request.target == "/a/start" {
        try connection.respond(status: status, headers: [("location", "../b?x=1")])
      } else if request.method == "HEAD" {
        try connection.raw("HTTP/1.1 200 OK\r\n\r\n")
        connection.close()
      } else {
        try connection.respond(body: "end")
      }
    }
    defer { server.stop() }
    let client = HTTPClient()
    let hasBody = method == "POST" || method == "PUT"
    let response = try await client.send(
      OutboundRequest(
        method: method, url: "\(server.origin)/a/start",
        headers: [HeaderField("Content-Type", "a/b"), HeaderField("x-keep", "1")],
        body: hasBody ? [1, 2] : nil, redirects: .withinOrigin(max: 1)))
    #expect(response.status == 200)
    let last = try await server.request(at: 1)
    #expect(last.method == then)
    #expect(last.target == "/b?x=1")
    #expect(last.header("x-keep") == "1")
    #expect(last.body == (hasBody && then != "GET" ? [1, 2] : []))
    #expect((last.header("content-type") == nil) == (then == "GET" && method != "GET"))
    await client.shutdown()
  }

  @Test(arguments: [
    "http://localhost:PORT/", "https://127.0.0.1:PORT/", "http://127.0.0.1:1/", "//other.invalid/",
    "http://127.0.0.1.name.invalid:PORT/",
  ])
  func `a redirect out of the origin is returned, not followed`(location: String) async throws {
    let server = try LoopbackServer { request, connection in
      let port = request.header("host")?.split(separator: ":").last ?? ""
      let target = location.split(separator: "PORT", omittingEmptySubsequences: false)
        .joined(separator: String(port))
      try connection.respond(status: 307, headers: [("location", target)])
    }
    defer { server.stop() }
    let client = HTTPClient()
    let response = try await client.send(
      OutboundRequest(url: server.origin, redirects: .withinOrigin(max: 5)))
    #expect(response.status == 307)
    #expect(server.requests.count == 1)
    await client.shutdown()
  }

  @Test func `a circle ends at the limit`() async throws {
    let server = try LoopbackServer { _, connection in
      try connection.respond(status: 302, headers: [("location", "/again")])
    }
    defer { server.stop() }
    let client = HTTPClient()
    let error = await failure {
      _ = try await client.send(
        OutboundRequest(url: server.origin, redirects: .withinOrigin(max: 3)))
    }
    #expect(error?.kind == .protocolError)
    #expect(error?.message.hasSuffix("more than 3 redirects") == true)
    #expect(server.requests.count == 4)
    await client.shutdown()
  }

  @Test(arguments: ["ftp://127.0.0.1/", "http://", "/a b", "javascript:alert(1)"])
  func `a location that is no web address is an error`(location: String) async throws {
    let server = try LoopbackServer { _, connection in
      try connection.respond(status: 302, headers: [("location", location)])
    }
    defer { server.stop() }
    let client = HTTPClient()
    let error = await failure {
      _ = try await client.send(
        OutboundRequest(url: server.origin, redirects: .withinOrigin(max: 3)))
    }
    #expect(error?.kind == .protocolError)
    await client.shutdown()
  }

  @Test func `the total time counts all hops together`() async throws {
    let gate = Gate()
    let server = try LoopbackServer { request, connection in
      if request.target == "/2" { try gate.waitBlocking() }
      let next = request.target == "/1" ? "/2" : "/1"
      try connection.respond(status: 302, headers: [("location", next)])
    }
    defer {
      gate.open()
      server.stop()
    }
    let client = HTTPClient()
    let error = await failure {
      _ = try await client.send(
        OutboundRequest(
          url: "\(server.origin)/1", timeouts: Timeouts(total: .milliseconds(100)),
          redirects: .withinOrigin(max: 3)))
    }
    #expect(error?.kind == .totalTimeout)
    await client.shutdown()
  }
}
