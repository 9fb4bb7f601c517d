import ArgumentParser

/// The options of every command.
struct Common: ParsableArguments {
  @Option(help: ArgumentHelp("The daemon's socket.", valueName: "path"))
  var socket: String?
  @Option(
    help: ArgumentHelp(
      "The data directory of a daemon that has to be started (else $QLAUD_DATA).", valueName: "dir")
  )
  var data: String?
  @Flag(name: .customLong("no-start"), help: "Do not start a daemon when none answers.")
  var noStart = false
  @Flag(help: "Print JSON: one object a line.")
  var json = false
}

/// A command that talks to the daemon.
protocol DaemonCommand: ParsableCommand {
  var common: Common { get }
  /// Whether a daemon is started where none answers.
  var startsDaemon: Bool { get }
  /// Does the work; the connection is open.
  func execute(_ daemon: RPCClient, _ console: Console) throws(Failure)
}

extension DaemonCommand {
  var startsDaemon: Bool { !common.noStart }

  func run() throws {
    let console = Console.standard(json: common.json)
    do throws(Failure) {
      let address = DaemonAddress(common, paths: try Paths(environment: System.variable))
      try execute(try address.connect(start: startsDaemon), console)
    } catch {
      console.report(error)
      throw ExitCode(error.status)
    }
  }
}
