import Domain
import Logging
import ServiceLifecycle
import Store
import Wire

/// What is done now and then: bounding the write-ahead log and erasing threads that were deleted
/// long ago.
package struct Housekeeping: Service {
  let core: Core

  static let interval: Duration = .seconds(60)
  /// How long a soft-deleted thread is kept before it is erased.
  static let retention: Milliseconds = 24 * 3600 * 1000
  /// Threads erased in one round.
  static let sweepLimit = 100

  package func run() async throws {
    await cancelWhenGracefulShutdown {
      while !Task.isCancelled {
        await Bell.pause(for: Self.interval)
        if Task.isCancelled { return }
        await round()
      }
    }
  }

  private func round() async {
    do {
      let before = core.source.now() - Self.retention
      _ = try await core.store.sweepDeletedThreads(deletedBefore: before, limit: Self.sweepLimit)
      _ = try await core.store.sweepJobs(
        endedBefore: core.source.now() - Jobs.retention, limit: Jobs.sweepLimit)
      if core.running.activeCount == 0 { try await core.store.checkpoint() }
    } catch is CancellationError {
      return
    } catch {
      core.logger.warning("housekeeping failed", metadata: ["error": "\(error)"])
    }
  }
}

/// Returns when a client has asked the daemon to end, which ends the whole group in order.
package struct ShutdownRequest: Service {
  let asked: Bell

  package func run() async throws {
    await cancelWhenGracefulShutdown { await asked.wait(past: 0) }
  }
}
