import CVector
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
    // Few different codes, so that equal costs happen.
    let codes = (0..<60).map { _ in
      VectorCode(words: [random.next(), random.next(), random.next(), random.next()])
    }
    return (0..<count).map { index in
      return CodeIndex.Entry(
        id: Int64(index + 1), thread: UInt32(index % 37), owner: owners[index % owners.count],
        role: index % 3 == 0 ? .assistant : .user, createdAt: Int64(index) * 10,
        code: codes[Int(random.next() % 60)])
    }
  }

  static func distance(_ left: VectorCode, _ right: VectorCode) -> Int {
    zip(left.words, right.words).reduce(0) { $0 + ($1.0 ^ $1.1).nonzeroBitCount }
  }

  static func query(_ seed: UInt64) throws -> CodeQuery {
    try #require(CodeQuery(QuantizedVectorTests.vector(256, seed: seed)))
  }

  /// What the kernels must find, bit by bit.
  static func cost(_ query: CodeQuery, _ code: VectorCode) -> Int {
    func words(_ bytes: UnsafeRawBufferPointer) -> [UInt64] {
      Array(bytes.bindMemory(to: UInt64.self))
    }
    let wanted = withUnsafeBytes(of: query.raw.wanted, words)
    let planes = withUnsafeBytes(of: query.raw.planes, words)
    var cost = 0
    for word in 0..<4 {
      let other = code.words[word] ^ wanted[word]
      for plane in 0..<4 { cost += (other & planes[plane * 4 + word]).nonzeroBitCount << plane }
    }
    return cost
  }

  /// What the scan must find, by the plainest way: all that may be seen, sorted.
  static func expected(
    _ entries: [CodeIndex.Entry], near query: CodeQuery, filter: VectorFilter
  ) -> [CodeIndex.Candidate] {
    entries.filter { entry in
      (filter.key == nil || entry.owner.key == filter.key)
        && (filter.endUser == nil || entry.owner.endUser == filter.endUser)
        && (filter.thread == nil || entry.thread == filter.thread)
        && (filter.role == nil || entry.role == filter.role)
        && entry.createdAt >= filter.since ?? .min && entry.createdAt < filter.until ?? .max
    }
    .map { CodeIndex.Candidate(id: $0.id, cost: cost(query, $0.code)) }
    .sorted { ($0.cost, $0.id) < ($1.cost, $1.id) }
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
  ) throws {
    let entries = Self.entries(9_000)
    let index = CodeIndex()
    index.insert(entries)
    #expect(index.count == 9_000)
    let query = try Self.query(3)
    let filter = Self.filters[number]
    let expected = Self.expected(entries, near: query, filter: filter)
    for limit in [0, 1, 10, 300, 30_000] {
      let found = index.candidates(near: query, limit: limit, filter: filter)
      #expect(found.nearest == Array(expected.prefix(limit)))
      #expect(limit == 0 || found.passed == expected.count)
    }
  }

  @Test func `every message may be of a thread of its own`() throws {
    let entries = Self.entries(17_000).map { entry in
      CodeIndex.Entry(
        id: entry.id, thread: UInt32(entry.id), owner: entry.owner, role: entry.role,
        createdAt: entry.createdAt, code: entry.code)
    }
    let index = CodeIndex()
    index.insert(entries)
    let query = try Self.query(9)
    for filter in [
      VectorFilter(), VectorFilter(thread: 8192), VectorFilter(thread: 8193),
      VectorFilter(thread: 17_000), VectorFilter(thread: 17_001), VectorFilter(role: .assistant),
    ] {
      let expected = Self.expected(entries, near: query, filter: filter)
      let found = index.candidates(near: query, limit: 40, filter: filter)
      #expect(found.nearest == Array(expected.prefix(40)) && found.passed == expected.count)
    }
    index.remove(thread: 8193)
    #expect(index.count == 16_999)
    #expect(
      index.candidates(near: query, limit: 1, filter: VectorFilter(thread: 8193)).nearest == [])
  }

  @Test func `the cosine that is to be expected falls with the cost and is seldom exceeded`() throws
  {
    let vector = QuantizedVectorTests.vector(256, seed: 8)
    let query = try #require(CodeQuery(vector))
    let near = (0..<5).map { query.most(of: CodeIndex.Candidate(id: 1, cost: $0 * 100)) }
    #expect(near == near.sorted(by: >))
    func dot(_ a: [Float], _ b: [Float]) -> Float { zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }
    let above = (100..<300).count { seed in
      let noise = QuantizedVectorTests.vector(256, seed: UInt64(seed))
      let other = zip(vector, noise).map { $0 * 0.4 + $1 * 0.6 }
      let cosine = dot(vector, other) / (dot(vector, vector) * dot(other, other)).squareRoot()
      let cost = Self.cost(query, VectorCode(other))
      return query.most(of: CodeIndex.Candidate(id: 1, cost: cost)) < cosine
    }
    #expect(above < 40)
  }

  @Test func `the statistics are those of all that passed the filter`() throws {
    let entries = Self.entries(9_000)
    let index = CodeIndex()
    index.insert(entries)
    let query = try Self.query(5)
    let found = index.candidates(near: query, limit: 5, filter: VectorFilter(endUser: "u2"))
    let costs = entries.filter { $0.owner.endUser == "u2" }
      .map { Double(Self.cost(query, $0.code)) }
    let mean = costs.reduce(0, +) / Double(costs.count)
    let variance = costs.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(costs.count)
    let expected = query.background(mean: mean, deviation: variance.squareRoot())
    #expect(found.passed == costs.count)
    #expect(abs(found.background.mean - expected.mean) < 1e-9)
    #expect(abs(found.background.deviation - expected.deviation) < 1e-6)
  }

  @Test func `a cost tells the cosine`() throws {
    let vector = QuantizedVectorTests.vector(256, seed: 8)
    let query = try #require(CodeQuery(vector))
    for seed in 20..<40 {
      let noise = QuantizedVectorTests.vector(256, seed: UInt64(seed))
      let share = Float(seed - 20) / 19
      let other = zip(vector, noise).map { $0 * share + $1 * (1 - share) }
      func dot(_ a: [Float], _ b: [Float]) -> Float { zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }
      let cosine = dot(vector, other) / (dot(vector, vector) * dot(other, other)).squareRoot()
      let found = query.cosine(cost: Double(Self.cost(query, VectorCode(other))))
      #expect(abs(found - Double(cosine)) < 0.2)
    }
    #expect(CodeQuery([]) == nil)
    #expect(CodeQuery([0, 0]) == nil)
    #expect(CodeQuery([.infinity, 0]) == nil)
  }

  @Test func `what is removed is never found, before and after the rows move together`() throws {
    let entries = Self.entries(10_000)
    let index = CodeIndex()
    index.insert(entries)
    let query = try Self.query(4)
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

  @Test func `an entry that is added again takes the first one's place`() throws {
    let entries = Self.entries(50)
    let index = CodeIndex()
    index.insert(entries)
    let other = CodeIndex.Entry(
      id: 10, thread: 99, owner: Self.owners[3], role: .user, createdAt: 5,
      code: entries[20].code)
    let query = try Self.query(6)
    index.insert([other])
    #expect(index.count == 50)
    let found = index.candidates(near: query, limit: 5, filter: VectorFilter(thread: 99))
    let cost = Self.cost(query, other.code)
    #expect(found.nearest == [CodeIndex.Candidate(id: 10, cost: cost)])
  }

  @Test func `a scan sees the index as it was while others write`() async throws {
    let entries = Self.entries(5_000)
    let index = CodeIndex()
    let query = try Self.query(7)
    await withTaskGroup(of: Void.self) { group in
      group.addTask {
        for start in stride(from: 0, to: entries.count, by: 100) {
          index.insert(Array(entries[start..<(start + 100)]))
        }
      }
      group.addTask {
        var last = 0
        while last < entries.count {
          let found = index.candidates(near: query, limit: 3, filter: VectorFilter())
          #expect(found.passed % 100 == 0 && found.passed >= last)
          last = found.passed
        }
      }
    }
  }
}
