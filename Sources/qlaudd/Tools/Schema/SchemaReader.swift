import Wire

/// Reads a JSON Schema into nodes. Sub-schemas are read where they are first met and known by their JSON pointer
/// (RFC 6901), which is also what `$ref` names.
struct SchemaReader {
  private let root: JSON
  private let name: String
  private(set) var nodes: [SchemaNode] = []
  private var known: [String: Int] = [:]
  /// `$anchor` and whole `$id` texts to pointers.
  private var anchors: [String: String] = [:]

  init(_ root: JSON, name: String) {
    self.root = root
    self.name = name
  }

  mutating func read() throws(InvalidParams) -> [SchemaNode] {
    try findAnchors(root, at: "", depth: 0)
    _ = try node(root, at: "", depth: 0)
    try refuseEndlessReferences()
    return nodes
  }

  // MARK: Places

  /// `input_schema.properties.count` for the pointer `/properties/count`.
  private func place(_ pointer: String, _ keyword: String? = nil) -> String {
    let shown = String(pointer.map { $0 == "/" ? "." : $0 })
    return name + shown + (keyword.map { ".\($0)" } ?? "")
  }

  private static func token(_ key: String) -> String {
    var out = ""
    for character in key.unicodeScalars {
      switch character {
      case "~": out += "~0"
      case "/": out += "~1"
      default: out.unicodeScalars.append(character)
      }
    }
    return out
  }

  private mutating func findAnchors(_ value: JSON, at pointer: String, depth: Int)
    throws(InvalidParams)
  {
    guard depth <= Limits.jsonDepth else {
      throw InvalidParams(name, "must not nest deeper than \(Limits.jsonDepth)")
    }
    switch value {
    case .object(let object):
      for keyword in ["$anchor", "$dynamicAnchor"] {
        if let anchor = object[keyword]?.string { anchors["#" + anchor] = pointer }
      }
      if let id = object["$id"]?.string {
        anchors[id] = pointer
        anchors[id + "#"] = pointer
      }
      for member in object.members
      where !["enum", "const", "default", "examples"].contains(member.key) {
        try findAnchors(
          member.value, at: pointer + "/" + Self.token(member.key), depth: depth + 1)
      }
    case .array(let elements):
      for (index, element) in elements.enumerated() {
        try findAnchors(element, at: pointer + "/\(index)", depth: depth + 1)
      }
    case .null, .bool, .int, .number, .string: break
    }
  }

  // MARK: Nodes

  private mutating func node(_ json: JSON, at pointer: String, depth: Int) throws(InvalidParams)
    -> Int
  {
    if let index = known[pointer] { return index }
    guard nodes.count < Schema.nodeLimit else {
      throw InvalidParams(name, "must not hold more than \(Schema.nodeLimit) schemas")
    }
    guard depth <= Limits.jsonDepth * 2 else {
      throw InvalidParams(place(pointer), "chains more than \(Limits.jsonDepth * 2) schemas")
    }
    let index = nodes.count
    nodes.append(SchemaNode())
    known[pointer] = index
    var node = SchemaNode()
    switch json {
    case .bool(let value): node.always = value
    case .object(let object):
      let reader = Keywords(object: object, pointer: pointer, depth: depth + 1)
      try general(reader, &node)
      try combined(reader, &node)
      try objects(reader, &node)
      try arrays(reader, &node)
      try strings(reader, &node)
      try numbers(reader, &node)
    default: throw InvalidParams(place(pointer), "must be a schema: an object, true or false")
    }
    nodes[index] = node
    return index
  }

  /// The keywords of one schema object with where they stand.
  private struct Keywords {
    let object: JSON.Object
    let pointer: String
    let depth: Int
  }

  private mutating func sub(_ keyword: String, _ from: Keywords) throws(InvalidParams) -> Int? {
    guard let json = from.object[keyword] else { return nil }
    return try node(json, at: from.pointer + "/" + keyword, depth: from.depth)
  }

  private mutating func subs(_ keyword: String, _ from: Keywords, mayBeEmpty: Bool = false)
    throws(InvalidParams) -> [Int]
  {
    guard let json = from.object[keyword] else { return [] }
    guard let elements = json.array, mayBeEmpty || !elements.isEmpty else {
      throw InvalidParams(
        place(from.pointer, keyword), "must be an array of one schema or more")
    }
    var found: [Int] = []
    for (index, element) in elements.enumerated() {
      found.append(
        try node(element, at: from.pointer + "/\(keyword)/\(index)", depth: from.depth))
    }
    return found
  }

  private mutating func subsByKey(_ keyword: String, _ from: Keywords) throws(InvalidParams)
    -> [(key: String, node: Int)]
  {
    guard let json = from.object[keyword] else { return [] }
    guard let object = json.object else {
      throw InvalidParams(place(from.pointer, keyword), "must be an object of schemas")
    }
    var found: [(key: String, node: Int)] = []
    for member in object.members {
      let pointer = from.pointer + "/\(keyword)/" + Self.token(member.key)
      found.append((member.key, try node(member.value, at: pointer, depth: from.depth)))
    }
    return found
  }

  private func strings(_ json: JSON, at place: String) throws(InvalidParams) -> [String] {
    guard let texts = [String](wire: json) else {
      throw InvalidParams(place, "must be an array of strings")
    }
    return texts
  }

  private func count(_ keyword: String, _ from: Keywords) throws(InvalidParams) -> Int? {
    guard let json = from.object[keyword] else { return nil }
    guard let number = ExactNumber(json), number.isWhole, !number.isNegative,
      let value = json.int.map(Int.init) ?? json.double.flatMap({ Int(exactly: $0) })
    else {
      throw InvalidParams(place(from.pointer, keyword), "must be a whole number from 0")
    }
    return value
  }

  private func general(_ from: Keywords, _ node: inout SchemaNode) throws(InvalidParams) {
    if let json = from.object["type"] {
      let names = json.string.map { [$0] } ?? [String](wire: json) ?? []
      var types: SchemaNode.Types = []
      for name in names {
        guard let type = SchemaNode.Types.names.first(where: { $0.0 == name })?.1 else {
          throw InvalidParams(
            place(from.pointer, "type"), "names the unknown type \"\(name.prefix(64))\"")
        }
        types.insert(type)
      }
      guard !names.isEmpty else {
        throw InvalidParams(
          place(from.pointer, "type"), "must be the name of a type or an array of names")
      }
      node.types = types
    }
    if let json = from.object["enum"] {
      guard let values = json.array else {
        throw InvalidParams(place(from.pointer, "enum"), "must be an array")
      }
      node.allowed.append(Self.allowed(values))
    }
    if let value = from.object["const"] { node.allowed.append(Self.allowed([value])) }
  }

  private static func allowed(_ values: [JSON]) -> SchemaNode.Allowed {
    let shown = values.prefix(8).map { value in
      let text = value.text
      return text.count > 64 ? String(text.prefix(64)) + "…" : text
    }
    let more = values.count > 8 ? " or \(values.count - 8) more" : ""
    let phrase =
      values.count == 1 ? "must be \(shown[0])" : "must be one of \(shown.joined(separator: ", "))"
    return .init(values: Set(values.map(CanonicalJSON.bytes)), phrase: phrase + more)
  }

  private mutating func combined(_ from: Keywords, _ node: inout SchemaNode)
    throws(InvalidParams)
  {
    node.reference = try reference("$ref", from)
    node.dynamicReference = try reference("$dynamicRef", from)
    node.allOf = try subs("allOf", from)
    node.anyOf = try subs("anyOf", from)
    node.oneOf = try subs("oneOf", from)
    node.not = try sub("not", from)
    node.condition = try sub("if", from)
    node.then = try sub("then", from)
    node.otherwise = try sub("else", from)
  }

  private mutating func objects(_ from: Keywords, _ node: inout SchemaNode)
    throws(InvalidParams)
  {
    for (key, index) in try subsByKey("properties", from) { node.properties[key] = index }
    for (source, index) in try subsByKey("patternProperties", from) {
      let at = place(from.pointer, "patternProperties")
      node.patternProperties.append((try pattern(source, at: at), index))
    }
    node.additionalProperties = try sub("additionalProperties", from)
    node.propertyNames = try sub("propertyNames", from)
    // Draft 3 wrote `required: true` into the property itself; it says nothing to later drafts.
    if let json = from.object["required"], json.bool == nil {
      node.required = try strings(json, at: place(from.pointer, "required"))
    }
    if let json = from.object["dependentRequired"] {
      guard let object = json.object else {
        throw InvalidParams(place(from.pointer, "dependentRequired"), "must be an object")
      }
      for member in object.members {
        let at = place(from.pointer, "dependentRequired.\(member.key)")
        node.dependentRequired.append((member.key, try strings(member.value, at: at)))
      }
    }
    node.dependentSchemas = try subsByKey("dependentSchemas", from)
    node.minProperties = try count("minProperties", from)
    node.maxProperties = try count("maxProperties", from)
    // Only so that they are checked: schemas reached through `$ref` alone.
    _ = try subsByKey("$defs", from)
    _ = try subsByKey("definitions", from)
  }

  private mutating func arrays(_ from: Keywords, _ node: inout SchemaNode)
    throws(InvalidParams)
  {
    // Drafts before 2020-12 wrote what is now prefixItems as an array of items.
    if from.object["items"]?.array != nil {
      node.prefixItems = try subs("items", from, mayBeEmpty: true)
      node.items = try sub("additionalItems", from)
    } else {
      node.prefixItems = try subs("prefixItems", from)
      node.items = try sub("items", from)
    }
    node.contains = try sub("contains", from)
    node.minContains = try count("minContains", from)
    node.maxContains = try count("maxContains", from)
    node.minItems = try count("minItems", from)
    node.maxItems = try count("maxItems", from)
    if let json = from.object["uniqueItems"] {
      guard let value = json.bool else {
        throw InvalidParams(place(from.pointer, "uniqueItems"), "must be true or false")
      }
      node.uniqueItems = value
    }
  }

  private func strings(_ from: Keywords, _ node: inout SchemaNode) throws(InvalidParams) {
    node.minLength = try count("minLength", from)
    node.maxLength = try count("maxLength", from)
    guard let json = from.object["pattern"] else { return }
    guard let source = json.string else {
      throw InvalidParams(place(from.pointer, "pattern"), "must be a string")
    }
    node.pattern = (source, try pattern(source, at: place(from.pointer, "pattern")))
  }

  private func pattern(_ source: String, at place: String) throws(InvalidParams) -> Pattern {
    do throws(PatternError) { return try Pattern(source) } catch {
      throw InvalidParams(place, "\"\(source.prefix(64))\" \(error.problem)")
    }
  }

  private func numbers(_ from: Keywords, _ node: inout SchemaNode) throws(InvalidParams) {
    node.minimum = try bound("minimum", from)
    node.maximum = try bound("maximum", from)
    // Draft 4 wrote a boolean beside the bound.
    switch from.object["exclusiveMinimum"] {
    case .bool(let value)?: if value { swap(&node.minimum, &node.exclusiveMinimum) }
    default: node.exclusiveMinimum = try bound("exclusiveMinimum", from)
    }
    switch from.object["exclusiveMaximum"] {
    case .bool(let value)?: if value { swap(&node.maximum, &node.exclusiveMaximum) }
    default: node.exclusiveMaximum = try bound("exclusiveMaximum", from)
    }
    guard let json = from.object["multipleOf"] else { return }
    guard let divisor = ExactNumber(json).flatMap(ExactNumber.Divisor.init) else {
      throw InvalidParams(
        place(from.pointer, "multipleOf"), "must be a number over 0 of at most 18 digits")
    }
    node.multipleOf = (divisor, json.text)
  }

  private func bound(_ keyword: String, _ from: Keywords) throws(InvalidParams) -> SchemaNode.Bound?
  {
    guard let json = from.object[keyword] else { return nil }
    guard let value = ExactNumber(json) else {
      throw InvalidParams(place(from.pointer, keyword), "must be a number")
    }
    return .init(value: value, text: json.text)
  }

  // MARK: References

  private mutating func reference(_ keyword: String, _ from: Keywords) throws(InvalidParams) -> Int?
  {
    guard let json = from.object[keyword] else { return nil }
    let at = place(from.pointer, keyword)
    guard let written = json.string else { throw InvalidParams(at, "must be a string") }
    var target = written
    if let id = root["$id"]?.string, !id.isEmpty, written.hasPrefix(id + "#") {
      target = String(written.dropFirst(id.count))
    }
    let pointer: String
    if target == "#" {
      pointer = ""
    } else if target.hasPrefix("#/") {
      guard let decoded = Percent.decoded(String(target.dropFirst())) else {
        throw InvalidParams(at, "is no good JSON pointer")
      }
      pointer = decoded
    } else if let anchored = anchors[target] {
      pointer = anchored
    } else if target.hasPrefix("#") {
      throw InvalidParams(at, "names \"\(written.prefix(128))\", which the schema does not hold")
    } else {
      throw InvalidParams(
        at, "refers to \"\(written.prefix(128))\"; only references within the schema are followed")
    }
    guard let found = value(at: pointer) else {
      throw InvalidParams(at, "names \"\(written.prefix(128))\", which the schema does not hold")
    }
    return try node(found, at: pointer, depth: from.depth)
  }

  private func value(at pointer: String) -> JSON? {
    var value = root
    guard !pointer.isEmpty else { return value }
    for raw in pointer.dropFirst().split(separator: "/", omittingEmptySubsequences: false) {
      var token = ""
      var isEscape = false
      for scalar in raw.unicodeScalars {
        if isEscape {
          guard scalar == "0" || scalar == "1" else { return nil }
          token += scalar == "0" ? "~" : "/"
          isEscape = false
        } else if scalar == "~" {
          isEscape = true
        } else {
          token.unicodeScalars.append(scalar)
        }
      }
      let next: JSON? = value.array != nil ? Int(token).flatMap { value[$0] } : value[token]
      guard !isEscape, let next else { return nil }
      value = next
    }
    return value
  }

  /// A schema that comes back to itself without looking deeper into the value would never end.
  private func refuseEndlessReferences() throws(InvalidParams) {
    // 0 not seen, 1 on the way, 2 done.
    var state = [UInt8](repeating: 0, count: nodes.count)
    for start in nodes.indices where state[start] == 0 {
      var way: [(node: Int, next: Int)] = [(start, 0)]
      state[start] = 1
      while let last = way.last {
        let targets = nodes[last.node].inPlace
        guard last.next < targets.count else {
          state[last.node] = 2
          way.removeLast()
          continue
        }
        way[way.count - 1].next += 1
        let target = targets[last.next]
        if state[target] == 1 {
          let pointer = known.first { $0.value == target }?.key ?? ""
          throw InvalidParams(
            place(pointer), "refers to itself without going deeper into the value")
        }
        guard state[target] == 0 else { continue }
        state[target] = 1
        way.append((target, 0))
      }
    }
  }
}
