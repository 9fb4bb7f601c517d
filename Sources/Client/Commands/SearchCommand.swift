import ArgumentParser
import Wire

/// Finds messages.
struct SearchCommand: DaemonCommand {
  static let configuration = CommandConfiguration(
    commandName: "search", abstract: "Find messages by their words and what they mean.",
    discussion: """
      Plain words rank; "phrases" must be there, -words must not. begin* completes; from:user, from:assistant, \
      thread:ID, after:2026-01-31 and before:2026-02 filter. On a terminal the list can be walked with the arrow keys; \
      Enter shows the conversation around a message.
      """)
  @Argument(help: "What to look for.") var words: [String]
  @Option(help: "Only in this thread.") var thread: String?
  @Option(help: "Only what was said by user or assistant.") var role: String?
  @Option(help: "How to look: hybrid, text or semantic.") var mode: String?
  @Option(help: "Only those of this end-user.") var endUser: String?
  @Flag(name: .customLong("list"), help: "Print the list also on a terminal.") var printsList =
    false
  @OptionGroup var page: PageOptions
  @OptionGroup var common: Common

  func execute(_ daemon: RPCClient, _ console: Console) throws(Failure) {
    let query = words.joined(separator: " ")
    var params: JSON.Object = ["q": .string(query)]
    params["thread_id"] = thread.map(JSON.string)
    params["role"] = role.map(JSON.string)
    params["mode"] = mode.map(JSON.string)
    params["end_user_id"] = endUser.map(JSON.string)
    let found = try daemon.call("search/query", page.added(to: params))
    if console.json { return console.print(found) }
    if let words = found["corrected"]?.array?.compactMap(\.string) {
      console.note("nothing has that; looked for \(words.joined(separator: ", "))")
    }
    let rows = (found["data"]?.array ?? []).map(SearchRow.init)
    guard !rows.isEmpty else { return console.note("nothing found") }
    if !printsList, let browser = ResultBrowser(daemon, console, rows) {
      return try browser.run()
    }
    for row in rows { row.print(to: console.out) }
    if found["has_more"] == true, let cursor = found["next_cursor"]?.string {
      console.note("more: --cursor \(cursor)")
    }
  }
}

/// How far the index is.
struct IndexCommand: DaemonCommand {
  static let configuration = CommandConfiguration(
    commandName: "index", abstract: "Show how far the search index is, or make it again.")
  @Flag(help: "Show the state (what this command does anyway).") var status = false
  @Flag(help: "Make the index of words again from the messages, in the background.")
  var rebuild = false
  @OptionGroup var common: Common

  func execute(_ daemon: RPCClient, _ console: Console) throws(Failure) {
    console.report(try daemon.call(rebuild ? "search/rebuild" : "search/status"))
  }
}

/// A message that was found, as it is shown.
struct SearchRow {
  let thread: String
  let seq: Int64
  let head: String
  /// The snippet in pieces: whether each is a match.
  let pieces: [(text: String, isMatch: Bool)]

  init(_ json: JSON) {
    thread = json.cell("thread_id")
    seq = json["seq"]?.int ?? 0
    let title = json.cell("title")
    head = [
      title.isEmpty ? thread : title, "#\(seq)", json.cell("role"), json.timeCell("created_at"),
    ]
    .joined(separator: " · ")
    pieces = Self.pieces(json.cell("snippet"), json["highlights"]?.array ?? [])
  }

  /// Splits a text at the places of matches, which are counted in code points.
  static func pieces(_ text: String, _ places: [JSON]) -> [(text: String, isMatch: Bool)] {
    let scalars = Array(text.unicodeScalars)
    var pieces: [(String, Bool)] = []
    var at = 0
    func add(to end: Int, isMatch: Bool) {
      guard end > at, end <= scalars.count else { return }
      var piece = String.UnicodeScalarView()
      piece.append(contentsOf: scalars[at..<end])
      pieces.append((String(piece), isMatch))
      at = end
    }
    for place in places {
      guard let from = place[0]?.int, let to = place[1]?.int, from >= at, to > from else {
        continue
      }
      add(to: Int(from), isMatch: false)
      add(to: Int(to), isMatch: true)
    }
    add(to: scalars.count, isMatch: false)
    return pieces
  }

  func print(to stream: Console.Stream, mark: String = "") {
    stream.styled(mark + Printable.oneLine(head), .cyan)
    stream.raw("\n")
    stream.text(mark.isEmpty ? "  " : String(repeating: " ", count: mark.count + 2))
    for piece in pieces {
      if piece.isMatch { stream.styled(piece.text, .bold) } else { stream.text(piece.text) }
    }
    stream.raw("\n")
  }
}
