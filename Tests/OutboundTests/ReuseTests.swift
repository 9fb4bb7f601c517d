import TestSupport
import Testing
import Wire

@testable import Outbound

/// A server may close a kept connection at the moment in which the next request is on its way:
///
///     server                     client
///     replies, keeps open
///                                sends the next request on the same connection
///     closes without an answer
///                                sends it again on a fresh connection
@Suite(.timeLimit(.minutes(1))) struct ReuseTests {
  enum Ending: Sendable, CaseIterable { case close, reset }

  @Test(arguments: Ending.allCases, ["GET", "POST"])
  func `a kept connection that dies unanswered is replaced once`(ending: Ending, method: String)
    async throws
  {
    let server = try LoopbackServer { request, connection in
      if request.target == "/second", request.connection == 0 {
        return ending == .close ? connection.close() : connection.reset()
      }
      try connection.respond(body: "answer")
    }
    defer { server.stop() }
    let client = HTTPClient()
    let body: [UInt8]? = method == "POST" ? pattern(10) : nil
    for path in ["/first", "/second"] {
      let request = OutboundRequest(method: method, url: server.origin + path, body: body)
      #expect(try await client.text(request) == "answer")
    }
    #expect(server.requests.map(\.connection) == [0, 0, 1])
    #expect(server.requests.last?.body == body ?? [])
    await client.shutdown()
  }

  @Test func `a kept connection that dies while a body is sent is replaced once`() async throws {
    let server = try LoopbackServer { request, connection in
      try connection.respond(body: "answer")
      if request.target == "/first" {
        _ = try connection.receive()
        connection.reset()
      }
    }
    defer { server.stop() }
    let client = HTTPClient()
    #expect(try await client.text(OutboundRequest(url: "\(server.origin)/first")) == "answer")
    let body = pattern(12 << 20)
    let request = OutboundRequest(method: "POST", url: "\(server.origin)/second", body: body)
    #expect(try await client.text(request) == "answer")
    #expect(server.requests.count == 2)
    #expect(server.requests.last?.body == body)
    await client.shutdown()
  }

  @Test func `of many kept connections that would all die only one is tried`() async throws {
    let everybodyIsHere = Gate()
    let server = try LoopbackServer { request, connection in
      if request.target == "/first" {
        try everybodyIsHere.waitBlocking()
      } else if request.connection < 8 {
        return connection.close()
      }
      try connection.respond(body: "answer")
    }
    defer { server.stop() }
    let client = HTTPClient()
    try await withThrowingTaskGroup { group in
      for _ in 0..<8 {
        group.addTask {
          _ = try await client.text(OutboundRequest(url: "\(server.origin)/first"))
        }
      }
      _ = try await server.request(at: 7)
      everybodyIsHere.open()
      try await group.waitForAll()
    }
    let request = OutboundRequest(method: "POST", url: "\(server.origin)/second", body: [1])
    #expect(try await client.text(request) == "answer")
    let second = server.requests.filter { $0.target == "/second" }.map(\.connection)
    #expect(second.count == 2)
    #expect(second.last == 8)
    await client.shutdown()
  }

  @Test func `a fresh connection that dies too is an error`() async throws {
    let server = try LoopbackServer { request, connection in
      if request.target == "/second" { return connection.close() }
      try connection.respond(body: "answer")
    }
    defer { server.stop() }
    let client = HTTPClient()
    _ = try await client.text(OutboundRequest(url: "\(server.origin)/first"))
    let error = await failure {
      _ = try await client.text(OutboundRequest(url: "\(server.origin)/second"))
    }
    #expect(error?.kind == .closed)
    #expect(error?.responseStarted == false)
    #expect(server.requests.map(\.connection) == [0, 0, 1])
    await client.shutdown()
  }

  @Test(arguments: ["HTTP/1.1 200 OK\r\n", "HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nabc"])
  func `nothing is sent again once a line of the reply came`(start: String) async throws {
    let server = try LoopbackServer { request, connection in
      if request.target == "/second" {
        try connection.raw(start)
        return connection.close()
      }
      try connection.respond(body: "answer")
    }
    defer { server.stop() }
    let client = HTTPClient()
    _ = try await client.text(OutboundRequest(url: "\(server.origin)/first"))
    let error = await failure {
      _ = try await client.text(OutboundRequest(url: "\(server.origin)/second"))
    }
    #expect(error?.kind == .closed)
    #expect(error?.responseStarted == true)
    #expect(server.requests.map(\.connection) == [0, 0])
    await client.shutdown()
  }
}

@Suite(.timeLimit(.minutes(1))) struct NetworkChangeTests {
  @Test func `a connection of before the network changed is not used for a new request`()
    async throws
  {
    let server = try LoopbackServer { _, connection in try connection.respond(body: "answer") }
    defer { server.stop() }
    let client = HTTPClient()
    for path in ["/first", "/second"] {
      #expect(try await client.text(OutboundRequest(url: server.origin + path)) == "answer")
    }
    client.networkChanged()
    #expect(try await client.text(OutboundRequest(url: server.origin + "/third")) == "answer")
    #expect(server.requests.map(\.connection) == [0, 0, 1])
    await client.shutdown()
  }
}
