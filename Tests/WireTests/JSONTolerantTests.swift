import Testing

@testable import Wire

/// What a provider sends cannot be sent again in better shape.
@Suite struct JSONTolerantTests {
  @Test(arguments: [
    (#"{"a":1,"b":2,"a":3}"#, #"{"a":3,"b":2}"#), (#"["\ud83d"]"#, "[\"\u{FFFD}\"]"),
    (#"["\ude00x"]"#, "[\"\u{FFFD}x\"]"), (#"["\ud83d\ud83d\ude00"]"#, "[\"\u{FFFD}😀\"]"),
    (#"["\ud83d\u0041\n"]"#, "[\"\u{FFFD}A\\n\"]"), (#"["\ud83d\ude00"]"#, "[\"😀\"]"),
  ])
  func `a key that stands twice and half a surrogate pair are read`(_ text: String, _ read: String)
    throws
  {
    #expect(try JSON(tolerating: Array(text.utf8)) == JSON(parsing: read))
  }

  @Test(arguments: [#"{"a":1,"a":1}"#, #"["\ud83d"]"#, #"["\ude00"]"#, #"["\ud83dx"]"#])
  func `callers of ours are held to the rules`(_ text: String) {
    #expect(throws: JSONError.self) { try JSON(parsing: text) }
  }

  @Test(arguments: ["{", "[1,]", "nul", #"["\u12"]"#, #"{"a" 1}"#, "[1] 2", "\"\u{01}\""])
  func `what is no JSON is none here either`(_ text: String) {
    #expect(throws: JSONError.self) { try JSON(tolerating: Array(text.utf8)) }
  }
}
