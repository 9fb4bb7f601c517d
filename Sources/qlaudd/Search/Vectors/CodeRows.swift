import CVector
import Domain

/// The columns of a ``CodeIndex``, in blocks so that growth copies nothing and a snapshot costs the last block at most.
///
/// A removed row stays as one of group 0, which no filter allows, until a quarter of all rows are such; then the rest move
/// together in their order.
struct CodeRows: Sendable {
  private struct Block: Sendable {
    /// The number of its first row.
    let start: Int
    /// What is added to its ids.
    let base: Int64
    var codes: [UInt64] = []
    /// Ids less `base`.
    var ids: [Int32] = []
    /// Seconds since 1970: half as much as milliseconds take.
    var times: [UInt32] = []
    /// Thread, owner and role in one number: an index into `groups`. Messages that come together are of few threads, so two
    /// bytes do for what would take eight.
    var members: [UInt16] = []
    /// Group 0 is that of removed rows.
    var groups: [Group] = [Group(thread: 0, number: 0)]
    /// Removed rows.
    var removed = 0

    /// With the whole room at once: an array that doubles would hold up to twice what it needs.
    init(start: Int, base: Int64) {
      self.start = start
      self.base = base
      codes.reserveCapacity(blockRows * Int(CVECTOR_WORDS))
      ids.reserveCapacity(blockRows)
      times.reserveCapacity(blockRows)
      members.reserveCapacity(blockRows)
    }

    func id(_ row: Int) -> Int64 { base + Int64(ids[row]) }
  }
  private struct Class: Hashable, Sendable {
    let owner: VectorOwner
    let role: Role
  }
  /// What filters go by but for the time.
  private struct Group: Hashable, Sendable {
    let thread: UInt32
    /// An index into `classes`.
    let number: UInt32
  }
  /// Fewer than there are numbers for groups.
  private static let blockRows = 8192

  private var blocks: [Block] = []
  /// Class 0 is that of removed rows.
  private var classes: [Class?] = [nil]
  private var numbers: [Class: UInt32] = [:]
  /// Places of the groups of the last block.
  private var places: [Group: UInt16] = [:]
  private var total = 0
  /// Rows that can be found.
  private(set) var live = 0
  /// The greatest id ever added.
  private(set) var greatestID = Int64.min

  mutating func append(_ entry: CodeIndex.Entry) {
    let number = self.number(Class(owner: entry.owner, role: entry.role))
    append(
      code: entry.code.words[...], id: entry.id, second: Self.second(entry.createdAt),
      thread: entry.thread, number: number)
  }

  /// The second in which a moment lies; the last one that there is for what lies outside.
  private static func second(_ time: Milliseconds) -> UInt32 { UInt32(clamping: time / 1000) }

  private mutating func append(
    code: ArraySlice<UInt64>, id: Int64, second: UInt32, thread: UInt32, number: UInt32
  ) {
    var offset = blocks.last.flatMap { block in
      block.ids.count < Self.blockRows ? Int32(exactly: id - block.base) : nil
    }
    if offset == nil {
      blocks.append(Block(start: total, base: id))
      places = [:]
      offset = 0
    }
    let last = blocks.count - 1
    let group = Group(thread: thread, number: number)
    let place = places[group] ?? UInt16(blocks[last].groups.count)
    if place == blocks[last].groups.count {
      blocks[last].groups.append(group)
      places[group] = place
    }
    blocks[last].codes.append(contentsOf: code)
    blocks[last].ids.append(offset ?? 0)
    blocks[last].times.append(second)
    blocks[last].members.append(place)
    total += 1
    live += 1
    greatestID = max(greatestID, id)
  }

  private mutating func number(_ value: Class) -> UInt32 {
    if let number = numbers[value] { return number }
    let number = UInt32(classes.count)
    classes.append(value)
    numbers[value] = number
    return number
  }

  mutating func remove(where matches: (_ id: Int64, _ thread: UInt32) -> Bool) {
    for index in blocks.indices {
      for row in blocks[index].ids.indices where blocks[index].members[row] != 0 {
        let group = blocks[index].groups[Int(blocks[index].members[row])]
        guard matches(blocks[index].id(row), group.thread) else { continue }
        blocks[index].members[row] = 0
        blocks[index].removed += 1
        live -= 1
      }
    }
    if total > Self.blockRows, (total - live) * 4 > total { compact() }
  }

  private mutating func compact() {
    let old = blocks
    blocks = []
    total = 0
    live = 0
    let words = Int(CVECTOR_WORDS)
    for block in old {
      for row in block.ids.indices where block.members[row] != 0 {
        let group = block.groups[Int(block.members[row])]
        append(
          code: block.codes[(row * words)..<((row + 1) * words)], id: block.id(row),
          second: block.times[row], thread: group.thread, number: group.number)
      }
    }
  }

  func scan(_ query: CodeQuery, limit: Int, filter: VectorFilter) -> CodeIndex.Candidates {
    let limit = min(max(limit, 0), live)
    let allowed = classes.map { value in
      value.map { filter.allows($0.owner, $0.role) } == true
    }
    var scan = cvector_scan()
    scan.limit = limit
    scan.threshold = UInt32(CVECTOR_MAX_COST) + 1
    let hits = withUnsafeTemporaryAllocation(of: cvector_hit.self, capacity: 2 * limit + 512) {
      hits in
      scan.hits = hits.baseAddress
      var rule = cvector_filter()
      // Whole seconds: what of them lies outside is shut out where a row is looked at once more.
      rule.since = filter.since.map { $0.flooredSecond } ?? .min
      rule.until = filter.until.map { $0.flooredSecond + ($0 % 1000 == 0 ? 0 : 1) } ?? .max
      run(&scan, query, &rule, allowed, thread: filter.thread)
      cvector_finish(&scan)
      return hits[..<scan.count].map { hit in
        CodeIndex.Candidate(id: id(ofRow: Int(hit.row)), cost: Int(hit.cost))
      }
    }
    let passed = Double(max(scan.passed, 1))
    let mean = Double(scan.sum) / passed
    let variance = Double(scan.sum_of_squares) / passed - mean * mean
    return CodeIndex.Candidates(
      nearest: hits, passed: Int(scan.passed),
      background: query.background(mean: mean, deviation: max(variance, 0).squareRoot()))
  }

  private func id(ofRow row: Int) -> Int64 {
    var (low, high) = (0, blocks.count - 1)
    while low < high {
      let middle = (low + high + 1) / 2
      if blocks[middle].start <= row { low = middle } else { high = middle - 1 }
    }
    return blocks[low].id(row - blocks[low].start)
  }

  /// - Parameter allowed: of each class, whether it may be seen.
  private func run(
    _ scan: inout cvector_scan, _ query: CodeQuery, _ rule: inout cvector_filter,
    _ allowed: [Bool], thread: UInt32?
  ) {
    let kernel = cvector_best()
    var wanted = query.raw
    var open: [UInt8] = []
    for block in blocks {
      open.removeAll(keepingCapacity: true)
      for group in block.groups {
        let isOpen = allowed[Int(group.number)] && (thread == nil || group.thread == thread)
        open.append(isOpen ? 1 : 0)
      }
      // Most blocks have nothing of a thread.
      guard open.contains(1) else { continue }
      open.withUnsafeBufferPointer { open in
        rule.allowed = open.baseAddress
        rule.groups = open.count
        block.codes.withUnsafeBufferPointer { codes in
          block.members.withUnsafeBufferPointer { members in
            block.times.withUnsafeBufferPointer { times in
              var rows = cvector_rows()
              rows.codes = codes.baseAddress
              rows.groups = members.baseAddress
              rows.times = times.baseAddress
              rows.count = times.count
              rows.has_removed = block.removed > 0 ? 1 : 0
              cvector_scan_rows(&scan, kernel, &rows, UInt32(block.start), &wanted, &rule)
            }
          }
        }
      }
    }
  }
}

extension Milliseconds {
  /// The second in which a moment lies, before 1970 too.
  fileprivate var flooredSecond: Int64 { self / 1000 - (self % 1000 < 0 ? 1 : 0) }
}
