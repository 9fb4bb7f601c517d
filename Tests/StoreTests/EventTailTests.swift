import Domain
import Testing

@testable import Store

/// The machine alone, step by step.
@Suite struct EventTailTests {
  enum Step {
    case append(Int)
    case hold(Int)
    /// Of the n-th hold.
    case commit(Int)
    case rollback(Int)
    case doubt(Int)
    case settleDoubts
    case flush
    /// Given a cursor, the numbers that a page shows and the cursor after it.
    case see(after: EventSeq, [EventSeq], through: EventSeq)
  }

  private func run(_ steps: [Step]) {
    var tail = EventTail(firstFree: 1)
    tail.reserved(through: 4096)
    var holds: [EventTail.HoldID] = []
    for (index, step) in steps.enumerated() {
      switch step {
      case .append(let count): #expect(tail.append(drafts(count), at: 0) != nil)
      case .hold(let count): holds.append(tail.hold(drafts(count), at: 0).0)
      case .commit(let hold): tail.commit(holds[hold])
      case .rollback(let hold): tail.rollback(holds[hold])
      case .doubt(let hold): tail.doubt(holds[hold])
      case .settleDoubts: tail.settleDoubts()
      case .flush: if let last = tail.pendingEvents().last { tail.flushed(through: last.seq) }
      case .see(let cursor, let numbers, let through):
        guard
          case .page(let events, let seen, _) = tail.look(
            after: cursor, matching: EventFilter(), limit: 100)
        else {
          Issue.record("step \(index): rows were asked for")
          return
        }
        #expect(events.map(\.seq) == numbers, "step \(index)")
        #expect(seen == through, "step \(index)")
      }
    }
  }
  private func drafts(_ count: Int) -> [EventDraft] { (0..<count).map { _ in draft("e") } }

  @Test(arguments: [
    // Appended events are visible at once, and stay so when they are written.
    [
      Step.append(2), .see(after: 0, [1, 2], through: 2), .flush,
      .see(after: 0, [1, 2], through: 2),
    ],
    // What is held hides itself and all behind it, until it commits.
    [
      .append(1), .hold(2), .append(1), .see(after: 0, [1], through: 1),
      .see(after: 1, [], through: 1),
      .commit(0), .see(after: 1, [2, 3, 4], through: 4),
    ],
    // A rollback burns its numbers: the cursor moves past them.
    [
      .append(1), .hold(2), .append(1), .rollback(0), .see(after: 1, [4], through: 4),
      .append(1), .see(after: 4, [5], through: 5),
    ],
    [.hold(2), .rollback(0), .see(after: 0, [], through: 2)],
    // Two holds settled in the other order: the first one still hides everything.
    [
      .hold(1), .append(1), .hold(1), .commit(1), .see(after: 0, [], through: 0), .commit(0),
      .see(after: 0, [1, 2, 3], through: 3),
    ],
    // A flush takes what is visible and leaves what stands behind a hold.
    [
      .append(1), .hold(1), .append(1), .flush, .commit(0), .flush,
      .see(after: 0, [1, 2, 3], through: 3),
    ],
    // What may come back after a crash hides what stands behind it, which is stored all the same.
    [
      .append(1), .hold(1), .append(1), .doubt(0), .append(1), .see(after: 0, [1], through: 1),
      .flush, .see(after: 1, [], through: 1), .settleDoubts, .see(after: 1, [3, 4], through: 4),
    ],
    // A hold of nothing hides nothing.
    [
      .hold(0), .append(1), .see(after: 0, [1], through: 1), .commit(0),
      .see(after: 1, [], through: 1),
    ],
  ])
  func `readers see what is settled, in order`(steps: [Step]) { run(steps) }

  @Test func `numbers are not given out past the reservation`() {
    var tail = EventTail(firstFree: 1)
    #expect(tail.append(drafts(1), at: 0) == nil)
    tail.reserved(through: 3)
    #expect(tail.append(drafts(4), at: 0) == nil)
    #expect(tail.append(drafts(3), at: 0) == 3)
    #expect(tail.append(drafts(1), at: 0) == nil)
    // A transaction may run ahead, because it commits the reservation itself …
    let (hold, events) = tail.hold(drafts(2), at: 0)
    #expect(events.map(\.seq) == [4, 5])
    // … and where it does not, the next reservation begins behind what it burnt.
    tail.rollback(hold)
    // Nor do readers move past it: those numbers are given out anew if we crash now.
    #expect(tail.lastNumber == 5)
    #expect(tail.visibleThrough == 3)
    #expect(tail.reservation(atLeast: 1) == 5 + EventTail.block)
    #expect(tail.append(drafts(1), at: 0) == nil)
    tail.reserved(through: 5 + EventTail.block)
    #expect(tail.append(drafts(1), at: 0) == 6)
    #expect(tail.reservation(atLeast: 10_000) == 5 + EventTail.block + 10_000)
  }

  @Test func `a reservation is renewed when half a block is used`() {
    var tail = EventTail(firstFree: 1)
    tail.reserved(through: EventTail.block)
    #expect(tail.reservationNeeded == nil)
    _ = tail.append(drafts(2048), at: 0)
    #expect(tail.reservationNeeded == nil)
    _ = tail.append(drafts(1), at: 0)
    #expect(tail.reservationNeeded == 2 * EventTail.block)
  }

  @Test func `only stored events leave memory, oldest first, and then rows are asked for`() {
    var tail = EventTail(firstFree: 1)
    tail.reserved(through: 4096)
    _ = tail.append(drafts(2000), at: 0)
    #expect(tail.floor == 0)
    #expect(tail.pendingCount == 2000)
    tail.flushed(through: 2000)
    #expect(tail.pendingCount == 0)
    #expect(tail.floor == 976)
    guard case .rows(through: 976) = tail.look(after: 975, matching: EventFilter(), limit: 9) else {
      Issue.record("rows were not asked for")
      return
    }
    guard
      case .page(let events, 985, isEnd: false) = tail.look(
        after: 976, matching: EventFilter(), limit: 9)
    else {
      Issue.record("no page at the floor")
      return
    }
    #expect(events.map(\.seq) == Array(977...985))
  }

  @Test func `a look that matches nothing is bounded and moves the cursor`() {
    var tail = EventTail(firstFree: 1)
    tail.reserved(through: 4096)
    _ = tail.append(drafts(1000), at: 0)
    let filter = EventFilter(threadID: "other")
    guard
      case .page(let first, 512, isEnd: false) = tail.look(after: 0, matching: filter, limit: 9),
      case .page(let second, 1000, isEnd: true) = tail.look(after: 512, matching: filter, limit: 9)
    else {
      Issue.record("the look did not stop where it should")
      return
    }
    #expect(first.isEmpty && second.isEmpty)
  }

  @Test func `a forgotten thread leaves nothing but what is held`() {
    var tail = EventTail(firstFree: 1)
    tail.reserved(through: 4096)
    _ = tail.append(
      [draft("a", thread: "t"), draft("b", thread: "u"), draft("c", thread: "t")], at: 0)
    let (hold, _) = tail.hold([draft("thread.deleted", thread: "t")], at: 0)
    tail.forget("t")
    tail.commit(hold)
    #expect(tail.pendingEvents().map(\.name) == ["b"])
    guard
      case .page(let events, 4, isEnd: true) = tail.look(
        after: 0, matching: EventFilter(), limit: 9)
    else {
      Issue.record("no page")
      return
    }
    #expect(events.map(\.name) == ["b", "thread.deleted"])
  }

  @Test(arguments: [
    (EventFilter(), [1, 2, 3, 4]), (EventFilter(threadID: "t"), [1, 2]),
    (EventFilter(turnID: "x"), [2]), (EventFilter(visibleTo: "k"), [1, 4]),
    (EventFilter(threadID: "t", visibleTo: "k"), [1]), (EventFilter(threadID: "none"), []),
  ])
  func `a filter shows its own, and the daemon's events to every key`(
    filter: EventFilter, expected: [EventSeq]
  ) {
    var tail = EventTail(firstFree: 1)
    tail.reserved(through: 4096)
    _ = tail.append(
      [
        draft("a", thread: "t", key: "k"), draft("b", thread: "t", turn: "x", key: "l"),
        draft("c", thread: "u", key: "l"), draft("network.online"),
      ], at: 0)
    guard case .page(let events, 4, isEnd: true) = tail.look(after: 0, matching: filter, limit: 9)
    else {
      Issue.record("no page")
      return
    }
    #expect(events.map(\.seq) == expected)
  }
}
