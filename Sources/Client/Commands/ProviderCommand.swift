import ArgumentParser
import Wire

/// Upstream hosts.
struct ProviderCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "provider", abstract: "Set up and test the hosts of models.",
    subcommands: [List.self, Add.self, Set.self, Remove.self, Test.self],
    defaultSubcommand: List.self)

  struct List: DaemonCommand {
    static let configuration = CommandConfiguration(abstract: "List providers.")
    @OptionGroup var common: Common

    func execute(_ daemon: RPCClient, _ console: Console) throws(Failure) {
      let columns: [Table.Column] = [
        .init(title: "NAME"), .init(title: "SHAPE"), .init(title: "URL", shrinks: true),
        .init(title: "SECRET", shrinks: true),
      ]
      console.list(try daemon.call("provider/list"), columns, empty: "no providers") {
        [$0.cell("name"), $0.cell("shape"), $0.cell("base_url"), $0.cell("secret")]
      }
    }
  }

  struct Set: DaemonCommand {
    static let configuration = CommandConfiguration(abstract: "Set up a provider.")
    @Argument var name: String
    @Option(help: "The origin, plus any prefix before /v1.") var url: String?
    @Option(help: "anthropic, openai-chat, openai-responses, gemini or vertex.") var shape: String?
    @Option(help: "The name of the secret that holds its key.") var secret: String?
    @Flag(help: "Read its key from standard input and keep it as a secret of the provider's name.")
    var keyStdin = false
    @Option(
      name: .customLong("header"),
      help:
        "A further header, as 'Name: value'; may be repeated. The value {{idempotency_key}} names each model call, the same for all its tries."
    )
    var headers: [String] = []
    @OptionGroup var common: Common

    func validate() throws {
      guard secret == nil || !keyStdin else {
        throw ValidationError("--secret and --key-stdin exclude each other.")
      }
    }

    func execute(_ daemon: RPCClient, _ console: Console) throws(Failure) {
      let headers = try ProviderCommand.headers(headers)
      var secret = secret
      if keyStdin {
        let key = try SecretPrompt.read("key of \(name)", console: console)
        secret = try ProviderCommand.store(key, of: name, daemon)
      }
      let params = ProviderCommand.params(name, url, shape, secret, headers)
      console.done(try daemon.call("provider/set", params), "provider \(name) is set")
    }
  }

  struct Add: DaemonCommand {
    static let configuration = CommandConfiguration(
      abstract: "Set up a provider that the daemon knows by name: only its key is asked for.")
    @Argument(help: "openai, anthropic …") var name: String
    @OptionGroup var common: Common

    func execute(_ daemon: RPCClient, _ console: Console) throws(Failure) {
      let presets = try daemon.call("provider/presets")["data"]?.array ?? []
      let preset = presets.first { $0["name"]?.string == name.lowercased() }
      guard preset != nil else {
        let known = presets.compactMap { $0["name"]?.string }.joined(separator: ", ")
        throw .usage(
          "no provider is known as \"\(name)\"; known are \(known)",
          hint: "any other: qlaud provider set \(name) --url URL --shape SHAPE --key-stdin")
      }
      if let url = preset?["base_url"]?.string, url.contains("{") {
        let shape = preset?.cell("shape") ?? ""
        throw .usage(
          "\(name) needs an address of your own: qlaud provider set \(name) --url \(url) --shape \(shape) --key-stdin"
        )
      }
      var secret: String?
      if preset?["needs_key"] != false {
        let key = try SecretPrompt.read("key of \(name)", console: console)
        secret = try ProviderCommand.store(key, of: name, daemon)
      }
      let answer = try daemon.call(
        "provider/set", ProviderCommand.params(name, nil, nil, secret, nil))
      console.done(answer, "provider \(name) is set; try it with: qlaud provider test \(name)")
    }
  }

  struct Remove: DaemonCommand {
    static let configuration = CommandConfiguration(
      commandName: "rm", abstract: "Remove a provider.")
    @Argument var name: String
    @OptionGroup var common: Common
    func execute(_ daemon: RPCClient, _ console: Console) throws(Failure) {
      console.done(try daemon.call("provider/delete", ["name": .string(name)]), "removed")
    }
  }

  struct Test: DaemonCommand {
    static let configuration = CommandConfiguration(abstract: "See whether a provider answers.")
    @Argument var name: String
    @OptionGroup var common: Common
    func execute(_ daemon: RPCClient, _ console: Console) throws(Failure) {
      let answer = try daemon.call("provider/test", ["name": .string(name)])
      console.report(answer)
      if answer["ok"] == false { throw Failure(ExitStatus.daemonError, "\(name) does not answer") }
    }
  }

  private static func store(_ key: String, of name: String, _ daemon: RPCClient) throws(Failure)
    -> String
  {
    try daemon.call("secret/set", ["name": .string(name), "value": .string(key)])
    return name
  }

  private static func params(
    _ name: String, _ url: String?, _ shape: String?, _ secret: String?, _ headers: JSON?
  ) -> JSON {
    .record([
      "name": .string(name), "base_url": url.map(JSON.string), "shape": shape.map(JSON.string),
      "secret": secret.map(JSON.string), "headers": headers,
    ])
  }

  /// Headers as an object; nil where there are none.
  static func headers(_ texts: [String]) throws(Failure) -> JSON? {
    guard !texts.isEmpty else { return nil }
    var object = JSON.Object()
    for text in texts {
      guard let colon = text.firstIndex(of: ":"), colon != text.startIndex else {
        throw .usage("--header: \"\(text)\" must be 'Name: value'")
      }
      let value = text[text.index(after: colon)...].drop { $0 == " " }
      object[String(text[..<colon])] = .string(String(value))
    }
    return .object(object)
  }
}
