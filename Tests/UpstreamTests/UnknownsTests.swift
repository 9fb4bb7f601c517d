import Domain
import Outbound
import Testing
import Wire

@testable import Upstream

/// What the providers document or are known to send and no recording here happens to hold: unknown kinds of events, blocks and
/// members, empty and `null` ones, counts alone. Whatever of it comes, the words and calls around it are read.
@Suite struct UnknownsTests {
  struct Stream: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let shape: Provider.Shape
    let lines: [String]
    /// `text|thinking|call,call|stop`.
    let expected: String
    init(_ shape: Provider.Shape, _ name: String, _ lines: [String], _ expected: String) {
      testDescription = "\(shape.rawValue): \(name)"
      self.shape = shape
      self.lines = lines
      self.expected = expected
    }
  }

  static func summary(_ reply: Reply) -> String {
    let outcome = Outcome(reply)
    let calls = outcome.calls.map { "\($0.name)\($0.input.text)" }.joined(separator: ",")
    return "\(outcome.text)|\(outcome.thinking)|\(calls)|\(outcome.stopReason)"
  }

  @Test(arguments: chat + responses + gemini + anthropic)
  func `what is not known does no harm`(_ stream: Stream) throws {
    let bytes = stream.lines.flatMap { Array("data: \($0)\n\n".utf8) }
    let decoder = Dialect.of(stream.shape).makeDecoder(.asking(model: "m"))
    let all = try events(of: decoder, pieces: [bytes])
    #expect(GrammarChecker.violations(all) == [])
    #expect(Self.summary(try reply(all)) == stream.expected)
  }

  // MARK: Chat

  private static func chat(_ name: String, _ choices: [String], _ expected: String) -> Stream {
    Stream(
      .openAIChat, name,
      choices.map { $0.hasPrefix("{\"") ? $0 : #"{"id":"c","choices":[\#($0)]}"# },
      expected)
  }
  private static let stop = #" {"index":0,"delta":{},"finish_reason":"stop"}"#
  private static let toolStop = #" {"index":0,"delta":{},"finish_reason":"tool_calls"}"#

  static let chat: [Stream] = [
    chat(
      "empty choices, none, and null",
      [
        #"{"id":"","model":"","object":"","choices":[],"prompt_filter_results":[{"x":1}]}"#,
        #"{"id":"c","choices":null}"#, #"{"id":"c","object":"chat.completion.chunk"}"#,
        #" {"index":0,"delta":{"content":"a"}}"#, stop,
      ], "a|||end_turn"),
    chat(
      "null delta, null members, no index",
      [
        #" {"delta":null,"finish_reason":null}"#,
        #" {"delta":{"content":null,"tool_calls":null,"refusal":null,"reasoning":null,"role":null}}"#,
        #" {"delta":{"content":"a","tool_calls":[],"annotations":null,"logprobs":null}}"#,
        #" {"finish_reason":"stop"}"#,
      ], "a|||end_turn"),
    chat(
      "counts alone, before and after",
      [
        #"{"id":"c","usage":{"prompt_tokens":3}}"#, #" {"index":0,"delta":{"content":"a"}}"#, stop,
        #"{"id":"c","choices":[],"usage":{"prompt_tokens":3,"completion_tokens":1}}"#,
        #"{"id":"c","choices":[],"usage":null}"#,
      ], "a|||end_turn"),
    chat(
      "other choices than the first",
      [
        #" {"index":1,"delta":{"content":"no"}},{"index":0,"delta":{"content":"a"}}"#, stop,
      ], "a|||end_turn"),
    chat(
      "reasoning under two names counts once",
      [
        #" {"index":0,"delta":{"reasoning":"h","reasoning_content":"h"}}"#,
        #" {"index":0,"delta":{"reasoning":"m","reasoning_details":[{"type":"reasoning.text","text":"m","index":0}]}}"#,
        #" {"index":0,"delta":{"content":"a"}}"#, stop,
      ], "a|hm||end_turn"),
    chat(
      "content as parts of kinds known and unknown",
      [
        #" {"index":0,"delta":{"content":[{"type":"reasoning","summary":[{"type":"summary_text","text":"hm","signature":"s"}]}]}}"#,
        #" {"index":0,"delta":{"content":[{"type":"text","text":"a"},{"type":"reference","reference_ids":[1]},{"type":"new","x":1}]}}"#,
        stop,
      ], "a|hm||end_turn"),
    chat(
      "speech comes with its words",
      [
        #" {"index":0,"delta":{"audio":{"id":"x","transcript":"He"}}}"#,
        #" {"index":0,"delta":{"audio":{"data":"AAAA","transcript":"llo"}}}"#, stop,
      ], "Hello|||end_turn"),
    chat(
      "calls without id and index, arguments null, an object, in pieces",
      [
        #" {"delta":{"tool_calls":[{"function":{"name":"f","arguments":null}}]}}"#,
        #" {"delta":{"tool_calls":[{"function":{"arguments":"{\"x\":"}}]}}"#,
        #" {"delta":{"tool_calls":[{"function":{"arguments":"1}"}}]}}"#,
        #" {"delta":{"tool_calls":[{"id":"","type":null,"function":{"name":"g","arguments":{"y":2}}}]}}"#,
        toolStop,
      ], #"||f{"x":1},g{"y":2}|tool_use"#),
    chat(
      "the first form of calls",
      [
        #" {"index":0,"delta":{"function_call":{"name":"f","arguments":""}}}"#,
        #" {"index":0,"delta":{"function_call":{"arguments":"{\"x\":1}"}}}"#,
        #" {"index":0,"delta":{},"finish_reason":"function_call"}"#,
      ], #"||f{"x":1}|tool_use"#),
    chat(
      "a filter stops it",
      [
        #" {"index":0,"delta":{"content":"a"},"content_filter_results":{"hate":{"filtered":true}}}"#,
        #" {"index":0,"delta":{},"finish_reason":"content_filter"}"#,
      ], "a|||refusal"),
    chat(
      "half a pair of surrogates, and a member twice",
      [
        #" {"index":0,"delta":{"content":"a\ud83d"},"finish_reason":null,"finish_reason":null}"#,
        stop,
      ], "a\u{FFFD}|||end_turn"),
    chat(
      "content as one part, reasoning under rarer names",
      [
        #" {"index":0,"delta":{"reasoning_text":"h"}}"#, #" {"index":0,"delta":{"thinking":"m"}}"#,
        #" {"index":0,"delta":{"content":{"type":"text","text":"a"}}}"#, stop,
      ], "a|hm||end_turn"),
    chat(
      "members of every host around",
      [
        #" {"index":0,"delta":{"content":"a","token_id":5,"channel":"final"},"logprobs":{"content":[]},"native_finish_reason":null,"seed":1,"text":"a"}"#,
        #" {"index":0,"delta":{},"finish_reason":"eos","matched_stop":2,"stop_reason":null,"token_ids":[1]}"#,
        #"{"id":"c","choices":[],"obfuscation":"xx","timings":{},"x_groq":{"usage":{"prompt_tokens":1,"completion_tokens":1}}}"#,
      ], "a|||end_turn"),
  ]

  // MARK: Responses

  private static func responses(_ name: String, _ lines: [String], _ expected: String) -> Stream {
    Stream(.openAIResponses, name, lines, expected)
  }
  private static func completed(_ output: String, _ more: String = "") -> String {
    #"{"type":"response.completed","response":{"id":"r","status":"completed","output":[\#(output)]\#(more)}}"#
  }
  private static let said =
    #"{"type":"message","id":"m","role":"assistant","content":[{"type":"output_text","text":"a","annotations":[],"logprobs":[]}]}"#

  static let responses: [Stream] = [
    responses(
      "unknown events and members",
      [
        #"{"type":"response.created","response":{"id":"r"},"sequence_number":0}"#,
        #"{"type":"response.rate_limits.updated","x":1}"#,
        #"{"type":"response.output_text.delta","output_index":0,"content_index":0,"delta":"a","logprobs":[],"obfuscation":"zz"}"#,
        #"{"type":"response.future.delta","output_index":0,"delta":"no"}"#,
        #"{"type":"response.output_item.done","output_index":0,"item":\#(said)}"#,
        completed(said, #","usage":{"input_tokens":1,"output_tokens":1},"background":false"#),
      ], "a|||end_turn"),
    responses("nothing but the end", [completed(said)], "a|||end_turn"),
    responses(
      "the end without its output",
      [
        #"{"type":"response.output_item.done","output_index":0,"item":\#(said)}"#, completed(""),
      ], "a|||end_turn"),
    responses(
      "deltas without a beginning, and a null one",
      [
        #"{"type":"response.output_text.delta","output_index":0,"content_index":0,"delta":null}"#,
        #"{"type":"response.output_text.delta","output_index":0,"content_index":0,"delta":"a"}"#,
        completed(""),
      ], "a|||end_turn"),
    responses(
      "events that do not say of which item they are",
      [
        #"{"type":"response.output_item.added","item":{"type":"message","id":"m","content":[]}}"#,
        #"{"type":"response.output_text.delta","content_index":0,"delta":"a"}"#,
        #"{"type":"response.output_text.done","content_index":0,"text":"a"}"#,
        #"{"type":"response.output_item.done","item":\#(said)}"#, completed(""),
      ], "a|||end_turn"),
    responses(
      "server tools of every kind stand beside the words",
      [
        completed(
          #"{"type":"code_interpreter_call","id":"ci","code":"1","outputs":null},{"type":"mcp_list_tools","id":"l","tools":[]},"#
            + #"{"type":"image_generation_call","id":"ig","result":"AAAA"},{"type":"compaction","id":"x","encrypted_content":"e"},\#(said)"#
        )
      ], "a|||end_turn"),
    responses(
      "annotations of files, and an image in the reply",
      [
        #"{"type":"response.output_text.delta","output_index":0,"content_index":0,"delta":"a"}"#,
        #"{"type":"response.output_text.annotation.added","output_index":0,"content_index":0,"annotation_index":0,"annotation":{"type":"file_citation","file_id":"f","index":1}}"#,
        #"{"type":"response.image_generation_call.partial_image","output_index":1,"partial_image_b64":"AA"}"#,
        completed(said),
      ], "a|||end_turn"),
    responses(
      "raw reasoning and its summary",
      [
        #"{"type":"response.reasoning_text.delta","output_index":0,"content_index":0,"delta":"h"}"#,
        #"{"type":"response.reasoning_text.delta","output_index":0,"content_index":0,"delta":"m"}"#,
        completed(
          #"{"type":"reasoning","id":"rs","summary":[],"content":[{"type":"reasoning_text","text":"hm"}]},\#(said)"#
        ),
      ], "a|hm||end_turn"),
    responses(
      "cut by the filter",
      [
        #"{"type":"response.incomplete","response":{"id":"r","status":"incomplete","incomplete_details":{"reason":"content_filter"},"output":[\#(said)]}}"#
      ], "a|||refusal"),
  ]

  // MARK: Gemini

  private static func gemini(_ name: String, _ lines: [String], _ expected: String) -> Stream {
    Stream(.gemini, name, lines, expected)
  }
  private static func candidate(_ parts: String, _ finish: String? = nil) -> String {
    let end = finish.map { #","finishReason":"\#($0)""# } ?? ""
    return #"{"candidates":[{"content":{"role":"model","parts":[\#(parts)]},"index":0\#(end)}]}"#
  }

  static let gemini: [Stream] = [
    gemini(
      "no candidates, no content, no parts",
      [
        #"{"usageMetadata":{"promptTokenCount":1},"modelVersion":"m"}"#, #"{"candidates":[]}"#,
        #"{"candidates":[{"index":0}]}"#, #"{"candidates":[{"content":{"role":"model"}}]}"#,
        candidate(#"{"text":"a"}"#),
        #"{"candidates":[{"finishReason":"STOP","safetyRatings":[]}]}"#,
      ], "a|||end_turn"),
    gemini(
      "a finish that is not specified yet",
      [
        candidate(#"{"text":"a"}"#, "FINISH_REASON_UNSPECIFIED"), candidate("", "STOP"),
      ], "a|||end_turn"),
    gemini(
      "parts of other kinds",
      [
        candidate(#"{"text":"h","thought":true},{"text":"m","thought":true}"#),
        candidate(
          #"{"executableCode":{"language":"PYTHON","code":"1"}},{"codeExecutionResult":{"outcome":"OUTCOME_OK","output":"1"}}"#
        ), candidate(#"{"fileData":{"fileUri":"x"}},{"newKind":{"x":1}},{}"#),
        candidate(#"{"text":"a"}"#, "STOP"),
      ], "a|hm||end_turn"),
    gemini(
      "parts that hold nothing, and null feedback",
      [
        #"{"candidates":[{"content":{"parts":[{},{"thought":true},{"functionCall":null},{"text":null}]}}],"promptFeedback":{"blockReason":null}}"#,
        #"{"candidates":[{"content":{"parts":[{"text":"a","functionCall":null}]},"finishReason":"STOP"}]}"#,
      ], "a|||end_turn"),
    gemini(
      "other candidates than the first",
      [
        #"{"candidates":[{"index":1,"content":{"parts":[{"text":"no"}]},"finishReason":"SAFETY"}]}"#,
        #"{"candidates":[{"index":1,"content":{"parts":[{"text":"no"}]}},{"index":0,"content":{"parts":[{"text":"a"}]},"finishReason":"STOP"}]}"#,
      ], "a|||end_turn"),
    gemini(
      "a call without arguments, with null ones, with an id",
      [
        candidate(
          #"{"functionCall":{"name":"f"}},{"functionCall":{"id":"x","name":"g","args":null}}"#,
          "STOP")
      ], "||f{},g{}|tool_use"),
    gemini(
      "a filter nobody has heard of",
      [candidate(#"{"text":"a"}"#), candidate("", "IMAGE_RECITATION_2")],
      "a|||refusal"),
    gemini(
      "members of all sorts",
      [
        #"{"candidates":[{"content":{"parts":[{"text":"a","partMetadata":{"x":1}}]},"finishReason":"STOP","avgLogprobs":-0.1,"citationMetadata":{"citationSources":[]},"urlContextMetadata":{},"tokenCount":1}],"createTime":"2026-01-01T00:00:00Z"}"#
      ], "a|||end_turn"),
  ]

  // MARK: Anthropic

  private static func anthropic(_ name: String, _ lines: [String], _ expected: String) -> Stream {
    Stream(.anthropic, name, [start] + lines + [#"{"type":"message_stop"}"#], expected)
  }
  private static let start =
    #"{"type":"message_start","message":{"id":"m","type":"message","role":"assistant","model":"m","content":[],"stop_reason":null,"usage":{"input_tokens":1,"output_tokens":1,"cache_creation":null,"service_tier":null},"container":null}}"#
  private static func block(_ index: Int, _ block: String, _ deltas: [String] = []) -> [String] {
    [#"{"type":"content_block_start","index":\#(index),"content_block":\#(block)}"#]
      + deltas.map { #"{"type":"content_block_delta","index":\#(index),"delta":\#($0)}"# }
      + [#"{"type":"content_block_stop","index":\#(index)}"#]
  }
  private static func end(_ reason: String, _ more: String = "") -> String {
    #"{"type":"message_delta","delta":{"stop_reason":"\#(reason)","stop_sequence":null\#(more)},"usage":{"output_tokens":5,"cache_read_input_tokens":null}}"#
  }
  private static let text = block(
    0, #"{"type":"text","text":""}"#, [#"{"type":"text_delta","text":"a"}"#])

  static let anthropic: [Stream] = [
    anthropic(
      "events and members to come",
      [#"{"type":"ping"}"#, #"{"type":"content_block_heartbeat","index":0}"#] + text + [
        end("end_turn", #","stop_details":{"type":"x"},"container":null"#)
      ], "a|||end_turn"),
    anthropic(
      "server tools, results and blocks to come",
      text
        + block(
          1, #"{"type":"server_tool_use","id":"s","name":"web_search","input":{}}"#,
          [#"{"type":"input_json_delta","partial_json":"{\"query\":\"x\"}"}"#])
        + block(2, #"{"type":"web_search_tool_result","tool_use_id":"s","content":[]}"#)
        + block(
          3, #"{"type":"mcp_tool_use","id":"t","name":"n","server_name":"v","input":{}}"#,
          [#"{"type":"input_json_delta","partial_json":""}"#])
        + block(4, #"{"type":"fallback","from":"a","to":"b"}"#) + [end("pause_turn")],
      "a|||pause_turn"),
    anthropic(
      "thinking without words, and sealed",
      block(
        0, #"{"type":"thinking","thinking":"","signature":""}"#,
        [#"{"type":"signature_delta","signature":"s"}"#])
        + block(1, #"{"type":"redacted_thinking","data":"d"}"#) + [end("max_tokens")],
      "|||max_tokens"),
    anthropic(
      "no usage in the end",
      text + [#"{"type":"message_delta","delta":{"stop_reason":"end_turn"}}"#], "a|||end_turn"),
    anthropic("a refusal", text + [end("refusal")], "a|||refusal"),
    anthropic(
      "a window that is full", text + [end("model_context_window_exceeded")],
      "a|||model_context_window_exceeded"),
  ]
}
