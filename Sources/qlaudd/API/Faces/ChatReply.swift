import Domain
import Wire

/// A reply in the words of OpenAI's Chat Completions API.
enum ChatReply {
  /// The whole completion; `created` is in seconds.
  static func completion(_ reply: Reply, created: Int64) -> JSON {
    var text = ""
    var thinking = ""
    var calls: [JSON] = []
    for block in reply.blocks {
      switch block.type {
      case "text": text += block["text"]?.string ?? ""
      case "thinking": thinking += block["thinking"]?.string ?? ""
      case "tool_use": calls.append(call(block))
      // What a provider's own tools did has no words here.
      default: continue
      }
    }
    let message = JSON.record([
      "role": "assistant", "content": text.isEmpty && !calls.isEmpty ? .null : .string(text),
      "refusal": .null, "reasoning_content": thinking.isEmpty ? nil : .string(thinking),
      "tool_calls": calls.isEmpty ? nil : .array(calls),
    ])
    let choice: JSON = [
      "index": 0, "message": message, "logprobs": nil,
      "finish_reason": .string(finish(reply.stopReason ?? "end_turn", hasCalls: !calls.isEmpty)),
    ]
    return [
      "id": .string(reply.id), "object": "chat.completion", "created": .int(created),
      "model": .string(reply.model), "choices": [choice], "usage": usage(reply.usage),
    ]
  }

  /// The arguments are text: what is no JSON object stands there as the model wrote it.
  private static func call(_ block: Block) -> JSON {
    let arguments = block[Block.invalidInputKey]?.string ?? (block["input"] ?? [:]).text
    return [
      "id": block["id"] ?? "", "type": "function",
      "function": ["name": block["name"] ?? "", "arguments": .string(arguments)],
    ]
  }

  /// Anthropic's reason in OpenAI's words. Calls decide over an ordinary end, as they do there.
  static func finish(_ stopReason: String, hasCalls: Bool) -> String {
    switch stopReason {
    case "max_tokens", "model_context_window_exceeded": "length"
    case "refusal": "content_filter"
    default: hasCalls ? "tool_calls" : "stop"
    }
  }

  static func usage(_ usage: Usage) -> JSON {
    .record([
      "prompt_tokens": .integer(usage.totalInput), "completion_tokens": .integer(usage.output),
      "total_tokens": .integer(usage.totalInput + usage.output),
      "prompt_tokens_details": ["cached_tokens": .integer(usage.cacheRead)],
      "completion_tokens_details": usage.reasoning.map { ["reasoning_tokens": .integer($0)] },
      "estimated": usage.isEstimated ? true : nil,
    ])
  }

  static let done = FrameStream.Frame(mark: "[DONE]")

  /// An error after the stream has begun.
  static func failure(_ error: QlaudError, requestID: String) -> [FrameStream.Frame] {
    [FrameStream.Frame(nil, OpenAIError.body(error)), done]
  }
}

/// Turns the events of a reply into chunks: a pure machine.
///
/// The role comes first, then content, reasoning and calls as they grow; each call begins with its id and name and goes
/// on with its arguments; then the reason of the end, and the usage where it was asked for.
struct ChatChunks: Sendable {
  private let created: Int64
  private let includesUsage: Bool
  private var id = ""
  private var model = ""
  /// Calls by the index of their block.
  private var calls: [Int: Int] = [:]
  private var usage = Usage()

  /// - Parameter created: in seconds.
  init(created: Int64, includesUsage: Bool) {
    self.created = created
    self.includesUsage = includesUsage
  }

  /// The chunks of the next event.
  mutating func take(_ event: StreamEvent) -> [FrameStream.Frame] {
    switch event {
    case .messageStart(let id, let model, _):
      self.id = id
      self.model = model
      return [chunk(["role": "assistant", "content": ""])]
    case .blockStart(let index, let block): return start(index, block)
    case .blockDelta(let index, let delta): return grow(index, delta)
    case .messageDelta(let reason, _, let usage):
      self.usage = usage
      return [chunk([:], finish: ChatReply.finish(reason, hasCalls: !calls.isEmpty))]
    case .messageStop: return includesUsage ? [last] : []
    case .blockStop, .ping, .opaque: return []
    }
  }

  private mutating func start(_ index: Int, _ block: Block) -> [FrameStream.Frame] {
    switch block.type {
    case "text": return text(block["text"]?.string ?? "", as: "content")
    case "thinking": return text(block["thinking"]?.string ?? "", as: "reasoning_content")
    case "tool_use":
      let number = calls.count
      calls[index] = number
      let input = block["input"]?.object.flatMap { $0.isEmpty ? nil : JSON.object($0).text }
      return [
        call([
          "index": .integer(number), "id": block["id"] ?? "", "type": "function",
          "function": ["name": block["name"] ?? "", "arguments": .string(input ?? "")],
        ])
      ]
    default: return []
    }
  }

  private func grow(_ index: Int, _ delta: StreamEvent.Delta) -> [FrameStream.Frame] {
    switch delta {
    case .text(let text): return self.text(text, as: "content")
    case .thinking(let text): return self.text(text, as: "reasoning_content")
    case .inputJSON(let text):
      guard let number = calls[index], !text.isEmpty else { return [] }
      return [call(["index": .integer(number), "function": ["arguments": .string(text)]])]
    case .signature, .other: return []
    }
  }

  private func text(_ text: String, as member: String) -> [FrameStream.Frame] {
    text.isEmpty ? [] : [chunk(JSON.Object([.init(key: member, value: .string(text))]))]
  }

  private func call(_ call: JSON) -> FrameStream.Frame { chunk(["tool_calls": [call]]) }

  private func chunk(_ delta: JSON.Object, finish: String? = nil) -> FrameStream.Frame {
    let choice: JSON = [
      "index": 0, "delta": .object(delta), "logprobs": nil,
      "finish_reason": finish.map(JSON.string) ?? .null,
    ]
    return frame(choices: [choice], usage: includesUsage ? .null : nil)
  }

  private var last: FrameStream.Frame { frame(choices: [], usage: ChatReply.usage(usage)) }

  private func frame(choices: JSON, usage: JSON?) -> FrameStream.Frame {
    FrameStream.Frame(
      nil,
      .record([
        "id": .string(id), "object": "chat.completion.chunk", "created": .int(created),
        "model": .string(model), "choices": choices, "usage": usage,
      ]))
  }
}
