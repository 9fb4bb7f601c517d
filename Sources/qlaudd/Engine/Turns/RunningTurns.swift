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

  private let leases = Mutex<[TurnID: Lease]>([:])

  var count: Int { leases.withLock { $0.count } }

  func isRunning(_ id: TurnID) -> Bool { leases.withLock { $0[id] != nil } }

  func begin(_ id: TurnID) -> Lease {
    let lease = Lease()
    leases.withLock { $0[id] = lease }
    return lease
  }
  func end(_ id: TurnID) { leases.withLock { $0[id] = nil } }

  /// Stops one turn; false where it does not run here.
  func stop(_ id: TurnID, _ why: Stop) -> Bool {
    guard let lease = leases.withLock({ $0[id] }) else { return false }
    lease.stop(why)
    return true
  }
  /// Stops them all.
  func stopAll(_ why: Stop) {
    for lease in leases.withLock({ Array($0.values) }) { lease.stop(why) }
  }
}
