import Wire

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// Standard output and standard error, each written at once.
struct Console {
  /// How text looks, as SGR parameters (ECMA-48, 8.3.117).
  enum Style: String {
    case bold = "1"
    case dim = "2"
    case red = "31"
    case green = "32"
    case yellow = "33"
    case cyan = "36"
  }

  /// One of the two.
  struct Stream {
    let descriptor: Int32
    let isTerminal: Bool
    let hasColour: Bool

    init(_ descriptor: Int32) {
      self.descriptor = descriptor
      isTerminal = isatty(descriptor) == 1
      hasColour =
        isTerminal && System.variable("NO_COLOR") == nil && System.variable("TERM") != "dumb"
    }

    /// Writes text that may come from anywhere: on a terminal its control characters are left out.
    func text(_ text: String) { raw(isTerminal ? Printable.clean(text) : text) }

    /// The same in a style, where there is colour.
    func styled(_ text: String, _ style: Style) {
      guard hasColour else { return self.text(text) }
      raw("\u{1B}[\(style.rawValue)m\(Printable.clean(text))\u{1B}[0m")
    }

    /// Writes bytes of our own making. A reader that has gone ends the process, as SIGPIPE would.
    func raw(_ text: String) {
      guard Files.write(text.utf8, to: descriptor) != nil else { return }
      if descriptor == STDOUT_FILENO { System.exit(ExitStatus.daemonError) }
    }
  }

  let json: Bool
  let out: Stream
  let err: Stream

  /// The process's own streams.
  static func standard(json: Bool) -> Console {
    Console(json: json, out: Stream(STDOUT_FILENO), err: Stream(STDERR_FILENO))
  }

  /// A line on standard output.
  func line(_ text: String) { out.text(text + "\n") }

  /// A remark on standard error.
  func note(_ text: String, _ style: Style = .dim) {
    err.styled(text, style)
    err.raw("\n")
  }

  /// A JSON value as one line.
  func print(_ json: JSON) { line(json.text) }

  /// A result: as JSON where that was asked for, else as the closure prints it.
  func result(_ json: JSON, _ human: () -> Void) {
    if self.json { print(json) } else { human() }
  }

  /// A table on standard output, fitted to a terminal; `empty` is said where there are no rows.
  func table(_ table: Table, empty: String) {
    guard !table.rows.isEmpty else { return note(empty) }
    let lines = table.lines(
      width: out.isTerminal ? TerminalSize.current(out.descriptor).columns : nil)
    for (index, text) in lines.enumerated() {
      if index == 0 {
        out.styled(text, .bold)
        out.raw("\n")
      } else {
        line(text)
      }
    }
  }

  /// Why the command ended early.
  func report(_ failure: Failure) {
    if json {
      err.text(failure.printedJSON.text + "\n")
      return
    }
    let isError = failure.status != ExitStatus.interrupted && failure.status != ExitStatus.queued
    err.styled((isError ? "error: " : "") + failure.message, isError ? .red : .yellow)
    err.raw("\n")
    if let hint = failure.hint { note(hint) }
  }
}

/// A terminal's size in cells.
struct TerminalSize: Equatable {
  let columns: Int
  let rows: Int

  /// The size of the terminal at a descriptor; 80 × 24 where it does not say.
  static func current(_ descriptor: Int32) -> TerminalSize {
    var size = winsize()
    let known = ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0
    return known
      ? TerminalSize(columns: Int(size.ws_col), rows: max(1, Int(size.ws_row)))
      : TerminalSize(columns: 80, rows: 24)
  }
}
