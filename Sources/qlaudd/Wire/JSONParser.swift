/// Why a text is not JSON, and where.
package struct JSONError: Error, Equatable, CustomStringConvertible {
  /// What is wrong at `offset`.
  package enum Reason: Sendable, Equatable {
    case unexpectedEnd
    case unexpectedByte(UInt8)
    case tooDeep, badEscape, badUTF8, badNumber
    case duplicateKey(String)
    case trailingBytes
  }
  package let reason: Reason
  /// Bytes from the start of the text.
  package let offset: Int

  package var description: String {
    let what =
      switch reason {
      case .unexpectedEnd: "the text ends too early"
      case .unexpectedByte(let byte): "unexpected byte 0x" + String(byte, radix: 16)
      case .tooDeep: "nested deeper than \(Limits.jsonDepth)"
      case .badEscape: "bad escape or lone surrogate in a string"
      case .badUTF8: "not UTF-8"
      case .badNumber: "bad number"
      case .duplicateKey(let key): "the key \"\(key.prefix(64))\" stands twice"
      case .trailingBytes: "more than one value"
      }
    return "\(what) at byte \(offset)"
  }
}

extension JSON {
  /// Reads one value.
  ///
  /// Stricter than RFC 8259 asks in four places, all stated in the protocol: at most ``Limits/jsonDepth`` containers
  /// inside one another; a key twice in one object is refused (it smuggles values past checks); text must be UTF-8 and a
  /// lone surrogate escape is refused; a number must be within a double's range.
  /// - Throws: ``JSONError`` with the offset.
  package init(parsing bytes: [UInt8]) throws(JSONError) { self = try JSON(parsing: bytes[...]) }

  /// Reads one value from part of a buffer; offsets in errors count from the slice's start.
  package init(parsing bytes: ArraySlice<UInt8>) throws(JSONError) {
    self = try JSON(parsing: bytes, .strict)
  }

  /// Reads one value of a file that we trust and that may have keys which Unicode calls equivalent, such as a tokenizer's
  /// vocabulary: all members are kept, in order, and a subscript finds the first.
  package init(parsingVocabulary bytes: [UInt8]) throws(JSONError) {
    self = try JSON(parsing: bytes[...], .vocabulary)
  }

  /// Reads one value that another program wrote and nobody can have written anew: of a key that stands twice the last counts,
  /// half a surrogate pair becomes U+FFFD. What is read this way is one thing to all who look at it.
  /// - Throws: ``JSONError`` with the offset.
  package init(tolerating bytes: [UInt8]) throws(JSONError) {
    self = try JSON(parsing: bytes[...], .tolerant)
  }

  /// Reads one value that the daemon wrote: what came through its doors, with what it has put round that. It may be
  /// ``Limits/jsonWrapping`` containers deeper.
  /// - Throws: ``JSONError`` with the offset.
  package init(parsingOurs bytes: [UInt8]) throws(JSONError) {
    self = try JSON(parsing: bytes[...], .ours)
  }

  private init(parsing bytes: ArraySlice<UInt8>, _ rules: JSONParser.Rules) throws(JSONError) {
    let result: Result<JSON, JSONError> = bytes.withUnsafeBufferPointer { buffer in
      var parser = JSONParser(bytes: buffer, rules: rules)
      do throws(JSONError) { return .success(try parser.document()) } catch {
        return .failure(error)
      }
    }
    self = try result.get()
  }

  /// Reads one value from a string.
  package init(parsing text: String) throws(JSONError) {
    self = try JSON(parsing: Array(text.utf8))
  }
}

/// Recursive descent over a buffer; recursion is bounded by ``Limits/jsonDepth``, and a little more in what is ours.
private struct JSONParser {
  let bytes: UnsafeBufferPointer<UInt8>
  var at = 0

  /// How strictly it reads; the callers say what each is for.
  enum Rules { case strict, vocabulary, tolerant, ours }
  let rules: Rules
  private var deepest: Int { Limits.jsonDepth + (rules == .ours ? Limits.jsonWrapping : 0) }

  init(bytes: UnsafeBufferPointer<UInt8>, rules: Rules) {
    self.bytes = bytes
    self.rules = rules
  }

  mutating func document() throws(JSONError) -> JSON {
    let value = try value(depth: 0)
    skipSpace()
    guard at == bytes.count else { throw failure(.trailingBytes) }
    return value
  }

  private func failure(_ reason: JSONError.Reason, at offset: Int? = nil) -> JSONError {
    JSONError(reason: reason, offset: offset ?? at)
  }

  @inline(__always) private mutating func skipSpace() {
    while at < bytes.count {
      switch bytes[at] {
      case 0x20, 0x0A, 0x0D, 0x09: at += 1
      default: return
      }
    }
  }

  @inline(__always) private func peek() throws(JSONError) -> UInt8 {
    guard at < bytes.count else { throw failure(.unexpectedEnd) }
    return bytes[at]
  }

  private mutating func value(depth: Int) throws(JSONError) -> JSON {
    skipSpace()
    switch try peek() {
    case UInt8(ascii: "{"): return try object(depth: depth + 1)
    case UInt8(ascii: "["): return try array(depth: depth + 1)
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"): return try literal("true", .bool(true))
    case UInt8(ascii: "f"): return try literal("false", .bool(false))
    case UInt8(ascii: "n"): return try literal("null", .null)
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
    case let other: throw failure(.unexpectedByte(other))
    }
  }

  private mutating func literal(_ text: StaticString, _ value: JSON) throws(JSONError) -> JSON {
    for index in 0..<text.utf8CodeUnitCount {
      let byte = try peek()
      guard byte == text.utf8Start[index] else { throw failure(.unexpectedByte(byte)) }
      at += 1
    }
    return value
  }

  private mutating func object(depth: Int) throws(JSONError) -> JSON {
    guard depth <= deepest else { throw failure(.tooDeep) }
    at += 1
    var members: [JSON.Object.Member] = []
    skipSpace()
    if try peek() == UInt8(ascii: "}") {
      at += 1
      return .object(.init())
    }
    while true {
      skipSpace()
      let quote = try peek()
      guard quote == UInt8(ascii: "\"") else { throw failure(.unexpectedByte(quote)) }
      let key = try string()
      skipSpace()
      let colon = try peek()
      guard colon == UInt8(ascii: ":") else { throw failure(.unexpectedByte(colon)) }
      at += 1
      members.append(.init(key: key, value: try value(depth: depth)))
      skipSpace()
      let next = try peek()
      if next == UInt8(ascii: "}") {
        at += 1
        guard rules != .vocabulary, let twice = Self.repeatedKey(members) else {
          return .object(.init(members))
        }
        guard rules == .tolerant else { throw failure(.duplicateKey(twice), at: at - 1) }
        var object = JSON.Object()
        for member in members { object[member.key] = member.value }
        return .object(object)
      }
      guard next == UInt8(ascii: ",") else { throw failure(.unexpectedByte(next)) }
      at += 1
    }
  }

  private static func repeatedKey(_ members: [JSON.Object.Member]) -> String? {
    guard members.count > 1 else { return nil }
    if members.count <= 8 {
      for index in 1..<members.count
      where members[..<index].contains(where: { $0.key == members[index].key }) {
        return members[index].key
      }
      return nil
    }
    var seen = Set<String>(minimumCapacity: members.count)
    return members.first { !seen.insert($0.key).inserted }?.key
  }

  private mutating func array(depth: Int) throws(JSONError) -> JSON {
    guard depth <= deepest else { throw failure(.tooDeep) }
    at += 1
    var elements: [JSON] = []
    skipSpace()
    if try peek() == UInt8(ascii: "]") {
      at += 1
      return .array([])
    }
    while true {
      elements.append(try value(depth: depth))
      skipSpace()
      let next = try peek()
      guard next == UInt8(ascii: ",") || next == UInt8(ascii: "]") else {
        throw failure(.unexpectedByte(next))
      }
      at += 1
      if next == UInt8(ascii: "]") { return .array(elements) }
    }
  }

  /// A string without escapes is one validated copy; the first escape goes over to `escapedString`.
  private mutating func string() throws(JSONError) -> String {
    at += 1
    let start = at
    while at < bytes.count {
      let byte = bytes[at]
      if byte == UInt8(ascii: "\"") {
        let text = try decoded(UnsafeBufferPointer(rebasing: bytes[start..<at]), from: start)
        at += 1
        return text
      }
      if byte == UInt8(ascii: "\\") { return try escapedString(from: start) }
      guard byte >= 0x20 else { throw failure(.unexpectedByte(byte)) }
      at += 1
    }
    throw failure(.unexpectedEnd)
  }

  private func decoded(_ utf8: some Collection<UInt8>, from start: Int) throws(JSONError) -> String
  {
    guard let text = String(validating: utf8, as: UTF8.self) else {
      throw failure(.badUTF8, at: start)
    }
    return text
  }

  private mutating func escapedString(from start: Int) throws(JSONError) -> String {
    var out = Array(bytes[start..<at])
    out.reserveCapacity(out.count + 64)
    while at < bytes.count {
      let byte = bytes[at]
      switch byte {
      case UInt8(ascii: "\""):
        let text = try decoded(out, from: start)
        at += 1
        return text
      case UInt8(ascii: "\\"): try escape(into: &out)
      case 0..<0x20: throw failure(.unexpectedByte(byte))
      default:
        out.append(byte)
        at += 1
      }
    }
    throw failure(.unexpectedEnd)
  }

  private mutating func escape(into out: inout [UInt8]) throws(JSONError) {
    at += 1
    let letter = try peek()
    at += 1
    switch letter {
    case UInt8(ascii: "n"): out.append(0x0A)
    case UInt8(ascii: "t"): out.append(0x09)
    case UInt8(ascii: "r"): out.append(0x0D)
    case UInt8(ascii: "b"): out.append(0x08)
    case UInt8(ascii: "f"): out.append(0x0C)
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): out.append(letter)
    case UInt8(ascii: "u"): try unicodeEscape(into: &out)
    default: throw failure(.badEscape, at: at - 1)
    }
  }

  private mutating func unicodeEscape(into out: inout [UInt8]) throws(JSONError) {
    var code = try fourHexDigits()
    if (0xD800..<0xDC00).contains(code) {
      if let low = try lowSurrogate() {
        code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00)
      } else if rules == .tolerant {
        code = 0xFFFD
      } else {
        throw failure(.badEscape)
      }
    } else if rules == .tolerant, (0xDC00..<0xE000).contains(code) {
      code = 0xFFFD
    }
    guard let scalar = Unicode.Scalar(code), let encoded = UTF8.encode(scalar) else {
      throw failure(.badEscape)
    }
    out.append(contentsOf: encoded)
  }

  /// The second half of a pair, if it stands here; else nothing is read.
  private mutating func lowSurrogate() throws(JSONError) -> UInt32? {
    guard at + 1 < bytes.count, bytes[at] == UInt8(ascii: "\\"),
      bytes[at + 1] == UInt8(ascii: "u")
    else { return nil }
    let before = at
    at += 2
    let low = try fourHexDigits()
    if (0xDC00..<0xE000).contains(low) { return low }
    guard rules == .tolerant else { throw failure(.badEscape) }
    at = before
    return nil
  }

  private mutating func fourHexDigits() throws(JSONError) -> UInt32 {
    var code: UInt32 = 0
    for _ in 0..<4 {
      let byte = try peek()
      let digit: UInt8
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = byte - UInt8(ascii: "0")
      case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = byte - UInt8(ascii: "a") + 10
      case UInt8(ascii: "A")...UInt8(ascii: "F"): digit = byte - UInt8(ascii: "A") + 10
      default: throw failure(.badEscape)
      }
      code = code << 4 | UInt32(digit)
      at += 1
    }
    return code
  }

  private mutating func number() throws(JSONError) -> JSON {
    let start = at
    if bytes[at] == UInt8(ascii: "-") { at += 1 }
    let first = at
    try digits()
    guard bytes[first] != UInt8(ascii: "0") || at == first + 1 else {
      throw failure(.badNumber, at: start)
    }
    var isWhole = true
    if at < bytes.count, bytes[at] == UInt8(ascii: ".") {
      isWhole = false
      at += 1
      try digits()
    }
    if at < bytes.count, bytes[at] | 0x20 == UInt8(ascii: "e") {
      isWhole = false
      at += 1
      if at < bytes.count, bytes[at] == UInt8(ascii: "+") || bytes[at] == UInt8(ascii: "-") {
        at += 1
      }
      try digits()
    }
    let text = String(decoding: bytes[start..<at], as: UTF8.self)
    if isWhole, text != "-0", let value = Int64(text) { return .int(value) }
    guard let double = Double(text), double.isFinite else { throw failure(.badNumber, at: start) }
    return .number(JSON.Lexeme(unchecked: text))
  }

  private mutating func digits() throws(JSONError) {
    let start = at
    while at < bytes.count, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[at]) { at += 1 }
    guard at > start else {
      throw at < bytes.count ? failure(.unexpectedByte(bytes[at])) : failure(.unexpectedEnd)
    }
  }
}
