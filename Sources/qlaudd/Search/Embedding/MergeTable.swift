import Wire

/// The pairs of tokens that a byte-pair encoding merges, each with its rank: an open table, since it is asked for every
/// pair of every word.
struct MergeTable: Sendable {
  private struct Slot {
    var pair: UInt64
    var rank: Int32
    var merged: Int32
  }
  private static let empty = UInt64.max
  private var slots: [Slot]
  private let mask: Int

  /// The list of a `tokenizer.json`: texts `"left right"` or pairs of texts, best first.
  init(_ pairs: [JSON], numbers: [[UInt8]: Int32], path: String) throws(EmbedderError) {
    var size = 1024
    while size < pairs.count * 2 { size *= 2 }
    slots = Array(repeating: Slot(pair: Self.empty, rank: 0, merged: 0), count: size)
    mask = size - 1
    for (rank, pair) in pairs.enumerated() {
      let parts =
        pair.string.map { $0.utf8.split(separator: UInt8(ascii: " ")).map(Array.init) }
        ?? pair.array?.compactMap { $0.string.map { Array($0.utf8) } } ?? []
      guard parts.count == 2, let left = numbers[parts[0]], let right = numbers[parts[1]],
        let merged = numbers[parts[0] + parts[1]]
      else { throw .malformed(path: path, what: "merge \(rank) has no token") }
      insert(Self.pair(left, right), rank: Int32(clamping: rank), merged: merged)
    }
  }

  private static func pair(_ left: Int32, _ right: Int32) -> UInt64 {
    UInt64(UInt32(bitPattern: left)) << 32 | UInt64(UInt32(bitPattern: right))
  }

  private func place(_ pair: UInt64) -> Int {
    var place = Int(truncatingIfNeeded: (pair &* 0x9E37_79B9_7F4A_7C15) >> 32) & mask
    while slots[place].pair != pair, slots[place].pair != Self.empty { place = (place + 1) & mask }
    return place
  }

  /// Of a pair that is listed twice the last rank counts, as in the reference.
  private mutating func insert(_ pair: UInt64, rank: Int32, merged: Int32) {
    slots[place(pair)] = Slot(pair: pair, rank: rank, merged: merged)
  }

  private func merge(_ left: Int32, _ right: Int32) -> (rank: Int32, merged: Int32)? {
    let pair = Self.pair(left, right)
    let slot = slots[place(pair)]
    return slot.pair == pair ? (slot.rank, slot.merged) : nil
  }

  /// Appends a word's tokens and leaves the word empty: the pair of the lowest rank is merged first, of equal ones the
  /// leftmost, until no pair is listed.
  func encode(_ word: inout [Int32], to tokens: inout [Int32]) {
    defer { word.removeAll(keepingCapacity: true) }
    if word.count > 48 {
      var long = LongWord(word)
      long.mergeAll { merge($0, $1) }
      tokens.append(contentsOf: long.tokens)
      return
    }
    while word.count > 1 {
      var best: (rank: Int32, merged: Int32)?
      var place = 0
      for index in 0..<(word.count - 1) {
        if let found = merge(word[index], word[index + 1]), found.rank < best?.rank ?? .max {
          best = found
          place = index
        }
      }
      guard let best else { break }
      word[place] = best.merged
      word.remove(at: place + 1)
    }
    tokens.append(contentsOf: word)
  }
}

/// The same for a stretch of many characters without a space, where looking through it for each merge would be quadratic:
/// the pairs wait in a heap.
struct LongWord {
  private struct Symbol {
    var token: Int32
    var previous: Int
    var next: Int
    var isGone = false
  }
  private struct Step: Comparable {
    let rank: Int32
    let place: Int
    let merged: Int32
    static func < (left: Step, right: Step) -> Bool {
      (left.rank, left.place) < (right.rank, right.place)
    }
  }
  private var symbols: [Symbol]
  private var heap = BinaryHeap<Step>()

  init(_ word: [Int32]) {
    symbols = word.enumerated().map { index, token in
      Symbol(token: token, previous: index - 1, next: index + 1 < word.count ? index + 1 : -1)
    }
  }

  /// What is left, in order.
  var tokens: [Int32] { symbols.lazy.filter { !$0.isGone }.map(\.token) }

  mutating func mergeAll(_ merge: (Int32, Int32) -> (rank: Int32, merged: Int32)?) {
    for index in symbols.indices { push(index, merge) }
    while let step = heap.pop() {
      let left = symbols[step.place]
      // A step whose pair has been merged into something else since is out of date.
      guard !left.isGone, left.next >= 0,
        merge(left.token, symbols[left.next].token)?.merged == step.merged
      else { continue }
      let gone = left.next
      symbols[gone].isGone = true
      symbols[step.place].token = step.merged
      symbols[step.place].next = symbols[gone].next
      if symbols[gone].next >= 0 { symbols[symbols[gone].next].previous = step.place }
      if left.previous >= 0 { push(left.previous, merge) }
      push(step.place, merge)
    }
  }

  private mutating func push(
    _ place: Int, _ merge: (Int32, Int32) -> (rank: Int32, merged: Int32)?
  ) {
    let next = symbols[place].next
    guard next >= 0, let found = merge(symbols[place].token, symbols[next].token) else { return }
    heap.push(Step(rank: found.rank, place: place, merged: found.merged))
  }
}

/// A heap that gives its least element first.
struct BinaryHeap<Element: Comparable> {
  private var elements: [Element] = []

  mutating func push(_ element: Element) {
    elements.append(element)
    var child = elements.count - 1
    while child > 0, elements[child] < elements[(child - 1) / 2] {
      elements.swapAt(child, (child - 1) / 2)
      child = (child - 1) / 2
    }
  }

  mutating func pop() -> Element? {
    guard let last = elements.popLast() else { return nil }
    guard let first = elements.first else { return last }
    elements[0] = last
    var parent = 0
    while true {
      var least = parent
      for child in [2 * parent + 1, 2 * parent + 2]
      where child < elements.count && elements[child] < elements[least] { least = child }
      if least == parent { return first }
      elements.swapAt(least, parent)
      parent = least
    }
  }
}
