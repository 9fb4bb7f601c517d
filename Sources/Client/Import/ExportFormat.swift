import Wire

/// What conversations elsewhere look like, told by a conversation itself.
enum ExportFormat: Equatable {
  /// `conversations.json` of ChatGPT's export: messages are a tree.
  case chatGPT
  /// `conversations.json` of Claude's export.
  case claude
  /// One object a line with `messages` as OpenAI's chat completions take them.
  case chatLines

  /// The format that an object has; nil for none.
  init?(_ object: JSON) {
    if object["mapping"]?.object != nil {
      self = .chatGPT
    } else if object["chat_messages"]?.array != nil {
      self = .claude
    } else if Self.body(object)?["messages"]?.array != nil {
      self = .chatLines
    } else {
      return nil
    }
  }

  /// The conversation that an object holds; nil where it has no name to know it by.
  func thread(_ object: JSON) -> ImportedThread? {
    switch self {
    case .chatGPT: Self.chatGPT(object)
    case .claude: Self.claude(object)
    case .chatLines: Self.chatLines(object)
    }
  }

  // MARK: ChatGPT

  /// The conversation as it was left: from the current node up to the root. Branches that were left are not taken.
  private static func chatGPT(_ object: JSON) -> ImportedThread? {
    guard let id = (object["conversation_id"] ?? object["id"])?.string,
      let nodes = object["mapping"]?.object
    else { return nil }
    var byID: [String: JSON] = [:]
    for member in nodes.members { byID[member.key] = member.value }
    var path: [JSON] = []
    var seen: Set<String> = []
    var next = object["current_node"]?.string ?? nodes.members.last?.key
    while let name = next, seen.insert(name).inserted, let node = byID[name] {
      path.append(node)
      next = node["parent"]?.string
    }
    var thread = ImportedThread(
      id: name("chatgpt", id), title: object["title"]?.string,
      createdAt: Timestamp.seconds(object["create_time"]),
      updatedAt: Timestamp.seconds(object["update_time"]))
    for node in path.reversed() {
      guard let message = node["message"], let role = message["author"]?["role"]?.string,
        role == "user" || role == "assistant",
        message["metadata"]?["is_visually_hidden_from_conversation"] != true
      else { continue }
      thread.add(
        role, chatGPTText(message["content"]), model: message["metadata"]?["model_slug"]?.string,
        at: Timestamp.seconds(message["create_time"]))
    }
    return thread
  }

  private static func chatGPTText(_ content: JSON?) -> String {
    switch content?["content_type"]?.string {
    case "text", "multimodal_text":
      (content?["parts"]?.array ?? []).compactMap { $0.string ?? $0["text"]?.string }
        .joined(separator: "\n")
    case "code": content?["text"]?.string ?? ""
    default: ""
    }
  }

  // MARK: Claude

  private static func claude(_ object: JSON) -> ImportedThread? {
    guard let id = object["uuid"]?.string else { return nil }
    var thread = ImportedThread(
      id: name("claude", id), title: object["name"]?.string,
      createdAt: Timestamp.iso(object["created_at"]?.string),
      updatedAt: Timestamp.iso(object["updated_at"]?.string))
    for message in object["chat_messages"]?.array ?? [] {
      let role = message["sender"] == "human" ? "user" : "assistant"
      let blocks = (message["content"]?.array ?? []).filter { $0["type"] == "text" }
        .compactMap { $0["text"]?.string }
      var texts = blocks.isEmpty ? [message["text"]?.string ?? ""] : blocks
      for file in message["attachments"]?.array ?? [] {
        guard let text = file["extracted_content"]?.string, !text.isEmpty else { continue }
        texts.append((file["file_name"]?.string).map { "\($0):\n\(text)" } ?? text)
      }
      thread.add(
        role, texts.joined(separator: "\n\n"), at: Timestamp.iso(message["created_at"]?.string))
    }
    return thread
  }

  // MARK: Lines

  /// A request of OpenAI's batch files keeps its messages one level deeper.
  private static func body(_ object: JSON) -> JSON? {
    object["messages"] != nil ? object : object["body"]
  }

  private static func chatLines(_ object: JSON) -> ImportedThread? {
    guard let body = body(object) else { return nil }
    let id = (object["id"] ?? object["custom_id"])?.string ?? fingerprint(object.text)
    var thread = ImportedThread(
      id: name("chat", id), title: object["title"]?.string,
      createdAt: Timestamp.seconds(object["created"] ?? object["created_at"]))
    for message in body["messages"]?.array ?? [] {
      let text =
        message["content"]?.string
        ?? (message["content"]?.array ?? []).compactMap { $0["text"]?.string }
        .joined(separator: "\n")
      switch message["role"]?.string {
      case "system", "developer": thread.system = thread.system.map { "\($0)\n\(text)" } ?? text
      case "user": thread.add("user", text)
      case "assistant": thread.add("assistant", text, model: body["model"]?.string)
      default: continue
      }
    }
    return thread
  }

  // MARK: Names

  /// The thread's id: what it is called elsewhere, where that fits.
  static func name(_ source: String, _ id: String) -> String {
    let plain = id.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }
    let name = "\(source)-\(id)"
    return plain && name.utf8.count <= 64 ? name : "\(source)-\(fingerprint(id))"
  }

  /// 128 bits of a text (FNV-1a over it forwards and backwards): to know it by, not to keep it safe.
  private static func fingerprint(_ text: String) -> String {
    func hash(_ bytes: some Sequence<UInt8>) -> String {
      var hash: UInt64 = 0xcbf2_9ce4_8422_2325
      for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
      let digits = String(hash, radix: 16)
      return String(repeating: "0", count: 16 - digits.utf8.count) + digits
    }
    return hash(text.utf8) + hash(text.utf8.reversed())
  }
}
