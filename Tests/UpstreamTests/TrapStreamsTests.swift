import Domain
import Outbound
import Testing
import Wire

@testable import Upstream

/// What each host does otherwise than the API it follows, as bytes: one stream a host, written out here, so that each stands without
/// the recordings it was seen in.
@Suite struct TrapStreamsTests {
  struct Stream: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let shape: Provider.Shape
    let bytes: [UInt8]
    /// `text|thinking|call,call|stop`, or `! kind: words` for a failure.
    let expected: String
    init(_ name: String, _ text: String, _ expected: String, _ shape: Provider.Shape = .openAIChat)
    {
      testDescription = name
      self.shape = shape
      bytes = Array(text.utf8)
      self.expected = expected
    }
  }

  @Test(arguments: streams)
  func `each host's way of streaming is read`(_ stream: Stream) throws {
    // As one piece and byte by byte.
    for pieces in [[stream.bytes], stream.bytes.map { [$0] }] {
      let decoder = Dialect.of(stream.shape).makeDecoder(.asking(model: "m"))
      do throws(UpstreamFailure) {
        let all = try events(of: decoder, pieces: pieces)
        #expect(GrammarChecker.violations(all) == [])
        let answer: Reply
        do { answer = try reply(all) } catch {
          Issue.record("\(error)")
          continue
        }
        #expect(UnknownsTests.summary(answer) == stream.expected)
      } catch {
        #expect("! \(error.kind.rawValue): \(error.message)" == stream.expected)
      }
    }
  }

  static let streams: [Stream] = [
    Stream(
      "azure: a first chunk of filter results, without id, model and choices",
      """
      data: {"choices":[],"created":0,"id":"","model":"","object":"","prompt_filter_results":[{"prompt_index":0}]}

      data: {"choices":[{"content_filter_results":{},"delta":{"content":"a","refusal":null,"role":"assistant"},"finish_reason":null,"index":0,"logprobs":null}],"id":"c","object":"chat.completion.chunk"}

      data: {"choices":[{"delta":{},"finish_reason":"stop","index":0}],"id":"c"}

      data: [DONE]


      """, "a|||end_turn"),
    Stream(
      "cerebras, huggingface: no end mark",
      """
      data: {"id":"c","choices":[{"delta":{"role":"assistant","content":"a"},"index":0}]}

      data: {"id":"c","choices":[{"delta":{},"finish_reason":"stop","index":0}],"usage":{"prompt_tokens":1,"completion_tokens":1},"time_info":{"x":1}}


      """, "a|||end_turn"),
    Stream(
      "perplexity: CRLF, whole messages amid the stream, another object at its end, no end mark",
      [
        #"data: {"id":"c","object":"chat.completion","choices":[{"index":0,"delta":{"role":"assistant","content":"He"},"message":{"role":"assistant","content":"He"}}]}"#,
        "",
        #"data: {"id":"c","object":"chat.completion","choices":[{"index":0,"delta":{"content":"llo"},"message":{"role":"assistant","content":"Hello"}}]}"#,
        "",
        #"data: {"id":"c","object":"chat.completion.done","choices":[{"index":0,"finish_reason":"stop","delta":{"content":""},"message":{"role":"assistant","content":"Hello"}}]}"#,
        "", "",
      ].joined(separator: "\r\n"), "Hello|||end_turn"),
    Stream(
      "zai, avian: no object, another id in each chunk, a second finish reason",
      """
      data: {"id":"c1","created":1,"model":"m","choices":[{"index":0,"delta":{"role":"assistant","reasoning_content":"hm"}}]}

      data: {"id":"c2","created":1,"model":"m","choices":[{"index":0,"delta":{"content":"a"}}]}

      data: {"id":"c3","created":1,"model":"m","choices":[{"index":0,"finish_reason":"stop","delta":{"role":"assistant","content":""}}]}

      data: {"id":"c4","created":1,"model":"m","choices":[{"index":0,"finish_reason":"stop","delta":{"content":""}}],"usage":{"prompt_tokens":1,"completion_tokens":1}}

      data: [DONE]


      """, "a|hm||end_turn"),
    Stream(
      "openrouter: comments that are no JSON, content after the finish reason, and that again",
      """
      : OPENROUTER PROCESSING

      : OPENROUTER PROCESSING

      data: {"id":"c","provider":"P","choices":[{"index":0,"delta":{"role":"assistant","content":"a"},"finish_reason":null,"native_finish_reason":null}]}

      data: {"id":"c","choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":"stop"}]}

      data: {"id":"c","choices":[{"index":0,"delta":{"role":"assistant","content":"b"},"finish_reason":"stop"}],"usage":{"prompt_tokens":1,"completion_tokens":1,"cost":0.1}}

      data: [DONE]


      """, "ab|||end_turn"),
    Stream(
      "openrouter: an error inside 200",
      """
      : OPENROUTER PROCESSING

      data: {"id":"c","object":"chat.completion.chunk","error":{"code":502,"message":"Provider disconnected"},"choices":[{"index":0,"delta":{"content":""},"finish_reason":"error"}]}


      """, "! server: Provider disconnected"),
    Stream(
      "mistral: thinking as parts of the content, a call without an index",
      """
      data: {"id":"c","choices":[{"index":0,"delta":{"role":"assistant","content":[{"type":"thinking","thinking":[{"type":"text","text":"hm"}]}]}}]}

      data: {"id":"c","choices":[{"index":0,"delta":{"content":[{"type":"text","text":"a"}]}}]}

      data: {"id":"c","choices":[{"index":0,"delta":{"content":"","tool_calls":[{"id":"Abcdefghi","function":{"name":"f","arguments":"{\\"x\\":1}"}}]},"finish_reason":"tool_calls"}],"usage":{"prompt_tokens":1,"completion_tokens":1}}

      data: [DONE]


      """, #"a|hm|f{"x":1}|tool_use"#),
    Stream(
      "groq: a call that could not be read is an error event, then nothing",
      """
      data: {"id":"c","choices":[{"index":0,"delta":{"role":"assistant","content":null}}],"x_groq":{"id":"req"}}

      event: error
      data: {"error":{"message":"Failed to call a function.","type":"invalid_request_error","code":"tool_use_failed","failed_generation":"x","status_code":400}}


      """, "! rejected: Failed to call a function."),
    Stream(
      "snowflake: no finish reason",
      """
      data: {"id":"c","choices":[{"index":0,"delta":{"role":"assistant","content":"a"}}],"usage":{}}

      data: {"id":"c","choices":[{"index":0,"delta":{"content":"b"}}],"usage":{"prompt_tokens":1,"completion_tokens":2,"total_tokens":3}}

      data: [DONE]


      """, "ab|||end_turn"),
    Stream(
      "cloudflare: no role, counts in each chunk",
      """
      data: {"id":"c","choices":[{"index":0,"delta":{"content":"a"},"finish_reason":null}],"p":"ab","usage":{"prompt_tokens":1,"completion_tokens":1}}

      data: {"id":"c","choices":[{"index":0,"delta":{"content":""},"finish_reason":"stop"}],"usage":{"prompt_tokens":1,"completion_tokens":2}}

      data: [DONE]


      """, "a|||end_turn"),
    Stream(
      "openai, azure: a demanded call ends with stop",
      """
      data: {"id":"c","choices":[{"index":0,"delta":{"role":"assistant","content":null,"tool_calls":[{"index":0,"id":"call_1","type":"function","function":{"name":"f","arguments":""}}]}}]}

      data: {"id":"c","choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":"{\\"x\\":1}"}}]}}]}

      data: {"id":"c","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}

      data: [DONE]


      """, #"||f{"x":1}|tool_use"#),
    Stream(
      "llama.cpp: an error inside 200 where the model's call cannot be parsed",
      """
      data: {"id":"c","choices":[{"index":0,"delta":{"role":"assistant","content":null}}]}

      data: {"error":{"code":500,"message":"Failed to parse tool call","type":"server_error"}}


      """, "! server: Failed to parse tool call"),
    Stream(
      "anthropic: data padded with spaces, an empty first piece of input, pings anywhere",
      """
      event: ping
      data: {"type": "ping"}

      event: message_start
      data: {"type":"message_start","message":{"id":"m","type":"message","role":"assistant","model":"m","content":[],"usage":{"input_tokens":1,"output_tokens":1}}          }

      event: content_block_start
      data: {"type":"content_block_start","index":0,"content_block":{"type":"tool_use","id":"t","name":"f","input":{}}  }

      event: ping
      data: {"type": "ping"}

      event: content_block_delta
      data: {"type":"content_block_delta","index":0,"delta":{"type":"input_json_delta","partial_json":""}           }

      event: content_block_delta
      data: {"type":"content_block_delta","index":0,"delta":{"type":"input_json_delta","partial_json":"{\\"x\\":1}"}    }

      event: content_block_stop
      data: {"type":"content_block_stop","index":0       }

      event: message_delta
      data: {"type":"message_delta","delta":{"stop_reason":"tool_use","stop_sequence":null},"usage":{"output_tokens":9}   }

      event: message_stop
      data: {"type":"message_stop"      }


      """, #"||f{"x":1}|tool_use"#, .anthropic),
    Stream(
      "gemini: CRLF, no names of events, no end mark, the call whole",
      [
        #"data: {"candidates":[{"content":{"parts":[{"text":"a"}],"role":"model"},"index":0}],"usageMetadata":{"promptTokenCount":1}}"#,
        "",
        #"data: {"candidates":[{"content":{"parts":[{"functionCall":{"name":"f","args":{"x":1}},"thoughtSignature":"s"}],"role":"model"},"finishReason":"STOP","index":0}],"usageMetadata":{"promptTokenCount":1,"candidatesTokenCount":2}}"#,
        "", "",
      ].joined(separator: "\r\n"), #"a||f{"x":1}|tool_use"#, .gemini),
    Stream(
      "gemini: safety stops it",
      #"data: {"candidates":[{"finishReason":"SAFETY","index":0}]}"# + "\r\n\r\n", "|||refusal",
      .gemini),
  ]
}
