import Wire

/// A value's bytes in one fixed form: two values are equal in JSON Schema's sense exactly when these are. Members are
/// sorted, numbers stand by value, strings by their code points (Swift's own equality takes more for equal).
enum CanonicalJSON {
  static func bytes(_ value: JSON) -> [UInt8] {
    var out: [UInt8] = []
    write(value, to: &out)
    return out
  }

  private static func write(_ value: JSON, to out: inout [UInt8]) {
    switch value {
    case .null, .bool, .string: value.write(to: &out)
    case .int, .number:
      guard let number = ExactNumber(value) else { return }
      out.append(number.isNegative ? UInt8(ascii: "-") : UInt8(ascii: "+"))
      out.append(contentsOf: number.digits.map { $0 + UInt8(ascii: "0") })
      out.append(contentsOf: "e\(number.exponent)".utf8)
    case .array(let elements):
      out.append(UInt8(ascii: "["))
      for element in elements {
        write(element, to: &out)
        out.append(UInt8(ascii: ","))
      }
      out.append(UInt8(ascii: "]"))
    case .object(let object):
      out.append(UInt8(ascii: "{"))
      let sorted = object.members.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
      for member in sorted {
        JSON.quote(member.key, to: &out)
        out.append(UInt8(ascii: ":"))
        write(member.value, to: &out)
        out.append(UInt8(ascii: ","))
      }
      out.append(UInt8(ascii: "}"))
    }
  }
}
