import Foundation
import Wire

/// Many connections that one thread reads: each keeps the numbers of the events that it gets.
final class Crowd: Sendable {
  private struct Member: Sendable {
    let stream: UnixStream
    var decoder = FrameDecoder(.lines)
    var seqs: [Int64] = []
    var isAnswered = false
    var isOpen = true
  }
  private let members: Shared<[Member]>

  /// Lets this process and the daemons that it starts hold more descriptors than usual.
  static func raiseLimit() {
    var limit = rlimit()
    let files = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
    guard getrlimit(files, &limit) == 0 else { return }
    limit.rlim_cur = max(limit.rlim_cur, min(limit.rlim_max, 8192))
    setrlimit(files, &limit)
  }

  init(_ count: Int, _ daemon: Daemon) throws {
    members = Shared(try (0..<count).map { _ in Member(stream: try UnixStream(daemon.socket)) })
  }

  /// Sends a line on each connection and waits for an answer on each.
  func ask(_ line: String) async throws {
    let members = members
    try await Blocking.run {
      try members.with { all in
        Result {
          for member in all { try member.stream.write(line + "\n") }
          Self.read(&all) { $0.isAnswered }
        }
      }.get()
    }
  }

  /// Reads until each has that event or its connection has ended; what each got.
  func seqs(through last: Int64) async throws -> [[Int64]] {
    let members = members
    return try await Blocking.run {
      members.with { all in
        Self.read(&all) { ($0.seqs.last ?? 0) >= last }
        return all.map(\.seqs)
      }
    }
  }

  private static func read(_ members: inout [Member], until isDone: (Member) -> Bool) {
    while true {
      let open = members.indices.filter { members[$0].isOpen && !isDone(members[$0]) }
      if open.isEmpty { return }
      var entries = open.map {
        pollfd(fd: members[$0].stream.descriptor, events: Int16(POLLIN), revents: 0)
      }
      guard poll(&entries, nfds_t(entries.count), 60_000) > 0 else { return }
      for (index, entry) in zip(open, entries) where entry.revents != 0 { take(&members[index]) }
    }
  }

  private static func take(_ member: inout Member) {
    let bytes = member.stream.read()
    member.isOpen = !bytes.isEmpty
    member.decoder.append(bytes)
    while case .message(let message)? = member.decoder.next() {
      guard let json = try? JSON(parsing: message) else { continue }
      if json["id"] != nil { member.isAnswered = true }
      if let seq = json["params"]?["event_seq"]?.int { member.seqs.append(seq) }
    }
  }
}

/// Calls that block, on a thread of their own: the tests' pool is as small as the machine.
enum Blocking {
  static func run<T: Sendable>(_ body: @escaping @Sendable () throws -> T) async throws -> T {
    try await withCheckedThrowingContinuation { continuation in
      Foundation.Thread { continuation.resume(with: Result { try body() }) }.start()
    }
  }
}

extension UnixStream {
  /// Reads until a text has come, or to the end; all that came.
  func read(through text: String) async throws -> String {
    try await Blocking.run {
      var raw: [UInt8] = []
      while raw.firstRange(of: Array(text.utf8)) == nil {
        let more = self.read()
        if more.isEmpty { break }
        raw += more
      }
      return String(decoding: raw, as: UTF8.self)
    }
  }
}
