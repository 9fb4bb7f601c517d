import ArgumentParser
import Foundation
import Testing
import Wire

@testable import Client

@Suite(.timeLimit(.minutes(1))) struct CommandTests {
  @Test func `A secret is read from standard input and never an argument`() async throws {
    try await withDaemon {
      $0.routine()
    } _: { cli, daemon in
      let outcome = try await cli.run("secret", "set", "openai", input: "sk-123\n")
      #expect(outcome.status == 0)
      #expect(daemon.params(of: "secret/set") == ["name": "openai", "value": "sk-123"])
      #expect(!(outcome.out + outcome.err).contains("sk-123"))
      #expect(try await cli.run("secret", "set", "openai", "sk-123", input: "x").status == 2)
      let empty = try await cli.run("secret", "set", "openai", input: "\n")
      #expect(empty.status == 2)
      #expect(empty.err.contains("must not be empty"))
    }
  }

  @Test func `provider set keeps the key as a secret and names it`() async throws {
    try await withDaemon {
      $0.routine()
    } _: { cli, daemon in
      let outcome = try await cli.run(
        "provider", "set", "box", "--url", "http://h", "--shape", "openai-chat", "--key-stdin",
        "--header", "X-Team: a: b", input: "k")
      #expect(outcome.status == 0)
      #expect(daemon.params(of: "secret/set") == ["name": "box", "value": "k"])
      #expect(
        daemon.params(of: "provider/set") == [
          "name": "box", "base_url": "http://h", "shape": "openai-chat", "secret": "box",
          "headers": ["X-Team": "a: b"],
        ])
    }
  }

  @Test func `models set reads dollars and leaves out what is not said`() async throws {
    try await withDaemon {
      $0.routine()
    } _: { cli, daemon in
      let outcome = try await cli.run(
        "models", "set", "fast", "--provider", "up", "--name", "m-1", "--alias", "f", "--input",
        "0.25", "--output", "$2", "--context", "32000")
      #expect(outcome.status == 0, "\(outcome.err)")
      #expect(
        daemon.params(of: "model/set") == [
          "slug": "fast", "provider": "up", "upstream_name": "m-1", "aliases": ["f"],
          "price": ["input": 250_000, "output": 2_000_000], "context_window": 32_000,
        ])
      let half = try await cli.run("models", "set", "x", "--provider", "up", "--input", "1")
      #expect(half.status == 2)
      let words = try await cli.run(
        "models", "set", "x", "--provider", "up", "--input", "one", "--output", "1")
      #expect(words.status == 2 && words.err.contains("--input"))
    }
  }

  @Test func `models alias splits the provider from the model`() async throws {
    try await withDaemon {
      $0.routine()
    } _: { cli, daemon in
      let named = try await cli.run("models", "alias", "llama", "or/meta/llama-4")
      #expect(named.status == 0)
      #expect(
        daemon.params(of: "model/set")
          == ["slug": "llama", "provider": "or", "upstream_name": "meta/llama-4"])
      let bare = try await cli.run("models", "alias", "llama", "llama-4")
      #expect(bare.status == 2)
      #expect(bare.err.contains("qlaud models set llama-4 --alias llama"))
    }
  }

  @Test func `provider add asks only for a key, and not for one where none is needed`() async throws
  {
    let presets: JSON = [
      "data": [
        ["name": "groq", "base_url": "https://g", "shape": "openai-chat", "needs_key": true],
        ["name": "ollama", "base_url": "http://o", "shape": "openai-chat", "needs_key": false],
        [
          "name": "azure", "base_url": "https://{resource}.x", "shape": "openai-chat",
          "needs_key": true,
        ],
      ]
    ]
    try await withDaemon { call in
      if call.method == "provider/presets" { call.reply(presets) } else { call.routine() }
    } _: { cli, daemon in
      let groq = try await cli.run("provider", "add", "groq", input: "k\n")
      #expect(groq.status == 0)
      #expect(daemon.params(of: "secret/set") == ["name": "groq", "value": "k"])
      #expect(daemon.params(of: "provider/set") == ["name": "groq", "secret": "groq"])
      let azure = try await cli.run("provider", "add", "azure", input: "k\n")
      #expect(azure.status == 2 && azure.err.contains("{resource}"))
      // Nobody types a key for a name that leads nowhere.
      let unknown = try await cli.run("provider", "add", "nosuch", input: "k\n")
      #expect(unknown.status == 2)
      #expect(unknown.err.contains("known are groq, ollama, azure"))
      #expect(unknown.err.contains("--url URL"))
      #expect(daemon.params(of: "secret/set")?["name"] == "groq")
    }
    try await withDaemon { call in
      if call.method == "provider/presets" { call.reply(presets) } else { call.routine() }
    } _: { cli, daemon in
      let ollama = try await cli.run("provider", "add", "ollama")
      #expect(ollama.status == 0)
      #expect(daemon.params(of: "provider/set") == ["name": "ollama"])
      #expect(daemon.params(of: "secret/set") == nil)
    }
  }

  @Test func `A provider's refusal says whose it is`() async throws {
    let fault = RPC.Fault(
      code: -32014, message: "this model refuses you",
      data: ["kind": "upstream_error", "provider": "up", "status": 400])
    try await withDaemon {
      $0.fail(fault)
    } _: { cli, _ in
      let outcome = try await cli.run("provider", "test", "up")
      #expect(outcome.err.hasPrefix("error: up answers: this model refuses you\n"))
    }
  }

  @Test func `usage marks what is estimated and what has no price`() async throws {
    func row(_ name: JSON, _ cost: JSON, _ more: JSON.Object) -> JSON {
      var row: JSON.Object = [
        "group": name, "request_count": 2, "input_tokens": 30, "cache_read_tokens": 10,
        "cache_write_tokens": 0, "output_tokens": 4, "cost_micros": cost, "unpriced_requests": 0,
        "estimated": false,
      ]
      row.merge(more)
      return .object(row)
    }
    let usage: JSON = [
      "total_cost_micros": 4_500,
      "data": [
        row("a", 1_500, [:]), row("b", 3_000, ["estimated": true]),
        row("c", 0, ["unpriced_requests": 2]),
      ],
    ]
    try await withDaemon { call in
      if call.method == "usage/get" { call.reply(usage) } else { call.routine() }
    } _: { cli, _ in
      let table = try await cli.run("usage")
      #expect(table.status == 0)
      let lines = table.out.split(separator: "\n")
      #expect(lines.count == 4)
      #expect(lines[1].contains(" $0.0015"))
      #expect(lines[2].contains("~$0.003"))
      #expect(lines[3].hasSuffix(" -"))
      #expect(table.err.contains("total $0.0045"))
      #expect(table.err.contains("estimated") && table.err.contains("2 calls"))
      let csv = try await cli.run("usage", "--csv")
      #expect(csv.out.split(separator: "\n").last == "c,2,30,10,0,4,0,2")
    }
  }

  @Test func `An error of the daemon is printed with its hint and exits 1`() async throws {
    let fault = RPC.Fault(
      code: -32016, message: "the vault is locked",
      data: ["kind": "vault_locked", "retryable": true])
    try await withDaemon {
      $0.fail(fault)
    } _: { cli, _ in
      let outcome = try await cli.run("vault", "status")
      #expect(outcome.status == 1)
      #expect(outcome.out == "")
      #expect(
        outcome.err == "error: the vault is locked\nopen the vault with: qlaud vault unlock\n")
      let json = try await cli.run("vault", "status", "--json")
      #expect(json.status == 1)
      #expect(try JSON(parsing: json.err) == ["error": fault.json])
    }
  }

  @Test func `An error names the field`() {
    let fault = RPC.Fault(
      code: -32602, message: "must be 1", data: ["kind": "invalid_params", "field": "limit"])
    #expect(Failure(fault).message == "limit: must be 1")
  }

  @Test func `call sends what it is given and prints the result as it came`() async throws {
    try await withDaemon {
      $0.reply(["b": 1, "a": 12_345_678_901_234, "echo": $0.params])
    } _: { cli, _ in
      let given = try await cli.run("call", "x/y", #"{"z":1.50,"a":[]}"#)
      #expect(given.out == #"{"b":1,"a":12345678901234,"echo":{"z":1.50,"a":[]}}"# + "\n")
      let piped = try await cli.run("call", "x/y", "-", input: "[1]")
      #expect(piped.out.contains(#""echo":[1]"#))
      #expect(try await cli.run("call", "x/y", "{").status == 2)
      #expect(try await cli.run("call", "x/y", "1").status == 2)
    }
  }

  @Test func `A key in the environment is shown before anything else`() async throws {
    try await withDaemon {
      $0.routine()
    } _: { cli, daemon in
      var cli = cli
      cli.environment["QLAUD_KEY"] = "qlk_live_x"
      let status = try await cli.run("status").status
      #expect(status == 0)
      #expect(daemon.requests.map(\.method) == ["initialize", "daemon/status"])
      #expect(daemon.params(of: "initialize") == ["key": "qlk_live_x"])
    }
  }

  @Test func `threads prints a table, and the list itself with --json`() async throws {
    let list: JSON = [
      "object": "list", "data": [["id": "t-1", "last_active_at": 0, "title": "A\u{1B}[31m red"]],
      "has_more": true, "next_cursor": "c2",
    ]
    try await withDaemon {
      $0.reply(list)
    } _: { cli, daemon in
      let outcome = try await cli.run("threads", "--limit", "1")
      #expect(
        outcome.out == """
          THREAD  ACTIVE            MODEL  TITLE
          t-1     1970-01-01 00:00         A[31m red

          """)
      #expect(outcome.err == "more: --cursor c2\n")
      #expect(daemon.params(of: "thread/list") == ["limit": 1])
      #expect(try await cli.run("threads", "list", "--json").out == list.text + "\n")
    }
  }

  @Test func `An export follows its pages`() async throws {
    try await withDaemon { exchange in
      if exchange.params["after_seq"] == nil {
        exchange.reply(["jsonl": "{\"a\":1}\n", "next_after_seq": 1])
      } else {
        exchange.reply(["jsonl": "{\"b\":2}\n", "next_after_seq": nil])
      }
    } _: { cli, _ in
      let outcome = try await cli.run("threads", "export", "t")
      #expect(outcome.out == "{\"a\":1}\n{\"b\":2}\n")
    }
  }

  @Test func `A key's cap goes to the daemon digit by digit`() async throws {
    try await withDaemon {
      $0.reply(["id": "k", "secret": "qlk_live_1"])
    } _: { cli, daemon in
      let outcome = try await cli.run("key", "create", "n", "--cap", "0.10", "--per", "day")
      #expect(outcome.out == "qlk_live_1\n")
      #expect(
        daemon.params(of: "key/create")?.text
          == #"{"name":"n","max_spend_usd":0.10,"period":"day"}"#)
      #expect(try await cli.run("key", "create", "n", "--cap", "much").status == 2)
    }
  }

  @Test func `watch prints events until the daemon goes, and says where to go on`() async throws {
    try await withDaemon { exchange in
      exchange.reply([:])
      exchange.text(41, "hi")
      exchange.event(42, "qlaud.done", ["status": "done"])
      exchange.send("end")
    } _: { cli, daemon in
      let outcome = try await cli.run("watch", "thread-1", "--after", "40")
      #expect(daemon.params(of: "thread/subscribe") == ["thread_id": "thread-1", "after": 40])
      #expect(outcome.status == 3)
      #expect(outcome.out.contains("41 content_block_delta hi\n"))
      #expect(outcome.out.contains("42 qlaud.done status=done\n"))
    }
  }

  @Test func `The parser is given the one command that is named, else all`() {
    let all = Qlaud.needed(["qlaud"])
    #expect(all.count == 28)
    #expect(Qlaud.needed(["qlaud", "help", "call"]).count == all.count)
    #expect(Qlaud.needed(["qlaud", "--version"]).count == all.count)
    for command in all {
      let name = command.configuration.commandName ?? ""
      #expect(Qlaud.needed(["qlaud", name]).map { $0.configuration.commandName } == [name])
    }
  }

  @Test func `settings set reads JSON where it is JSON`() throws {
    let parsed = try SettingsCommand.parse(["require_key=true", "default_model=a/b", "x_n=null"])
    #expect(parsed == ["require_key": true, "default_model": "a/b", "x_n": nil])
    #expect(throws: Failure.self) { try SettingsCommand.parse(["novalue"]) }
  }
}
