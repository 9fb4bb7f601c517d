import Domain
import Wire

/// Builds the `messages` of a chat request from those of a call.
///
/// - A user's results become `tool` messages, in the order they stand; the rest of what the user says follows them, and with it
///   images of the results, since a `tool` message holds text only.
/// - Messages of one side in a row become one. A message in which nothing is left is dropped.
/// - Reasoning goes back only where it came from: the field it came in is remembered on the block, for the same model.
///   Its plain text is sent while the tool loop runs that it led to (older hosts ignore or refuse it outside), or always, by ``Quirks``;
///   `reasoning_details` with their signatures go always, whatever block they stand on.
struct ChatMessages {
  let model: String
  let names: NameMap
  let quirks: Quirks
  private(set) var messages: [JSON] = []

  init(model: String, names: NameMap, quirks: Quirks) {
    self.model = model
    self.names = names
    self.quirks = quirks
  }

  /// The index of the first message after the last words of the user that are no tool results.
  static func startOfToolLoop(_ messages: [ModelCall.Message]) -> Int {
    let last = messages.lastIndex { message in
      message.role == .user && !message.blocks.contains { $0.type == "tool_result" }
    }
    return last.map { $0 + 1 } ?? 0
  }

  mutating func add(system: [Block]) {
    let texts = system.compactMap { $0["text"]?.string }.filter { !$0.isEmpty }
    guard !texts.isEmpty else { return }
    messages.append(["role": "system", "content": .string(texts.joined(separator: "\n\n"))])
  }

  mutating func add(_ message: ModelCall.Message, isInLoop: Bool, field: String)
    throws(InvalidParams)
  {
    switch message.role {
    case .user: try addUser(message.blocks, field: field)
    case .assistant: addAssistant(message.blocks, isInLoop: isInLoop)
    }
  }

  // MARK: The user's side

  private mutating func addUser(_ blocks: [Block], field: String) throws(InvalidParams) {
    var parts: [JSON] = []
    var media: [JSON] = []
    for (index, block) in blocks.enumerated() {
      let field = "\(field).content[\(index)]"
      if block.type == "tool_result" {
        media += try addResult(block, field: field)
      } else {
        parts += try Self.parts(block, quirks, field: field)
      }
    }
    parts = media + parts
    guard !parts.isEmpty else { return }
    if quirks.isMistral, messages.last?["role"] == "tool" {
      messages.append(["role": "assistant", "content": "OK."])
    }
    if let last = messages.last?.object, last["role"] == "user" {
      var merged = last
      merged["content"] = Self.content(Self.parts(of: last["content"]) + parts)
      messages[messages.count - 1] = .object(merged)
    } else {
      messages.append(["role": "user", "content": Self.content(parts)])
    }
  }

  /// - Returns: what does not fit into a `tool` message.
  private mutating func addResult(_ block: Block, field: String) throws(InvalidParams) -> [JSON] {
    var texts: [String] = []
    var media: [JSON] = []
    for (index, inner) in Block.list(block["content"] ?? .null).enumerated() {
      for part in try Self.parts(inner, quirks, field: "\(field).content[\(index)]") {
        if let text = part["text"]?.string { texts.append(text) } else { media.append(part) }
      }
    }
    if !media.isEmpty { texts.append("(\(media.count) attached below)") }
    let text = texts.joined(separator: "\n")
    messages.append([
      "role": "tool", "tool_call_id": .string(callID(block["tool_use_id"])),
      // There is no flag for a failure here.
      "content": .string(block["is_error"] == true ? "Error: \(text)" : text),
    ])
    return media
  }

  /// Plain text goes as a string, which every host takes.
  private static func content(_ parts: [JSON]) -> JSON {
    let texts = parts.compactMap { $0["text"]?.string }
    return texts.count == parts.count ? .string(texts.joined(separator: "\n\n")) : .array(parts)
  }

  private static func parts(of content: JSON?) -> [JSON] {
    if let text = content?.string { return [["type": "text", "text": .string(text)]] }
    return content?.array ?? []
  }

  /// One block as content parts.
  private static func parts(_ block: Block, _ quirks: Quirks, field: String)
    throws(InvalidParams) -> [JSON]
  {
    switch block.type {
    case "text": return text(block["text"]?.string ?? "")
    case "search_result": return text(block.searchResultText)
    case "image": return [try image(block, field: field)]
    case "document": return try document(block, quirks, field: field)
    default:
      throw InvalidParams("\(field).type", "\"\(block.type)\" cannot be sent to this provider")
    }
  }

  private static func text(_ text: String) -> [JSON] {
    text.isEmpty ? [] : [["type": "text", "text": .string(text)]]
  }

  private static func image(_ block: Block, field: String) throws(InvalidParams) -> JSON {
    let url: String
    switch try BlockMedia(block, field: field) {
    case .base64(let mediaType, let data): url = "data:\(mediaType);base64,\(data)"
    case .url(let address): url = address
    case .text, .blocks:
      throw InvalidParams("\(field).source.type", "must be base64 or url for an image")
    }
    return ["type": "image_url", "image_url": ["url": .string(url)]]
  }

  private static func document(_ block: Block, _ quirks: Quirks, field: String)
    throws(InvalidParams) -> [JSON]
  {
    switch try BlockMedia(block, field: field) {
    case .base64(let mediaType, let data):
      return [file("data:\(mediaType);base64,\(data)", block, quirks)]
    case .url(let url): return [file(url, block, quirks)]
    case .text(let content): return text(content)
    case .blocks(let blocks):
      var parts: [JSON] = []
      for (index, inner) in blocks.enumerated() {
        parts += try Self.parts(inner, quirks, field: "\(field).source.content[\(index)]")
      }
      return parts
    }
  }

  private static func file(_ url: String, _ block: Block, _ quirks: Quirks) -> JSON {
    switch quirks.documents {
    case .documentURL: return ["type": "document_url", "document_url": .string(url)]
    case .file:
      let name = block["title"]?.string ?? "document.pdf"
      return ["type": "file", "file": ["filename": .string(name), "file_data": .string(url)]]
    }
  }

  // MARK: The model's side

  private mutating func addAssistant(_ blocks: [Block], isInLoop: Bool) {
    var reply = ChatReply()
    if quirks.reasoningBack == .always {
      reply.add(reasoning: "", field: ChatReasoning.commonField)
    }
    for block in blocks {
      reply.details += own(block)?["details"]?.array ?? []
      switch block.type {
      case "text": reply.add(text: block["text"]?.string ?? "")
      case "thinking", "redacted_thinking": addReasoning(block, isInLoop, to: &reply)
      case "tool_use":
        reply.calls.append([
          "id": .string(callID(block["id"])), "type": "function",
          "function": [
            "name": .string(names.upstream(block["name"]?.string ?? "")),
            "arguments": .string((block["input"]?.object.map(JSON.object) ?? [:]).text),
          ],
        ])
      // Server tools and what else another family left: nothing here can take it.
      default: reply.endParagraph()
      }
    }
    guard !reply.isEmpty else { return }
    if let last = messages.last?.object, last["role"] == "assistant" {
      messages[messages.count - 1] = reply.json(after: last)
    } else {
      messages.append(reply.json(after: [:]))
    }
  }

  private func addReasoning(_ block: Block, _ isInLoop: Bool, to reply: inout ChatReply) {
    reply.endParagraph()
    guard let own = own(block), own["details"] == nil,
      let text = block["thinking"]?.string, !text.isEmpty, let field = own["field"]?.string
    else { return }
    switch quirks.reasoningBack {
    case .never: break
    case .inLoop: if isInLoop { reply.add(reasoning: text, field: field) }
    case .always: reply.add(reasoning: text, field: ChatReasoning.commonField)
    }
  }

  private func own(_ block: Block) -> JSON? {
    guard let own = block.opaque(ChatDialect.family), own["model"]?.string == model else {
      return nil
    }
    return own
  }

  /// Ids as the host accepts them; the same on both sides of a call.
  private func callID(_ id: JSON?) -> String {
    let id = id?.string ?? ""
    if quirks.isMistral {
      let isFit = id.utf8.count == 9 && id.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber) }
      return isFit ? id : String(StableHash.hex(id).prefix(9))
    }
    return id.utf8.count <= quirks.callIDLimit && !id.isEmpty ? id : "call_" + StableHash.hex(id)
  }
}

/// One assistant message while it is put together.
struct ChatReply {
  private var text = ""
  private var isParagraphOver = false
  private var reasoning = ""
  private var reasoningField: String?
  var details: [JSON] = []
  var calls: [JSON] = []

  var isEmpty: Bool { text.isEmpty && calls.isEmpty }

  /// Blocks of text in a row are pieces of one text; what stands between them ends a paragraph.
  mutating func add(text piece: String) {
    guard !piece.isEmpty else { return }
    if isParagraphOver, !text.isEmpty { text += "\n\n" }
    text += piece
    isParagraphOver = false
  }
  mutating func endParagraph() { isParagraphOver = true }

  mutating func add(reasoning piece: String, field: String) {
    reasoning += piece
    reasoningField = field
  }

  /// The message, with what a message of the same side before it said.
  func json(after last: JSON.Object) -> JSON {
    let before = last["content"]?.string ?? ""
    let text =
      before.isEmpty || self.text.isEmpty ? before + self.text : "\(before)\n\n\(self.text)"
    var message: JSON.Object = ["role": "assistant"]
    message["content"] = text.isEmpty ? .null : .string(text)
    if reasoningField == Self.contentParts {
      message["content"] = .array(
        [["type": "thinking", "thinking": [["type": "text", "text": .string(reasoning)]]]]
          + (text.isEmpty ? [] : [["type": "text", "text": .string(text)]]))
    } else if let reasoningField {
      message[reasoningField] = .string((last[reasoningField]?.string ?? "") + reasoning)
    }
    let details = (last["reasoning_details"]?.array ?? []) + self.details
    if !details.isEmpty { message["reasoning_details"] = .array(details) }
    let calls = (last["tool_calls"]?.array ?? []) + self.calls
    if !calls.isEmpty { message["tool_calls"] = .array(calls) }
    return .object(message)
  }

  /// Stands for Mistral's way: reasoning as a part of the content.
  static let contentParts = "content"
}
