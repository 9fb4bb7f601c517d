/// What a caller did wrong, naming the field.
package struct InvalidParams: Error, Equatable, CustomStringConvertible {
  /// The field, with its path where it is nested: `content[2].type`.
  package let field: String
  /// What it must be, with the limit: `must be a whole number from 1 to 200`.
  package let problem: String
  /// A complaint about one field.
  package init(_ field: String, _ problem: String) {
    self.field = field
    self.problem = problem
  }
  package var description: String { "\(field): \(problem)" }
}

/// One parameter of a method: its name, its meaning, its limits and how to read it, in one value.
package struct Field<Value: Sendable>: Sendable {
  package let name: String
  package let isRequired: Bool
  /// JSON Schema of the value, with its description.
  package let schema: JSON
  /// Reads the value; nil stands for absent. `null` and absent mean the same unless the reader says otherwise.
  package let read: @Sendable (JSON?) throws(InvalidParams) -> Value

  /// A parameter with a reader of its own.
  package init(
    _ name: String, _ doc: String, required: Bool, schema: JSON,
    read: @escaping @Sendable (JSON?) throws(InvalidParams) -> Value
  ) {
    self.name = name
    isRequired = required
    self.schema = schema.described(doc)
    self.read = read
  }
}

/// A value that can stand in a parameter without further limits.
package protocol WireReadable: Sendable {
  /// JSON Schema of the value.
  static var schema: JSON { get }
  /// What the value must be, to follow "must be": `a string`.
  static var expectation: String { get }
  /// Reads it; nil where it does not fit.
  init?(wire json: JSON)
}

extension Field where Value: WireReadable {
  /// A parameter that must be there.
  package static func required(_ name: String, _ doc: String) -> Field {
    Field(name, doc, required: true, schema: Value.schema) { json throws(InvalidParams) in
      guard let json = json?.nonNull else { throw InvalidParams(name, "is required") }
      guard let value = Value(wire: json) else {
        throw InvalidParams(name, "must be \(Value.expectation)")
      }
      return value
    }
  }
  /// A parameter with a value that stands in for it.
  package static func optional(_ name: String, _ doc: String, default fallback: Value) -> Field {
    Field(name, doc, required: false, schema: Value.schema) { json throws(InvalidParams) in
      guard let json = json?.nonNull else { return fallback }
      guard let value = Value(wire: json) else {
        throw InvalidParams(name, "must be \(Value.expectation)")
      }
      return value
    }
  }
}

extension Field {
  /// A parameter that may be left out.
  package static func optional<Wrapped: WireReadable>(_ name: String, _ doc: String) -> Field
  where Value == Wrapped? {
    Field(name, doc, required: false, schema: Wrapped.schema) { json throws(InvalidParams) in
      guard let json = json?.nonNull else { return nil }
      guard let value = Wrapped(wire: json) else {
        throw InvalidParams(name, "must be \(Wrapped.expectation)")
      }
      return value
    }
  }
  /// A parameter of which absent, `null` and a value mean three things: leave, clear, set.
  package static func change<Wrapped: WireReadable>(_ name: String, _ doc: String) -> Field
  where Value == Change<Wrapped> {
    Field(name, doc, required: false, schema: Wrapped.schema) { json throws(InvalidParams) in
      guard let json else { return .leave }
      if json.isNull { return .clear }
      guard let value = Wrapped(wire: json) else {
        throw InvalidParams(name, "must be \(Wrapped.expectation), or null")
      }
      return .set(value)
    }
  }
  /// The same parameter with a further check of the value that was read.
  package func checked(_ check: @escaping @Sendable (Value) -> String?) -> Field {
    let read = read
    let name = name
    return Field(copying: self) { json throws(InvalidParams) in
      let value = try read(json)
      if let problem = check(value) { throw InvalidParams(name, problem) }
      return value
    }
  }
  private init(
    copying other: Field, read: @escaping @Sendable (JSON?) throws(InvalidParams) -> Value
  ) {
    name = other.name
    isRequired = other.isRequired
    schema = other.schema
    self.read = read
  }
}

/// What an update does to one optional value.
package enum Change<Value: Sendable>: Sendable {
  case leave, clear
  case set(Value)
  /// The value after the change.
  package func applied(to old: Value?) -> Value? {
    switch self {
    case .leave: old
    case .clear: nil
    case .set(let new): new
    }
  }
}
extension Change: Equatable where Value: Equatable {}

extension Field where Value == Int {
  /// A whole number within limits, with a value that stands in for it.
  package static func int(
    _ name: String, _ doc: String, default fallback: Int, in range: ClosedRange<Int>
  ) -> Field {
    let schema = Field<Int?>.wholeNumber(in: range, default: fallback)
    return Field(name, doc, required: false, schema: schema) { json throws(InvalidParams) in
      try Field<Int?>.read(name, json, in: range) ?? fallback
    }
  }
}
extension Field where Value == Int? {
  /// A whole number within limits that may be left out.
  package static func int(_ name: String, _ doc: String, in range: ClosedRange<Int>) -> Field {
    Field(name, doc, required: false, schema: wholeNumber(in: range)) {
      json throws(InvalidParams) in
      try read(name, json, in: range)
    }
  }
  fileprivate static func wholeNumber(in range: ClosedRange<Int>, default fallback: Int? = nil)
    -> JSON
  {
    .record([
      "type": "integer", "minimum": .integer(range.lowerBound),
      "maximum": .integer(range.upperBound),
      "default": fallback.map(JSON.integer),
    ])
  }
  fileprivate static func read(_ name: String, _ json: JSON?, in range: ClosedRange<Int>)
    throws(InvalidParams) -> Int?
  {
    guard let json = json?.nonNull else { return nil }
    guard let value = json.int.map(Int.init), range.contains(value) else {
      throw InvalidParams(
        name, "must be a whole number from \(range.lowerBound) to \(range.upperBound)")
    }
    return value
  }
}
extension Field where Value == Double? {
  /// A number within limits that may be left out.
  package static func number(_ name: String, _ doc: String, in range: ClosedRange<Double>) -> Field
  {
    let schema: JSON = [
      "type": "number", "minimum": .double(range.lowerBound), "maximum": .double(range.upperBound),
    ]
    return Field(name, doc, required: false, schema: schema) { json throws(InvalidParams) in
      guard let json = json?.nonNull else { return nil }
      guard let value = json.double, range.contains(value) else {
        throw InvalidParams(
          name, "must be a number from \(range.lowerBound) to \(range.upperBound)")
      }
      return value
    }
  }
}
extension Field where Value == String? {
  /// A text of bounded length, in characters, that may be left out.
  package static func text(_ name: String, _ doc: String, length: ClosedRange<Int>) -> Field {
    Field(name, doc, required: false, schema: Field<String>.bounded(length)) {
      json throws(InvalidParams) in
      guard let json = json?.nonNull else { return nil }
      return try Field<String>.read(name, json, length)
    }
  }
}
extension Field where Value == String {
  /// A text of bounded length, in characters, that must be there.
  package static func text(_ name: String, _ doc: String, length: ClosedRange<Int>) -> Field {
    Field(name, doc, required: true, schema: bounded(length)) { json throws(InvalidParams) in
      guard let json = json?.nonNull else { throw InvalidParams(name, "is required") }
      return try read(name, json, length)
    }
  }
  fileprivate static func bounded(_ length: ClosedRange<Int>) -> JSON {
    [
      "type": "string", "minLength": .integer(length.lowerBound),
      "maxLength": .integer(length.upperBound),
    ]
  }
  fileprivate static func read(_ name: String, _ json: JSON, _ length: ClosedRange<Int>)
    throws(InvalidParams) -> String
  {
    guard let value = json.string, length.contains(value.unicodeScalars.count) else {
      throw InvalidParams(
        name, "must be a string of \(length.lowerBound) to \(length.upperBound) characters")
    }
    return value
  }
}

extension String: WireReadable {
  package static var schema: JSON { ["type": "string"] }
  package static var expectation: String { "a string" }
  package init?(wire json: JSON) {
    guard let value = json.string else { return nil }
    self = value
  }
}
extension Bool: WireReadable {
  package static var schema: JSON { ["type": "boolean"] }
  package static var expectation: String { "true or false" }
  package init?(wire json: JSON) {
    guard let value = json.bool else { return nil }
    self = value
  }
}
extension Int64: WireReadable {
  package static var schema: JSON { ["type": "integer"] }
  package static var expectation: String { "a whole number" }
  package init?(wire json: JSON) {
    guard let value = json.int else { return nil }
    self = value
  }
}
extension JSON: WireReadable {
  package static var schema: JSON { [:] }
  package static var expectation: String { "a JSON value" }
  package init?(wire json: JSON) { self = json }
}
extension JSON.Object: WireReadable {
  package static var schema: JSON { ["type": "object"] }
  package static var expectation: String { "an object" }
  package init?(wire json: JSON) {
    guard let value = json.object else { return nil }
    self = value
  }
}
extension Array: WireReadable where Element: WireReadable {
  package static var schema: JSON { ["type": "array", "items": Element.schema] }
  package static var expectation: String { "an array, each element \(Element.expectation)" }
  package init?(wire json: JSON) {
    guard let elements = json.array else { return nil }
    let values = elements.compactMap(Element.init(wire:))
    guard values.count == elements.count else { return nil }
    self = values
  }
}

/// An enumeration whose cases are their wire names.
package protocol WireEnum: WireReadable, WireWritable, RawRepresentable, CaseIterable
where RawValue == String {}
extension WireEnum {
  package static var schema: JSON {
    ["type": "string", "enum": .array(allCases.map { .string($0.rawValue) })]
  }
  package static var expectation: String {
    "one of " + allCases.map(\.rawValue).joined(separator: ", ")
  }
  package init?(wire json: JSON) {
    guard let text = json.string, let value = Self(rawValue: text) else { return nil }
    self = value
  }
  package var json: JSON { .string(rawValue) }
}

extension JSON {
  /// The schema with a description added.
  package func described(_ doc: String) -> JSON {
    guard case .object(var object) = self else { return self }
    object["description"] = .string(doc)
    return .object(object)
  }
}
