import Domain
import Testing
import Wire

@testable import Upstream

/// Counts as hosts should not send them: as fractions and texts, as zeros, in part, not at all. What is there is read, what is not is
/// estimated and marked. Zeros of OpenAI's shapes are read as they are (one recording has them); the accountant estimates what it books.
@Suite struct OddUsageTests {
  struct Odd: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let shape: Provider.Shape
    /// The usage object as it comes; nil for none.
    let usage: String?
    /// Nil where it has to be estimated.
    let expected: Usage?
    init(_ shape: Provider.Shape, _ name: String, _ usage: String?, _ expected: Usage?) {
      testDescription = "\(shape.rawValue): \(name)"
      self.shape = shape
      self.usage = usage
      self.expected = expected
    }
  }

  static let all: [Odd] = [
    Odd(.openAIChat, "none", nil, nil),
    Odd(.openAIChat, "null", "null", nil),
    Odd(.openAIChat, "empty", "{}", nil),
    Odd(
      .openAIChat, "zeros", #"{"prompt_tokens":0,"completion_tokens":0,"total_tokens":0}"#,
      Usage(input: 0, output: 0)),
    Odd(.openAIChat, "a total only", #"{"total_tokens":12}"#, nil),
    Odd(
      .openAIChat, "no completion", #"{"prompt_tokens":9,"total_tokens":12}"#,
      Usage(input: 9, output: 3)),
    Odd(
      .openAIChat, "fractions and texts", #"{"prompt_tokens":9.0,"completion_tokens":"3"}"#,
      Usage(input: 9, output: 3)),
    Odd(
      .openAIChat, "less than nothing",
      #"{"prompt_tokens":9,"completion_tokens":3,"prompt_tokens_details":{"cached_tokens":-1}}"#,
      Usage(input: 9, output: 3)),
    Odd(.openAIResponses, "none", nil, nil),
    Odd(.openAIResponses, "null", "null", nil),
    Odd(.openAIResponses, "empty", "{}", nil),
    Odd(
      .openAIResponses, "zeros", #"{"input_tokens":0,"output_tokens":0}"#,
      Usage(input: 0, output: 0)),
    Odd(
      .openAIResponses, "fractions and texts", #"{"input_tokens":9.0,"output_tokens":"3"}"#,
      Usage(input: 9, output: 3)),
    Odd(.gemini, "none", nil, nil),
    Odd(.gemini, "null", "null", nil),
    Odd(.gemini, "empty", "{}", nil),
    Odd(.gemini, "zeros", #"{"promptTokenCount":0,"totalTokenCount":0}"#, nil),
    Odd(
      .gemini, "no candidates", #"{"promptTokenCount":9,"totalTokenCount":12}"#,
      Usage(input: 9, output: 3)),
    Odd(
      .vertex, "fractions and texts", #"{"promptTokenCount":9.0,"candidatesTokenCount":"3"}"#,
      Usage(input: 9, output: 3)),
    Odd(.anthropic, "none", nil, nil),
    Odd(.anthropic, "null", "null", nil),
    Odd(.anthropic, "empty", "{}", nil),
    Odd(.anthropic, "zeros", #"{"input_tokens":0,"output_tokens":0}"#, nil),
    Odd(
      .anthropic, "fractions and texts", #"{"input_tokens":9.0,"output_tokens":"3"}"#,
      Usage(input: 9, output: 3)),
  ]

  private static let said = "some twenty letters."

  /// The stream, and the same reply in one piece.
  private static func forms(_ odd: Odd) throws -> (stream: [JSON], whole: JSON) {
    let usage = try odd.usage.map { try JSON(parsing: $0) }
    let text = JSON.string(said)
    switch odd.shape {
    case .openAIChat:
      let delta: JSON = ["index": 0, "delta": ["content": text], "finish_reason": "stop"]
      let message: JSON = [
        "index": 0, "message": ["role": "assistant", "content": text], "finish_reason": "stop",
      ]
      let last: JSON = .record(["id": "c", "choices": [], "usage": usage])
      return (
        [["id": "c", "choices": [delta]], last],
        .record(["id": "c", "choices": [message], "usage": usage])
      )
    case .openAIResponses:
      let item: JSON = [
        "type": "message", "id": "m", "role": "assistant",
        "content": [["type": "output_text", "text": text]],
      ]
      let response = JSON.record([
        "id": "r", "status": "completed", "output": [item], "usage": usage,
      ])
      return ([["type": "response.completed", "response": response]], response)
    case .gemini, .vertex:
      let candidate: JSON = ["content": ["parts": [["text": text]]], "finishReason": "STOP"]
      let chunk = JSON.record(["candidates": [candidate], "usageMetadata": usage])
      return ([chunk], chunk)
    case .anthropic:
      let message = JSON.record([
        "id": "m", "type": "message", "role": "assistant",
        "content": [["type": "text", "text": text]], "stop_reason": "end_turn", "usage": usage,
      ])
      let delta: JSON = ["type": "text_delta", "text": text]
      return (
        [
          .record([
            "type": "message_start", "message": .record(["id": "m", "usage": usage]),
          ]),
          [
            "type": "content_block_start", "index": 0,
            "content_block": ["type": "text", "text": ""],
          ],
          ["type": "content_block_delta", "index": 0, "delta": delta],
          ["type": "content_block_stop", "index": 0],
          .record([
            "type": "message_delta", "delta": ["stop_reason": "end_turn"], "usage": usage,
          ]), ["type": "message_stop"],
        ], message
      )
    }
  }

  @Test(arguments: all)
  func `counts are read or estimated, and never taken for none`(_ odd: Odd) throws {
    let call = ModelCall.asking("a question of some length", model: "m")
    let (stream, whole) = try Self.forms(odd)
    var decoder = Dialect.of(odd.shape).makeDecoder(call)
    let streamed = try reply(
      try events(of: Dialect.of(odd.shape).makeDecoder(call), data: stream)
    ).usage
    let once = try reply(try decoder.whole(whole)).usage
    for usage in [streamed, once] {
      if let expected = odd.expected {
        #expect(usage == expected)
      } else {
        #expect(usage.isEstimated)
        #expect(usage.input >= 6 && usage.output >= 5, "\(usage)")
      }
    }
  }

  /// Anthropic's streams begin with a count of the first few tokens; where a host sends none at the end, that is not all.
  @Test func `a count of the beginning does not stand for the whole reply`() throws {
    let start: JSON = [
      "type": "message_start",
      "message": ["id": "m", "usage": ["input_tokens": 9, "output_tokens": 1]],
    ]
    let delta: JSON = ["type": "text_delta", "text": .string(Self.said)]
    let events = try events(
      of: Dialect.anthropic.makeDecoder(.asking(model: "m")),
      data: [
        start,
        [
          "type": "content_block_start", "index": 0, "content_block": ["type": "text", "text": ""],
        ],
        ["type": "content_block_delta", "index": 0, "delta": delta],
        ["type": "content_block_stop", "index": 0],
        ["type": "message_delta", "delta": ["stop_reason": "end_turn"]], ["type": "message_stop"],
      ])
    #expect(try reply(events).usage == Usage(input: 9, output: 5, isEstimated: true))
  }
}
