package import Domain
import GRDB

/// The record of a call of a tool that a caller made without a turn.
package struct DirectCallRow: Sendable, Equatable {
  package let keyID: KeyID
  package let endUserID: String?
  /// Nil where there is no tool of the name.
  package let toolID: ToolID?
  package let name: String
  package let kind: String
  /// A call's record.
  package init(keyID: KeyID, endUserID: String?, toolID: ToolID?, name: String, kind: String) {
    self.keyID = keyID
    self.endUserID = endUserID
    self.toolID = toolID
    self.name = name
    self.kind = kind
  }
}

extension LocalDatabase {
  /// How long records of calls without a turn are kept: 90 days. The others go with their threads.
  static let directCallSpan: Milliseconds = 90 * 86_400_000

  /// Notes that calls are about to be made; older records than the span go.
  /// - Returns: their numbers, in their order.
  package func startDirectCalls(_ calls: [DirectCallRow]) async throws -> [Int64] {
    try await write { transaction in
      try DirectCallTable.delete(transaction.db, before: transaction.now - Self.directCallSpan)
      return try calls.map { try DirectCallTable.insert(transaction.db, $0, at: transaction.now) }
    }
  }

  /// Notes how a call ended; `bytes` is the size of its result.
  package func finishDirectCall(_ id: Int64, isError: Bool, bytes: Int) async throws {
    try await write { transaction in
      try DirectCallTable.finish(
        transaction.db, id, isError: isError, bytes: bytes, at: transaction.now)
    }
  }
}
