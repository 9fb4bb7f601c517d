import Outbound
import Wire

/// How long a provider asks to wait (RFC 9110, 10.2.3): `retry-after-ms` in milliseconds (Azure, OpenAI), or `retry-after` in seconds or
/// as a date. A date is taken relative to the reply's own `date`, so that a clock that is wrong here does no harm.
enum RetryAfter {
  /// Longer than this is taken for this.
  static let longest = Duration.seconds(86_400)

  /// Reads the headers; nil where they ask for nothing that can be read.
  static func read(_ header: (String) -> String?) -> Duration? {
    if let text = header("retry-after-ms"), let value = Double(text), value.isFinite {
      return bounded(value / 1_000)
    }
    guard let text = header("retry-after") else { return nil }
    if let value = Double(text), value.isFinite { return bounded(value) }
    guard let until = HTTPDate.seconds(text), let now = header("date").flatMap(HTTPDate.seconds)
    else { return nil }
    return bounded(Double(until - now))
  }

  private static func bounded(_ seconds: Double) -> Duration {
    min(longest, .milliseconds(Int64(max(0, min(seconds, 1e9)) * 1_000)))
  }
}

/// The date of HTTP in its only current form: `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110, 5.6.7).
enum HTTPDate {
  private static let months = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
  ]

  /// Seconds since 1970; nil where the text is no such date.
  static func seconds(_ text: String) -> Int? {
    let parts = text.split(whereSeparator: { $0 == " " || $0 == "," || $0 == ":" })
    guard parts.count == 8, parts[7] == "GMT", let day = Int(parts[1]), (1...31).contains(day),
      let month = months.firstIndex(of: String(parts[2])), let year = Int(parts[3]),
      (1970...9999).contains(year), let hour = Int(parts[4]), let minute = Int(parts[5]),
      let second = Int(parts[6]), (0...23).contains(hour), (0...59).contains(minute),
      (0...60).contains(second)
    else { return nil }
    return (days(year, month + 1, day) * 24 + hour) * 3_600 + minute * 60 + second
  }

  /// Days since 1970-01-01 in the Gregorian calendar; years begin in March, so that a leap day is the last.
  private static func days(_ year: Int, _ month: Int, _ day: Int) -> Int {
    let year = month <= 2 ? year - 1 : year
    let era = year / 400
    let yearOfEra = year - era * 400
    let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
    return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
  }
}
