import Foundation

/// Runs the built `qlaud`.
struct CLI {
  struct Outcome {
    let status: Int32
    let out: String
    let err: String
  }

  /// The binary beside the test bundle, else in the package's debug directory.
  static var executable: URL {
    get throws {
      let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()
      let bundle = CommandLine.arguments.first { $0.contains(".xctest") }
        .map { URL(fileURLWithPath: $0).deletingLastPathComponent() }
      let places = [bundle, root.appendingPathComponent(".build/debug")].compactMap { $0 }
      let found = places.map { $0.appendingPathComponent("qlaud") }
        .first { FileManager.default.isExecutableFile(atPath: $0.path) }
      guard let found else { throw CocoaError(.fileNoSuchFile) }
      return found
    }
  }

  let home: String
  var socket: String?
  var environment: [String: String] = [:]
  var binary: URL?

  func process(_ arguments: [String]) throws -> Process {
    let process = Process()
    process.executableURL = try binary ?? Self.executable
    process.arguments = arguments
    var variables = ["HOME": home, "PATH": "/usr/bin:/bin", "TZ": "UTC"]
    variables["QLAUD_SOCKET"] = socket
    process.environment = variables.merging(environment) { $1 }
    return process
  }

  func run(_ arguments: String..., input: String? = nil) async throws -> Outcome {
    let process = try process(arguments)
    let outPath = home + "/out-\(UUID().uuidString)"
    let errPath = home + "/err-\(UUID().uuidString)"
    for path in [outPath, errPath] { try Data().write(to: URL(fileURLWithPath: path)) }
    process.standardOutput = FileHandle(forWritingAtPath: outPath)
    process.standardError = FileHandle(forWritingAtPath: errPath)
    if let input {
      let inPath = home + "/in-\(UUID().uuidString)"
      try Data(input.utf8).write(to: URL(fileURLWithPath: inPath))
      process.standardInput = FileHandle(forReadingAtPath: inPath)
    } else {
      process.standardInput = FileHandle.nullDevice
    }
    try await Self.finish(process)
    return Outcome(
      status: process.terminationStatus, out: try String(contentsOfFile: outPath, encoding: .utf8),
      err: try String(contentsOfFile: errPath, encoding: .utf8))
  }

  /// Starts the process and waits for its end.
  static func finish(_ process: Process, started: (Process) -> Void = { _ in }) async throws {
    let (ended, continuation) = AsyncStream<Void>.makeStream()
    process.terminationHandler = { _ in continuation.finish() }
    try process.run()
    started(process)
    for await _ in ended {}
  }
}

/// Gives a test a fake daemon and a `qlaud` that speaks to it.
func withDaemon(
  _ script: @escaping FakeDaemon.Script, _ body: (CLI, FakeDaemon) async throws -> Void
) async throws {
  let daemon = try FakeDaemon(script: script)
  defer { daemon.stop() }
  try await body(CLI(home: daemon.directory, socket: daemon.path), daemon)
}
