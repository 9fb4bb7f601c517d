import Foundation
import Testing
import Wire

@Suite(.timeLimit(.minutes(1))) struct AskTests {
  @Test func `ask prints the words as they come and nothing else on standard output`() async throws
  {
    try await withDaemon { exchange in
      guard exchange.method == "message/send" else { return exchange.routine() }
      exchange.startTurn()
      exchange.event(
        11, "message_start", ["message": ["model": "m", "usage": ["input_tokens": 5]]])
      exchange.event(12, "content_block_start", ["content_block": ["type": "text", "text": ""]])
      exchange.text(13, "Hel")
      exchange.event(14, "content_block_delta", ["delta": ["text": "foreign"]], turn: "turn-2")
      exchange.text(100, "lo")
      exchange.event(101, "message_stop")
      exchange.done(102)
    } _: { cli, daemon in
      let outcome = try await cli.run("ask", "say", "hello", "-m", "m", "--system", "be brief")
      #expect(outcome.status == 0)
      #expect(outcome.out == "Hello\n")
      #expect(outcome.err == "")
      let params = try #require(daemon.params(of: "message/send"))
      #expect(
        params == [
          "thread_id": "thread-1", "model": "m", "max_tokens": 4096, "content": "say hello",
          "system": "be brief", "stream": true,
        ])
    }
  }

  @Test func `Piped text follows the question and the model may be left out`() async throws {
    try await withDaemon(Self.answering("ok")) { cli, daemon in
      let outcome = try await cli.run("ask", "review", input: "diff --git\n+x\n")
      #expect(outcome.status == 0)
      let params = try #require(daemon.params(of: "message/send"))
      #expect(params["content"] == "review\n\ndiff --git\n+x")
      #expect(params["model"] == nil)
    }
  }

  @Test func `--continue goes on in the thread that was used last`() async throws {
    try await withDaemon(Self.answering("ok")) { cli, daemon in
      let first = try await cli.run("ask", "-c", "one")
      #expect(first.status == 2)
      #expect(try await cli.run("ask", "-t", "thread-7", "one").status == 0)
      #expect(try await cli.run("ask", "-c", "two").status == 0)
      #expect(daemon.params(of: "message/send")?["thread_id"] == "thread-7")
      #expect(!daemon.requests.contains { $0.method == "thread/create" })
    }
  }

  @Test func `A queued turn is said with its id and exits 4`() async throws {
    try await withDaemon { exchange in
      guard exchange.method == "message/send" else { return exchange.routine() }
      exchange.startTurn()
      exchange.event(11, "qlaud.queued", ["reason": "offline", "position": 1])
    } _: { cli, _ in
      let outcome = try await cli.run("ask", "hello")
      #expect(outcome.status == 4)
      #expect(outcome.out == "")
      #expect(outcome.err.contains("cannot be reached") && outcome.err.contains("turn-1"))
    }
  }

  @Test func `A failed turn prints its error and exits 1`() async throws {
    try await withDaemon { exchange in
      guard exchange.method == "message/send" else { return exchange.routine() }
      exchange.startTurn()
      exchange.event(
        11, "qlaud.error", ["kind": "upstream_error", "message": "model gone", "status": 404])
      exchange.done(12, status: "failed")
    } _: { cli, _ in
      let outcome = try await cli.run("ask", "hello")
      #expect(outcome.status == 1)
      #expect(outcome.err == "error: the provider answers 404: model gone\n")
    }
  }

  @Test func `Events that come before the reply are not lost`() async throws {
    try await withDaemon { exchange in
      guard exchange.method == "message/send" else { return exchange.routine() }
      exchange.text(11, "early")
      exchange.startTurn(10)
      exchange.done(12)
    } _: { cli, _ in
      let outcome = try await cli.run("ask", "hello")
      #expect(outcome.out == "early\n")
    }
  }

  @Test func `--no-stream leaves out what a retry made void`() async throws {
    let script: FakeDaemon.Script = { exchange in
      guard exchange.method == "message/send" else { return exchange.routine() }
      exchange.startTurn()
      exchange.text(11, "half an ans")
      exchange.event(12, "qlaud.retry", ["attempt": 1, "reason": "cut", "discard_after": 10])
      exchange.text(13, "whole answer")
      exchange.done(14)
    }
    try await withDaemon(script) { cli, _ in
      #expect(try await cli.run("ask", "--no-stream", "x").out == "whole answer\n")
      let streamed = try await cli.run("ask", "x")
      #expect(streamed.out == "half an ans\nwhole answer\n")
      #expect(streamed.err.contains("void"))
    }
  }

  @Test func `--json prints each event of the turn as it was received`() async throws {
    try await withDaemon(Self.answering("hi")) { cli, _ in
      let lines = try await cli.run("ask", "--json", "x").out.split(separator: "\n")
      let events = try lines.map { try JSON(parsing: String($0)) }
      #expect(events.map { $0["event"]?.string } == ["content_block_delta", "qlaud.done"])
      #expect(events.map { $0["event_seq"]?.int } == [11, 12])
    }
  }

  @Test func `Ctrl-C cancels the turn, says so and exits 130`() async throws {
    try await withDaemon { exchange in
      switch exchange.method {
      case "message/send":
        exchange.startTurn()
        exchange.text(11, "Hel")
      case "turn/cancel":
        exchange.reply(["id": "turn-1", "status": "cancelled"])
        exchange.done(12, status: "cancelled")
      default: exchange.routine()
      }
    } _: { cli, daemon in
      let process = try cli.process(["ask", "hello"])
      let out = Pipe()
      let err = Pipe()
      process.standardOutput = out
      process.standardError = err
      process.standardInput = FileHandle.nullDevice
      try await CLI.finish(process) { process in
        var read = ""
        while !read.contains("Hel") {
          let data = out.fileHandleForReading.availableData
          if data.isEmpty { break }
          read += String(decoding: data, as: UTF8.self)
        }
        process.interrupt()
      }
      #expect(process.terminationReason == .exit)
      #expect(process.terminationStatus == 130)
      #expect(daemon.params(of: "turn/cancel") == ["turn_id": "turn-1"])
      let said = String(decoding: err.fileHandleForReading.availableData, as: UTF8.self)
      #expect(said.contains("cancelling") && said.contains("cancelled"))
    }
  }

  @Test func `A daemon that goes away is attached to again after the last event`() async throws {
    try await withDaemon { exchange in
      switch exchange.method {
      case "message/send":
        exchange.startTurn()
        exchange.text(11, "one ")
        exchange.send("end")
      case "thread/subscribe":
        exchange.reply([:])
        exchange.text(11, "twice ")
        exchange.text(12, "two")
        exchange.done(13)
      default: exchange.routine()
      }
    } _: { cli, daemon in
      let outcome = try await cli.run("ask", "--no-start", "hello")
      #expect(outcome.status == 0)
      #expect(outcome.out == "one two\n")
      #expect(daemon.params(of: "thread/subscribe") == ["thread_id": "thread-1", "after": 11])
    }
  }

  @Test func `Only words that were printed are called void`() async throws {
    try await withDaemon { exchange in
      guard exchange.method == "message/send" else { return exchange.routine() }
      exchange.startTurn()
      exchange.event(11, "qlaud.retry", ["reason": "rate_limited", "discard_after": 10])
      exchange.text(12, "half")
      exchange.event(13, "qlaud.retry", ["reason": "broken_stream", "discard_after": 11])
      exchange.event(14, "qlaud.retry", ["reason": "server_error", "discard_after": 13])
      exchange.text(15, "whole")
      exchange.done(16)
    } _: { cli, _ in
      let said = try await cli.run("ask", "x").err.split(separator: "\n")
      #expect(
        said == [
          "trying again: rate_limited", "trying again: broken_stream (the reply above is void)",
          "trying again: server_error",
        ])
    }
  }

  @Test func `Reasoning is shown on standard error, on lines of its own`() async throws {
    try await withDaemon { exchange in
      guard exchange.method == "message/send" else { return exchange.routine() }
      exchange.startTurn()
      exchange.event(11, "content_block_delta", ["delta": ["thinking": "hm"]])
      exchange.text(12, "yes")
      exchange.done(13)
    } _: { cli, _ in
      let shown = try await cli.run("ask", "--thinking", "x")
      #expect(shown.out == "yes\n")
      #expect(shown.err == "hm\n")
      let hidden = try await cli.run("ask", "x")
      #expect(hidden.err == "")
    }
  }

  @Test func `An image goes as a block before the words, and what is no image is refused`()
    async throws
  {
    try await withDaemon(Self.answering("ok")) { cli, daemon in
      let png = daemon.directory + "/a.png"
      try Data([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]).write(
        to: URL(fileURLWithPath: png))
      #expect(try await cli.run("ask", "--image", png, "what is this").status == 0)
      let content = try #require(daemon.params(of: "message/send")?["content"])
      #expect(content[0]?["source"]?["data"] == "iVBORw0KGgo=")
      #expect(content[0]?["source"]?["media_type"] == "image/png")
      #expect(content[1]?["text"] == "what is this")
      let text = daemon.directory + "/a.txt"
      try Data("no".utf8).write(to: URL(fileURLWithPath: text))
      let refused = try await cli.run("ask", "--image", text, "x")
      #expect(refused.status == 2)
      #expect(refused.err.contains("a.txt"))
    }
  }

  @Test func `Nothing to ask is wrong usage`() async throws {
    try await withDaemon(Self.answering("ok")) { cli, _ in
      let outcome = try await cli.run("ask")
      #expect(outcome.status == 2)
    }
  }

  @Test func `Chat takes a turn for each line and leaves at the end of input`() async throws {
    try await withDaemon(Self.answering("ok")) { cli, daemon in
      let outcome = try await cli.run(
        "chat", input: "one\n/model other\ntwo \\\nlines\n/quit\nnever\n")
      #expect(outcome.status == 0)
      #expect(outcome.out == "ok\nok\n")
      let sent = daemon.requests.filter { $0.method == "message/send" }.map(\.params)
      #expect(sent.map { $0["content"] } == ["one", "two \nlines"])
      #expect(sent.map { $0["model"] } == [nil, "other"])
      #expect(sent.allSatisfy { $0["thread_id"] == "thread-1" })
      let history = daemon.directory + "/.local/state/qlaud/chat-history"
      let mode =
        try FileManager.default.attributesOfItem(atPath: history)[.posixPermissions] as? Int
      #expect(mode == 0o600)
    }
  }

  static func answering(_ text: String) -> FakeDaemon.Script {
    { exchange in
      guard exchange.method == "message/send" else { return exchange.routine() }
      exchange.startTurn()
      exchange.text(11, text)
      exchange.done(12)
    }
  }
}
