#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// A process and all below it, as Linux tells of them in /proc: proc(5). No limit of a process counts what several hold together,
/// and the groups of the kernel that do (cgroups) are not everybody's to make.
///
/// What it says is of a moment that has passed: processes come and go while it looks. One that is gone holds nothing.
struct ProcessTree {
  let root: Int32

  /// Whether the kernel tells which processes are whose children; some are built without that.
  static var isTold: Bool { read("/proc/self/task/\(getpid())/children") != nil }

  /// The root and its descendants. A process whose parent has ended is its name space's first one's child, which is among them.
  var members: [Int32] {
    var found = [root]
    var next = 0
    while next < found.count {
      found += Self.children(of: found[next])
      next += 1
    }
    return found
  }

  /// Whether they hold more than so many bytes together, in memory or swapped out. What several share is counted once: of
  /// memory that was only inherited nothing is held.
  func holds(moreThan bytes: Int) -> Bool {
    let members = members
    let sockets = Self.sockets(of: members)
    // Each for itself is read at once, and an upper bound of what they hold together.
    guard members.reduce(sockets, { $0 + Self.own($1) }) > bytes else { return false }
    return members.reduce(sockets) { $0 + Self.share($1) } > bytes
  }

  /// What the local sockets in the name space of the processes can hold at most: what they do hold nobody tells.
  private static func sockets(of members: [Int32]) -> Int {
    let ours = link("/proc/self/ns/net")
    for process in members.reversed() {
      let theirs = link("/proc/\(process)/ns/net")
      guard theirs != nil, theirs != ours, let list = read("/proc/\(process)/net/unix") else {
        continue
      }
      // The first line is a title.
      return max(0, list.utf8.count { $0 == UInt8(ascii: "\n") } - 1) * socketBytes
    }
    return 0
  }

  /// What one that was just made may send before it is read: unix(7), socket(7).
  private static let socketBytes =
    read("/proc/sys/net/core/wmem_default").flatMap { Int($0.prefix { $0.isNumber }) } ?? 212_992

  private static func link(_ path: String) -> String? {
    var bytes = [CChar](repeating: 0, count: 256)
    let count = readlink(path, &bytes, bytes.count)
    guard count > 0 else { return nil }
    return String(decoding: bytes[..<count].map(UInt8.init(bitPattern:)), as: UTF8.self)
  }

  /// The children of all its threads.
  private static func children(of process: Int32) -> [Int32] {
    guard let folder = opendir("/proc/\(process)/task") else { return [] }
    defer { closedir(folder) }
    var found: [Int32] = []
    while let entry = readdir(folder) {
      let name = withUnsafeBytes(of: entry.pointee.d_name) {
        String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
      }
      guard Int32(name) != nil, let text = read("/proc/\(process)/task/\(name)/children") else {
        continue
      }
      found += text.split(separator: " ").compactMap { Int32($0) }
    }
    return found
  }

  /// Bytes of its own and those that it shares.
  private static func own(_ process: Int32) -> Int {
    sum(of: ["VmRSS:", "VmSwap:"], in: read("/proc/\(process)/status"))
  }

  /// Bytes of its own and its part of those that it shares.
  private static func share(_ process: Int32) -> Int {
    guard let text = read("/proc/\(process)/smaps_rollup") else { return own(process) }
    return sum(of: ["Pss:", "SwapPss:"], in: text)
  }

  private static func sum(of names: [String], in text: String?) -> Int {
    var bytes = 0
    for line in (text ?? "").split(separator: "\n") {
      let words = line.split(separator: " ", omittingEmptySubsequences: true)
      guard words.count > 1,
        words[0].split(separator: "\t").first.map({ names.contains(String($0)) }) == true
      else { continue }
      bytes += (Int(words[words.count - 2]) ?? 0) << 10
    }
    return bytes
  }

  /// A small file as a whole; nil where it is not there any more.
  private static func read(_ path: String) -> String? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var text: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 4_096)
    while true {
      #if canImport(Darwin)
        let count = Darwin.read(descriptor, &piece, piece.count)
      #elseif canImport(Musl)
        let count = Musl.read(descriptor, &piece, piece.count)
      #else
        let count = Glibc.read(descriptor, &piece, piece.count)
      #endif
      guard count >= 0 else { return nil }
      if count == 0 { return String(decoding: text, as: UTF8.self) }
      text += piece[..<count]
    }
  }
}
