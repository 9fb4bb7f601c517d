import Wire

/// Headers whose values hold placeholders.
struct HeaderTemplates: Sendable {
  let fields: [(name: String, value: TemplateText)]

  /// Headers that say how the message is framed or where it goes; a template that sets them is a mistake or an attack.
  private static let reserved: Set<String> = [
    "host", "content-length", "transfer-encoding", "connection", "keep-alive", "upgrade", "te",
    "trailer", "expect", "proxy-connection", "proxy-authorization",
  ]

  init(_ object: JSON.Object, field: String) throws(InvalidParams) {
    var fields: [(name: String, value: TemplateText)] = []
    for member in object.members {
      let at = "\(field).\(member.key.prefix(64))"
      guard Self.isToken(member.key) else {
        throw InvalidParams(at, "must be a header name (RFC 9110), without placeholders")
      }
      guard !Self.reserved.contains(member.key.lowercased()) else {
        throw InvalidParams(at, "is set by the daemon itself")
      }
      guard !fields.contains(where: { $0.name.lowercased() == member.key.lowercased() }) else {
        throw InvalidParams(at, "stands twice")
      }
      let text: String
      switch member.value {
      case .string(let value): text = value
      case .int, .number, .bool: text = member.value.text
      default: throw InvalidParams(at, "must be a string")
      }
      let template = try TemplateText(parsing: text, field: at)
      for case .literal(let literal) in template.parts where !Self.isFieldText(literal) {
        throw InvalidParams(at, "must not hold control characters")
      }
      fields.append((member.key, template))
    }
    self.fields = fields
  }

  /// The value of a header that holds no placeholder.
  func constant(_ name: String) -> String? {
    fields.first { $0.name.lowercased() == name }?.value.constant
  }
  func contains(_ name: String) -> Bool { fields.contains { $0.name.lowercased() == name } }

  func render(_ values: TemplateValues) throws(InvalidParams) -> [HeaderField] {
    var out: [HeaderField] = []
    for field in fields {
      let value = try field.value.render(values) { text throws(InvalidParams) in
        guard Self.isFieldText(text) else {
          throw InvalidParams(
            "headers.\(field.name)", "a value must not hold CR, LF, NUL or other control characters"
          )
        }
        return text
      }
      out.append(HeaderField(field.name, value))
    }
    return out
  }

  private static func isFieldText(_ text: String) -> Bool {
    text.unicodeScalars.allSatisfy { ($0.value >= 0x20 || $0 == "\t") && $0.value != 0x7F }
  }

  private static func isToken(_ name: String) -> Bool {
    !name.isEmpty && name.utf8.count <= 128
      && name.unicodeScalars.allSatisfy {
        ScalarSet.isWord($0) || "!#$%&'*+-.^`|~".unicodeScalars.contains($0)
      }
  }
}
