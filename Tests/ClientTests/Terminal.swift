import Foundation
import Synchronization

/// A program at a terminal of the test's own: what it writes is collected, keys are typed when a text has appeared.
final class Terminal: Sendable {
  private let master: Int32
  private let state = Mutex<(text: String, waiters: [(String, CheckedContinuation<Void, Never>)])>(
    ("", []))

  /// Starts the process on a new terminal.
  init(_ process: Process) throws {
    let (master, slave) = try Self.pair()
    self.master = master
    let handle = FileHandle(fileDescriptor: slave, closeOnDealloc: true)
    process.standardInput = handle
    process.standardOutput = handle
    process.standardError = handle
    let thread = Thread { [self] in
      var buffer = [UInt8](repeating: 0, count: 4096)
      while true {
        let count = read(master, &buffer, buffer.count)
        guard count > 0 else { break }
        take(String(decoding: buffer[..<count], as: UTF8.self))
      }
      finish()
    }
    thread.start()
  }

  /// The two ends of a new terminal.
  private static func pair() throws -> (Int32, Int32) {
    #if os(Linux)
      // ioctl_tty(2): TIOCSPTLCK and TIOCGPTN, which the C library's module does not show.
      let master = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC)
      var locked: Int32 = 0
      var number: Int32 = 0
      guard master >= 0, ioctl(master, 0x4004_5431, &locked) == 0,
        ioctl(master, 0x8004_5430, &number) == 0
      else { throw POSIXError(.EIO) }
      let name = "/dev/pts/\(number)"
    #else
      let master = posix_openpt(O_RDWR | O_NOCTTY)
      guard master >= 0, grantpt(master) == 0, unlockpt(master) == 0, let path = ptsname(master)
      else { throw POSIXError(.EIO) }
      let name = String(cString: path)
    #endif
    let slave = open(name, O_RDWR | O_NOCTTY)
    guard slave >= 0 else { throw POSIXError(.EIO) }
    return (master, slave)
  }

  private func take(_ text: String) {
    let ready = state.withLock { state in
      state.text += text
      let ready = state.waiters.filter { state.text.contains($0.0) }
      state.waiters.removeAll { state.text.contains($0.0) }
      return ready
    }
    for waiter in ready { waiter.1.resume() }
  }

  private func finish() {
    let waiters = state.withLock { state in
      defer { state.waiters = [] }
      return state.waiters
    }
    for waiter in waiters { waiter.1.resume() }
  }

  /// Everything so far.
  var text: String { state.withLock(\.text) }

  /// Returns once the text has appeared.
  func wait(for text: String) async {
    await withCheckedContinuation { continuation in
      let isThere = state.withLock { state in
        if state.text.contains(text) { return true }
        state.waiters.append((text, continuation))
        return false
      }
      if isThere { continuation.resume() }
    }
  }

  func type(_ text: String) {
    var bytes = Array(text.utf8)
    _ = write(master, &bytes, bytes.count)
  }
}
