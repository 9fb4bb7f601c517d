/// A day of the calendar, in UTC.
package struct CivilDate: Sendable, Equatable {
  package let year: Int64
  /// From 1.
  package let month: Int64
  /// From 1.
  package let day: Int64

  /// The day that many days after 1970-01-01 (H. Hinnant, "chrono-compatible low-level date algorithms"); not before it.
  package init(daysSince1970 days: Int64) {
    let shifted = days + 719_468
    let era = shifted / 146_097
    let ofEra = shifted - era * 146_097
    let yearOfEra = (ofEra - ofEra / 1_460 + ofEra / 36_524 - ofEra / 146_096) / 365
    let ofYear = ofEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shiftedMonth = (5 * ofYear + 2) / 153
    month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
    year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    day = ofYear - (153 * shiftedMonth + 2) / 5 + 1
  }

  /// A point in time to the second, as RFC 3339 writes it: `2026-11-21T16:05:09Z`.
  package static func rfc3339(_ time: Milliseconds) -> String {
    let seconds = max(0, time) / 1_000
    let date = CivilDate(daysSince1970: seconds / 86_400)
    let clock = [seconds / 3_600 % 24, seconds / 60 % 60, seconds % 60]
    let days = [padded(date.year, 4), padded(date.month, 2), padded(date.day, 2)]
    return days.joined(separator: "-") + "T"
      + clock.map { padded($0, 2) }.joined(separator: ":") + "Z"
  }

  private static func padded(_ number: Int64, _ width: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
  }
}
