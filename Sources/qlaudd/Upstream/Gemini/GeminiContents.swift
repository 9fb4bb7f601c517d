import Domain
import Wire

/// Builds the `contents` of a Gemini request from the messages of a call.
///
/// What the family left on a block (thought signatures, call ids, code execution) goes back on the part it came with,
/// as long as the model is the one that made it: signatures of another model or host may be refused. A function call
/// without one, from another family or model, gets Google's documented stand-in where the model demands a signature.
struct GeminiContents {
  let family: String
  let model: GeminiModel
  let modelName: String
  let names: NameMap
  private(set) var contents: [JSON] = []
  /// Names (as the model knows them) and Gemini's own ids of the calls so far, by our ids: results are matched by name.
  private var calls: [String: (name: String, id: JSON?)] = [:]

  init(family: String, model: GeminiModel, modelName: String, names: NameMap) {
    self.family = family
    self.model = model
    self.modelName = modelName
    self.names = names
  }

  mutating func add(_ message: ModelCall.Message, field: String) throws(InvalidParams) {
    switch message.role {
    case .user: append(try user(message.blocks, field: field), role: "user")
    case .assistant: append(assistant(message.blocks), role: "model")
    }
  }

  /// Messages of one side in a row become one: the answers to parallel calls must stand together.
  private mutating func append(_ parts: [JSON], role: JSON) {
    guard !parts.isEmpty else { return }
    guard let last = contents.last, last["role"] == role else {
      contents.append(["role": role, "parts": .array(parts)])
      return
    }
    let all = (last["parts"]?.array ?? []) + parts
    let responses = all.filter { $0["functionResponse"] != nil }
    let others = all.filter { $0["functionResponse"] == nil }
    contents[contents.count - 1] = ["role": role, "parts": .array(responses + others)]
  }

  // MARK: The user's side

  /// Function responses come first: they must follow the calls directly. Images of a result stand beside them, since
  /// only some models take media inside a function response.
  private func user(_ blocks: [Block], field: String) throws(InvalidParams) -> [JSON] {
    var responses: [JSON] = []
    var parts: [JSON] = []
    for (index, block) in blocks.enumerated() {
      let field = "\(field).content[\(index)]"
      if block.type == "tool_result" {
        let result = try response(block, field: field)
        responses.append(result.response)
        parts += result.media
      } else {
        parts += try Self.parts(block, field: field)
      }
    }
    return responses + parts
  }

  private func response(_ block: Block, field: String) throws(InvalidParams)
    -> (response: JSON, media: [JSON])
  {
    let id = block["tool_use_id"]?.string ?? ""
    guard let call = calls[id] else {
      throw InvalidParams("\(field).tool_use_id", "\"\(id)\" answers no tool call before it")
    }
    var texts: [String] = []
    var media: [JSON] = []
    for (index, inner) in Block.list(block["content"] ?? .null).enumerated() {
      for part in try Self.parts(inner, field: "\(field).content[\(index)]") {
        if let text = part["text"]?.string { texts.append(text) } else { media.append(part) }
      }
    }
    let key = block["is_error"] == true ? "error" : "result"
    let answer = JSON.Object([.init(key: key, value: .string(texts.joined(separator: "\n")))])
    let response = JSON.record([
      "id": call.id, "name": .string(call.name), "response": .object(answer),
    ])
    return (["functionResponse": response], media)
  }

  /// One block as parts: `text`, `inlineData`, `fileData`.
  private static func parts(_ block: Block, field: String) throws(InvalidParams) -> [JSON] {
    switch block.type {
    case "text": return text(block["text"]?.string ?? "")
    case "search_result": return text(block.searchResultText)
    case "image", "document":
      switch try BlockMedia(block, field: field) {
      case .base64(let mediaType, let data): return [inlineData(mediaType, data)]
      case .url(let url): return [fileData(url)]
      case .text(let content): return text(content)
      case .blocks(let blocks):
        var parts: [JSON] = []
        for (index, inner) in blocks.enumerated() {
          parts += try Self.parts(inner, field: "\(field).source.content[\(index)]")
        }
        return parts
      }
    default:
      throw InvalidParams("\(field).type", "\"\(block.type)\" cannot be sent to this provider")
    }
  }

  private static func text(_ text: String) -> [JSON] {
    text.isEmpty ? [] : [["text": .string(text)]]
  }

  private static func inlineData(_ mediaType: String, _ data: String) -> JSON {
    ["inlineData": ["mimeType": .string(mediaType), "data": .string(data)]]
  }

  private static func fileData(_ url: String) -> JSON {
    [
      "fileData": .record([
        "mimeType": mediaType(ofPath: url).map(JSON.string), "fileUri": .string(url),
      ])
    ]
  }

  /// By the ending of the path; nil where it tells nothing, which the API allows.
  private static func mediaType(ofPath url: String) -> String? {
    let path = url.split(separator: "?", maxSplits: 1).first ?? ""
    return switch path.split(separator: ".").last?.lowercased() {
    case "png": "image/png"
    case "jpg", "jpeg": "image/jpeg"
    case "webp": "image/webp"
    case "heic": "image/heic"
    case "pdf": "application/pdf"
    case "txt": "text/plain"
    default: nil
    }
  }

  // MARK: The model's side

  private mutating func assistant(_ blocks: [Block]) -> [JSON] {
    var parts: [JSON] = []
    var callsSoFar = 0
    for block in blocks {
      let own = opaque(block)
      switch block.type {
      case "text":
        let text = block["text"]?.string ?? ""
        parts += signatures(own, text).parts(of: text, thought: false)
      case "thinking":
        // Thought summaries are not needed back; a signature on one is.
        let text = block["thinking"]?.string ?? ""
        let marks = signatures(own, text)
        if !marks.isEmpty { parts += marks.parts(of: text, thought: true) }
      case "tool_use":
        parts += call(block, own, isFirst: callsSoFar == 0)
        callsSoFar += 1
      default:
        guard let own, let part = own["part"]?.object else { continue }
        parts += signatures(own, "").parts(of: part)
      }
    }
    return parts
  }

  private mutating func call(_ block: Block, _ own: JSON?, isFirst: Bool) -> [JSON] {
    let name = names.upstream(block["name"]?.string ?? "")
    let id = own?["call_id"]
    if let ours = block["id"]?.string { calls[ours] = (name, id) }
    var marks = signatures(own, "")
    // Of parallel calls only the first is checked; a stand-in never replaces a real signature.
    if marks.own == nil, isFirst, model.requiresSignatures {
      marks.add(GeminiModel.foreignSignature, from: 0, to: 0)
    }
    let call = JSON.record([
      "id": id, "name": .string(name), "args": block["input"]?.object.map(JSON.object) ?? [:],
    ])
    return marks.parts(of: ["functionCall": call])
  }

  private func opaque(_ block: Block) -> JSON? {
    guard let own = block.opaque(family), own["model"]?.string == modelName else { return nil }
    return own
  }

  private func signatures(_ own: JSON?, _ text: String) -> GeminiSignatures {
    own.map { GeminiSignatures($0, length: text.utf8.count) } ?? GeminiSignatures()
  }
}
