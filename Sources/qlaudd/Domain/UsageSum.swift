import Wire

/// By what usage is summed up.
package enum UsageGrouping: String, WireEnum {
  case key, model
  case endUser = "end_user"
  /// A day of UTC.
  case day
}

/// The sum of a group of model calls.
package struct UsageSum: Sendable, Equatable {
  /// The key's id, the model, the end-user, or the day as `2026-01-31`; nil for calls without one.
  package let group: String?
  package let calls: Int
  package let usage: Usage
  /// The sum over the calls that have a price.
  package let cost: Microdollars
  /// Calls of models without a price.
  package let unpriced: Int
  /// As the store found it.
  package init(
    group: String?, calls: Int, usage: Usage, cost: Microdollars, unpriced: Int
  ) {
    self.group = group
    self.calls = calls
    self.usage = usage
    self.cost = cost
    self.unpriced = unpriced
  }
}
