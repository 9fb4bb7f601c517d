import ArgumentParser
import Wire

/// Calls that are made later.
struct JobCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "job", abstract: "Make a model call later, and fetch its result.",
    subcommands: [Create.self, Get.self, List.self, Cancel.self])

  struct Create: DaemonCommand {
    static let configuration = CommandConfiguration(
      abstract: "Queue a call; its body is JSON, - reads it from standard input.")
    @Argument(help: "The body of the call.") var body: String
    @Flag(help: "The body is OpenAI's chat completions, not Anthropic's messages.") var chat = false
    @OptionGroup var common: Common

    func execute(_ daemon: RPCClient, _ console: Console) throws(Failure) {
      let bytes =
        body == "-"
        ? try Files.readAll(0, name: "standard input", limit: Limits.frameBytes) : Array(body.utf8)
      let json: JSON
      do throws(JSONError) { json = try JSON(parsing: bytes) } catch {
        throw .usage("body: \(error)")
      }
      let job = try daemon.call(
        "job/create",
        ["endpoint": chat ? "/v1/chat/completions" : "/v1/messages", "body": json])
      console.result(job) { console.line(job.cell("id")) }
    }
  }

  struct Get: DaemonCommand {
    static let configuration = CommandConfiguration(abstract: "Show a job and its result.")
    @Argument var job: String
    @OptionGroup var common: Common
    func execute(_ daemon: RPCClient, _ console: Console) throws(Failure) {
      console.report(try daemon.call("job/get", ["job_id": .string(job)]))
    }
  }

  struct List: DaemonCommand {
    static let configuration = CommandConfiguration(abstract: "List jobs, newest first.")
    @OptionGroup var page: PageOptions
    @OptionGroup var common: Common
    func execute(_ daemon: RPCClient, _ console: Console) throws(Failure) {
      let columns: [Table.Column] = [
        .init(title: "JOB"), .init(title: "STATUS"), .init(title: "CREATED"),
        .init(title: "MODEL", shrinks: true), .init(title: "REASON", shrinks: true),
      ]
      console.list(try daemon.call("job/list", page.added()), columns, empty: "no jobs") { job in
        [
          job.cell("id"), job.cell("status"), job.timeCell("created_at"), job.cell("model"),
          job.cell("reason"),
        ]
      }
    }
  }

  struct Cancel: DaemonCommand {
    static let configuration = CommandConfiguration(abstract: "Stop a job.")
    @Argument var job: String
    @OptionGroup var common: Common
    func execute(_ daemon: RPCClient, _ console: Console) throws(Failure) {
      console.done(try daemon.call("job/cancel", ["job_id": .string(job)]), "cancelled")
    }
  }
}
