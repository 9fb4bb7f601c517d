/// How FTS5 has put the segments of an index on levels: a pure reading of its structure record, whose format stands at the
/// top of SQLite's `fts5_index.c`. A configuration cookie of four bytes, then numbers of SQLite's variable length: levels,
/// segments, a write counter, and for each level how many of its segments are being merged, how many it has, and for each
/// of these its id, first and last page, the oldest first.
///
/// Bringing all segments together puts them on a level above all others, and before SQLite 3.41 nothing ever takes a level
/// away: an index with more than 2,000 is refused as malformed from then on. ``compacted()`` takes empty levels out.
struct SegmentLevels: Equatable {
  struct Segment: Equatable {
    let id: UInt64
    let firstPage: UInt64
    let lastPage: UInt64
  }
  struct Level: Equatable {
    /// Segments, from the oldest, that are input to a merge whose output is the newest one of the next level.
    var merging: Int
    /// From the oldest.
    var segments: [Segment]
    var isEmpty: Bool { merging == 0 && segments.isEmpty }
  }

  private let cookie: [UInt8]
  private let writeCounter: UInt64
  /// The newest segments are on the first.
  let levels: [Level]

  /// Levels that are let be.
  static let most = 32
  /// Levels that are left, where so many are empty. The segments' sizes stay as far apart as they were.
  static let kept = 16
  /// What follows on the cookie in records of a second kind. SQLite versions that write it bound the levels themselves.
  private static let secondKind: [UInt8] = [0xFF, 0, 0, 1]

  private init(cookie: [UInt8], writeCounter: UInt64, levels: [Level]) {
    self.cookie = cookie
    self.writeCounter = writeCounter
    self.levels = levels
  }

  /// Reads a record; nil for one that is malformed or of another kind.
  init?(record: [UInt8]) {
    guard record.count >= 7, !record.dropFirst(4).starts(with: Self.secondKind) else { return nil }
    var reader = Reader(bytes: record[4...])
    guard let count = reader.count(), let total = reader.count(), let counter = reader.number()
    else { return nil }
    var levels: [Level] = []
    for _ in 0..<count {
      guard let level = reader.level() else { return nil }
      // The output of a merge stands on the level behind its inputs.
      if let last = levels.last, last.merging > 0, level.segments.isEmpty { return nil }
      levels.append(level)
    }
    guard reader.isAtEnd, levels.last?.merging ?? 0 == 0,
      levels.reduce(0, { $0 + $1.segments.count }) == total
    else { return nil }
    self.init(cookie: Array(record[..<4]), writeCounter: counter, levels: levels)
  }

  /// The record that says this.
  var record: [UInt8] {
    var numbers = [
      UInt64(levels.count), levels.reduce(0) { $0 + UInt64($1.segments.count) }, writeCounter,
    ]
    for level in levels {
      numbers += [UInt64(level.merging), UInt64(level.segments.count)]
      for segment in level.segments {
        numbers += [segment.id, segment.firstPage, segment.lastPage]
      }
    }
    return cookie + numbers.flatMap(Self.bytes)
  }

  /// The same segments in the same order on fewer levels; nil where there are not too many, or none is empty.
  func compacted() -> SegmentLevels? {
    guard levels.count > Self.most else { return nil }
    // Two levels of which one holds the inputs of a merge have nothing empty between them, so they stay together.
    var superfluous = levels.count - Self.kept
    var fewer: [Level] = []
    for level in levels.reversed() {
      if level.isEmpty, superfluous > 0 {
        superfluous -= 1
      } else {
        fewer.append(level)
      }
    }
    guard fewer.count < levels.count else { return nil }
    return SegmentLevels(cookie: cookie, writeCounter: writeCounter, levels: fewer.reversed())
  }

  /// A number as SQLite writes it: seven bits a byte, the highest first, and in a ninth byte eight.
  static func bytes(_ number: UInt64) -> [UInt8] {
    guard number >> 56 == 0 else {
      let first = (0..<8).map { place in
        UInt8(truncatingIfNeeded: number >> UInt64(57 - 7 * place)) | 0x80
      }
      return first + [UInt8(truncatingIfNeeded: number)]
    }
    var bytes = [UInt8(number & 0x7F)]
    var rest = number >> 7
    while rest > 0 {
      bytes.append(UInt8(rest & 0x7F) | 0x80)
      rest >>= 7
    }
    return bytes.reversed()
  }

  private struct Reader {
    var bytes: ArraySlice<UInt8>
    var isAtEnd: Bool { bytes.isEmpty }

    mutating func number() -> UInt64? {
      var value: UInt64 = 0
      for place in 0..<9 {
        guard let byte = bytes.popFirst() else { return nil }
        if place == 8 { return value << 8 | UInt64(byte) }
        value = value << 7 | UInt64(byte & 0x7F)
        if byte < 0x80 { return value }
      }
      return nil
    }

    /// A number of things of which each takes at least a byte of the rest.
    mutating func count() -> Int? {
      guard let value = number(), value <= UInt64(bytes.count) else { return nil }
      return Int(value)
    }

    mutating func level() -> Level? {
      guard let merging = number(), let count = count(), merging <= UInt64(count) else {
        return nil
      }
      var segments: [Segment] = []
      for _ in 0..<count {
        guard let id = number(), let first = number(), let last = number(), id > 0, first <= last
        else { return nil }
        segments.append(Segment(id: id, firstPage: first, lastPage: last))
      }
      return Level(merging: Int(merging), segments: segments)
    }
  }
}
