import Domain
import Wire

/// Builds the `input` items of a Responses request from the messages of a call.
///
/// - Text, images and documents of a user become one `message` item for each run between tool results; a tool result
///   becomes a `function_call_output`.
/// - What the model wrote becomes `message` items, `function_call`s and, where the block still carries what this family
///   left on it *for the same model*, the reasoning and server-tool items it came from. Encrypted reasoning of another
///   model or host cannot be decrypted there, and what other families left (thinking, server tools) means nothing here:
///   both are left out.
struct ResponsesInput {
  let model: String
  let names: NameMap
  private(set) var items: [JSON] = []
  /// Ids of calls that were custom (free text) tools: their results are another kind of item.
  private var customCalls: Set<String> = []
  /// Reasoning items that wait for the item they led to.
  private var reasoning: [JSON] = []

  init(model: String, names: NameMap) {
    self.model = model
    self.names = names
  }

  mutating func add(_ message: ModelCall.Message, field: String) throws(InvalidParams) {
    switch message.role {
    case .user: try addUser(message.blocks, field: field)
    case .assistant: addAssistant(message.blocks)
    }
  }

  // MARK: The user's side

  private mutating func addUser(_ blocks: [Block], field: String) throws(InvalidParams) {
    var parts: [JSON] = []
    for (index, block) in blocks.enumerated() {
      let field = "\(field).content[\(index)]"
      guard block.type == "tool_result" else {
        parts += try Self.parts(block, field: field)
        continue
      }
      flush(&parts)
      items.append(try output(block, field: field))
    }
    flush(&parts)
  }

  private mutating func flush(_ parts: inout [JSON]) {
    guard !parts.isEmpty else { return }
    items.append(["type": "message", "role": "user", "content": .array(parts)])
    parts = []
  }

  private func output(_ block: Block, field: String) throws(InvalidParams) -> JSON {
    let id = Self.callID(block["tool_use_id"])
    var parts: [JSON] = []
    for (index, inner) in Block.list(block["content"] ?? .null).enumerated() {
      parts += try Self.parts(inner, field: "\(field).content[\(index)]")
    }
    // There is no flag for a failure here.
    if block["is_error"] == true { parts.insert(contentsOf: Self.text("Error:"), at: 0) }
    let texts = parts.compactMap { $0["text"]?.string }
    // Only plain text fits into a string; the array form is the one that carries images and files.
    let output: JSON =
      texts.count == parts.count ? .string(texts.joined(separator: "\n")) : .array(parts)
    let kind: JSON =
      customCalls.contains(id) ? "custom_tool_call_output" : "function_call_output"
    return ["type": kind, "call_id": .string(id), "output": output]
  }

  /// One block as content parts: `input_text`, `input_image`, `input_file`.
  static func parts(_ block: Block, field: String) throws(InvalidParams) -> [JSON] {
    switch block.type {
    case "text": return text(block["text"]?.string ?? "")
    case "image": return [try image(block, field: field)]
    case "document": return try document(block, field: field)
    case "search_result": return text(block.searchResultText)
    default:
      throw InvalidParams("\(field).type", "\"\(block.type)\" cannot be sent to this provider")
    }
  }

  private static func text(_ text: String) -> [JSON] {
    text.isEmpty ? [] : [["type": "input_text", "text": .string(text)]]
  }

  private static func image(_ block: Block, field: String) throws(InvalidParams) -> JSON {
    switch try BlockMedia(block, field: field) {
    case .base64(let mediaType, let data):
      return ["type": "input_image", "image_url": .string("data:\(mediaType);base64,\(data)")]
    case .url(let url):
      return ["type": "input_image", "image_url": .string(url)]
    case .text, .blocks:
      throw InvalidParams("\(field).source.type", "must be base64 or url for an image")
    }
  }

  private static func document(_ block: Block, field: String) throws(InvalidParams) -> [JSON] {
    switch try BlockMedia(block, field: field) {
    case .base64(let mediaType, let data):
      // A name is required beside the data; the media type stands in the data URL.
      let name =
        block["title"]?.string ?? "document.\(mediaType == "application/pdf" ? "pdf" : "txt")"
      return [
        [
          "type": "input_file", "filename": .string(name),
          "file_data": .string("data:\(mediaType);base64,\(data)"),
        ]
      ]
    case .url(let url): return [["type": "input_file", "file_url": .string(url)]]
    case .text(let content): return text(content)
    case .blocks(let blocks):
      var parts: [JSON] = []
      for (index, inner) in blocks.enumerated() {
        parts += try Self.parts(inner, field: "\(field).source.content[\(index)]")
      }
      return parts
    }
  }

  // MARK: The model's side

  private mutating func addAssistant(_ blocks: [Block]) {
    var texts: [JSON] = []
    var phase: String?
    for block in blocks {
      guard block.type == "text" else {
        flush(&texts, phase)
        addOutput(block)
        continue
      }
      guard let text = block["text"]?.string, !text.isEmpty else { continue }
      let own = opaque(block)?["phase"]?.string
      if own != phase { flush(&texts, phase) }
      phase = own
      texts.append(["type": "output_text", "text": .string(text)])
    }
    flush(&texts, phase)
    // Reasoning that led to nothing (a reply cut by its token limit) is refused without the item that follows it.
    reasoning = []
  }

  private mutating func append(_ item: JSON) {
    items += reasoning
    reasoning = []
    items.append(item)
  }

  private mutating func flush(_ texts: inout [JSON], _ phase: String?) {
    guard !texts.isEmpty else { return }
    append(
      .record([
        "type": "message", "role": "assistant", "content": .array(texts),
        "phase": phase.map(JSON.string),
      ]))
    texts = []
  }

  private mutating func addOutput(_ block: Block) {
    switch block.type {
    case "tool_use": addCall(block)
    case "thinking", "redacted_thinking":
      guard let own = opaque(block) else { return }
      reasoning.append(
        .record([
          "type": "reasoning", "id": own["id"], "summary": own["summary"] ?? [],
          "content": own["content"], "encrypted_content": own["encrypted_content"],
        ]))
    default:
      if let item = opaque(block)?["item"] { append(item) }
    }
  }

  private mutating func addCall(_ block: Block) {
    let id = Self.callID(block["id"])
    let name = JSON.string(names.upstream(block["name"]?.string ?? ""))
    let input = block["input"]?.object.map(JSON.object) ?? [:]
    if opaque(block)?["type"] == "custom_tool_call" {
      customCalls.insert(id)
      let text = input["input"]?.string ?? input.text
      append([
        "type": "custom_tool_call", "call_id": .string(id), "name": name, "input": .string(text),
      ])
      return
    }
    append([
      "type": "function_call", "call_id": .string(id), "name": name,
      "arguments": .string(input.text),
    ])
  }

  /// Ids are at most 64 bytes long here; those of other families may be longer.
  private static func callID(_ id: JSON?) -> String {
    let id = id?.string ?? ""
    return (1...64).contains(id.utf8.count) ? id : "call_" + StableHash.hex(id)
  }

  private func opaque(_ block: Block) -> JSON? {
    guard let own = block.opaque(ResponsesDialect.family), own["model"]?.string == model else {
      return nil
    }
    return own
  }
}
