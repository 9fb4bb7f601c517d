/// What was typed in `chat`, in a file that only its owner may read: one entry a line, line breaks escaped.
final class History {
  private(set) var entries: [String]
  private let path: String

  /// Entries that are kept; the file may grow to twice as many before it is cut.
  static let limit = 1000
  private static let byteLimit = 4 << 20

  /// The history in a file, which need not exist.
  init(path: String) {
    self.path = path
    do throws(Failure) {
      let text = String(
        decoding: try Files.contents(path, limit: Self.byteLimit), as: UTF8.self)
      entries = text.split(separator: "\n").map(Self.unescape)
    } catch {
      // A first start, or a file beyond repair: the history begins anew.
      entries = []
    }
  }

  /// Remembers an entry, unless it is empty or the same as the last one.
  /// - Throws: ``Failure`` where the file cannot be written.
  func add(_ entry: String) throws(Failure) {
    guard !entry.isEmpty, entry != entries.last else { return }
    entries.append(entry)
    guard entries.count <= 2 * Self.limit else {
      entries.removeFirst(entries.count - Self.limit)
      let all = entries.map { Self.escape($0) + "\n" }.joined()
      return try Files.replace(path, with: Array(all.utf8))
    }
    try Files.append(Array((Self.escape(entry) + "\n").utf8), to: path)
  }

  static func escape(_ entry: String) -> String {
    entry.reduce(into: "") { out, character in
      switch character {
      case "\\": out += "\\\\"
      case "\n", "\r\n", "\r": out += "\\n"
      default: out.append(character)
      }
    }
  }

  static func unescape(_ line: some StringProtocol) -> String {
    var out = ""
    var escaped = false
    for character in line {
      if escaped {
        out.append(character == "n" ? "\n" : character)
        escaped = false
      } else if character == "\\" {
        escaped = true
      } else {
        out.append(character)
      }
    }
    return out
  }
}
