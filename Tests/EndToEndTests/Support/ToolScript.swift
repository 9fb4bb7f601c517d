import Foundation
import TestSupport
import Wire

/// A call of a tool as the stand-in's model writes it.
struct ScriptedCall: Sendable {
  let id: String
  let name: String
  let arguments: String
  init(_ id: String, _ name: String, _ arguments: String = "{}") {
    self.id = id
    self.name = name
    self.arguments = arguments
  }
}

extension StandIn {
  /// Answers with calls of tools, the arguments of each in two pieces.
  static func call(_ calls: [ScriptedCall], to connection: LoopbackConnection) throws {
    try connection.startChunked(status: 200, headers: [("content-type", "text/event-stream")])
    for (index, call) in calls.enumerated() {
      let middle = call.arguments.index(
        call.arguments.startIndex, offsetBy: call.arguments.count / 2)
      let head: JSON = [
        "index": .integer(index), "id": .string(call.id), "type": "function",
        "function": [
          "name": .string(call.name), "arguments": .string(String(call.arguments[..<middle])),
        ],
      ]
      try connection.chunk(piece(["tool_calls": [head]]))
      let tail: JSON = [
        "index": .integer(index),
        "function": ["arguments": .string(String(call.arguments[middle...]))],
      ]
      try connection.chunk(piece(["tool_calls": [tail]]))
    }
    try finish(connection, tokens: 5)
  }

  /// The results of tools at the end of what the model is asked, in their order.
  static func results(_ body: JSON) -> [(id: String, content: String)] {
    let messages = body["messages"]?.array ?? []
    let tail = messages.reversed().prefix { $0["role"] == "tool" }.reversed()
    return tail.map { message in
      let content = message["content"] ?? .null
      return (
        message["tool_call_id"]?.string ?? "",
        content.string ?? content[0]?["text"]?.string ?? content.text
      )
    }
  }

  /// A model that makes these calls once and then says what the tools gave.
  static func calling(_ calls: [ScriptedCall]) throws -> StandIn {
    try StandIn { body, connection in
      let results = Self.results(body)
      if results.isEmpty { return try Self.call(calls, to: connection) }
      try Self.say(results.map { "[\($0.id): \($0.content)]" }, to: connection)
    }
  }
}

extension RPCClient {
  static let anyInput: JSON = ["type": "object", "properties": ["x": ["type": "integer"]]]

  /// Registers an http-call tool that sends its input as JSON.
  @discardableResult
  func registerHTTP(
    _ name: String, _ url: String, method: String = "POST", schema: JSON = anyInput,
    secrets: JSON.Object = [:]
  ) async throws -> JSON {
    var config: JSON.Object = [
      "url": .string(url), "method": .string(method),
      "headers": #"{"content-type":"application/json","x-key":"{{secrets.key}}"}"#,
      "secrets": .string(JSON.object(secrets).text),
    ]
    if method != "GET" { config["body_template"] = #"{"x":{{args.x}}}"# }
    return try await call(
      "tool/register",
      [
        "name": .string(name), "description": "Does something.", "input_schema": schema,
        "provider": "qlaud-builtin/http-call", "config": .object(config),
      ])
  }

  /// The messages of a thread, oldest first.
  func messages(_ thread: String) async throws -> [JSON] {
    try await call("message/list", ["thread_id": .string(thread), "limit": 200])["data"]?.array
      ?? []
  }

  /// The results in a thread, in their order: what models were told.
  func toolResults(_ thread: String) async throws -> [JSON] {
    try await messages(thread).flatMap { $0["content"]?.array ?? [] }
      .filter { $0["type"] == "tool_result" }
  }
}

extension LoopbackServer {
  /// A tool's host that answers with an empty object once the gate is open.
  static func behind(_ gate: Gate) throws -> LoopbackServer {
    try LoopbackServer { _, connection in
      try gate.waitBlocking()
      try connection.respond(body: "{}")
    }
  }
}
