import Wire

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// Asks at the terminal whether a tool may be called, while a turn waits for it. Another client may answer first, so the
/// events of the turn are followed meanwhile.
struct ApprovalPrompt {
  private let console: Console
  private let isEnabled: Bool
  /// Ids of the questions that wait, the oldest first.
  private(set) var waiting: [String] = []
  /// The question whose answer is on its way.
  private var answered: (request: RPC.ID, approval: String)?
  private var terminal: RawMode?
  /// The question that was shown last.
  private var shown: String?

  init(_ console: Console) {
    self.console = console
    isEnabled = isatty(STDIN_FILENO) == 1 && console.err.isTerminal && !console.json
  }

  /// Whether a key is waited for.
  var isOpen: Bool { terminal != nil }

  /// Follows the questions of the turn.
  mutating func take(_ event: String, _ data: JSON) {
    guard isEnabled, let id = data["approval_id"]?.string else { return }
    if event == "qlaud.approval_required" {
      waiting.append(id)
    } else if event == "qlaud.approval_resolved" {
      if waiting.first == id { close() }
      waiting.removeAll { $0 == id }
      if answered?.approval == id { answered = nil }
    }
  }

  /// Shows the prompt where a question waits and none is shown. What was typed before it is no answer to it.
  mutating func open() {
    guard isEnabled, terminal == nil, answered == nil, let first = waiting.first,
      let raw = RawMode(STDIN_FILENO)
    else { return }
    if shown != first { tcflush(STDIN_FILENO, TCIFLUSH) }
    shown = first
    terminal = raw
    console.err.text(ApprovalAnswer.keys)
  }

  /// Takes the prompt away and gives the terminal back.
  mutating func close() {
    guard let terminal else { return }
    terminal.restore()
    console.err.raw("\n")
    self.terminal = nil
  }

  /// What the key says to the question that is shown; the question and the answer.
  mutating func press(_ byte: UInt8) -> (press: ApprovalAnswer.Press, approval: String)? {
    guard isOpen, let first = waiting.first else { return nil }
    let press = ApprovalAnswer.pressed(byte)
    switch press {
    case .other: return nil
    case .later: waiting.removeFirst()
    case .answer, .interrupt: break
    }
    close()
    return (press, first)
  }

  /// An answer is on its way.
  mutating func sent(_ request: RPC.ID, for approval: String) { answered = (request, approval) }

  /// Whether a reply of the daemon belongs to an answer; a refused one may be given again.
  mutating func takesReply(_ request: RPC.ID) -> Bool {
    guard answered?.request == request else { return false }
    answered = nil
    return true
  }
}
