import ArgumentParser
import Wire

/// Events as they happen.
struct WatchCommand: DaemonCommand {
  static let configuration = CommandConfiguration(
    commandName: "watch", abstract: "Print live events of a thread, or of all with *.")
  @Argument(help: "A thread, or * for all.") var thread = "*"
  @Option(help: "Everything after this event first, exactly once.") var after: Int64?
  @OptionGroup var common: Common

  func execute(_ daemon: RPCClient, _ console: Console) throws(Failure) {
    try daemon.call(
      "thread/subscribe",
      .record(["thread_id": .string(thread), "after": after.map(JSON.int)]))
    var last = after
    while true {
      switch try daemon.next() {
      case .notification(_, let event):
        last = event["event_seq"]?.int ?? last
        if console.json { console.print(event) } else { show(event, console) }
      case .closed:
        throw .noDaemon(
          "the daemon closed the connection",
          hint: last.map { "go on with: qlaud watch '\(thread)' --after \($0)" })
      case .response, .signal, .keys, .timeout: continue
      }
    }
  }

  private func show(_ event: JSON, _ console: Console) {
    let time = event["ts"]?.int.map(Format.clock) ?? ""
    let name = event.cell("event")
    console.out.styled("\(time) \(event.cell("event_seq")) ", .dim)
    // The end of an id is its random part, which tells threads apart.
    if thread == "*" { console.out.styled("…\(event.cell("thread_id").suffix(8)) ", .dim) }
    console.out.styled(name, name.hasPrefix("qlaud.") ? .cyan : .bold)
    let detail = Self.detail(name, event["data"] ?? [:])
    let room = console.out.isTerminal ? TerminalSize.current(1).columns / 2 : 400
    console.out.text(
      detail.isEmpty ? "\n" : " " + DisplayWidth.fit(Printable.oneLine(detail), to: room) + "\n")
  }

  /// What is worth saying of an event besides its name.
  private static func detail(_ name: String, _ data: JSON) -> String {
    switch name {
    case "content_block_delta":
      let delta = data["delta"] ?? [:]
      return ["text", "thinking", "partial_json"].compactMap { delta[$0]?.string }.joined()
    case "content_block_start": return data["content_block"]?.cell("type") ?? ""
    case "message_start": return data["message"]?.cell("model") ?? ""
    default:
      let members = (data.object?.members ?? []).filter { $0.key != "type" && !$0.value.isNull }
      return members.map { "\($0.key)=\(Report.scalar($0.value))" }.joined(separator: " ")
    }
  }
}
