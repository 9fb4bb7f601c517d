import Domain
import Logging
import ServiceLifecycle
import Store
import Wire

/// What is done now and then: bounding the write-ahead log, erasing threads that were deleted long ago and folding the
/// streams of turns that ended long ago.
package struct Housekeeping: Service {
  let core: Core

  static let interval: Duration = .seconds(60)
  /// How long a soft-deleted thread is kept before it is erased, when the settings say nothing.
  static let deletedRetention: Milliseconds = 24 * 3600 * 1000
  /// How long the deltas of an ended turn are kept, likewise.
  static let deltaRetention: Milliseconds = 7 * 24 * 3600 * 1000
  /// Turns folded between two looks at whether somebody needs the store more, and in one round.
  static let foldBatch = 8
  static let foldLimit = 2000
  /// Threads erased in one round.
  static let sweepLimit = 100

  package func run() async throws {
    await cancelWhenGracefulShutdown {
      while !Task.isCancelled {
        let seen = core.chores.generation
        await round()
        await core.chores.wait(past: seen, for: Self.interval)
      }
    }
  }

  private func round() async {
    do {
      try await core.store.scrubIfOwed()
      let before = try await moment(SettingName.deletedRetention, Self.deletedRetention)
      _ = try await core.store.sweepDeletedThreads(deletedBefore: before, limit: Self.sweepLimit)
      _ = try await core.store.sweepJobs(
        endedBefore: core.source.now() - Jobs.retention, limit: Jobs.sweepLimit)
      try await fold(before: try await moment(SettingName.deltaRetention, Self.deltaRetention))
      if core.running.activeCount == 0 { try await core.store.checkpoint() }
    } catch is CancellationError {
      return
    } catch {
      core.logger.warning("housekeeping failed", metadata: ["error": "\(error)"])
    }
  }

  /// The moment before which things have been kept long enough.
  private func moment(_ setting: String, _ fallback: Milliseconds) async throws -> Milliseconds {
    core.source.now() - (try await core.store.setting(setting)?.int ?? fallback)
  }

  /// In small batches: each turn is a transaction of its own, and others come between.
  private func fold(before: Milliseconds) async throws {
    var folded = 0
    while folded < Self.foldLimit, !Task.isCancelled {
      let count = try await core.store.foldEndedTurns(before: before, limit: Self.foldBatch)
      folded += count
      if count < Self.foldBatch { return }
      await Task.yield()
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
