import Testing

@testable import Engine

@Suite struct QueueLookTests {
  /// What it says to each number of rings so far and turns taken since.
  private func due(_ steps: [(rings: UInt64, handed: Int)]) -> [Bool] {
    var look = QueueLook()
    return steps.map { look.isDue(rings: $0.rings, handed: $0.handed, now: 0) }
  }

  @Test func `the first look is due, and one after each ring that no turn was handed over with`() {
    #expect(due([(7, 0), (8, 0), (11, 0)]) == [true, true, true])
  }

  @Test
  func
    `turns that were handed over need no look, whether they rang before or after they were taken`()
  {
    #expect(due([(0, 0), (1, 1), (1, 2), (3, 0), (5, 2)]) == [true, false, false, false, false])
  }

  @Test func `another ring among those of turns brings a look, at the latest with the turns' own`()
  {
    // The first turn is taken and has not rung; the ring is another's. After a look the count begins anew.
    #expect(due([(0, 0), (1, 1), (2, 0), (4, 1), (5, 1)]) == [true, false, true, true, false])
  }

  @Test func `its moment, and a nap without a ring, make it due`() {
    var look = QueueLook()
    _ = look.isDue(rings: 0, handed: 0, now: 0)
    look.end = 50
    let early = look.isDue(rings: 1, handed: 1, now: 49)
    let late = look.isDue(rings: 2, handed: 1, now: 50)
    look.end = nil
    let rested = look.isDue(rings: 2, handed: 0, now: 60)
    #expect([early, late, rested] == [false, true, true])
  }
}
