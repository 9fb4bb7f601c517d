import Wire

/// A body given as a JSON value with placeholders in its strings. A string that is one placeholder and nothing else takes
/// the value with its type; where that is missing, the member or element is left out, and so is an object of which nothing is left. Structure cannot be changed by what
/// is filled in, since the text is made only afterwards.
indirect enum JSONTree: Sendable {
  case constant(JSON)
  case hole(Placeholder)
  case text(TemplateText)
  case array([JSONTree])
  case object([(key: String, value: JSONTree)])

  init(_ json: JSON, field: String, depth: Int = 0) throws(InvalidParams) {
    guard depth <= Limits.jsonDepth else {
      throw InvalidParams(field, "must not nest deeper than \(Limits.jsonDepth)")
    }
    switch json {
    case .null, .bool, .int, .number: self = .constant(json)
    case .string(let text):
      let template = try TemplateText(parsing: text, field: field)
      if template.parts.count == 1, let hole = template.holes.first {
        self = .hole(hole)
      } else {
        self = template.constant.map { .constant(.string($0)) } ?? .text(template)
      }
    case .array(let elements):
      var trees: [JSONTree] = []
      for element in elements {
        trees.append(try JSONTree(element, field: field, depth: depth + 1))
      }
      self = .array(trees)
    case .object(let object):
      var trees: [(key: String, value: JSONTree)] = []
      for member in object.members {
        guard try TemplateText(parsing: member.key, field: field).holes.isEmpty else {
          throw InvalidParams(field, "must not have a placeholder in the name of a member")
        }
        trees.append((member.key, try JSONTree(member.value, field: field, depth: depth + 1)))
      }
      self = .object(trees)
    }
  }

  var holes: [Placeholder] {
    switch self {
    case .constant: []
    case .hole(let hole): [hole]
    case .text(let text): text.holes
    case .array(let trees): trees.flatMap(\.holes)
    case .object(let trees): trees.flatMap(\.value.holes)
    }
  }

  /// The value; nil where it is left out.
  func render(_ values: TemplateValues) throws(InvalidParams) -> JSON? {
    switch self {
    case .constant(let json): return json
    case .hole(let hole): return values.value(of: hole)
    case .text(let text):
      return .string(try text.render(values) { value throws(InvalidParams) in value })
    case .array(let trees):
      var elements: [JSON] = []
      for tree in trees { if let json = try tree.render(values) { elements.append(json) } }
      return .array(elements)
    case .object(let trees):
      var members: [JSON.Object.Member] = []
      for tree in trees {
        if let json = try tree.value.render(values) {
          members.append(.init(key: tree.key, value: json))
        }
      }
      // An object of which nothing is left is missing like what it was made of.
      return members.isEmpty && !trees.isEmpty ? nil : .object(JSON.Object(members))
    }
  }
}
