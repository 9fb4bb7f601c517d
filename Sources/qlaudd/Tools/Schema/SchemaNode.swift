/// One schema object, read once: keywords as typed values, sub-schemas as places in the list of nodes, so that a schema
/// may refer to itself.
struct SchemaNode: Sendable {
  struct Types: OptionSet, Sendable {
    let rawValue: UInt8
    static let null = Types(rawValue: 1)
    static let boolean = Types(rawValue: 2)
    static let object = Types(rawValue: 4)
    static let array = Types(rawValue: 8)
    static let number = Types(rawValue: 16)
    static let string = Types(rawValue: 32)
    static let integer = Types(rawValue: 64)

    static let names: [(String, Types)] = [
      ("null", .null), ("boolean", .boolean), ("object", .object), ("array", .array),
      ("number", .number), ("string", .string), ("integer", .integer),
    ]
    /// `a string`, `an object or null`.
    var phrase: String {
      let words = Self.names.filter { contains($0.1) }.map { name, _ in
        switch name {
        case "null": name
        case "object", "array", "integer": "an \(name)"
        default: "a \(name)"
        }
      }
      return words.joined(separator: " or ")
    }
  }

  /// The values of `enum` or `const`.
  struct Allowed: Sendable {
    let values: Set<[UInt8]>
    let phrase: String
  }

  /// A limit of numbers with its own text for messages.
  struct Bound: Sendable {
    let value: ExactNumber
    let text: String
  }

  /// For the schemas `true` and `false`.
  var always: Bool?
  var types: Types?
  var allowed: [Allowed] = []
  var reference: Int?
  var dynamicReference: Int?
  var allOf: [Int] = []
  var anyOf: [Int] = []
  var oneOf: [Int] = []
  var not: Int?
  var condition: Int?
  var then: Int?
  var otherwise: Int?

  var properties: [String: Int] = [:]
  var patternProperties: [(pattern: Pattern, node: Int)] = []
  var additionalProperties: Int?
  var propertyNames: Int?
  var required: [String] = []
  var dependentRequired: [(key: String, needed: [String])] = []
  var dependentSchemas: [(key: String, node: Int)] = []
  var minProperties: Int?
  var maxProperties: Int?

  var prefixItems: [Int] = []
  var items: Int?
  var contains: Int?
  var minContains: Int?
  var maxContains: Int?
  var minItems: Int?
  var maxItems: Int?
  var uniqueItems = false

  var minLength: Int?
  var maxLength: Int?
  var pattern: (source: String, compiled: Pattern)?

  var minimum: Bound?
  var maximum: Bound?
  var exclusiveMinimum: Bound?
  var exclusiveMaximum: Bound?
  var multipleOf: (divisor: ExactNumber.Divisor, text: String)?

  /// Schemas that look at the same value as this one.
  var inPlace: [Int] {
    let single = [reference, dynamicReference, not, condition, then, otherwise].compactMap(\.self)
    return single + allOf + anyOf + oneOf + dependentSchemas.map(\.node)
  }
}
