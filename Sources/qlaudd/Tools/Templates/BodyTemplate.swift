import Wire

/// A request body with placeholders, escaped for what the body is: the `content-type` header decides, and where there is
/// none the text itself does.
enum BodyTemplate: Sendable {
  case none
  case tree(JSONTree)
  case json(JSONTextTemplate)
  case jsonLines(JSONTextTemplate)
  case form(TemplateText)
  case markup(TemplateText)
  case text(TemplateText)

  /// - Parameter json: a string with a template, or a JSON value with templates in its strings.
  init(_ json: JSON, contentType: String?, field: String) throws(InvalidParams) {
    guard let text = json.string else {
      switch json {
      case .null: self = .none
      case .object, .array: self = .tree(try JSONTree(json, field: field))
      default: throw InvalidParams(field, "must be a string, an object or an array")
      }
      return
    }
    guard !text.isEmpty else {
      self = .none
      return
    }
    let template = try TemplateText(parsing: text, field: field)
    guard let contentType else {
      self = try Self.sniffed(template, field)
      return
    }
    let media = String(contentType.lowercased().prefix { $0 != ";" && $0 != " " })
    if media == "application/json" || media.hasSuffix("+json") {
      self = .json(try JSONTextTemplate(template, field: field))
    } else if media == "application/x-www-form-urlencoded" {
      self = .form(template)
    } else if ["application/x-ndjson", "application/jsonl", "application/json-seq"].contains(media)
    {
      self = .jsonLines(try JSONTextTemplate(template, field: field, isDocument: false))
    } else if media.hasSuffix("+xml") || media.hasSuffix("/xml") || media == "text/html" {
      self = .markup(template)
    } else if ["text/plain", "text/csv", "text/markdown", "application/octet-stream"].contains(
      media)
    {
      self = .text(template)
    } else {
      for hole in template.holes where hole.source == .args || hole.source == .metadata {
        throw InvalidParams(
          field,
          "{{\(hole.name)}} cannot be escaped for \(media.prefix(64)); use JSON, a form, XML or plain text"
        )
      }
      self = .text(template)
    }
  }

  private static func sniffed(_ template: TemplateText, _ field: String) throws(InvalidParams)
    -> BodyTemplate
  {
    if template.holes.isEmpty { return .text(template) }
    guard case .literal(let text)? = template.parts.first else { return .text(template) }
    let start = text.unicodeScalars.first { !$0.properties.isWhitespace }
    if start == "{" || start == "[" || start == "\"" {
      return .json(try JSONTextTemplate(template, field: field))
    }
    if start == "<" { return .markup(template) }
    let name = text.unicodeScalars.prefix {
      ScalarSet.isWord($0) || "-.[]%".unicodeScalars.contains($0)
    }
    let isForm = !name.isEmpty && text.unicodeScalars.dropFirst(name.count).first == "="
    return isForm ? .form(template) : .text(template)
  }

  var holes: [Placeholder] {
    switch self {
    case .none: []
    case .tree(let tree): tree.holes
    case .json(let template), .jsonLines(let template):
      template.parts.compactMap { if case .hole(let hole, _) = $0 { hole } else { nil } }
    case .form(let text), .markup(let text), .text(let text): text.holes
    }
  }

  /// The bytes; nil for no body.
  func render(_ values: TemplateValues) throws(InvalidParams) -> [UInt8]? {
    switch self {
    case .none: return nil
    case .tree(let tree):
      // The body itself is there even when nothing of it is left.
      if let json = try tree.render(values) { return json.bytes }
      if case .object = tree { return JSON.object([:]).bytes }
      return nil
    case .json(let template): return Array(try template.renderDocument(values).utf8)
    case .jsonLines(let template): return Array(try template.render(values).utf8)
    case .form(let text):
      return Array(
        try text.render(values) { value throws(InvalidParams) in
          Percent.encoded(value, spaceAsPlus: true)
        }.utf8)
    case .markup(let text):
      return Array(
        try text.render(values) { value throws(InvalidParams) in try Self.markup(value) }.utf8)
    case .text(let text):
      return Array(try text.render(values) { value throws(InvalidParams) in value }.utf8)
    }
  }

  private static func markup(_ text: String) throws(InvalidParams) -> String {
    var out = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": out += "&amp;"
      case "<": out += "&lt;"
      case ">": out += "&gt;"
      case "\"": out += "&quot;"
      case "'": out += "&#39;"
      default:
        guard scalar.value >= 0x20 || scalar == "\n" || scalar == "\r" || scalar == "\t" else {
          throw InvalidParams("body_template", "a value must not hold control characters")
        }
        out.unicodeScalars.append(scalar)
      }
    }
    return out
  }
}
