import ArgumentParser
import Wire

/// The outbox.
struct QueueCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "queue", abstract: "Show, pause or resume the queue of turns.",
    subcommands: [Status.self, Pause.self, Resume.self], defaultSubcommand: Status.self)

  struct Status: DaemonCommand {
    static let configuration = CommandConfiguration(
      abstract: "How much waits, since when, and how each provider can be reached.")
    @OptionGroup var common: Common
    func execute(_ daemon: RPCClient, _ console: Console) throws(Failure) {
      let queue = try daemon.call("queue/status")
      console.result(queue) {
        for text in QueueCommand.summary(queue) { console.line(text) }
        let columns: [Table.Column] = [
          .init(title: "PROVIDER"), .init(title: "STATE"),
          .init(title: "WAITING", alignsRight: true),
          .init(title: "NEXT TRY"), .init(title: "REASON", shrinks: true),
        ]
        let rows = (queue["providers"]?.array ?? []).flatMap(QueueCommand.rows)
        console.table(Table(columns: columns, rows: rows), empty: "no providers")
      }
    }
  }
  struct Pause: DaemonCommand {
    static let configuration = CommandConfiguration(abstract: "Start no further turns.")
    @OptionGroup var common: Common
    func execute(_ daemon: RPCClient, _ console: Console) throws(Failure) {
      console.done(try daemon.call("queue/pause"), "paused")
    }
  }
  struct Resume: DaemonCommand {
    static let configuration = CommandConfiguration(abstract: "Go on.")
    @OptionGroup var common: Common
    func execute(_ daemon: RPCClient, _ console: Console) throws(Failure) {
      console.done(try daemon.call("queue/resume"), "resumed")
    }
  }

  /// A provider, and below it its models that wait for a limit.
  private static func rows(_ provider: JSON) -> [[String]] {
    let own = [
      provider.cell("name"), provider.cell("reachability"), provider.cell("depth"),
      provider.timeCell("retry_at"), provider.cell("reason"),
    ]
    let limits = (provider["limits"]?.array ?? []).map { limit in
      [
        "\(provider.cell("name"))/\(limit.cell("model"))", limit.cell("reachability"),
        limit.cell("depth"), limit.timeCell("retry_at"), "rate_limited",
      ]
    }
    return [own] + limits
  }

  /// The state of the queue in a line or two.
  static func summary(_ queue: JSON) -> [String] {
    var parts = ["\(queue.cell("depth")) queued", "\(queue.cell("running")) running"]
    if let waiting = queue["waiting"]?.int, waiting > 0 { parts.append("\(waiting) waiting") }
    if let oldest = queue["oldest_queued_at"]?.int {
      parts.append("oldest \(Format.relative(oldest, now: System.now()))")
    }
    var lines = [parts.joined(separator: ", ")]
    if queue["paused"] == true { lines.append("paused: nothing is started") }
    if queue["online"] == false { lines.append("offline: no provider elsewhere can be reached") }
    if let count = queue["waiting_for_vault"]?.int, count > 0 {
      lines.append("\(count) wait for the vault's key")
    }
    return lines
  }
}
