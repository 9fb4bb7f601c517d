import TestSupport
import Testing
import Wire

@testable import Outbound

@Suite(.timeLimit(.minutes(1))) struct FaultTests {
  typealias Handler = LoopbackServer.Handler

  @Test func `nobody listens: refused`() async throws {
    let server = try LoopbackServer { _, _ in }
    server.stop()
    let client = HTTPClient()
    let error = await failure { _ = try await client.send(OutboundRequest(url: server.origin)) }
    #expect(error?.kind == .refused)
    #expect(error?.isConnectFailure == true)
    #expect(error?.responseStarted == false)
    #expect(error?.message.hasPrefix(server.origin) == true)
    await client.shutdown()
  }

  @Test func `a name without an address: unresolvable`() async throws {
    let client = HTTPClient()
    let error = await failure {
      _ = try await client.send(OutboundRequest(url: "http://name.invalid/secret?key=1"))
    }
    #expect(error?.kind == .unresolvable)
    #expect(error?.isConnectFailure == true)
    #expect(error?.message.contains("secret") == false)
    await client.shutdown()
  }

  @Test func `a peer that speaks no TLS: tls`() async throws {
    // Answers the client's hello with text, before any request can be read.
    let server = try LoopbackServer(greeting: "HTTP/1.1 400 Bad\r\n\r\n") { _, _ in }
    defer { server.stop() }
    let client = HTTPClient()
    let error = await failure {
      _ = try await client.send(OutboundRequest(url: "https://127.0.0.1:\(server.port)/"))
    }
    #expect(error?.kind == .tls)
    #expect(error?.isConnectFailure == true)
    await client.shutdown()
  }

  @Test func `a handshake that does not end: connect time-out`() async throws {
    let server = try LoopbackServer { _, _ in }
    defer { server.stop() }
    let client = HTTPClient()
    let error = await failure {
      _ = try await client.send(
        OutboundRequest(
          url: "https://127.0.0.1:\(server.port)/",
          timeouts: Timeouts(connect: .milliseconds(80))))
    }
    #expect(error?.kind == .connectTimeout)
    #expect(error?.isConnectFailure == true)
    await client.shutdown()
  }

  struct Silence: Sendable, CustomTestStringConvertible {
    let kind: OutboundError.Kind
    let timeouts: Timeouts
    let before: String
    var testDescription: String { "\(kind)" }
  }
  @Test(arguments: [
    Silence(kind: .firstByteTimeout, timeouts: Timeouts(firstByte: .milliseconds(80)), before: ""),
    Silence(kind: .totalTimeout, timeouts: Timeouts(total: .milliseconds(80)), before: ""),
    Silence(
      kind: .idleTimeout, timeouts: Timeouts(idle: .milliseconds(80)),
      before: "HTTP/1.1 200 OK\r\ncontent-le"),
    Silence(
      kind: .idleTimeout, timeouts: Timeouts(idle: .milliseconds(80)),
      before: "HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nabc"),
    Silence(
      kind: .totalTimeout, timeouts: Timeouts(total: .milliseconds(80)),
      before: "HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nabc"),
  ])
  func `silence ends with the time-out of its phase, and the peer is let go`(_ silence: Silence)
    async throws
  {
    let server = try LoopbackServer { _, connection in
      try connection.raw(silence.before)
      try connection.waitForPeerToClose()
      connection.close()
    }
    defer { server.stop() }
    let client = HTTPClient()
    let error = await failure {
      _ = try await client.text(OutboundRequest(url: server.origin, timeouts: silence.timeouts))
    }
    #expect(error?.kind == silence.kind)
    #expect(error?.responseStarted == !silence.before.isEmpty)
    #expect(error?.message.hasSuffix("within 80 ms") == true)
    #expect(try await server.closedConnection(at: 0) == 0)
    await client.shutdown()
  }

  struct Break: Sendable, CustomTestStringConvertible {
    let name: String
    let kind: OutboundError.Kind?
    let started: Bool
    var body = ""
    let handler: Handler
    var testDescription: String { name }
  }
  static let breaks: [Break] = [
    Break(name: "close at once", kind: .closed, started: false) { _, it in it.close() },
    Break(name: "reset at once", kind: .closed, started: false) { _, it in it.reset() },
    Break(name: "half-close at once", kind: .closed, started: false) { _, it in
      try it.closeWriting()
      try it.waitForPeerToClose()
      it.close()
    },
    Break(name: "reset within the head", kind: .closed, started: true) { _, it in
      try it.raw("HTTP/1.1 200 OK\r\ncontent-le")
      it.reset()
    },
    Break(name: "close within the head", kind: .closed, started: true) { _, it in
      try it.raw("HTTP/1.1 200 OK\r\ncontent-le")
      it.close()
    },
    Break(name: "reset within a chunk", kind: .closed, started: true) { _, it in
      try it.startChunked()
      try it.raw("a\r\nabc")
      it.reset()
    },
    Break(name: "close within a chunk", kind: .closed, started: true) { _, it in
      try it.startChunked()
      try it.raw("a\r\nabc")
      it.close()
    },
    Break(name: "close between chunks", kind: .closed, started: true) { _, it in
      try it.startChunked()
      try it.chunk("abc")
      it.close()
    },
    Break(name: "short of its content-length", kind: .closed, started: true) { _, it in
      try it.raw("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nabc")
      try it.closeWriting()
      try it.waitForPeerToClose()
      it.close()
    },
    Break(name: "reset after the last byte", kind: nil, started: true, body: "abc") { _, it in
      try it.startChunked()
      try it.chunk("abc")
      try it.end()
      it.reset()
    },
    Break(name: "half-close ends a body without length", kind: nil, started: true, body: "abc") {
      _, it in
      try it.raw("HTTP/1.1 200 OK\r\n\r\nabc")
      try it.closeWriting()
      try it.waitForPeerToClose()
      it.close()
    },
    Break(name: "no HTTP", kind: .protocolError, started: false) { _, it in
      try it.raw("SSH-2.0-OpenSSH_9.2\r\n\r\n")
      it.close()
    },
    Break(name: "a head without end", kind: .tooLarge, started: true) { _, it in
      try it.raw("HTTP/1.1 200 OK\r\n")
      while true { try it.raw("x: \(String(repeating: "y", count: 4000))\r\n") }
    },
  ]
  @Test(arguments: breaks)
  func `a broken reply is an error of its kind`(_ example: Break) async throws {
    let server = try LoopbackServer(handler: example.handler)
    defer { server.stop() }
    let client = HTTPClient()
    do throws(OutboundError) {
      let text = try await client.text(OutboundRequest(url: server.origin))
      #expect(example.kind == nil)
      #expect(text == example.body)
    } catch {
      #expect(error.kind == example.kind, "\(error)")
      #expect(error.responseStarted == example.started)
      #expect(!error.isConnectFailure)
    }
    #expect(server.requests.count == 1)
    await client.shutdown()
  }

  @Test func `a reply over the limit is cut while it streams`() async throws {
    let server = try LoopbackServer { _, connection in
      try connection.startChunked()
      while true { try connection.chunk(pattern(1000)) }
    }
    defer { server.stop() }
    let client = HTTPClient()
    let response = try await client.send(
      OutboundRequest(url: server.origin, maxResponseBytes: 100_000))
    var count = 0
    let error = await failure {
      for try await piece in response.body { count += piece.count }
    }
    #expect(error?.kind == .tooLarge)
    #expect(error?.message.contains("100000") == true)
    #expect(count <= 100_000)
    #expect(try await server.closedConnection(at: 0) == 0)
    await client.shutdown()
  }

  @Test func `a reply announced over the limit is not read, one at the limit is`() async throws {
    let server = try LoopbackServer { _, connection in try connection.respond(body: pattern(1000)) }
    defer { server.stop() }
    let client = HTTPClient()
    let error = await failure {
      _ = try await client.send(OutboundRequest(url: server.origin, maxResponseBytes: 999))
    }
    #expect(error?.kind == .tooLarge)
    let whole = try await client.send(OutboundRequest(url: server.origin, maxResponseBytes: 1000))
    #expect(try await whole.body.collect(upTo: 1000).count == 1000)
    let part = try await client.send(OutboundRequest(url: server.origin))
    let second = await failure { _ = try await part.body.collect(upTo: 999) }
    #expect(second?.kind == .tooLarge)
    await client.shutdown()
  }
}
