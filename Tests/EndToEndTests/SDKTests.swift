import Foundation
import TestSupport
import Testing
import Wire

/// The official SDKs as clients, over the socket: what `Tests/SDKClients/clients.py` checks holds for each generation, against a
/// scripted host and against a real model on this machine.
///
/// They come from PyPI into a folder of the test's own, about eight seconds each, so they are left out unless
/// `QLAUD_SDK_TESTS=1`, which `contrib/check` sets. Where PyPI or the model is not there that part is skipped and says so.
@Suite(
  .timeLimit(.minutes(15)),
  .enabled(
    if: ProcessInfo.processInfo.environment["QLAUD_SDK_TESTS"] == "1",
    "set QLAUD_SDK_TESTS=1 to fetch the official SDKs from PyPI and run them"))
struct SDKTests {
  static let generations = [
    "anthropic==0.40.0", "anthropic==2.12.0", "openai==1.109.1", "openai==2.54.0",
    "openai==3.54.0",
  ]

  private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  /// A generation in a folder of its own; nil, with the reason, where it cannot be had.
  private static func install(_ package: String, in folder: TemporaryFolder) async throws -> String?
  {
    let target = folder["sdk"]
    let outcome = try await Program.run(
      [
        "python3", "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input",
        "--retries", "1", "--timeout", "20", "--target", target, package,
      ], in: folder)
    guard outcome.status != 0 else { return target }
    print("SDK \(package) is skipped, pip cannot install it: \(outcome.said.suffix(300))")
    return nil
  }

  private static func check(
    _ package: String, from sdk: String, against model: String, _ mode: String, _ daemon: Daemon,
    _ folder: TemporaryFolder
  ) async throws {
    let client = try RPCClient(daemon)
    let key = try #require(
      try await client.call("key/create", ["name": "sdk", "scope": "standard"])["secret"]?.string)
    let kind = String(package.prefix { $0 != "=" })
    let outcome = try await Program.run(
      [
        "python3", root.appendingPathComponent("Tests/SDKClients/clients.py").path, kind,
        daemon.socket, key, model, mode,
      ], environment: ["PYTHONPATH": sdk, "PYTHONDONTWRITEBYTECODE": "1"], in: folder)
    #expect(outcome.status == 0, "\(package): \(outcome.said)")
    #expect(outcome.said.contains("ok errors"))
    let checks = outcome.said.split(separator: "\n").filter { $0.hasPrefix("ok ") }
    print("SDK \(package), \(mode): \(checks.count) checks passed")
  }

  @Test func `each generation of the official SDKs works over the socket`() async throws {
    let standIn = try StandIn(Self.script)
    defer { standIn.server.stop() }
    let folder = try TemporaryFolder()
    let llm = try await EmbeddingModel.start(in: folder)
    defer { llm?.stop() }
    for package in Self.generations {
      let folder = try TemporaryFolder()
      guard let sdk = try await Self.install(package, in: folder) else { continue }
      let daemon = try Daemon()
      let client = try RPCClient(daemon)
      try await client.use(standIn)
      _ = try await client.call(
        "model/set", ["slug": "known", "provider": "up", "upstream_name": "stand-in"])
      try await Self.check(package, from: sdk, against: "known", "scripted", daemon, folder)
      guard let llm else { continue }
      _ = try await client.call(
        "provider/set", ["name": "llm", "base_url": .string(llm.origin), "shape": "openai-chat"])
      _ = try await client.call(
        "model/set", ["slug": "local", "provider": "llm", "upstream_name": "qwen05b"])
      try await Self.check(package, from: sdk, against: "local", "real", daemon, folder)
    }
  }

  // MARK: The scripted host

  private static let script: StandIn.Script = { body, connection in
    if let input = body["input"] {
      let vector: [JSON] = [0.5, -1.25, 2.0]
      let size = body["dimensions"]?.int.map { Int($0) } ?? 3
      let data = (0..<(input.array?.count ?? 1)).map { index -> JSON in
        ["index": .integer(index), "embedding": .array(Array(vector.prefix(size)))]
      }
      let reply: JSON = ["data": .array(data), "usage": ["prompt_tokens": 3]]
      return try connection.respond(
        status: 200, headers: [("content-type", "application/json")], body: reply.bytes)
    }
    let last = body["messages"]?.array?.last ?? .null
    let said = last["content"]?.text ?? ""
    if said.contains("Be busy") {
      let reply: JSON = ["error": ["message": "slow down", "type": "rate_limit_error"]]
      return try connection.respond(
        status: 429, headers: [("content-type", "application/json")], body: reply.bytes)
    }
    try connection.startChunked(status: 200, headers: [("content-type", "text/event-stream")])
    if said.contains("Break off") {
      try connection.chunk(StandIn.piece(["content": "Hello "]))
      return try connection.end()
    }
    for delta in Self.deltas(body, last, said) { try connection.chunk(StandIn.piece(delta)) }
    try StandIn.finish(connection, tokens: 3)
  }

  private static func deltas(_ body: JSON, _ last: JSON, _ said: String) -> [JSON] {
    if last["role"] == "tool" { return [["content": "The sum is "], ["content": "5."]] }
    if body["tools"] != nil, said.contains("plus") {
      let head: JSON = [
        "index": 0, "id": "call_1", "type": "function",
        "function": ["name": "add", "arguments": "{\"a\":"],
      ]
      let tail: JSON = ["index": 0, "function": ["arguments": "2,\"b\":3}"]]
      return [["content": "Let me add. "], ["tool_calls": [head]], ["tool_calls": [tail]]]
    }
    if body["response_format"] != nil {
      return [["content": "{\"city\":\"Paris\","], ["content": "\"people\":2}"]]
    }
    return [["content": "Hello "], ["content": "there."]]
  }
}

/// The real model server that lies beside the repository, where it has been installed: it is never fetched by a test.
private struct EmbeddingModel {
  let origin: String
  private let pid: pid_t

  /// Starts it and waits until it answers; nil, with the reason, where it is not there.
  static func start(in folder: TemporaryFolder) async throws -> EmbeddingModel? {
    let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
      .appendingPathComponent("shared/tools/local-llm.sh").path
    let variables = ProcessInfo.processInfo.environment
    let home = variables["LLM_HOME"] ?? "\(variables["HOME"] ?? "")/.cache/qlaudd-local-llm"
    let files = FileManager.default
    guard files.fileExists(atPath: script), files.fileExists(atPath: "\(home)/models/qwen05b.gguf")
    else {
      print("the real model is not installed (\(script) install), that part is skipped")
      return nil
    }
    let port = String(Int.random(in: 20_000..<30_000))
    let outcome = try await Program.run(
      ["sh", script, "start", port],
      environment: ["LLM_EMBED": "1", "LLM_MODEL": "qwen05b", "LLM_ALIAS": ""], in: folder)
    let recorded = try String(contentsOfFile: "\(home)/run/\(port).pid", encoding: .utf8)
    let pid = pid_t(recorded.trimmingCharacters(in: .whitespacesAndNewlines))
    guard outcome.status == 0, let pid else {
      print("the real model does not start, that part is skipped: \(outcome.said.suffix(300))")
      return nil
    }
    return EmbeddingModel(origin: "http://127.0.0.1:\(port)", pid: pid)
  }

  func stop() { kill(pid, SIGTERM) }
}
