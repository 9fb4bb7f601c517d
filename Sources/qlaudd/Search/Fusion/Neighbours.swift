/// What each of the four messages around one counts.
struct NeighbourWeights {
  let previous: Double
  let next: Double
  let beforePrevious: Double
  let afterNext: Double
}

/// Which passages stand around which: the same thread, the places next to it.
struct Neighbours {
  private let indices: [Int]
  /// For each passage the indices of those one and two places before and after; -1 where it is not there.
  private let previous: [Int]
  private let next: [Int]
  private let beforePrevious: [Int]
  private let afterNext: [Int]

  /// Of passages in the order of threads and places.
  init(_ passages: [Passage]) {
    func find(_ index: Int, _ step: Int) -> Int {
      let place = passages[index].seq + Int64(step)
      var other = index
      while true {
        other += step > 0 ? 1 : -1
        guard passages.indices.contains(other), passages[other].thread == passages[index].thread,
          abs(other - index) <= 2
        else { return -1 }
        if passages[other].seq == place { return other }
      }
    }
    indices = Array(passages.indices)
    previous = passages.indices.map { find($0, -1) }
    next = passages.indices.map { find($0, 1) }
    beforePrevious = passages.indices.map { find($0, -2) }
    afterNext = passages.indices.map { find($0, 2) }
  }

  /// Each value with its neighbours' shares added.
  func mixed(_ values: [Double], _ weights: NeighbourWeights) -> [Double] {
    indices.map { index in
      var sum = values[index]
      if previous[index] >= 0 { sum += weights.previous * values[previous[index]] }
      if next[index] >= 0 { sum += weights.next * values[next[index]] }
      if beforePrevious[index] >= 0 {
        sum += weights.beforePrevious * values[beforePrevious[index]]
      }
      if afterNext[index] >= 0 { sum += weights.afterNext * values[afterNext[index]] }
      return sum
    }
  }
}
