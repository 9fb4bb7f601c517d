import Wire

/// A conversation from elsewhere, as the daemon takes it.
struct ImportedThread: Equatable {
  struct Entry: Equatable {
    let role: String
    let text: String
    var model: String?
    var createdAt: Int64?
  }
  /// Always the same for the same conversation: importing it again finds it there.
  let id: String
  var title: String?
  var system: String?
  var createdAt: Int64?
  var updatedAt: Int64?
  var messages: [Entry] = []

  /// The lines of `thread/import`; nil where nothing was said.
  var lines: String? {
    guard !messages.isEmpty else { return nil }
    let first = createdAt ?? messages.first?.createdAt ?? 0
    let last = updatedAt ?? messages.last?.createdAt ?? first
    let head = JSON.record([
      "type": "thread", "id": .string(id),
      "title": title.map { .string(String($0.prefix(200))) }, "system": system.map(JSON.string),
      "created_at": .int(first), "last_active_at": .int(max(first, last)),
    ])
    let rows = messages.enumerated().map { index, entry in
      JSON.record([
        "type": "message", "seq": .integer(index + 1), "role": .string(entry.role),
        "content": .string(entry.text), "model": entry.model.map(JSON.string),
        "created_at": .int(entry.createdAt ?? first),
      ])
    }
    return ([head] + rows).map { $0.text + "\n" }.joined()
  }

  /// Adds what somebody said, unless it is nothing.
  mutating func add(_ role: String, _ text: String, model: String? = nil, at time: Int64? = nil) {
    // A NUL cannot be stored, and nobody has typed one.
    let clean = text.utf8.contains(0) ? text.replacing("\u{0}", with: "") : text
    guard clean.contains(where: { !$0.isWhitespace }) else { return }
    messages.append(Entry(role: role, text: clean, model: model, createdAt: time))
  }
}

/// Moments as exports write them.
enum Timestamp {
  /// Seconds since the epoch, whole or not.
  static func seconds(_ json: JSON?) -> Int64? {
    guard let seconds = json?.double, seconds > 0, seconds < 1e11 else { return nil }
    return Int64(seconds * 1000)
  }

  /// ISO 8601: `2024-05-01T12:34:56.789Z`, `2024-05-01 12:34:56+02:00`; without a zone it is UTC.
  static func iso(_ text: String?) -> Int64? {
    guard let text else { return nil }
    let match = text.wholeMatch(
      of: #/(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:?\d\d)?/#)
    guard let match else { return nil }
    let fields = [match.1, match.2, match.3, match.4, match.5, match.6].compactMap { Int64($0) }
    guard fields.count == 6 else { return nil }
    let fraction = Int64(((match.7 ?? "0") + "000").prefix(3)) ?? 0
    let days = day(fields[0], fields[1], fields[2])
    let seconds = ((days * 24 + fields[3]) * 60 + fields[4]) * 60 + fields[5]
    return (seconds - offset(match.8)) * 1000 + fraction
  }

  private static func offset(_ zone: Substring?) -> Int64 {
    guard let zone, zone != "Z" else { return 0 }
    let digits = zone.filter(\.isNumber)
    let minutes = (Int64(digits.prefix(2)) ?? 0) * 60 + (Int64(digits.suffix(2)) ?? 0)
    return (zone.first == "-" ? -minutes : minutes) * 60
  }

  /// Days since 1970-01-01 (H. Hinnant, "chrono-compatible low-level date algorithms").
  private static func day(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
    let year = month <= 2 ? year - 1 : year
    let era = year / 400
    let ofEra = year - era * 400
    let ofYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
    return era * 146_097 + ofEra * 365 + ofEra / 4 - ofEra / 100 + ofYear - 719_468
  }
}
