import ArgumentParser
import Wire

/// Turns.
struct TurnCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "turn", abstract: "Look at, cancel or repeat a turn.",
    subcommands: [Get.self, List.self, Cancel.self, Retry.self])

  struct Get: DaemonCommand {
    static let configuration = CommandConfiguration(abstract: "Show a turn.")
    @Argument var turn: String
    @OptionGroup var common: Common

    func execute(_ daemon: RPCClient, _ console: Console) throws(Failure) {
      console.report(try daemon.call("turn/get", ["turn_id": .string(turn)]))
    }
  }

  struct List: DaemonCommand {
    static let configuration = CommandConfiguration(abstract: "List turns, newest first.")
    @Option(help: "Only those of this thread.") var thread: String?
    @Option(help: "queued, running, waiting, done, failed or cancelled.") var status: String?
    @OptionGroup var page: PageOptions
    @OptionGroup var common: Common

    func execute(_ daemon: RPCClient, _ console: Console) throws(Failure) {
      var params: JSON.Object = [:]
      params["thread_id"] = thread.map(JSON.string)
      params["status"] = status.map(JSON.string)
      let columns: [Table.Column] = [
        .init(title: "TURN"), .init(title: "STATUS"), .init(title: "CREATED"),
        .init(title: "MODEL", shrinks: true), .init(title: "REASON", shrinks: true),
      ]
      console.list(
        try daemon.call("turn/list", page.added(to: params)), columns, empty: "no turns"
      ) { turn in
        let id = turn["id"]?.string ?? turn.cell("turn_id")
        return [
          id, turn.cell("status"), turn.timeCell("created_at"), turn.cell("model"),
          turn.cell("reason"),
        ]
      }
    }
  }

  struct Cancel: DaemonCommand {
    static let configuration = CommandConfiguration(abstract: "Cancel a turn.")
    @Argument var turn: String
    @OptionGroup var common: Common

    func execute(_ daemon: RPCClient, _ console: Console) throws(Failure) {
      console.done(try daemon.call("turn/cancel", ["turn_id": .string(turn)]), "cancelled")
    }
  }

  struct Retry: DaemonCommand {
    static let configuration = CommandConfiguration(
      abstract: "Run a failed or cancelled turn again, or answer a finished one anew in a fork.")
    @Argument var turn: String
    @Flag(help: "Answer it anew in a copy of the thread.") var asFork = false
    @OptionGroup var common: Common

    func execute(_ daemon: RPCClient, _ console: Console) throws(Failure) {
      console.report(
        try daemon.call(
          "turn/retry", .record(["turn_id": .string(turn), "as_fork": asFork ? true : nil])))
    }
  }
}
