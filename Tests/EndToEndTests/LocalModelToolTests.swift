import Foundation
import TestSupport
import Testing
import Wire

/// The project's small local model, where the folder beside the repository that sets it up is there.
struct LocalModel {
  struct Failed: Error { let status: Int32 }

  static let script: String = {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
    return root.appendingPathComponent("../shared/tools/local-llm.sh").standardized.path
  }()
  static var isThere: Bool { FileManager.default.isReadableFile(atPath: script) }

  let port: UInt16
  var origin: String { "http://127.0.0.1:\(port)" }

  /// Installs what is missing, and waits until the model answers.
  static func start() async throws -> LocalModel {
    let model = LocalModel(port: try freePort())
    try await model.run("start")
    return model
  }

  func stop() async throws { try await run("stop") }

  /// Runs the script to its end. What it starts outlives it, so it must inherit nothing of ours but the standard three: an
  /// open copy of a connection would keep its other end waiting.
  private func run(_ command: String) async throws {
    let closing = "import os, sys; os.closerange(3, 65536); os.execv('/bin/sh', sys.argv)"
    let words = [
      "/usr/bin/env", "nice", "-n", "10", "python3", "-c", closing, Self.script, command, "\(port)",
    ]
    let status = await withCheckedContinuation { continuation in
      let waiter = Foundation.Thread { continuation.resume(returning: Self.wait(for: words)) }
      waiter.start()
    }
    guard status == 0 else { throw Failed(status: status) }
  }

  private static func wait(for words: [String]) -> Int32 {
    var arguments = words.map { strdup($0) } + [nil]
    defer { for text in arguments { free(text) } }
    var pid: pid_t = 0
    guard posix_spawn(&pid, words[0], nil, nil, &arguments, environ) == 0 else { return -1 }
    var status: Int32 = 0
    while waitpid(pid, &status, 0) == -1, errno == EINTR {}
    return status
  }

  /// A port that nobody has at the moment: a server that has just ended had it.
  private static func freePort() throws -> UInt16 {
    let server = try LoopbackServer { _, _ in }
    defer { server.stop() }
    return UInt16(URL(string: server.origin)?.port ?? 0)
  }
}

@Suite(
  .timeLimit(.minutes(10)),
  .enabled(if: LocalModel.isThere, "../shared/tools/local-llm.sh is not there"))
struct LocalModelToolTests {
  /// Words that a model of half a billion parameters follows. It is not reliable, so there are several.
  private static let prompts = [
    "Call all three functions now, each in its own JSON code block: get_weather with city Oslo, save_note with text hello, ask_color with question 'Which color?'",
    "Call get_weather (city: Oslo), save_note (text: hello) and ask_color (question: Which color?).",
    "Answer with three JSON code blocks: get_weather (city: Oslo), save_note (text: hello), ask_color (question: Which color?).",
  ]
  private static let names: Set<String> = ["get_weather", "save_note", "ask_color"]

  private static func schema(_ field: String) -> JSON {
    [
      "type": "object", "properties": .object([field: ["type": "string"]]),
      "required": [.string(field)],
    ]
  }

  @Test func `a real model calls an http-call tool, a webhook and a client's tool in one turn`()
    async throws
  {
    let weather = try LoopbackServer { _, connection in
      try connection.respond(body: "Sunny, 21 degrees.")
    }
    let notes = try LoopbackServer { _, connection in
      try connection.respond(
        status: 200, headers: [("content-type", "application/json")],
        body: Array(#"{"output":"The note is saved."}"#.utf8))
    }
    defer {
      weather.stop()
      notes.stop()
    }
    let model = try await LocalModel.start()
    let daemon = try Daemon()
    let client = try RPCClient(daemon)
    try await setUp(client, model, weather: weather.origin, notes: notes.origin)

    var wasComplete = false
    for prompt in Self.prompts where !wasComplete {
      let (thread, turn) = try await send(prompt, client)
      let calls = try await answer(turn, of: thread, client)
      let events = await client.untilDone(turn)
      #expect(events.last?["data"]?["status"] == "done", "\(events.last?.text ?? "")")
      try await check(thread, events)
      print("the model called \(calls)")
      wasComplete = Set(calls) == Self.names
    }
    #expect(wasComplete, "no prompt made the model call all three tools")
    #expect(try weather.requests.contains { try JSON(parsing: $0.body)["city"] != nil })
    let note = try #require(notes.requests.first)
    #expect(try JSON(parsing: note.body)["name"] == "save_note")
    #expect(note.header("x-qlaud-signature")?.utf8.count == 64)
    try await model.stop()
  }

  private func setUp(_ client: RPCClient, _ model: LocalModel, weather: String, notes: String)
    async throws
  {
    _ = try await client.call(
      "provider/set",
      ["name": "local", "base_url": .string(model.origin), "shape": "openai-chat"])
    _ = try await client.call("settings/set", ["settings": ["default_model": "local/qwen05b"]])
    _ = try await client.call(
      "tool/register",
      [
        "name": "get_weather", "description": "Get the weather of a city.",
        "provider": "qlaud-builtin/http-call", "input_schema": Self.schema("city"),
        "config": [
          "url": .string(weather), "headers": #"{"content-type":"application/json"}"#,
          "body_template": #"{"city":{{args.city}}}"#,
        ],
      ])
    _ = try await client.call(
      "tool/register",
      [
        "name": "save_note", "description": "Save a note.", "webhook_url": .string(notes),
        "input_schema": Self.schema("text"),
      ])
  }

  private func send(_ prompt: String, _ client: RPCClient) async throws -> (String, String) {
    let thread = try await client.newThread()
    let turn = try await client.send(
      prompt, to: thread,
      more: [
        "tools": ["get_weather", "save_note"], "temperature": 0, "max_tokens": 200,
        "tool_choice": ["type": "any"], "max_iterations": 2,
        "client_tools": [
          [
            "name": "ask_color", "description": "Ask the user for a color.",
            "input_schema": Self.schema("question"),
          ]
        ],
      ])
    return (thread, turn)
  }

  /// Answers the client's tool as often as it is called; the names of all calls, as they began.
  private func answer(_ turn: String, of thread: String, _ client: RPCClient) async throws
    -> [String]
  {
    var names: [String] = []
    while true {
      let seen = names.count
      let events = await client.events(seen + 1) { event in
        event["turn_id"]?.string == turn
          && (event["event"] == "qlaud.tool_dispatch_start" || event["event"] == "qlaud.done")
      }
      for event in events[seen...] {
        guard event["event"] != "qlaud.done" else { return names }
        names.append(event["data"]?["name"]?.string ?? "")
        guard names.last == "ask_color" else { continue }
        _ = try await client.call(
          "tool/result",
          [
            "thread_id": .string(thread), "tool_use_id": event["data"]?["tool_use_id"] ?? .null,
            "output": "The user says: blue.",
          ])
      }
    }
  }

  /// Every call has one result, and the stream tells of both.
  private func check(_ thread: String, _ events: [JSON]) async throws {
    let client = events.filter { $0["event"] == "qlaud.tool_dispatch_start" }
    let done = events.filter { $0["event"] == "qlaud.tool_dispatch_done" }
    #expect(client.count == done.count)
    let ids = client.compactMap { $0["data"]?["tool_use_id"]?.string }
    #expect(Set(ids).count == ids.count)
    #expect(ids.sorted() == done.compactMap { $0["data"]?["tool_use_id"]?.string }.sorted())
    #expect(events.contains { $0["data"]?["delta"]?["type"] == "input_json_delta" })
  }
}
