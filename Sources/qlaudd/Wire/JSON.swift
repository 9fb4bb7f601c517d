/// A JSON value (RFC 8259) that keeps what it was given: members in their order, integers exact, every other number as
/// its own text. Prompt caches and signatures of providers depend on bytes, so a value that only passes through is
/// written as it was read (but for white space and string escapes).
package enum JSON: Sendable, Equatable {
  case null
  case bool(Bool)
  /// A whole number within 64 bits, written without fraction or exponent.
  case int(Int64)
  /// Any other number: fractions, exponents, `-0`, whole numbers beyond 64 bits.
  case number(Lexeme)
  case string(String)
  case array([JSON])
  case object(Object)

  /// A number as it was written. Two lexemes are equal when their text is.
  package struct Lexeme: Sendable, Equatable {
    /// The text, always well-formed by RFC 8259.
    package let text: String
    /// Trusts `text`: only the parser and `init(_:)` call it.
    init(unchecked text: String) { self.text = text }
    /// A finite number; what is not finite has no JSON form and becomes nil.
    package init?(_ value: Double) {
      guard value.isFinite else { return nil }
      text = String(value)
    }
    /// A number in its own text; nil where that is none by RFC 8259.
    package init?(decimal text: String) {
      do throws(JSONError) {
        guard case .number(let lexeme) = try JSON(parsing: text) else { return nil }
        self = lexeme
      } catch { return nil }
    }
    /// The nearest double; the parser refuses text that has none.
    package var double: Double { Double(text) ?? 0 }
  }

  /// An object. Few keys, read mostly by literal name: a flat array beats a hash table.
  ///
  /// Keys compare as Swift strings do, by canonical equivalence; the parser refuses two equal ones.
  package struct Object: Sendable, Equatable {
    /// The members in their order.
    package private(set) var members: [Member]
    /// A key and its value.
    package struct Member: Sendable, Equatable {
      /// The name.
      package let key: String
      /// What stands under it.
      package var value: JSON
      /// A member.
      package init(key: String, value: JSON) {
        self.key = key
        self.value = value
      }
    }
    /// An object of these members, whose keys the caller knows to be distinct.
    package init(_ members: [Member] = []) { self.members = members }
    /// Reads; writes in place, or appends a new key; nil removes.
    package subscript(key: String) -> JSON? {
      get { members.first { $0.key == key }?.value }
      set {
        let index = members.firstIndex { $0.key == key }
        switch (index, newValue) {
        case (let index?, let value?): members[index].value = value
        case (let index?, nil): members.remove(at: index)
        case (nil, let value?): members.append(Member(key: key, value: value))
        case (nil, nil): break
        }
      }
    }
    /// Lays the members of `other` over these, one level deep.
    package mutating func merge(_ other: Object) {
      for member in other.members { self[member.key] = member.value }
    }
    /// The names in their order.
    package var keys: [String] { members.map(\.key) }
    /// Whether there is no member.
    package var isEmpty: Bool { members.isEmpty }
  }
}

extension JSON {
  /// The member of an object; nil for other values.
  package subscript(key: String) -> JSON? {
    guard case .object(let object) = self else { return nil }
    return object[key]
  }
  /// The element of an array; nil out of range and for other values.
  package subscript(index: Int) -> JSON? {
    guard case .array(let elements) = self, elements.indices.contains(index) else { return nil }
    return elements[index]
  }
  /// The text of a string.
  package var string: String? { if case .string(let value) = self { value } else { nil } }
  /// The value of a whole number within 64 bits.
  package var int: Int64? { if case .int(let value) = self { value } else { nil } }
  /// The value of any number.
  package var double: Double? {
    switch self {
    case .int(let value): Double(value)
    case .number(let lexeme): lexeme.double
    default: nil
    }
  }
  /// The value of a boolean.
  package var bool: Bool? { if case .bool(let value) = self { value } else { nil } }
  /// The elements of an array.
  package var array: [JSON]? { if case .array(let value) = self { value } else { nil } }
  /// The object itself.
  package var object: Object? { if case .object(let value) = self { value } else { nil } }
  /// Whether it is `null`.
  package var isNull: Bool { self == .null }
  /// The value, or nil where it is `null`: absent and null mean the same to our parameters.
  package var nonNull: JSON? { isNull ? JSON?.none : self }  // a bare `nil` would be the value null

  /// A number from a double; `null` where it is not finite.
  package static func double(_ value: Double) -> JSON { Lexeme(value).map(JSON.number) ?? .null }
  /// A whole number.
  package static func integer(_ value: some BinaryInteger) -> JSON { .int(Int64(clamping: value)) }
  /// An object of the members that are there: nil values are left out.
  package static func record(_ members: KeyValuePairs<String, JSON?>) -> JSON {
    .object(
      Object(members.compactMap { key, value in value.map { Object.Member(key: key, value: $0) } }))
  }
}

extension JSON: ExpressibleByStringLiteral, ExpressibleByStringInterpolation,
  ExpressibleByIntegerLiteral,
  ExpressibleByBooleanLiteral, ExpressibleByNilLiteral, ExpressibleByArrayLiteral,
  ExpressibleByDictionaryLiteral, ExpressibleByFloatLiteral
{
  package init(stringLiteral value: String) { self = .string(value) }
  package init(integerLiteral value: Int64) { self = .int(value) }
  package init(booleanLiteral value: Bool) { self = .bool(value) }
  package init(floatLiteral value: Double) { self = .double(value) }
  package init(nilLiteral: ()) { self = .null }
  package init(arrayLiteral elements: JSON...) { self = .array(elements) }
  package init(dictionaryLiteral elements: (String, JSON)...) {
    self = .object(Object(elements.map { .init(key: $0.0, value: $0.1) }))
  }
}

extension JSON.Object: ExpressibleByDictionaryLiteral {
  package init(dictionaryLiteral elements: (String, JSON)...) {
    self.init(elements.map { .init(key: $0.0, value: $0.1) })
  }
}

extension JSON: CustomStringConvertible {
  package var description: String { text }
}
