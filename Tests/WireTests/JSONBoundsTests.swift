import Testing

@testable import Wire

@Suite struct JSONBoundsTests {
  enum Nest: String, CaseIterable, Sendable { case arrays, objects, mixed }

  static func nested(_ depth: Int, _ kind: Nest) -> String {
    var opening = ""
    var closing: [String] = []
    for level in 0..<depth {
      let isArray = kind == .arrays || (kind == .mixed && level.isMultiple(of: 2))
      opening += isArray ? "[" : #"{"k":"#
      closing.append(isArray ? "]" : "}")
    }
    return opening + "1" + closing.reversed().joined()
  }

  @Test(arguments: Nest.allCases)
  func `the deepest allowed value is read and one level more is refused`(kind: Nest) throws {
    let deepest = Self.nested(Limits.jsonDepth, kind)
    #expect(try JSON(parsing: deepest).text == deepest)
    let tooDeep = Self.nested(Limits.jsonDepth + 1, kind)
    let opened = kind == .arrays ? 128 : kind == .objects ? 128 * 5 : 64 * 6
    #expect(throws: JSONError(reason: .tooDeep, offset: opened)) { try JSON(parsing: tooDeep) }
  }

  @Test(.timeLimit(.minutes(1)), arguments: ["[", #"{"a":"#, #"[{"":"#])
  func `a million open containers are refused without reading on`(opening: String) {
    let text = Array(String(repeating: opening, count: 1_000_000).utf8)
    let clock = ContinuousClock()
    let time = clock.measure {
      do throws(JSONError) {
        _ = try JSON(parsing: text)
        Issue.record("read")
      } catch { #expect(error.reason == .tooDeep) }
    }
    #expect(time < .seconds(2))
  }

  @Test func `siblings do not count as depth`() throws {
    let text = "[" + Array(repeating: "[[]]", count: 10_000).joined(separator: ",") + "]"
    #expect(try JSON(parsing: text).array?.count == 10_000)
  }

  /// RFC 3629: what may not stand in a string, as raw bytes between the quotes.
  static let notUTF8: [[UInt8]] = [
    [0x80], [0xBF], [0x80, 0x80],  // continuation without a lead
    [0xC2], [0xE2, 0x82], [0xE2], [0xF0, 0x9F, 0x98], [0xF0, 0x9F], [0xF0],  // truncated
    [0xC2, 0x41], [0xE2, 0x82, 0x41], [0xF0, 0x9F, 0x98, 0x41], [0xE2, 0x41, 0x82],
    [0xC0, 0x80], [0xC0, 0xAF], [0xC1, 0xBF],  // overlong, two bytes
    [0xE0, 0x80, 0xAF], [0xE0, 0x9F, 0xBF], [0xE0, 0x80, 0x80],  // overlong, three
    [0xF0, 0x80, 0x80, 0xAF], [0xF0, 0x8F, 0xBF, 0xBF],  // overlong, four
    [0xED, 0xA0, 0x80], [0xED, 0xAF, 0xBF], [0xED, 0xB0, 0x80], [0xED, 0xBF, 0xBF],  // surrogates
    [0xED, 0xA0, 0xBD, 0xED, 0xB8, 0x80],  // a pair of them (CESU-8)
    [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xF7, 0xBF, 0xBF, 0xBF],  // > U+10FFFF
    [0xF8, 0x88, 0x80, 0x80, 0x80], [0xFC, 0x84, 0x80, 0x80, 0x80, 0x80], [0xFE], [0xFF],
    [0xFF, 0xFE], [0xC3, 0xA9, 0xA9],
  ]

  @Test(arguments: JSONBoundsTests.notUTF8)
  func `a string that is not UTF-8 is refused, as value, as key, and after an escape`(
    bytes: [UInt8]
  ) {
    let quote = UInt8(ascii: "\"")
    #expect(throws: JSONError(reason: .badUTF8, offset: 1)) {
      try JSON(parsing: [quote] + bytes + [quote])
    }
    #expect(throws: JSONError(reason: .badUTF8, offset: 2)) {
      try JSON(parsing: Array("{\"".utf8) + bytes + Array("\":1}".utf8))
    }
    #expect(throws: JSONError(reason: .badUTF8, offset: 1)) {
      try JSON(parsing: Array("\"\\n".utf8) + bytes + [quote])
    }
    #expect(throws: JSONError(reason: .badUTF8, offset: 1)) {
      try JSON(parsing: [quote] + bytes + Array("\\u00e9\"".utf8))
    }
  }

  @Test(arguments: JSONBoundsTests.notUTF8)
  func `bytes that are not UTF-8 are refused outside strings`(bytes: [UInt8]) {
    #expect(throws: JSONError(reason: .unexpectedByte(bytes[0]), offset: 1)) {
      try JSON(parsing: [UInt8(ascii: "[")] + bytes + [UInt8(ascii: "]")])
    }
  }

  @Test func `whole numbers are exact to the last one and beyond it keep their text`() throws {
    #expect(try JSON(parsing: "9223372036854775807").int == .max)
    #expect(try JSON(parsing: "-9223372036854775808").int == .min)
    for text in ["9223372036854775808", "-9223372036854775809", "1180591620717411303424"] {
      let value = try JSON(parsing: text)
      #expect(value.int == nil && value.double != nil && value.text == text)
    }
  }

  @Test func `an object of many members is read, and a repeated one found, in good time`() throws {
    var text = "{" + (0..<20_000).map { "\"k\($0)\":\($0)" }.joined(separator: ",")
    #expect(try JSON(parsing: text + "}").object?.members.count == 20_000)
    text += ",\"k7\":0}"
    do throws(JSONError) {
      _ = try JSON(parsing: text)
      Issue.record("read")
    } catch { #expect(error.reason == .duplicateKey("k7")) }
  }

  @Test func `a very long number is bounded by a double's range, not by patience`() throws {
    let digits = String(repeating: "9", count: 100_000)
    #expect(throws: JSONError(reason: .badNumber, offset: 0)) { try JSON(parsing: digits) }
    let small = "0." + digits
    #expect(try JSON(parsing: small).text == small)
  }
}
