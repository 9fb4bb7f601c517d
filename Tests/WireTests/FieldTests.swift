import Testing

@testable import Wire

private enum Colour: String, WireEnum { case red, green }

@Suite struct FieldTests {
  /// Reads JSON text, or the absence of a value, and gives the value or the complaint as text.
  static func outcome<Value>(_ field: Field<Value>, _ text: String?) throws -> String {
    let json = try text.map { try JSON(parsing: $0) }
    do throws(InvalidParams) { return "\(try field.read(json))" } catch { return "! \(error)" }
  }

  @Test(
    arguments: [
      (nil, "7"), ("null", "7"), ("1", "1"), ("200", "200"), ("0", "!"), ("201", "!"), ("-1", "!"),
      ("1.0", "!"), ("1e1", "!"), (#""1""#, "!"), ("true", "!"), ("[]", "!"), ("{}", "!"),
      ("9223372036854775807", "!"), ("9223372036854775808", "!"),
    ] as [(String?, String)])
  func `a whole number with a default`(text: String?, expected: String) throws {
    let field = Field<Int>.int("limit", "How many.", default: 7, in: 1...200)
    let complaint = "! limit: must be a whole number from 1 to 200"
    #expect(try Self.outcome(field, text) == (expected == "!" ? complaint : expected))
    #expect(!field.isRequired)
    #expect(
      field.schema.text
        == #"{"type":"integer","minimum":1,"maximum":200,"default":7,"description":"How many."}"#)
  }

  @Test(
    arguments: [
      (nil, "nil"), ("null", "nil"), ("-5", "Optional(-5)"), ("5", "Optional(5)"), ("6", "!"),
      ("-6", "!"), ("5.5", "!"),
    ] as [(String?, String)])
  func `a whole number that may be absent`(text: String?, expected: String) throws {
    let field = Field<Int?>.int("n", "N.", in: -5...5)
    let complaint = "! n: must be a whole number from -5 to 5"
    #expect(try Self.outcome(field, text) == (expected == "!" ? complaint : expected))
    #expect(
      field.schema.text == #"{"type":"integer","minimum":-5,"maximum":5,"description":"N."}"#)
  }

  @Test(
    arguments: [
      (nil, "nil"), ("null", "nil"), ("0", "Optional(0.0)"), ("2", "Optional(2.0)"),
      ("2.0", "Optional(2.0)"), ("1e0", "Optional(1.0)"), ("2.0000001", "!"), ("-0.1", "!"),
      (#""1""#, "!"), ("false", "!"),
    ] as [(String?, String)])
  func `a number that may be absent`(text: String?, expected: String) throws {
    let field = Field<Double?>.number("temperature", "Heat.", in: 0...2)
    let complaint = "! temperature: must be a number from 0.0 to 2.0"
    #expect(try Self.outcome(field, text) == (expected == "!" ? complaint : expected))
  }

  @Test(
    arguments: [
      (nil, "! name: is required"), ("null", "! name: is required"), (#""a""#, "a"),
      (#""abc""#, "abc"), (#""ééé""#, "ééé"), (#""abcd""#, "!"), (#""""#, "!"), ("1", "!"),
      (#""😀😀😀""#, "😀😀😀"),
    ] as [(String?, String)])
  func `a text of bounded length`(text: String?, expected: String) throws {
    let field = Field<String>.text("name", "Name.", length: 1...3)
    let complaint = "! name: must be a string of 1 to 3 characters"
    #expect(try Self.outcome(field, text) == (expected == "!" ? complaint : expected))
    #expect(field.isRequired)
    #expect(
      field.schema.text
        == #"{"type":"string","minLength":1,"maxLength":3,"description":"Name."}"#)
    let optional = Field<String?>.text("name", "Name.", length: 1...3)
    if text == nil || text == "null" {
      #expect(try Self.outcome(optional, text) == "nil")
    } else {
      let same = expected == "!" ? complaint : "Optional(\"\(expected)\")"
      #expect(try Self.outcome(optional, text) == same)
    }
    #expect(!optional.isRequired && optional.schema == field.schema)
  }

  @Test func `a character is a code point, as JSON Schema counts`() throws {
    let field = Field<String>.text("name", "Name.", length: 1...3)
    #expect(try Self.outcome(field, #""e\u0301e\u0301""#).hasPrefix("!"))
    #expect(try Self.outcome(field, #""e\u0301e""#) == "e\u{301}e")
  }

  @Test func `a value that must be there is asked for by what it must be`() throws {
    #expect(try Self.outcome(Field<String>.required("a", ""), nil) == "! a: is required")
    #expect(try Self.outcome(Field<String>.required("a", ""), "1") == "! a: must be a string")
    #expect(try Self.outcome(Field<Bool>.required("a", ""), "1") == "! a: must be true or false")
    #expect(try Self.outcome(Field<Bool>.required("a", ""), "false") == "false")
    #expect(
      try Self.outcome(Field<Int64>.required("a", ""), "1.5") == "! a: must be a whole number")
    #expect(
      try Self.outcome(Field<JSON.Object>.required("a", ""), "[]") == "! a: must be an object")
    #expect(try Self.outcome(Field<JSON>.required("a", ""), "[1]") == "[1]")
    #expect(try Self.outcome(Field<JSON>.required("a", ""), "null") == "! a: is required")
    #expect(
      try Self.outcome(Field<[String]>.required("a", ""), #"["x",1]"#)
        == "! a: must be an array, each element a string")
    #expect(try Self.outcome(Field<[Int64]>.required("a", ""), "[1,2]") == "[1, 2]")
    #expect(
      try Self.outcome(Field<Colour>.required("a", ""), #""blue""#)
        == "! a: must be one of red, green")
    #expect(try Self.outcome(Field<Colour>.required("a", ""), #""green""#) == "green")
  }

  @Test func `a value that may be left out has a default or is nil`() throws {
    let fallback = Field<Bool>.optional("a", "", default: true)
    #expect(try Self.outcome(fallback, nil) == "true")
    #expect(try Self.outcome(fallback, "null") == "true")
    #expect(try Self.outcome(fallback, "false") == "false")
    #expect(try Self.outcome(fallback, "0") == "! a: must be true or false")
    let optional: Field<String?> = .optional("a", "")
    #expect(try Self.outcome(optional, nil) == "nil")
    #expect(try Self.outcome(optional, "null") == "nil")
    #expect(try Self.outcome(optional, #""""#) == "Optional(\"\")")
    #expect(try Self.outcome(optional, "[]") == "! a: must be a string")
    #expect(!optional.isRequired && !fallback.isRequired)
  }

  @Test func `absent leaves, null clears, a value sets`() throws {
    let field: Field<Change<String>> = .change("title", "T.")
    #expect(try field.read(nil) == .leave)
    #expect(try field.read(.null) == .clear)
    #expect(try field.read("x") == .set("x"))
    #expect(throws: InvalidParams("title", "must be a string, or null")) { try field.read(1) }
    #expect(Change<String>.leave.applied(to: "old") == "old")
    #expect(Change<String>.clear.applied(to: "old") == nil)
    #expect(Change<String>.set("new").applied(to: "old") == "new")
    #expect(Change<String>.set("new").applied(to: nil) == "new")
  }

  @Test func `a further check complains in the field's name`() throws {
    let field = Field<String>.required("url", "Where.").checked {
      $0.hasPrefix("https:") ? nil : "must begin with https:"
    }
    #expect(try Self.outcome(field, #""https://a""#) == "https://a")
    #expect(try Self.outcome(field, #""ftp://a""#) == "! url: must begin with https:")
    #expect(try Self.outcome(field, "1") == "! url: must be a string")
    #expect(field.isRequired && field.name == "url" && field.schema["description"] == "Where.")
  }

  @Test func `a field may bring its own reader`() throws {
    let field = Field<Int>("n", "N.", required: true, schema: [:]) { json throws(InvalidParams) in
      guard let json else { throw InvalidParams("n[0].x", "is required") }
      return json.array?.count ?? 0
    }
    #expect(try Self.outcome(field, nil) == "! n[0].x: is required")
    #expect(try Self.outcome(field, "[1,2]") == "2")
    #expect(field.schema.text == #"{"description":"N."}"#)
  }

  @Test func `schemas say what the readers take`() {
    #expect(Colour.schema.text == #"{"type":"string","enum":["red","green"]}"#)
    #expect(
      Field<[Int64]>.required("a", "A.").schema.text
        == #"{"type":"array","items":{"type":"integer"},"description":"A."}"#)
    #expect(JSON.schema.text == "{}")
    #expect(Colour.red.json == "red")
  }
}

@Suite struct ShapeTests {
  private struct Row: Sendable {
    let id: String
    let count: Int
    let note: String?
    let parent: Parent
  }
  private struct Parent: Sendable { let name: String }

  private static let parent = Shape<Parent>(.field("name", \.name, "Its name."))
  private static let row = Shape<Row>(
    .constant("object", "row"), .field("id", \.id, "Its id."),
    .field("count", \.count, "How many."),
    .field("note", \.note, "Left out."), .nullable("remark", \.note, "Null."),
    .nested("parent", \.parent, parent, "Above."))

  @Test func `members are written in order, nil is left out or null as declared`() {
    let empty = Row(id: "a", count: 3, note: nil, parent: Parent(name: "p"))
    #expect(
      Self.row.write(empty).text
        == #"{"object":"row","id":"a","count":3,"remark":null,"parent":{"name":"p"}}"#)
    let full = Row(id: "a", count: 3, note: "n", parent: Parent(name: "p"))
    #expect(
      Self.row.write(full).text
        == #"{"object":"row","id":"a","count":3,"note":"n","remark":"n","parent":{"name":"p"}}"#)
  }

  @Test func `the schema describes what is written`() {
    #expect(
      Self.row.schema.text == """
        {"type":"object","properties":{"object":{"const":"row"},\
        "id":{"type":"string","description":"Its id."},\
        "count":{"type":"integer","description":"How many."},\
        "note":{"type":"string","description":"Left out."},\
        "remark":{"anyOf":[{"type":"string"},{"type":"null"}],"description":"Null."},\
        "parent":{"type":"object","properties":{"name":{"type":"string","description":"Its name."}},\
        "description":"Above."}}}
        """)
  }

  @Test func `raw JSON passes through`() {
    let shape = Shape<JSON>.raw("Anything.")
    #expect(shape.write([1, "a"]) == [1, "a"])
    #expect(shape.schema.text == #"{"description":"Anything."}"#)
  }

  @Test func `a shape may bring its own writer`() {
    let shape = Shape<Int>(schema: ["type": "string"]) { .string(String($0)) }
    #expect(shape.write(7) == "7")
  }
}
