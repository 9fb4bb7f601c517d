import Foundation
import Synchronization
import Testing
import Wire

@testable import Server

@Suite(.timeLimit(.minutes(1))) struct PressureTests {
  @Test func `a client that does not read stalls its own writer and nobody else`() async throws {
    let count = 256
    let size = 64 << 10
    let sent = Mutex(0)
    let flood: Conversation.Handler = { conversation in
      guard case .rpc(let rpc) = conversation else { return }
      do {
        while case .message(let bytes) = try await rpc.next() {
          guard bytes == Array("{\"flood\":1}".utf8) else {
            try await rpc.send(bytes)
            continue
          }
          for index in 0..<count {
            let number = Array("\(index):".utf8)
            try await rpc.send(
              number + [UInt8](repeating: UInt8(ascii: "z"), count: size - number.count))
            sent.withLock { $0 += 1 }
          }
        }
      } catch { return }
    }
    try await withServer(handler: flood) { server in
      let slow = try server.connect()
      try await slow.send("{\"flood\":1}\n")
      let other = try server.connect()
      for index in 0..<500 {
        try await other.send("[\(index)]\n")
        #expect(try await other.line() == "[\(index)]")
      }
      // 256 KiB in the outbox and what the kernel holds; everything would be 16 MiB.
      let reached = sent.withLock { $0 }
      #expect(reached > 0 && reached < 40, "sent \(reached) of \(count)")
      for index in 0..<count {
        let line = try await slow.line()
        #expect(line?.utf8.count == size)
        #expect(line?.hasPrefix("\(index):") == true)
      }
      #expect(sent.withLock { $0 } == count)
    }
  }

  @Test func `a handler that does not ask for more stops the reading`() async throws {
    let probe = Probe()
    let (go, release) = AsyncStream<Void>.makeStream()
    let lazy: Conversation.Handler = { conversation in
      guard case .rpc(let rpc) = conversation else { return }
      do {
        _ = try await rpc.next()
        for await _ in go { break }
        var count = 0
        while case .message = try await rpc.next() { count += 1 }
        probe.note("read \(count)")
      } catch { return }
    }
    try await withServer(handler: lazy) { server in
      let client = try server.connect()
      let message = [UInt8](repeating: UInt8(ascii: "w"), count: 64 << 10) + [0x0A]
      let total = try await blocking {
        // Until the kernel takes no more, for as long as the server does not read.
        var limit = timeval(tv_sec: 0, tv_usec: 300_000)
        setsockopt(
          client.descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        var total = 0
        while total < 64 << 20 {
          let count = message.withUnsafeBytes {
            send(client.descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
          }
          guard count > 0 else { break }
          total += count
          guard count == message.count else { break }
        }
        return total
      }
      #expect(total < 4 << 20, "the server took \(total) bytes that nobody asked for")
      release.yield()
      client.finishSending()
      // The first message went to the first call; the last may be cut, and then counts as a line of its own.
      let lines = (total + message.count - 1) / message.count - 1
      await probe.wait(for: "read \(lines)")
    }
  }

  @Test func `messages of many tasks never mix`() async throws {
    let many: Conversation.Handler = { conversation in
      guard case .rpc(let rpc) = conversation else { return }
      do { _ = try await rpc.next() } catch { return }
      await withTaskGroup(of: Void.self) { tasks in
        for index in 0..<64 {
          tasks.addTask {
            do {
              for _ in 0..<8 {
                try await rpc.send(
                  [UInt8](repeating: UInt8(ascii: "A") + UInt8(index % 26), count: 20_000))
              }
            } catch { return }
          }
        }
      }
    }
    try await withServer(handler: many) { server in
      let client = try server.connect()
      try await client.send("{}\n")
      for _ in 0..<512 {
        let line = try #require(try await client.line())
        #expect(line.utf8.count == 20_000 && Set(line.utf8).count == 1)
      }
    }
  }

  @Test func `two hundred connections are served at once`() async throws {
    try await withServer { server in
      let clients = try (0..<200).map { _ in try server.connect() }
      try await blocking {
        for (index, client) in clients.enumerated() {
          try client.sendNow(Array("{\"n\":\(index)}\n".utf8))
        }
        for (index, client) in clients.enumerated().reversed() {
          let line = try client.lineNow()
          #expect(line == "{\"n\":\(index)}")
        }
      }
    }
  }

  @Test func `over the limit a connection waits until another closes`() async throws {
    try await withServer(.with { $0.maximumConnections = 2 }) { server in
      var first: Client? = try server.connect()
      let second = try server.connect()
      try await first?.send("[1]\n")
      try await second.send("[2]\n")
      #expect(try await first?.line() == "[1]")
      #expect(try await second.line() == "[2]")
      let third = try server.connect()
      try await third.send("[3]\n")
      try await second.send("[22]\n")
      #expect(try await second.line() == "[22]")
      var waiting = pollfd(fd: third.descriptor, events: Int16(POLLIN), revents: 0)
      #expect(poll(&waiting, 1, 50) == 0)
      first = nil
      #expect(try await third.line() == "[3]")
    }
  }

  @Test func `a send in a cancelled task goes through while there is room`() async throws {
    let handler: Conversation.Handler = { conversation in
      guard case .rpc(let rpc) = conversation else { return }
      await withTaskGroup(of: Void.self) { tasks in
        tasks.addTask {
          do {
            _ = try await rpc.next()
            withUnsafeCurrentTask { $0?.cancel() }
            try await rpc.send(Array("last words".utf8))
          } catch { return }
        }
      }
    }
    try await withServer(handler: handler) { server in
      let client = try server.connect()
      try await client.send("{}\n")
      #expect(try await client.rest() == "last words\n")
    }
  }

  @Test func `3,000 round trips on one connection are all answered`() async throws {
    try await withServer { server in
      let client = try server.connect()
      let times = try await blocking {
        let message = Array("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"daemon/status\"}\n".utf8)
        var times: [Duration] = []
        for _ in 0..<3000 {
          let start = ContinuousClock.now
          try client.sendNow(message)
          _ = try client.lineNow()
          times.append(ContinuousClock.now - start)
        }
        return times.sorted()
      }
      print("round trip: median \(times[1500]), p99 \(times[2970])")
      #expect(times.count == 3000)
    }
  }
}
