import ArgumentParser
import Wire

/// The models that can be asked for, and names, prices and sizes of your own for them.
struct ModelsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "models", abstract: "List models, give them names, prices and sizes of your own.",
    subcommands: [List.self, Set.self, Alias.self, Remove.self], defaultSubcommand: List.self)

  struct List: DaemonCommand {
    static let configuration = CommandConfiguration(
      abstract: "List models with context and prices (dollars per million tokens).")
    @Argument(help: "Only slugs that contain this.") var query: String?
    @Flag(help: "Also models whose provider is not set up.") var all = false
    @OptionGroup var common: Common

    func execute(_ daemon: RPCClient, _ console: Console) throws(Failure) {
      var params: JSON.Object = ["available": .bool(!all)]
      params["query"] = query.map(JSON.string)
      let columns: [Table.Column] = [
        .init(title: "MODEL", shrinks: true), .init(title: "PROVIDER"),
        .init(title: "CONTEXT", alignsRight: true), .init(title: "INPUT", alignsRight: true),
        .init(title: "OUTPUT", alignsRight: true),
      ]
      console.list(
        try daemon.call("model/list", .object(params)), member: "data", columns,
        empty: "no models; set a provider up, or see --all"
      ) { model in
        [
          model.cell("slug"), model.cell("provider"), model.cell("context_window"),
          model["price"]?["input"]?.int.map(Format.money) ?? "",
          model["price"]?["output"]?.int.map(Format.money) ?? "",
        ]
      }
    }
  }

  struct Set: DaemonCommand {
    static let configuration = CommandConfiguration(
      abstract: "Set a model up under a slug of your own.",
      discussion:
        "What was set for the slug before is replaced. Prices are dollars per million tokens.")
    @Argument(help: "The slug; case does not count.") var slug: String
    @Option(help: "The provider that serves it.") var provider: String
    @Option(help: "The provider's own name for it; the slug if absent.") var name: String?
    @Option(name: .customLong("alias"), help: "A further slug; may be repeated.")
    var aliases: [String] = []
    @Option(help: ArgumentHelp("Price of input.", valueName: "usd")) var input: String?
    @Option(help: ArgumentHelp("Price of output.", valueName: "usd")) var output: String?
    @Option(help: ArgumentHelp("Price of input from a cache.", valueName: "usd"))
    var cacheRead: String?
    @Option(help: ArgumentHelp("Price of writing to a cache.", valueName: "usd"))
    var cacheWrite: String?
    @Option(help: "Tokens of input and output together.") var context: Int?
    @Option(help: "Tokens that it can write.") var maxOutput: Int?
    @OptionGroup var common: Common

    func validate() throws {
      guard (input == nil) == (output == nil) else {
        throw ValidationError("--input and --output belong together.")
      }
      guard input != nil || (cacheRead == nil && cacheWrite == nil) else {
        throw ValidationError("--cache-read and --cache-write need --input and --output.")
      }
    }

    func execute(_ daemon: RPCClient, _ console: Console) throws(Failure) {
      var price = JSON.Object()
      for (member, option, text) in [
        ("input", "--input", input), ("output", "--output", output),
        ("cache_read", "--cache-read", cacheRead), ("cache_write", "--cache-write", cacheWrite),
      ] {
        if let text { price[member] = .int(try Format.micros(text, option: option)) }
      }
      let params = JSON.record([
        "slug": .string(slug), "provider": .string(provider),
        "upstream_name": name.map(JSON.string),
        "aliases": aliases.isEmpty ? nil : .array(aliases.map(JSON.string)),
        "price": price.isEmpty ? nil : .object(price),
        "context_window": context.map(JSON.integer), "max_output": maxOutput.map(JSON.integer),
      ])
      console.done(try daemon.call("model/set", params), "model \(slug) is set")
    }
  }

  struct Alias: DaemonCommand {
    static let configuration = CommandConfiguration(
      abstract: "Give a model a short name: qlaud models alias opus anthropic/claude-opus-4-6.")
    @Argument(help: "The name.") var alias: String
    @Argument(help: "The model, as provider/model.") var model: String
    @OptionGroup var common: Common

    func execute(_ daemon: RPCClient, _ console: Console) throws(Failure) {
      guard let slash = model.firstIndex(of: "/"), slash != model.startIndex,
        model.index(after: slash) != model.endIndex
      else {
        throw .usage(
          "\"\(model)\" must be PROVIDER/MODEL",
          hint:
            "a further name for a model of your own: qlaud models set \(model) --alias \(alias) …")
      }
      let answer = try daemon.call(
        "model/set",
        [
          "slug": .string(alias), "provider": .string(String(model[..<slash])),
          "upstream_name": .string(String(model[model.index(after: slash)...])),
        ])
      console.done(answer, "\(alias) is \(model)")
    }
  }

  struct Remove: DaemonCommand {
    static let configuration = CommandConfiguration(
      commandName: "rm", abstract: "Forget what was set for a model.")
    @Argument var slug: String
    @OptionGroup var common: Common
    func execute(_ daemon: RPCClient, _ console: Console) throws(Failure) {
      console.done(try daemon.call("model/delete", ["slug": .string(slug)]), "removed")
    }
  }
}
