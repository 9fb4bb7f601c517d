import Domain
import Testing

@testable import Search

@Suite struct CodeIndexTests {
  static let owners = [
    VectorOwner(key: KeyID(rawValue: "a"), endUser: nil),
    VectorOwner(key: KeyID(rawValue: "a"), endUser: "u1"),
    VectorOwner(key: KeyID(rawValue: "b"), endUser: "u1"),
    VectorOwner(key: KeyID(rawValue: "b"), endUser: "u2"),
  ]

  static func entries(_ count: Int, seed: UInt64 = 7) -> [CodeIndex.Entry] {
    var random = SplitMix(state: seed)
    return (0..<count).map { index in
      return CodeIndex.Entry(
        id: Int64(index + 1), thread: UInt32(index % 37), owner: owners[index % owners.count],
        role: index % 3 == 0 ? .assistant : .user, createdAt: Int64(index) * 10,
        code: VectorCode(words: [random.next(), random.next(), random.next(), random.next()]))
    }
  }

  static func distance(_ left: VectorCode, _ right: VectorCode) -> Int {
    zip(left.words, right.words).reduce(0) { $0 + ($1.0 ^ $1.1).nonzeroBitCount }
  }

  /// What the scan must find, by the plainest way: all that may be seen, sorted.
  static func expected(
    _ entries: [CodeIndex.Entry], near code: VectorCode, filter: VectorFilter
  ) -> [CodeIndex.Candidate] {
    entries.filter { entry in
      (filter.key == nil || entry.owner.key == filter.key)
        && (filter.endUser == nil || entry.owner.endUser == filter.endUser)
        && (filter.thread == nil || entry.thread == filter.thread)
        && (filter.role == nil || entry.role == filter.role)
        && entry.createdAt >= filter.since ?? .min && entry.createdAt < filter.until ?? .max
    }
    .map { CodeIndex.Candidate(id: $0.id, distance: distance($0.code, code)) }
    .sorted { ($0.distance, $0.id) < ($1.distance, $1.id) }
  }

  static let filters: [VectorFilter] = [
    VectorFilter(), VectorFilter(key: KeyID(rawValue: "a")), VectorFilter(endUser: "u1"),
    VectorFilter(key: KeyID(rawValue: "b"), endUser: "u1"), VectorFilter(thread: 5),
    VectorFilter(key: KeyID(rawValue: "b"), thread: 5, role: .user),
    VectorFilter(role: .assistant), VectorFilter(since: 50_000),
    VectorFilter(since: 1_000, until: 90_000), VectorFilter(key: KeyID(rawValue: "nobody")),
    VectorFilter(until: 0),
  ]

  @Test(arguments: filters.indices)
  func `a scan finds what sorting everything finds, equal distances in the order of addition`(
    number: Int
  ) {
    let entries = Self.entries(9_000)
    let index = CodeIndex()
    index.insert(entries)
    #expect(index.count == 9_000)
    let query = entries[123].code
    let filter = Self.filters[number]
    let expected = Self.expected(entries, near: query, filter: filter)
    for limit in [0, 1, 10, 300, 30_000] {
      let found = index.candidates(near: query, limit: limit, filter: filter)
      #expect(found.nearest == Array(expected.prefix(limit)))
      #expect(limit == 0 || found.passed == expected.count)
    }
  }

  @Test func `the statistics are those of all that passed the filter`() {
    let entries = Self.entries(9_000)
    let index = CodeIndex()
    index.insert(entries)
    let query = entries[0].code
    let found = index.candidates(near: query, limit: 5, filter: VectorFilter(endUser: "u2"))
    let distances = entries.filter { $0.owner.endUser == "u2" }
      .map { Double(Self.distance($0.code, query)) }
    let mean = distances.reduce(0, +) / Double(distances.count)
    let variance =
      distances.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(distances.count)
    #expect(found.passed == distances.count)
    #expect(abs(found.mean - mean) < 1e-9)
    #expect(abs(found.deviation - variance.squareRoot()) < 1e-6)
  }

  @Test func `what is removed is never found, before and after the rows move together`() {
    let entries = Self.entries(10_000)
    let index = CodeIndex()
    index.insert(entries)
    let query = entries[77].code
    var left = entries
    for share in [10, 3, 2] {
      let gone = Set(left.lazy.filter { $0.id % Int64(share) == 0 }.map(\.id))
      index.remove(gone)
      left.removeAll { gone.contains($0.id) }
      #expect(index.count == left.count)
      let found = index.candidates(near: query, limit: 50, filter: VectorFilter())
      let expected = Self.expected(left, near: query, filter: VectorFilter())
      #expect(found.nearest == Array(expected.prefix(50)))
      #expect(found.passed == left.count)
    }
    index.remove(thread: 4)
    left.removeAll { $0.thread == 4 }
    #expect(index.count == left.count)
    index.removeAll()
    #expect(index.count == 0)
    #expect(
      index.candidates(near: query, limit: 50, filter: VectorFilter()).nearest.isEmpty)
  }

  @Test func `an entry that is added again takes the first one's place`() {
    let entries = Self.entries(50)
    let index = CodeIndex()
    index.insert(entries)
    let other = CodeIndex.Entry(
      id: 10, thread: 99, owner: Self.owners[3], role: .user, createdAt: 5,
      code: entries[20].code)
    index.insert([other])
    #expect(index.count == 50)
    let found = index.candidates(
      near: entries[20].code, limit: 5, filter: VectorFilter(thread: 99))
    #expect(found.nearest == [CodeIndex.Candidate(id: 10, distance: 0)])
  }

  @Test func `a scan sees the index as it was while others write`() async {
    let entries = Self.entries(5_000)
    let index = CodeIndex()
    await withTaskGroup(of: Void.self) { group in
      group.addTask {
        for start in stride(from: 0, to: entries.count, by: 100) {
          index.insert(Array(entries[start..<(start + 100)]))
        }
      }
      group.addTask {
        var last = 0
        while last < entries.count {
          let found = index.candidates(near: entries[5].code, limit: 3, filter: VectorFilter())
          #expect(found.passed % 100 == 0 && found.passed >= last)
          last = found.passed
        }
      }
    }
  }
}
