import Dispatch
import Synchronization

/// The program's first thread.
///
/// It waits for the daemon's work instead of running an asynchronous `main`: that one ends the thread
/// (`dispatch_main` does so with `pthread_exit`), and unwinding it reads a megabyte of unwind tables into memory, which stays.
enum MainThread {
  private final class Work: Sendable {
    let outcome = Mutex<Result<Void, any Error>?>(nil)
    let isOver = DispatchSemaphore(value: 0)
  }

  /// Runs `body` as the one task that all others are children of, and returns when it has ended.
  static func wait(for body: @escaping @Sendable () async throws -> Void) throws {
    let work = Work()
    Task {
      let outcome: Result<Void, any Error>
      do { outcome = .success(try await body()) } catch { outcome = .failure(error) }
      work.outcome.withLock { $0 = outcome }
      work.isOver.signal()
    }
    work.isOver.wait()
    try work.outcome.withLock { $0 }?.get()
  }
}
