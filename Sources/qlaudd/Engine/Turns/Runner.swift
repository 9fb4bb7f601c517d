import Domain
import Logging
import ServiceLifecycle
import Store
import Wire

/// Takes queued turns, oldest first, one at a time in a thread, threads in parallel, and runs them. What waits for a provider is
/// taken when its circuit lets it through (``Circuit``). Recovery after a crash is its start: what was running is queued again.
package struct Runner: Service {
  let core: Core

  /// Turns that run at once, those that wait for somebody not counted; further ones wait in the queue.
  static let concurrency = 128
  /// The queue is looked at this often at least, in milliseconds: a wall clock may be set, and `not_after` is of it.
  static let longestNap: Milliseconds = 60_000
  /// How long running turns may go on when the daemon is asked to stop, before they are parked.
  static let grace: Duration = .milliseconds(500)

  package func run() async throws {
    // On a disk that is full this waits; the end of the daemon does not wait with it.
    do { try await cancelWhenGracefulShutdown { try await takeUp() } } catch is CancellationError {
      return
    }
    await withDiscardingTaskGroup { group in
      await withGracefulShutdownHandler {
        core.running.open()
        await dispatch(in: &group)
        for turn in core.running.close() { start(turn, in: &group) }
      } onGracefulShutdown: {
        core.work.ring()
      }
      if core.running.activeCount > 0 { await untilIdle(atMost: Self.grace) }
      core.running.stopAll(.shutdown)
    }
  }

  /// Takes up what an earlier run has left.
  private func takeUp() async throws {
    let unknown = try await core.persist { try await core.store.settleUnknownOutcomes() }
    if unknown > 0 {
      core.logger.warning(
        "calls of an earlier run have no known outcome and are settled at what was held for them",
        metadata: ["count": "\(unknown)"])
    }
    let recovered = try await core.persist {
      try await core.store.recoverTurns(boot: core.source.boot)
    }
    if !recovered.isEmpty {
      core.logger.notice("turns of an earlier run go on", metadata: ["count": "\(recovered.count)"])
    }
    core.reach.restore(try await core.persist { try await core.store.lanes() })
  }

  private func dispatch(in group: inout DiscardingTaskGroup) async {
    var queue = QueueLook()
    while true {
      // Before the look at whether to end: the ring of a shutdown between the two must wake the wait below.
      let seen = core.work.generation
      let begun = core.running.takeBegun()
      for turn in begun { start(turn, in: &group) }
      if Task.isShuttingDownGracefully || Task.isCancelled { return }
      do {
        if queue.isDue(rings: seen, handed: begun.count, now: core.steady()) {
          queue.end = try await lookAtQueue(in: &group)
        }
        let wait = queue.end.map { min(max(1, $0 - core.steady()), Self.longestNap) }
        await core.work.wait(past: seen, for: wait.map { .milliseconds($0) })
      } catch is CancellationError {
        return
      } catch {
        core.logger.error("the queue could not be read", metadata: ["error": "\(error)"])
        queue = QueueLook()
        await Bell.pause(for: .seconds(1))
      }
    }
  }

  /// - Returns: the moment of the steady clock at which the queue is to be looked at again; nil where none is known.
  private func lookAtQueue(in group: inout DiscardingTaskGroup) async throws -> Milliseconds? {
    try await core.expireTurns()
    let isPaused = try await core.store.setting(SettingName.queuePaused) == true
    let next = isPaused ? nil : try await takeAll(in: &group)
    let expiry = try await core.store.nextExpiry().map { $0 + 1 - core.source.now() }
    return [next, expiry.map { core.steady() + $0 }].compactMap(\.self).min()
  }

  /// Starts all that may run now.
  /// - Returns: the moment of the steady clock at which there may be more; nil where none is known.
  private func takeAll(in group: inout DiscardingTaskGroup) async throws -> Milliseconds? {
    while core.running.activeCount < Self.concurrency {
      let lanes = core.openLanes()
      guard let turn = try await core.store.claimNextTurn(now: core.steady(), lanes: lanes) else {
        core.reach.foundEmpty(lanes)
        for (provider, probe) in core.reach.takeIdleProbes(of: lanes) {
          group.addTask { await core.probe(provider, as: probe) }
        }
        let retry = try await core.store.nextRetryAt(lanes: lanes)
        return [retry, core.reach.nextProbe()].compactMap(\.self).min()
      }
      if let lane = turn.lane { core.reach.taken(turn.id, from: lane) }
      start(turn, in: &group)
    }
    return core.reach.nextProbe()
  }

  private func start(_ turn: Turn, in group: inout DiscardingTaskGroup) {
    let lease = core.running.begin(turn.id)
    group.addTask {
      await TurnRun(core: core, turn: turn, lease: lease).run()
      core.running.end(turn.id)
      core.noteLeft(turn.id)
      core.work.ring()
    }
  }

  private func untilIdle(atMost limit: Duration) async {
    let deadline = ContinuousClock.now + limit
    while core.running.activeCount > 0, ContinuousClock.now < deadline {
      let seen = core.work.generation
      if core.running.activeCount == 0 { return }
      await core.work.wait(past: seen, for: deadline - ContinuousClock.now)
    }
  }
}
