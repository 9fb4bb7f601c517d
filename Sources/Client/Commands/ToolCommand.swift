import ArgumentParser
import Wire

/// Registered tools.
struct ToolCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tool", abstract: "Register, show, try and remove tools.",
    subcommands: [
      List.self, Add.self, Show.self, Policy.self, Test.self, Remove.self, Calls.self,
      BuiltIns.self,
    ],
    defaultSubcommand: List.self)

  struct List: DaemonCommand {
    static let configuration = CommandConfiguration(abstract: "List the registered tools.")
    @OptionGroup var common: Common

    func execute(_ daemon: RPCClient, _ console: Console) throws(Failure) {
      let columns: [Table.Column] = [
        .init(title: "NAME"), .init(title: "KIND"), .init(title: "POLICY"),
        .init(title: "DESCRIPTION", shrinks: true),
      ]
      console.list(try daemon.call("tool/list"), columns, empty: "no tools") {
        [$0.cell("name"), $0.cell("kind"), $0.cell("policy"), $0.cell("description")]
      }
    }
  }

  struct Add: DaemonCommand {
    static let configuration = CommandConfiguration(
      abstract: "Register the tool that a file describes.",
      discussion: """
        The file holds the parameters of tool/register as one JSON object: name, description, input_schema, and \
        webhook_url, or provider with config. A webhook's signing secret is printed on standard output; it is not \
        shown again.
        """)
    @Argument(help: "A JSON file; - reads standard input.") var file: String
    @OptionGroup var common: Common

    func execute(_ daemon: RPCClient, _ console: Console) throws(Failure) {
      let json = try ToolCommand.json(try ToolCommand.text(of: file), named: file)
      guard json.object != nil else { throw .usage("\(file): must hold a JSON object") }
      let tool = try daemon.call("tool/register", json)
      console.result(tool) {
        if tool["secret"] != nil { console.line(tool.cell("secret")) }
        console.note("tool \(tool.cell("name")) is registered: \(tool.cell("id"))")
        if tool["secret"] != nil { console.note("its signing secret is not shown again") }
        for warning in tool["warnings"]?.array ?? [] {
          console.note("warning: \(Report.scalar(warning))", .yellow)
        }
      }
    }
  }

  struct Show: DaemonCommand {
    static let configuration = CommandConfiguration(abstract: "Show a tool, without its secrets.")
    @Argument(help: "Its name or id.") var tool: String
    @OptionGroup var common: Common

    func execute(_ daemon: RPCClient, _ console: Console) throws(Failure) {
      let id = try ToolCommand.id(of: tool, daemon)
      console.report(try daemon.call("tool/get", ["tool_id": id]))
    }
  }

  struct Policy: DaemonCommand {
    static let configuration = CommandConfiguration(
      abstract: "Say whether a tool may be called without asking.",
      discussion: """
        It holds at once, also for questions that wait. Answers that were given for a thread or for the tool end with it.
        """)
    /// What may become of a call.
    enum Choice: String, ExpressibleByArgument, CaseIterable { case auto, ask, deny }

    @Argument(help: "Its name or id.") var tool: String
    @Argument(help: "auto: calls are made; ask: each is asked about; deny: none is made.")
    var policy: Choice
    @OptionGroup var common: Common

    func execute(_ daemon: RPCClient, _ console: Console) throws(Failure) {
      let id = try ToolCommand.id(of: tool, daemon)
      console.done(
        try daemon.call("tool/update", ["tool_id": id, "policy": .string(policy.rawValue)]),
        "\(tool): \(policy.rawValue)")
    }
  }

  struct Remove: DaemonCommand {
    static let configuration = CommandConfiguration(
      commandName: "rm", abstract: "Forget a tool and its secrets.")
    @Argument(help: "Its name or id.") var tool: String
    @OptionGroup var common: Common

    func execute(_ daemon: RPCClient, _ console: Console) throws(Failure) {
      let id = try ToolCommand.id(of: tool, daemon)
      console.done(try daemon.call("tool/delete", ["tool_id": id]), "removed")
    }
  }

  struct Test: DaemonCommand {
    static let configuration = CommandConfiguration(
      abstract: "Call a tool, or show what a call would send.",
      discussion: """
        qlaud tool test weather '{"city":"Oslo"}' --dry-run

        With --dry-run nothing is sent: the request is shown as it would be, with *** in the place of secrets. A tool \
        that fails is exit status 1.
        """)
    @Argument(help: "Its name or id.") var tool: String
    @Argument(help: "The input, a JSON object; - reads standard input.") var input = "{}"
    @Option(help: "The end-user of the call.") var endUser: String?
    @Option(
      help: ArgumentHelp(
        "The thread's metadata, which fills locked fields; with --dry-run.", valueName: "json"))
    var metadata: String?
    @Flag(help: "Show what would be sent, and send nothing.") var dryRun = false
    @OptionGroup var common: Common

    func validate() throws {
      guard metadata == nil || dryRun else {
        throw ValidationError("--metadata goes with --dry-run.")
      }
    }

    func execute(_ daemon: RPCClient, _ console: Console) throws(Failure) {
      let text = input == "-" ? try ToolCommand.text(of: "-") : input
      let args = try ToolCommand.json(text, named: "the input")
      guard args.object != nil else { throw .usage("the input must be a JSON object") }
      if dryRun {
        try preview(args, daemon, console)
      } else {
        try call(args, daemon, console)
      }
    }

    private func preview(_ args: JSON, _ daemon: RPCClient, _ console: Console) throws(Failure) {
      var params: JSON.Object = ["tool_id": .string(tool), "input": args]
      params["end_user_id"] = endUser.map(JSON.string)
      if let metadata { params["metadata"] = try ToolCommand.json(metadata, named: "--metadata") }
      let shown = try daemon.call("tool/preview", .object(params))
      console.result(shown) {
        guard let request = shown["request"]?.nonNull else {
          return console.line("input \((shown["input"] ?? [:]).text)")
        }
        console.line("\(request.cell("method")) \(request.cell("url"))")
        for header in request["headers"]?.object?.members ?? [] {
          console.line("\(header.key): \(Report.scalar(header.value))")
        }
        if let body = request["body"]?.nonNull { console.line("\n" + Report.scalar(body)) }
      }
    }

    private func call(_ args: JSON, _ daemon: RPCClient, _ console: Console) throws(Failure) {
      var params: JSON.Object = ["calls": [["tool": .string(tool), "args": args]]]
      params["end_user_id"] = endUser.map(JSON.string)
      let result = try daemon.call("tool/execute", .object(params))["results"]?[0] ?? .null
      console.result(result) { console.line(Report.scalar(result["output"] ?? .null)) }
      if result["is_error"] == true {
        throw Failure(ExitStatus.daemonError, "the tool failed", json: result)
      }
    }
  }

  struct Calls: DaemonCommand {
    static let configuration = CommandConfiguration(
      abstract: "List the calls that were made, newest first; not what was in them.")
    @Option(help: "Only those of this thread.") var thread: String?
    @Option(help: "Only those of the tool of this name.") var tool: String?
    @OptionGroup var page: PageOptions
    @OptionGroup var common: Common

    func execute(_ daemon: RPCClient, _ console: Console) throws(Failure) {
      var params: JSON.Object = [:]
      params["thread_id"] = thread.map(JSON.string)
      params["tool"] = tool.map(JSON.string)
      let columns: [Table.Column] = [
        .init(title: "WHEN"), .init(title: "TOOL", shrinks: true), .init(title: "KIND"),
        .init(title: "STATUS"), .init(title: "TOOK", alignsRight: true),
        .init(title: "SIZE", alignsRight: true), .init(title: "KEY", shrinks: true),
        .init(title: "END-USER", shrinks: true), .init(title: "TURN"),
      ]
      console.list(
        try daemon.call("tool/calls", page.added(to: params)), columns, empty: "no calls"
      ) { call in
        [
          call.timeCell("started_at"), call.cell("name"), call.cell("kind"), call.cell("status"),
          call["duration_ms"]?.int.map { "\($0) ms" } ?? "",
          call["bytes"]?.int.map(Format.bytes) ?? "", call.cell("key_id"),
          call.cell("end_user_id"), call.cell("turn_id"),
        ]
      }
    }
  }

  struct BuiltIns: DaemonCommand {
    static let configuration = CommandConfiguration(
      commandName: "builtins", abstract: "List the built-in tools that can be registered here.")
    @OptionGroup var common: Common

    func execute(_ daemon: RPCClient, _ console: Console) throws(Failure) {
      let columns: [Table.Column] = [
        .init(title: "PROVIDER"), .init(title: "NAME"), .init(title: "DESCRIPTION", shrinks: true),
      ]
      console.list(try daemon.call("builtin/list"), columns, empty: "no built-in tools") {
        [$0.cell("provider"), $0.cell("display_name"), $0.cell("description")]
      }
    }
  }

  /// Bytes of a tool's description, or of an input.
  private static let textLimit = 8 << 20

  private static func text(of file: String) throws(Failure) -> String {
    let bytes =
      file == "-"
      ? try Files.readAll(0, name: "standard input", limit: textLimit)
      : try Files.contents(file, limit: textLimit)
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw .usage("\(file): must be UTF-8 text")
    }
    return text
  }

  private static func json(_ text: String, named name: String) throws(Failure) -> JSON {
    do throws(JSONError) { return try JSON(parsing: text) } catch {
      throw .usage("\(name): is not JSON: \(error)")
    }
  }

  /// The id of the tool with this name or id.
  private static func id(of tool: String, _ daemon: RPCClient) throws(Failure) -> JSON {
    let all = try daemon.call("tool/list")["data"]?.array ?? []
    let found = all.first { $0["name"]?.string == tool } ?? all.first { $0["id"]?.string == tool }
    guard let id = found?["id"] else {
      throw Failure(ExitStatus.daemonError, "there is no tool \(tool)", hint: "qlaud tool list")
    }
    return id
  }
}
