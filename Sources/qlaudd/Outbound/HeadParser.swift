import Wire

/// The head of a reply.
struct ResponseHead: Sendable, Equatable {
  var status: Int
  var headers: [HeaderField]
}

/// Puts the head together from its lines: a pure machine.
///
/// `lines` → `lines` again after an interim reply (1xx) → `done`; what comes then are trailers, which are passed over.
struct HeadParser: Sendable {
  /// Bytes of the heads of a reply, interim ones and trailers included, at most.
  static let maxBytes = 256 << 10

  enum Step: Sendable, Equatable {
    case more
    /// The head, once.
    case done(ResponseHead)
    case tooLong
    case noStatus
  }
  private var head = ResponseHead(status: 0, headers: [])
  private var bytes = 0
  private(set) var isDone = false

  /// Takes one line with its line end.
  mutating func line(_ raw: some BidirectionalCollection<UInt8>) -> Step {
    bytes += raw.count
    guard bytes <= Self.maxBytes else { return .tooLong }
    if isDone { return .more }
    let line = String(decoding: raw.trimmed { $0 == 0x0A || $0 == 0x0D }, as: UTF8.self)
    if line.isEmpty { return end() }
    if line.hasPrefix("HTTP/") { return start(line) }
    if line.first == " " || line.first == "\t", let last = head.headers.popLast() {
      head.headers.append(HeaderField(last.name, "\(last.value) \(Self.unpadded(line[...]))"))
      return .more
    }
    let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    let value = parts.count > 1 ? Self.unpadded(parts[1]) : ""
    head.headers.append(HeaderField(String(parts[0]), value))
    return .more
  }

  private mutating func start(_ line: String) -> Step {
    let parts = line.split(separator: " ", maxSplits: 2)
    guard parts.count > 1, let status = Int(parts[1]), (100...999).contains(status) else {
      return .noStatus
    }
    head = ResponseHead(status: status, headers: [])
    return .more
  }

  private static func unpadded(_ text: Substring) -> String {
    String(Substring(text.utf8.trimmed { $0 == 0x20 || $0 == 0x09 }))
  }

  private mutating func end() -> Step {
    if head.status < 200 { return .more }
    isDone = true
    return .done(head)
  }
}

extension BidirectionalCollection<UInt8> {
  /// Without the bytes at both ends for which `isBlank` holds.
  fileprivate func trimmed(_ isBlank: (UInt8) -> Bool) -> SubSequence {
    guard let start = firstIndex(where: { !isBlank($0) }),
      let last = lastIndex(where: { !isBlank($0) })
    else { return self[endIndex..<endIndex] }
    return self[start...last]
  }
}
