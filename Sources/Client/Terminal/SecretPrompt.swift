#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// Reads what nobody else may see: from a pipe, or typed without echo.
enum SecretPrompt {
  /// Bytes of a value, as the daemon limits them.
  static let limit = 64 << 10

  /// The value: the whole of standard input less one line end, or what is typed at the terminal.
  /// - Throws: ``Failure`` where it is empty, too long or not UTF-8, and on Ctrl-C.
  static func read(_ prompt: String, console: Console) throws(Failure) -> String {
    let bytes: [UInt8]
    if isatty(STDIN_FILENO) == 1 {
      bytes = try typed(prompt, console)
    } else {
      var all = try Files.readAll(STDIN_FILENO, name: "standard input", limit: limit)
      if all.last == UInt8(ascii: "\n") { all.removeLast() }
      if all.last == UInt8(ascii: "\r") { all.removeLast() }
      bytes = all
    }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw .usage("\(prompt): must be UTF-8")
    }
    guard !text.isEmpty else { throw .usage("\(prompt): must not be empty") }
    return text
  }

  /// The same, typed twice on a terminal.
  static func readNew(_ prompt: String, console: Console) throws(Failure) -> String {
    let first = try read(prompt, console: console)
    guard isatty(STDIN_FILENO) == 1 else { return first }
    guard try read("\(prompt) again", console: console) == first else {
      throw .usage("\(prompt): the two are not the same")
    }
    return first
  }

  private static func typed(_ prompt: String, _ console: Console) throws(Failure) -> [UInt8] {
    guard let raw = RawMode(STDIN_FILENO) else { throw .usage("\(prompt): no terminal to ask at") }
    defer {
      raw.restore()
      console.err.raw("\n")
    }
    console.err.text(prompt + ": ")
    var line: [UInt8] = []
    while true {
      guard case .bytes(let bytes) = Files.read(STDIN_FILENO, limit: 1024) else { return line }
      for byte in bytes {
        switch byte {
        case 0x0A, 0x0D: return line
        case 0x03: throw .interrupted()
        case 0x04 where line.isEmpty: return line
        case 0x15: line.removeAll()
        case 0x7F, 0x08:
          while let last = line.popLast(), last & 0xC0 == 0x80 {}
        case 0..<0x20: continue
        default:
          guard line.count < limit else { throw .usage("\(prompt): over \(limit) bytes") }
          line.append(byte)
        }
      }
    }
  }
}
