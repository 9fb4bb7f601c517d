import Domain
import Wire

/// Which names of tools a provider accepts. All of them are ASCII.
struct NameRule: Sendable {
  /// Bytes of a name.
  let limit: Int
  /// Further bytes beside letters, digits, `_` and `-`.
  var alsoAllowed: Set<UInt8> = []
  /// Whether a name must begin with a letter or `_`.
  var startsWithLetter = false

  /// Anthropic: `^[a-zA-Z0-9_-]{1,128}$`.
  static let anthropic = NameRule(limit: 128)
  /// OpenAI and those who follow it: `^[a-zA-Z0-9_-]{1,64}$`.
  static let openAI = NameRule(limit: 64)

  func accepts(_ name: String) -> Bool {
    let utf8 = name.utf8
    guard (1...limit).contains(utf8.count), utf8.allSatisfy(isAllowed) else { return false }
    return !startsWithLetter || utf8.first.map(isFirst) == true
  }

  /// The name with everything that is not accepted replaced by `_`, and cut.
  func repaired(_ name: String) -> String {
    var bytes = name.unicodeScalars.map { scalar in
      scalar.isASCII && isAllowed(UInt8(scalar.value)) ? UInt8(scalar.value) : UInt8(ascii: "_")
    }
    if startsWithLetter, let first = bytes.first, !isFirst(first) {
      bytes.insert(UInt8(ascii: "_"), at: 0)
    }
    return String(
      decoding: bytes.isEmpty ? [UInt8(ascii: "_")] : Array(bytes.prefix(limit)), as: UTF8.self)
  }

  private func isAllowed(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"),
      UInt8(ascii: "_"), UInt8(ascii: "-"):
      true
    default: alsoAllowed.contains(byte)
    }
  }

  private func isFirst(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "_"):
      true
    default: false
    }
  }
}

/// Names of tools as one provider accepts them, and back. Built from the call alone, so that encoder and decoder agree.
///
/// An accepted name stays as it is. Another one is repaired; where that was a cut, or where two names would become one, a
/// hash of the original is put at its end, so a name never depends on the order of the tools.
struct NameMap: Sendable {
  private var forward: [String: String] = [:]
  private var backward: [String: String] = [:]
  private let rule: NameRule

  /// The names of a call: its tools, its choice, and the calls of its history.
  init(_ call: ModelCall, _ rule: NameRule) {
    var names = call.tools.map(\.name)
    if let chosen = call.toolChoice?["name"]?.string { names.append(chosen) }
    for message in call.messages {
      for block in message.blocks where block.type == "tool_use" {
        if let name = block["name"]?.string { names.append(name) }
      }
    }
    self.init(names, rule)
  }

  init(_ names: [String], _ rule: NameRule) {
    self.rule = rule
    let names = Set(names)
    var taken: [String: Int] = [:]
    for name in names { taken[rule.accepts(name) ? name : rule.repaired(name), default: 0] += 1 }
    for name in names where !rule.accepts(name) {
      let repaired = rule.repaired(name)
      let isUnique = taken[repaired] == 1 && name.unicodeScalars.count <= rule.limit
      let mapped = isUnique ? repaired : NameMap.marked(name, repaired, rule.limit)
      forward[name] = mapped
      backward[mapped] = name
    }
  }

  /// The name that the provider is given.
  func upstream(_ name: String) -> String {
    forward[name] ?? (rule.accepts(name) ? name : rule.repaired(name))
  }

  /// The name that a provider's name stands for.
  func original(_ name: String) -> String { backward[name] ?? name }

  private static func marked(_ name: String, _ repaired: String, _ limit: Int) -> String {
    let mark = "_" + StableHash.hex(name).prefix(10)
    return String(repaired.prefix(limit - mark.count)) + mark
  }
}

/// FNV-1a of 64 bits: the same on every run and machine, unlike `Hashable`; not for anything an attacker gains by.
enum StableHash {
  /// Sixteen hexadecimal digits.
  static func hex(_ text: String) -> String {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in text.utf8 {
      hash ^= UInt64(byte)
      hash = hash &* 0x100_0000_01b3
    }
    return Hex.text((0..<8).map { UInt8(truncatingIfNeeded: hash >> (56 - 8 * UInt64($0))) })
  }
}
