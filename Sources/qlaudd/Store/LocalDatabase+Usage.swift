package import Domain
import GRDB

extension LocalDatabase {
  /// Records a model call that belongs to no turn, a stateless one, and settles its reservation. Calls of turns are recorded with their outcome.
  package func recordUsage(_ record: UsageRecord) async throws {
    try await write { try Self.settle($0.db, record) }
  }

  /// Sums over the calls from a moment up to, not including, another; of one key or of all.
  package func usageSummary(
    from: Milliseconds, to: Milliseconds, groupBy: UsageGrouping, key: KeyID? = nil
  ) async throws -> [UsageSum] {
    try await read { try UsageTable.sums($0, from: from, to: to, by: groupBy, key: key) }
  }
}
