import Testing

@testable import Store

@Suite struct SegmentLevelsTests {
  /// A record with a cookie of 7 and a write counter of 300.
  private static func record(_ levels: [(merging: Int, segments: [[UInt64]])]) -> [UInt8] {
    var numbers = [UInt64(levels.count), UInt64(levels.reduce(0) { $0 + $1.segments.count }), 300]
    for level in levels {
      numbers += [UInt64(level.merging), UInt64(level.segments.count)]
      numbers += level.segments.flatMap(\.self)
    }
    return [0, 0, 0, 7] + numbers.flatMap(SegmentLevels.bytes)
  }
  private static let none: (merging: Int, segments: [[UInt64]]) = (0, [])

  @Test func `a record that SQLite has written is read and written the same`() throws {
    // Cookie 2; two levels, one segment, no writes; nothing on the first, segment 4 with page 1 on the second.
    let record: [UInt8] = [0, 0, 0, 2, 2, 1, 0, 0, 0, 0, 1, 4, 1, 1]
    let levels = try #require(SegmentLevels(record: record))
    #expect(levels.levels.map(\.segments.count) == [0, 1])
    #expect(levels.levels[1].segments[0] == .init(id: 4, firstPage: 1, lastPage: 1))
    #expect(levels.record == record)
    let empty: [UInt8] = [0, 0, 0, 0, 0, 0, 0]
    #expect(SegmentLevels(record: empty)?.levels == [])
    #expect(SegmentLevels(record: empty)?.record == empty)
  }

  private static let numbers: [(UInt64, [UInt8])] = [
    (0, [0]), (127, [0x7F]), (128, [0x81, 0]), (2001, [0x8F, 0x51]),
    (1 << 56, [0x80, 0xC0, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0]),
    (.max, [UInt8](repeating: 0xFF, count: 9)),
  ]

  @Test(arguments: numbers)
  func `numbers have SQLite's length`(_ number: UInt64, _ bytes: [UInt8]) {
    #expect(SegmentLevels.bytes(number) == bytes)
    let record: [UInt8] = [0, 0, 0, 1, 0, 0] + bytes
    #expect(SegmentLevels(record: record)?.record == record)
  }

  @Test func `empty levels are taken out and the order is kept`() throws {
    var many = [(merging: Int, segments: [[UInt64]])](repeating: Self.none, count: 2_002)
    many[0] = (0, [[9, 1, 1], [10, 1, 2]])
    many[700] = (2, [[5, 3, 8], [6, 1, 200]])
    many[701] = (0, [[7, 1, 40]])
    many[2_001] = (0, [[1, 1, 9_000]])
    let levels = try #require(SegmentLevels(record: Self.record(many)))
    let fewer = try #require(levels.compacted())
    #expect(fewer.levels.count == SegmentLevels.kept)
    #expect(fewer.levels.filter { !$0.isEmpty } == levels.levels.filter { !$0.isEmpty })
    let merge = try #require(fewer.levels.firstIndex { $0.merging > 0 })
    #expect(fewer.levels[merge + 1].segments.map(\.id) == [7])
    #expect(fewer.levels.first?.segments.map(\.id) == [9, 10])
    #expect(fewer.levels.last?.segments.map(\.id) == [1])
    #expect(SegmentLevels(record: fewer.record) == fewer)
    #expect(fewer.compacted() == nil)
  }

  @Test func `a few levels, and many full ones, are let be`() throws {
    typealias Level = (merging: Int, segments: [[UInt64]])
    var few = [Level](repeating: Self.none, count: SegmentLevels.most)
    few[SegmentLevels.most - 1] = (0, [[1, 1, 1]])
    #expect(try #require(SegmentLevels(record: Self.record(few))).compacted() == nil)
    let full: [Level] = (1...40).map { (merging: 0, segments: [[UInt64($0), 1, 1]]) }
    #expect(try #require(SegmentLevels(record: Self.record(full))).compacted() == nil)
    let nearlyFull = full + [Self.none]
    #expect(
      try #require(SegmentLevels(record: Self.record(nearlyFull))).compacted()?.levels.count == 40)
  }

  @Test func `what is malformed or of another kind is not read`() {
    let good = Self.record([(1, [[1, 1, 1]]), (0, [[2, 1, 4]])])
    #expect(SegmentLevels(record: good) != nil)
    for count in 0..<good.count { #expect(SegmentLevels(record: Array(good[..<count])) == nil) }
    #expect(SegmentLevels(record: good + [0]) == nil)
    let bad: [[(merging: Int, segments: [[UInt64]])]] = [
      // More are merged than there are; the output is missing; an id of 0; pages in the wrong order.
      [(2, [[1, 1, 1]]), (0, [[2, 1, 4]])], [(1, [[1, 1, 1]]), (0, [])], [(1, [[1, 1, 1]])],
      [(0, [[0, 1, 1]])], [(0, [[1, 5, 4]])],
    ]
    for levels in bad { #expect(SegmentLevels(record: Self.record(levels)) == nil) }
    var wrongTotal = good
    wrongTotal[5] = 3
    #expect(SegmentLevels(record: wrongTotal) == nil)
    #expect(SegmentLevels(record: [0, 0, 0, 1, 0xFF, 0, 0, 1, 0, 0, 0, 0]) == nil)
    #expect(
      SegmentLevels(record: [0, 0, 0, 1] + [UInt8](repeating: 0xFF, count: 40)) == nil)
  }
}
