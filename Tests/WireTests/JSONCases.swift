import Testing

@testable import Wire

/// A text that is read, and how it is written back: byte for byte the same, but for white space and escapes.
struct Accepted: Sendable, CustomTestStringConvertible {
  let text: String
  let written: String
  init(_ text: String, _ written: String? = nil) {
    self.text = text
    self.written = written ?? text
  }
  var testDescription: String { text }
}

/// A text that is refused, with the reason and the byte where it stands.
struct Refused: Sendable, CustomTestStringConvertible {
  let text: String
  let reason: JSONError.Reason
  let offset: Int
  var testDescription: String { text }

  /// The byte at `offset` may not stand there.
  static func byte(_ text: String, _ offset: Int) -> Refused {
    Refused(text: text, reason: .unexpectedByte(Array(text.utf8)[offset]), offset: offset)
  }
  /// The text stops where more must come.
  static func end(_ text: String) -> Refused {
    Refused(text: text, reason: .unexpectedEnd, offset: text.utf8.count)
  }
  /// A whole value, and more behind it.
  static func trailing(_ text: String, _ offset: Int) -> Refused {
    Refused(text: text, reason: .trailingBytes, offset: offset)
  }
  /// A number that is none.
  static func number(_ text: String, _ offset: Int = 0) -> Refused {
    Refused(text: text, reason: .badNumber, offset: offset)
  }
  /// An escape that is none.
  static func escape(_ text: String, _ offset: Int) -> Refused {
    Refused(text: text, reason: .badEscape, offset: offset)
  }
  /// A key for the second time.
  static func twice(_ text: String, _ key: String) -> Refused {
    Refused(text: text, reason: .duplicateKey(key), offset: text.utf8.count - 1)
  }
}

/// RFC 8259 as data, by its sections.
enum JSONCases {
  static let accepted: [Accepted] = structure + literals + numbers + strings
  static let refused: [Refused] =
    brokenStructure + brokenLiterals + brokenNumbers + brokenStrings + repeatedKeys

  // MARK: Accepted

  /// Sections 2, 4, 5: tokens, white space, objects, arrays.
  static let structure: [Accepted] = [
    .init("[]"), .init("{}"), .init(" [ ] ", "[]"), .init("\t{\n}\r", "{}"),
    .init("[1]"), .init("[1,2]"), .init("[1 , 2\n,\t3]", "[1,2,3]"), .init("[[]]"),
    .init("[[],[]]"),
    .init("[{}]"), .init("[[[[[]]]]]"), .init("[null]"), .init("[true,false,null]"),
    .init(#"{"a":1}"#), .init(#"{ "a" : 1 }"#, #"{"a":1}"#), .init(#"{"a":{}}"#),
    .init(#"{"a":[]}"#),
    .init(#"{"":0}"#), .init(#"{"a":1,"b":2}"#), .init(#"{"b":1,"a":2}"#),
    .init(#"{"z":0,"y":0,"x":0,"w":0,"v":0,"u":0,"t":0,"s":0,"r":0,"q":0}"#),
    .init(#"{"a":{"a":{"a":1}}}"#), .init(#"[{"a":1},{"a":2}]"#), .init(#"{"a":1,"A":2}"#),
    .init(#"{"a":1,"a ":2}"#), .init("{\"a\"\n:\r\n1\t,\"b\" :\t2 }", #"{"a":1,"b":2}"#),
    .init("\n\n\n1\n\n", "1"), .init(" \t\r\n0 \t\r\n", "0"), .init(#"{"a":null}"#),
    .init(#"["",""]"#), .init("[0,\"0\",[0],{\"0\":0}]"),
  ]

  /// Section 3: any value may be the whole text.
  static let literals: [Accepted] = [
    .init("null"), .init("true"), .init("false"), .init(" null", "null"), .init("true ", "true"),
    .init("\nfalse\n", "false"), .init(#""""#), .init(#""a""#),
  ]

  /// Section 6.
  static let numbers: [Accepted] = [
    .init("0"), .init("-0"), .init("1"), .init("-1"), .init("9"), .init("10"), .init("100"),
    .init("1234567890"), .init("0.0"), .init("-0.0"), .init("1.0"), .init("1.50"), .init("-1.5"),
    .init("0.1"), .init("0e0"), .init("0e+0"), .init("0E-0"), .init("1e5"), .init("1E5"),
    .init("1e+5"), .init("1E+05"), .init("1e-5"), .init("1.5e3"), .init("-1.5E-3"), .init("123e0"),
    .init("9007199254740991"), .init("9007199254740993"), .init("-9007199254740993"),
    .init("9223372036854775807"), .init("-9223372036854775808"),
    .init("9223372036854775808"), .init("-9223372036854775809"), .init("18446744073709551615"),
    .init("1180591620717411303424"), .init("-1180591620717411303424"),
    .init("3.141592653589793238462643383279"), .init("1.7976931348623157e308"),
    .init("-1.7976931348623157e308"), .init("5e-324"), .init("1e-400"), .init("0.00000000001"),
    .init("100000000000000000000000000000000000000000"), .init("1e0000000001"),
    .init("[0,-0,1.0,1e2]"),
  ]

  /// Section 7.
  static let strings: [Accepted] = [
    .init(#""\"""#), .init(#""\\""#), .init(#""\/""#, #""/""#), .init(#""\b""#, #""\u0008""#),
    .init(#""\f""#, #""\u000c""#), .init(#""\n""#), .init(#""\r""#), .init(#""\t""#),
    .init(#""\u0000""#), .init(#""\u001f""#), .init(#""\u001F""#, #""\u001f""#),
    .init(#""\u0041""#, #""A""#), .init(#""\u00e9""#, #""é""#), .init(#""\u00E9""#, #""é""#),
    .init(#""\u20ac""#, #""€""#), .init(#""\uD834\uDD1E""#, #""𝄞""#),
    .init(#""\ud83d\ude00""#, #""😀""#), .init(#""\uDBFF\uDFFF""#, "\"\u{10FFFF}\""),
    .init(#""\uD800\uDC00""#, "\"\u{10000}\""), .init(#""\uFFFF""#, "\"\u{FFFF}\""),
    .init(#""\uD7FF""#, "\"\u{D7FF}\""), .init(#""\uE000""#, "\"\u{E000}\""),
    .init(#""\u0022""#, #""\"""#), .init(#""\u005C""#, #""\\""#), .init(#""\\u0041""#),
    .init(#""a\\""#), .init(#""\\\"""#),
    .init(#""\"\\\/\b\f\n\r\t""#, #""\"\\/\u0008\u000c\n\r\t""#),
    .init(#""é€𝄞""#), .init("\"\u{7F}\""), .init("\"\u{80}\""), .init("\"\u{7FF}\""),
    .init("\"\u{800}\""), .init("\"\u{2028}\u{2029}\""), .init("\"\u{FEFF}\""),
    .init("\"\u{FFFD}\""), .init("\"e\u{301}\""), .init("\" \""), .init(#""[{,:}]""#),
    .init(#""// no comment""#), .init(#"{"\u0061":1}"#, #"{"a":1}"#), .init(#"{"\n":1}"#),
    .init(#"["a\tb","\u0062"]"#, #"["a\tb","b"]"#),
  ]

  // MARK: Refused

  static let brokenStructure: [Refused] = [
    .end(""), .end(" "), .end("\n\t\r "), .end("["), .end("{"), .end("[1"), .end("[1,"),
    .end("[1, "), .end("[["), .end("[[]"), .end(#"{"a""#), .end(#"{"a" "#), .end(#"{"a":"#),
    .end(#"{"a":1"#), .end(#"{"a":1,"#), .end(#"{"a":1, "#), .end(#"{"a":{"#), .end("[{"),
    .byte("]", 0), .byte("}", 0), .byte(",", 0), .byte(":", 0), .byte("[,]", 1), .byte("[,1]", 1),
    .byte("[1,]", 3), .byte("[1,,2]", 3), .byte("[1 2]", 3), .byte("[1:2]", 2), .byte("[1}", 2),
    .byte("[}", 1), .byte("{]", 1), .byte("{,}", 1), .byte(#"{"a":1,}"#, 7),
    .byte(#"{"a":1,,}"#, 7),
    .byte(#"{"a":1 "b":2}"#, 7), .byte(#"{"a" 1}"#, 5), .byte(#"{"a"}"#, 4),
    .byte(#"{"a","b"}"#, 4),
    .byte(#"{"a":}"#, 5), .byte(#"{"a":,}"#, 5), .byte(#"{"a"::1}"#, 5), .byte(#"{"a":1]"#, 6),
    .byte("{1:1}", 1), .byte("{a:1}", 1), .byte("{'a':1}", 1), .byte("{null:1}", 1),
    .byte("{[]:1}", 1), .byte("{{}:1}", 1), .byte(#"{:1}"#, 1), .byte(#"["a",\n]"#, 5),
    .byte("['a']", 1), .byte("/* a */1", 0), .byte("// a\n1", 0), .byte("# a\n1", 0),
    .byte("[1/**/]", 2), .byte("\u{FEFF}1", 0), .byte("\u{A0}1", 0), .byte("\u{B}1", 0),
    .byte("\u{C}1", 0), .byte("\u{0}", 0), .byte("[\u{2003}1]", 1), .byte("[1\u{0}]", 2),
    .byte("*", 0), .byte("(1)", 0), .byte("<a>", 0), .byte("é", 0), .byte("\\u0031", 0),
    .trailing("1 2", 2), .trailing("[][]", 2), .trailing("{}{}", 2), .trailing("[]]", 2),
    .trailing("{}}", 2), .trailing("null,", 4), .trailing("\"a\"\"b\"", 3), .trailing("1,2", 1),
    .trailing("[]\u{0}", 2), .trailing("{}//", 2), .trailing("true false", 5),
    .trailing(#""a":1"#, 3), .trailing("[1]\u{FEFF}", 3), .trailing("nulll", 4),
  ]

  static let brokenLiterals: [Refused] = [
    .end("n"), .end("nul"), .end("t"), .end("tru"), .end("f"), .end("fals"), .byte("True", 0),
    .byte("TRUE", 0), .byte("tRue", 1), .byte("Null", 0), .byte("nuLl", 2), .byte("nil", 1),
    .byte("False", 0), .byte("falze", 3), .byte("undefined", 0), .byte("NaN", 0),
    .byte("Infinity", 0), .byte("inf", 0), .byte("[nul]", 4), .byte("[truth]", 4),
    .trailing("truefalse", 4), .trailing("nullnull", 4),
  ]

  static let brokenNumbers: [Refused] = [
    .end("-"), .end("1."), .end("1e"), .end("1E"), .end("1e+"), .end("1e-"), .end("0."),
    .end("-0."), .end("1.5e"), .byte("+1", 0), .byte(".5", 0), .byte("-.5", 1), .byte("--1", 1),
    .byte("-+1", 1), .byte("-a", 1), .byte("- 1", 1), .byte("1.e5", 2), .byte("1. 5", 2),
    .byte("1.-5", 2), .byte("1ee5", 2), .byte("1e+-5", 3), .byte("1e 5", 2), .byte("[1.]", 3),
    .byte("[-]", 2), .byte("[1e]", 3), .byte("-Infinity", 1), .byte("-NaN", 1), .byte("e5", 0),
    .byte("\u{FF11}", 0), .number("01"), .number("00"), .number("-01"), .number("-00"),
    .number("000"), .number("007"), .number("01.5"), .number("[01]", 1), .number("[1,-012]", 3),
    .number("1e309"), .number("-1e309"), .number("1e999999999999"),
    .number("[1e400]", 1), .trailing("0x1", 1), .trailing("1.5.5", 3), .trailing("1e5.5", 3),
    .trailing("1_000", 1), .trailing("1a", 1), .trailing("1-", 1), .trailing("1+1", 1),
    .trailing("0b1", 1), .trailing("0o7", 1), .trailing("1L", 1), .trailing("1.0f", 3),
    .trailing("1e5e5", 3), .trailing("1,000", 1),
  ]

  static let brokenStrings: [Refused] = [
    .end("\""), .end("\"a"), .end("\"\\\""), .end(#""a\\\""#), .end(#""\"#), .end(#""\u"#),
    .end(#""\u0"#), .end(#""\u00"#), .end(#""\u004"#), .end(#""\u0041"#), .end(#"["a"#),
    .end(#"{"a"#), .byte("'a'", 0), .byte("a", 0), .byte("\"\u{0}\"", 1), .byte("\"\u{1F}\"", 1),
    .byte("\"a\nb\"", 2), .byte("\"a\tb\"", 2), .byte("\"a\rb\"", 2), .byte("\"\\n\n\"", 3),
    .byte("{\"a\nb\":1}", 3), .escape(#""\a""#, 2), .escape(#""\x41""#, 2), .escape(#""\'""#, 2),
    .escape(#""\0""#, 2), .escape(#""\ ""#, 2), .escape(#""\v""#, 2), .escape(#""\N""#, 2),
    .escape(#""\U0041""#, 2), .escape(#""\é""#, 2), .escape(#""ab\q""#, 4), .escape("\"\\\n\"", 2),
    .escape(#""\u""#, 3), .escape(#""\u12""#, 5), .escape(#""\u123""#, 6), .escape(#""\u123g""#, 6),
    .escape(#""\uzzzz""#, 3), .escape(#""\u+041""#, 3), .escape(#""\u 041""#, 3),
    .escape(#""\u{41}""#, 3), .escape(#""\u00é""#, 5),
    // Lone surrogates, in every place.
    .escape(#""\uD800""#, 7), .escape(#""\uDBFF""#, 7), .escape(#""\uDC00""#, 7),
    .escape(#""\uDFFF""#, 7), .escape(#""\uD800a""#, 7), .escape(#""\uD800\n""#, 7),
    .escape(#""\uD800\u0041""#, 13), .escape(#""\uD800\uD800""#, 13),
    .escape(#""\uD800\uE000""#, 13), .escape(#""\uDC00\uD800""#, 7),
    .escape(#""\uD83Dx\uDE00""#, 7),
    .escape(#""\uD800\uzzzz""#, 9), .escape(#""a\uDEAD""#, 8), .escape(#"{"\uD800":1}"#, 8),
    .end(#""\uD800\uDC0"#), .escape(#""\uD800\"#, 7), .escape(#""\uD800"#, 7),
  ]

  static let repeatedKeys: [Refused] = [
    .twice(#"{"a":1,"a":1}"#, "a"), .twice(#"{"a":1,"b":2,"a":3}"#, "a"),
    .twice(#"{"":1,"":2}"#, ""), .twice(#"{"a":1,"\u0061":2}"#, "a"),
    .twice(#"{"\u0061":1,"\u0061":2}"#, "a"), .twice(#"{"/":1,"\/":2}"#, "/"),
    .twice(#"{"\n":1,"\u000a":2}"#, "\n"), .twice(#"{"é":1,"\u00e9":2}"#, "é"),
    .twice(#"{"😀":1,"\ud83d\ude00":2}"#, "😀"), .twice(#"{"é":1,"e\u0301":2}"#, "e\u{301}"),
    .twice(#"{"a":null,"a":null}"#, "a"),
    .twice(#"{"1":0,"2":0,"3":0,"4":0,"5":0,"6":0,"7":0,"8":0,"9":0,"1":0}"#, "1"),
    .twice(#"{"1":0,"2":0,"3":0,"4":0,"5":0,"6":0,"7":0,"8":0,"9":0,"\u0039":0}"#, "9"),
    .twice(#"[{"k":{"x":1,"x":2}"#, "x"),
  ]
}
