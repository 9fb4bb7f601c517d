import Domain
import Wire

/// Builds the `messages` of an Anthropic request from those of a call.
///
/// Blocks pass as they are, whatever their type, but for what the API would refuse:
/// - our own members (`_opaque`, `_invalid_input`), empty text, a message without blocks;
/// - thinking without a signature: every other family leaves it empty. Signed thinking passes unless the block remembers
///   that another model signed it: it is tied to the one that produced it. Blocks that a client brings remember nothing
///   and pass;
/// - thinking at the end of a message: a reply that was cut while it thought, or whose other blocks are left out here;
/// - blocks beyond text, images, documents and tool calls that another family left its mark on, such as its server tools;
/// - images on the model's side;
/// - citations that did not come from Anthropic.
///
/// Messages of one side in a row become one; results stand before other blocks, directly after their calls.
struct AnthropicMessages {
  private let model: String
  private let reader: ClaudeModel
  let names: NameMap
  private var messages: [(role: Role, blocks: [JSON])] = []

  init(model: String, names: NameMap) {
    self.model = model
    reader = ClaudeModel(model)
    self.names = names
  }

  mutating func add(_ message: ModelCall.Message) {
    var blocks = message.blocks.compactMap { block($0, message.role) }
    while message.role == .assistant, let last = blocks.last, Self.isThinking(last) {
      blocks.removeLast()
    }
    guard !blocks.isEmpty else { return }
    if messages.last?.role == message.role {
      messages[messages.count - 1].blocks += blocks
    } else {
      messages.append((message.role, blocks))
    }
  }

  /// The messages in shape.
  func finished() -> [JSON] {
    messages.enumerated().map { index, message in
      var blocks = message.blocks
      let results = blocks.filter { $0["type"] == "tool_result" }
      if !results.isEmpty { blocks = results + blocks.filter { $0["type"] != "tool_result" } }
      // The API refuses white space at the end of what the model is to continue.
      if message.role == .assistant, index == messages.count - 1 { trimEnd(&blocks) }
      return ["role": .string(message.role.rawValue), "content": .array(blocks)]
    }
  }

  func systemBlock(_ block: Block) -> JSON? {
    guard let text = block["text"]?.string, !isBlank(text) else { return nil }
    return block.publicJSON
  }

  // MARK: Blocks

  private func block(_ block: Block, _ role: Role) -> JSON? {
    var object = block.object
    object[Block.opaqueKey] = nil
    object[Block.invalidInputKey] = nil
    switch block.type {
    case "text":
      guard !isBlank(block["text"]?.string ?? "") else { return nil }
      object["citations"] = citations(block)
    case "thinking":
      guard let signature = block["signature"]?.string, !signature.isEmpty, isReadable(block) else {
        return nil
      }
    case "redacted_thinking":
      guard let data = block["data"]?.string, !data.isEmpty, isReadable(block) else { return nil }
    case "tool_use":
      object["id"] = .string(Self.callID(block["id"]?.string ?? ""))
      object["name"] = .string(names.upstream(block["name"]?.string ?? ""))
      if object["input"]?.object == nil { object["input"] = [:] }
    case "tool_result":
      object["tool_use_id"] = .string(Self.callID(block["tool_use_id"]?.string ?? ""))
      object["content"] = resultContent(block)
    // Another family's model may have drawn something; only the user can show it here.
    case "image", "document", "search_result": if role == .assistant { return nil }
    default:
      if isForeign(block) { return nil }
    }
    return .object(object)
  }

  /// Empty text is refused inside results too.
  private func resultContent(_ result: Block) -> JSON? {
    guard case .array(let elements)? = result["content"] else { return result["content"]?.nonNull }
    let kept = elements.filter { element in
      element["type"] != "text" || !(element["text"]?.string ?? "").isEmpty
    }
    return kept.isEmpty ? nil : .array(kept)
  }

  private func isForeign(_ block: Block) -> Bool {
    guard let marks = block[Block.opaqueKey]?.object, !marks.isEmpty else { return false }
    return marks[AnthropicDialect.family] == nil
  }

  private func isReadable(_ block: Block) -> Bool {
    guard !isForeign(block) else { return false }
    guard let signer = block.opaque(AnthropicDialect.family)?["model"]?.string else { return true }
    return signer == model || reader.reads(ClaudeModel(signer))
  }

  private static func isThinking(_ block: JSON) -> Bool {
    block["type"] == "thinking" || block["type"] == "redacted_thinking"
  }

  private func citations(_ block: Block) -> JSON? {
    guard let all = block["citations"]?.array else { return nil }
    let own = all.filter { citation in
      switch citation["type"]?.string {
      case "char_location", "page_location", "content_block_location", "search_result_location":
        true
      case "web_search_result_location": citation["encrypted_index"]?.string?.isEmpty == false
      default: false
      }
    }
    return own.isEmpty ? nil : .array(own)
  }

  private func isBlank(_ text: String) -> Bool { text.allSatisfy(\.isWhitespace) }

  private func trimEnd(_ blocks: inout [JSON]) {
    guard var last = blocks.last?.object, last["type"] == "text", let text = last["text"]?.string
    else { return }
    var end = text[...]
    while end.last?.isWhitespace == true { end.removeLast() }
    last["text"] = .string(String(end))
    blocks[blocks.count - 1] = .object(last)
  }

  /// Ids must match `^[a-zA-Z0-9_-]+$`; those of other families need not (`functions.search:0`).
  static func callID(_ id: String) -> String {
    NameRule(limit: 256).accepts(id) ? id : "toolu_" + StableHash.hex(id)
  }
}
