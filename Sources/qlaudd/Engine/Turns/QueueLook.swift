import Domain

/// Whether the queue has to be looked at: not where the bell rang only for turns that were handed over, which have all that they
/// need. The looks would stand in their way.
///
/// Each turn that is handed over rings once, before or after it is taken, and so do all other changes. As long as no more
/// rings have come than turns, there was no other change, or its turn's own ring is still to come and brings the look.
struct QueueLook {
  /// When it must be looked at without a ring; nil for no such moment.
  var end: Milliseconds?
  private var rings: UInt64?
  /// Turns that were handed over, less the rings that came.
  private var balance = 0

  /// - Parameters:
  ///   - rings: how often the bell has rung so far.
  ///   - handed: turns that were taken since the last call.
  mutating func isDue(rings now: UInt64, handed: Int, now moment: Milliseconds) -> Bool {
    defer { rings = now }
    guard let before = rings else { return true }
    balance += handed - Int(now - before)
    let isOver = end.map { moment >= $0 } ?? false
    guard balance < 0 || isOver || (handed == 0 && now == before) else { return false }
    balance = 0
    return true
  }
}
