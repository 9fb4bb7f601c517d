import Domain
import Testing
import Wire

@testable import Upstream

@Suite struct GeminiDecoderTests {
  static let model = "gemini-2.5-flash"
  static let call = ModelCall.asking(model: model)

  static func chunk(_ parts: [JSON], _ more: JSON.Object = [:], reason: String? = nil) -> JSON {
    var chunk: JSON.Object = [
      "candidates": [
        .record([
          "content": ["role": "model", "parts": .array(parts)],
          "finishReason": reason.map(JSON.string),
        ])
      ],
      "responseId": "r1", "modelVersion": "gemini-2.5-flash",
    ]
    chunk.merge(more)
    return .object(chunk)
  }
  static func read(_ chunks: [JSON], call: ModelCall = call) throws -> Reply {
    let events = try events(of: Dialect.gemini.makeDecoder(call), data: chunks)
    #expect(GrammarChecker.violations(events) == [])
    return try reply(events)
  }
  /// The parts of the reply as the next request carries them.
  static func returned(_ answer: Reply, to model: String = model) throws -> [JSON] {
    let next = try Dialect.gemini.encode(call.after(answer, model: model), .of(.gemini))
    return next.body["contents"]?[1]?["parts"]?.array ?? []
  }

  static let signed: [[[JSON]]] = [
    // The end of a text is signed by an empty part.
    [[["text": "a"]], [["text": "b"], ["text": "", "thoughtSignature": "S"]]],
    // One part of a text is signed.
    [[["text": "é", "thoughtSignature": "S"]], [["text": "b"]]],
    [[["text": "a"]], [["text": "b", "thoughtSignature": "S"]], [["text": "c"]]],
    [[["text": "a", "thoughtSignature": "S"]], [["text": "b", "thoughtSignature": "T"]]],
    // Calls: of parallel ones the first is signed.
    [
      [
        ["functionCall": ["name": "f", "args": ["x": 1]], "thoughtSignature": "S"],
        ["functionCall": ["name": "g", "args": [:]]],
      ]
    ],
    [
      [
        ["functionCall": ["id": "own", "name": "f", "args": [:]], "thoughtSignature": "S"],
        ["text": "", "thoughtSignature": "T"],
      ]
    ],
    // Nothing stands before the signature.
    [[["text": "", "thoughtSignature": "S"]], [["text": "a"]]],
    // A signed thought, and kinds that are not text.
    [[["text": "hm", "thought": true, "thoughtSignature": "S"]], [["text": "a"]]],
    [
      [
        ["executableCode": ["language": "PYTHON", "code": "1+1"], "thoughtSignature": "S"],
        ["codeExecutionResult": ["outcome": "OUTCOME_OK", "output": "2"]], ["text": "2"],
      ]
    ],
    [[["inlineData": ["mimeType": "image/png", "data": "QQ=="], "thoughtSignature": "S"]]],
    [[["toolCall": ["toolType": "GOOGLE_SEARCH"], "thoughtSignature": "S"], ["text": "a"]]],
  ]
  @Test(arguments: signed)
  func `every part that was signed goes back as it came`(_ chunks: [[JSON]]) throws {
    var data = chunks.map { Self.chunk($0) }
    data.append(Self.chunk([], reason: "STOP"))
    let answer = try Self.read(data)
    let sent = try Self.returned(answer)
    // Neighbouring unsigned text parts may be joined.
    var came: [JSON] = []
    for part in chunks.flatMap({ $0 }) {
      if part["thoughtSignature"] == nil, let text = part["text"]?.string,
        let last = came.last, last["thoughtSignature"] == nil, let before = last["text"]?.string
      {
        came[came.count - 1] = ["text": .string(before + text)]
      } else {
        came.append(part)
      }
    }
    #expect(sent == came)
    let elsewhere = try Self.returned(answer, to: "gemini-2.5-pro").map(\.text).joined()
    #expect(!elsewhere.contains("thoughtSignature"))
  }

  @Test func `signatures never reach a client, and an edited text loses them`() throws {
    let chunks = [
      Self.chunk([["text": "ab", "thoughtSignature": "SIG"]]),
      Self.chunk([["text": "c"]], reason: "STOP"),
    ]
    let events = try events(of: Dialect.gemini.makeDecoder(Self.call), data: chunks)
    #expect(!events.contains { $0.wire?.data.text.contains("SIG") == true })
    var answer = try reply(events)
    answer.blocks[0]["text"] = "a"
    #expect(try Self.returned(answer) == [["text": "a"]])
  }

  @Test(
    arguments: [
      ("STOP", "end_turn"), ("MAX_TOKENS", "max_tokens"), ("SAFETY", "refusal"),
      ("RECITATION", "refusal"), ("BLOCKLIST", "refusal"), ("PROHIBITED_CONTENT", "refusal"),
      ("SPII", "refusal"), ("IMAGE_SAFETY", "refusal"), ("LANGUAGE", "refusal"),
      ("A_FILTER_TO_COME", "refusal"),
    ])
  func `each finish reason has its stop reason`(_ reason: String, _ stop: String) throws {
    #expect(try Self.read([Self.chunk([["text": "a"]], reason: reason)]).stopReason == stop)
  }

  @Test(arguments: ["MALFORMED_FUNCTION_CALL", "UNEXPECTED_TOOL_CALL", "OTHER"])
  func `a reply that Google could not use is a failure that says so`(_ reason: String) throws {
    let chunk: JSON = [
      "candidates": [["finishReason": .string(reason), "finishMessage": "print(f("]]
    ]
    let failure = #expect(throws: UpstreamFailure.self) { try Self.read([chunk]) }
    #expect(failure?.type == reason)
    #expect(failure?.message.contains("print(f(") == true)
    #expect(failure?.isRetryable == true)
  }

  @Test func `a blocked prompt is a refusal without content`() throws {
    let chunk: JSON = [
      "promptFeedback": ["blockReason": "PROHIBITED_CONTENT"],
      "usageMetadata": ["promptTokenCount": 9, "totalTokenCount": 9],
    ]
    let answer = try Self.read([chunk])
    #expect(answer.stopReason == "refusal")
    #expect(answer.blocks.isEmpty)
    #expect(answer.usage.input == 9)
    var decoder = Dialect.gemini.makeDecoder(Self.call)
    #expect(try reply(try decoder.whole(chunk)).stopReason == "refusal")
  }

  @Test func `usage may come after the finish reason and its parts do not overlap`() throws {
    let answer = try Self.read([
      Self.chunk([["text": "a"]], ["usageMetadata": ["promptTokenCount": 90]], reason: "STOP"),
      [
        "usageMetadata": [
          "promptTokenCount": 100, "cachedContentTokenCount": 40, "toolUsePromptTokenCount": 5,
          "candidatesTokenCount": 10, "thoughtsTokenCount": 7,
        ]
      ],
    ])
    #expect(answer.usage == Usage(input: 65, output: 17, cacheRead: 40, reasoning: 7))
  }

  @Test func `a stream without a finish reason has broken off`() throws {
    let chunks = [Self.chunk([["text": "a"]])]
    let events = try events(of: Dialect.gemini.makeDecoder(Self.call), data: chunks)
    #expect(!events.contains(.messageStop))
    var decoder = Dialect.gemini.makeDecoder(Self.call)
    #expect(throws: UpstreamFailure.self) { try decoder.whole(["hello": "world"]) }
  }

  @Test func `an error inside the stream is thrown with its kind`() throws {
    let error: JSON = [
      "error": ["code": 503, "message": "The model is overloaded.", "status": "UNAVAILABLE"]
    ]
    let failure = #expect(throws: UpstreamFailure.self) {
      try Self.read([Self.chunk([["text": "a"]]), error])
    }
    #expect(failure?.kind == .overloaded)
    #expect(failure?.status == 503)
    #expect(failure?.message == "The model is overloaded.")
  }

  @Test func `calls without ids get some that no other call of the conversation has`() throws {
    let parts: [JSON] = [
      ["functionCall": ["name": "f", "args": [:]]], ["functionCall": ["name": "f"]],
      ["functionCall": ["id": "taken", "name": "f", "args": [:]]],
    ]
    var call = Self.call
    call.messages.append(
      .init(role: .assistant, blocks: [.toolUse(id: "taken", name: "f", input: [:])]))
    let answer = try Self.read([Self.chunk(parts, reason: "STOP")], call: call)
    let ids = Set(answer.blocks.compactMap { $0["id"]?.string })
    #expect(ids.count == 3)
    #expect(!ids.contains("taken"))
    #expect(ids.allSatisfy { !$0.isEmpty })
    #expect(answer.stopReason == "tool_use")
    #expect(answer.blocks.map { $0["input"] } == [[:], [:], [:]])
  }

  @Test func `sources of a text are citations of its block`() throws {
    let grounding: JSON = [
      "groundingChunks": [
        ["web": ["uri": "https://a.example", "title": "A"]],
        ["web": ["uri": "https://b.example", "title": "B"]],
      ],
      "groundingSupports": [
        ["segment": ["text": "said"], "groundingChunkIndices": [0, 1, 7]]
      ],
    ]
    let chunk: JSON = [
      "candidates": [
        [
          "content": ["parts": [["text": "said"]]], "finishReason": "STOP",
          "groundingMetadata": grounding,
        ]
      ]
    ]
    let citations = try Self.read([chunk]).blocks[0]["citations"]?.array ?? []
    #expect(citations.map { $0["url"] } == ["https://a.example", "https://b.example"])
    #expect(citations.allSatisfy { $0["cited_text"] == "said" })
  }

  @Test func `a whole reply may be an array of chunks`() throws {
    var decoder = Dialect.gemini.makeDecoder(Self.call)
    let events = try decoder.whole([
      Self.chunk([["text": "a"]]), Self.chunk([["text": "b"]], reason: "STOP"),
    ])
    #expect(try reply(events).blocks == [.text("ab")])
  }
}
