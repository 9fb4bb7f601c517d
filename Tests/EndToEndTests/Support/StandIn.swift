import Foundation
import Synchronization
import TestSupport
import Wire

/// A stand-in for a model's host: speaks OpenAI's chat completions as a test scripts it.
final class StandIn: Sendable {
  typealias Script = @Sendable (JSON, LoopbackConnection) throws -> Void
  let server: LoopbackServer
  private let script: Shared<Script>
  private let seen = Shared<[JSON]>([])

  init(address: String = "127.0.0.1", _ script: @escaping Script) throws {
    let shared = Shared(script)
    self.script = shared
    server = try LoopbackServer(address: address) { [seen] request, connection in
      guard request.method == "POST" else {
        let list: JSON = ["object": "list", "data": [["id": "stand-in", "object": "model"]]]
        return try connection.respond(
          status: 200, headers: [("content-type", "application/json")], body: list.bytes)
      }
      let body = try JSON(parsing: request.body)
      seen.with { $0.append(body) }
      try shared.with { $0 }(body, connection)
    }
  }

  /// What has been asked so far.
  var requests: [JSON] { seen.with { $0 } }
  func change(_ script: @escaping Script) { self.script.with { $0 = script } }

  /// Answers with these pieces of text, each in a chunk of its own.
  static func say(_ words: [String], to connection: LoopbackConnection) throws {
    try connection.startChunked(status: 200, headers: [("content-type", "text/event-stream")])
    for word in words { try connection.chunk(piece(["content": .string(word)])) }
    try finish(connection, tokens: words.count)
  }

  static func piece(_ delta: JSON) -> [UInt8] {
    line([
      "id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": "stand-in",
      "choices": [["index": 0, "delta": delta, "finish_reason": nil]],
    ])
  }

  static func finish(_ connection: LoopbackConnection, tokens: Int) throws {
    try finishWithoutEnd(connection, tokens: tokens)
    try connection.end()
  }

  /// All that matters of the end, but not the chunk that ends the body.
  static func finishWithoutEnd(_ connection: LoopbackConnection, tokens: Int) throws {
    try connection.chunk(
      line([
        "id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": "stand-in",
        "choices": [["index": 0, "delta": [:], "finish_reason": "stop"]],
        "usage": [
          "prompt_tokens": 7, "completion_tokens": .integer(tokens),
          "total_tokens": .integer(7 + tokens),
        ],
      ]))
    try connection.chunk(Array("data: [DONE]\n\n".utf8))
  }

  private static func line(_ json: JSON) -> [UInt8] {
    Array("data: ".utf8) + json.bytes + Array("\n\n".utf8)
  }

  /// The last user message's text.
  static func question(_ body: JSON) -> String {
    let content = body["messages"]?.array?.last?["content"] ?? .null
    return content.string ?? content[0]?["text"]?.string ?? ""
  }
}

/// A value behind a mutex that closures can share.
final class Shared<Value: Sendable>: Sendable {
  private let value: Mutex<Value>
  init(_ value: sending Value) { self.value = Mutex(value) }
  func with<R: Sendable>(_ body: (inout Value) -> R) -> R { value.withLock { body(&$0) } }
}

extension RPCClient {
  /// Sets the stand-in up as provider `up`, with `up/stand-in` as the default model.
  func use(_ standIn: StandIn) async throws {
    _ = try await call(
      "provider/set",
      ["name": "up", "base_url": .string(standIn.server.origin), "shape": "openai-chat"])
    _ = try await call("settings/set", ["settings": ["default_model": "up/stand-in"]])
  }

  func newThread() async throws -> String {
    try await call("thread/create")["id"]?.string ?? ""
  }

  /// Sends a streamed turn; its id.
  func send(_ text: String, to thread: String, more: JSON.Object = [:]) async throws -> String {
    var params: JSON.Object = [
      "thread_id": .string(thread), "max_tokens": 100, "content": .string(text), "stream": true,
    ]
    params.merge(more)
    return try await call("message/send", .object(params))["turn_id"]?.string ?? ""
  }
}
