/// A sign of life on standard error while nothing comes; only on a terminal.
struct Spinner {
  private static let frames = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"]
  /// Milliseconds between two frames.
  static let interval: Int64 = 100

  private let stream: Console.Stream
  private let isEnabled: Bool
  private var frame = 0
  private var isShown = false

  init(_ console: Console) {
    stream = console.err
    isEnabled = console.err.hasColour && console.out.isTerminal && !console.json
  }

  /// How long to wait before the next frame; negative where there is none.
  var timeout: Int64 { isEnabled ? Self.interval : -1 }

  /// Shows the next frame.
  mutating func tick() {
    guard isEnabled else { return }
    stream.raw("\r\u{1B}[2m\(Self.frames[frame])\u{1B}[0m")
    frame = (frame + 1) % Self.frames.count
    isShown = true
  }

  /// Takes it away before something else is written.
  mutating func clear() {
    guard isShown else { return }
    stream.raw("\r\u{1B}[K")
    isShown = false
  }
}
