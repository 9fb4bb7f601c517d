import Wire

/// A result of the daemon as lines for people: one member a line, nested ones indented.
enum Report {
  /// The lines of an object; names are kept, times, money and sizes become readable.
  static func lines(_ json: JSON, indent: String = "") -> [String] {
    switch json {
    case .object(let object):
      let shown = object.members.filter { !$0.value.isNull && !isSaidTwice($0.key, object) }
      let width = shown.map { DisplayWidth.of(label($0.key)) }.max() ?? 0
      return shown.flatMap { member($0.key, $0.value, width, indent) }
    case .array(let elements):
      return elements.flatMap { element in
        isNested(element)
          ? [indent + "-"] + lines(element, indent: indent + "  ")
          : [indent + "- " + scalar(element)]
      }
    default: return [indent + scalar(json)]
    }
  }

  private static func member(_ key: String, _ value: JSON, _ width: Int, _ indent: String)
    -> [String]
  {
    guard isNested(value) else {
      return [
        indent + DisplayWidth.pad(label(key), to: width, right: false) + "  " + readable(key, value)
      ]
    }
    return [indent + key] + lines(value, indent: indent + "  ")
  }

  /// Money is shown in dollars, so its name does not say the unit.
  private static func label(_ key: String) -> String {
    key.hasSuffix("_micros") ? String(key.dropLast("_micros".count)) : key
  }

  /// Whether the same amount stands there in micro-dollars too.
  private static func isSaidTwice(_ key: String, _ object: JSON.Object) -> Bool {
    key.hasSuffix("_usd") && object[key.dropLast("usd".count) + "micros"] != nil
  }

  private static func isNested(_ json: JSON) -> Bool {
    switch json {
    case .object(let object): !object.isEmpty
    case .array(let elements): !elements.isEmpty
    default: false
    }
  }

  private static func readable(_ key: String, _ value: JSON) -> String {
    guard let number = value.int else { return scalar(value) }
    if key.hasSuffix("_at") || key == "ts" { return Format.time(number) }
    if key.hasSuffix("_micros") { return Format.money(number) }
    if key.hasSuffix("bytes") { return Format.bytes(number) }
    return String(number)
  }

  /// A value without quotes.
  static func scalar(_ json: JSON) -> String {
    switch json {
    case .string(let text): text
    case .bool(let value): value ? "yes" : "no"
    case .array, .object: json.text
    case .null: "-"
    default: json.text
    }
  }
}
