import Wire

/// A body that is JSON text with placeholders. What stands between quotes is escaped as part of a string, what stands
/// outside is written as a whole value, and what stands in a string of a GraphQL document is escaped for both. The result
/// is parsed again before it is sent: a value can fill its place, never change the text around it.
struct JSONTextTemplate: Sendable {
  enum Context: Sendable, Equatable { case value, string, graphQLString }
  enum Part: Sendable {
    case literal(String)
    case hole(Placeholder, Context)
  }
  let parts: [Part]
  private let field: String

  private static let open: Unicode.Scalar = "\u{F8F0}"
  private static let close: Unicode.Scalar = "\u{F8F1}"

  /// - Parameter isDocument: whether the whole text is one JSON value; lines of JSON are several.
  init(_ template: TemplateText, field: String, isDocument: Bool = true) throws(InvalidParams) {
    self.field = field
    var parts: [Part] = []
    var dummy = ""
    var isInString = false
    var isEscaped = false
    for part in template.parts {
      switch part {
      case .literal(let text):
        for scalar in text.unicodeScalars {
          if scalar == Self.open || scalar == Self.close {
            throw InvalidParams(field, "must not hold the characters U+F8F0 and U+F8F1")
          }
          if isInString, isEscaped {
            isEscaped = false
          } else if isInString, scalar == "\\" {
            isEscaped = true
          } else if scalar == "\"" {
            isInString.toggle()
          }
        }
        dummy += text
        parts.append(.literal(text))
      case .hole(let hole):
        guard !isEscaped else { throw InvalidParams(field, "has a placeholder after a backslash") }
        let mark = "\(Self.open)\(parts.count)\(Self.close)"
        dummy += isInString ? mark : "\"\(mark)\""
        parts.append(.hole(hole, isInString ? .string : .value))
      }
    }
    self.parts = try isDocument ? Self.checked(parts, dummy, field) : parts
  }

  private static func checked(_ parts: [Part], _ dummy: String, _ field: String)
    throws(InvalidParams) -> [Part]
  {
    let json: JSON
    do throws(JSONError) { json = try JSON(parsing: dummy) } catch {
      throw InvalidParams(field, "is not JSON around its placeholders: \(error)")
    }
    guard let query = json["query"]?.string, isGraphQL(query) else { return parts }
    var parts = parts
    var scan = GraphQLScan()
    var number: Int?
    for scalar in query.unicodeScalars {
      if scalar == open {
        number = 0
      } else if scalar == close, let index = number {
        number = nil
        guard parts.indices.contains(index), case .hole(let hole, _) = parts[index] else {
          continue
        }
        if scan.isInString {
          parts[index] = .hole(hole, .graphQLString)
        } else if hole.source == .args || hole.source == .metadata {
          throw InvalidParams(
            field, "{{\(hole.name)}} stands in GraphQL text; hand it over under \"variables\"")
        }
      } else if let digits = number {
        number = digits * 10 + Int(scalar.value) - 0x30
      } else {
        scan.take(scalar)
      }
    }
    return parts
  }

  private static func isGraphQL(_ text: String) -> Bool {
    let start = text.unicodeScalars.drop { $0.properties.isWhitespace }
    guard start.contains("{") else { return false }
    if start.first == "{" { return true }
    let word = String(String.UnicodeScalarView(start.prefix { ScalarSet.isWord($0) }))
    return ["query", "mutation", "subscription", "fragment"].contains(word)
  }

  func render(_ values: TemplateValues) throws(InvalidParams) -> String {
    var out = ""
    for part in parts {
      switch part {
      case .literal(let text): out += text
      case .hole(let hole, .value): out += Self.value(hole, values)
      case .hole(let hole, .string): out += Self.inner(values.text(of: hole) ?? "")
      case .hole(let hole, .graphQLString):
        out += Self.inner(Self.inner(values.text(of: hole) ?? ""))
      }
    }
    return out
  }

  /// Renders a text that is one JSON value, and makes sure that it still is.
  func renderDocument(_ values: TemplateValues) throws(InvalidParams) -> String {
    let out = try render(values)
    do throws(JSONError) { _ = try JSON(parsing: out) } catch {
      throw InvalidParams(field, "does not render to JSON: \(error.reasonWithoutContent)")
    }
    return out
  }

  private static func value(_ hole: Placeholder, _ values: TemplateValues) -> String {
    guard let value = values.value(of: hole) else { return "null" }
    // Every config field is a string by definition; the developer's `"limit": {{config.limit}}` means a number.
    if hole.source == .config, let text = value.string {
      do throws(JSONError) { return try JSON(parsing: text).text } catch { return value.text }
    }
    return value.text
  }

  /// The text as it stands between the quotes of a JSON string.
  static func inner(_ text: String) -> String {
    var out: [UInt8] = []
    JSON.quote(text, to: &out)
    return String(decoding: out.dropFirst().dropLast(), as: UTF8.self)
  }
}

extension JSONError {
  /// The complaint without any of the text, which may hold a secret.
  var reasonWithoutContent: String {
    if case .duplicateKey = reason { return "a key stands twice at byte \(offset)" }
    return description
  }
}

/// Where a place in a GraphQL document is (GraphQL specification, section 2.1). A block string opens as an empty string
/// with a quote behind it, and closes at three quotes in a row.
private struct GraphQLScan {
  private enum State { case text, afterEmptyString, comment, string, block }
  private var state = State.text
  private var isEscaped = false
  /// Characters of the string so far, or quotes in a row in a block.
  private var count = 0
  var isInString: Bool { state == .string }

  mutating func take(_ scalar: Unicode.Scalar) {
    switch state {
    case .comment:
      if scalar == "\n" || scalar == "\r" { state = .text }
    case .afterEmptyString where scalar == "\"":
      state = .block
      count = 0
    case .text, .afterEmptyString:
      state = scalar == "#" ? .comment : scalar == "\"" ? .string : .text
      count = 0
    case .string: takeInString(scalar)
    case .block:
      count = scalar == "\"" ? count + 1 : 0
      if count == 3 { state = .text }
    }
  }

  private mutating func takeInString(_ scalar: Unicode.Scalar) {
    if isEscaped {
      isEscaped = false
    } else if scalar == "\\" {
      isEscaped = true
    } else if scalar == "\"" {
      state = count == 0 ? .afterEmptyString : .text
    } else if scalar == "\n" || scalar == "\r" {
      state = .text
    }
    count += 1
  }
}
