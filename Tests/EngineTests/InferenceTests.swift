import Domain
import Foundation
import Logging
import Outbound
import Store
import TestSupport
import Testing
import Tools
import Upstream
import Vault
import Wire

@testable import Engine

/// A folder that goes with its last holder.
private final class Folder: Sendable {
  let path = NSTemporaryDirectory() + "engine-" + UUID().uuidString
  init() throws {
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }
  deinit { do { try FileManager.default.removeItem(atPath: path) } catch { Issue.record(error) } }
}

/// An engine on a real file, with a host of the test's own as provider `up`.
private struct House: Sendable {
  let folder: Folder
  let engine: LocalEngine
  let store: LocalDatabase
  let host: LoopbackServer

  init(_ handler: @escaping LoopbackServer.Handler) async throws {
    folder = try Folder()
    host = try LoopbackServer(handler: handler)
    store = try await LocalDatabase.open(at: folder.path + "/q.db", source: .system) {}
    let key = folder.path + "/q.key"
    let client = HTTPClient()
    let outside = Outside(
      sending: { (request) async throws(OutboundError) in try await client.send(request) },
      clock: ContinuousClock(), now: Source.system.now, sign: { _, _ in [] })
    engine = try await LocalEngine.start(
      store: store, upstream: ModelClient(client: client), outside: outside, source: .system,
      logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, grown: Bell(),
      masters: VaultKeeper.MasterSources(
        credential: nil,
        readKeyFile: { () throws(VaultError) in try KeyFile.read(at: key) },
        createKeyFile: { () throws(VaultError) in try KeyFile.create(at: key) }),
      build: BuildInfo(version: "0", databasePath: folder.path, socketPath: ""))
    _ = try await engine.providers.set(
      name: "up", baseURL: host.origin, shape: .openAIChat, secretName: nil, headers: [])
  }

  func usage() async throws -> UsageSum? {
    try await store.usageSummary(from: 0, to: .max, groupBy: .model).first
  }

  static func start(_ connection: LoopbackConnection, _ words: [String]) throws {
    try connection.startChunked(status: 200, headers: [("content-type", "text/event-stream")])
    for word in words {
      let choice: JSON = ["index": 0, "delta": ["content": .string(word)], "finish_reason": nil]
      let chunk: JSON = ["id": "c1", "model": "m", "choices": [choice]]
      try connection.chunk("data: \(chunk.text)\n\n")
    }
  }
  static func finish(_ connection: LoopbackConnection) throws {
    let choice: JSON = ["index": 0, "delta": [:], "finish_reason": "stop"]
    let chunk: JSON = [
      "id": "c1", "model": "m", "choices": [choice],
      "usage": ["prompt_tokens": 7, "completion_tokens": 2],
    ]
    try connection.chunk("data: \(chunk.text)\n\ndata: [DONE]\n\n")
    try connection.end()
  }
}

@Suite(.timeLimit(.minutes(1))) struct InferenceTests {
  private static let request = Inference.Request(
    call: ModelCall(
      model: "up/m", maxTokens: 9, messages: [.init(role: .user, blocks: [.text("Hello you")])]))

  @Test func `a call is recorded with what the provider said`() async throws {
    let house = try await House { _, connection in
      try House.start(connection, ["Hel", "lo"])
      try House.finish(connection)
    }
    defer { house.host.stop() }
    let names = Journal<String>()
    let reply = try await house.engine.inference.run(Self.request, as: .local) { event in
      if let name = event.wire?.name { names.append(name) }
    }
    #expect(reply.blocks == [.text("Hello")])
    #expect(reply.model == "up/m")
    #expect(names.elements.first == "message_start")
    #expect(names.elements.last == "message_stop")
    let usage = try #require(try await house.usage())
    #expect(usage.group == "up/m")
    #expect(usage.usage == Usage(input: 7, output: 2))
    #expect(usage.cost == 0)
    #expect(usage.unpriced == 0)
  }

  @Test func `what a refused call used is nothing`() async throws {
    let house = try await House { _, connection in try connection.respond(status: 400) }
    defer { house.host.stop() }
    await #expect(throws: QlaudError.self) {
      try await house.engine.inference.run(Self.request, as: .local) { _ in }
    }
    #expect(try await house.usage() == nil)
  }

  @Test func `a call that breaks off is recorded as an estimate`() async throws {
    let house = try await House { _, connection in
      try House.start(connection, ["Hello you there"])
      connection.close()
    }
    defer { house.host.stop() }
    await #expect(throws: QlaudError.self) {
      try await house.engine.inference.run(Self.request, as: .local) { _ in }
    }
    let usage = try #require(try await house.usage()).usage
    #expect(usage.isEstimated)
    #expect(usage.input > 0)
    #expect(usage.output == 4)
  }

  @Test(arguments: [true, false])
  func `a caller who goes ends the upstream call, and what came is recorded`(isCancelled: Bool)
    async throws
  {
    let hasEnded = Gate()
    let house = try await House { _, connection in
      try House.start(connection, ["Hello you there"])
      try connection.waitForPeerToClose()
      hasEnded.open()
    }
    defer { house.host.stop() }
    let hasCome = Gate()
    await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask {
        _ = try await house.engine.inference.run(Self.request, as: .local) { event in
          guard case .blockDelta = event else { return }
          if !isCancelled { throw CancellationError() }
          hasCome.open()
        }
      }
      if isCancelled {
        group.addTask { try await hasCome.wait() }
        await #expect(throws: Never.self) { try await group.next() }
        group.cancelAll()
      }
      await #expect(throws: CancellationError.self) { try await group.next() }
    }
    try await hasEnded.wait()
    let usage = try #require(try await house.usage()).usage
    #expect(usage.isEstimated)
    #expect(usage.output == 4)
  }

  @Test func `a key bound to models may use no others`() async throws {
    let house = try await House { _, connection in try connection.respond(status: 500) }
    defer { house.host.stop() }
    let made = try await house.engine.keys.create(
      Keys.Draft(
        name: "k", scope: .standard, maxSpend: nil, period: .lifetime, endUserID: nil,
        expiresAt: nil, models: ["other/x"]))
    let principal = try await house.engine.keys.authenticate(made.text)
    let error = await #expect(throws: QlaudError.self) {
      try await house.engine.inference.run(Self.request, as: principal) { _ in }
    }
    #expect(error?.kind == .forbidden)
  }

  @Test(arguments: [true, false])
  func `money is held before a call, and settled or released after it`(succeeds: Bool) async throws
  {
    let house = try await House { _, connection in
      guard succeeds else { return try connection.respond(status: 400) }
      try House.start(connection, ["Hello"])
      try House.finish(connection)
    }
    defer { house.host.stop() }
    let price: JSON.Object = ["input": 1_000_000, "output": 2_000_000]
    _ = try await house.engine.accounts.setModel(
      slug: "m", provider: "up", upstreamName: "m", aliases: [], price: price)
    let made = try await house.engine.keys.create(
      Keys.Draft(
        name: "k", scope: .standard, maxSpend: 30, period: .lifetime, endUserID: nil,
        expiresAt: nil, models: nil))
    let principal = try await house.engine.keys.authenticate(made.text)
    var request = Self.request
    request.call.model = "m"
    do {
      _ = try await house.engine.inference.run(request, as: principal) { _ in }
      #expect(succeeds)
    } catch let error as QlaudError {
      #expect(!succeeds)
      #expect(error.kind == .upstreamError)
    }
    let spending = try await house.store.spending(of: principal.keyID, since: 0)
    #expect(spending.reserved == 0)
    #expect(spending.settled == (succeeds ? 7 + 2 * 2 : 0))
    // More than is left is refused, and the host is not asked.
    request.call.maxTokens = 100
    let asked = house.host.requests.count
    let error = await #expect(throws: QlaudError.self) {
      try await house.engine.inference.run(request, as: principal) { _ in }
    }
    #expect(error?.httpStatus == 402)
    #expect(house.host.requests.count == asked)
  }
}
