import CVector
import Domain

/// The columns of a ``CodeIndex``, in blocks so that growth copies nothing and a snapshot costs the last block at most.
///
/// A removed row stays as one of class 0, which no filter allows, until a quarter of all rows are such; then the rest move
/// together in their order.
struct CodeRows: Sendable {
  private struct Block: Sendable {
    var codes: [UInt64] = []
    var ids: [Int64] = []
    var times: [Int64] = []
    var threads: [UInt32] = []
    /// Owner and role in one number: an index into `classes`.
    var classes: [UInt32] = []
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
      code: entry.code.words[...], id: entry.id, time: entry.createdAt, thread: entry.thread,
      number: number)
  }

  private mutating func append(
    code: ArraySlice<UInt64>, id: Int64, time: Int64, thread: UInt32, number: UInt32
  ) {
    if total % Self.blockRows == 0 { blocks.append(Self.emptyBlock()) }
    let last = blocks.count - 1
    blocks[last].codes.append(contentsOf: code)
    blocks[last].ids.append(id)
    blocks[last].times.append(time)
    blocks[last].threads.append(thread)
    blocks[last].classes.append(number)
    total += 1
    live += 1
    greatestID = max(greatestID, id)
  }

  /// The whole room at once where there is a block before: an array that doubles would hold up to twice what it needs.
  private static func emptyBlock() -> Block {
    var block = Block()
    block.codes.reserveCapacity(blockRows * Int(CVECTOR_WORDS))
    block.ids.reserveCapacity(blockRows)
    block.times.reserveCapacity(blockRows)
    block.threads.reserveCapacity(blockRows)
    block.classes.reserveCapacity(blockRows)
    return block
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
        && matches(blocks[index].ids[row], blocks[index].threads[row])
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
          code: block.codes[(row * words)..<((row + 1) * words)], id: block.ids[row],
          time: block.times[row], thread: block.threads[row], number: block.classes[row])
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
        rule.since = filter.since ?? .min
        rule.until = filter.until ?? .max
        run(&scan, query, &rule)
      }
      cvector_finish(&scan)
      return hits[..<scan.count].map { hit in
        let (block, row) = Int(hit.row).quotientAndRemainder(dividingBy: Self.blockRows)
        return CodeIndex.Candidate(id: blocks[block].ids[row], cost: Int(hit.cost))
      }
    }
    let passed = Double(max(scan.passed, 1))
    let mean = Double(scan.sum) / passed
    let variance = Double(scan.sum_of_squares) / passed - mean * mean
    return CodeIndex.Candidates(
      nearest: hits, passed: Int(scan.passed),
      background: query.background(mean: mean, deviation: max(variance, 0).squareRoot()))
  }

  private func run(_ scan: inout cvector_scan, _ query: CodeQuery, _ rule: inout cvector_filter) {
    let kernel = cvector_best()
    var wanted = query.raw
    for (number, block) in blocks.enumerated() {
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
                &scan, kernel, &rows, UInt32(number * Self.blockRows), &wanted, &rule)
            }
          }
        }
      }
    }
  }
}
