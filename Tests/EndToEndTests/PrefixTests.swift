import Foundation
import TestSupport
import Testing
import Wire

/// A thread of 300 turns in each shape but OpenAI's chat, which `HistoryTests` looks at: what the daemon sends begins with the
/// whole request before.
@Suite(.timeLimit(.minutes(2))) struct PrefixTests {
  struct Shape: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let shape: String
    let path: String
    let model: String
    let field: String
    let reply: @Sendable (Int) -> JSON
  }

  static let shapes: [Shape] = [
    Shape(
      testDescription: "Anthropic", shape: "anthropic", path: "", model: "claude-x",
      field: "messages", reply: message),
    Shape(
      testDescription: "Claude at Vertex", shape: "vertex",
      path: "/v1/projects/p/locations/global", model: "claude-x", field: "messages", reply: message),
    Shape(
      testDescription: "OpenAI Responses", shape: "openai-responses", path: "", model: "gpt-x",
      field: "input", reply: response),
    Shape(
      testDescription: "Gemini", shape: "gemini", path: "", model: "gemini-x", field: "contents",
      reply: candidates),
    Shape(
      testDescription: "Gemini at Vertex", shape: "vertex",
      path: "/v1/projects/p/locations/global", model: "gemini-x", field: "contents",
      reply: candidates),
  ]

  private static func message(_ number: Int) -> JSON {
    [
      "id": .string("msg_\(number)"), "type": "message", "role": "assistant", "model": "claude-x",
      "content": [["type": "text", "text": .string("answer \(number)")]],
      "stop_reason": "end_turn", "usage": ["input_tokens": 10, "output_tokens": 2],
    ]
  }
  private static func response(_ number: Int) -> JSON {
    let text: JSON = [
      "type": "output_text", "text": .string("answer \(number)"), "annotations": [],
    ]
    let thought: JSON = [
      "type": "reasoning", "id": .string("rs_\(number)"), "summary": [],
      "encrypted_content": .string("sealed \(number)"),
    ]
    return [
      "id": .string("resp_\(number)"), "object": "response", "status": "completed",
      "model": "gpt-x",
      "output": [
        thought,
        [
          "type": "message", "id": .string("m_\(number)"), "role": "assistant",
          "status": "completed", "content": [text],
        ],
      ], "usage": ["input_tokens": 10, "output_tokens": 2],
    ]
  }
  private static func candidates(_ number: Int) -> JSON {
    let part: JSON = [
      "text": .string("answer \(number)"), "thoughtSignature": .string("c2lnbg\(number)=="),
    ]
    return [
      "candidates": [
        ["content": ["role": "model", "parts": [part]], "finishReason": "STOP", "index": 0]
      ], "usageMetadata": ["promptTokenCount": 10, "candidatesTokenCount": 2],
      "modelVersion": "gemini-x",
    ]
  }

  @Test(arguments: shapes)
  func
    `in a thread of 300 turns each request begins with the one before, byte for byte but for marks`(
      _ shape: Shape
    ) async throws
  {
    let seen = Shared<[JSON]>([])
    let server = try LoopbackServer { request, connection in
      let body = try JSON(parsing: request.body)
      let number = seen.with { all in
        all.append(body)
        return all.count
      }
      try connection.respond(
        status: 200, headers: [("content-type", "application/json")],
        body: shape.reply(number).bytes)
    }
    defer { server.stop() }
    let daemon = try Daemon()
    let client = try RPCClient(daemon)
    _ = try await client.call(
      "provider/set",
      [
        "name": "up", "base_url": .string(server.origin + shape.path),
        "shape": .string(shape.shape),
      ])
    let thread =
      try await client.call("thread/create", ["system": "Be brief."])["id"]?.string ?? ""
    for number in 1...300 {
      _ = try await client.call(
        "message/send",
        [
          "thread_id": .string(thread), "max_tokens": 50, "model": .string("up/\(shape.model)"),
          "content": .string("question \(number)"),
        ])
    }
    let bodies = seen.with { $0 }
    #expect(bodies.count == 300)
    func items(_ body: JSON) -> [String] {
      (body[shape.field]?.array ?? []).map { Self.unmarked($0).text }
    }
    for (before, after) in zip(bodies, bodies.dropFirst()) {
      let (old, new) = (items(before), items(after))
      #expect(new.count > old.count && Array(new.prefix(old.count)) == old)
      #expect(Self.rest(after, shape) == Self.rest(before, shape))
      if shape.field == "messages" {
        // Marks are no part of what is cached, but only where one stands the cache is read: the end of the request before is
        // marked in this one too.
        let end = before["messages"]?.array?.last
        #expect(end?["content"]?[0]?["cache_control"] == ["type": "ephemeral"])
        #expect(after["messages"]?[old.count - 1] == end)
        #expect((1...4).contains(after.text.components(separatedBy: "cache_control").count - 1))
      } else {
        #expect(!after.text.contains("cache_control"))
      }
    }
    #expect(items(bodies[299]).last?.contains("question 300") == true)
    #expect(items(bodies[299]).first?.contains("question 1") == true)
  }

  private static func rest(_ body: JSON, _ shape: Shape) -> String {
    var rest = body.object ?? [:]
    rest[shape.field] = nil
    return JSON.object(rest).text
  }

  static func unmarked(_ json: JSON) -> JSON {
    switch json {
    case .array(let elements): .array(elements.map(unmarked))
    case .object(let object):
      .object(
        JSON.Object(
          object.members.filter { $0.key != "cache_control" }.map {
            JSON.Object.Member(key: $0.key, value: unmarked($0.value))
          }))
    default: json
    }
  }
}
