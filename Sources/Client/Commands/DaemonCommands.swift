import ArgumentParser
import Wire

/// How the daemon is.
struct StatusCommand: DaemonCommand {
  static let configuration = CommandConfiguration(
    commandName: "status", abstract: "Show how the daemon is.")
  @OptionGroup var common: Common
  func execute(_ daemon: RPCClient, _ console: Console) throws(Failure) {
    console.report(try daemon.call("daemon/status"))
  }
}

/// Ends the daemon.
struct StopCommand: DaemonCommand {
  static let configuration = CommandConfiguration(commandName: "stop", abstract: "Stop the daemon.")
  @OptionGroup var common: Common
  var startsDaemon: Bool { false }
  func execute(_ daemon: RPCClient, _ console: Console) throws(Failure) {
    console.done(try daemon.call("daemon/shutdown"), "stopping")
  }
}

/// Checks the file.
struct DoctorCommand: DaemonCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor", abstract: "Check the database and what the daemon needs.")
  @OptionGroup var common: Common
  func execute(_ daemon: RPCClient, _ console: Console) throws(Failure) {
    let answer = try daemon.call("daemon/doctor")
    console.result(answer) {
      for finding in answer["findings"]?.array ?? [] { show(finding, console) }
    }
    if answer["ok"] == false {
      throw Failure(ExitStatus.daemonError, "something is wrong, see above")
    }
  }

  private func show(_ finding: JSON, _ console: Console) {
    let (mark, style): (String, Console.Style) =
      switch finding["status"]?.string {
      case "ok": ("ok     ", .green)
      case "warning": ("warning", .yellow)
      default: ("error  ", .red)
      }
    console.out.styled(mark, style)
    console.line("  \(finding["check"]?.string ?? ""): \(finding["message"]?.string ?? "")")
    if let fix = finding["fix"]?.string { console.line("         → \(fix)") }
  }
}

/// Copies the file.
struct BackupCommand: DaemonCommand {
  static let configuration = CommandConfiguration(
    commandName: "backup", abstract: "Write a consistent copy of the database while it is in use.")
  @Argument(help: "The file to write.", completion: .file()) var path: String
  @OptionGroup var common: Common
  func execute(_ daemon: RPCClient, _ console: Console) throws(Failure) {
    let target = System.absolute(path)
    let answer = try daemon.call("daemon/backup", ["path": .string(target)])
    let size = answer["bytes"]?.int.map(Format.bytes) ?? ""
    console.done(answer, "written to \(target) and checked: \(size)")
  }
}

/// Puts a copy back.
struct RestoreCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "restore", abstract: "Put a backup in the place of the database.",
    discussion: """
      The daemon must not run. The backup is checked first, and the database that was there is kept beside it. \
      Turns that had not ended when the backup was made wait until `qlaud queue resume`.
      """)
  @Argument(help: "The backup.", completion: .file()) var path: String
  @OptionGroup var common: Common

  func run() throws {
    let console = Console.standard(json: common.json)
    do throws(Failure) {
      let address = DaemonAddress(common, paths: try Paths(environment: System.variable))
      try address.refuseRunning()
      let status = try OtherProgram.run(
        try DaemonLauncher.find(),
        ["--restore", System.absolute(path)] + (address.data.map { ["--data", $0] } ?? []))
      guard status == 0 else {
        throw Failure(ExitStatus.daemonError, "nothing was restored")
      }
    } catch {
      console.report(error)
      throw ExitCode(error.status)
    }
  }
}

/// The reference documents.
struct SchemaCommand: DaemonCommand {
  static let configuration = CommandConfiguration(
    commandName: "schema", abstract: "Print the OpenRPC document, or the OpenAPI one.")
  @Flag(help: "OpenAPI 3.1 instead of OpenRPC.") var openapi = false
  @OptionGroup var common: Common
  func execute(_ daemon: RPCClient, _ console: Console) throws(Failure) {
    console.print(try daemon.call("daemon/schema", ["format": openapi ? "openapi" : "openrpc"]))
  }
}

/// Any method.
struct CallCommand: DaemonCommand {
  static let configuration = CommandConfiguration(
    commandName: "call", abstract: "Call a method and print its result as JSON.")
  @Argument(help: "The method, such as thread/list.") var method: String
  @Argument(help: "Its parameters as JSON; - reads them from standard input.") var params: String?
  @OptionGroup var common: Common

  func execute(_ daemon: RPCClient, _ console: Console) throws(Failure) {
    console.print(try daemon.call(method, try parameters()))
  }

  private func parameters() throws(Failure) -> JSON? {
    guard let params else { return nil }
    let bytes =
      params == "-"
      ? try Files.readAll(0, name: "standard input", limit: Limits.frameBytes) : Array(params.utf8)
    let json: JSON
    do throws(JSONError) { json = try JSON(parsing: bytes) } catch {
      throw .usage("params: \(error)")
    }
    switch json {
    case .object, .array: return json
    default: throw .usage("params: must be a JSON object or array")
    }
  }
}
