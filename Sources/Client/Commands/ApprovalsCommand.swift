import ArgumentParser
import Wire

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// Questions whether a tool may be called.
struct ApprovalsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "approvals", abstract: "Show and answer questions whether a tool may be called.",
    subcommands: [List.self, Respond.self, Ask.self], defaultSubcommand: List.self)

  struct List: DaemonCommand {
    static let configuration = CommandConfiguration(
      abstract: "List questions, newest first; those that wait unless --status says otherwise.")
    @Option(help: "Only those of this thread.") var thread: String?
    @Option(help: "pending, approved, denied, expired or cancelled.") var status: String?
    @Option(help: "Rows at most.") var limit: Int?
    @OptionGroup var common: Common

    func execute(_ daemon: RPCClient, _ console: Console) throws(Failure) {
      let params: JSON = .record([
        "thread_id": thread.map(JSON.string), "status": status.map(JSON.string),
        "limit": limit.map(JSON.integer),
      ])
      let columns: [Table.Column] = [
        .init(title: "APPROVAL"), .init(title: "TOOL"), .init(title: "INPUT", shrinks: true),
        .init(title: "STATUS"), .init(title: "FOR"), .init(title: "UNTIL"),
      ]
      let empty = (status ?? "pending") == "pending" ? "nothing waits" : "no such questions"
      console.list(try daemon.call("approval/list", params), columns, empty: empty) {
        [
          $0.cell("id"), $0.cell("name"), ($0["input"] ?? [:]).text, $0.cell("status"),
          $0.cell("scope"), $0["expires_at"]?.int.map(Format.time) ?? "",
        ]
      }
    }
  }

  struct Respond: DaemonCommand {
    static let configuration = CommandConfiguration(
      abstract: "Answer a question: approve or deny.")
    @Argument(help: "The question's id.") var approval: String
    @Argument(help: "approve or deny.") var decision: Decision
    @Option(
      name: .customLong("for"),
      help: "once: this call; thread: always in its thread; tool: always, for this tool.")
    var scope: ApprovalAnswer.Scope = .once
    @OptionGroup var common: Common

    func execute(_ daemon: RPCClient, _ console: Console) throws(Failure) {
      let answer = ApprovalAnswer(isApproval: decision == .approve, scope: scope)
      console.done(
        try daemon.call("approval/respond", answer.params(for: approval)),
        decision == .approve ? "approved" : "denied")
    }
  }

  struct Ask: DaemonCommand {
    static let configuration = CommandConfiguration(
      abstract: "Go through the questions that wait, at the terminal.")
    @OptionGroup var common: Common

    func execute(_ daemon: RPCClient, _ console: Console) throws(Failure) {
      guard isatty(STDIN_FILENO) == 1, console.err.isTerminal else {
        throw .usage("there is no terminal to ask at", hint: "qlaud approvals respond ID approve")
      }
      let waiting = try daemon.call("approval/list", ["limit": 100])["data"]?.array ?? []
      if waiting.isEmpty { console.note("nothing waits") }
      // The oldest first.
      for question in waiting.reversed() {
        console.note("\(question.cell("name")) \((question["input"] ?? [:]).text)", .bold)
        guard let answer = try Self.answer(console) else { continue }
        do throws(Failure) {
          let reply = try daemon.call(
            "approval/respond", answer.params(for: question.cell("id")))
          console.result(reply) { console.note(answer.words) }
        } catch {
          // Somebody else was quicker, or it has expired: the others may still wait.
          guard error.status == ExitStatus.daemonError else { throw error }
          console.report(error)
        }
      }
    }

    /// What the person presses; nil to leave the question open.
    private static func answer(_ console: Console) throws(Failure) -> ApprovalAnswer? {
      guard let terminal = RawMode(STDIN_FILENO) else { throw .usage("no terminal to ask at") }
      defer {
        terminal.restore()
        console.err.raw("\n")
      }
      console.err.text(ApprovalAnswer.keys)
      while case .bytes(let bytes) = Files.read(STDIN_FILENO, limit: 1) {
        switch ApprovalAnswer.pressed(bytes[0]) {
        case .answer(let answer): return answer
        case .later: return nil
        case .interrupt: throw .interrupted()
        case .other: continue
        }
      }
      throw .interrupted()
    }
  }

  /// What is said to a question.
  enum Decision: String, ExpressibleByArgument, CaseIterable { case approve, deny }
}
