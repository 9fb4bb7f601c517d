import Glibc

/// Tells whoever started the daemon how the start went, over a descriptor that it passed.
struct Readiness: Sendable {
  let descriptor: Int32?

  func listening() { say("ready") }
  func failed(_ why: String) { say("error: \(why)") }

  private func say(_ line: String) {
    guard let descriptor else { return }
    FileDescriptorText(descriptor: descriptor).write(line + "\n")
    close(descriptor)
  }
}

/// Text to a descriptor. What cannot be written is dropped: it is the last place to complain.
struct FileDescriptorText: Sendable {
  let descriptor: Int32
  static let standardError = FileDescriptorText(descriptor: 2)

  func write(_ text: String) {
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return }
      rest = rest.dropFirst(count)
    }
  }
}
