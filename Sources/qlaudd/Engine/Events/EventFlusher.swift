import Logging
import ServiceLifecycle
import Store
import Wire

/// Writes appended events: at a block's end and at 64 events at once, else 100 ms after the first.
package struct EventFlusher: Service {
  let log: EventLog
  let logger: Logger

  static let interval: Duration = .milliseconds(100)
  /// How long a store that refuses is left alone.
  static let pauseAfterFailure: Duration = .seconds(1)

  package func run() async throws {
    await cancelWhenGracefulShutdown {
      while !Task.isCancelled {
        let grown = log.grown.generation
        let urgent = log.flushNow.generation
        if log.store.unflushedEvents == 0 {
          await log.grown.wait(past: grown)
          continue
        }
        await log.flushNow.wait(past: urgent, for: Self.interval)
        await flush()
      }
    }
    await flush()
  }

  private func flush() async {
    do { try await log.store.flushEvents() } catch is CancellationError {
      return
    } catch {
      logger.error("events could not be written", metadata: ["error": "\(error)"])
      await Bell.pause(for: Self.pauseAfterFailure)
    }
  }
}
