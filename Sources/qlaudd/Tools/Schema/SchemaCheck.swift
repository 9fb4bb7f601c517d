import Wire

/// One walk of a value through a schema. Bounded in steps and in depth; when either runs out the answer is "no", with the
/// reason.
struct SchemaCheck {
  private let nodes: [SchemaNode]
  private let name: String
  private let limit: Int
  private var budget: Int
  private var path: [Step] = []
  private var found: [InvalidParams] = []
  /// Over 0 while branches are tried whose complaints nobody needs.
  private var silence = 0
  private var depth = 0
  private static let deepest = 512

  private enum Step {
    case key(String)
    case index(Int)
  }

  init(nodes: [SchemaNode], name: String, limit: Int, budget: Int) {
    self.nodes = nodes
    self.name = name
    self.limit = limit
    self.budget = budget
  }

  mutating func run(_ value: JSON) -> [InvalidParams] {
    let fits = check(value, 0)
    if budget <= 0 {
      return [InvalidParams(name, "takes more steps to check against its schema than are allowed")]
    }
    if !fits, found.isEmpty { return [InvalidParams(name, "does not fit its schema")] }
    return found
  }

  private var place: String {
    var out = name
    for step in path {
      switch step {
      case .index(let index): out += "[\(index)]"
      case .key(let key):
        let isPlain =
          !key.isEmpty && key.unicodeScalars.allSatisfy { ScalarSet.isWord($0) || $0 == "-" }
        out += isPlain ? ".\(key.prefix(64))" : "[\(JSON.string(String(key.prefix(64))).text)]"
      }
    }
    return out
  }

  private mutating func fail(_ problem: @autoclosure () -> String, key: String? = nil) -> Bool {
    guard silence == 0, found.count < limit else { return false }
    if let key { path.append(.key(key)) }
    found.append(InvalidParams(place, problem()))
    if key != nil { path.removeLast() }
    return false
  }

  /// Whether to go on after a first complaint.
  private var isDone: Bool { budget <= 0 || silence > 0 || found.count >= limit }

  private mutating func spend(_ steps: Int = 1) -> Bool {
    budget -= max(1, steps)
    return budget > 0
  }

  private mutating func quietly(_ value: JSON, _ index: Int) -> Bool {
    silence += 1
    defer { silence -= 1 }
    return check(value, index)
  }

  private mutating func check(_ value: JSON, _ index: Int) -> Bool {
    guard spend() else { return false }
    depth += 1
    defer { depth -= 1 }
    guard depth <= Self.deepest else {
      budget = 0
      return false
    }
    let node = nodes[index]
    if let always = node.always {
      return always || fail("is not allowed")
    }
    var fits = checkType(value, node)
    if !fits, isDone { return false }
    if !checkAllowed(value, node) { fits = false }
    if !fits, isDone { return false }
    if !checkValue(value, node) { fits = false }
    if !fits, isDone { return false }
    return checkCombined(value, node) && fits
  }

  // MARK: What every value has

  private mutating func checkType(_ value: JSON, _ node: SchemaNode) -> Bool {
    guard let types = node.types else { return true }
    let given: SchemaNode.Types =
      switch value {
      case .null: .null
      case .bool: .boolean
      case .int: [.number, .integer]
      case .number:
        ExactNumber(value)?.isWhole == true ? [.number, .integer] : .number
      case .string: .string
      case .array: .array
      case .object: .object
      }
    if !types.isDisjoint(with: given) { return true }
    let shown: SchemaNode.Types = given.contains(.number) ? .number : given
    return fail("must be \(types.phrase), not \(shown.phrase)")
  }

  private mutating func checkAllowed(_ value: JSON, _ node: SchemaNode) -> Bool {
    guard !node.allowed.isEmpty else { return true }
    let bytes = CanonicalJSON.bytes(value)
    guard spend(bytes.count / 64) else { return false }
    for allowed in node.allowed where !allowed.values.contains(bytes) {
      return fail(allowed.phrase)
    }
    return true
  }

  private mutating func checkValue(_ value: JSON, _ node: SchemaNode) -> Bool {
    switch value {
    case .string(let text): checkString(text, node)
    case .int, .number: checkNumber(value, node)
    case .array(let elements): checkArray(elements, node)
    case .object(let object): checkObject(object, node)
    case .null, .bool: true
    }
  }

  // MARK: Combinations

  private mutating func checkCombined(_ value: JSON, _ node: SchemaNode) -> Bool {
    var fits = true
    for index in [node.reference, node.dynamicReference].compactMap(\.self) + node.allOf {
      if !check(value, index) {
        fits = false
        if isDone { return false }
      }
    }
    if !node.anyOf.isEmpty, !checkAnyOf(value, node) { fits = false }
    if !node.oneOf.isEmpty, !checkOneOf(value, node) { fits = false }
    if let not = node.not, quietly(value, not), budget > 0 {
      fits = fail("must not fit the schema under \"not\"")
    }
    if let condition = node.condition {
      let branch = quietly(value, condition) ? node.then : node.otherwise
      if let branch, !check(value, branch) { fits = false }
    }
    return fits && budget > 0
  }

  private mutating func checkAnyOf(_ value: JSON, _ node: SchemaNode) -> Bool {
    for index in node.anyOf where quietly(value, index) { return true }
    if node.anyOf.count == 1 { return check(value, node.anyOf[0]) }
    return fail("must fit one of the \(node.anyOf.count) schemas under \"anyOf\"")
  }

  private mutating func checkOneOf(_ value: JSON, _ node: SchemaNode) -> Bool {
    var fitting = 0
    for index in node.oneOf where quietly(value, index) {
      fitting += 1
      if fitting > 1 { break }
    }
    if fitting == 1 { return true }
    if fitting == 0, node.oneOf.count == 1 { return check(value, node.oneOf[0]) }
    let how = fitting == 0 ? "none" : "more than one"
    return fail(
      "must fit exactly one of the \(node.oneOf.count) schemas under \"oneOf\", and fits \(how)")
  }

  // MARK: Strings and numbers

  private mutating func checkString(_ text: String, _ node: SchemaNode) -> Bool {
    var fits = true
    if node.minLength != nil || node.maxLength != nil {
      guard spend(text.utf8.count / 64) else { return false }
      let length = text.unicodeScalars.count
      if let least = node.minLength, length < least {
        fits = fail("must have at least \(least) characters")
      }
      if let most = node.maxLength, length > most {
        fits = fail("must have at most \(most) characters")
      }
    }
    if fits, let pattern = node.pattern {
      guard let matches = pattern.compiled.matches(text, budget: &budget) else { return false }
      if !matches { fits = fail("must match the pattern \(pattern.source.prefix(128))") }
    }
    return fits
  }

  private mutating func checkNumber(_ value: JSON, _ node: SchemaNode) -> Bool {
    guard let number = ExactNumber(value), spend(number.digits.count / 64) else { return false }
    var fits = true
    if let bound = node.minimum, number < bound.value {
      fits = fail("must be at least \(bound.text)")
    }
    if let bound = node.maximum, bound.value < number {
      fits = fail("must be at most \(bound.text)")
    }
    if let bound = node.exclusiveMinimum, number <= bound.value {
      fits = fail("must be over \(bound.text)")
    }
    if let bound = node.exclusiveMaximum, bound.value <= number {
      fits = fail("must be under \(bound.text)")
    }
    if let factor = node.multipleOf, !factor.divisor.divides(number) {
      fits = fail("must be a multiple of \(factor.text)")
    }
    return fits
  }

  // MARK: Arrays

  private mutating func checkArray(_ elements: [JSON], _ node: SchemaNode) -> Bool {
    var fits = true
    if let least = node.minItems, elements.count < least {
      fits = fail("must have at least \(least) items")
    }
    if let most = node.maxItems, elements.count > most {
      fits = fail("must have at most \(most) items")
    }
    for (place, element) in elements.enumerated() {
      let index = place < node.prefixItems.count ? node.prefixItems[place] : node.items
      guard let index else { break }
      path.append(.index(place))
      let ok = check(element, index)
      path.removeLast()
      if !ok {
        fits = false
        if isDone { return false }
      }
    }
    if let contains = node.contains, !checkContains(elements, contains, node) { fits = false }
    if node.uniqueItems, !checkUnique(elements) { fits = false }
    return fits
  }

  private mutating func checkContains(_ elements: [JSON], _ index: Int, _ node: SchemaNode) -> Bool
  {
    let least = node.minContains ?? 1
    var count = 0
    for element in elements where quietly(element, index) { count += 1 }
    if count < least {
      return fail("must have at least \(least) items that fit the schema under \"contains\"")
    }
    if let most = node.maxContains, count > most {
      return fail("must have at most \(most) items that fit the schema under \"contains\"")
    }
    return true
  }

  private mutating func checkUnique(_ elements: [JSON]) -> Bool {
    var seen: [[UInt8]: Int] = [:]
    for (place, element) in elements.enumerated() {
      let bytes = CanonicalJSON.bytes(element)
      guard spend(bytes.count / 64) else { return false }
      if let first = seen[bytes] {
        return fail("must not hold the same item twice: [\(first)] and [\(place)] are equal")
      }
      seen[bytes] = place
    }
    return true
  }

  // MARK: Objects

  private mutating func checkObject(_ object: JSON.Object, _ node: SchemaNode) -> Bool {
    var fits = true
    let count = object.members.count
    if let least = node.minProperties, count < least {
      fits = fail("must have at least \(least) members")
    }
    if let most = node.maxProperties, count > most {
      fits = fail("must have at most \(most) members")
    }
    if !checkPresence(object, node) { fits = false }
    if !fits, isDone { return false }
    for member in object.members {
      if !checkMember(member, node) {
        fits = false
        if isDone { return false }
      }
    }
    return fits
  }

  private mutating func checkPresence(_ object: JSON.Object, _ node: SchemaNode) -> Bool {
    if node.required.isEmpty, node.dependentRequired.isEmpty, node.dependentSchemas.isEmpty {
      return true
    }
    let keys = Set(object.keys)
    guard spend(keys.count / 16 + node.required.count / 16) else { return false }
    var fits = true
    for key in node.required where !keys.contains(key) { fits = fail("is required", key: key) }
    for rule in node.dependentRequired where keys.contains(rule.key) {
      for key in rule.needed where !keys.contains(key) {
        fits = fail("is required where \"\(rule.key)\" is given", key: key)
      }
    }
    for rule in node.dependentSchemas where keys.contains(rule.key) {
      if !check(.object(object), rule.node) { fits = false }
    }
    return fits
  }

  private mutating func checkMember(_ member: JSON.Object.Member, _ node: SchemaNode) -> Bool {
    guard spend() else { return false }
    var fits = true
    if let names = node.propertyNames, !quietly(.string(member.key), names) {
      fits = fail("is not an allowed name", key: member.key)
    }
    path.append(.key(member.key))
    defer { path.removeLast() }
    var isKnown = false
    if let index = node.properties[member.key] {
      isKnown = true
      if !check(member.value, index) { fits = false }
    }
    for entry in node.patternProperties {
      guard let matches = entry.pattern.matches(member.key, budget: &budget) else { return false }
      guard matches else { continue }
      isKnown = true
      if !check(member.value, entry.node) { fits = false }
    }
    if !isKnown, let index = node.additionalProperties, !check(member.value, index) { fits = false }
    return fits
  }
}
