import Foundation
import TestSupport
import Testing
import Wire

@Suite(.timeLimit(.minutes(1))) struct InferenceTests {
  private static func standIn(_ script: @escaping StandIn.Script) async throws
    -> (StandIn, Daemon, RPCClient)
  {
    let standIn = try StandIn(script)
    let daemon = try Daemon()
    let client = try RPCClient(daemon)
    try await client.use(standIn)
    return (standIn, daemon, client)
  }
  private static let question: JSON = [["role": "user", "content": "Hi"]]

  /// A reply that calls a tool, as the host streams it.
  private static func callTool(_ connection: LoopbackConnection) throws {
    try connection.startChunked(status: 200, headers: [("content-type", "text/event-stream")])
    let head: JSON = [
      "index": 0, "id": "call_1", "type": "function",
      "function": ["name": "add", "arguments": "{\"a\":"],
    ]
    try connection.chunk(StandIn.piece(["tool_calls": [head]]))
    try connection.chunk(
      StandIn.piece(["tool_calls": [["index": 0, "function": ["arguments": "1}"]]]]))
    try StandIn.finish(connection, tokens: 5)
  }

  @Test func `Anthropic's shape, whole and streamed, passes tools to the caller and runs none`()
    async throws
  {
    let (standIn, daemon, client) = try await Self.standIn { body, connection in
      body["tools"] == nil
        ? try StandIn.say(["Hel", "lo"], to: connection) : try Self.callTool(connection)
    }
    defer { standIn.server.stop() }
    let plain = try HTTPReply.request(
      daemon, "POST", "/v1/messages",
      ["model": "up/stand-in", "max_tokens": 50, "messages": Self.question])
    #expect(plain.status == 200)
    #expect(plain.json["content"] == [["type": "text", "text": "Hello"]])
    #expect(plain.json["model"] == "up/stand-in")
    #expect(plain.json["usage"]?["input_tokens"] == 7)
    let streamed = try HTTPReply.request(
      daemon, "POST", "/v1/messages",
      [
        "model": "up/stand-in", "max_tokens": 50, "messages": Self.question, "stream": true,
        "tools": [["name": "add", "input_schema": ["type": "object"]]],
      ])
    #expect(streamed.headers["content-type"] == "text/event-stream")
    #expect(
      streamed.frames.map(\.event) == [
        "message_start", "content_block_start", "content_block_delta", "content_block_delta",
        "content_block_stop", "message_delta", "message_stop",
      ])
    #expect(streamed.frames.allSatisfy { $0.id == nil && $0.data["type"]?.string == $0.event })
    #expect(streamed.frames[5].data["delta"]?["stop_reason"] == "tool_use")
    #expect(standIn.requests.count == 2)
    // Nothing is stored of either.
    #expect(try await client.call("thread/list")["data"] == [])
    #expect(try await client.call("turn/list")["data"] == [])
  }

  @Test func `OpenAI's shape, whole and streamed, with tools and usage`() async throws {
    let (standIn, daemon, _) = try await Self.standIn { _, connection in
      try Self.callTool(connection)
    }
    defer { standIn.server.stop() }
    let tools: JSON = [
      ["type": "function", "function": ["name": "add", "parameters": ["type": "object"]]]
    ]
    let whole = try HTTPReply.request(
      daemon, "POST", "/v1/chat/completions",
      ["model": "up/stand-in", "messages": Self.question, "tools": tools])
    #expect(whole.status == 200)
    let choice = whole.json["choices"]?[0]
    #expect(choice?["finish_reason"] == "tool_calls")
    #expect(
      choice?["message"]?["tool_calls"] == [
        [
          "id": "call_1", "type": "function",
          "function": ["name": "add", "arguments": "{\"a\":1}"],
        ]
      ])
    #expect(whole.json["usage"]?["total_tokens"] == 12)
    let streamed = try HTTPReply.request(
      daemon, "POST", "/v1/chat/completions",
      [
        "model": "up/stand-in", "messages": Self.question, "tools": tools, "stream": true,
        "stream_options": ["include_usage": true],
      ])
    #expect(streamed.text.hasSuffix("data: [DONE]\n\n"))
    #expect(streamed.frames.first?.data["choices"]?[0]?["delta"]?["role"] == "assistant")
    #expect(streamed.frames.last?.data["usage"]?["completion_tokens"] == 5)
    let arguments = streamed.frames.compactMap {
      $0.data["choices"]?[0]?["delta"]?["tool_calls"]?[0]?["function"]?["arguments"]?.string
    }
    #expect(arguments.joined() == "{\"a\":1}")
    // Nobody named a limit, so one that fits was chosen.
    #expect(standIn.requests.first?["max_tokens"] == 4_096)
  }

  @Test func `over JSON-RPC a stream is notifications, and the reply is the whole message`()
    async throws
  {
    let (standIn, daemon, client) = try await Self.standIn { _, connection in
      try StandIn.say(["Hel", "lo"], to: connection)
    }
    defer { standIn.server.stop() }
    defer { daemon.stop() }
    let params: JSON.Object = [
      "model": "up/stand-in", "max_tokens": 50, "messages": Self.question, "stream": true,
    ]
    let answer = try await client.request("messages/create", .object(params))
    #expect(answer["result"]?["content"] == [["type": "text", "text": "Hello"]])
    let events = client.events.filter { $0["stream_id"] == answer["id"] }
    #expect(events.first?["event"] == "message_start")
    #expect(events.last?["event"] == "message_stop")
    let chat = try await client.request("chat/completions", .object(params))
    #expect(chat["result"]?["choices"]?[0]?["message"]?["content"] == "Hello")
    let chunks = client.events.filter { $0["stream_id"] == chat["id"] }
    #expect(chunks.allSatisfy { $0["data"]?["object"] == "chat.completion.chunk" })
    #expect(chunks.count == 4)
  }

  @Test(arguments: [(400, 400), (401, 401), (429, 429), (500, 502), (529, 502)])
  func `an upstream's refusal is told in the caller's shape, also where a stream was asked for`(
    status: Int, expected: Int
  ) async throws {
    let (standIn, daemon, _) = try await Self.standIn { _, connection in
      try connection.respond(
        status: status, headers: [("content-type", "application/json")],
        body: #"{"error":{"message":"said no","type":"x"}}"#)
    }
    defer { standIn.server.stop() }
    for stream in [false, true] {
      let body: JSON = [
        "model": "up/stand-in", "max_tokens": 9, "messages": Self.question,
        "stream": .bool(stream),
      ]
      let anthropic = try HTTPReply.request(daemon, "POST", "/v1/messages", body)
      #expect(anthropic.status == expected)
      #expect(anthropic.json["type"] == "error")
      #expect(anthropic.json["error"]?["message"] == "said no")
      let openAI = try HTTPReply.request(daemon, "POST", "/v1/chat/completions", body)
      #expect(openAI.status == expected)
      #expect(openAI.json["type"] == nil)
      #expect(openAI.json["error"]?["message"] == "said no")
      #expect(openAI.json["error"]?["param"] == .null)
    }
  }

  @Test func `a reply that breaks off ends the stream with an error in the caller's shape`()
    async throws
  {
    let (standIn, daemon, _) = try await Self.standIn { _, connection in
      try connection.startChunked(status: 200, headers: [("content-type", "text/event-stream")])
      try connection.chunk(StandIn.piece(["content": "Hel"]))
      connection.close()
    }
    defer { standIn.server.stop() }
    let body: JSON = [
      "model": "up/stand-in", "max_tokens": 9, "messages": Self.question, "stream": true,
    ]
    let anthropic = try HTTPReply.request(daemon, "POST", "/v1/messages", body)
    #expect(anthropic.status == 200)
    #expect(anthropic.frames.last?.event == "error")
    #expect(anthropic.frames.last?.data["error"]?["kind"] == "upstream_error")
    let openAI = try HTTPReply.request(daemon, "POST", "/v1/chat/completions", body)
    #expect(openAI.frames.last?.data["error"]?["code"] == "upstream_error")
    #expect(openAI.text.hasSuffix("data: [DONE]\n\n"))
  }

  @Test func `unknown models and wrong requests are refused in the caller's shape`() async throws {
    let daemon = try Daemon()
    let body: JSON = ["model": "nope", "max_tokens": 9, "messages": Self.question]
    let anthropic = try HTTPReply.request(daemon, "POST", "/v1/messages", body)
    #expect(anthropic.status == 404)
    #expect(anthropic.json["error"]?["type"] == "not_found_error")
    let openAI = try HTTPReply.request(daemon, "POST", "/v1/chat/completions", body)
    #expect(openAI.status == 404)
    #expect(openAI.json["error"]?["code"] == "model_not_found")
    let wrong = try HTTPReply.request(daemon, "POST", "/v1/chat/completions", ["n": 1])
    #expect(wrong.status == 400)
    #expect(wrong.json["error"]?["param"] == "model")
    let key = try HTTPReply.request(
      daemon, "POST", "/v1/embeddings", body, headers: ["authorization": "Bearer wrong"])
    #expect(key.status == 401)
    #expect(key.json["error"]?["code"] == "invalid_api_key")
  }

  @Test(arguments: [false, true])
  func `a JSON-RPC client that goes away or takes it back ends the upstream call`(goes: Bool)
    async throws
  {
    let hasBegun = Gate()
    let hasEnded = Gate()
    let (standIn, daemon, other) = try await Self.standIn { _, connection in
      try connection.startChunked(status: 200, headers: [("content-type", "text/event-stream")])
      hasBegun.open()
      try connection.waitForPeerToClose()
      hasEnded.open()
    }
    defer { standIn.server.stop() }
    defer { daemon.stop() }
    let socket = try UnixStream(daemon.socket)
    let request = RPC.Request(
      id: .string("a"), method: "messages/create",
      params: ["model": "up/stand-in", "max_tokens": 9, "messages": Self.question])
    try socket.write(request.json.bytes + [10])
    try await hasBegun.wait()
    if goes {
      socket.hangUp()
    } else {
      let cancel = RPC.Request(id: nil, method: "$/cancel_request", params: ["id": "a"])
      try socket.write(cancel.json.bytes + [10])
      #expect(String(decoding: socket.read(), as: UTF8.self).contains("-32800"))
    }
    try await hasEnded.wait()
    _ = try await other.call("thread/list")
  }

  @Test(arguments: [false, true])
  func `a client that goes away ends the upstream call`(stream: Bool) async throws {
    let hasBegun = Gate()
    let hasEnded = Gate()
    let (standIn, daemon, _) = try await Self.standIn { _, connection in
      try connection.startChunked(status: 200, headers: [("content-type", "text/event-stream")])
      try connection.chunk(StandIn.piece(["content": "Hel"]))
      hasBegun.open()
      try connection.waitForPeerToClose()
      hasEnded.open()
    }
    defer { standIn.server.stop() }
    let body: JSON = [
      "model": "up/stand-in", "max_tokens": 9, "messages": Self.question, "stream": .bool(stream),
    ]
    var socket: UnixStream? = try UnixStream(daemon.socket)
    try socket?.write(HTTPReply.head("POST", "/v1/messages", body, [:]) + body.bytes)
    try await hasBegun.wait()
    if stream {
      var seen = ""
      while !seen.contains("Hel") { seen += String(decoding: socket?.read() ?? [], as: UTF8.self) }
    }
    // Nothing more comes from the host, so no write can tell the daemon that its client is gone.
    socket = nil
    try await hasEnded.wait()
    // The daemon goes on.
    #expect(try HTTPReply.request(daemon, "GET", "/v1/models").status == 200)
  }

  @Test func `embeddings pass through in the form that was asked for`() async throws {
    let (standIn, daemon, _) = try await Self.standIn { body, connection in
      let count = body["input"]?.array?.count ?? 1
      let data = (0..<count).reversed().map { index -> JSON in
        ["object": "embedding", "index": .integer(index), "embedding": [0.5, .integer(index)]]
      }
      let reply: JSON = [
        "object": "list", "data": .array(data), "model": "e", "usage": ["prompt_tokens": 3],
      ]
      try connection.respond(
        status: 200, headers: [("content-type", "application/json")], body: reply.bytes)
    }
    defer { standIn.server.stop() }
    func embed(_ more: JSON.Object) throws -> HTTPReply {
      var body: JSON.Object = ["model": "up/stand-in", "input": ["a", "b"]]
      body.merge(more)
      return try HTTPReply.request(daemon, "POST", "/v1/embeddings", .object(body))
    }
    let floats = try embed(["dimensions": 2])
    #expect(floats.json["data"]?.array?.map { $0["index"] } == [0, 1])
    #expect(floats.json["data"]?[1]?["embedding"] == [0.5, 1])
    #expect(floats.json["usage"]?["total_tokens"] == 3)
    #expect(standIn.requests.first?["dimensions"] == 2)
    // The host sends numbers all the same; 0.5 and 1 are 3f000000 and 3f800000.
    let text = try embed(["encoding_format": "base64"])
    #expect(text.json["data"]?[1]?["embedding"] == "AAAAPwAAgD8=")
    let wrong = try embed(["input": []])
    #expect(wrong.status == 400)
    #expect(wrong.json["error"]?["param"] == "input")
  }

  @Test func `models that can be named are listed, and tokens are counted or estimated`()
    async throws
  {
    let (standIn, daemon, _) = try await Self.standIn { _, connection in
      try StandIn.say(["x"], to: connection)
    }
    defer { standIn.server.stop() }
    let list = try HTTPReply.request(daemon, "GET", "/v1/models").json
    #expect(list["data"]?.array?.map { $0["id"] } == ["up/stand-in"])
    #expect(list["data"]?[0]?["owned_by"] == "up")
    #expect(list["data"]?[0]?["created_at"] == "1970-01-01T00:00:00Z")
    let count = try HTTPReply.request(
      daemon, "POST", "/v1/messages/count_tokens",
      ["model": "up/stand-in", "messages": Self.question])
    #expect(count.json["estimated"] == true)
    #expect((count.json["input_tokens"]?.int ?? 0) > 0)
    #expect(standIn.requests.isEmpty)
  }

  @Test func `one model is found by slug, alias or provider/model, in both dialects' shape`()
    async throws
  {
    let (standIn, daemon, client) = try await Self.standIn { _, connection in
      try StandIn.say(["x"], to: connection)
    }
    defer { standIn.server.stop() }
    _ = try await client.call(
      "model/set",
      ["slug": "Big", "provider": "up", "upstream_name": "stand-in", "aliases": ["b"]])
    func get(_ name: String, _ headers: [String: String] = [:]) throws -> HTTPReply {
      try HTTPReply.request(daemon, "GET", "/v1/models/\(name)", headers: headers)
    }
    for name in ["big", "BIG", "b"] {
      let model = try get(name).json
      #expect(model["id"] == "big")
      #expect(model["object"] == "model" && model["type"] == "model")
      #expect(model["owned_by"] == "up")
      #expect(model["display_name"] == "big")
      #expect((model["created"]?.int ?? 0) > 0)
      #expect(model["created_at"]?.string?.hasSuffix("Z") == true)
    }
    for name in ["up/other", "up%2Fother"] { #expect(try get(name).json["id"] == "up/other") }
    #expect(try get("up/other?beta=true").status == 200)
    // As the SDKs of each read an error.
    let missing = try get("no-such")
    #expect(missing.status == 404)
    #expect(missing.json["error"]?["code"] == "model_not_found")
    #expect(missing.json["error"]?["type"] == "invalid_request_error")
    let other = try get("no-such", ["anthropic-version": "2023-06-01"])
    #expect(other.status == 404)
    #expect(other.json["type"] == "error")
    #expect(other.json["error"]?["type"] == "not_found_error")
    // A key that is bound to some models does not see the others.
    let key =
      try await client.call(
        "key/create", ["name": "bound", "scope": "standard", "models": ["b"]])["secret"]?.string
      ?? ""
    #expect(try get("b", ["x-api-key": key]).json["id"] == "big")
    #expect(try get("up/other", ["x-api-key": key]).status == 404)
    #expect(try await client.call("model/get", ["slug": "b"])["id"] == "big")
  }
}
