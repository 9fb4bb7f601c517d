package import Wire

/// What a model's reply is made of, in Anthropic's vocabulary, whatever family it came from. A dialect emits these in a
/// strict order: `messageStart`, then for each block `blockStart`, deltas, `blockStop` with indexes 0, 1, 2 …, then
/// one `messageDelta` and `messageStop`; `ping` anywhere. A reply that breaks off simply ends without `messageStop`.
package enum StreamEvent: Sendable, Equatable {
  case messageStart(id: String, model: String, usage: Usage)
  /// The block as it begins: text `""`, thinking `""`, tool input `{}`.
  case blockStart(index: Int, Block)
  case blockDelta(index: Int, Delta)
  case blockStop(index: Int)
  /// `usage` holds the totals of the call as far as they are known.
  case messageDelta(stopReason: String, stopSequence: String?, usage: Usage)
  case messageStop
  case ping
  /// Data of a family that belongs on the block of that index when it is stored; clients never see it.
  case opaque(index: Int, family: String, JSON)

  /// A growth of a block.
  package enum Delta: Sendable, Equatable {
    case text(String)
    case inputJSON(String)
    case thinking(String)
    case signature(String)
    /// A citation or another delta of Anthropic's, as it came.
    case other(JSON.Object)
  }

  /// The event's name and data as clients see them; nil for `opaque`. `type` in the data equals the name.
  package var wire: (name: String, data: JSON)? {
    switch self {
    case .messageStart(let id, let model, let usage):
      let message: JSON = [
        "id": .string(id), "type": "message", "role": "assistant", "model": .string(model),
        "content": [],
        "stop_reason": nil, "stop_sequence": nil, "usage": usage.json,
      ]
      return ("message_start", ["type": "message_start", "message": message])
    case .blockStart(let index, let block):
      return (
        "content_block_start",
        [
          "type": "content_block_start", "index": .integer(index),
          "content_block": block.publicJSON,
        ]
      )
    case .blockDelta(let index, let delta):
      return (
        "content_block_delta",
        ["type": "content_block_delta", "index": .integer(index), "delta": delta.json]
      )
    case .blockStop(let index):
      return ("content_block_stop", ["type": "content_block_stop", "index": .integer(index)])
    case .messageDelta(let stopReason, let stopSequence, let usage):
      let delta: JSON = [
        "stop_reason": .string(stopReason), "stop_sequence": stopSequence.map(JSON.string) ?? .null,
      ]
      return ("message_delta", ["type": "message_delta", "delta": delta, "usage": usage.json])
    case .messageStop: return ("message_stop", ["type": "message_stop"])
    case .ping: return ("ping", ["type": "ping"])
    case .opaque: return nil
    }
  }
}

extension StreamEvent.Delta {
  /// The delta in Anthropic's shape.
  package var json: JSON {
    switch self {
    case .text(let text): ["type": "text_delta", "text": .string(text)]
    case .inputJSON(let text): ["type": "input_json_delta", "partial_json": .string(text)]
    case .thinking(let text): ["type": "thinking_delta", "thinking": .string(text)]
    case .signature(let text): ["type": "signature_delta", "signature": .string(text)]
    case .other(let object): .object(object)
    }
  }
}

extension Message {
  /// The message as the stream of its events would have left it at a client: Anthropic's shape.
  package var finishedJSON: JSON {
    Message.finished(
      requestID: requestID.map(JSON.string), model: model.map(JSON.string), content: content,
      stopReason: stopReason.map(JSON.string), usage: usage?.json)
  }

  /// The same of a job's reply as its turn keeps it.
  package static func finishedJSON(_ reply: JSON) -> JSON {
    finished(
      requestID: reply["request_id"], model: reply["model"], content: reply["content"] ?? [],
      stopReason: reply["stop_reason"], usage: reply["usage"])
  }

  private static func finished(
    requestID: JSON?, model: JSON?, content: JSON, stopReason: JSON?, usage: JSON?
  ) -> JSON {
    [
      "id": requestID ?? .null, "type": "message", "role": "assistant", "model": model ?? .null,
      "content": .array(Block.list(content).map(\.publicJSON)), "stop_reason": stopReason ?? .null,
      "stop_sequence": nil, "usage": usage ?? .null,
    ]
  }
}

/// A whole reply.
package struct Reply: Sendable, Equatable {
  package var id: String
  package var model: String
  package var blocks: [Block]
  package var stopReason: String?
  package var stopSequence: String?
  package var usage: Usage
  /// A reply.
  package init(
    id: String, model: String, blocks: [Block], stopReason: String?, stopSequence: String? = nil,
    usage: Usage
  ) {
    self.id = id
    self.model = model
    self.blocks = blocks
    self.stopReason = stopReason
    self.stopSequence = stopSequence
    self.usage = usage
  }
}

/// Puts a reply together from its events: a pure machine. `reply` may be read at any moment; an unfinished tool input is
/// left out of it until its block has stopped.
package struct ReplyAssembler: Sendable {
  /// What has come so far.
  package private(set) var reply = Reply(
    id: "", model: "", blocks: [], stopReason: nil, usage: Usage())
  /// Whether `messageStop` has come.
  package private(set) var isComplete = false
  private var partialInput: [UInt8] = []

  /// An empty reply.
  package init() {}

  /// Takes the next event.
  /// - Throws: ``InvalidParams`` where a tool's input is not a JSON object at its block's end.
  package mutating func take(_ event: StreamEvent) throws(InvalidParams) {
    switch event {
    case .messageStart(let id, let model, let usage):
      reply.id = id
      reply.model = model
      reply.usage = usage
    case .blockStart(_, let block):
      reply.blocks.append(block)
      partialInput.removeAll(keepingCapacity: true)
    case .blockDelta(let index, let delta): extend(index, delta)
    case .blockStop(let index): try close(index)
    case .messageDelta(let stopReason, let stopSequence, let usage):
      reply.stopReason = stopReason
      reply.stopSequence = stopSequence
      reply.usage = usage
    case .messageStop: isComplete = true
    case .ping: break
    case .opaque(let index, let family, let value):
      guard reply.blocks.indices.contains(index) else { return }
      reply.blocks[index].setOpaque(family, value)
    }
  }

  private mutating func extend(_ index: Int, _ delta: StreamEvent.Delta) {
    guard reply.blocks.indices.contains(index) else { return }
    switch delta {
    case .text(let text): append(text, to: "text", of: index)
    case .thinking(let text): append(text, to: "thinking", of: index)
    case .signature(let text): append(text, to: "signature", of: index)
    case .inputJSON(let text): partialInput.append(contentsOf: text.utf8)
    case .other(let object): extend(index, other: object)
    }
  }

  private mutating func extend(_ index: Int, other: JSON.Object) {
    if let citation = other["citation"] {
      let old = reply.blocks[index]["citations"]?.array ?? []
      reply.blocks[index]["citations"] = .array(old + [citation])
    } else if other["type"] == "compaction_delta", let text = other["content"]?.string {
      append(text, to: "content", of: index)
    }
  }

  private mutating func append(_ text: String, to member: String, of index: Int) {
    let old = reply.blocks[index][member]?.string ?? ""
    reply.blocks[index][member] = .string(old + text)
  }

  private mutating func close(_ index: Int) throws(InvalidParams) {
    guard reply.blocks.indices.contains(index), !partialInput.isEmpty else { return }
    defer { partialInput.removeAll(keepingCapacity: true) }
    if let input = readObject() {
      reply.blocks[index]["input"] = input
      return
    }
    // What the model wrote stays readable for the turn that tells it so; it is never run.
    reply.blocks[index][Block.invalidInputKey] = .string(
      String(decoding: partialInput, as: UTF8.self))
    throw InvalidParams("input", "is no JSON object")
  }

  private func readObject() -> JSON? {
    do throws(JSONError) {
      let input = try JSON(parsing: partialInput)
      return input.object.map(JSON.object)
    } catch {
      return nil
    }
  }
}

extension Block {
  /// Marks a tool_use whose input was not a JSON object; holds the text. Stored under `_opaque`'s neighbour, never sent on.
  package static let invalidInputKey = "_invalid_input"
}
