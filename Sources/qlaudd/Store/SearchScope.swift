import Domain

/// The words by which the index filters: they stand in a column of their own, so that a search reads only rows that pass,
/// however common the words that were asked for.
enum SearchScope {
  /// What stands in the index for a message of a thread.
  static func text(_ thread: Thread, _ message: Message) -> String {
    let day = max(0, message.createdAt) / dayLength
    let (year, month, _) = civil(day)
    var words = [
      name(thread.id), name(thread.keyID), name(message.role), "d\(day)", "m\(year * 12 + month)",
      "y\(year)",
    ]
    if let endUser = thread.endUserID { words.append(name(endUser: endUser)) }
    return words.joined(separator: " ")
  }

  /// What must stand there; nil where everything passes. Each element is a choice.
  static func words(of filter: SearchFilter, now: Milliseconds) -> [[String]] {
    var all: [[String]] = []
    if let thread = filter.thread { all.append([name(thread)]) }
    if let key = filter.visibleTo { all.append([name(key)]) }
    if let endUser = filter.endUserID { all.append([name(endUser: endUser)]) }
    if let role = filter.role { all.append([name(role)]) }
    if filter.since != nil || filter.until != nil {
      let choice = days(since: max(0, filter.since ?? 0), until: filter.until ?? now + dayLength)
      if let choice { all.append(choice) }
    }
    return all
  }

  private static let dayLength: Milliseconds = 86_400_000
  /// A choice of more days goes by months, of more months by years.
  private static let mostChoices: Int64 = 64

  /// Nil where there are too many to name.
  private static func days(since: Milliseconds, until: Milliseconds) -> [String]? {
    let first = since / dayLength
    let last = max(first, (until - 1) / dayLength)
    if last - first < mostChoices { return (first...last).map { "d\($0)" } }
    let (from, to) = (civil(first), civil(last))
    let (firstMonth, lastMonth) = (from.year * 12 + from.month, to.year * 12 + to.month)
    if lastMonth - firstMonth < mostChoices { return (firstMonth...lastMonth).map { "m\($0)" } }
    guard to.year - from.year < mostChoices else { return nil }
    return (from.year...to.year).map { "y\($0)" }
  }

  private static func name(_ thread: ThreadID) -> String { "t" + hash(thread.rawValue) }
  private static func name(_ key: KeyID) -> String { "k" + hash(key.rawValue) }
  private static func name(_ role: Role) -> String { "r" + role.rawValue }
  private static func name(endUser: String) -> String { "u" + hash(endUser) }

  /// Any text as a word. Two that meet are told apart where each row is looked at once more.
  private static func hash(_ text: String) -> String {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325  // FNV-1a
    for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    return String(hash, radix: 36)
  }

  /// The year and the month, from 1, of a day from 1970-01-01 on (H. Hinnant, "chrono-compatible low-level date algorithms").
  private static func civil(_ day: Int64) -> (year: Int64, month: Int64, day: Int64) {
    let shifted = day + 719_468
    let era = shifted / 146_097
    let ofEra = shifted - era * 146_097
    let yearOfEra = (ofEra - ofEra / 1_460 + ofEra / 36_524 - ofEra / 146_096) / 365
    let ofYear = ofEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shiftedMonth = (5 * ofYear + 2) / 153
    let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
    return (
      yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month,
      ofYear - (153 * shiftedMonth + 2) / 5 + 1
    )
  }
}
