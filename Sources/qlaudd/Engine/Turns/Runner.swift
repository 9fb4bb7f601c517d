import Domain
import Logging
import ServiceLifecycle
import Store
import Wire

/// Takes queued turns, oldest first, one at a time in a thread, threads in parallel, and runs them.
/// Recovery after a crash is its start: what was running is queued again.
package struct Runner: Service {
  let core: Core

  /// Turns that run at once; further ones wait in the queue.
  static let concurrency = 128
  /// How long running turns may go on when the daemon is asked to stop, before they are parked.
  static let grace: Duration = .milliseconds(500)

  package func run() async throws {
    let unknown = try await core.persist { try await core.store.settleUnknownOutcomes() }
    if unknown > 0 {
      core.logger.warning(
        "calls of an earlier run have no known outcome and are settled at what was held for them",
        metadata: ["count": "\(unknown)"])
    }
    let recovered = try await core.persist { try await core.store.recoverRunningTurns() }
    if !recovered.isEmpty {
      core.logger.notice("turns of an earlier run go on", metadata: ["count": "\(recovered.count)"])
    }
    await withDiscardingTaskGroup { group in
      await withGracefulShutdownHandler {
        await dispatch(in: &group)
      } onGracefulShutdown: {
        core.work.ring()
      }
      if core.running.count > 0 { await untilIdle(atMost: Self.grace) }
      core.running.stopAll(.shutdown)
    }
  }

  private func dispatch(in group: inout DiscardingTaskGroup) async {
    while !Task.isShuttingDownGracefully, !Task.isCancelled {
      let seen = core.work.generation
      do {
        let isPaused = try await core.store.setting("queue_paused") == true
        while !isPaused, core.running.count < Self.concurrency,
          let turn = try await core.store.claimNextTurn(now: core.source.now())
        {
          start(turn, in: &group)
        }
        let next = isPaused ? nil : try await core.store.nextRetryAt()
        let timeout = next.map { Duration.milliseconds(max(1, $0 - core.source.now())) }
        await core.work.wait(past: seen, for: timeout)
      } catch is CancellationError {
        return
      } catch {
        core.logger.error("the queue could not be read", metadata: ["error": "\(error)"])
        await Bell.pause(for: .seconds(1))
      }
    }
  }

  private func start(_ turn: Turn, in group: inout DiscardingTaskGroup) {
    let lease = core.running.begin(turn.id)
    group.addTask {
      await TurnRun(core: core, turn: turn, lease: lease).run()
      core.running.end(turn.id)
      core.work.ring()
    }
  }

  private func untilIdle(atMost limit: Duration) async {
    let deadline = ContinuousClock.now + limit
    while core.running.count > 0, ContinuousClock.now < deadline {
      let seen = core.work.generation
      if core.running.count == 0 { return }
      await core.work.wait(past: seen, for: deadline - ContinuousClock.now)
    }
  }
}
