import Foundation
import HTTPTypes
import Logging
import ServiceLifecycle
import Synchronization
import Wire

@testable import Server

/// A directory that goes with the value.
final class Scratch: Sendable {
  let path: String
  init() {
    path = FileManager.default.temporaryDirectory.path + "/qlaud-\(UUID().uuidString.prefix(8))"
    mkdir(path, 0o700)
  }
  deinit {
    do { try FileManager.default.removeItem(atPath: path) } catch { print("left behind: \(path)") }
  }
  func file(_ name: String) -> String { "\(path)/\(name)" }
}

/// What handlers tell the test.
final class Probe: Sendable {
  private let seen = Mutex<[String]>([])
  private let stream: AsyncStream<String>
  private let tell: AsyncStream<String>.Continuation
  init() { (stream, tell) = AsyncStream.makeStream() }
  func note(_ event: String) {
    seen.withLock { $0.append(event) }
    tell.yield(event)
  }
  /// Waits for an event that was not waited for before.
  func wait(for event: String) async {
    for await next in stream where next == event { return }
  }
  var events: [String] { seen.withLock { $0 } }
}

/// A server that runs, and how to stop it.
struct Running: Sendable {
  let scratch: Scratch
  let socketPath: String
  let addresses: [ListeningAddress]
  let group: ServiceGroup

  var port: Int {
    for case .tcp(_, let port) in addresses { return port }
    return 0
  }
  func connect() throws -> Client { try Client.connect(path: socketPath) }
  func connectTCP() throws -> Client { try Client.connect(port: port) }
  func stop() async { await group.triggerGracefulShutdown() }
}

let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

/// What a test changes in the configuration.
struct Setup {
  let apply: (inout ServerConfiguration) -> Void
  static var usual: Setup { Setup { _ in } }
  static func with(_ apply: @escaping (inout ServerConfiguration) -> Void) -> Setup {
    Setup(apply: apply)
  }
}

/// Runs a server around `body` and stops it gracefully.
func withServer(
  scratch: Scratch = Scratch(), _ setup: Setup = .usual,
  handler: @escaping Conversation.Handler = echo, _ body: (Running) async throws -> Void
) async throws {
  let path = scratch.file("run/qlaud.sock")
  var configuration = ServerConfiguration(socketPath: path)
  configuration.shutdownGrace = .seconds(20)
  setup.apply(&configuration)
  let (listening, tell) = AsyncStream<[ListeningAddress]>.makeStream()
  let server = SocketServer(
    configuration: configuration, logger: quiet,
    onListening: {
      tell.yield($0)
      tell.finish()
    }, handler: handler)
  let group = ServiceGroup(
    configuration: ServiceGroupConfiguration(
      services: [
        .init(service: server, successTerminationBehavior: .gracefullyShutdownGroup)
      ], logger: quiet))
  try await withThrowingTaskGroup(of: Void.self) { tasks in
    tasks.addTask {
      defer { tell.finish() }
      try await group.run()
    }
    for await addresses in listening {
      try await body(
        Running(
          scratch: scratch, socketPath: configuration.socketPath, addresses: addresses, group: group
        ))
    }
    await group.triggerGracefulShutdown()
    try await tasks.waitForAll()
  }
}

/// Sends every message back; tells in words what was wrong with a frame. HTTP: method, path and body come back.
let echo: Conversation.Handler = { conversation in
  do {
    switch conversation {
    case .rpc(let rpc):
      while let frame = try await rpc.next() {
        switch frame {
        case .message(let bytes): try await rpc.send(bytes)
        case .tooLong: try await rpc.send(Array("too long".utf8))
        case .broken(let why):
          try await rpc.send(Array("broken: \(why)".utf8))
          return
        }
      }
    case .http(let exchange):
      let size = exchange.body.map { "\($0.count)" } ?? "none"
      let text = "\(exchange.request.method) \(exchange.request.path ?? "") \(size)"
      try await answer(exchange, text)
    }
  } catch { return }
}

func answer(_ exchange: HTTPExchange, _ text: String) async throws {
  try await exchange.start(.init(status: .ok, headerFields: [.contentLength: "\(text.utf8.count)"]))
  try await exchange.write(Array(text.utf8))
}
