import Domain
import Store
import Wire

/// The settings that the daemon itself reads; a client may keep others under `x_` names.
enum SettingName {
  /// The model of turns that name none: a slug or `provider/model`.
  static let defaultModel = "default_model"
  /// Whether a bare socket connection must show a key.
  static let requireKey = "require_key"
  /// Whether the queue is paused.
  static let queuePaused = LocalDatabase.pausedSetting

  /// The model of turns whose rule is `local` while their own cannot be reached: a slug or `provider/model`.
  static let localModel = "local_model"
  /// What becomes of turns whose provider is out of reach where neither send, thread nor key says so: `queue`, `fail` or `local`.
  static let offline = "offline"

  /// How long a turn waits for a tool that its client runs, in milliseconds; a minute when nothing is said.
  static let clientToolWait = "client_tool_wait_ms"
  static let clientToolWaitRange: ClosedRange<Int64> = 1...3_600_000

  /// How long a question about a call stands before it counts as denied, in milliseconds; ten minutes when nothing is said.
  static let approvalWait = "approval_wait_ms"
  static let approvalWaitRange: ClosedRange<Int64> = 1...604_800_000

  /// How long the deltas of an ended turn can be replayed, in milliseconds, before its finished messages stand for them;
  /// seven days when nothing is said, as long as an idempotency key repeats a turn's stream.
  static let deltaRetention = "delta_retention_ms"
  /// How long a deleted thread is kept before it is erased, in milliseconds; a day when nothing is said.
  static let deletedRetention = "deleted_retention_ms"
  static let retentionRange: ClosedRange<Int64> = 0...(3650 * 24 * 3600 * 1000)
  /// Which tools a turn finds that names none: `dynamic`, which holds when nothing is said, `explicit` for none, `tenant`
  /// for all.
  static let toolsMode = "tools_mode"

  /// What makes vectors of messages, so that they are found by what they mean: `builtin` (when nothing is said), `none`, or
  /// the name of an embedding model.
  static let embedder = "embedder"
  /// The model's name for questions, where it is another.
  static let embedderQueryModel = "embedder_query_model"
  /// What is put before a message, and before a question, for models that want that: `passage: `, `query: `.
  static let embedderPrefix = "embedder_prefix"
  static let embedderQueryPrefix = "embedder_query_prefix"

  /// Turns of history in a model call at most; what the model's window holds when nothing is said.
  static let historyTurns = "history_turns"
  /// The share of a model's window, in percent, past which a thread's beginning is summarised; never when nothing is said.
  static let compactAtPercent = "compact_at_percent"
  static let compactAtPercentRange: ClosedRange<Int64> = 10...95
  /// The model that writes summaries; the one that is asked when nothing is said.
  static let compactModel = "compact_model"
  /// Models to be asked where a turn's own cannot answer, for sends that name none: names, in order.
  static let fallback = "fallback"
  /// Providers in the order in which a model of the shipped list is asked for, where several serve it.
  static let providerOrder = "provider_order"
  /// Hosts of single models in their order: `{"slug": ["provider", "provider/model"]}`.
  static let modelHosts = "model_hosts"
  /// Names in one list at most.
  static let listLimit = 16

  /// What a setting must be, by its name; nil for names that are not known.
  static func expectation(_ name: String, _ value: JSON) -> String? {
    switch name {
    case defaultModel, compactModel, localModel:
      value.string.map { !$0.isEmpty } == true ? nil : "must be a model's name"
    case offline:
      OfflineRule(wire: value) == nil ? "must be \(OfflineRule.expectation)" : nil
    case requireKey, queuePaused: value.bool != nil ? nil : "must be true or false"
    case toolsMode: ToolsMode(wire: value) != nil ? nil : "must be \(ToolsMode.expectation)"
    case embedder:
      value.string.map { !$0.isEmpty } == true
        ? nil : "must be builtin, none or the name of an embedding model"
    case embedderQueryModel:
      value.string.map { !$0.isEmpty } == true ? nil : "must be a model's name"
    case embedderPrefix, embedderQueryPrefix:
      value.string.map { $0.utf8.count <= 1_000 } == true
        ? nil : "must be a text of at most 1000 bytes"
    case clientToolWait: within(clientToolWaitRange, value)
    case approvalWait: within(approvalWaitRange, value)
    case deltaRetention, deletedRetention: within(retentionRange, value)
    case compactAtPercent: within(compactAtPercentRange, value)
    case historyTurns:
      within(
        Int64(Limits.historyTurns.lowerBound)...Int64(Limits.historyTurns.upperBound), value)
    case fallback: names(value, "models")
    case providerOrder: names(value, "providers")
    case modelHosts: hosts(value)
    case _ where name.hasPrefix("x_"): nil
    default: "is no setting"
    }
  }

  private static func names(_ value: JSON, _ what: String) -> String? {
    guard let names = [String](wire: value), names.count <= listLimit, !names.contains("") else {
      return "must be an array of at most \(listLimit) names of \(what)"
    }
    return nil
  }

  private static func hosts(_ value: JSON) -> String? {
    guard let object = value.object else {
      return "must be an object: a model's name to an array of its hosts"
    }
    return object.members.lazy.compactMap { member in
      names(member.value, "hosts").map { "\(member.key): \($0)" }
    }.first
  }

  private static func within(_ range: ClosedRange<Int64>, _ value: JSON) -> String? {
    value.int.map(range.contains) == true
      ? nil : "must be a whole number from \(range.lowerBound) to \(range.upperBound)"
  }
}
