import Wire

/// Happens once; whoever waits returns then, or when its task is cancelled.
final class Signal: Sendable {
  private let bell = Bell()
  func fire() { bell.ring() }
  func wait() async { await bell.wait(past: 0) }
}
