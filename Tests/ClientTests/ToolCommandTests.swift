import Foundation
import Testing
import Wire

@testable import Client

@Suite(.timeLimit(.minutes(1))) struct ToolCommandTests {
  private static let tools: JSON = [
    "object": "list", "has_more": false,
    "data": [
      [
        "id": "tool_1", "name": "weather", "kind": "http-call", "policy": "auto",
        "description": "Tells the weather.",
      ]
    ],
  ]

  private static let script: FakeDaemon.Script = { exchange in
    switch exchange.method {
    case "tool/list": exchange.reply(tools)
    case "tool/register":
      exchange.reply([
        "id": "tool_2", "name": exchange.params["name"] ?? .null, "secret": "wsk_1",
        "warnings": ["config.headers: no content-type"],
      ])
    case "tool/preview":
      exchange.reply([
        "tool": "weather", "kind": "http-call", "input": ["city": "Oslo"],
        "request": [
          "method": "POST", "url": "https://x.example/w?k=***", "headers": ["x-key": "***"],
          "body": ["city": "Oslo"],
        ],
      ])
    case "tool/execute":
      let fails = exchange.params["calls"]?[0]?["args"]?["city"] == "Atlantis"
      exchange.reply([
        "results": [
          [
            "tool": "weather", "output": fails ? "no such city" : ["c": 4],
            "is_error": .bool(fails),
          ]
        ]
      ])
    default: exchange.routine()
    }
  }

  @Test
  func `add registers what a file says, and a webhook's secret alone goes to standard output`()
    async throws
  {
    try await withDaemon(Self.script) { cli, daemon in
      let file = daemon.directory + "/tool.json"
      try #"{"name":"hook","webhook_url":"https://x.example"}"#.write(
        toFile: file, atomically: true, encoding: .utf8)
      let outcome = try await cli.run("tool", "add", file)
      #expect(outcome.status == 0 && outcome.out == "wsk_1\n")
      #expect(outcome.err.contains("tool_2") && outcome.err.contains("no content-type"))
      #expect(
        daemon.params(of: "tool/register") == [
          "name": "hook", "webhook_url": "https://x.example",
        ])
      let piped = try await cli.run("tool", "add", "-", "--json", input: #"{"name":"b"}"#)
      #expect(try JSON(parsing: piped.out)["name"] == "b")
      for wrong in ["[]", "{", "\"x\""] {
        #expect(try await cli.run("tool", "add", "-", input: wrong).status == 2)
      }
      #expect(try await cli.run("tool", "add", "/nonexistent.json").status == 2)
    }
  }

  @Test func `show and rm take a name or an id, and say when there is none`() async throws {
    try await withDaemon(Self.script) { cli, daemon in
      for name in ["weather", "tool_1"] {
        #expect(try await cli.run("tool", "show", name).status == 0)
        #expect(daemon.params(of: "tool/get") == ["tool_id": "tool_1"])
      }
      #expect(try await cli.run("tool", "rm", "weather").status == 0)
      #expect(daemon.params(of: "tool/delete") == ["tool_id": "tool_1"])
      let unknown = try await cli.run("tool", "show", "wether")
      #expect(unknown.status == 1 && unknown.err.contains("no tool wether"))
      let list = try await cli.run("tool")
      #expect(list.out.contains("weather") && list.out.contains("http-call"))
    }
  }

  @Test func `a policy is set by name, and only one that there is`() async throws {
    try await withDaemon(Self.script) { cli, daemon in
      let set = try await cli.run("tool", "policy", "weather", "ask")
      #expect(set.status == 0 && (set.out + set.err).contains("weather: ask"))
      #expect(daemon.params(of: "tool/update") == ["tool_id": "tool_1", "policy": "ask"])
      #expect(try await cli.run("tool", "policy", "weather", "perhaps").status == 2)
    }
  }

  @Test func `a dry run shows the request and calls nothing`() async throws {
    try await withDaemon(Self.script) { cli, daemon in
      let outcome = try await cli.run(
        "tool", "test", "weather", #"{"city":"Oslo"}"#, "--end-user", "u1", "--metadata",
        #"{"team":"a"}"#, "--dry-run")
      #expect(outcome.status == 0)
      #expect(
        outcome.out == "POST https://x.example/w?k=***\nx-key: ***\n\n{\"city\":\"Oslo\"}\n")
      #expect(
        daemon.params(of: "tool/preview") == [
          "tool_id": "weather", "input": ["city": "Oslo"], "end_user_id": "u1",
          "metadata": ["team": "a"],
        ])
      #expect(daemon.params(of: "tool/execute") == nil)
      #expect(try await cli.run("tool", "test", "weather", "[1]", "--dry-run").status == 2)
    }
  }

  @Test func `test calls the tool, and a failed call is exit status 1`() async throws {
    try await withDaemon(Self.script) { cli, daemon in
      let good = try await cli.run("tool", "test", "weather", "{}", "--end-user", "u1")
      #expect(good.status == 0 && good.out == "{\"c\":4}\n")
      #expect(
        daemon.params(of: "tool/execute") == [
          "calls": [["tool": "weather", "args": [:]]], "end_user_id": "u1",
        ])
      let bad = try await cli.run("tool", "test", "weather", #"{"city":"Atlantis"}"#, "--json")
      #expect(bad.status == 1)
      #expect(try JSON(parsing: bad.out)["output"] == "no such city")
    }
  }
}

@Suite(.timeLimit(.minutes(1))) struct ApprovalsCommandTests {
  private static let question: JSON = [
    "id": "ap-1", "name": "send_email", "input": ["to": "bob"], "status": "pending",
    "expires_at": 1_700_000_000_000,
  ]

  /// A turn that waits for its approval, or a list with one question.
  private static let script: FakeDaemon.Script = { exchange in
    switch exchange.method {
    case "approval/list": exchange.reply(["data": [question], "has_more": false])
    case "message/send":
      exchange.startTurn()
      exchange.event(
        11, "qlaud.approval_required",
        ["approval_id": "ap-1", "name": "send_email", "input": ["to": "bob"]])
    case "approval/respond":
      exchange.reply(["id": "ap-1"])
      exchange.event(
        12, "qlaud.approval_resolved",
        ["approval_id": "ap-1", "decision": exchange.params["decision"] ?? .null])
      exchange.text(13, "sent")
      exchange.done(14)
    default: exchange.routine()
    }
  }

  @Test(arguments: ["once", "thread", "tool"])
  func `an answer names the question, the decision and for what it holds`(scope: String)
    async throws
  {
    try await withDaemon(Self.script) { cli, daemon in
      let outcome = try await cli.run("approvals", "respond", "ap-1", "approve", "--for", scope)
      #expect(outcome.status == 0)
      #expect(
        daemon.params(of: "approval/respond") == [
          "approval_id": "ap-1", "decision": "approve", "scope": .string(scope),
        ])
      #expect(try await cli.run("approvals", "respond", "ap-1", "maybe").status == 2)
      #expect(try await cli.run("approvals", "ask").status == 2)
      let list = try await cli.run("approvals", "--json")
      #expect(try JSON(parsing: list.out)["data"]?[0]?["id"] == "ap-1")
    }
  }

  @Test(arguments: [
    ("y", "approve", "once"), ("t", "approve", "thread"), ("a", "approve", "tool"),
    ("n", "deny", "once"), ("xxN", "deny", "thread"),
  ])
  func `ask puts the question at the terminal while the turn waits`(
    keys: String, decision: JSON, scope: JSON
  ) async throws {
    try await withDaemon(Self.script) { cli, daemon in
      let process = try cli.process(["ask", "mail bob"])
      let terminal = try Terminal(process)
      async let ended: Void = CLI.finish(process)
      await terminal.wait(for: "allow it?")
      for key in keys { terminal.type(String(key)) }
      try await ended
      #expect(process.terminationStatus == 0)
      #expect(
        daemon.params(of: "approval/respond") == [
          "approval_id": "ap-1", "decision": decision, "scope": scope,
        ])
      await terminal.wait(for: "sent")
    }
  }

  @Test func `a question that somebody else answers is taken away`() async throws {
    try await withDaemon { exchange in
      Self.script(exchange)
      if exchange.method == "message/send" {
        exchange.event(
          12, "qlaud.approval_resolved", ["approval_id": "ap-1", "decision": "deny"])
        exchange.event(13, "qlaud.done", ["status": "done"])
      }
    } _: { cli, daemon in
      let process = try cli.process(["ask", "mail bob"])
      let terminal = try Terminal(process)
      try await CLI.finish(process)
      #expect(process.terminationStatus == 0)
      #expect(daemon.params(of: "approval/respond") == nil)
      await terminal.wait(for: "approval deny")
    }
  }

  @Test func `without a terminal the question is said with its id, and the turn waits`()
    async throws
  {
    try await withDaemon { exchange in
      Self.script(exchange)
      if exchange.method == "message/send" { exchange.done(12) }
    } _: { cli, daemon in
      let outcome = try await cli.run("ask", "mail bob")
      #expect(outcome.err.contains("ap-1") && !outcome.err.contains("allow it?"))
      #expect(daemon.params(of: "approval/respond") == nil)
    }
  }

  @Test func `approvals ask goes through what waits`() async throws {
    try await withDaemon(Self.script) { cli, daemon in
      let process = try cli.process(["approvals", "ask"])
      let terminal = try Terminal(process)
      async let ended: Void = CLI.finish(process)
      await terminal.wait(for: "allow it?")
      terminal.type("t")
      try await ended
      #expect(process.terminationStatus == 0)
      #expect(daemon.params(of: "approval/respond")?["scope"] == "thread")
      await terminal.wait(for: "send_email")
    }
  }
}
