import Domain

/// The newest events in memory, and the numbers of all events: a pure machine, one lock's worth of state.
///
/// Numbers come from blocks whose end is on the disk before the first of them is used (`reservedThrough`), so none
/// comes twice, not even after a crash: the next start begins behind the block.
///
/// An entry is *pending* (appended, in memory only), *held* (its transaction has stored it but not committed) or
/// *stored*. Legal transitions:
/// ```
///   append ──▶ pending ──flushed──▶ stored ──window full, letGo──▶ gone from memory, floor = its number
///   hold ────▶ held ──commit──▶ stored
///                ├──rollback──▶ gone, its number is burnt
///                └──doubt──▶ held until the next commit, then gone
/// ```
/// Readers see what is at most `visibleThrough`: the number before the first open hold. Every visible event at most
/// `floor` is a row; every visible event past it is an entry. So a page is rows up to the floor and entries behind it, and
/// the two can neither overlap nor leave a gap:
/// ```
///   writer                                   reader at cursor 3
///   hold takes 5
///   append 6 (pending)                       visibleThrough = 4: sees 4, its cursor moves to 4
///   COMMIT
///   commit(hold): 5 stored, visible = 6      sees 5, 6
///
///   flush writes 7, 8                        floor = 2: sees 7, 8 as entries; no row is read
///   COMMIT
///   flushed(8): 7, 8 stored, still entries   cursor 8: nothing new
///   window full: floor = 8                   another at cursor 6 is told "rows up to 8" and reads them: they were
///                                            committed before the floor rose; behind the floor it asks again
/// ```
struct EventTail {
  /// Names a hold.
  typealias HoldID = Int
  private enum State: Equatable {
    case pending
    case held(HoldID)
    case stored
  }
  private struct Entry {
    let event: Event
    var state: State
  }

  /// Numbers reserved at a time.
  static let block: EventSeq = 4096
  /// Stored events kept for readers that are nearly live.
  static let window = 1024
  /// Entries looked at under the lock in one go.
  static let scan = 512

  private var next: EventSeq
  private var reservedThrough: EventSeq
  private(set) var floor: EventSeq
  /// Ascending by number; those before `head` are gone.
  private var entries: [Entry] = []
  private var head = 0
  private var holds: [(id: HoldID, first: EventSeq)] = []
  private var nextHold: HoldID = 0
  /// Holds of transactions of which nobody knows whether a crash would bring them back.
  private var doubtful: [HoldID] = []
  private(set) var pendingCount = 0

  /// An empty tail; no number is reserved yet.
  init(firstFree: EventSeq) {
    next = firstFree
    reservedThrough = firstFree - 1
    floor = firstFree - 1
  }

  /// The last number handed out.
  var lastNumber: EventSeq { next - 1 }
  /// The last number that readers may look at. Never past the reservation, where a rollback may have burnt numbers: a
  /// cursor there would be ahead of the numbers that follow a crash.
  var visibleThrough: EventSeq {
    min(holds.first.map { $0.first - 1 } ?? lastNumber, reservedThrough)
  }
  /// Numbers that may be used without a write.
  var remaining: EventSeq { max(0, reservedThrough - lastNumber) }
  /// Where the reservation should end, once half a block is used up; nil while it need not grow.
  var reservationNeeded: EventSeq? {
    remaining >= Self.block / 2 ? nil : reservation(atLeast: 1)
  }
  /// Where a reservation of that many numbers past all handed out ends, in whole blocks.
  func reservation(atLeast count: Int) -> EventSeq {
    max(reservedThrough, lastNumber) + max(Self.block, EventSeq(count))
  }
  /// Notes a reservation that is on the disk.
  mutating func reserved(through end: EventSeq) { reservedThrough = max(reservedThrough, end) }

  /// Numbers events and makes them visible (behind open holds). Nil, without a change, where too few numbers are reserved.
  mutating func append(_ drafts: [EventDraft], at time: Milliseconds) -> EventSeq? {
    guard remaining >= drafts.count else { return nil }
    for draft in drafts { push(draft, time, .pending) }
    pendingCount += drafts.count
    return lastNumber
  }

  /// Numbers the events of a running transaction. They may run past the reservation: the transaction itself commits a
  /// greater one, and where it does not, nobody has seen them.
  mutating func hold(_ drafts: [EventDraft], at time: Milliseconds) -> (HoldID, [Event]) {
    let (id, first) = (nextHold, next)
    nextHold += 1
    let events = drafts.map { push($0, time, .held(id)) }
    if !events.isEmpty { holds.append((id, first)) }
    return (id, events)
  }

  /// The hold's transaction has committed.
  mutating func commit(_ id: HoldID) {
    guard let range = release(id) else { return }
    for index in range { entries[index].state = .stored }
    trim()
  }

  /// The hold's transaction has come to nothing.
  mutating func rollback(_ id: HoldID) {
    guard let range = release(id) else { return }
    entries.removeSubrange(range)
  }

  /// The hold's transaction has failed in a way that may let it come back: where the disk refuses to sync, a commit is not made,
  /// but it stands in the write-ahead log until the next one is written over it, and a start after a crash would find it.
  /// Until then no reader may see what comes behind.
  mutating func doubt(_ id: HoldID) {
    if holds.contains(where: { $0.id == id }) { doubtful.append(id) }
  }

  /// A later transaction was written over those in doubt.
  mutating func settleDoubts() {
    for id in doubtful { rollback(id) }
    doubtful = []
  }

  /// The events that are not yet rows and stand before all open holds, in order; those in doubt are no longer at work.
  func pendingEvents() -> [Event] {
    let open = holds.first { !doubtful.contains($0.id) }
    let last = min(open.map { $0.first - 1 } ?? lastNumber, reservedThrough)
    return entries[head...].prefix { $0.event.seq <= last }
      .filter { $0.state == .pending }.map(\.event)
  }

  /// What ``pendingEvents()`` gave, up to and including this number, is committed.
  mutating func flushed(through last: EventSeq) {
    for index in head..<firstIndex(after: last) where entries[index].state == .pending {
      entries[index].state = .stored
      pendingCount -= 1
    }
    trim()
  }

  /// Lets go of what is stored up to a number, so that all readers find it as rows. False, without a change, where
  /// something up to there is not stored yet.
  mutating func letGo(through last: EventSeq) -> Bool {
    let end = firstIndex(after: last)
    guard entries[head..<end].allSatisfy({ $0.state == .stored }) else { return false }
    if end > head {
      floor = entries[end - 1].event.seq
      head = end
    }
    trim()
    return true
  }

  /// Drops what there is of a thread, but for held entries.
  mutating func forget(_ thread: ThreadID) {
    func isKept(_ entry: Entry) -> Bool {
      if case .held = entry.state { return true }
      return entry.event.threadID != thread
    }
    let kept = entries[head...].filter(isKept)
    pendingCount = kept.count { $0.state == .pending }
    entries = Array(kept)
    head = 0
  }

  /// What a reader at a cursor finds.
  enum Look {
    /// It must read the rows past its cursor up to this number, then look again from there.
    case rows(through: EventSeq)
    /// Events, and the number up to which all were looked at. `isEnd`: there is nothing more to see now.
    case page([Event], through: EventSeq, isEnd: Bool)
  }

  /// Looks past a cursor. Bounded: at most `limit` events and ``scan`` entries.
  func look(after cursor: EventSeq, matching filter: EventFilter, limit: Int) -> Look {
    let visible = visibleThrough
    guard cursor < visible else { return .page([], through: cursor, isEnd: true) }
    guard cursor >= floor else { return .rows(through: floor) }
    var found: [Event] = []
    let start = firstIndex(after: cursor)
    for index in start..<min(entries.count, start + Self.scan) {
      let event = entries[index].event
      if event.seq > visible { break }
      guard filter.matches(event) else { continue }
      found.append(event)
      if found.count == limit {
        return .page(found, through: event.seq, isEnd: event.seq == visible)
      }
    }
    let unseen = start + Self.scan
    if unseen < entries.count, entries[unseen].event.seq <= visible {
      return .page(found, through: entries[unseen - 1].event.seq, isEnd: false)
    }
    return .page(found, through: visible, isEnd: true)
  }

  @discardableResult
  private mutating func push(_ draft: EventDraft, _ time: Milliseconds, _ state: State) -> Event {
    let event = Event(
      seq: next, at: time, threadID: draft.threadID, turnID: draft.turnID, keyID: draft.keyID,
      name: draft.name, data: draft.data)
    next += 1
    entries.append(Entry(event: event, state: state))
    return event
  }

  /// Ends a hold and finds its entries, which stand side by side.
  private mutating func release(_ id: HoldID) -> Range<Int>? {
    guard let position = holds.firstIndex(where: { $0.id == id }) else { return nil }
    let start = firstIndex(after: holds.remove(at: position).first - 1)
    let end = entries[start...].firstIndex { $0.state != .held(id) } ?? entries.count
    return start..<end
  }

  /// The index of the first entry past a number.
  private func firstIndex(after seq: EventSeq) -> Int {
    var (low, high) = (head, entries.count)
    while low < high {
      let middle = (low + high) / 2
      if entries[middle].event.seq <= seq { low = middle + 1 } else { high = middle }
    }
    return low
  }

  /// Lets go of the oldest stored entries past the window.
  private mutating func trim() {
    while entries.count - head > Self.window, entries[head].state == .stored {
      floor = entries[head].event.seq
      head += 1
    }
    if head > Self.window {
      entries.removeSubrange(..<head)
      head = 0
    }
  }
}
