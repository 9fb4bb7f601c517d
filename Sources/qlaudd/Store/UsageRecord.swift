package import Domain
import Wire

/// One model call as it is accounted for. Holds no content.
package struct UsageRecord: Sendable, Equatable {
  package let id: String
  package let keyID: KeyID
  package let threadID: ThreadID?
  package let turnID: TurnID?
  package let provider: String
  /// The model as it was asked for.
  package let model: String
  package let usage: Usage
  /// Nil where the model has no price.
  package let cost: Microdollars?
  package let latencyMs: Int64
  /// HTTP status of the upstream's answer.
  package let status: Int
  package let createdAt: Milliseconds
  /// Nil takes the thread's.
  package let endUserID: String?
  /// A record.
  package init(
    id: String, keyID: KeyID, threadID: ThreadID?, turnID: TurnID?, provider: String, model: String,
    usage: Usage, cost: Microdollars?, latencyMs: Int64, status: Int, createdAt: Milliseconds,
    endUserID: String? = nil
  ) {
    self.id = id
    self.keyID = keyID
    self.threadID = threadID
    self.turnID = turnID
    self.provider = provider
    self.model = model
    self.usage = usage
    self.cost = cost
    self.latencyMs = latencyMs
    self.status = status
    self.createdAt = createdAt
    self.endUserID = endUserID
  }
}
