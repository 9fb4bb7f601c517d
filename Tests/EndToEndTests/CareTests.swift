import Foundation
import TestSupport
import Testing
import Wire

/// Backup, restore, the doctor and erasure, with the real programs.
@Suite(.timeLimit(.minutes(1))) struct CareTests {
  /// Words that nothing else in a file can hold: no hex digit is in them.
  private static func word() -> String {
    String((0..<24).compactMap { _ in "ghjkmnpqrsuvwxyz".randomElement() })
  }

  /// The places in a file where some eight bytes of a word stand.
  private static func traces(of words: [String: String], in path: String) throws -> [String] {
    guard FileManager.default.fileExists(atPath: path) else { return [] }
    let data = try Data(contentsOf: URL(fileURLWithPath: path))
    return words.flatMap { name, word in
      (0...word.utf8.count - 8).filter { start in
        data.range(of: Data(Array(word.utf8)[start..<start + 8])) != nil
      }.map { "\(name)[\($0)] in \(path)" }
    }
  }

  @Test func `after an erasure no eight bytes of the thread are in the file, its log or a backup`()
    async throws
  {
    let names = [
      "title", "metadata", "system", "question", "answer", "input", "output", "tool",
      "second", "waiting", "key", "error",
    ]
    let words = Dictionary(uniqueKeysWithValues: names.map { ($0, Self.word()) })
    func text(_ name: String) -> JSON { .string(words[name] ?? "") }
    let standIn = try StandIn { body, connection in
      if StandIn.question(body) == words["second"] {
        return try connection.respond(
          status: 400, body: #"{"error":{"message":"\#(words["error"] ?? "")"}}"#)
      }
      if body.text.contains("other") { return try StandIn.say(["more"], to: connection) }
      if StandIn.results(body).isEmpty {
        return try StandIn.call(
          [ScriptedCall("c1", words["tool"] ?? "", #"{"s":"\#(words["input"] ?? "")"}"#)],
          to: connection)
      }
      try StandIn.say([words["answer"] ?? ""], to: connection)
    }
    let folder = try TemporaryFolder()
    let daemon = try Daemon(in: folder)
    let client = try RPCClient(daemon)
    try await client.use(standIn)
    // Others' rows lie around those that go.
    var others: [String] = []
    for index in 0..<4 {
      let other = try await client.newThread()
      others.append(other)
      _ = try await client.call(
        "message/append",
        [
          "thread_id": .string(other),
          "messages": [["role": "user", "content": .string("other \(index)")]],
        ])
    }
    let thread =
      try await client.call(
        "thread/create",
        [
          "title": text("title"), "metadata": ["note": text("metadata")], "system": text("system"),
        ])["id"]?.string ?? ""
    let turn = try await client.send(
      words["question"] ?? "", to: thread,
      more: [
        "idempotency_key": text("key"),
        "client_tools": [
          [
            "name": text("tool"), "description": "Mine.",
            "input_schema": ["type": "object", "properties": ["s": ["type": "string"]]],
          ]
        ],
      ])
    _ = await client.events { $0["event"] == "qlaud.tool_dispatch_start" }
    _ = try await client.call(
      "tool/result",
      ["thread_id": .string(thread), "tool_use_id": "c1", "output": ["y": text("output")]])
    #expect(await client.untilDone(turn).last?["data"]?["status"] == "done")
    let failed = try await client.send(words["second"] ?? "", to: thread)
    #expect(await client.untilDone(failed).last?["data"]?["status"] == "failed")
    _ = try await client.call("queue/pause")
    _ = try await client.send(words["waiting"] ?? "", to: thread)
    // All of it was there.
    let before = folder["before.db"]
    _ = try await client.call("daemon/backup", ["path": .string(before)])
    let found = Set(
      try Self.traces(of: words, in: before).map { String($0.prefix { $0 != "[" }) })
    #expect(found == Set(names))

    let erased = try HTTPReply.request(daemon, "DELETE", "/v1/threads/\(thread)?erase=now")
    #expect(erased.status == 200)
    _ = try await client.call("queue/resume")
    for other in others { _ = await client.untilDone(try await client.send("more", to: other)) }
    let after = folder["after.db"]
    _ = try await client.call("daemon/backup", ["path": .string(after)])
    for path in [daemon.database, daemon.database + "-wal", after] {
      let traces = Set(try Self.traces(of: words, in: path).map { $0.prefix { $0 != "[" } })
      #expect(traces.isEmpty, "\(path)")
    }
    #expect(try await client.call("daemon/doctor")["ok"] == true)
    daemon.stop()
    #expect(try Self.traces(of: words, in: daemon.database) == [])
  }

  @Test
  func `qlaud backs up, refuses to restore under a running daemon, and restores when it is down`()
    async throws
  {
    let standIn = try StandIn { _, connection in try StandIn.say(["x"], to: connection) }
    let folder = try TemporaryFolder()
    mkdir(folder["data"], 0o700)
    let database = folder["data/qlaud.db"]
    let qlaud = { (arguments: [String]) in
      try Spawn.run(
        ["\(Daemon.programs)/qlaud"] + arguments
          + ["--socket", folder["q.sock"], "--data", folder["data"], "--no-start"],
        environment: ["HOME": folder["."]])
    }
    var daemon = try Daemon(in: folder, database: database)
    var client = try RPCClient(daemon)
    try await client.use(standIn)
    let thread = try await client.newThread()
    _ = await client.untilDone(try await client.send("before", to: thread))
    let backup = folder["copy.db"]
    let made = try qlaud(["backup", backup])
    #expect(made.status == 0 && made.text.contains("checked"), "\(made.text)")
    _ = await client.untilDone(try await client.send("after", to: thread))

    let refused = try qlaud(["restore", backup])
    #expect(refused.status == 2 && refused.text.contains("qlaud stop"), "\(refused.text)")
    // The daemon itself refuses, too, whoever asks.
    let held = try Spawn.run([
      "\(Daemon.programs)/qlaudd", "--restore", backup, "--database", database,
    ])
    #expect(held.status == 75)
    #expect(try await client.messages(thread).count == 4)
    daemon.stop()
    let restored = try qlaud(["restore", backup])
    #expect(restored.status == 0 && restored.text.contains("kept as"), "\(restored.text)")
    daemon = try Daemon(in: folder, database: database)
    client = try RPCClient(daemon)
    #expect(try await client.messages(thread).count == 2)
    // The vault's header came with it and its key is still beside it.
    #expect(try await client.call("vault/status")["locked"] != true)
    daemon.stop()
    try Data(String(repeating: "no database ", count: 99).utf8).write(
      to: URL(fileURLWithPath: folder["text"]))
    let broken = try qlaud(["restore", folder["text"]])
    #expect(broken.status == 1 && broken.text.contains("not an SQLite database"), "\(broken.text)")
    daemon = try Daemon(in: folder, database: database)
    #expect(try await RPCClient(daemon).messages(thread).count == 2)
  }

  @Test func `the doctor says what is wrong and what to do about it`() async throws {
    let standIn = try StandIn { _, connection in try StandIn.say(["x"], to: connection) }
    let daemon = try Daemon()
    let client = try RPCClient(daemon)
    try await client.use(standIn)
    _ = try await client.call(
      "provider/set",
      ["name": "away", "base_url": "http://127.0.0.1:1", "shape": "openai-chat"])
    _ = try await client.call(
      "provider/set",
      [
        "name": "keyless", "base_url": .string(standIn.server.origin), "shape": "openai-chat",
        "secret": "nowhere",
      ])
    chmod(daemon.database, 0o644)
    let report = try await client.call("daemon/doctor")
    #expect(report["ok"] == false)
    let findings = report["findings"]?.array ?? []
    func finding(_ check: String) -> JSON? { findings.first { $0["check"]?.string == check } }
    #expect(finding("file")?["status"] == "ok")
    #expect(finding("orphans")?["status"] == "ok")
    #expect(finding("clock")?["status"] == "ok")
    #expect(finding("search index")?["status"] == "ok")
    #expect(finding("permissions")?["status"] == "error")
    #expect(finding("permissions")?["fix"]?.string?.contains("chmod 600") == true)
    #expect(finding("provider up")?["status"] == "ok")
    #expect(finding("provider away")?["status"] == "warning")
    #expect(finding("provider keyless")?["fix"] == "qlaud secret set nowhere")
    let printed = try Spawn.run([
      "\(Daemon.programs)/qlaud", "doctor", "--socket", daemon.socket, "--no-start",
    ])
    #expect(printed.status == 1)
    #expect(printed.text.contains("→ chown it"), "\(printed.text)")
    chmod(daemon.database, 0o600)
    #expect(try await client.call("daemon/doctor")["ok"] == true)
  }
}
