import CVector
import Domain

/// The columns of a ``CodeIndex``, in blocks so that growth copies nothing and a snapshot costs the last block at most.
///
/// A removed row stays as one of class 0, which no filter allows, until a quarter of all rows are such; then the rest move
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
    var threads: [UInt32] = []
    /// Owner and role in one number: an index into `classes`.
    var classes: [UInt32] = []

    /// With the whole room at once: an array that doubles would hold up to twice what it needs.
    init(start: Int, base: Int64) {
      self.start = start
      self.base = base
      codes.reserveCapacity(blockRows * Int(CVECTOR_WORDS))
      ids.reserveCapacity(blockRows)
      times.reserveCapacity(blockRows)
      threads.reserveCapacity(blockRows)
      classes.reserveCapacity(blockRows)
    }

    func id(_ row: Int) -> Int64 { base + Int64(ids[row]) }
  }
  private struct Class: Hashable, Sendable {
    let owner: VectorOwner
    let role: Role
  }
  private static let blockRows = 8192

  private var blocks: [Block] = []
  /// Class 0 is that of removed rows.
  private var classes: [Class?] = [nil]
  private var numbers: [Class: UInt32] = [:]
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
      offset = 0
    }
    let last = blocks.count - 1
    blocks[last].codes.append(contentsOf: code)
    blocks[last].ids.append(offset ?? 0)
    blocks[last].times.append(second)
    blocks[last].threads.append(thread)
    blocks[last].classes.append(number)
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
      for row in blocks[index].ids.indices
      where blocks[index].classes[row] != 0
        && matches(blocks[index].id(row), blocks[index].threads[row])
      {
        blocks[index].classes[row] = 0
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
      for row in block.ids.indices where block.classes[row] != 0 {
        append(
          code: block.codes[(row * words)..<((row + 1) * words)], id: block.id(row),
          second: block.times[row], thread: block.threads[row], number: block.classes[row])
      }
    }
  }

  func scan(_ query: CodeQuery, limit: Int, filter: VectorFilter) -> CodeIndex.Candidates {
    let limit = min(max(limit, 0), live)
    let allowed: [UInt8] = classes.map { value in
      value.map { filter.allows($0.owner, $0.role) } == true ? 1 : 0
    }
    var scan = cvector_scan()
    scan.limit = limit
    scan.threshold = UInt32(CVECTOR_MAX_COST) + 1
    let hits = withUnsafeTemporaryAllocation(of: cvector_hit.self, capacity: 2 * limit + 512) {
      hits in
      scan.hits = hits.baseAddress
      allowed.withUnsafeBufferPointer { allowed in
        var rule = cvector_filter()
        rule.allowed = allowed.baseAddress
        rule.classes = allowed.count
        rule.of_one_thread = filter.thread == nil ? 0 : 1
        rule.thread = filter.thread ?? 0
        // Whole seconds: what of them lies outside is shut out where a row is looked at once more.
        rule.since = filter.since.map { $0.flooredSecond } ?? .min
        rule.until = filter.until.map { $0.flooredSecond + ($0 % 1000 == 0 ? 0 : 1) } ?? .max
        run(&scan, query, &rule)
      }
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

  private func run(_ scan: inout cvector_scan, _ query: CodeQuery, _ rule: inout cvector_filter) {
    let kernel = cvector_best()
    var wanted = query.raw
    for block in blocks {
      block.codes.withUnsafeBufferPointer { codes in
        block.classes.withUnsafeBufferPointer { classes in
          block.threads.withUnsafeBufferPointer { threads in
            block.times.withUnsafeBufferPointer { times in
              var rows = cvector_rows()
              rows.codes = codes.baseAddress
              rows.classes = classes.baseAddress
              rows.threads = threads.baseAddress
              rows.times = times.baseAddress
              rows.count = times.count
              cvector_scan_rows(
                &scan, kernel, &rows, UInt32(block.start), &wanted, &rule)
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
