package import Wire

/// The rules for the `content` of a message: a string, or an array of content blocks.
package enum MessageContent {
  /// Checks a message's content; block kinds that are not ours to know pass.
  /// - Throws: ``InvalidParams`` with the path: `content[2].source`.
  package static func check(_ content: JSON, field: String) throws(InvalidParams) {
    switch content {
    case .string: return
    case .array(let elements):
      guard !elements.isEmpty else { throw InvalidParams(field, "must not be an empty array") }
      for (index, element) in elements.enumerated() {
        try checkBlock(element, field: "\(field)[\(index)]")
      }
    default: throw InvalidParams(field, "must be a string or an array of content blocks")
    }
  }

  /// What a caller may send as a new user turn: text, image, document, and answers to tools.
  package static func checkUserTurn(_ content: JSON, field: String) throws(InvalidParams) {
    if case .string(let text) = content, text.isEmpty {
      throw InvalidParams(field, "must not be empty")
    }
    try check(content, field: field)
    for (index, block) in (content.array ?? []).enumerated() {
      let type = block["type"]?.string ?? ""
      guard userKinds.contains(type) else {
        throw InvalidParams(
          "\(field)[\(index)].type", "must be one of \(userKinds.joined(separator: ", "))")
      }
    }
  }

  private static let userKinds = ["text", "image", "document", "tool_result", "search_result"]

  private static func checkBlock(_ block: JSON, field: String) throws(InvalidParams) {
    guard case .object(let object) = block else { throw InvalidParams(field, "must be an object") }
    guard let type = object["type"]?.string else {
      throw InvalidParams("\(field).type", "must be a string")
    }
    guard object[Block.opaqueKey] == nil else {
      throw InvalidParams("\(field).\(Block.opaqueKey)", "is not a parameter")
    }
    switch type {
    case "text":
      guard object["text"]?.string != nil else {
        throw InvalidParams("\(field).text", "must be a string")
      }
    case "image", "document": try checkSource(object["source"], field: "\(field).source")
    case "tool_result":
      guard object["tool_use_id"]?.string != nil else {
        throw InvalidParams("\(field).tool_use_id", "must be a string")
      }
    default: return
    }
  }

  private static func checkSource(_ source: JSON?, field: String) throws(InvalidParams) {
    let needed: [String]
    switch source?["type"]?.string {
    case "base64": needed = ["media_type", "data"]
    case "url": needed = ["url"]
    case "text": needed = ["data"]
    case "file": needed = ["file_id"]
    case "content": return
    default: throw InvalidParams("\(field).type", "must be one of base64, url, text, file, content")
    }
    for name in needed where source?[name]?.string == nil {
      throw InvalidParams("\(field).\(name)", "must be a string")
    }
  }
}
