/// How far something is, in one line on standard error; only on a terminal.
struct ProgressBar {
  private let stream: Console.Stream
  private let isEnabled: Bool
  private var shown = ""

  init(_ console: Console) {
    stream = console.err
    isEnabled = console.err.isTerminal && !console.json
  }

  /// The line for a share of the work, from 0 to 1, or nil where nobody knows how much there is.
  static func line(_ share: Double?, _ note: String, width: Int) -> String {
    guard let share else { return DisplayWidth.fit(note, to: width) }
    let bounded = min(1, max(0, share))
    let percent = "\(Int(bounded * 100)) %"
    let room = max(0, min(40, width - DisplayWidth.of(note) - percent.count - 6))
    let full = Int(Double(room) * bounded)
    let bar = String(repeating: "█", count: full) + String(repeating: "░", count: room - full)
    return DisplayWidth.fit("\(bar) \(percent)  \(note)", to: width)
  }

  /// Shows how far it is.
  mutating func show(_ share: Double?, _ note: String) {
    guard isEnabled else { return }
    let columns = TerminalSize.current(stream.descriptor).columns
    let line = Self.line(share, note, width: columns - 1)
    guard line != shown else { return }
    stream.raw("\r\u{1B}[K\(line)")
    shown = line
  }

  /// Takes it away.
  mutating func clear() {
    guard !shown.isEmpty else { return }
    stream.raw("\r\u{1B}[K")
    shown = ""
  }
}
