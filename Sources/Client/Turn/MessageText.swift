import Wire

/// The readable parts of a message's content.
enum MessageText {
  /// A string, or each block in words.
  static func parts(_ content: JSON) -> [String] {
    switch content {
    case .string(let text): text.isEmpty ? [] : [text]
    case .array(let blocks): blocks.compactMap(part)
    default: []
    }
  }

  private static func part(_ block: JSON) -> String? {
    switch block["type"]?.string {
    case "text": block["text"]?.string
    case "tool_use": "[→ \(block["name"]?.string ?? "tool") \((block["input"] ?? [:]).text)]"
    case "tool_result":
      "[← \(parts(block["content"] ?? .null).joined(separator: "\n"))]"
    case "thinking", "redacted_thinking": nil
    case let type?: "[\(type)]"
    case nil: nil
    }
  }
}
