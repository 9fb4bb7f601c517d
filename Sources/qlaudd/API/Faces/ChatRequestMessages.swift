import Domain
import Wire

/// The messages of a chat request, as the call knows them.
///
/// System and developer messages go to the front, wherever they stood, since not every provider has them in between.
/// Results of tools are a user's blocks; results in a row are one message.
struct ChatRequestMessages: Sendable {
  /// The model as it was asked for: reasoning that comes back is its own.
  let model: String
  private(set) var system: [Block] = []
  private(set) var messages: [ModelCall.Message] = []

  init(model: String) { self.model = model }

  mutating func add(_ json: JSON, path: String) throws(InvalidParams) {
    var members = try Members(json, path: path)
    let role = try members.needed("role", as: String.self)
    members.ignore("name")
    let mark = members.take("cache_control")
    switch role {
    case "system", "developer": system += Self.marked(try texts(&members), mark)
    case "user":
      let blocks = Self.marked(try userBlocks(&members), mark)
      messages.append(ModelCall.Message(role: .user, blocks: blocks))
    case "assistant":
      let blocks = Self.marked(try assistantBlocks(&members), mark)
      if !blocks.isEmpty { messages.append(ModelCall.Message(role: .assistant, blocks: blocks)) }
    case "tool": addResult(try result(&members))
    default:
      throw members.complaint("role", "must be one of system, developer, user, assistant, tool")
    }
    try members.finish("a message of role \(role)")
  }

  /// Clients of gateways set Anthropic's marks for the prompt cache; on a message one means its end.
  private static func marked(_ blocks: [Block], _ mark: JSON?) -> [Block] {
    guard let mark, mark.object != nil, var last = blocks.last else { return blocks }
    last["cache_control"] = mark
    return blocks.dropLast() + [last]
  }

  // MARK: Content

  /// A string, or parts of type text.
  private func texts(_ members: inout Members) throws(InvalidParams) -> [Block] {
    let content = members.take("content")
    if let text = content?.string { return text.isEmpty ? [] : [.text(text)] }
    guard let parts = content?.array else {
      throw members.complaint("content", "must be a string or an array of text parts")
    }
    var blocks: [Block] = []
    for (index, part) in parts.enumerated() {
      guard part["type"] == "text", let text = part["text"]?.string else {
        throw members.complaint("content[\(index)]", "must be a text part")
      }
      if !text.isEmpty { blocks += Self.marked([.text(text)], part["cache_control"]) }
    }
    return blocks
  }

  private func userBlocks(_ members: inout Members) throws(InvalidParams) -> [Block] {
    let content = members.take("content")
    if let text = content?.string { return [.text(text)] }
    guard let parts = content?.array, !parts.isEmpty else {
      throw members.complaint("content", "must be a string or a non-empty array of parts")
    }
    var blocks: [Block] = []
    for (index, part) in parts.enumerated() {
      blocks.append(try block(part, path: members.name("content[\(index)]")))
    }
    return blocks
  }

  private func block(_ part: JSON, path: String) throws(InvalidParams) -> Block {
    var members = try Members(part, path: path)
    let type = try members.needed("type", as: String.self)
    let mark = members.take("cache_control")
    let block: Block
    switch type {
    case "text": block = .text(try members.needed("text", as: String.self))
    case "image_url":
      let given = members.take("image_url")
      // Mistral's clients name the address alone.
      let object: JSON? = if let url = given?.string { ["url": .string(url)] } else { given }
      var image = try Members(object, path: members.name("image_url"))
      let url = try image.needed("url", as: String.self)
      image.ignore("detail")
      try image.finish("image_url")
      block = Block(["type": "image", "source": try source(url, path: image.name("url"))])
    case "file":
      var file = try Members(members.take("file"), path: members.name("file"))
      let data = try file.needed("file_data", as: String.self)
      let name = try file.value("filename", as: String.self)
      try file.finish("file")
      var object: JSON.Object = ["type": "document"]
      object["source"] = try source(data, path: file.name("file_data"))
      object["title"] = name.map(JSON.string)
      block = Block(object)
    default:
      throw members.complaint("type", "must be one of text, image_url, file")
    }
    try members.finish("a part of type \(type)")
    return Self.marked([block], mark).first ?? block
  }

  /// A `data:` URL as data, any other as an address.
  private func source(_ url: String, path: String) throws(InvalidParams) -> JSON {
    guard url.hasPrefix("data:") else {
      guard url.hasPrefix("https://") || url.hasPrefix("http://") else {
        throw InvalidParams(path, "must be an http(s) URL or a data: URL with base64")
      }
      return ["type": "url", "url": .string(url)]
    }
    let head = url.dropFirst("data:".count).prefix { $0 != "," }
    guard head.hasSuffix(";base64") else {
      throw InvalidParams(path, "must be a data: URL with base64: data:TYPE;base64,DATA")
    }
    let type = head.prefix { $0 != ";" }
    guard type.contains("/") else { throw InvalidParams(path, "must name its media type") }
    let data = url.dropFirst("data:".count + head.count + 1)
    return [
      "type": "base64", "media_type": .string(String(type)), "data": .string(String(data)),
    ]
  }

  // MARK: The model's side

  private func assistantBlocks(_ members: inout Members) throws(InvalidParams) -> [Block] {
    var blocks = try reasoning(&members)
    if let content = members.take("content") {
      blocks += try assistantTexts(content, members.name("content"))
    }
    if let refusal = try members.value("refusal", as: String.self), !refusal.isEmpty {
      blocks.append(.text(refusal))
    }
    if let calls = members.take("tool_calls") {
      guard let list = calls.array else {
        throw members.complaint("tool_calls", "must be an array")
      }
      for (index, call) in list.enumerated() {
        blocks.append(try toolUse(call, path: members.name("tool_calls[\(index)]")))
      }
    }
    members.ignore("annotations")
    return blocks
  }

  private func assistantTexts(_ content: JSON, _ field: String) throws(InvalidParams) -> [Block] {
    if let text = content.string { return text.isEmpty ? [] : [.text(text)] }
    guard let parts = content.array else {
      throw InvalidParams(field, "must be a string or an array of parts")
    }
    var blocks: [Block] = []
    for (index, part) in parts.enumerated() {
      if part["type"] == "thinking" {
        let pieces = part["thinking"]?.array?.compactMap { $0["text"]?.string }
        let text = pieces?.joined() ?? part["thinking"]?.string ?? ""
        blocks.append(thought(text, ["field": "content"]))
        continue
      }
      guard let text = part["text"]?.string ?? part["refusal"]?.string else {
        throw InvalidParams("\(field)[\(index)]", "must be a part of type text or refusal")
      }
      if !text.isEmpty { blocks.append(.text(text)) }
    }
    return blocks
  }

  /// Reasoning that a client brings back, under any of the names that hosts have for it.
  private func reasoning(_ members: inout Members) throws(InvalidParams) -> [Block] {
    let common = try members.value("reasoning_content", as: String.self)
    let other = try members.value("reasoning", as: String.self)
    let details = members.take("reasoning_details")?.array ?? []
    if !details.isEmpty {
      return [thought(common ?? other ?? "", ["details": .array(details)])]
    }
    if let common, !common.isEmpty { return [thought(common, ["field": "reasoning_content"])] }
    if let other, !other.isEmpty { return [thought(other, ["field": "reasoning"])] }
    return []
  }

  /// Hosts that send reasoning want it back in the same place; others never see it.
  private func thought(_ text: String, _ place: JSON.Object) -> Block {
    var block = Block(["type": "thinking", "thinking": .string(text), "signature": ""])
    var own: JSON.Object = ["model": .string(model)]
    own.merge(place)
    block.setOpaque(Provider.Shape.openAIChat.rawValue, .object(own))
    return block
  }

  private func toolUse(_ json: JSON, path: String) throws(InvalidParams) -> Block {
    var call = try Members(json, path: path)
    let id = try call.needed("id", as: String.self)
    guard call.take("type") ?? "function" == "function" else {
      throw call.complaint("type", "must be function")
    }
    call.ignore("index")
    var function = try Members(call.take("function"), path: call.name("function"))
    try call.finish("a tool call")
    let name = try function.needed("name", as: String.self)
    let text = try function.value("arguments", as: String.self) ?? ""
    try function.finish("a function")
    guard !text.allSatisfy(\.isWhitespace) else { return .toolUse(id: id, name: name, input: [:]) }
    let input: JSON?
    do throws(JSONError) { input = try JSON(parsing: Array(text.utf8)) } catch { input = nil }
    guard let input, input.object != nil else {
      throw function.complaint("arguments", "must be the text of a JSON object")
    }
    return .toolUse(id: id, name: name, input: input)
  }

  // MARK: Results of tools

  private func result(_ members: inout Members) throws(InvalidParams) -> Block {
    let id = try members.needed("tool_call_id", as: String.self)
    let blocks = try texts(&members)
    let content: JSON = .array(blocks.map(\.json))
    return .toolResult(id: id, content: content, isError: false)
  }

  private mutating func addResult(_ block: Block) {
    if let last = messages.last, last.role == .user,
      last.blocks.allSatisfy({ $0.type == "tool_result" })
    {
      messages[messages.count - 1] = ModelCall.Message(role: .user, blocks: last.blocks + [block])
    } else {
      messages.append(ModelCall.Message(role: .user, blocks: [block]))
    }
  }
}
