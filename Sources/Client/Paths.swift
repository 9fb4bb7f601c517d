/// Where things are, by the rules of the protocol's section 1 and the XDG base directories.
struct Paths: Equatable {
  /// The socket where no option names one.
  let socket: String
  /// What the client keeps: the last thread, the history of `chat`, the log of a daemon that it started.
  let state: String
  /// `$QLAUD_DATA`.
  let data: String?

  /// - Throws: ``Failure`` where there is no home directory to start from.
  init(
    environment variable: (String) -> String?, accountHome: () -> String? = System.accountHome
  ) throws(Failure) {
    guard let home = variable("HOME") ?? accountHome() else {
      throw .usage("HOME: is not set, and the account has no home directory")
    }
    // The base directory specification has relative paths ignored.
    func base(_ name: String) -> String? {
      variable(name).flatMap { $0.hasPrefix("/") ? $0 : nil }
    }
    let fallback = home + "/.local/state/qlaud"
    state = base("XDG_STATE_HOME").map { $0 + "/qlaud" } ?? fallback
    socket =
      variable("QLAUD_SOCKET") ?? base("XDG_RUNTIME_DIR").map { $0 + "/qlaud/qlaud.sock" }
      ?? fallback + "/qlaud.sock"
    data = variable("QLAUD_DATA")
  }

  var log: String { state + "/qlaudd.log" }
  var startLock: String { state + "/start.lock" }
  var history: String { state + "/chat-history" }
  var lastThread: String { state + "/last-thread" }
}
