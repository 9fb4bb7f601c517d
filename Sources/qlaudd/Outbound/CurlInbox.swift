import CCurl
import Synchronization

/// The way into the loop's thread: a queue of commands and the call that wakes it. Never blocks.
///
/// `open` → `stopping` → `ended`.
final class CurlInbox: Sendable {
  enum Command: Sendable {
    case start(Exchange)
    /// The reader has made room.
    case resume(Exchange)
    /// The reader wants no more.
    case abandon(Exchange)
    /// The network has changed.
    case renew
  }

  /// Proof of `@unchecked Sendable`: the handle is used here for `curl_multi_wakeup` alone, the one call that libcurl allows
  /// from any thread while the handle lives; it is called under the lock and only before `ended`, and the loop frees the
  /// handle after it has set `ended` under the same lock.
  private struct Doorbell: @unchecked Sendable {
    let multi: UnsafeMutableRawPointer
    func ring() { ccurl_multi_wakeup(multi) }
  }
  private enum Phase { case open, stopping, ended }
  private struct State {
    var phase: Phase
    var commands: [Command] = []
    var stopWaiters: [CheckedContinuation<Void, Never>] = []
    var doorbell: Doorbell?
    var closedBecause = "the client is shut down"
  }
  private let state: Mutex<State>

  /// The way to the loop of `multi`.
  init(multi: UnsafeMutableRawPointer) {
    let doorbell = Doorbell(multi: multi)
    state = Mutex(State(phase: .open, doorbell: doorbell))
  }
  /// A way to nowhere: there is no loop, for this reason.
  init(closedBecause reason: String) {
    state = Mutex(State(phase: .ended, closedBecause: reason))
  }

  /// Queues a command. False when nobody will read it.
  func post(_ command: Command) -> Bool {
    state.withLock { state in
      guard state.phase == .open else { return false }
      state.commands.append(command)
      if state.commands.count == 1 { state.doorbell?.ring() }
      return true
    }
  }

  /// What a request gets that ``post(_:)`` did not take.
  var closedError: OutboundError {
    OutboundError(.cancelled, state.withLock { $0.closedBecause })
  }

  /// Asks the loop to end.
  func stop() {
    state.withLock { state in
      guard state.phase == .open else { return }
      state.phase = .stopping
      state.doorbell?.ring()
    }
  }

  /// Asks the loop to end and returns when it has.
  func stopAndWait() async {
    stop()
    await withCheckedContinuation { continuation in
      let isOver = state.withLock { state in
        if state.phase != .ended { state.stopWaiters.append(continuation) }
        return state.phase == .ended
      }
      if isOver { continuation.resume() }
    }
  }

  /// The loop's side: the commands since the last time, and whether to go on.
  func take() -> (commands: [Command], isStopping: Bool) {
    state.withLock { state in
      var commands: [Command] = []
      swap(&commands, &state.commands)
      return (commands, state.phase != .open)
    }
  }

  /// The loop's side: from here on nothing is taken and the handle is not touched.
  func end() -> [CheckedContinuation<Void, Never>] {
    state.withLock { state in
      state.phase = .ended
      state.doorbell = nil
      defer { state.stopWaiters = [] }
      return state.stopWaiters
    }
  }
}
