import Wire

/// One thing that the doctor looked at.
package struct Finding: Sendable, Equatable {
  /// How it stands.
  package enum Status: String, WireEnum { case ok, warning, error }
  /// What was looked at: `file`, `orphans`, `permissions`, `clock`, `provider anthropic` …
  package let check: String
  package let status: Status
  /// What was found.
  package let message: String
  /// What to do about it; nil where nothing need be done.
  package let fix: String?
  /// A finding.
  package init(_ check: String, _ status: Status, _ message: String, fix: String? = nil) {
    self.check = check
    self.status = status
    self.message = message
    self.fix = fix
  }
}
