import Domain
import GRDB

/// One statement a function on `usage`.
enum UsageTable {
  static func insert(_ db: Database, _ record: UsageRecord) throws {
    let usage = record.usage
    try db.run(
      """
      INSERT INTO usage (id, key_id, end_user_id, thread_id, turn_id, provider, model, input, output,
        cache_read, cache_write, cache_write_hour, reasoning, is_estimated, cost, latency_ms, status,
        created_at)
      VALUES (?1, ?2, ifnull(?3, (SELECT end_user_id FROM threads WHERE id = ?4)), ?4, ?5, ?6, ?7, ?8,
        ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18)
      """, record.id, record.keyID, record.endUserID, record.threadID, record.turnID,
      record.provider, record.model, usage.input, usage.output, usage.cacheRead, usage.cacheWrite,
      usage.cacheWriteHour, usage.reasoning, usage.isEstimated, record.cost, record.latencyMs,
      record.status, record.createdAt)
  }

  /// Sums over the calls from a moment up to, not including, another.
  static func sums(
    _ db: Database, from: Milliseconds, to: Milliseconds, by grouping: UsageGrouping, key: KeyID?
  ) throws -> [UsageSum] {
    let group =
      switch grouping {
      case .key: "key_id"
      case .model: "model"
      case .endUser: "end_user_id"
      case .day: "strftime('%Y-%m-%d', created_at / 1000, 'unixepoch')"
      }
    return try db.all(
      """
      SELECT \(group), count(*), sum(input), sum(output), sum(cache_read), sum(cache_write),
        sum(cache_write_hour), sum(reasoning), max(is_estimated), ifnull(sum(cost), 0),
        sum(cost IS NULL)
      FROM usage WHERE created_at >= ?1 AND created_at < ?2 AND (?3 IS NULL OR key_id = ?3)
      GROUP BY 1 ORDER BY 1
      """, from, to, key
    ) { row in
      UsageSum(
        group: row.optionalText(), calls: try row.count(),
        usage: Usage(
          input: try row.count(), output: try row.count(), cacheRead: try row.count(),
          cacheWrite: try row.count(), cacheWriteHour: try row.count(),
          reasoning: try row.optionalInt().map { Int(clamping: $0) }, isEstimated: try row.bool()),
        cost: try row.int(), unpriced: try row.count())
    }
  }
}
