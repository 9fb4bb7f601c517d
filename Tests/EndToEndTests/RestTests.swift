import Foundation
import TestSupport
import Testing
import Wire

/// What a daemon does that nobody asks anything.
@Suite(.timeLimit(.minutes(2))) struct RestTests {
  #if os(Linux)
    @Test func `a daemon at rest gives memory back, and answers as before when it is asked`()
      async throws
    {
      let standIn = try StandIn { _, connection in try StandIn.say(["x"], to: connection) }
      let folder = try TemporaryFolder()
      #expect(mkfifo(folder["log"], 0o600) == 0)
      let log = open(folder["log"], O_RDONLY | O_NONBLOCK | O_CLOEXEC)
      defer { close(log) }
      let daemon = try Daemon(in: folder, arguments: ["--log-level", "debug"])
      let client = try RPCClient(daemon)
      try await client.use(standIn)
      let thread = try await client.newThread()
      _ = try await client.call(
        "message/send", ["thread_id": .string(thread), "max_tokens": 50, "content": "one"])
      let before = try Self.resident(daemon.pid)

      // It may have rested before it was asked anything: what counts is the rest that follows.
      Self.drain(log)
      #expect(await Self.wait(for: "at rest", in: log))
      #expect(try Self.resident(daemon.pid) < before)

      let answer = try await client.call(
        "message/send", ["thread_id": .string(thread), "max_tokens": 50, "content": "two"])
      #expect(answer["stop_reason"] == "end_turn")
      #expect(try await client.messages(thread).count == 4)
      #expect(daemon.stop() == 0)
    }

    private static func drain(_ pipe: Int32) {
      var buffer = [UInt8](repeating: 0, count: 65_536)
      while read(pipe, &buffer, buffer.count) > 0 {}
    }

    /// Reads a pipe until a word has come; false where its other end is closed before, or nothing comes for too long.
    private static func wait(for word: String, in pipe: Int32) async -> Bool {
      await withCheckedContinuation { continuation in
        DispatchQueue.global().async {
          var said: [UInt8] = []
          var buffer = [UInt8](repeating: 0, count: 4096)
          while !String(decoding: said, as: UTF8.self).contains(word) {
            var ready = pollfd(fd: pipe, events: Int16(POLLIN), revents: 0)
            guard poll(&ready, 1, 100_000) == 1 else { break }
            let count = read(pipe, &buffer, buffer.count)
            guard count > 0 else { break }
            said += buffer[..<count]
          }
          continuation.resume(returning: String(decoding: said, as: UTF8.self).contains(word))
        }
      }
    }

    /// KiB of memory that the process holds.
    private static func resident(_ pid: pid_t) throws -> Int {
      let status = try String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8)
      let line = try #require(status.split(separator: "\n").first { $0.hasPrefix("VmRSS:") })
      return try #require(Int(line.split(separator: " ").dropFirst().first ?? ""))
    }
  #endif
}
