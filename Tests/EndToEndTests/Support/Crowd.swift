import Foundation
import Wire

/// Many connections that one thread reads: each keeps the numbers of the events that it gets.
final class Crowd {
  private struct Member {
    let stream: UnixStream
    var decoder = FrameDecoder(.lines)
    var seqs: [Int64] = []
    var isAnswered = false
    var isOpen = true
  }
  private var members: [Member] = []

  /// Lets this process and the daemons that it starts hold more descriptors than usual.
  static func raiseLimit() {
    var limit = rlimit()
    let files = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
    guard getrlimit(files, &limit) == 0 else { return }
    limit.rlim_cur = max(limit.rlim_cur, min(limit.rlim_max, 8192))
    setrlimit(files, &limit)
  }

  init(_ count: Int, _ daemon: Daemon) throws {
    for _ in 0..<count { members.append(Member(stream: try UnixStream(daemon.socket))) }
  }

  /// Sends a line on each connection and waits for an answer on each.
  func ask(_ line: String) throws {
    for member in members { try member.stream.write(line + "\n") }
    read { $0.isAnswered }
  }

  /// Reads until each has that event or its connection has ended; what each got.
  func seqs(through last: Int64) -> [[Int64]] {
    read { ($0.seqs.last ?? 0) >= last }
    return members.map(\.seqs)
  }

  private func read(until isDone: (Member) -> Bool) {
    while true {
      let open = members.indices.filter { members[$0].isOpen && !isDone(members[$0]) }
      if open.isEmpty { return }
      var entries = open.map {
        pollfd(fd: members[$0].stream.descriptor, events: Int16(POLLIN), revents: 0)
      }
      guard poll(&entries, nfds_t(entries.count), 60_000) > 0 else { return }
      for (index, entry) in zip(open, entries) where entry.revents != 0 { take(index) }
    }
  }

  private func take(_ index: Int) {
    let bytes = members[index].stream.read()
    members[index].isOpen = !bytes.isEmpty
    members[index].decoder.append(bytes)
    while case .message(let message)? = members[index].decoder.next() {
      guard let json = try? JSON(parsing: message) else { continue }
      if json["id"] != nil { members[index].isAnswered = true }
      if let seq = json["params"]?["event_seq"]?.int { members[index].seqs.append(seq) }
    }
  }
}
