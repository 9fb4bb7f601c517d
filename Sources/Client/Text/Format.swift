import Wire

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// Numbers and times for people.
enum Format {
  /// Micro-dollars as dollars, exact: at least two digits after the point, at most six.
  static func money(_ micros: Int64) -> String {
    let magnitude = micros.magnitude
    var fraction = String(magnitude % 1_000_000)
    fraction = String(repeating: "0", count: 6 - fraction.count) + fraction
    while fraction.count > 2, fraction.last == "0" { fraction.removeLast() }
    return "\(micros < 0 ? "-" : "")$\(magnitude / 1_000_000).\(fraction)"
  }

  /// A number of bytes, rounded down to a tenth of its unit.
  static func bytes(_ count: Int64) -> String {
    let units = ["KiB", "MiB", "GiB", "TiB"]
    guard count >= 1024 else { return "\(count) B" }
    var unit = 0
    var tenths = count / 1024 * 10 + count % 1024 * 10 / 1024
    while tenths >= 10240, unit < units.count - 1 {
      tenths /= 1024
      unit += 1
    }
    return "\(tenths / 10).\(tenths % 10) \(units[unit])"
  }

  /// A time as `YYYY-MM-DD HH:MM` in the local time zone.
  static func time(_ milliseconds: Int64) -> String {
    let parts = local(milliseconds)
    return
      "\(parts.tm_year + 1900)-\(two(parts.tm_mon + 1))-\(two(parts.tm_mday)) \(two(parts.tm_hour)):\(two(parts.tm_min))"
  }

  /// A time of day with its seconds.
  static func clock(_ milliseconds: Int64) -> String {
    let parts = local(milliseconds)
    return "\(two(parts.tm_hour)):\(two(parts.tm_min)):\(two(parts.tm_sec))"
  }

  /// How long ago, or how far ahead, within a day; else the time itself.
  static func relative(_ milliseconds: Int64, now: Int64) -> String {
    let (distance, overflow) = now.subtractingReportingOverflow(milliseconds)
    let seconds = distance.magnitude / 1000
    guard !overflow, seconds < 86_400 else { return time(milliseconds) }
    guard seconds >= 5 else { return "now" }
    let amount = duration(Int64(seconds))
    return distance > 0 ? "\(amount) ago" : "in \(amount)"
  }

  /// Seconds in the largest unit that fits.
  static func duration(_ seconds: Int64) -> String {
    switch seconds {
    case ..<60: "\(seconds) s"
    case ..<3600: "\(seconds / 60) min"
    case ..<86_400: "\(seconds / 3600) h"
    default: "\(seconds / 86_400) d"
    }
  }

  private static func local(_ milliseconds: Int64) -> tm {
    var seconds = time_t(milliseconds / 1000)
    var parts = tm()
    localtime_r(&seconds, &parts)
    return parts
  }

  private static func two(_ value: Int32) -> String { value < 10 ? "0\(value)" : String(value) }

  /// Reads an amount of dollars as a JSON number, its digits untouched.
  /// - Throws: ``Failure`` naming the option.
  static func dollars(_ text: String, option: String) throws(Failure) -> JSON {
    let digits = text.hasPrefix("$") ? String(text.dropFirst()) : text
    do throws(JSONError) {
      let value = try JSON(parsing: digits)
      if let amount = value.double, amount >= 0 { return value }
    } catch {
      throw .usage("\(option): \"\(text)\" is no amount of dollars, such as 2.50")
    }
    throw .usage("\(option): \"\(text)\" is no amount of dollars, such as 2.50")
  }

  /// Reads an amount of dollars, with up to six decimals, as whole micro-dollars.
  /// - Throws: ``Failure`` naming the option.
  static func micros(_ text: String, option: String) throws(Failure) -> Int64 {
    let digits = text.hasPrefix("$") ? text.dropFirst() : text[...]
    let parts = digits.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
    let fraction = parts.count > 1 ? parts[1] : ""
    let isNumber =
      !digits.isEmpty
      && (parts + [fraction]).joined().utf8.allSatisfy {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
      }
    guard isNumber, fraction.count <= 6, let whole = Int64(parts[0].isEmpty ? "0" : parts[0]),
      whole <= 1_000_000,
      let part = Int64(fraction + String(repeating: "0", count: 6 - fraction.count))
    else {
      throw .usage("\(option): \"\(text)\" is no amount of dollars, such as 2.50")
    }
    return whole * 1_000_000 + part
  }

  /// Reads a moment: `YYYY-MM-DD` (its beginning, local time), or a span from now such as `12h` or `30d`.
  /// - Throws: ``Failure`` naming the option.
  static func moment(_ text: String, option: String, now: Int64) throws(Failure) -> Int64 {
    let units: [Character: Int64] = ["m": 60, "h": 3600, "d": 86_400]
    if let unit = text.last.flatMap({ units[$0] }), let count = Int64(text.dropLast()),
      (1...1_000_000).contains(count)
    {
      return now + count * unit * 1000
    }
    let fields = text.split(separator: "-", omittingEmptySubsequences: false).map { Int32($0) }
    if fields.count == 3, let year = fields[0], let month = fields[1], let day = fields[2],
      (1970...9999).contains(year)
    {
      var parts = tm()
      parts.tm_year = year - 1900
      parts.tm_mon = month - 1
      parts.tm_mday = day
      parts.tm_isdst = -1
      let seconds = mktime(&parts)
      // mktime carries over: a day that does not exist comes back as another.
      if parts.tm_mon == month - 1, parts.tm_mday == day { return Int64(seconds) * 1000 }
    }
    throw .usage("\(option): \"\(text)\" is neither a date (2030-01-31) nor a span (12h, 30d)")
  }
}
