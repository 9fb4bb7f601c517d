import ArgumentParser
import Wire

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// Brings conversations from elsewhere.
struct ImportCommand: DaemonCommand {
  static let configuration = CommandConfiguration(
    commandName: "import",
    abstract: "Bring conversations from ChatGPT, Claude, simonw/llm or OpenAI-style JSON lines.",
    discussion: """
      FILE is conversations.json of ChatGPT's or Claude's export, logs.db of llm (llm logs path), or a file with one \
      {"messages": […]} a line. What is there already is left as it is, so an import that was interrupted is simply \
      run again.
      """)
  @Argument(help: "The file.", completion: .file()) var file: String
  @OptionGroup var common: Common

  func execute(_ daemon: RPCClient, _ console: Console) throws(Failure) {
    let run = ImportRun(daemon, console, path: System.absolute(file))
    let outcome = try run.run()
    console.result(outcome.json) {
      console.line(
        "\(outcome.imported) imported, \(outcome.known) already there"
          + (outcome.skipped > 0 ? ", \(outcome.skipped) skipped" : ""))
    }
  }
}

/// One import: reads, sends and counts.
final class ImportRun {
  /// What became of the conversations.
  struct Outcome: Equatable {
    var imported = 0
    var known = 0
    /// Empty, too long, or of no format.
    var skipped = 0
    var json: JSON {
      [
        "imported": .integer(imported), "known": .integer(known), "skipped": .integer(skipped),
      ]
    }
  }

  /// Requests that are under way at once.
  private static let underWay = 16
  /// Bytes of one conversation's lines that fit a request.
  private static let longest = Limits.frameBytes / 2

  private let daemon: RPCClient
  private let console: Console
  private let path: String
  private var bar: ProgressBar
  private var outcome = Outcome()
  private var waiting = 0
  private var format: ExportFormat?

  init(_ daemon: RPCClient, _ console: Console, path: String) {
    self.daemon = daemon
    self.console = console
    self.path = path
    bar = ProgressBar(console)
  }

  /// Imports the file.
  func run() throws(Failure) -> Outcome {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw .usage("\(path): \(System.message(errno))") }
    defer {
      close(descriptor)
      bar.clear()
    }
    var info = stat()
    let size = fstat(descriptor, &info) == 0 ? Int(info.st_size) : 0
    var splitter = ValueSplitter()
    var done = 0
    while true {
      let bytes: [UInt8]
      switch Files.read(descriptor, limit: 1 << 20) {
      case .failed(let code): throw .usage("\(path): \(System.message(code))")
      case .end:
        while waiting > 0 { try receive() }
        guard splitter.isBetween, format != nil || done == 0 else {
          throw .usage("\(path): ends in the middle of a conversation, or holds none")
        }
        return outcome
      case .bytes(let read): bytes = read
      }
      if done == 0 {
        if bytes.starts(with: Array("SQLite format 3\0".utf8)) { return try importLog() }
        if bytes.starts(with: [0x50, 0x4B, 3, 4]) {
          throw .usage("\(path): is a zip file; unpack it and give its conversations.json")
        }
      }
      for object in splitter.take(bytes) { try take(object) }
      done += bytes.count
      show(size > 0 ? Double(done) / Double(size) : nil)
    }
  }

  private func show(_ share: Double?) {
    bar.show(share, "\(outcome.imported + outcome.known + outcome.skipped) conversations")
  }

  private func take(_ bytes: [UInt8]) throws(Failure) {
    let object: JSON
    do throws(JSONError) { object = try JSON(parsing: bytes) } catch {
      throw .usage("\(path): a conversation is no JSON: \(error)")
    }
    // An export that is one object keeps its conversations in an array.
    if let inner = object["conversations"]?.array {
      for one in inner { try take(one) }
    } else {
      try take(object)
    }
  }

  private func take(_ object: JSON) throws(Failure) {
    guard let format = ExportFormat(object) else {
      guard self.format != nil else {
        throw .usage(
          "\(path): is neither an export of ChatGPT or Claude, nor llm's logs.db, nor lines with messages"
        )
      }
      outcome.skipped += 1
      return
    }
    self.format = format
    try send(format.thread(object))
  }

  private func send(_ thread: ImportedThread?) throws(Failure) {
    guard let lines = thread?.lines, lines.utf8.count <= Self.longest else {
      outcome.skipped += 1
      return
    }
    while waiting >= Self.underWay { try receive() }
    _ = try daemon.request("thread/import", ["jsonl": .string(lines)])
    waiting += 1
  }

  private func receive() throws(Failure) {
    switch try daemon.next() {
    case .response(_, .success):
      waiting -= 1
      outcome.imported += 1
    case .response(_, .failure(let fault)):
      waiting -= 1
      switch fault.data?["kind"]?.string {
      case "conflict": outcome.known += 1
      case "invalid_params", "too_large": outcome.skipped += 1
      default: throw Failure(fault)
      }
    case .closed: throw RPCClient.gone
    case .notification, .signal, .keys, .timeout: return
    }
  }

  /// llm keeps its log in an SQLite file, which the daemon reads: this program has no SQLite, and one program that can read
  /// such files is enough.
  private func importLog() throws(Failure) -> Outcome {
    format = .chatLines
    var cursor: JSON?
    repeat {
      let page = try daemon.call(
        "import/llm", .record(["path": .string(path), "cursor": cursor]))
      let rows = page["data"]?.array ?? []
      for row in rows {
        var thread = ImportedThread(
          id: ExportFormat.name("llm", row.cell("id")), title: row["name"]?.string,
          system: row["system"]?.string)
        for entry in row["responses"]?.array ?? [] {
          let time = Timestamp.iso(entry["datetime_utc"]?.string)
          thread.add("user", entry.cell("prompt"), at: time)
          thread.add(
            "assistant", entry.cell("response"), model: entry["model"]?.string, at: time)
        }
        try send(thread)
      }
      cursor = page["next_cursor"]?.nonNull
      let done = page["done"]?.double ?? 0
      let total = page["total"]?.double ?? 0
      // Replies are taken before the next page is asked for: both come over one connection.
      while waiting > 0 { try receive() }
      show(total > 0 ? done / total : nil)
    } while cursor != nil
    return outcome
  }
}
