import ArgumentParser
import Wire

/// The command line client.
@main
struct Qlaud: ParsableCommand {
  /// The version of the project.
  static let version = "0.1.0"

  static let configuration = CommandConfiguration(
    commandName: "qlaud",
    abstract: "Talk to qlaudd, the personal AI backend daemon.",
    discussion: """
      The daemon is started when none answers. Its socket is --socket, else $QLAUD_SOCKET, else \
      $XDG_RUNTIME_DIR/qlaud/qlaud.sock, else ~/.local/state/qlaud/qlaud.sock. A key in $QLAUD_KEY is shown to it. \
      Colour is used on terminals only, and never with NO_COLOR set.

      Exit status: 0 done, 1 the daemon answered an error, 2 wrong usage, 3 no daemon and none could be started, \
      4 the turn is queued until its provider can be reached, 130 interrupted.
      """,
    version: version,
    subcommands: needed(CommandLine.arguments))

  private static let commands: [any ParsableCommand.Type] = [
    AskCommand.self, ChatCommand.self, ThreadsCommand.self, MessagesCommand.self,
    SearchCommand.self, IndexCommand.self, ImportCommand.self, WatchCommand.self, TurnCommand.self,
    QueueCommand.self, JobCommand.self, ProviderCommand.self,
    ModelsCommand.self, UsageCommand.self, WalletCommand.self, SecretCommand.self, KeyCommand.self,
    VaultCommand.self, SettingsCommand.self, ToolCommand.self, ApprovalsCommand.self,
    StatusCommand.self, StopCommand.self, DoctorCommand.self, BackupCommand.self,
    RestoreCommand.self,
    SchemaCommand.self, CallCommand.self,
  ]

  /// The commands that these arguments may mean. The argument parser looks into every command that it is given, which
  /// takes longer than a call: where the first argument names a command, it is given that one.
  static func needed(_ arguments: [String]) -> [any ParsableCommand.Type] {
    guard let name = arguments.dropFirst().first,
      let command = commands.first(where: { $0.configuration.commandName == name })
    else { return commands }
    return [command]
  }

  static func main() {
    let status: Int32
    do {
      var command = try parseAsRoot()
      try command.run()
      status = 0
    } catch {
      status = report(error)
    }
    System.exit(status)
  }

  /// Prints what the argument parser has to say; wrong usage is status 2 here.
  private static func report(_ error: any Error) -> Int32 {
    if let code = error as? ExitCode { return code.rawValue }
    let message = fullMessage(for: error)
    guard exitCode(for: error) != .success else {
      Console.standard(json: false).out.text(message + "\n")
      return 0
    }
    Console.standard(json: false).err.text(message + "\n")
    return ExitStatus.usage
  }
}
