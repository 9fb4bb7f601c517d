/// Why a turn waits, for people.
enum QueueWords {
  /// A sentence on a reason of `qlaud.queued`.
  static func sentence(_ reason: String) -> String {
    switch reason {
    case "offline":
      "the provider cannot be reached; your message is stored and will be sent when it can"
    case "rate_limited":
      "the provider asks to wait; your message is stored and will be sent when it may"
    case "overloaded":
      "the provider is overloaded; your message is stored and will be sent when it is not"
    case "vault_locked":
      "the vault is locked; your message is stored and will be sent when it is open"
    case "paused": "the queue is paused; your message is stored and will be sent when it goes on"
    case "shutdown": "the daemon ends; your message is stored and will be sent at its next start"
    default: "the turn is queued (\(reason)); your message is stored"
    }
  }

  /// What to do about it.
  static func hint(_ reason: String, turn: String) -> String {
    switch reason {
    case "vault_locked": "open it with: qlaud vault unlock"
    case "paused": "go on with: qlaud queue resume"
    case "offline", "rate_limited", "overloaded":
      "see when with: qlaud queue; take it back with: qlaud turn cancel \(turn)"
    default: "see it with: qlaud turn get \(turn)"
    }
  }
}
