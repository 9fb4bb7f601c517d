package import Wire

/// Input keys whose values come from the thread, never from the model.
///
/// For each key, before validation and before anything is rendered: the model's value is dropped; `end_user.metadata.KEY`
/// takes its place; else, for `user_id`, `end_user_id` and `customer_id`, `end_user.id`; else the key stays away. Keys
/// that only look like a locked one (other case, full-width or invisible characters, `-` for `_`) are dropped too unless
/// the schema declares them. A locked key that the schema does not declare is dropped and not filled.
package struct Locks: Sendable {
  /// The keys as they were given.
  package let keys: [String]
  private let declared: Set<String>
  private let skeletons: Set<String>
  private static let identity: Set<String> = ["user_id", "end_user_id", "customer_id"]

  /// Locks of a tool with this schema.
  package init(_ keys: [String], schema: Schema) {
    self.keys = keys
    declared = schema.declaredProperties
    skeletons = Set(keys.map(Self.skeleton))
  }

  /// Locked keys without effect, since the schema does not declare them.
  package var undeclared: [String] { keys.filter { !declared.contains($0) } }

  /// The input that is validated, shown for approval and sent.
  package func apply(to input: JSON.Object, endUser: EndUser) -> JSON.Object {
    guard !keys.isEmpty else { return input }
    let locked = Set(keys)
    var members = input.members.filter { member in
      if locked.contains(member.key) { return false }
      return declared.contains(member.key) || !skeletons.contains(Self.skeleton(member.key))
    }
    var seen: Set<String> = []
    for key in keys where declared.contains(key) && seen.insert(key).inserted {
      if let value = Self.trusted(key, endUser) { members.append(.init(key: key, value: value)) }
    }
    return JSON.Object(members)
  }

  /// Whether the model's value of that key is never used.
  package func isLocked(_ key: String) -> Bool { keys.contains(key) }

  /// Where a locked key gets its value from, for messages.
  static func places(of key: String) -> [String] {
    ["end_user.metadata.\(key)"] + (identity.contains(key) ? ["end_user.id"] : [])
  }

  private static func trusted(_ key: String, _ endUser: EndUser) -> JSON? {
    if let value = endUser.metadata[key]?.nonNull { return value }
    return identity.contains(key) ? endUser.id.map(JSON.string) : nil
  }

  /// A key without what eyes and lenient receivers do not tell apart.
  static func skeleton(_ key: String) -> String {
    var out = ""
    for scalar in key.unicodeScalars {
      if scalar.properties.isDefaultIgnorableCodePoint || scalar.properties.isWhitespace {
        continue
      }
      if scalar == "_" || scalar == "-" || scalar.properties.generalCategory == .control {
        continue
      }
      let isFullWidth = (0xFF01...0xFF5E).contains(scalar.value)
      let folded = isFullWidth ? Unicode.Scalar(scalar.value - 0xFEE0) ?? scalar : scalar
      if folded == "_" || folded == "-" { continue }
      out += folded.properties.lowercaseMapping
    }
    return out
  }
}
