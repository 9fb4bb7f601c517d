#if os(Linux)
  import Foundation
  import TestSupport
  import Testing
  import Wire

  /// The daemon in a network that is taken away and given back. Where the machine does not let us make one, the tests say so and
  /// do nothing.
  @Suite(.timeLimit(.minutes(1))) struct NetworkTests {
    private func network() throws -> PrivateNetwork? {
      do { return try PrivateNetwork() } catch is PrivateNetwork.NotPermitted {
        print("skipped: no right to make a network namespace")
        return nil
      }
    }

    @Test func `when the link comes back what waits is sent at once`() async throws {
      guard let network = try network() else { return }
      defer { network.close() }
      let standIn = try network.run {
        try StandIn(address: PrivateNetwork.address) { body, connection in
          try StandIn.say([StandIn.question(body)], to: connection)
        }
      }
      try network.linkDown()
      let daemon = try network.run { try Daemon() }
      let client = try RPCClient(daemon)
      try await client.use(standIn)
      _ = try await client.call("thread/subscribe", ["thread_id": "*", "after": 0])
      let turn = try await client.send("hello", to: try await client.newThread())
      _ = await client.events { $0["event"] == "network.offline" }
      var report = try await client.call("queue/status")
      #expect(report["online"] == false)
      #expect(report["providers"]?[0]?["reason"] == "offline")
      #expect(try await client.call("initialize")["online"] == false)

      let start = ContinuousClock.now
      try network.linkUp()
      _ = try await standIn.server.request(at: 0)
      print("link up to first request: \(ContinuousClock.now - start)")
      #expect((await client.untilDone(turn)).last?["data"]?["status"] == "done")
      _ = await client.events { $0["event"] == "network.online" }
      report = try await client.call("queue/status")
      #expect(report["online"] == true)
      #expect(standIn.requests.count == 1)
      // One outage, one word about each of its ends.
      let words = client.events.compactMap { $0["event"]?.string }.filter {
        $0.hasPrefix("network.")
      }
      #expect(words == ["network.offline", "network.online"])
    }

    @Test
    func
      `five hundred turns of five clients sent without a link, through two restarts, are answered in order`()
      async throws
    {
      guard let network = try network() else { return }
      defer { network.close() }
      let standIn = try network.run {
        try StandIn(address: PrivateNetwork.address) { body, connection in
          try StandIn.say(["re: ", StandIn.question(body)], to: connection)
        }
      }
      try network.linkDown()
      let folder = try TemporaryFolder()
      var sent: [String: [(turn: String, text: String)]] = [:]
      var threads: [String] = []
      var daemon: Daemon?
      for part in 0..<3 {
        let running = try network.run { try Daemon(in: folder) }
        daemon = running
        let clients = try (0..<5).map { _ in try RPCClient(running) }
        if part == 0 {
          try await clients[0].use(standIn)
          for _ in 0..<20 { threads.append(try await clients[0].newThread()) }
        }
        let (places, range) = (threads, [0..<200, 200..<400, 400..<500][part])
        // Each client owns four of the threads, so that the order in a thread is known.
        let batches = try await withThrowingTaskGroup(of: [(String, String, String)].self) {
          group in
          for (index, client) in clients.enumerated() {
            group.addTask {
              var sent: [(String, String, String)] = []
              for number in range where (number % 20) / 4 == index {
                let thread = places[number % 20]
                let turn = try await client.send("message \(number)", to: thread)
                sent.append((thread, turn, "message \(number)"))
              }
              return sent
            }
          }
          return try await group.reduce(into: []) { $0 += $1 }
        }
        for (thread, turn, text) in batches { sent[thread, default: []].append((turn, text)) }
        if part == 0 { running.crash() }
        if part == 1 { #expect(running.stop() == 0) }
      }
      let running = try #require(daemon)
      let readers = try (0..<5).map { _ in try RPCClient(running) }
      for reader in readers {
        _ = try await reader.call("thread/subscribe", ["thread_id": "*", "after": 0])
      }
      #expect(standIn.requests.isEmpty)
      let start = ContinuousClock.now
      try network.linkUp()
      _ = try await standIn.server.request(at: 0)
      let first = ContinuousClock.now - start
      let turns = Set(sent.values.flatMap { $0.map(\.turn) })
      #expect(turns.count == 500)
      for reader in readers {
        let ends = await reader.events(500) { $0["event"] == "qlaud.done" }
        #expect(Set(ends.compactMap { $0["turn_id"]?.string }) == turns && ends.count == 500)
        #expect(ends.allSatisfy { $0["data"]?["status"] == "done" })
        let seqs = reader.events.compactMap { $0["event_seq"]?.int }
        #expect(seqs == Set(seqs).sorted())
      }
      print(
        "link up to first request: \(first), to the last of 500 answers: \(ContinuousClock.now - start)"
      )
      for thread in threads {
        let texts = sent[thread, default: []].map(\.text)
        // In the thread and at the provider: each once, in the order in which it was sent.
        let questions = try await readers[0].messages(thread).filter { $0["role"] == "user" }
          .compactMap { $0["content"]?.string }
        #expect(questions == texts)
        let asked = standIn.requests.map(StandIn.question).filter { texts.contains($0) }
        #expect(asked == texts)
      }
      let doctor = try await readers[0].call("daemon/doctor")
      #expect(doctor["ok"] == true)
    }
  }
#endif
