import Dispatch
import Synchronization
import TestSupport
import Testing
import Wire

@testable import Outbound

@Suite(.timeLimit(.minutes(1))) struct StreamTests {
  @Test func `the head is there before the body, and each piece as it comes`() async throws {
    let (first, second) = (Gate(), Gate())
    let server = try LoopbackServer { _, connection in
      try connection.startChunked(headers: [("content-type", "text/event-stream")])
      try first.waitBlocking()
      try connection.chunk("one")
      try second.waitBlocking()
      try connection.chunk("two")
      try connection.end()
    }
    defer { server.stop() }
    let client = HTTPClient()
    let response = try await client.send(OutboundRequest(url: server.origin))
    #expect(response.header("Content-Type") == "text/event-stream")
    var pieces = response.body.makeAsyncIterator()
    first.open()
    #expect(try await pieces.next() == Array("one".utf8))
    second.open()
    #expect(try await pieces.next() == Array("two".utf8))
    #expect(try await pieces.next() == nil)
    #expect(try await pieces.next() == nil)
    await client.shutdown()
  }

  //   server                              reader
  //   writes until nothing is taken       does not read
  //   says how much that was
  //                                       reads everything
  //   writes the rest
  @Test func `a reader that does not read stops the server and loses nothing`() async throws {
    let bytes = pattern(32 << 20)
    let stalled = Journal<Int>()
    let server = try LoopbackServer { _, connection in
      try connection.boundSendBuffer(bytes: 64 << 10)
      try connection.raw("HTTP/1.1 200 OK\r\ncontent-length: \(bytes.count)\r\n\r\n")
      // One that is taken for stalled too early, on a busy machine, has only taken less.
      let taken = try connection.rawUntilStalled(bytes, milliseconds: 300)
      stalled.append(taken)
      try connection.raw(Array(bytes[taken...]))
    }
    defer { server.stop() }
    let client = HTTPClient()
    let response = try await client.send(OutboundRequest(url: server.origin))
    #expect(try await stalled.element(at: 0) < 12 << 20)
    #expect(try await response.body.collect(upTo: bytes.count) == bytes)
    await client.shutdown()
  }

  //   server                    a reader that does not read     one whose server says no more
  //   has sent everything       has asked for the head only
  //                                                             begins to wait
  //                                                             is timed out, with the same limit
  //                             reads everything
  @Test func `a reader that does not read costs no time-out, however long it takes`() async throws {
    // More than is kept for a reader, and no more than the system's buffers hold besides: what is still to come when it
    // reads is this machine's already, however busy that is.
    let bytes = pattern(ExchangeState.highWatermark + 32 << 10)
    let written = Gate()
    let server = try LoopbackServer { request, connection in
      if request.target == "/silent" {
        try connection.startChunked()
        try connection.waitForPeerToClose()
        return connection.close()
      }
      try connection.boundSendBuffer(bytes: 200 << 10)
      let head = Array("HTTP/1.1 200 OK\r\ncontent-length: \(bytes.count)\r\n\r\n".utf8)
      try connection.raw(head + bytes)
      written.open()
    }
    defer { server.stop() }
    let client = HTTPClient()
    let timeouts = Timeouts(firstByte: .seconds(60), idle: .milliseconds(500))
    let response = try await client.send(
      OutboundRequest(url: server.origin, timeouts: timeouts))
    try await written.wait()
    let other = await failure {
      let silent = try await client.send(
        OutboundRequest(url: "\(server.origin)/silent", timeouts: timeouts))
      _ = try await silent.body.collect(upTo: 9)
    }
    #expect(other?.kind == .idleTimeout)
    #expect(try await response.body.collect(upTo: bytes.count) == bytes)
    await client.shutdown()
  }

  enum Leaving: Sendable, CaseIterable {
    case awaitingHead, awaitingBody, breakingOut, droppingBody
  }
  @Test(arguments: Leaving.allCases)
  func `a reader that leaves ends the transfer, and the server sees it`(_ leaving: Leaving)
    async throws
  {
    let server = try LoopbackServer { _, connection in
      if leaving != .awaitingHead {
        try connection.startChunked()
        try connection.chunk("one")
      }
      try connection.waitForPeerToClose()
      connection.close()
    }
    defer { server.stop() }
    let client = HTTPClient()
    let request = OutboundRequest(url: server.origin)
    let reading = Gate()
    switch leaving {
    case .awaitingHead, .awaitingBody:
      let task = Task {
        let response = try await client.send(request)
        for try await _ in response.body { reading.open() }
      }
      if leaving == .awaitingBody {
        try await reading.wait()
      } else {
        _ = try await server.request(at: 0)
      }
      task.cancel()
      let error = await failure { try await task.value }
      #expect(error?.kind == .cancelled)
    case .breakingOut:
      let response = try await client.send(request)
      for try await piece in response.body {
        #expect(piece == Array("one".utf8))
        break
      }
      #expect(try await server.closedConnection(at: 0) == 0)
      let error = await failure { _ = try await response.body.collect(upTo: 10) }
      #expect(error?.kind == .cancelled)
    case .droppingBody:
      #expect(try await client.send(request).status == 200)
    }
    #expect(try await server.closedConnection(at: 0) == 0)
    await client.shutdown()
  }

  @Test func `a task that is cancelled already sends nothing`() async throws {
    let server = try LoopbackServer { _, connection in try connection.respond() }
    defer { server.stop() }
    let client = HTTPClient()
    let gate = Gate()
    let task = Task {
      _ = await Result { try await gate.wait() }
      _ = try await client.send(OutboundRequest(url: server.origin))
    }
    task.cancel()
    let error = await failure { try await task.value }
    #expect(error?.kind == .cancelled)
    #expect(server.requests.isEmpty)
    await client.shutdown()
  }

  @Test func `a client that nobody holds still delivers its last reply`() async throws {
    let gate = Gate()
    let server = try LoopbackServer { _, connection in
      try connection.startChunked()
      try gate.waitBlocking()
      try connection.chunk("late")
      try connection.end()
    }
    defer { server.stop() }
    let response = try await HTTPClient().send(OutboundRequest(url: server.origin))
    gate.open()
    #expect(try await response.body.collect(upTo: 10) == Array("late".utf8))
  }

  @Test func `shutting down fails what runs and what comes later, and waits for the end`()
    async throws
  {
    let server = try LoopbackServer { request, connection in
      if request.target == "/body" {
        try connection.startChunked()
        try connection.chunk("one")
      }
      try connection.waitForPeerToClose()
      connection.close()
    }
    defer { server.stop() }
    let client = HTTPClient()
    let (awaitsHead, awaitsBody) = (Journal<OutboundError>(), Journal<OutboundError>())
    let response = try await client.send(OutboundRequest(url: "\(server.origin)/body"))
    var pieces = response.body.makeAsyncIterator()
    #expect(try await pieces.next() == Array("one".utf8))
    await withTaskGroup { group in
      group.addTask {
        do throws(OutboundError) {
          _ = try await client.send(OutboundRequest(url: "\(server.origin)/head"))
        } catch { awaitsHead.append(error) }
      }
      group.addTask {
        _ = await Result { try await server.request(at: 1) }
        await client.shutdown()
        await client.shutdown()
      }
    }
    do throws(OutboundError) {
      _ = try await pieces.next()
    } catch { awaitsBody.append(error) }
    #expect(awaitsHead.elements.map(\.kind) == [.cancelled])
    #expect(awaitsBody.elements.map(\.kind) == [.cancelled])
    let late = await failure { _ = try await client.send(OutboundRequest(url: server.origin)) }
    #expect(late?.kind == .cancelled)
    _ = try await server.closedConnection(at: 1)
  }

  @Test(arguments: [1, 7, 4096])
  func `sixty-four streams at once arrive intact and apart`(size: Int) async throws {
    @Sendable func events(_ stream: String) -> [SSEEvent] {
      (0..<(size == 1 ? 4 : 40)).map { SSEEvent(name: "n\($0)", data: "\(stream) žluťoučký \($0)") }
    }
    let server = try LoopbackServer { request, connection in
      try connection.startChunked()
      let bytes = events(request.target).flatMap {
        SSEText.frame(event: $0.name, data: Array($0.data.utf8))
      }
      try connection.chunks(bytes, size: size)
      try connection.end()
    }
    defer { server.stop() }
    let client = HTTPClient()
    try await withThrowingTaskGroup { group in
      for number in 0..<64 {
        group.addTask {
          let response = try await client.send(OutboundRequest(url: "\(server.origin)/\(number)"))
          var decoder = SSEDecoder()
          var seen: [SSEEvent] = []
          for try await piece in response.body {
            try decoder.append(piece)
            while let event = decoder.next() { seen.append(event) }
          }
          #expect(seen == events("/\(number)"))
        }
      }
      try await group.waitForAll()
    }
    await client.shutdown()
  }

  /// Each event is written when the one before has been parsed, so nothing queues but what the streams do to one another.
  @Test(arguments: [1, 64])
  func `every event of parallel streams comes, one by one`(streams: Int) async throws {
    let rounds = 3200 / streams
    let clock = ContinuousClock()
    let writes = WriteTimes()
    let acks = (0..<streams).map { _ in DispatchSemaphore(value: 0) }
    let server = try LoopbackServer { request, connection in
      try connection.startChunked()
      for _ in 0..<rounds {
        let bytes = SSEText.frame(
          event: "delta", data: Array(#"{"type":"delta","text":"word"}"#.utf8))
        writes.set(request.target)
        try connection.chunk(bytes)
        acks[Int(request.target.dropFirst()) ?? 0].wait()
      }
      try connection.end()
    }
    defer { server.stop() }
    let client = HTTPClient()
    let delays = try await withThrowingTaskGroup(of: [Duration].self) { group in
      for number in 0..<streams {
        group.addTask {
          let response = try await client.send(OutboundRequest(url: "\(server.origin)/\(number)"))
          var decoder = SSEDecoder()
          var delays: [Duration] = []
          for try await piece in response.body {
            try decoder.append(piece)
            while decoder.next() != nil {
              let now = clock.now
              if let write = writes.of("/\(number)") { delays.append(now - write) }
              acks[number].signal()
            }
          }
          return delays
        }
      }
      return try await group.reduce(into: []) { $0 += $1 }.sorted()
    }
    #expect(delays.count == rounds * streams)
    let median = delays[delays.count / 2]
    print("\(streams) streams: median \(median), p99 \(delays[delays.count * 99 / 100])")
    await client.shutdown()
  }
}

/// When each stream's last event was written.
final class WriteTimes: Sendable {
  private let times = Mutex<[String: ContinuousClock.Instant]>([:])
  func set(_ stream: String) { times.withLock { $0[stream] = ContinuousClock.now } }
  func of(_ stream: String) -> ContinuousClock.Instant? { times.withLock { $0[stream] } }
}

extension Result where Failure == any Error {
  init(_ body: () async throws -> Success) async {
    do { self = .success(try await body()) } catch { self = .failure(error) }
  }
}
