import ArgumentParser
import Wire

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// A conversation at the terminal.
struct ChatCommand: DaemonCommand {
  static let configuration = CommandConfiguration(
    commandName: "chat", abstract: "Talk in a thread, line by line.",
    discussion: """
      Enter sends; a backslash at the end or Alt-Enter makes a new line. Ctrl-C clears the line or cancels the running \
      turn, Ctrl-R searches the history, Ctrl-D leaves. /help lists the commands.
      """)

  @OptionGroup var send: SendOptions
  @OptionGroup var common: Common

  func execute(_ daemon: RPCClient, _ console: Console) throws(Failure) {
    let paths = try Paths(environment: System.variable)
    try Files.makeDirectory(paths.state)
    let signals = try SignalPipe([SIGINT, SIGTERM, SIGHUP, SIGWINCH])
    daemon.signals = signals
    let last = LastThread(path: paths.lastThread)
    let address = DaemonAddress(common, paths: paths)
    let starts = startsDaemon
    var chat = Chat(
      daemon: daemon, console: console, last: last, send: send,
      thread: try send.existing(last),
      reconnect: { () throws(Failure) in try address.connect(start: starts) })
    let history = History(path: paths.history)
    try chat.loop(LineReader(console: console, signals: signals, history: history), history)
  }
}

/// The state of a conversation.
struct Chat {
  var daemon: RPCClient
  let console: Console
  let last: LastThread
  var send: SendOptions
  /// Nil until the first message makes a thread.
  var thread: String?
  let reconnect: () throws(Failure) -> RPCClient

  static let help = """
    /model NAME    use another model (without NAME: the default)
    /new           begin a new thread
    /thread [ID]   go on in a thread, or say which one this is
    /system TEXT   set the system prompt (without TEXT: none)
    /quit          leave
    """

  /// Runs until the person leaves.
  mutating func loop(_ reader: LineReader, _ history: History) throws(Failure) {
    if console.err.isTerminal {
      console.note(thread.map { "thread \($0)" } ?? "a new thread; /help for help")
    }
    while true {
      switch try reader.next(prompt: "> ") {
      case .end: return
      case .interrupted: console.note("Ctrl-D or /quit leaves")
      case .text(let text):
        let line = trimmed(text)
        if line.isEmpty { continue }
        try history.add(text)
        if line.hasPrefix("/") {
          guard command(line) else { return }
        } else {
          try say(text)
        }
      }
    }
  }

  private func trimmed(_ text: String) -> String {
    String(text.drop { $0.isWhitespace }.reversed().drop { $0.isWhitespace }.reversed())
  }

  /// Runs a command; false to leave.
  private mutating func command(_ line: String) -> Bool {
    let parts = line.split(separator: " ", maxSplits: 1).map(String.init)
    let argument = parts.count > 1 ? trimmed(parts[1]) : ""
    switch parts.first {
    case "/quit", "/exit", "/q": return false
    case "/help", "/?": console.note(Self.help)
    case "/model":
      send.model = argument.isEmpty ? nil : argument
      console.note(argument.isEmpty ? "the default model" : "model \(argument)")
    case "/new":
      thread = nil
      console.note("a new thread")
    case "/thread":
      if !argument.isEmpty { thread = argument }
      console.note(thread.map { "thread \($0)" } ?? "no thread yet")
    case "/system":
      send.system = argument.isEmpty ? nil : argument
      console.note(argument.isEmpty ? "no system prompt" : "system prompt set")
    default: console.note("no such command: \(parts.first ?? line); /help lists them", .yellow)
    }
    return true
  }

  /// Sends a message; what the daemon refuses is said, and the conversation goes on.
  private mutating func say(_ text: String) throws(Failure) {
    do throws(Failure) {
      let thread = try currentThread()
      let runner = TurnRunner(
        daemon: daemon, console: console, showsThinking: send.thinking, reconnect: reconnect)
      let result = try runner.run(AskCommand.params(thread, .string(text), send))
      daemon = result.daemon
      tell(result)
    } catch {
      guard error.status <= ExitStatus.usage || error.status == ExitStatus.interrupted else {
        throw error
      }
      console.report(error)
    }
  }

  private mutating func currentThread() throws(Failure) -> String {
    if let thread { return thread }
    let made = try SendOptions.create(daemon)
    thread = made
    try last.remember(made)
    return made
  }

  private func tell(_ result: TurnRunner.Result) {
    switch result.outcome {
    case .done: if console.err.isTerminal { console.note(result.view.summary) }
    case .cancelled: console.note("the turn was cancelled", .yellow)
    case .queued(let reason):
      console.note("\(QueueWords.sentence(reason)): \(result.turnID)", .yellow)
      console.note(QueueWords.hint(reason, turn: result.turnID))
    case .failed(_, let message):
      console.err.styled("error: \(message)", .red)
      console.err.raw("\n")
    }
  }
}
