import Domain

/// The words by which the index filters: they stand in a column of their own, so that a search reads only rows that pass,
/// however common the words that were asked for.
enum SearchScope {
  /// What stands in the index for a message of a thread.
  static func text(_ thread: Thread, _ message: Message) -> String {
    let day = max(0, message.createdAt) / dayLength
    let date = CivilDate(daysSince1970: day)
    let (year, month) = (date.year, date.month)
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
    let (from, to) = (CivilDate(daysSince1970: first), CivilDate(daysSince1970: last))
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
}
