import Domain
import Wire

/// The members of a request in a foreign dialect, read one by one; what nobody has asked about is refused at the end.
struct Members: Sendable {
  private let object: JSON.Object
  private let path: String
  private var known: Set<String> = []

  /// The members of an object; `path` stands before their names in complaints.
  init(_ object: JSON.Object, path: String = "") {
    self.object = object
    self.path = path
  }
  /// The same of a value that must be an object.
  init(_ json: JSON?, path: String) throws(InvalidParams) {
    guard let object = json?.object else { throw InvalidParams(path, "must be an object") }
    self.init(object, path: path)
  }

  /// A member's name with its path.
  func name(_ member: String) -> String { path.isEmpty ? member : "\(path).\(member)" }

  func complaint(_ member: String, _ problem: String) -> InvalidParams {
    InvalidParams(name(member), problem)
  }

  /// A member's value; absent and `null` are the same.
  mutating func take(_ member: String) -> JSON? {
    known.insert(member)
    return object[member]?.nonNull
  }
  /// Members that change nothing that counts.
  mutating func ignore(_ members: String...) { known.formUnion(members) }

  /// A member that only this one value leaves without effect.
  mutating func ignore(_ member: String, only harmless: (JSON) -> Bool, _ problem: String)
    throws(InvalidParams)
  {
    if let value = take(member), !harmless(value) { throw complaint(member, problem) }
  }

  /// Our own member of both dialects' calls: models to be asked where the first cannot answer.
  mutating func fallback() throws(InvalidParams) -> [String]? {
    let names = try value("fallback", as: [String].self)
    guard (names?.count ?? 0) <= Limits.fallbackModels else {
      throw complaint("fallback", "must be at most \(Limits.fallbackModels) models")
    }
    return names
  }

  /// - Throws: ``InvalidParams`` naming the first member that was not read.
  func finish(_ what: String) throws(InvalidParams) {
    for member in object.members where !known.contains(member.key) && !member.value.isNull {
      throw complaint(member.key, "is not a parameter of \(what)")
    }
  }

  mutating func value<Value: WireReadable>(_ member: String, as type: Value.Type)
    throws(InvalidParams) -> Value?
  {
    guard let json = take(member) else { return nil }
    guard let value = Value(wire: json) else {
      throw complaint(member, "must be \(Value.expectation)")
    }
    return value
  }
  mutating func needed<Value: WireReadable>(_ member: String, as type: Value.Type)
    throws(InvalidParams) -> Value
  {
    guard let value = try value(member, as: type) else { throw complaint(member, "is required") }
    return value
  }
  mutating func whole(_ member: String, in range: ClosedRange<Int>) throws(InvalidParams) -> Int? {
    guard let json = take(member) else { return nil }
    guard let value = json.int.map({ Int(clamping: $0) }), range.contains(value) else {
      throw complaint(
        member, "must be a whole number from \(range.lowerBound) to \(range.upperBound)")
    }
    return value
  }
  mutating func number(_ member: String, in range: ClosedRange<Double>) throws(InvalidParams)
    -> Double?
  {
    guard let json = take(member) else { return nil }
    guard let value = json.double, range.contains(value) else {
      throw complaint(member, "must be a number from \(range.lowerBound) to \(range.upperBound)")
    }
    return value
  }
  mutating func model() throws(InvalidParams) -> String {
    let model = try needed("model", as: String.self)
    guard (1...200).contains(model.unicodeScalars.count) else {
      throw complaint("model", "must be a string of 1 to 200 characters")
    }
    return model
  }
  /// A non-empty array.
  mutating func list(_ member: String) throws(InvalidParams) -> [JSON] {
    guard let list = take(member)?.array, !list.isEmpty else {
      throw complaint(member, "must be a non-empty array")
    }
    return list
  }
  mutating func stopSequences(_ member: String, allowsText: Bool) throws(InvalidParams) -> [String]
  {
    guard let json = take(member) else { return [] }
    if allowsText, let text = json.string { return [text] }
    guard let texts = [String](wire: json), texts.count <= 64 else {
      let text = allowsText ? "a string or " : ""
      throw complaint(member, "must be \(text)an array of at most 64 strings")
    }
    return texts
  }
}
