import Foundation
import TestSupport
import Testing
import Wire

/// kill -9 while a call runs, for the kinds that ToolLoopTests (http-call) and ClientToolTests (client) leave out.
@Suite(.timeLimit(.minutes(1))) struct ToolKindCrashTests {
  @Test(arguments: [1, 2])
  func `a webhook that kill -9 cut off is not called again, and one that answered is not either`(
    crashedRequest: Int
  ) async throws {
    let gate = Gate()
    let hook = try LoopbackServer { _, connection in
      if crashedRequest == 1 { try gate.waitBlocking() }
      try connection.respond(
        status: 200, headers: [("content-type", "application/json")],
        body: Array(#"{"output":"delivered"}"#.utf8))
    }
    defer { hook.stop() }
    let standIn = try StandIn { body, connection in
      let results = StandIn.results(body)
      if results.isEmpty {
        return try StandIn.call([ScriptedCall("c1", "hook", "{}")], to: connection)
      }
      if crashedRequest == 2 { try gate.waitBlocking() }
      try StandIn.say(results.map(\.content), to: connection)
    }
    let folder = try TemporaryFolder()
    var daemon = try Daemon(in: folder)
    var client = try RPCClient(daemon)
    try await client.use(standIn)
    _ = try await client.call(
      "tool/register",
      [
        "name": "hook", "description": "Delivers.", "webhook_url": .string(hook.origin),
        "input_schema": ["type": "object"],
      ])
    let thread = try await client.newThread()
    let turn = try await client.send("go", to: thread, more: ["tools": ["hook"]])
    if crashedRequest == 1 {
      _ = try await hook.request(at: 0)
    } else {
      _ = try await standIn.server.request(at: 1)
    }
    daemon.crash()
    gate.open()
    daemon = try Daemon(in: folder)
    client = try RPCClient(daemon)
    _ = try await client.call("thread/subscribe", ["thread_id": .string(thread), "after": 0])
    let events = await client.untilDone(turn)
    #expect(events.last?["data"]?["status"] == "done")
    #expect(hook.requests.count == 1)
    let results = try await client.toolResults(thread)
    #expect(results.count == 1)
    if crashedRequest == 1 {
      #expect(results[0]["content"]?.string?.contains("outcome is unknown") == true)
    } else {
      #expect(results[0]["content"] == "delivered")
    }
    let audit = try await client.call("tool/calls")["data"]?.array ?? []
    #expect(audit.count == 1)
    #expect(audit.first?["status"]?.string == (crashedRequest == 1 ? "failed" : "done"))
  }

  @Test func `kill -9 ends the programs in the sandbox, and the program is run again`()
    async throws
  {
    let seconds = "\(100_000 + Int.random(in: 0..<100_000))"
    let code: JSON = ["language": "sh", "code": .string("sleep \(seconds)")]
    let standIn = try StandIn.calling([ScriptedCall("c1", "run", code.text)])
    let folder = try TemporaryFolder()
    var daemon = try Daemon(in: folder)
    var client = try RPCClient(daemon)
    try await client.use(standIn)
    let offered = try await client.call("builtin/list")["data"]?.array ?? []
    guard offered.contains(where: { $0["provider"] == "qlaud-builtin/code-execution" }) else {
      return print("skipped: this machine has no sandbox")
    }
    _ = try await client.call(
      "tool/register",
      [
        "name": "run", "provider": "qlaud-builtin/code-execution", "config": ["timeout_s": 100],
      ])
    let thread = try await client.newThread()
    let turn = try await client.send("go", to: thread, more: ["tools": ["run"]])
    let first = await running("sleep", seconds)
    daemon.crash()
    await untilGone(first)
    daemon = try Daemon(in: folder)
    client = try RPCClient(daemon)
    let second = await running("sleep", seconds)
    // An orderly end of the turn ends it as well.
    _ = try await client.call("turn/cancel", ["turn_id": .string(turn)])
    await untilGone(second)
    let results = try await client.toolResults(thread)
    #expect(results.count == 1 && results[0]["is_error"] == true)
  }

  /// The process with this command line, once it is there. Nobody tells of another's processes: they are looked at.
  private func running(_ words: String...) async -> pid_t {
    let line = words.joined(separator: "\0") + "\0"
    while true {
      let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
      for pid in names.compactMap({ pid_t($0) }) {
        let data = FileManager.default.contents(atPath: "/proc/\(pid)/cmdline") ?? Data()
        if String(decoding: data, as: UTF8.self) == line { return pid }
      }
      await Task.yield()
    }
  }

  private func untilGone(_ pid: pid_t) async {
    while kill(pid, 0) == 0 { await Task.yield() }
  }
}
