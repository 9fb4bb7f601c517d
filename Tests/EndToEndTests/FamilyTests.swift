import Foundation
import TestSupport
import Testing
import Wire

/// The tool loop end to end, in every model family, streamed and not.
@Suite(.timeLimit(.minutes(1))) struct FamilyTests {
  /// Names that become the same where `/` and `.` are not accepted, and a long one; in the order in which they are offered.
  static let names = [
    "a/" + String(repeating: "very_long_", count: 6), "team-do-it", "team.do/it", "team/do.it",
    "team_do_it",
  ]

  private func prepared(_ script: FamilyScript, _ tools: LoopbackServer) async throws -> (
    Daemon, RPCClient, StandIn
  ) {
    let standIn = try script.standIn()
    let daemon = try Daemon()
    let client = try RPCClient(daemon)
    _ = try await client.call(
      "provider/set",
      [
        "name": "up", "base_url": .string(standIn.server.origin + script.base),
        "shape": .string(script.shape),
      ])
    _ = try await client.call(
      "settings/set", ["settings": ["default_model": .string("up/\(script.model)")]])
    for (index, name) in Self.names.enumerated() {
      try await client.registerHTTP(name, "\(tools.origin)/\(index)")
    }
    return (daemon, client, standIn)
  }

  @Test(arguments: FamilyScript.all.indices, [true, false])
  func `every tool is called by its own name, and the model gets each result`(
    family: Int, streamed: Bool
  ) async throws {
    let script = FamilyScript.all[family]
    let tools = try LoopbackServer { request, connection in
      try connection.respond(body: "<\(request.target) \(request.text)>")
    }
    defer { tools.stop() }
    let (daemon, client, standIn) = try await prepared(script, tools)
    defer { daemon.stop() }
    let thread = try await client.newThread()
    let expected = Self.names.indices.map { #"</\#($0) {"x":\#($0)}>"# }.joined(separator: "|")
    let more: JSON.Object = ["tools": Self.names.json]
    if streamed {
      let events = await client.untilDone(try await client.send("go", to: thread, more: more))
      #expect(events.last?["data"]?["status"] == "done", "\(events.map(\.text))")
      let done = events.filter { $0["event"] == "qlaud.tool_dispatch_done" }
      #expect(Set(done.compactMap { $0["data"]?["name"]?.string }) == Set(Self.names))
    } else {
      var params: JSON.Object = [
        "thread_id": .string(thread), "max_tokens": 100, "content": "go",
      ]
      params.merge(more)
      let message = try await client.call("message/send", .object(params))
      #expect(message["content"]?[0]?["text"]?.string == expected)
    }
    let messages = try await client.messages(thread)
    #expect(messages.map { $0["role"] } == ["user", "assistant", "user", "assistant"])
    #expect(messages.last?["content"]?[0]?["text"]?.string == expected)
    let asked = messages[1]["content"]?.array?.filter { $0["type"] == "tool_use" } ?? []
    #expect(asked.compactMap { $0["name"]?.string } == Self.names)
    #expect(Set(asked.compactMap { $0["id"]?.string }).count == Self.names.count)

    let offered = script.offered(try #require(standIn.requests.first))
    #expect(Set(offered).count == Self.names.count)
    #expect(offered.allSatisfy { $0.wholeMatch(of: /[a-zA-Z0-9_.:-]{1,128}/) != nil }, "\(offered)")
    // In the second call the history names the tools as the offer does.
    #expect(script.offered(try #require(standIn.requests.last)) == offered)
  }

  @Test(arguments: FamilyScript.all.indices)
  func `a tool_choice reaches the model in its family's words, and forces the first call only`(
    family: Int
  ) async throws {
    let script = FamilyScript.all[family]
    let tools = try LoopbackServer { _, connection in try connection.respond(body: "ok") }
    defer { tools.stop() }
    let (daemon, client, standIn) = try await prepared(script, tools)
    defer { daemon.stop() }
    for choice in ["auto", "any", "none", "tool"] {
      let before = standIn.requests.count
      let thread = try await client.newThread()
      var value: JSON.Object = ["type": .string(choice)]
      if choice == "tool" { value["name"] = .string(Self.names[3]) }
      let turn = try await client.send(
        "go", to: thread, more: ["tools": Self.names.json, "tool_choice": .object(value)])
      _ = await client.untilDone(turn)
      let requests = standIn.requests[before...]
      #expect(requests.count == 2)
      let first = try #require(requests.first)
      let name = script.offered(first)[3]
      #expect(
        script.choice(first)?.text == Self.words(script, choice, name)?.text,
        "\(choice): \(first["tool_choice"]?.text ?? first["toolConfig"]?.text ?? "nothing")")
      let second = choice == "none" ? "none" : "auto"
      #expect(
        script.choice(try #require(requests.last))?.text == Self.words(script, second, "")?.text)
    }
  }

  /// A choice as the family writes it.
  private static func words(_ script: FamilyScript, _ choice: String, _ name: String) -> JSON? {
    let isGoogle =
      script.shape == "gemini" || script.shape == "vertex" && script.model == "stand-in"
    return switch (isGoogle ? "google" : script.shape, choice) {
    case ("openai-chat", "any"), ("openai-responses", "any"): "required"
    case ("openai-chat", "tool"): ["type": "function", "function": ["name": .string(name)]]
    case ("openai-responses", "tool"): ["type": "function", "name": .string(name)]
    case ("openai-chat", _), ("openai-responses", _): .string(choice)
    case ("google", "tool"): ["mode": "ANY", "allowedFunctionNames": [.string(name)]]
    case ("google", _): ["mode": .string(choice.uppercased())]
    case (_, "tool"): ["type": "tool", "name": .string(name)]
    default: ["type": .string(choice)]
    }
  }
}
