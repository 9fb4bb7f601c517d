import Foundation
import TestSupport
import Testing
import Wire

@Suite(.timeLimit(.minutes(1))) struct ImportTests {
  private static func run(_ arguments: [String], _ daemon: Daemon) async throws -> (
    status: Int32, out: String
  ) {
    let process = Process()
    process.executableURL = URL(filePath: "\(Daemon.programs)/qlaud")
    process.arguments = arguments + ["--socket", daemon.socket, "--no-start"]
    process.standardInput = FileHandle.nullDevice
    let path = daemon.folder["out-\(UUID().uuidString)"]
    try Data().write(to: URL(filePath: path))
    process.standardOutput = FileHandle(forWritingAtPath: path)
    let (ended, continuation) = AsyncStream<Void>.makeStream()
    process.terminationHandler = { _ in continuation.finish() }
    try process.run()
    for await _ in ended {}
    return (process.terminationStatus, try String(contentsOfFile: path, encoding: .utf8))
  }

  private static func conversation(_ number: Int) -> JSON {
    [
      "id": .string("conv-\(number)"), "title": .string("Talk \(number)"),
      "create_time": .integer(1_700_000_000 + number), "current_node": "b",
      "mapping": [
        "a": [
          "message": [
            "author": ["role": "user"],
            "content": ["content_type": "text", "parts": [.string("imported question \(number)")]],
          ]
        ],
        "b": [
          "parent": "a",
          "message": [
            "author": ["role": "assistant"],
            "content": ["content_type": "text", "parts": ["an answer"]],
          ],
        ],
      ],
    ]
  }

  @Test func `an export is imported once, however often it is run, and found`() async throws {
    let daemon = try Daemon()
    let file = daemon.folder["conversations.json"]
    let all = (1...40).map(Self.conversation)
    try Data(JSON.array(Array(all.prefix(25))).bytes).write(to: URL(filePath: file))
    let first = try await Self.run(["import", file, "--json"], daemon)
    #expect(first.status == 0)
    #expect(try JSON(parsing: first.out) == ["imported": 25, "known": 0, "skipped": 0])
    // As after an import that was interrupted.
    try Data(JSON.array(all).bytes).write(to: URL(filePath: file))
    let second = try await Self.run(["import", file], daemon)
    #expect(second.out == "15 imported, 25 already there\n")
    let found = try await Self.run(["search", "imported question", "7", "--json"], daemon)
    let page = try JSON(parsing: found.out)
    #expect(page["data"]?[0]?["thread_id"] == "chatgpt-conv-7")
    #expect(page["data"]?[0]?["title"] == "Talk 7")
    #expect(page["data"]?[0]?["created_at"] == 1_700_000_007_000)
    let list = try await Self.run(["search", "question", "--limit", "2"], daemon)
    #expect(list.status == 0 && list.out.contains("imported question"))
    let status = try await Self.run(["index", "--status", "--json"], daemon)
    #expect(try JSON(parsing: status.out)["documents"] == 80)
  }

  @Test func `what is no export is refused with its name`() async throws {
    let daemon = try Daemon()
    let file = daemon.folder["x.json"]
    for text in ["[1,2]", "{\"a\":1}", "[{\"mapping\":{}", "nothing"] {
      try Data(text.utf8).write(to: URL(filePath: file))
      #expect(try await Self.run(["import", file], daemon).status == 2, "\(text)")
    }
    #expect(try await Self.run(["import", "/nowhere.json"], daemon).status == 2)
    let client = try RPCClient(daemon)
    await client.refused("invalid_params", "import/llm", ["path": .string(file)])
  }
}
