import ArgumentParser
import Wire

/// Threads.
struct ThreadsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "threads", abstract: "List, show, remove, copy, move and summarise threads.",
    subcommands: [
      List.self, Show.self, Remove.self, Export.self, Import.self, Fork.self,
      Compact.self,
    ],
    defaultSubcommand: List.self)

  struct List: DaemonCommand {
    static let configuration = CommandConfiguration(abstract: "List threads, newest active first.")
    @OptionGroup var page: PageOptions
    @Option(help: "Only those of this end-user.") var endUser: String?
    @OptionGroup var common: Common

    func execute(_ daemon: RPCClient, _ console: Console) throws(Failure) {
      var params: JSON.Object = [:]
      params["end_user_id"] = endUser.map(JSON.string)
      let columns: [Table.Column] = [
        .init(title: "THREAD"), .init(title: "ACTIVE"), .init(title: "MODEL", shrinks: true),
        .init(title: "TITLE", shrinks: true),
      ]
      console.list(
        try daemon.call("thread/list", page.added(to: params)), columns, empty: "no threads"
      ) {
        [$0.cell("id"), $0.timeCell("last_active_at"), $0.cell("default_model"), $0.cell("title")]
      }
    }
  }

  struct Show: DaemonCommand {
    static let configuration = CommandConfiguration(abstract: "Show a thread.")
    @Argument var thread: String
    @OptionGroup var common: Common

    func execute(_ daemon: RPCClient, _ console: Console) throws(Failure) {
      console.report(try daemon.call("thread/get", ["thread_id": .string(thread)]))
    }
  }

  struct Remove: DaemonCommand {
    static let configuration = CommandConfiguration(
      commandName: "rm", abstract: "Remove a thread; it is erased later, or now with --erase.")
    @Argument var thread: String
    @Flag(help: "Erase rows, events and index entries now, beyond recovery.") var erase = false
    @OptionGroup var common: Common

    func execute(_ daemon: RPCClient, _ console: Console) throws(Failure) {
      let method = erase ? "thread/erase" : "thread/delete"
      let answer = try daemon.call(method, ["thread_id": .string(thread)])
      console.done(answer, erase ? "erased" : "removed")
    }
  }

  struct Export: DaemonCommand {
    static let configuration = CommandConfiguration(
      abstract: "Write a thread to standard output as JSON lines.")
    @Argument var thread: String
    @OptionGroup var common: Common

    func execute(_ daemon: RPCClient, _ console: Console) throws(Failure) {
      var params: JSON.Object = ["thread_id": .string(thread)]
      while true {
        let page = try daemon.call("thread/export", .object(params))
        guard let lines = Self.lines(page) else {
          throw .noDaemon("the daemon's reply to thread/export has no lines")
        }
        if !lines.isEmpty { console.out.text(lines.hasSuffix("\n") ? lines : lines + "\n") }
        guard let next = page["next_after_seq"]?.nonNull, next != params["after_seq"] else {
          return
        }
        params["after_seq"] = next
      }
    }

    /// The lines of a page: text as it is, or values that are written one a line.
    private static func lines(_ page: JSON) -> String? {
      if let text = (page["jsonl"] ?? page["lines"] ?? page).string { return text }
      return (page["data"] ?? page["lines"])?.array?.map { $0.text + "\n" }.joined()
    }
  }

  struct Import: DaemonCommand {
    static let configuration = CommandConfiguration(
      abstract: "Make a thread from exported JSON lines; - reads standard input.")
    @Argument var file: String
    @OptionGroup var common: Common

    func execute(_ daemon: RPCClient, _ console: Console) throws(Failure) {
      let bytes =
        file == "-"
        ? try Files.readAll(0, name: "standard input", limit: Limits.frameBytes)
        : try Files.contents(file, limit: Limits.frameBytes)
      guard let text = String(validating: bytes, as: UTF8.self) else {
        throw .usage("\(file): must be UTF-8")
      }
      let thread = try daemon.call("thread/import", ["jsonl": .string(text)])
      console.result(thread) { console.line(thread.cell("id")) }
    }
  }

  struct Fork: DaemonCommand {
    static let configuration = CommandConfiguration(
      abstract: "Copy a thread, whole or up to a message.")
    @Argument var thread: String
    @Option(name: .customLong("at"), help: "The last message to copy.") var atSeq: Int64?
    @OptionGroup var common: Common

    func execute(_ daemon: RPCClient, _ console: Console) throws(Failure) {
      let copy = try daemon.call(
        "thread/fork", .record(["thread_id": .string(thread), "at_seq": atSeq.map(JSON.int)]))
      console.result(copy) { console.line(copy.cell("id")) }
    }
  }

  struct Compact: DaemonCommand {
    static let configuration = CommandConfiguration(
      abstract: "Summarise a thread's beginning for later model calls; its messages stay.")
    @Argument var thread: String
    @Option(help: "Who writes the summary.") var model: String?
    @Option(help: "The newest turns that stay as they are; 2 if absent.") var keep: Int?
    @OptionGroup var common: Common

    func execute(_ daemon: RPCClient, _ console: Console) throws(Failure) {
      let answer = try daemon.call(
        "thread/compact",
        .record([
          "thread_id": .string(thread), "model": model.map(JSON.string),
          "keep_turns": keep.map(JSON.integer),
        ]))
      console.result(answer) {
        guard let compaction = answer["compaction"]?.nonNull else {
          return console.note("nothing to summarise")
        }
        console.line(compaction.cell("summary"))
        console.note("stands for messages up to \(compaction.cell("summarized_through_seq"))")
      }
    }
  }
}

/// The messages of a thread.
struct MessagesCommand: DaemonCommand {
  static let configuration = CommandConfiguration(
    commandName: "messages", abstract: "Print the messages of a thread.")
  @Argument var thread: String
  @Option(help: "Messages at most.") var limit: Int?
  @Flag(help: "Newest first.") var desc = false
  @Option(help: "Only messages after this one.") var after: Int64?
  @Option(help: "Only messages before this one.") var before: Int64?
  @OptionGroup var common: Common

  func execute(_ daemon: RPCClient, _ console: Console) throws(Failure) {
    let page = try daemon.call(
      "message/list",
      .record([
        "thread_id": .string(thread), "limit": limit.map(JSON.integer),
        "order": desc ? "desc" : nil, "after_seq": after.map(JSON.int),
        "before_seq": before.map(JSON.int),
      ]))
    if console.json { return console.print(page) }
    for message in page["data"]?.array ?? [] {
      let role = message.cell("role")
      let head = [
        "#\(message.cell("seq"))", role, message.timeCell("created_at"), message.cell("model"),
      ]
      console.out.styled(
        head.filter { !$0.isEmpty }.joined(separator: " · "), role == "user" ? .cyan : .green)
      console.out.raw("\n")
      for part in MessageText.parts(message["content"] ?? .null) { console.line(part) }
      console.out.raw("\n")
    }
    guard page["has_more"] == true else { return }
    if desc, let next = page["next_before_seq"]?.int { console.note("more: --before \(next)") }
    if !desc, let next = page["next_after_seq"]?.int { console.note("more: --after \(next)") }
  }
}
