import Logging
import ServiceLifecycle
import Store
import Wire

/// Brings the index up to what is stored, beside everything else: nobody who stores a message waits for it. What is still
/// to be done is what stands behind the index's place in the file, so catching up after a crash is its start.
package struct Indexer: Service {
  let core: Core

  /// How long new messages are let come together. They are found well within a second.
  static let settling: Duration = .milliseconds(150)
  /// How long a store that refuses is left alone.
  static let pauseAfterFailure: Duration = .seconds(1)

  package func run() async throws {
    await cancelWhenGracefulShutdown {
      while !Task.isCancelled {
        let seen = core.events.grown.generation
        do { try await catchUp() } catch is CancellationError {
          return
        } catch {
          core.logger.error("messages could not be indexed", metadata: ["error": "\(error)"])
          await Bell.pause(for: Self.pauseAfterFailure)
        }
        noteMends()
        await core.events.grown.wait(past: seen)
        await Bell.pause(for: Self.settling)
      }
    }
  }

  /// Indexes what waits; segments are brought together between and after.
  private func catchUp() async throws {
    var isUntidy = false
    var pace = Pace(core.store)
    while !Task.isCancelled {
      pace.begin()
      let round = try await core.store.indexRound(
        limit: pace.isSlow ? LocalDatabase.shortRoundMessages : LocalDatabase.roundMessages)
      noteMends()
      if round.documents > 0 {
        isUntidy = true
        core.indexed.ring()
      }
      if isUntidy { isUntidy = try await core.store.tidyIndex() }
      if round.looked == 0, !isUntidy { return }
      await pace.rest()
    }
  }

  /// Tells of damage that the store has met and mended, whoever met it. The rounds after it are what makes the words again.
  private func noteMends() {
    for reason in core.store.takeIndexMends() {
      core.logger.warning("the search index was mended", metadata: ["reason": "\(reason)"])
    }
  }
}
