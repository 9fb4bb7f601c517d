import ArgumentParser
import Wire

/// Secrets. A value is never an argument: other processes can read those.
struct SecretCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "secret", abstract: "Keep, list and forget secrets.",
    subcommands: [Set.self, List.self, Remove.self])

  struct Set: DaemonCommand {
    static let configuration = CommandConfiguration(
      abstract: "Keep a secret; its value is read from standard input or asked for.")
    @Argument var name: String
    @OptionGroup var common: Common

    func execute(_ daemon: RPCClient, _ console: Console) throws(Failure) {
      let value = try SecretPrompt.read("value of \(name)", console: console)
      let answer = try daemon.call("secret/set", ["name": .string(name), "value": .string(value)])
      console.done(answer, "kept")
    }
  }

  struct List: DaemonCommand {
    static let configuration = CommandConfiguration(abstract: "List the names of secrets.")
    @OptionGroup var common: Common

    func execute(_ daemon: RPCClient, _ console: Console) throws(Failure) {
      let columns: [Table.Column] = [.init(title: "NAME", shrinks: true), .init(title: "UPDATED")]
      console.list(try daemon.call("secret/list"), columns, empty: "no secrets") {
        [$0.cell("name"), $0.timeCell($0["updated_at"] == nil ? "created_at" : "updated_at")]
      }
    }
  }

  struct Remove: DaemonCommand {
    static let configuration = CommandConfiguration(commandName: "rm", abstract: "Forget a secret.")
    @Argument var name: String
    @OptionGroup var common: Common
    func execute(_ daemon: RPCClient, _ console: Console) throws(Failure) {
      console.done(try daemon.call("secret/delete", ["name": .string(name)]), "forgotten")
    }
  }
}
