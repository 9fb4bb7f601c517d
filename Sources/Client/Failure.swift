import Wire

/// The exit statuses, as the help states them.
enum ExitStatus {
  static let daemonError: Int32 = 1
  static let usage: Int32 = 2
  static let noDaemon: Int32 = 3
  static let queued: Int32 = 4
  static let interrupted: Int32 = 130
}

/// Why a command ends early: what to print and with which status to exit.
struct Failure: Error, Equatable {
  let status: Int32
  let message: String
  /// What the person can do about it.
  var hint: String?
  /// The error object as the daemon sent it; printed with `--json`.
  var json: JSON?

  init(_ status: Int32, _ message: String, hint: String? = nil, json: JSON? = nil) {
    self.status = status
    self.message = message
    self.hint = hint
    self.json = json
  }

  /// What was typed does not make sense.
  static func usage(_ message: String, hint: String? = nil) -> Failure {
    Failure(ExitStatus.usage, message, hint: hint)
  }
  /// No daemon, or it went away.
  static func noDaemon(_ message: String, hint: String? = nil) -> Failure {
    Failure(ExitStatus.noDaemon, message, hint: hint)
  }
  /// Ctrl-C.
  static func interrupted(_ message: String = "interrupted") -> Failure {
    Failure(ExitStatus.interrupted, message)
  }

  /// An error that the daemon answered.
  init(_ fault: RPC.Fault) {
    self.init(
      ExitStatus.daemonError, Self.message(of: fault), hint: Self.hint(for: fault.data),
      json: fault.json)
  }

  private static func message(of fault: RPC.Fault) -> String {
    if fault.data?["kind"] == "upstream_error", let provider = fault.data?["provider"]?.string,
      !fault.message.contains(provider)
    {
      return "\(provider) answers: \(fault.message)"
    }
    guard let field = fault.data?["field"]?.string, !fault.message.contains(field) else {
      return fault.message
    }
    return "\(field): \(fault.message)"
  }

  private static func hint(for data: JSON?) -> String? {
    switch data?["kind"]?.string {
    case "vault_locked": return "open the vault with: qlaud vault unlock"
    case "secret_missing":
      let name = data?["name"]?.string ?? "NAME"
      return "store it with: qlaud secret set \(name)"
    case "unauthorized": return "this daemon asks for a key: put it into QLAUD_KEY"
    case "upstream_error", "offline":
      guard let provider = data?["provider"]?.string else { return nil }
      return "see whether it answers with: qlaud provider test \(provider)"
    case "price_unknown": return "set its price with: qlaud call model/set"
    case let kind?: return (data?["retryable"] == true) ? "\(kind): may be tried again" : nil
    case nil: return nil
    }
  }

  /// The error as `--json` prints it.
  var printedJSON: JSON {
    ["error": json ?? ["message": .string(message), "status": .integer(status)]]
  }
}
