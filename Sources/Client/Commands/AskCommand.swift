import ArgumentParser
import Wire

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// Which thread and which model: what `ask` and `chat` share.
struct SendOptions: ParsableArguments {
  @Option(name: .shortAndLong, help: "The model (else the thread's, else the daemon's default).")
  var model: String?
  @Option(name: .shortAndLong, help: "Go on in this thread.")
  var thread: String?
  @Flag(name: [.customShort("c"), .customLong("continue")], help: "Go on in the last thread.")
  var continues = false
  @Option(help: "The system prompt.")
  var system: String?
  @Option(help: "Output tokens at most.")
  var maxTokens = 4096
  @Flag(help: "Show the model's reasoning on standard error.")
  var thinking = false

  func validate() throws {
    guard thread == nil || !continues else {
      throw ValidationError("--thread and --continue exclude each other.")
    }
    guard Limits.maxTokens.contains(maxTokens) else {
      let range = Limits.maxTokens
      throw ValidationError(
        "--max-tokens: must be from \(range.lowerBound) to \(range.upperBound).")
    }
  }

  /// The thread that was asked for; nil for a new one.
  func existing(_ last: LastThread) throws(Failure) -> String? {
    if let thread { return thread }
    return continues ? try last.read() : nil
  }

  /// Makes a thread.
  static func create(_ daemon: RPCClient) throws(Failure) -> String {
    guard let id = try daemon.call("thread/create", [:])["id"]?.string else {
      throw .noDaemon("the daemon's reply to thread/create names no id")
    }
    return id
  }
}

/// One question, one answer.
struct AskCommand: DaemonCommand {
  static let configuration = CommandConfiguration(
    commandName: "ask", abstract: "Ask once; standard input is part of the question.",
    discussion: """
      git diff | qlaud ask "review this"

      The answer goes to standard output as it comes, everything else to standard error. When a provider breaks off, \
      the daemon tries again and the answer begins anew, which is said; with --no-stream only the final answer is \
      printed. Ctrl-C cancels the turn.
      """)

  @Argument(help: "The question; - reads it from standard input.")
  var prompt: [String] = []
  @OptionGroup var send: SendOptions
  @Option(name: .long, parsing: .singleValue, help: "An image to look at; may be repeated.")
  var image: [String] = []
  @Flag(help: "Print the answer when it is complete.")
  var noStream = false
  @OptionGroup var common: Common

  func execute(_ daemon: RPCClient, _ console: Console) throws(Failure) {
    let paths = try Paths(environment: System.variable)
    let address = DaemonAddress(common, paths: paths)
    let words = prompt.filter { $0 != "-" }.joined(separator: " ")
    let content = try Prompt.content(
      words: words, piped: try Prompt.piped(wanted: prompt.contains("-")), images: image)
    daemon.signals = try SignalPipe([SIGINT])

    let last = LastThread(path: paths.lastThread)
    let thread: String
    if let existing = try send.existing(last) {
      thread = existing
    } else {
      thread = try SendOptions.create(daemon)
    }
    try last.remember(thread)

    let starts = startsDaemon
    let runner = TurnRunner(
      daemon: daemon, console: console, showsThinking: send.thinking, streams: !noStream,
      reconnect: { () throws(Failure) in try address.connect(start: starts) })
    let result = try runner.run(Self.params(thread, content, send))
    try finish(result, thread, console)
  }

  /// The parameters of `message/send`.
  static func params(_ thread: String, _ content: JSON, _ send: SendOptions) -> JSON.Object {
    var params: JSON.Object = ["thread_id": .string(thread)]
    params["model"] = send.model.map(JSON.string)
    params["max_tokens"] = .integer(send.maxTokens)
    params["content"] = content
    params["system"] = send.system.map(JSON.string)
    return params
  }

  private func finish(_ result: TurnRunner.Result, _ thread: String, _ console: Console)
    throws(Failure)
  {
    switch result.outcome {
    case .done:
      if noStream, console.json { try printMessage(result, thread, console) }
      if console.err.isTerminal, !console.json { console.note(result.view.summary) }
    case .cancelled:
      throw Failure(ExitStatus.interrupted, "the turn was cancelled")
    case .queued(let reason):
      throw Failure(
        ExitStatus.queued, "\(QueueWords.sentence(reason)): \(result.turnID)",
        hint: QueueWords.hint(reason, turn: result.turnID),
        json: ["status": "queued", "reason": .string(reason), "turn_id": .string(result.turnID)])
    case .failed(let kind, let message):
      throw Failure(
        RPC.Fault(code: -32603, message: message, data: ["kind": .string(kind)]))
    }
  }

  /// The stored reply with what the turn adds to it.
  private func printMessage(_ result: TurnRunner.Result, _ thread: String, _ console: Console)
    throws(Failure)
  {
    guard let seq = result.view.seq else { return }
    let page = try result.daemon.call(
      "message/list",
      ["thread_id": .string(thread), "after_seq": .int(seq - 1), "limit": 1])
    guard case .object(var message)? = page["data"]?[0] else {
      throw .noDaemon("the daemon has no message \(seq) in thread \(thread)")
    }
    message["thread_id"] = .string(thread)
    message["turn_id"] = .string(result.turnID)
    message["cost_micros"] = result.view.cost.map(JSON.int) ?? .null
    console.print(.object(message))
  }
}
