import Domain
import Foundation
import Logging
import Outbound
import Store
import Synchronization
import TestSupport
import Testing
import Tools
import Upstream
import Vault
import Wire

@testable import Engine

/// Two clocks that a test moves: one for people, which may jump, and one for waiting, which does not.
private final class Clocks: Sendable {
  let wall = Atomic<Int64>(1_750_000_000_000)
  let steady = Atomic<Int64>(0)
  var source: Source {
    Source(
      now: { self.wall.load(ordering: .sequentiallyConsistent) },
      randomBytes: Source.system.randomBytes,
      monotonic: { self.steady.load(ordering: .sequentiallyConsistent) })
  }
  func jump(_ span: Int64) { wall.add(span, ordering: .sequentiallyConsistent) }
  func pass(_ span: Int64) { steady.add(span, ordering: .sequentiallyConsistent) }
}

@Suite(.timeLimit(.minutes(1))) struct ClockTests {
  private static let year: Int64 = 365 * 24 * 3_600_000

  private func engine(_ clocks: Clocks, in folder: String) async throws -> LocalEngine {
    let grown = Bell()
    let store = try await LocalDatabase.open(at: folder + "/q.db", source: clocks.source) {
      grown.ring()
    }
    let client = HTTPClient()
    let outside = Outside(
      sending: { (request) async throws(OutboundError) in try await client.send(request) },
      clock: ContinuousClock(), now: clocks.source.now, sign: { _, _ in [] })
    return try await LocalEngine.start(
      store: store, upstream: ModelClient(client: client), outside: outside, source: clocks.source,
      logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, grown: grown,
      masters: VaultKeeper.MasterSources(
        credential: nil,
        readKeyFile: { () throws(VaultError) in try KeyFile.read(at: folder + "/q.key") },
        createKeyFile: { () throws(VaultError) in try KeyFile.create(at: folder + "/q.key") }),
      build: BuildInfo(version: "0", databasePath: folder, socketPath: ""))
  }

  @Test func `a wait is of the clock that does not jump, and order is of neither`() async throws {
    let folder = NSTemporaryDirectory() + "clock-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let isLimited = Mutex(true)
    let asked = Journal<String>()
    let host = try LoopbackServer { request, connection in
      if isLimited.withLock({ $0 }) {
        return try connection.respond(status: 429, headers: [("retry-after", "60")], body: [])
      }
      let body = try JSON(parsing: request.body)
      asked.append(body["messages"]?.array?.last?["content"]?.text ?? "")
      let reply: JSON = [
        "id": "c", "model": "m",
        "choices": [
          ["index": 0, "message": ["role": "assistant", "content": "ok"], "finish_reason": "stop"]
        ],
        "usage": ["prompt_tokens": 1, "completion_tokens": 1],
      ]
      try connection.respond(
        status: 200, headers: [("content-type", "application/json")], body: reply.bytes)
    }
    defer { host.stop() }
    let clocks = Clocks()
    let engine = try await engine(clocks, in: folder)
    _ = try await engine.providers.set(
      name: "up", baseURL: host.origin, shape: .openAIChat, secretName: nil, headers: [])
    let thread = try await engine.threads.create(
      endUserID: nil, metadata: [:], title: nil, defaultModel: "up/m", system: nil, as: .local)
    func send(_ text: String) async throws -> SubmittedTurn {
      try await engine.turns.submit(
        Turns.Send(
          threadID: thread.id, content: .string(text), request: ["max_tokens": 9],
          idempotencyKey: nil), as: .local)
    }
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await Runner(core: engine.core).run() }
      defer { group.cancelAll() }
      let first = try await send("one")
      guard case .parked = try await engine.turns.standing(first) else {
        Issue.record("the first turn was not parked")
        return
      }
      // Ten years pass on the wall, and then they did not.
      clocks.jump(10 * Self.year)
      let second = try await send("two")
      #expect(engine.core.openLanes().sorted() == [Turn.vaultLane, "up"])
      clocks.jump(-20 * Self.year)
      let third = try await send("three")
      #expect(engine.core.openLanes().sorted() == [Turn.vaultLane, "up"])
      clocks.pass(59_000)
      #expect(engine.core.openLanes().sorted() == [Turn.vaultLane, "up"])

      isLimited.withLock { $0 = false }
      clocks.pass(1_001)
      engine.core.work.ring()
      for submitted in [first, second, third] {
        for try await _ in engine.turns.feed(of: submitted.turn.id, after: submitted.cursor) {}
      }
      #expect(asked.elements.map { $0.contains("one") } == [true, false, false])
      #expect(asked.elements.last?.contains("three") == true)
      // What people see stands in the order of the turns, whatever the clock said.
      let messages = try await engine.threads.messages(
        thread.id, order: .asc, limit: 10, after: nil, before: nil, as: .local)
      #expect(
        messages.messages.filter { $0.role == .user }.compactMap(\.content.string) == [
          "one", "two", "three",
        ])
    }
    try await engine.core.store.close()
  }

  @Test func `a start finds nothing that waits for longer than it may`() async throws {
    let folder = NSTemporaryDirectory() + "clock-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let clocks = Clocks()
    let store = try await LocalDatabase.open(at: folder + "/q.db", source: clocks.source) {}
    let far = clocks.source.now() + 10 * Self.year
    _ = try await store.submit(
      TurnSubmission(
        turnID: "job", threadID: nil, keyID: .local, request: TurnRequest([:]), userMessage: nil,
        idempotencyKey: nil, bodyHash: "h", visibleTo: nil))
    _ = try await store.claimNextTurn(now: clocks.source.now())
    try await store.parkTurn("job", Parking(reason: "offline", retryAt: far))
    _ = try await store.recoverTurns(boot: "")
    #expect(
      try await store.nextRetryAt() == clocks.source.now() + LocalDatabase.longestWait)
    try await store.close()
  }
}
