import Domain
import Outbound
import Testing
import Wire

@testable import Upstream

@Suite struct ResponsesDecoderTests {
  static let call = ModelCall.asking(model: "gpt-5")
  static let created: JSON = [
    "type": "response.created", "response": ["id": "resp_1", "model": "gpt-5"],
  ]
  static func decoder(_ call: ModelCall = call) -> any ReplyDecoder {
    Dialect.openAIResponses.makeDecoder(call)
  }
  static func event(_ type: String, _ index: Int, _ members: JSON.Object) -> JSON {
    var object: JSON.Object = [
      "type": .string("response.\(type)"), "output_index": .integer(index),
    ]
    object.merge(members)
    return .object(object)
  }
  static func completed(_ output: [JSON], _ more: JSON.Object = [:]) -> JSON {
    var response: JSON.Object = [
      "id": "resp_1", "model": "gpt-5", "status": "completed", "output": .array(output),
      "usage": [
        "input_tokens": 100,
        "input_tokens_details": ["cached_tokens": 30, "cache_write_tokens": 5],
        "output_tokens": 20, "output_tokens_details": ["reasoning_tokens": 7],
      ],
    ]
    response.merge(more)
    return ["type": "response.completed", "response": .object(response)]
  }
  static func function(_ id: String, _ name: String, _ arguments: String) -> JSON {
    [
      "type": "function_call", "call_id": .string(id), "name": .string(name),
      "arguments": .string(arguments),
    ]
  }
  static func message(_ text: String) -> JSON {
    [
      "type": "message", "role": "assistant",
      "content": [["type": "output_text", "text": .string(text), "annotations": []]],
    ]
  }

  /// ```
  ///   item 0 (call a)        item 1 (call b)
  ///   added
  ///   arguments {"x"
  ///                          added
  ///                          arguments {"y":
  ///   arguments :1}
  ///                          arguments 2}
  ///   done
  ///                          done
  /// ```
  @Test func `the input of calls that are written at the same time is not mixed`() throws {
    let events = try events(
      of: Self.decoder(),
      data: [
        Self.created,
        Self.event("output_item.added", 0, ["item": Self.function("c1", "a", "")]),
        Self.event("function_call_arguments.delta", 0, ["delta": "{\"x\""]),
        Self.event("output_item.added", 1, ["item": Self.function("c2", "b", "")]),
        Self.event("function_call_arguments.delta", 1, ["delta": "{\"y\":"]),
        Self.event("function_call_arguments.delta", 0, ["delta": ":1}"]),
        Self.event("function_call_arguments.delta", 1, ["delta": "2}"]),
        Self.event("output_item.done", 0, ["item": Self.function("c1", "a", "{\"x\":1}")]),
        Self.event("output_item.done", 1, ["item": Self.function("c2", "b", "{\"y\":2}")]),
        Self.completed([
          Self.function("c1", "a", "{\"x\":1}"), Self.function("c2", "b", "{\"y\":2}"),
        ]),
      ])
    #expect(GrammarChecker.violations(events) == [])
    let answer = try reply(events)
    let second = events.compactMap { event -> String? in
      guard case .blockDelta(1, .inputJSON(let text)) = event else { return nil }
      return text
    }
    #expect(second == ["{\"y\":", "2}"])
    #expect(answer.blocks.map { $0["id"] } == ["c1", "c2"])
    #expect(answer.blocks.map { $0["input"] } == [["x": 1], ["y": 2]])
    #expect(answer.stopReason == "tool_use")
  }

  @Test func `a call that is never done is closed at the end and what waited is not lost`() throws {
    let events = try events(
      of: Self.decoder(),
      data: [
        Self.created,
        Self.event("output_item.added", 0, ["item": Self.function("c1", "a", "")]),
        Self.event("function_call_arguments.delta", 0, ["delta": "{\"x\""]),
        Self.event("output_text.delta", 1, ["content_index": 0, "delta": "hello"]),
        Self.completed([Self.function("c1", "a", "{\"x\":1}"), Self.message("hello")]),
      ])
    #expect(GrammarChecker.violations(events) == [])
    let answer = try reply(events)
    #expect(answer.blocks.map(\.type) == ["tool_use", "text"])
    #expect(answer.blocks.first?["input"] == ["x": 1])
    #expect(answer.blocks.last?["text"] == "hello")
  }

  @Test func `a host that sends no deltas loses nothing`() throws {
    let output = [
      Self.message("hello"), Self.function("c1", "a", ""),
      ["type": "reasoning", "id": "rs", "summary": [], "encrypted_content": "E"],
    ]
    let events = try events(of: Self.decoder(), data: [Self.created, Self.completed(output)])
    #expect(GrammarChecker.violations(events) == [])
    let answer = try reply(events)
    #expect(answer.blocks.map(\.type) == ["text", "tool_use", "redacted_thinking"])
    #expect(answer.blocks[1]["input"] == [:])
    #expect(
      answer.usage == Usage(input: 65, output: 20, cacheRead: 30, cacheWrite: 5, reasoning: 7))
  }

  @Test func `encrypted reasoning of the last payload is the one that is kept`() throws {
    func item(_ blob: String, _ id: String) -> JSON {
      [
        "type": "reasoning", "id": .string(id), "encrypted_content": .string(blob),
        "summary": [
          ["type": "summary_text", "text": "one"], ["type": "summary_text", "text": "two"],
        ],
      ]
    }
    let events = try events(
      of: Self.decoder(),
      data: [
        Self.created, Self.event("output_item.added", 0, ["item": item("unfinished", "r")]),
        Self.event("reasoning_summary_text.delta", 0, ["summary_index": 0, "delta": "one"]),
        Self.event("reasoning_summary_text.delta", 0, ["summary_index": 1, "delta": "two"]),
        Self.event("output_item.done", 0, ["item": item("first", "r")]),
        Self.event("output_text.delta", 1, ["content_index": 0, "delta": "hi"]),
        Self.completed([item("second", "r2"), Self.message("hi")]),
      ])
    #expect(GrammarChecker.violations(events) == [])
    let answer = try reply(events)
    #expect(answer.blocks[0]["thinking"] == "one\n\ntwo")
    #expect(answer.blocks[0].opaque("openai-responses")?["encrypted_content"] == "second")
    #expect(answer.blocks[0].opaque("openai-responses")?["id"] == "r2")
    let next = try Dialect.openAIResponses.encode(Self.call.after(answer), .of(.openAIResponses))
    #expect(
      next.body["input"]?[1] == [
        "type": "reasoning", "id": "r2",
        "summary": item("second", "r2")["summary"] ?? .null, "encrypted_content": "second",
      ])
  }

  @Test func `reasoning without text and without anything to send back leaves no empty block`()
    throws
  {
    let item: JSON = ["type": "reasoning", "id": "rs", "summary": []]
    let answer = try reply(
      try events(
        of: Self.decoder(), data: [Self.created, Self.completed([item, Self.message("hi")])]))
    #expect(answer.blocks == [.text("hi")])
  }

  struct Ending: Sendable {
    let response: JSON.Object
    let output: [JSON]
    let reason: String
  }
  static let endings = [
    Ending(response: [:], output: [message("a")], reason: "end_turn"),
    Ending(response: [:], output: [function("c", "a", "{}")], reason: "tool_use"),
    Ending(
      response: ["status": "incomplete", "incomplete_details": ["reason": "max_output_tokens"]],
      output: [message("a")], reason: "max_tokens"),
    Ending(
      response: ["status": "incomplete", "incomplete_details": ["reason": "content_filter"]],
      output: [message("a")], reason: "refusal"),
    Ending(
      response: [:],
      output: [["type": "message", "content": [["type": "refusal", "refusal": "no"]]]],
      reason: "refusal"),
  ]
  @Test(arguments: endings)
  func `each way to end has its stop reason`(_ ending: Ending) throws {
    let data = [Self.created, Self.completed(ending.output, ending.response)]
    let answer = try reply(try events(of: Self.decoder(), data: data))
    #expect(answer.stopReason == ending.reason)
  }

  @Test func `a refusal is text that the reader sees`() throws {
    let answer = try reply(
      try events(
        of: Self.decoder(),
        data: [
          Self.created, Self.event("refusal.delta", 0, ["content_index": 0, "delta": "I will "]),
          Self.event("refusal.delta", 0, ["content_index": 0, "delta": "not."]),
          Self.completed([
            ["type": "message", "content": [["type": "refusal", "refusal": "I will not."]]]
          ]),
        ]))
    #expect(answer.blocks == [.text("I will not.")])
    #expect(answer.stopReason == "refusal")
  }

  static let errors: [(JSON, UpstreamFailure.Kind)] = [
    (["type": "error", "code": "rate_limit_exceeded", "message": "slow"], .rateLimited),
    (["type": "error", "error": ["type": "invalid_request_error", "message": "slow"]], .rejected),
    (["error": ["message": "slow", "code": 503]], .overloaded),
    (
      [
        "type": "response.failed",
        "response": ["status": "failed", "error": ["code": "server_error", "message": "slow"]],
      ], .server
    ),
  ]
  @Test(arguments: errors)
  func `an error inside the stream is thrown with its kind and its words`(
    _ error: JSON, _ kind: UpstreamFailure.Kind
  ) throws {
    let failure = #expect(throws: UpstreamFailure.self) {
      try events(of: Self.decoder(), data: [Self.created, error])
    }
    #expect(failure?.kind == kind)
    #expect(failure?.message == "slow")
  }

  @Test func `a stream that breaks off has no end, and [DONE] is not one`() throws {
    var decoder = Self.decoder()
    _ = try decoder.take(.init(name: nil, data: Self.created.text))
    _ = try decoder.take(.init(name: nil, data: "[DONE]"))
    #expect(try decoder.finish().contains(.messageStop) == false)
    #expect(throws: UpstreamFailure.self) {
      try decoder.take(.init(name: nil, data: "<html>"))
    }
    var other = Self.decoder()
    #expect(throws: UpstreamFailure.self) { try other.whole(["hello": "world"]) }
  }

  @Test func `a reply without token counts is booked by an estimate`() throws {
    let data = [Self.created, Self.completed([Self.message("four words of text")], ["usage": nil])]
    let usage = try reply(try events(of: Self.decoder(), data: data)).usage
    #expect(usage.isEstimated)
    #expect(usage.output == 5)
  }

  @Test func `sources of a text are citations of its block`() throws {
    let annotation: JSON = [
      "type": "url_citation", "url": "https://a.example", "title": "A", "start_index": 1,
      "end_index": 4,
    ]
    let item: JSON = [
      "type": "message",
      "content": [["type": "output_text", "text": "text", "annotations": [annotation]]],
    ]
    for data in [
      [Self.completed([item])],
      [
        Self.event("output_text.delta", 0, ["content_index": 0, "delta": "text"]),
        Self.event(
          "output_text.annotation.added", 0, ["content_index": 0, "annotation": annotation]),
        Self.event("output_item.done", 0, ["item": item]), Self.completed([item]),
      ],
    ] {
      let answer = try reply(try events(of: Self.decoder(), data: [Self.created] + data))
      let citations = answer.blocks[0]["citations"]?.array ?? []
      #expect(citations.count == 1)
      #expect(citations.first?["type"] == "web_search_result_location")
      #expect(citations.first?["url"] == "https://a.example")
    }
  }

  @Test func `what the provider ran itself is shown and goes back as it came`() throws {
    let search: JSON = [
      "type": "web_search_call", "id": "ws_1", "status": "completed",
      "action": ["type": "search", "query": "q"],
    ]
    let events = try events(
      of: Self.decoder(), data: [Self.created, Self.completed([search, Self.message("found")])])
    #expect(GrammarChecker.violations(events) == [])
    let answer = try reply(events)
    #expect(answer.blocks[0].type == "server_tool_use")
    #expect(answer.blocks[0]["name"] == "web_search")
    #expect(answer.blocks[0]["input"] == ["type": "search", "query": "q"])
    #expect(answer.stopReason == "end_turn")
    let next = try Dialect.openAIResponses.encode(Self.call.after(answer), .of(.openAIResponses))
    #expect(next.body["input"]?[1] == search)
  }

  @Test func `a call of a custom tool comes back as one, and so does its result`() throws {
    let custom: JSON = [
      "type": "custom_tool_call", "call_id": "c1", "name": "shell", "input": "ls -l",
    ]
    let answer = try reply(
      try events(of: Self.decoder(), data: [Self.created, Self.completed([custom])]))
    #expect(answer.blocks[0]["input"] == ["input": "ls -l"])
    let next = try Dialect.openAIResponses.encode(Self.call.after(answer), .of(.openAIResponses))
    #expect(next.body["input"]?[1] == custom)
    #expect(next.body["input"]?[2]?["type"] == "custom_tool_call_output")
  }

  @Test func `the phase of a message comes back on it`() throws {
    var item = Self.message("thinking aloud").object ?? [:]
    item["phase"] = "commentary"
    let answer = try reply(
      try events(
        of: Self.decoder(),
        data: [Self.created, Self.completed([.object(item), Self.message("answer")])]))
    let next = try Dialect.openAIResponses.encode(Self.call.after(answer), .of(.openAIResponses))
    #expect(next.body["input"]?[1]?["phase"] == "commentary")
    #expect(next.body["input"]?[2]?["phase"] == nil)
  }

  @Test func `names of tools are mapped on the way out and back on the way in`() throws {
    var call = Self.call
    call.tools = [.init(name: "files/read", description: "", inputSchema: [:])]
    call.toolChoice = ["type": "tool", "name": "files/read"]
    let body = try Dialect.openAIResponses.encode(call, .of(.openAIResponses)).body
    let name = try #require(body["tools"]?[0]?["name"]?.string)
    #expect(name.utf8.allSatisfy { $0 != UInt8(ascii: "/") })
    #expect(body["tool_choice"]?["name"]?.string == name)
    let answer = try reply(
      try events(
        of: Self.decoder(call),
        data: [Self.created, Self.completed([Self.function("c", name, "{}")])]))
    #expect(answer.blocks[0]["name"] == "files/read")
  }
}
