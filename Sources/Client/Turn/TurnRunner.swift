import Wire

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// Sends one message and shows what becomes of it. Ctrl-C cancels the turn; a second one leaves it to the daemon.
struct TurnRunner {
  let daemon: RPCClient
  let console: Console
  var showsThinking = false
  /// Whether words are shown as they come; else the reply is shown when it is complete.
  var streams = true
  /// Connects anew where the daemon goes away in the middle of a turn; it resumes the turn from what is stored.
  var reconnect: (() throws(Failure) -> RPCClient)?

  /// How it went.
  struct Result {
    let outcome: TurnView.Outcome
    let turnID: String
    let view: TurnView
    /// The connection in use at the end.
    let daemon: RPCClient
  }

  /// Times that a lost connection is made anew for one turn.
  private static let reconnects = 3

  /// Runs a `message/send` to its end, or until it is queued.
  /// - Throws: ``Failure`` where the daemon refuses it or is gone for good, and on a second Ctrl-C.
  func run(_ params: JSON.Object) throws(Failure) -> Result {
    var run = Running(self)
    return try run.send(params)
  }

  /// One turn while it runs.
  private struct Running {
    let runner: TurnRunner
    var daemon: RPCClient
    var view = TurnView()
    var spinner: Spinner
    var turnID = ""
    var threadID = JSON.null
    /// The last event that was taken; further ones follow it.
    var lastSeq: Int64?
    var early: [JSON] = []
    var isCancelling = false
    var reconnectsLeft = TurnRunner.reconnects
    /// Whether a line of reasoning is open on standard error.
    var hasOpenThought = false
    /// Whether words of this try have been printed.
    private var hasShown = false
    /// Questions to the person whether a tool may be called.
    var approvals: ApprovalPrompt
    /// The reply while it is held back.
    var held = ""

    init(_ runner: TurnRunner) {
      self.runner = runner
      daemon = runner.daemon
      spinner = Spinner(runner.console)
      approvals = ApprovalPrompt(runner.console)
    }

    mutating func send(_ params: JSON.Object) throws(Failure) -> Result {
      var params = params
      params["stream"] = true
      defer { approvals.close() }
      let id = try daemon.request("message/send", .object(params))
      while true {
        daemon.keyboard = approvals.isOpen ? STDIN_FILENO : nil
        switch try daemon.next(timeout: canSpin ? spinner.timeout : -1) {
        case .response(id, let reply):
          spinner.clear()
          if let result = try begin(reply) { return result }
        case .response(_, .failure(let fault)) where isCancelling:
          // A turn that has just finished cannot be cancelled: its last event is on the way.
          spinner.clear()
          runner.console.note("cannot be cancelled: \(fault.message)")
        case .response(let reply, let result) where approvals.takesReply(reply):
          if case .failure(let fault) = result {
            runner.console.note("the answer was not taken: \(fault.message)", .yellow)
            approvals.open()
          }
        case .response: continue
        case .keys(let bytes): try press(bytes)
        case .notification(_, let event):
          if turnID.isEmpty {
            early.append(event)
          } else if let result = try take(event) {
            return result
          }
        case .signal(let signal): try interrupt(signal)
        case .timeout: spinner.tick()
        case .closed: try attachAgain()
        }
      }
    }

    /// A line that is being written is no place for a spinner.
    private var canSpin: Bool {
      !approvals.isOpen && (!view.hasOpenLine && !hasOpenThought || !held.isEmpty)
    }

    private mutating func begin(_ reply: Swift.Result<JSON, RPC.Fault>) throws(Failure) -> Result? {
      let started: JSON
      do throws(RPC.Fault) { started = try reply.get() } catch { throw Failure(error) }
      guard let turn = started["turn_id"]?.string else {
        throw .noDaemon("the daemon's reply to message/send names no turn_id")
      }
      turnID = turn
      threadID = started["thread_id"] ?? .null
      lastSeq = started["event_seq"]?.int
      if isCancelling { try cancel() }
      for event in early { if let result = try take(event) { return result } }
      early.removeAll()
      return nil
    }

    private mutating func take(_ params: JSON) throws(Failure) -> Result? {
      guard params["turn_id"]?.string == turnID else { return nil }
      if let seq = params["event_seq"]?.int {
        if lastSeq != nil, reconnectsLeft < TurnRunner.reconnects, seq <= lastSeq ?? 0 {
          return nil
        }
        lastSeq = seq
      }
      let event = params["event"]?.string ?? ""
      let pieces = view.take(event, params["data"] ?? [:])
      spinner.clear()
      approvals.close()
      approvals.take(event, params["data"] ?? [:])
      defer { approvals.open() }
      if runner.console.json, runner.streams { runner.console.print(params) }
      for piece in pieces {
        if case .finished(let outcome) = piece {
          // A parked turn that is being cancelled still says that it is done.
          if isCancelling, case .queued = outcome { continue }
          flush()
          return Result(outcome: outcome, turnID: turnID, view: view, daemon: daemon)
        }
        show(piece)
      }
      return nil
    }

    private mutating func show(_ piece: TurnView.Piece) {
      let console = runner.console
      if console.json { return }
      endThought(before: piece)
      switch piece {
      case .text(let text):
        if runner.streams {
          console.out.text(text)
          hasShown = true
        } else {
          held += text
        }
      case .lineBreak:
        if runner.streams { console.out.raw("\n") } else { held += "\n" }
      case .thinking(let text):
        guard runner.showsThinking else { return }
        console.err.styled(text, .dim)
        hasOpenThought = true
      case .note(let text): console.note(text)
      case .void(let why):
        held = ""
        console.note(hasShown ? "\(why) (the reply above is void)" : why, .yellow)
        hasShown = false
      case .finished: break
      }
    }

    /// Reasoning and the words after it stand on lines of their own.
    private mutating func endThought(before piece: TurnView.Piece) {
      if case .thinking = piece { return }
      if hasOpenThought { runner.console.err.raw("\n") }
      hasOpenThought = false
    }

    private mutating func flush() {
      if !held.isEmpty { runner.console.out.text(held) }
      held = ""
    }

    private mutating func interrupt(_ signal: Int32) throws(Failure) {
      guard signal == SIGINT else {
        if signal == SIGWINCH { return }
        throw Failure(128 + signal, "ended by a signal; the turn \(turnID) goes on")
      }
      spinner.clear()
      guard !isCancelling else {
        throw .interrupted("left; see what became of it with: qlaud turn get \(turnID)")
      }
      isCancelling = true
      runner.console.note("\ncancelling the turn …", .yellow)
      if !turnID.isEmpty { try cancel() }
    }

    private mutating func press(_ bytes: [UInt8]) throws(Failure) {
      for byte in bytes {
        // What is typed after the answer is no answer to the next question.
        guard let (press, approval) = approvals.press(byte) else { continue }
        return try act(press, approval)
      }
    }

    private mutating func act(_ press: ApprovalAnswer.Press, _ approval: String) throws(Failure) {
      switch press {
      case .answer(let answer):
        runner.console.note(answer.words)
        approvals.sent(
          try daemon.request("approval/respond", answer.params(for: approval)), for: approval)
      case .later:
        runner.console.note("left open: qlaud approvals respond \(approval) approve")
        approvals.open()
      case .interrupt: try interrupt(SIGINT)
      case .other: return
      }
    }

    private func cancel() throws(Failure) {
      _ = try daemon.request("turn/cancel", ["turn_id": .string(turnID)])
    }

    /// The daemon went away: come back to it and go on after the last event.
    private mutating func attachAgain() throws(Failure) {
      spinner.clear()
      guard !turnID.isEmpty, let reconnect = runner.reconnect, reconnectsLeft > 0 else {
        throw RPCClient.gone
      }
      reconnectsLeft -= 1
      runner.console.note("the daemon went away; attaching again …", .yellow)
      let signals = daemon.signals
      daemon = try reconnect()
      daemon.signals = signals
      try daemon.call(
        "thread/subscribe", .record(["thread_id": threadID, "after": lastSeq.map(JSON.int)]))
      if isCancelling { try cancel() }
    }
  }
}
