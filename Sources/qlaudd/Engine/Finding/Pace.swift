import Store
import Wire

/// How fast the index is brought up to date. While nobody else writes, as fast as it goes; else in short steps with pauses
/// between them, so that whoever sends finds the file free more often than not.
struct Pace {
  private let store: LocalDatabase
  private var seen: Int
  /// Steps that are still taken slowly.
  private var slowSteps = 0
  /// When the last step began.
  private var start = ContinuousClock.now

  /// Steps after somebody else's write that are taken slowly.
  private static let patience = 32
  /// What a pause is of the step before it.
  private static let share = 1.5
  private static let longest: Duration = .milliseconds(100)

  init(_ store: LocalDatabase) {
    self.store = store
    seen = store.awaitedWriteCount
  }

  /// Whether others write.
  var isSlow: Bool { slowSteps > 0 }

  /// Before a step.
  mutating func begin() {
    look()
    start = .now
  }

  /// After a step: waits where others write.
  mutating func rest() async {
    look()
    guard isSlow else { return }
    slowSteps -= 1
    await Bell.pause(for: min((ContinuousClock.now - start) * Self.share, Self.longest))
  }

  private mutating func look() {
    let count = store.awaitedWriteCount
    if count != seen { slowSteps = Self.patience }
    seen = count
  }
}
