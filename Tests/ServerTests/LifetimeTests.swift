import Foundation
import HTTPTypes
import TestSupport
import Testing
import Wire

@testable import Server

/// Says `started`, then waits for ever; says `cancelled` when it may go.
private func waiting(_ probe: Probe) -> Conversation.Handler {
  { conversation in
    do {
      switch conversation {
      case .rpc(let rpc): _ = try await rpc.next()
      case .http(let exchange):
        if exchange.request.path == "/stream" {
          try await exchange.start(.init(status: .ok))
          try await exchange.write(Array("first".utf8))
        }
      }
      probe.note("started")
      try await Task.sleep(for: .seconds(3600))
    } catch is CancellationError {
      probe.note("cancelled")
    } catch { probe.note("\(error)") }
  }
}

@Suite(.timeLimit(.minutes(1))) struct LifetimeTests {
  @Test(arguments: [
    "{}\n", "GET /silent HTTP/1.1\r\nHost: x\r\n\r\n", "GET /stream HTTP/1.1\r\nHost: x\r\n\r\n",
  ])
  func `a client that goes cancels its handler, even a silent one`(opening: String) async throws {
    let probe = Probe()
    try await withServer(handler: waiting(probe)) { server in
      var client: Client? = try server.connect()
      try await client?.send(opening)
      await probe.wait(for: "started")
      client = nil
      await probe.wait(for: "cancelled")
    }
  }

  @Test(arguments: ["{}\n", "GET /stream HTTP/1.1\r\nHost: x\r\n\r\n"])
  func `finishing to send cancels nothing, going afterwards does`(opening: String) async throws {
    let probe = Probe()
    try await withServer(handler: waiting(probe)) { server in
      var client: Client? = try server.connect()
      try await client?.send(opening)
      client?.finishSending()
      await probe.wait(for: "started")
      let other = try server.connect()
      try await other.send("GET /silent HTTP/1.1\r\nHost: x\r\n\r\n")
      await probe.wait(for: "started")
      #expect(!probe.events.contains("cancelled"))
      client = nil
      await probe.wait(for: "cancelled")
    }
  }

  @Test func `cancelling the server ends it at once and leaves no socket`() async throws {
    let scratch = Scratch()
    let probe = Probe()
    let path = scratch.file("q.sock")
    let (listening, tell) = AsyncStream<Void>.makeStream()
    let server = SocketServer(
      configuration: ServerConfiguration(socketPath: path), logger: quiet,
      onListening: { _ in tell.yield() }, handler: waiting(probe))
    try await withThrowingTaskGroup(of: Void.self) { tasks in
      tasks.addTask { try await server.run() }
      for await _ in listening { break }
      let client = try Client.connect(path: path)
      try await client.send("{}\n")
      await probe.wait(for: "started")
      tasks.cancelAll()
      try await tasks.waitForAll()
      #expect(probe.events == ["started", "cancelled"])
      #expect(try await client.rest() == "")
    }
    #expect(!FileManager.default.fileExists(atPath: path))
  }

  @Test func `a request in the middle of its body is served when the shutdown begins`()
    async throws
  {
    try await withServer { server in
      let client = try server.connect()
      try await client.send(
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n")
      #expect(try await client.response(toHEAD: true).code == "100")
      let idle = try server.connect()
      await server.stop()
      #expect(try await idle.rest() == "")
      try await client.send("abc")
      let response = try await client.response()
      #expect(response.body == "POST / 3")
      #expect(response.fields["connection"] == "close")
      #expect(try await client.rest() == "")
    }
  }

  @Test func `a TCP client that goes cancels its handler`() async throws {
    let probe = Probe()
    try await withServer(.with { $0.tcp = ("127.0.0.1", 0) }, handler: waiting(probe)) { server in
      var client: Client? = try server.connectTCP()
      try await client?.send("GET /stream HTTP/1.1\r\nHost: localhost:\(server.port)\r\n\r\n")
      await probe.wait(for: "started")
      client = nil
      await probe.wait(for: "cancelled")
    }
  }

  @Test func `a client that goes cancels a writer that waits for it`() async throws {
    let probe = Probe()
    let handler: Conversation.Handler = { conversation in
      guard case .rpc(let rpc) = conversation else { return }
      do {
        _ = try await rpc.next()
        probe.note("started")
        while true { try await rpc.send([UInt8](repeating: 0x61, count: 64 << 10)) }
      } catch { probe.note("ended") }
    }
    try await withServer(handler: handler) { server in
      var client: Client? = try server.connect()
      try await client?.send("{}\n")
      await probe.wait(for: "started")
      client = nil
      await probe.wait(for: "ended")
    }
  }

  @Test func `a connection without a first message is closed, one with a message may be silent`()
    async throws
  {
    try await withServer(.with { $0.firstMessageTimeout = .milliseconds(300) }) { server in
      let talker = try server.connect()
      try await talker.send("[1]\n")
      #expect(try await talker.line() == "[1]")
      let blank = try server.connect()
      try await blank.send("\n")
      for opening in ["", "{\"half\":", "C", "Content-Length: 10\r\n\r\n{", "GET / HT"] {
        let client = try server.connect()
        try await client.send(opening)
        #expect(try await client.rest() == "", "\(opening)")
      }
      try await talker.send("[2]\n")
      #expect(try await talker.line() == "[2]")
      try await blank.send("[3]\n")
      #expect(try await blank.line() == "[3]")
    }
  }

  @Test func `an HTTP body that stands still is given up, and so is an idle connection`()
    async throws
  {
    try await withServer(
      .with {
        $0.firstMessageTimeout = .milliseconds(300)
        $0.keepAliveTimeout = .milliseconds(300)
      }
    ) { server in
      let stuck = try server.connect()
      try await stuck.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nhalf")
      #expect(try await stuck.response().code == "408")
      #expect(try await stuck.rest() == "")
      let idle = try server.connect()
      try await idle.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
      #expect(try await idle.response().code == "200")
      #expect(try await idle.rest() == "")
    }
  }

  @Test func `a graceful shutdown ends idle connections and removes the socket`() async throws {
    let scratch = Scratch()
    try await withServer(scratch: scratch) { server in
      let silent = try server.connect()
      let rpc = try server.connect()
      try await rpc.send("[1]\n")
      #expect(try await rpc.line() == "[1]")
      let http = try server.connect()
      try await http.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
      #expect(try await http.response().code == "200")
      await server.stop()
      for client in [silent, rpc, http] { #expect(try await client.rest() == "") }
    }
    #expect(!FileManager.default.fileExists(atPath: scratch.file("run/qlaud.sock")))
  }

  @Test func `a busy conversation may finish within the grace`() async throws {
    let probe = Probe()
    let (goRPC, goHTTP) = (Gate(), Gate())
    let handler: Conversation.Handler = { conversation in
      do {
        switch conversation {
        case .rpc(let rpc):
          _ = try await rpc.next()
          probe.note("rpc")
          // The end of the input is how a conversation learns of the shutdown.
          #expect(try await rpc.next() == nil)
          try await goRPC.wait()
          try await rpc.send(Array("done".utf8))
        case .http(let exchange):
          probe.note("http")
          try await goHTTP.wait()
          try await answer(exchange, "done")
        }
      } catch { return }
    }
    try await withServer(handler: handler) { server in
      let rpc = try server.connect()
      try await rpc.send("{}\n")
      await probe.wait(for: "rpc")
      let http = try server.connect()
      try await http.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
      await probe.wait(for: "http")
      let idle = try server.connect()
      await server.stop()
      #expect(try await idle.rest() == "")
      goRPC.open()
      #expect(try await rpc.rest() == "done\n")
      // By now the other connection has heard of the shutdown, too.
      goHTTP.open()
      let response = try await http.response()
      #expect(response.body == "done")
      #expect(response.fields["connection"] == "close")
      #expect(try await http.rest() == "")
    }
  }

  @Test func `what outlives the grace is cancelled, and a cut stream has no proper end`()
    async throws
  {
    let probe = Probe()
    try await withServer(.with { $0.shutdownGrace = .milliseconds(100) }, handler: waiting(probe)) {
      server in
      let client = try server.connect()
      try await client.send("GET /stream HTTP/1.1\r\nHost: x\r\n\r\n")
      await probe.wait(for: "started")
      await server.stop()
      await probe.wait(for: "cancelled")
      let rest = try await client.rest()
      #expect(rest.hasSuffix("5\r\nfirst\r\n"))
    }
  }
}
