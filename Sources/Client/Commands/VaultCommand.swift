import ArgumentParser
import Wire

/// The vault that seals secrets.
struct VaultCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "vault", abstract: "Look at, open, lock or re-key the vault.",
    subcommands: [Status.self, Unlock.self, Lock.self, Rekey.self], defaultSubcommand: Status.self)

  struct Status: DaemonCommand {
    static let configuration = CommandConfiguration(abstract: "How the vault stands.")
    @OptionGroup var common: Common
    func execute(_ daemon: RPCClient, _ console: Console) throws(Failure) {
      console.report(try daemon.call("vault/status"))
    }
  }

  struct Unlock: DaemonCommand {
    static let configuration = CommandConfiguration(
      abstract: "Open the vault with its passphrase, from standard input or asked for.")
    @Flag(help: "Open it with its key file or credential: no passphrase.") var keyFile = false
    @OptionGroup var common: Common
    func execute(_ daemon: RPCClient, _ console: Console) throws(Failure) {
      let phrase = keyFile ? nil : try SecretPrompt.read("passphrase", console: console)
      console.done(
        try daemon.call("vault/unlock", .record(["passphrase": phrase.map(JSON.string)])), "open")
    }
  }

  struct Lock: DaemonCommand {
    static let configuration = CommandConfiguration(abstract: "Wipe its keys from memory.")
    @OptionGroup var common: Common
    func execute(_ daemon: RPCClient, _ console: Console) throws(Failure) {
      console.done(try daemon.call("vault/lock"), "locked")
    }
  }

  struct Rekey: DaemonCommand {
    static let configuration = CommandConfiguration(
      abstract: "Wrap it with a new passphrase, or with the key file.")
    @Flag(help: "Go back to the key file: no passphrase.") var keyFile = false
    @OptionGroup var common: Common
    func execute(_ daemon: RPCClient, _ console: Console) throws(Failure) {
      let phrase = keyFile ? nil : try SecretPrompt.readNew("new passphrase", console: console)
      console.done(
        try daemon.call("vault/rekey", .record(["passphrase": phrase.map(JSON.string)])), "re-keyed"
      )
    }
  }
}
