#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// Reads entries of a person: edited at a terminal, else plain lines.
final class LineReader {
  /// What came.
  enum Entry: Equatable {
    case text(String)
    /// Ctrl-C on an empty line.
    case interrupted
    case end
  }

  private let console: Console
  private let signals: SignalPipe
  private let history: History
  private let isInteractive: Bool
  /// Bytes that came after the end of a line.
  private var ahead: [UInt8] = []

  init(console: Console, signals: SignalPipe, history: History) {
    self.console = console
    self.signals = signals
    self.history = history
    isInteractive =
      isatty(STDIN_FILENO) == 1 && console.out.isTerminal && System.variable("TERM") != "dumb"
  }

  /// The next entry; a trailing backslash continues it on the next line.
  /// - Throws: ``Failure`` when the process is to end.
  func next(prompt: String) throws(Failure) -> Entry {
    guard isInteractive, let raw = RawMode(STDIN_FILENO) else { return try plain(prompt) }
    console.out.raw("\u{1B}[?2004h")
    defer {
      console.out.raw("\u{1B}[?2004l")
      raw.restore()
    }
    return try edited(prompt)
  }

  private func edited(_ prompt: String) throws(Failure) -> Entry {
    var editor = LineEditor(history: history.entries)
    var shown: LineLayout?
    func draw() {
      let start = editor.query.map { "(search: \(Printable.oneLine($0))) " } ?? prompt
      let layout = LineLayout(
        prompt: start, characters: editor.characters, cursor: editor.cursor,
        columns: TerminalSize.current(STDOUT_FILENO).columns)
      console.out.raw(layout.drawing(over: shown))
      shown = layout
    }
    draw()
    while true {
      guard let bytes = try keys(onResize: draw) else {
        console.out.raw(shown?.leaving ?? "\r\n")
        return .end
      }
      for action in editor.take(bytes) {
        switch action {
        case .redraw: draw()
        case .clearScreen:
          console.out.raw("\u{1B}[H\u{1B}[2J")
          shown = nil
          draw()
        case .cleared:
          console.out.raw("^C" + (shown?.leaving ?? "\r\n"))
          shown = nil
          draw()
        case .accept(let text):
          console.out.raw(shown?.leaving ?? "\r\n")
          return .text(text)
        case .interrupt:
          console.out.raw("^C\r\n")
          return .interrupted
        case .end:
          console.out.raw(shown?.leaving ?? "\r\n")
          return .end
        }
      }
    }
  }

  /// What was typed; nil at the end of the terminal.
  private func keys(onResize: () -> Void) throws(Failure) -> [UInt8]? {
    while true {
      let ready = Files.wait(for: [STDIN_FILENO, signals.descriptor], timeout: -1) ?? []
      if ready.contains(signals.descriptor), let signal = signals.take() {
        if signal == SIGWINCH {
          onResize()
        } else {
          throw Failure(128 + signal, "ended by a signal")
        }
        continue
      }
      guard ready.contains(STDIN_FILENO) else { continue }
      if case .bytes(let bytes) = Files.read(STDIN_FILENO) { return bytes }
      return nil
    }
  }

  private func plain(_ prompt: String) throws(Failure) -> Entry {
    if isatty(STDIN_FILENO) == 1 { console.err.text(prompt) }
    var entry = ""
    while let line = try plainLine() {
      guard line.hasSuffix("\\") else { return .text(entry + line) }
      entry += line.dropLast() + "\n"
    }
    return entry.isEmpty ? .end : .text(entry)
  }

  private func plainLine() throws(Failure) -> String? {
    while true {
      if let end = ahead.firstIndex(of: UInt8(ascii: "\n")) {
        let line = String(decoding: ahead[..<end], as: UTF8.self)
        ahead.removeFirst(end + 1)
        return line.hasSuffix("\r") ? String(line.dropLast()) : line
      }
      guard ahead.count <= KeyDecoder.pasteLimit else {
        throw .usage("standard input: a line is over \(KeyDecoder.pasteLimit) bytes")
      }
      let ready = Files.wait(for: [STDIN_FILENO, signals.descriptor], timeout: -1) ?? []
      if ready.contains(signals.descriptor), let signal = signals.take(), signal != SIGWINCH {
        throw Failure(128 + signal, "interrupted")
      }
      guard ready.contains(STDIN_FILENO) else { continue }
      guard case .bytes(let bytes) = Files.read(STDIN_FILENO) else {
        defer { ahead.removeAll() }
        return ahead.isEmpty ? nil : String(decoding: ahead, as: UTF8.self)
      }
      ahead += bytes
    }
  }
}
