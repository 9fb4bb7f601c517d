import Testing

@testable import Wire

@Suite struct JSONTests {
  @Test func `the table is long enough to mean something`() {
    #expect(JSONCases.accepted.count + JSONCases.refused.count >= 300)
  }

  @Test(arguments: JSONCases.accepted)
  func `well-formed text is read and written back as it was`(example: Accepted) throws {
    let value = try JSON(parsing: example.text)
    #expect(value.text == example.written)
    #expect(Array(value.text.utf8) == Array(example.written.utf8))
    #expect(try JSON(parsing: value.bytes) == value)
  }

  @Test(arguments: JSONCases.refused)
  func `malformed text is refused with its reason and place`(example: Refused) {
    #expect(throws: JSONError(reason: example.reason, offset: example.offset)) {
      try JSON(parsing: example.text)
    }
  }

  @Test(arguments: JSONCases.refused)
  func `a slice counts its offsets from its own start`(example: Refused) {
    let padded = Array("[1]".utf8) + Array(example.text.utf8)
    #expect(throws: JSONError(reason: example.reason, offset: example.offset)) {
      try JSON(parsing: padded[3...])
    }
  }

  @Test func `every value has its own case`() throws {
    #expect(try JSON(parsing: "null") == .null)
    #expect(try JSON(parsing: "true") == .bool(true))
    #expect(try JSON(parsing: "7") == .int(7))
    #expect(try JSON(parsing: "-0") == .number(.init(unchecked: "-0")))
    #expect(try JSON(parsing: "7.0") == .number(.init(unchecked: "7.0")))
    #expect(try JSON(parsing: #""a\u0062""#) == .string("ab"))
    #expect(try JSON(parsing: "[1,[]]") == .array([.int(1), .array([])]))
    #expect(
      try JSON(parsing: #"{"b":1,"a":2}"#)
        == .object(.init([.init(key: "b", value: .int(1)), .init(key: "a", value: .int(2))])))
  }

  @Test func `a message says what is wrong and where`() {
    let table: [(String, String)] = [
      ("[1,]", "unexpected byte 0x5d at byte 3"), ("[", "the text ends too early at byte 1"),
      ("1 2", "more than one value at byte 2"), ("01", "bad number at byte 0"),
      (#""\q""#, "bad escape or lone surrogate in a string at byte 2"),
      (#"{"a":1,"a":2}"#, #"the key "a" stands twice at byte 12"#),
    ]
    for (text, message) in table {
      do throws(JSONError) {
        _ = try JSON(parsing: text)
        Issue.record("\(text) was read")
      } catch { #expect(error.description == message) }
    }
  }
}

@Suite struct JSONValueTests {
  @Test func `members keep their place when a value is set, and leave when it is cleared`() throws {
    var object = try #require(try JSON(parsing: #"{"a":1,"b":2,"c":3}"#).object)
    object["b"] = 20
    object["d"] = 4
    object["a"] = nil
    object["x"] = nil
    #expect(JSON.object(object).text == #"{"b":20,"c":3,"d":4}"#)
    object.merge(["c": nil, "e": 5])
    #expect(JSON.object(object).text == #"{"b":20,"c":null,"d":4,"e":5}"#)
    #expect(object.keys == ["b", "c", "d", "e"])
  }

  @Test func `members are the same only in the same order`() throws {
    let one = try JSON(parsing: #"{"a":1,"b":2}"#)
    let other = try JSON(parsing: #"{"b":2,"a":1}"#)
    #expect(one != other)
  }

  @Test func `a reader gets nil for what is of another kind`() throws {
    let value: JSON = ["s": "x", "i": 1, "d": 1.5, "b": true, "n": nil, "a": [1, 2]]
    #expect(value["s"]?.string == "x" && value["s"]?.int == nil)
    #expect(value["i"]?.int == 1 && value["i"]?.double == 1 && value["i"]?.bool == nil)
    #expect(value["d"]?.int == nil && value["d"]?.double == 1.5)
    #expect(value["n"]?.isNull == true && value["n"]?.nonNull == nil)
    #expect(value["a"]?[1] == 2 && value["a"]?[2] == nil && value["a"]?[-1] == nil)
    #expect(value["none"] == nil && value[0] == nil && JSON.null["a"] == nil)
  }

  @Test(arguments: [
    (0.0, "0.0"), (-0.0, "-0.0"), (1.0, "1.0"), (0.1, "0.1"), (1e300, "1e+300"),
    (.leastNonzeroMagnitude, "5e-324"),
    (.infinity, "null"), (.nan, "null"),
  ])
  func `a double is written so that it reads back the same`(value: Double, text: String) throws {
    #expect(JSON.double(value).text == text)
    if value.isFinite { #expect(try JSON(parsing: text).double == value) }
  }

  @Test func `record leaves out what is nil`() {
    #expect(JSON.record(["a": 1, "b": nil, "c": .null]).text == #"{"a":1,"c":null}"#)
  }

  @Test func `every control byte is escaped and nothing else is`() throws {
    for code in UInt8.min...127 {
      let text = String(UnicodeScalar(code))
      let written = JSON.string(text).text
      let expected =
        switch code {
        case 0x0A: #""\n""#
        case 0x0D: #""\r""#
        case 0x09: #""\t""#
        case 0x22: #""\"""#
        case 0x5C: #""\\""#
        case 0..<0x10: "\"\\u000\(String(code, radix: 16))\""
        case 0x10..<0x20: "\"\\u00\(String(code, radix: 16))\""
        default: "\"\(text)\""
        }
      #expect(written == expected)
      #expect(try JSON(parsing: written) == .string(text))
    }
  }

  @Test func `escapes between runs are kept in order`() {
    #expect(JSON.string("a\"b\\c\nd\u{1}é").text == #""a\"b\\c\nd\u0001é""#)
    #expect(JSON.object([.init(key: "k\"\n", value: 1)].asObject).text == #"{"k\"\n":1}"#)
  }
}

extension [JSON.Object.Member] {
  fileprivate var asObject: JSON.Object { JSON.Object(self) }
}
