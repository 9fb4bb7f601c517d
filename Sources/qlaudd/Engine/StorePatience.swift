import Domain
import Logging
import Wire

extension Core {
  /// How long a store that refuses is left alone.
  private static let pause: Duration = .milliseconds(500)

  /// Does a step of a turn that only the store can hinder. While the disk is full or cannot be written, the step is asked
  /// for again until it is done, so that neither an answer that has come nor the result of a tool is lost and called for a
  /// second time.
  /// - Throws: `CancellationError` where the task is cancelled, and what is no matter of the disk.
  @discardableResult
  func persist<T>(_ step: () async throws -> T) async throws -> T {
    var isFirst = true
    while true {
      do { return try await step() } catch let error as QlaudError where error.isStorageRefusal {
        if isFirst { logger.error("waiting for the disk", metadata: ["error": "\(error.message)"]) }
        isFirst = false
        await Bell.pause(for: Self.pause)
        try Task.checkCancellation()
      }
    }
  }
}
