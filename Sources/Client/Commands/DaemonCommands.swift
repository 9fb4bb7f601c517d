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
    console.report(answer)
    if answer["ok"] == false {
      throw Failure(ExitStatus.daemonError, "something is wrong, see above")
    }
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
    console.done(
      try daemon.call("daemon/backup", ["path": .string(target)]), "written to \(target)")
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
