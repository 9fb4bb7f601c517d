import CHost
import Glibc
import Logging
import ServiceLifecycle
import Store
import Wire

/// Gives back what a daemon at rest does not need: SQLite's pages, what the allocator keeps, and pages of program text that only
/// the start or the last turns have used. The kernel has them in its cache and maps them again when they are called.
struct MemoryCare: Service {
  let store: LocalDatabase
  let logger: Logger

  /// A process that has used less of a processor than this in one ``beat`` is at rest.
  private static let rest: Duration = .milliseconds(5)
  private static let beat: Duration = .seconds(5)
  /// How often a process at rest is looked at: it should not be woken for nothing.
  private static let slowBeat: Duration = .seconds(60)

  func run() async throws {
    await cancelWhenGracefulShutdown {
      var isAtRest = false
      while !Task.isCancelled {
        let used = Self.used()
        await Bell.pause(for: isAtRest ? Self.slowBeat : Self.beat)
        let isQuiet = Self.used() - used < Self.rest
        if isQuiet, !isAtRest {
          giveBack()
        } else if !isQuiet {
          // Without this the allocator keeps the most that was ever in use at once.
          chost_trim_heap()
        }
        isAtRest = isQuiet
      }
    }
  }

  private func giveBack() {
    do { try store.giveBackMemory() } catch {
      logger.warning("memory could not be given back", metadata: ["error": "\(error)"])
    }
    chost_give_back_memory()
    logger.debug("at rest")
  }

  /// Processor time of all threads so far.
  private static func used() -> Duration {
    var time = timespec()
    guard clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time) == 0 else { return .zero }
    return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
  }
}
