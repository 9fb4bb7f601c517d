import ArgumentParser
import Wire

/// API keys.
struct KeyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "key", abstract: "Make, list, change and revoke API keys.",
    subcommands: [Create.self, List.self, Update.self, Revoke.self], defaultSubcommand: List.self)

  /// What a key may do and spend.
  struct Terms: ParsableArguments {
    @Option(help: ArgumentHelp("Spending limit in dollars.", valueName: "usd")) var cap: String?
    @Option(help: "The span of the limit: lifetime, day or month.") var per: String?
    @Option(help: "Bind it to one end-user.") var endUser: String?
    @Option(help: "A date (2030-01-31) or a span (12h, 30d).") var expires: String?
    @Option(name: .customLong("model"), help: "A model it may use; may be repeated.")
    var models: [String] = []

    func added(to params: JSON.Object) throws(Failure) -> JSON {
      var params = params
      if let cap { params["max_spend_usd"] = try Format.dollars(cap, option: "--cap") }
      params["period"] = per.map(JSON.string)
      params["end_user_id"] = endUser.map(JSON.string)
      if let expires {
        params["expires_at"] = .int(
          try Format.moment(expires, option: "--expires", now: System.now()))
      }
      if !models.isEmpty { params["models"] = .array(models.map(JSON.string)) }
      return .object(params)
    }
  }

  struct Create: DaemonCommand {
    static let configuration = CommandConfiguration(
      abstract: "Make a key; it is shown once, on standard output.")
    @Argument var name: String
    @Option(help: "admin or standard.") var scope: String?
    @OptionGroup var terms: Terms
    @OptionGroup var common: Common

    func execute(_ daemon: RPCClient, _ console: Console) throws(Failure) {
      var params: JSON.Object = ["name": .string(name)]
      params["scope"] = scope.map(JSON.string)
      let key = try daemon.call("key/create", try terms.added(to: params))
      console.result(key) {
        console.line(key.cell("secret"))
        console.note("key \(key.cell("id")): it is not shown again")
      }
    }
  }

  struct List: DaemonCommand {
    static let configuration = CommandConfiguration(abstract: "List keys.")
    @OptionGroup var common: Common

    func execute(_ daemon: RPCClient, _ console: Console) throws(Failure) {
      let columns: [Table.Column] = [
        .init(title: "KEY"), .init(title: "NAME", shrinks: true), .init(title: "PREFIX"),
        .init(title: "SCOPE"), .init(title: "CAP", alignsRight: true),
        .init(title: "SPENT", alignsRight: true), .init(title: "USED"),
        .init(title: "STATE"),
      ]
      console.list(try daemon.call("key/list"), member: "keys", columns, empty: "no keys") { key in
        let cap = key["max_spend_usd"]?.nonNull.map { "$" + $0.text } ?? ""
        let period = key["period"]?.string.map { $0 == "lifetime" ? "" : "/" + $0 } ?? ""
        let isRevoked = key["revoked"] == true || key["revoked_at"]?.nonNull != nil
        return [
          key.cell("id"), key.cell("name"), key.cell("prefix"), key.cell("scope"),
          cap.isEmpty ? "" : cap + period, key["spent_micros"]?.int.map(Format.money) ?? "",
          key.timeCell("last_used_at"),
          isRevoked ? "revoked" : "",
        ]
      }
    }
  }

  struct Update: DaemonCommand {
    static let configuration = CommandConfiguration(abstract: "Change a key.")
    @Argument(help: "The key's id.") var key: String
    @Option(help: "Another name.") var name: String?
    @OptionGroup var terms: Terms
    @OptionGroup var common: Common

    func execute(_ daemon: RPCClient, _ console: Console) throws(Failure) {
      var params: JSON.Object = ["key_id": .string(key)]
      params["name"] = name.map(JSON.string)
      console.report(try daemon.call("key/update", try terms.added(to: params)))
    }
  }

  struct Revoke: DaemonCommand {
    static let configuration = CommandConfiguration(abstract: "Revoke a key, at once and for good.")
    @Argument(help: "The key's id.") var key: String
    @OptionGroup var common: Common
    func execute(_ daemon: RPCClient, _ console: Console) throws(Failure) {
      console.done(try daemon.call("key/revoke", ["key_id": .string(key)]), "revoked")
    }
  }
}
