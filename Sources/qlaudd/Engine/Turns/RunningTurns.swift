import Domain
import Synchronization
import Wire

/// The turns that run in this process and how to stop them.
final class RunningTurns: Sendable {
  /// Why a running turn is stopped.
  enum Stop: Sendable, Equatable {
    /// Somebody cancelled it.
    case cancelled
    /// The daemon ends; the turn is parked and goes on at the next start.
    case shutdown
  }

  /// One running turn's line to whoever may stop it.
  final class Lease: Sendable {
    private let reason = Mutex<Stop?>(nil)
    private let bell = Bell()
    private let isOnDisk: Mutex<Bool>

    /// A lease of a turn of which the disk knows, or does not know yet, that it runs.
    init(isKept: Bool = false) { isOnDisk = Mutex(isKept) }

    /// Whether the disk has that the turn runs.
    var isKept: Bool { isOnDisk.withLock { $0 } }
    /// It has.
    func keep() { isOnDisk.withLock { $0 = true } }

    /// The first stop counts.
    func stop(_ why: Stop) {
      reason.withLock { $0 = $0 ?? why }
      bell.ring()
    }
    /// Why it was stopped; nil while it may go on.
    var stopped: Stop? { reason.withLock { $0 } }
    /// Returns when the turn was stopped or the waiting task is cancelled.
    func untilStopped() async {
      if stopped == nil { await bell.wait(past: 0) }
    }
  }

  private struct State {
    var leases: [TurnID: Lease] = [:]
    /// Turns that were stored as running and that the runner has not taken yet; nil while it takes none.
    var begun: [Turn]?
    /// Turns with something that waits for somebody outside, and how many such things.
    var waits: [TurnID: Int] = [:]
  }
  private let state = Mutex(State())

  /// Turns that run, but for those that wait for somebody outside.
  var activeCount: Int { state.withLock { $0.leases.count - $0.waits.count } }
  /// Turns that run or wait.
  var count: Int { state.withLock { $0.leases.count } }

  /// Something in a turn begins to wait. True where nothing in it waited before.
  func beginWait(_ id: TurnID) -> Bool {
    state.withLock { state in
      guard state.leases[id] != nil else { return false }
      state.waits[id, default: 0] += 1
      return state.waits[id] == 1
    }
  }
  /// It waits no more. True where nothing in the turn does.
  func endWait(_ id: TurnID) -> Bool {
    state.withLock { state in
      guard let count = state.waits[id] else { return false }
      state.waits[id] = count == 1 ? nil : count - 1
      return count == 1
    }
  }
  func isWaiting(_ id: TurnID) -> Bool { state.withLock { $0.waits[id] != nil } }

  func isRunning(_ id: TurnID) -> Bool { state.withLock { $0.leases[id] != nil } }

  /// Begins to run a turn; the lease that ``reserve(_:atMost:)`` has made for it is kept.
  func begin(_ id: TurnID) -> Lease {
    state.withLock { state in
      let lease = state.leases[id] ?? Lease()
      state.leases[id] = lease
      return lease
    }
  }

  /// The line to a turn that runs.
  func lease(_ id: TurnID) -> Lease? { state.withLock { $0.leases[id] } }

  /// Takes a place for a turn that is about to be stored as one that runs, so that it can be stopped from its first moment on.
  /// - Returns: false where the runner takes none, or has no place for it.
  func reserve(_ id: TurnID, atMost limit: Int) -> Bool {
    state.withLock { state in
      guard state.begun != nil, state.leases.count - state.waits.count < limit else {
        return false
      }
      state.leases[id] = Lease(isKept: true)
      return true
    }
  }
  /// Hands a turn that was stored as running to the runner. False where it takes none any more.
  func hand(_ turn: Turn) -> Bool {
    state.withLock { state in
      guard state.begun != nil else { return false }
      state.begun?.append(turn)
      return true
    }
  }
  /// From now on the runner takes turns that were stored as running.
  func open() { state.withLock { $0.begun = $0.begun ?? [] } }
  /// Those that it has not taken.
  func takeBegun() -> [Turn] {
    state.withLock { state in
      defer { if state.begun != nil { state.begun = [] } }
      return state.begun ?? []
    }
  }
  /// It takes no more than these.
  func close() -> [Turn] {
    state.withLock { state in
      defer { state.begun = nil }
      return state.begun ?? []
    }
  }
  func end(_ id: TurnID) {
    state.withLock { state in
      state.leases[id] = nil
      state.waits[id] = nil
    }
  }

  /// Stops one turn; false where it does not run here.
  func stop(_ id: TurnID, _ why: Stop) -> Bool {
    guard let lease = state.withLock({ $0.leases[id] }) else { return false }
    lease.stop(why)
    return true
  }
  /// Stops them all.
  func stopAll(_ why: Stop) {
    for lease in state.withLock({ Array($0.leases.values) }) { lease.stop(why) }
  }
}
