import Wire

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// A list of found messages to walk through with the keyboard.
struct ResultBrowser {
  /// What a key makes of it.
  enum Step: Equatable { case draw, open, close }

  private let daemon: RPCClient
  private let console: Console
  private let rows: [SearchRow]

  /// Nil where there is no terminal to walk on.
  init?(_ daemon: RPCClient, _ console: Console, _ rows: [SearchRow]) {
    guard isatty(STDIN_FILENO) == 1, console.out.isTerminal, System.variable("TERM") != "dumb"
    else {
      return nil
    }
    self.daemon = daemon
    self.console = console
    self.rows = rows
  }

  /// Lines that one row takes.
  private static let rowHeight = 2

  /// Shows the list until it is left.
  func run() throws(Failure) {
    guard let raw = RawMode(STDIN_FILENO) else { return }
    // The alternate screen, so that the list leaves nothing behind.
    console.out.raw("\u{1B}[?1049h\u{1B}[?25l")
    defer {
      console.out.raw("\u{1B}[?25h\u{1B}[?1049l")
      raw.restore()
    }
    var decoder = KeyDecoder()
    var selected = 0
    var isOpen = false
    draw(selected)
    while case .bytes(let bytes) = Files.read(STDIN_FILENO) {
      // A lone ESC leaves; the decoder waits for what may follow it.
      if bytes == [0x1B] || bytes == Array("q".utf8) {
        guard isOpen else { return }
        isOpen = false
        draw(selected)
        continue
      }
      for key in decoder.decode(bytes) {
        switch Self.step(key, &selected, of: rows.count, isOpen: isOpen) {
        case .draw:
          isOpen = false
          draw(selected)
        case .open:
          isOpen = true
          try open(rows[selected])
        case .close: return
        }
      }
    }
  }

  /// What a key does to the list.
  static func step(_ key: Key, _ selected: inout Int, of count: Int, isOpen: Bool) -> Step {
    switch key {
    case .interrupt, .endOfInput, .escape: return .close
    case .enter: return isOpen ? .draw : .open
    case .up, .text("k"): selected = max(0, selected - 1)
    case .down, .text("j"): selected = min(count - 1, selected + 1)
    case .home: selected = 0
    case .end: selected = count - 1
    default: break
    }
    return .draw
  }

  private func draw(_ selected: Int) {
    let size = TerminalSize.current(STDOUT_FILENO)
    let shown = max(1, (size.rows - 1) / Self.rowHeight)
    let first = min(max(0, selected - shown / 2), max(0, rows.count - shown))
    var text = "\u{1B}[H\u{1B}[2J"
    for index in first..<min(rows.count, first + shown) {
      let row = rows[index]
      let mark = index == selected ? "› " : "  "
      let head = DisplayWidth.fit(Printable.oneLine(mark + row.head), to: size.columns - 1)
      text += index == selected ? styled(head, "1;36") : styled(head, "36")
      text += "\r\n    \(snippet(row, width: size.columns - 5))\r\n"
    }
    text += styled(
      DisplayWidth.fit(
        "\(selected + 1)/\(rows.count)  ↑↓ move  Enter show  q leave", to: size.columns - 1), "2")
    console.out.raw(text)
  }

  private func styled(_ text: String, _ style: String) -> String {
    console.out.hasColour ? "\u{1B}[\(style)m\(text)\u{1B}[0m" : text
  }

  private func snippet(_ row: SearchRow, width: Int) -> String {
    var text = ""
    var left = width
    for piece in row.pieces where left > 0 {
      let part = DisplayWidth.fit(clean(piece.text), to: left)
      left -= DisplayWidth.of(part)
      text += piece.isMatch ? styled(part, "1;33") : part
    }
    return text
  }

  /// In one line, spaces at the edges kept: pieces stand beside each other.
  private func clean(_ text: String) -> String {
    String(Printable.clean(text).map { $0.isNewline || $0 == "\t" ? " " : $0 })
  }

  /// Shows a message between its neighbours.
  private func open(_ row: SearchRow) throws(Failure) {
    let page = try daemon.call(
      "message/list",
      [
        "thread_id": .string(row.thread), "after_seq": .int(max(0, row.seq - 3)), "limit": 5,
      ])
    console.out.raw("\u{1B}[H\u{1B}[2J")
    var lines: [String] = []
    for message in page["data"]?.array ?? [] {
      let isIt = message["seq"]?.int == row.seq
      let head = "#\(message.cell("seq")) · \(message.cell("role"))"
      lines.append(styled((isIt ? "› " : "  ") + head, isIt ? "1;36" : "36"))
      for part in MessageText.parts(message["content"] ?? .null) {
        lines += Printable.clean(part).split(separator: "\n", omittingEmptySubsequences: false)
          .map(String.init)
      }
      lines.append("")
    }
    let size = TerminalSize.current(STDOUT_FILENO)
    // As many as fit, the message that was found among them.
    let start = lines.firstIndex { $0.contains("› ") } ?? 0
    let first = min(start, max(0, lines.count - (size.rows - 2)))
    console.out.raw(lines[first...].prefix(size.rows - 2).joined(separator: "\r\n"))
    console.out.raw("\r\n" + styled("qlaud messages \(row.thread)   q back", "2"))
  }
}
