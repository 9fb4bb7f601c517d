import Testing
import Wire

@testable import Tools

@Suite struct SchemaTests {
  struct Case: Sendable, CustomStringConvertible {
    let schema: String
    let value: String
    let fits: Bool
    init(_ schema: String, _ value: String, _ fits: Bool) {
      self.schema = schema
      self.value = value
      self.fits = fits
    }
    var description: String { "\(schema.prefix(80)) · \(value.prefix(40))" }
  }

  static let types: [Case] = [
    Case("true", "1", true), Case("false", "1", false), Case("{}", "[]", true),
    Case(#"{"type":"integer"}"#, "1", true), Case(#"{"type":"integer"}"#, "1.0", true),
    Case(#"{"type":"integer"}"#, "1e2", true), Case(#"{"type":"integer"}"#, "1.5", false),
    Case(#"{"type":"integer"}"#, "\"1\"", false), Case(#"{"type":"number"}"#, "1", true),
    Case(#"{"type":"number"}"#, "99999999999999999999", true),
    Case(#"{"type":"string"}"#, "null", false), Case(#"{"type":["string","null"]}"#, "null", true),
    Case(#"{"type":"object"}"#, "[]", false), Case(#"{"type":"array"}"#, "{}", false),
    Case(#"{"type":"boolean"}"#, "0", false), Case(#"{"type":"null"}"#, "null", true),
    Case(#"{"enum":[1,"a",{"b":[2]}]}"#, "1.0", true),
    Case(#"{"enum":[{"b":1,"a":2}]}"#, #"{"a":2,"b":1}"#, true),
    Case(#"{"enum":[[false]]}"#, "[0]", false), Case(#"{"enum":["é"]}"#, "\"e\u{301}\"", false),
    Case(#"{"const":null}"#, "null", true), Case(#"{"const":false}"#, "0", false),
    Case(#"{"const":9007199254740993}"#, "9007199254740992", false),
    Case(#"{"const":-0.0}"#, "0", true), Case(#"{"enum":["a"],"const":"b"}"#, "\"b\"", false),
  ]
  static let numbers: [Case] = [
    Case(#"{"minimum":1.1}"#, "1.1", true),
    Case(#"{"minimum":1.1}"#, "1.0999999999999999999999", false),
    Case(#"{"maximum":9007199254740992}"#, "9007199254740993", false),
    Case(#"{"exclusiveMinimum":0}"#, "0", false), Case(#"{"exclusiveMinimum":0}"#, "1e-300", true),
    Case(#"{"exclusiveMaximum":3}"#, "3.0", false), Case(#"{"exclusiveMaximum":3}"#, "2.9", true),
    Case(#"{"minimum":3,"exclusiveMinimum":true}"#, "3", false),
    Case(#"{"minimum":-2}"#, "-3", false), Case(#"{"minimum":-2}"#, "-1.5", true),
    Case(#"{"maximum":-2}"#, "-2.0001", true), Case(#"{"multipleOf":0.1}"#, "0.3", true),
    Case(#"{"multipleOf":0.01}"#, "4.35", true), Case(#"{"multipleOf":0.01}"#, "4.355", false),
    Case(#"{"multipleOf":2}"#, "7", false), Case(#"{"multipleOf":0.0001}"#, "0.0075", true),
    Case(#"{"multipleOf":0.123456789}"#, "1e308", false),
    Case(#"{"multipleOf":1e-8}"#, "12391239123", true),
    Case(#"{"multipleOf":3}"#, "1e2", false), Case(#"{"multipleOf":3}"#, "0", true),
    Case(#"{"minimum":1}"#, "\"0\"", true),
    Case(#"{"minimum":0}"#, "-1e-999999999999999999", false),
  ]
  static let strings: [Case] = [
    Case(#"{"maxLength":1}"#, "\"💥\"", true), Case(#"{"maxLength":1}"#, "\"👨‍👩‍👧\"", false),
    Case(#"{"minLength":2.0}"#, "\"a\"", false), Case(#"{"minLength":2}"#, "\"e\u{301}\"", true),
    Case(#"{"pattern":"^a+$"}"#, "\"aa\"", true), Case(#"{"pattern":"^a+$"}"#, "\"b\"", false),
    Case(#"{"pattern":"a"}"#, "1", true), Case(#"{"format":"email"}"#, "\"not one\"", true),
  ]
  static let objects: [Case] = [
    Case(#"{"required":["a"]}"#, "{}", false), Case(#"{"required":["a"]}"#, #"{"a":null}"#, true),
    Case(#"{"required":["__proto__"]}"#, "{}", false),
    Case(#"{"required":["toString"]}"#, "{}", false),
    Case(#"{"properties":{"a":{"type":"string"}}}"#, #"{"a":1}"#, false),
    Case(#"{"properties":{"a":{"type":"string"}}}"#, #"{"b":1}"#, true),
    Case(#"{"properties":{"a":false}}"#, #"{"a":1}"#, false),
    Case(#"{"properties":{"a":{}},"additionalProperties":false}"#, #"{"a":1,"b":2}"#, false),
    Case(#"{"properties":{"a":{}},"additionalProperties":{"type":"string"}}"#, #"{"b":"x"}"#, true),
    Case(
      #"{"patternProperties":{"^x-":{"type":"integer"}},"additionalProperties":false}"#,
      #"{"x-a":1}"#, true),
    Case(
      #"{"patternProperties":{"^x-":{"type":"integer"}},"additionalProperties":false}"#,
      #"{"y":1}"#, false),
    Case(#"{"patternProperties":{"a":{"minimum":2},"b":{"maximum":1}}}"#, #"{"ab":2}"#, false),
    Case(#"{"propertyNames":{"maxLength":2}}"#, #"{"abc":1}"#, false),
    Case(#"{"minProperties":1}"#, "{}", false),
    Case(#"{"maxProperties":1}"#, #"{"a":1,"b":2}"#, false),
    Case(#"{"dependentRequired":{"a":["b"]}}"#, #"{"a":1}"#, false),
    Case(#"{"dependentRequired":{"a":["b"]}}"#, #"{"b":1}"#, true),
    Case(#"{"dependentSchemas":{"a":{"required":["b"]}}}"#, #"{"a":1}"#, false),
    Case(#"{"required":["é"]}"#, "{\"e\u{301}\":1}", true),
  ]
  static let arrays: [Case] = [
    Case(#"{"items":{"type":"integer"}}"#, "[1,\"a\"]", false),
    Case(#"{"items":false}"#, "[]", true),
    Case(#"{"prefixItems":[{"type":"string"}],"items":false}"#, "[\"a\"]", true),
    Case(#"{"prefixItems":[{"type":"string"}],"items":false}"#, "[\"a\",1]", false),
    Case(
      #"{"items":[{"type":"string"}],"additionalItems":{"type":"integer"}}"#, "[\"a\",1,\"b\"]",
      false),
    Case(#"{"contains":{"const":1}}"#, "[2,1]", true),
    Case(#"{"contains":{"const":1}}"#, "[]", false),
    Case(#"{"contains":{"const":1},"minContains":0}"#, "[]", true),
    Case(#"{"contains":{"const":1},"maxContains":1}"#, "[1,1]", false),
    Case(#"{"minItems":1}"#, "[]", false), Case(#"{"maxItems":1}"#, "[1,2]", false),
    Case(#"{"uniqueItems":true}"#, "[1,1.0]", false),
    Case(#"{"uniqueItems":true}"#, "[1,true]", true),
    Case(#"{"uniqueItems":true}"#, #"[{"a":1,"b":2},{"b":2,"a":1}]"#, false),
    Case(#"{"uniqueItems":false}"#, "[1,1]", true),
    Case(#"{"uniqueItems":true}"#, "[\"é\",\"e\u{301}\"]", true),
  ]
  static let combined: [Case] = [
    Case(#"{"allOf":[{"minimum":1},{"maximum":2}]}"#, "3", false),
    Case(#"{"anyOf":[{"type":"string"},{"minimum":5}]}"#, "4", false),
    Case(#"{"anyOf":[{"type":"string"},{"minimum":5}]}"#, "6", true),
    Case(#"{"oneOf":[{"type":"integer"},{"minimum":2}]}"#, "3", false),
    Case(#"{"oneOf":[{"type":"integer"},{"minimum":2}]}"#, "2.5", true),
    Case(#"{"not":{"type":"string"}}"#, "1", true), Case(#"{"not":{}}"#, "1", false),
    Case(#"{"not":{"not":{"type":"string"}}}"#, "1", false),
    Case(#"{"if":{"const":1},"then":{"type":"string"},"else":{"type":"integer"}}"#, "1", false),
    Case(#"{"if":{"const":1},"else":{"type":"string"}}"#, "2", false),
    Case(#"{"then":{"type":"string"}}"#, "2", true),
    Case(
      ##"{"$defs":{"n":{"type":"integer"}},"properties":{"a":{"$ref":"#/$defs/n"}}}"##,
      ##"{"a":"x"}"##, false),
    Case(
      ##"{"definitions":{"a/b~c":{"type":"integer"}},"$ref":"#/definitions/a~1b~0c"}"##, "\"x\"",
      false),
    Case(##"{"$defs":{"n m":{"$anchor":"here","type":"integer"}},"$ref":"#here"}"##, "1", true),
    Case(##"{"$defs":{"n m":{"type":"integer"}},"$ref":"#/$defs/n%20m"}"##, "\"\"", false),
    Case(
      #"{"$id":"https://e.x/s","$defs":{"n":{"type":"integer"}},"$ref":"https://e.x/s#/$defs/n"}"#,
      "\"\"", false),
    Case(##"{"$ref":"#/$defs/n","$defs":{"n":{"minimum":2}},"maximum":3}"##, "4", false),
    Case(
      ##"{"properties":{"next":{"$ref":"#"}},"required":["v"]}"##,
      ##"{"v":1,"next":{"v":2,"next":{}}}"##, false),
    Case(##"{"items":{"$ref":"#"}}"##, "[[[[]]]]", true),
    Case(#"{"x-unknown":{"type":"nonsense"}}"#, "1", true),
    Case(#"{"properties":{"$ref":{"type":"string"}}}"#, #"{"$ref":1}"#, false),
  ]
  @Test(arguments: types + numbers + strings + objects + arrays + combined)
  func `a value fits its schema or does not`(_ row: Case) throws {
    let schema = try Schema(checking: JSON(parsing: row.schema))
    let violations = try schema.violations(of: JSON(parsing: row.value))
    #expect(violations.isEmpty == row.fits, "\(violations)")
  }

  struct Message: Sendable {
    let schema: String
    let value: String
    let text: String
  }
  @Test(arguments: [
    Message(
      schema: #"{"properties":{"items":{"items":{"properties":{"name":{"type":"string"}}}}}}"#,
      value: #"{"items":[{},{},{"name":7}]}"#,
      text: "input.items[2].name: must be a string, not a number"),
    Message(
      schema: #"{"required":["customer_id"]}"#, value: "{}", text: "input.customer_id: is required"),
    Message(
      schema: #"{"additionalProperties":false}"#, value: #"{"a b":1}"#,
      text: "input[\"a b\"]: is not allowed"),
    Message(
      schema: #"{"enum":["a",2]}"#, value: "3", text: "input: must be one of \"a\", 2"),
    Message(
      schema: #"{"type":["object","null"]}"#, value: "true",
      text: "input: must be null or an object, not a boolean"),
    Message(
      schema: #"{"properties":{"n":{"maximum":50000}}}"#, value: #"{"n":50001}"#,
      text: "input.n: must be at most 50000"),
  ])
  func `a complaint names the place, and what must stand there`(_ row: Message) throws {
    let schema = try Schema(checking: JSON(parsing: row.schema))
    let first = try #require(try schema.violations(of: JSON(parsing: row.value)).first)
    #expect(first.description == row.text)
  }

  @Test func `all complaints come at once, up to the limit`() throws {
    let schema = try Schema(checking: ["required": ["a", "b", "c"], "maxProperties": 0])
    #expect(schema.violations(of: ["x": 1]).count == 4)
    #expect(schema.violations(of: ["x": 1], limit: 2).count == 2)
  }

  struct Refusal: Sendable {
    let schema: String
    let field: String
  }
  static let refused = [
    Refusal(schema: "1", field: "input_schema"),
    Refusal(schema: #"{"type":"strin"}"#, field: "input_schema.type"),
    Refusal(schema: #"{"type":[]}"#, field: "input_schema.type"),
    Refusal(
      schema: #"{"properties":{"a":{"pattern":"("}}}"#, field: "input_schema.properties.a.pattern"),
    Refusal(schema: #"{"properties":[]}"#, field: "input_schema.properties"),
    Refusal(schema: #"{"required":"a"}"#, field: "input_schema.required"),
    Refusal(schema: #"{"minLength":-1}"#, field: "input_schema.minLength"),
    Refusal(schema: #"{"minLength":1.5}"#, field: "input_schema.minLength"),
    Refusal(schema: #"{"maxItems":"3"}"#, field: "input_schema.maxItems"),
    Refusal(schema: #"{"multipleOf":0}"#, field: "input_schema.multipleOf"),
    Refusal(schema: #"{"multipleOf":-1}"#, field: "input_schema.multipleOf"),
    Refusal(schema: #"{"minimum":"1"}"#, field: "input_schema.minimum"),
    Refusal(schema: #"{"anyOf":[]}"#, field: "input_schema.anyOf"),
    Refusal(schema: #"{"allOf":{}}"#, field: "input_schema.allOf"),
    Refusal(schema: #"{"enum":1}"#, field: "input_schema.enum"),
    Refusal(schema: #"{"uniqueItems":1}"#, field: "input_schema.uniqueItems"),
    Refusal(schema: #"{"$ref":"http://e.x/schema.json"}"#, field: "input_schema.$ref"),
    Refusal(schema: #"{"$ref":"other.json#/a"}"#, field: "input_schema.$ref"),
    Refusal(schema: #"{"$ref":"file:///etc/passwd"}"#, field: "input_schema.$ref"),
    Refusal(schema: ##"{"$ref":"#/$defs/none"}"##, field: "input_schema.$ref"),
    Refusal(schema: ##"{"$ref":"#nowhere"}"##, field: "input_schema.$ref"),
    Refusal(schema: ##"{"$ref":"#"}"##, field: "input_schema"),
    Refusal(
      schema: ##"{"$defs":{"a":{"$ref":"#/$defs/b"},"b":{"allOf":[{"$ref":"#/$defs/a"}]}}}"##,
      field: "input_schema.$defs.a"),
    Refusal(schema: ##"{"not":{"$ref":"#"}}"##, field: "input_schema"),
    Refusal(schema: #"{"patternProperties":{"[":{}}}"#, field: "input_schema.patternProperties"),
    Refusal(schema: #"{"items":3}"#, field: "input_schema.items"),
    Refusal(schema: #"{"$defs":{"x":3}}"#, field: "input_schema.$defs.x"),
  ]
  @Test(arguments: refused)
  func `a schema that cannot be used is refused when it is read, naming the keyword`(
    _ row: Refusal
  ) throws {
    let json = try JSON(parsing: row.schema)
    let error = #expect(throws: InvalidParams.self) { try Schema(checking: json) }
    #expect(error?.field == row.field)
  }

  @Test func `nested alternatives that double at each level are cut off`() throws {
    var defs: JSON.Object = ["s40": ["const": "never"]]
    for level in 0..<40 {
      let next: JSON = ["$ref": .string("#/$defs/s\(level + 1)")]
      defs["s\(level)"] = ["anyOf": [next, next]]
    }
    let schema = try Schema(checking: ["$defs": .object(defs), "$ref": "#/$defs/s0"])
    let found = schema.violations(of: "x")
    #expect(found.first?.problem.contains("more steps") == true)
  }

  @Test func `a schema with too many parts, too deep or too long is refused`() throws {
    var deep: JSON = ["type": "string"]
    for _ in 0..<150 { deep = ["items": deep] }
    let nested = deep
    #expect(throws: InvalidParams.self) { try Schema(checking: ["not": nested]) }
    let wide = JSON.array(Array(repeating: [:], count: Schema.nodeLimit))
    #expect(throws: InvalidParams.self) { try Schema(checking: ["anyOf": wide]) }
    let long = JSON.array(Array(repeating: "0123456789", count: 30_000))
    #expect(throws: InvalidParams.self) { try Schema(checking: ["enum": long]) }
  }

  @Test func `an enum of ten thousand values is one look-up`() throws {
    let values = JSON.array((0..<10_000).map { .string("v\($0)") })
    let schema = try Schema(checking: ["items": ["enum": values]])
    let items = JSON.array((0..<5_000).map { .string("v\($0)") })
    #expect(schema.violations(of: items).isEmpty)
  }

  @Test func `a deep value against a schema of itself ends`() throws {
    let schema = try Schema(checking: ["items": ["$ref": "#"]])
    var value: JSON = []
    for _ in 0..<127 { value = [value] }
    #expect(schema.violations(of: value).isEmpty)
    for _ in 0..<2_000 { value = [value] }
    #expect(!schema.violations(of: value).isEmpty)
  }
}
