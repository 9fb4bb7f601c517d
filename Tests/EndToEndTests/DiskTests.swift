import Foundation
import TestSupport
import Testing
import Wire

/// The daemon on a disk that fails: what is refused says so, what was acknowledged stays, and all goes on afterwards.
@Suite(.timeLimit(.minutes(1))) struct DiskTests {
  struct Fault: Sendable, CustomTestStringConvertible {
    let name: String
    let calls: FailingDisk.Calls
    let code: Int32
    let kind: String
    var testDescription: String { name }
  }
  static let faults = [
    Fault(name: "ENOSPC on write", calls: .write, code: ENOSPC, kind: "storage_full"),
    Fault(name: "EIO on write", calls: .write, code: EIO, kind: "storage_unavailable"),
    Fault(name: "EROFS on write", calls: .write, code: EROFS, kind: "storage_unavailable"),
    Fault(name: "EACCES on write", calls: .write, code: EACCES, kind: "storage_unavailable"),
    Fault(name: "EPERM on write", calls: .write, code: EPERM, kind: "storage_unavailable"),
    Fault(name: "EIO on fsync", calls: .sync, code: EIO, kind: "storage_unavailable"),
    Fault(name: "ENOSPC on fsync", calls: .sync, code: ENOSPC, kind: "storage_unavailable"),
  ]

  @Test(.enabled(if: FailingDisk.library != nil, "needs a C compiler"), arguments: faults)
  func `a send on a failing disk is refused by name, reads go on, and it recovers`(fault: Fault)
    async throws
  {
    let folder = try TemporaryFolder()
    let disk = try FailingDisk(in: folder)
    let standIn = try StandIn { body, connection in
      try StandIn.say(["re: ", StandIn.question(body)], to: connection)
    }
    let daemon = try Daemon(in: folder, environment: disk.environment())
    let client = try RPCClient(daemon)
    try await client.use(standIn)
    let thread = try await client.newThread()
    _ = await client.untilDone(try await client.send("before", to: thread))

    disk.fail(fault.calls, with: fault.code)
    for _ in 0..<3 {
      let refused = try await client.request(
        "message/send",
        ["thread_id": .string(thread), "max_tokens": 9, "content": "lost?", "stream": true])
      #expect(refused["error"]?["data"]?["kind"]?.string == fault.kind, "\(refused)")
      #expect(refused["error"]?["data"]?["retryable"] == true)
      #expect(refused["error"]?["code"] == -32017)
    }
    #expect(disk.hits > 0)
    #expect(try await client.messages(thread).count == 2)
    _ = try await client.call("daemon/status")
    _ = try await client.call("thread/list")
    let http = try HTTPReply.request(daemon, "POST", "/v1/threads", [:])
    #expect(http.status == (fault.kind == "storage_full" ? 507 : 503))

    disk.heal()
    let turn = try await client.send("after", to: thread)
    #expect(await client.untilDone(turn).last?["data"]?["status"] == "done")
    daemon.crash()
    let again = try Daemon(in: folder)
    let reader = try RPCClient(again)
    #expect(
      try await reader.messages(thread).filter { $0["role"] == "user" }.map { $0["content"] }
        == ["before", "after"])
    #expect(try await reader.call("daemon/doctor")["ok"] == true)
  }

  /// The opens that pass first: with some of these numbers it says so and ends, with the others it listens and cannot open the
  /// connections that it wants next.
  @Test(.enabled(if: FailingDisk.library != nil, "needs a C compiler"), arguments: 8...15)
  func `a daemon that listens does not end because it can open no further connection to its file`(
    passed: Int32
  ) async throws {
    let folder = try TemporaryFolder()
    let disk = try FailingDisk(in: folder)
    let standIn = try StandIn { body, connection in
      try StandIn.say(["re: ", StandIn.question(body)], to: connection)
    }
    let first = try Daemon(in: folder, environment: disk.environment())
    let before = try RPCClient(first)
    try await before.use(standIn)
    let thread = try await before.newThread()
    first.stop()

    disk.fail(.open, with: EIO, skip: passed)
    let daemon: Daemon
    do { daemon = try Daemon(in: folder, environment: disk.environment()) } catch let error
      as Daemon.StartFailed
    {
      #expect(error.said.contains("error: "))
      return
    }
    let client = try RPCClient(daemon)
    for _ in 0..<50 { _ = try await client.request("thread/list", [:]) }
    disk.heal()
    let turn = try await client.send("hello", to: thread)
    #expect(await client.untilDone(turn).last?["data"]?["status"] == "done")
    daemon.stop()
  }

  @Test(.enabled(if: FailingDisk.library != nil, "needs a C compiler"), arguments: faults)
  func `an answer that comes while the disk fails is stored when it works, and asked for once`(
    fault: Fault
  ) async throws {
    let folder = try TemporaryFolder()
    let disk = try FailingDisk(in: folder)
    let begun = Gate()
    let finish = Gate()
    let standIn = try StandIn { body, connection in
      begun.open()
      try finish.waitBlocking()
      try StandIn.say(["the ", "answer"], to: connection)
    }
    let daemon = try Daemon(in: folder, environment: disk.environment())
    let client = try RPCClient(daemon)
    try await client.use(standIn)
    let thread = try await client.newThread()
    let turn = try await client.send("question", to: thread)
    try await begun.wait()
    disk.fail(fault.calls, with: fault.code)
    finish.open()
    // Deltas are told live; their end waits for the disk.
    _ = await client.events { $0["event"] == "message_stop" }
    while disk.hits == 0 { _ = try await client.call("daemon/status") }
    disk.heal()
    let events = await client.untilDone(turn)
    #expect(events.last?["data"]?["status"] == "done")
    #expect(standIn.requests.count == 1)
    #expect(try await client.messages(thread).last?["content"]?[0]?["text"] == "the answer")
  }

  @Test func `a full file system refuses, serves and recovers, also over a start while it is full`()
    async throws
  {
    guard Namespace.isPermitted else {
      return print("left out, no private mount namespace here: the full file system")
    }
    let folder = try TemporaryFolder()
    let disk = folder["disk"]
    mkdir(disk, 0o700)
    let standIn = try StandIn { body, connection in
      let question = StandIn.question(body)
      if question == "hang" { return try connection.waitForPeerToClose() }
      try StandIn.say([question], to: connection)
    }
    let mount = "mount -t tmpfs -o size=4m,mode=700 tmpfs '\(disk)' && exec \"$@\""
    // The mount lives as long as this process, so that two daemons see the same disk.
    let keeper = try Namespace(mount: mount)
    let daemon = try Daemon(
      in: folder, through: keeper.enter, database: "\(disk)/q.db")
    let client = try RPCClient(daemon)
    try await client.use(standIn)
    let thread = try await client.newThread()
    _ = await client.untilDone(try await client.send("before", to: thread))
    // Left running by the crash: the next start has something to write.
    let held = try await client.send("hang", to: try await client.newThread())
    _ = await client.events(1) {
      $0["turn_id"]?.string == held && $0["event"] == "qlaud.iteration_start"
    }
    try keeper.fill("\(disk)/ballast")
    var kinds: [String] = []
    for _ in 0..<20 {
      let answer = try await client.request(
        "message/append",
        [
          "thread_id": .string(thread),
          "messages": [
            ["role": "user", "content": .string(String(repeating: "x", count: 90_000))]
          ],
        ])
      if let kind = answer["error"]?["data"]?["kind"]?.string { kinds.append(kind) }
    }
    #expect(!kinds.isEmpty && kinds.allSatisfy { $0 == "storage_full" }, "\(kinds)")
    let count = try await client.messages(thread).count
    daemon.crash()
    // It starts on the full disk where SQLite can build its index, and says why where it cannot.
    do {
      let full = try Daemon(in: folder, through: keeper.enter, database: "\(disk)/q.db")
      let reader = try RPCClient(full)
      #expect(try await reader.messages(thread).count == count)
      // It has not taken up the turn, for that has to be written, and ends all the same when it is asked to.
      #expect(try await reader.call("turn/get", ["turn_id": .string(held)])["status"] == "running")
      full.stop()
    } catch let error as Daemon.StartFailed {
      #expect(error.said.contains("full"), "\(error.said)")
    }
    try keeper.remove("\(disk)/ballast")
    let again = try Daemon(in: folder, through: keeper.enter, database: "\(disk)/q.db")
    let later = try RPCClient(again)
    #expect(try await later.messages(thread).count == count)
    _ = await later.untilDone(try await later.send("after", to: thread))
    #expect(try await later.call("daemon/doctor")["ok"] == true)
    again.crash()
  }

}
