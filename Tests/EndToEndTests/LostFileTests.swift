import Foundation
import TestSupport
import Testing
import Wire

/// The daemon and a file that somebody takes from it: each time a refusal that says why, all that can be served is, and nothing
/// that was acknowledged is lost when it is over.
@Suite(.timeLimit(.minutes(1))) struct LostFileTests {
  /// A daemon whose database is in a folder of its own, with one finished turn in a thread.
  private final class World {
    let folder: TemporaryFolder
    let standIn: StandIn
    let through: [String]
    private(set) var daemon: Daemon
    private(set) var client: RPCClient
    let thread: String

    var data: String { folder["data"] }
    var database: String { folder["data/q.db"] }

    init(through: [String] = []) async throws {
      let folder = try TemporaryFolder()
      mkdir(folder["data"], 0o700)
      standIn = try StandIn { body, connection in
        try StandIn.say(["re: ", StandIn.question(body)], to: connection)
      }
      let daemon = try Daemon(in: folder, through: through, database: folder["data/q.db"])
      let client = try RPCClient(daemon)
      try await client.use(standIn)
      thread = try await client.newThread()
      _ = await client.untilDone(try await client.send("before", to: thread))
      (self.folder, self.through, self.daemon, self.client) = (folder, through, daemon, client)
    }

    deinit { chmod(data, 0o700) }

    func start() throws {
      daemon = try Daemon(in: folder, through: through, database: database)
      client = try RPCClient(daemon)
    }

    /// What a daemon says that cannot start.
    func refusal() -> String? {
      do { _ = try Daemon(in: folder, through: through, database: database) } catch {
        return (error as? Daemon.StartFailed)?.said
      }
      return nil
    }

    /// All that was asked and acknowledged is there, in order, and new turns are answered.
    func expectWhole(_ questions: [String] = ["before"]) async throws {
      let turn = try await client.send("after", to: thread)
      #expect(await client.untilDone(turn).last?["data"]?["status"] == "done")
      let asked = try await client.messages(thread).filter { $0["role"] == "user" }
      #expect(asked.map { $0["content"]?.string } == questions + ["after"])
      #expect(try await client.call("daemon/doctor")["ok"] == true)
    }

    /// Nothing is taken, everything that was taken can be read, by many at once.
    func expectReadOnly(_ reason: String) async throws {
      let sent = try await client.request(
        "message/send", ["thread_id": .string(thread), "max_tokens": 9, "content": "lost?"])
      let made = try await client.request("thread/create")
      for refused in [sent, made] {
        #expect(refused["error"]?["data"]?["kind"] == "storage_unavailable", "\(refused)")
        #expect(refused["error"]?["data"]?["retryable"] == true)
        #expect(refused["error"]?["message"]?.string?.contains(reason) == true, "\(refused)")
      }
      let (client, thread) = (client, thread)
      try await withThrowingTaskGroup(of: Void.self) { group in
        for _ in 0..<24 { group.addTask { try await Self.expectReads(client, thread) } }
        try await group.waitForAll()
      }
      _ = try await client.call("daemon/status")
      _ = try await client.call("queue/status")
    }

    private static func expectReads(_ client: RPCClient, _ thread: String) async throws {
      let messages = try await client.messages(thread)
      #expect(messages.count == 2)
      let threads = try await client.call("thread/list")
      #expect(threads["data"]?[0]?["id"]?.string == thread)
    }
  }

  /// What runs a program that file modes bind: root's own rights to pass them are taken away. Needed by root only.
  private static let bound: [String] =
    geteuid() == 0
    ? [
      "/usr/bin/setpriv", "--bounding-set=-dac_override,-dac_read_search",
      "--inh-caps=-dac_override,-dac_read_search", "--",
    ] : []
  private static let canBind =
    geteuid() != 0 || (try? Spawn.run(bound + ["/bin/true"]))?.status == 0

  @Test(.enabled(if: canBind, "needs setpriv to take root's rights away"))
  func `rights that are missing at the start are named, and with them it starts as it was`()
    async throws
  {
    let world = try await World(through: Self.bound)
    world.daemon.crash()
    func expectRefusal(_ mode: mode_t, _ reason: String) throws {
      chmod(world.data, mode)
      let said = try #require(world.refusal())
      #expect(said.contains(world.database) && said.contains(reason), "\(said)")
      chmod(world.data, 0o700)
    }
    // Nothing may be looked at.
    try expectRefusal(0o000, "Permission denied")
    // Nothing may be made: what the crash has left is all that is needed.
    chmod(world.data, 0o500)
    try world.start()
    #expect(try await world.client.messages(world.thread).count == 2)
    chmod(world.data, 0o700)
    world.daemon.stop()
    // Nor is there anything to be read without a log, which would have to be made.
    for suffix in ["-wal", "-shm"] { unlink(world.database + suffix) }
    try expectRefusal(0o500, "nothing can be written to the folder")
    try world.start()
    try await world.expectWhole()
    world.daemon.stop()

    // A file that is the daemon's own is made readable again; a folder in its place is not.
    chmod(world.database, 0o000)
    try world.start()
    #expect(try await world.client.messages(world.thread).count == 4)
    world.daemon.stop()
    try FileManager.default.moveItem(atPath: world.database, toPath: world.folder["away"])
    mkdir(world.database, 0o700)
    let said = try #require(world.refusal())
    #expect(said.contains("\(world.database) is no file"), "\(said)")
    rmdir(world.database)
    try FileManager.default.moveItem(atPath: world.folder["away"], toPath: world.database)
    try world.start()
    try await world.expectWhole(["before", "after"])
  }

  @Test(.enabled(if: canBind, "needs setpriv to take root's rights away"))
  func `rights that are lost while it runs are named, reads go on, and it recovers`() async throws {
    let world = try await World(through: Self.bound)
    chmod(world.data, 0o000)
    try await world.expectReadOnly("Permission denied")
    let report = try await world.client.call("daemon/doctor")
    let file = report["findings"]?.array?.first { $0["check"] == "file" }
    #expect(report["ok"] == false && file?["status"] == "error")
    #expect(file?["fix"]?.string?.contains("rights on the folder") == true, "\(report)")
    chmod(world.data, 0o700)
    try await world.expectWhole()
  }

  @Test(arguments: [true, false])
  func `a database that is moved away, or has another in its place, takes nothing until it is back`(
    isReplaced: Bool
  ) async throws {
    let world = try await World()
    // The other one is a sound database of the same kind, with other threads in it.
    let other = try await World()
    other.daemon.stop()
    try FileManager.default.moveItem(atPath: world.database, toPath: world.folder["away"])
    if isReplaced {
      try FileManager.default.copyItem(atPath: other.database, toPath: world.database)
    }
    try await world.expectReadOnly("removed or replaced")
    let finding = try await world.client.call("daemon/doctor")
    #expect(finding["ok"] == false)
    #expect(finding["findings"]?[0]?["fix"]?.string?.contains("qlaud backup") == true)
    if isReplaced { try FileManager.default.removeItem(atPath: world.database) }
    try FileManager.default.moveItem(atPath: world.folder["away"], toPath: world.database)
    try await world.expectWhole()
  }

  @Test func `a database that was removed is saved by a backup of what the daemon holds`()
    async throws
  {
    let world = try await World()
    for suffix in ["", "-wal", "-shm"] { unlink(world.database + suffix) }
    try await world.expectReadOnly("removed or replaced")
    let copy = world.folder["saved.db"]
    _ = try await world.client.call("daemon/backup", ["path": .string(copy)])
    world.daemon.stop()
    let restored = try Spawn.run([
      "\(Daemon.programs)/qlaudd", "--restore", copy, "--database", world.database,
    ])
    #expect(restored.status == 0, "\(restored.text)")
    try world.start()
    _ = try await world.client.call("thread/subscribe", ["thread_id": "*", "after": 0])
    try await world.expectWhole()
  }

  @Test
  func `a read-only file system is named at the start, and writable again it starts as it was`()
    async throws
  {
    guard Namespace.isPermitted else {
      return print("left out, no private mount namespace here: the read-only file system")
    }
    let folder = try TemporaryFolder()
    let disk = folder["disk"]
    mkdir(disk, 0o700)
    let keeper = try Namespace(
      mount: "mount -t tmpfs -o size=16m,mode=700 tmpfs '\(disk)' && exec \"$@\"")
    func daemon() throws -> Daemon {
      try Daemon(in: folder, through: keeper.enter, database: "\(disk)/q.db")
    }
    func remount(_ mode: String) throws {
      let done = try Spawn.run(
        keeper.enter + ["/bin/mount", "-o", "remount,\(mode)", disk])
      #expect(done.status == 0, "\(done.text)")
    }
    let first = try daemon()
    let client = try RPCClient(first)
    let thread = try await client.newThread()
    _ = try await client.call(
      "message/append",
      ["thread_id": .string(thread), "messages": [["role": "user", "content": "kept"]]])
    // What was acknowledged is in the log only.
    first.crash()
    try remount("ro")
    do {
      _ = try daemon()
      Issue.record("it has started on a read-only file system")
    } catch let error as Daemon.StartFailed {
      #expect(error.said.contains("Read-only file system"), "\(error.said)")
      #expect(error.said.contains("\(disk)/q.db"), "\(error.said)")
    }
    try remount("rw")
    let again = try daemon()
    let reader = try RPCClient(again)
    #expect(try await reader.messages(thread).map { $0["content"] } == ["kept"])
    #expect(try await reader.call("daemon/doctor")["ok"] == true)
    again.crash()
  }

  @Test func `a log that a crash has left is read to its last whole commit, whatever lies behind`()
    async throws
  {
    let world = try await World()
    _ = try await world.client.call(
      "message/append",
      [
        "thread_id": .string(world.thread),
        "messages": [["role": "user", "content": "only in the log"]],
      ])
    world.daemon.crash()
    let log = world.database + "-wal"
    let size = try FileManager.default.attributesOfItem(atPath: log)[.size] as? Int ?? 0
    #expect(size > 0)
    // A write that the loss of power cut short, and an index of the log that is of no use.
    let handle = try #require(FileHandle(forUpdatingAtPath: log))
    try handle.seekToEnd()
    try handle.write(contentsOf: Data((0..<6_001).map { UInt8(truncatingIfNeeded: $0 &* 31) }))
    try handle.close()
    let index = world.database + "-shm"
    let bytes = try FileManager.default.attributesOfItem(atPath: index)[.size] as? Int ?? 0
    try Data(repeating: 0xA5, count: bytes).write(to: URL(fileURLWithPath: index))
    try world.start()
    try await world.expectWhole(["before", "only in the log"])
  }

  @Test func `a damaged page is named where it is met, all else goes on, and a backup mends it`()
    async throws
  {
    let world = try await World()
    let client = world.client
    // Each message has a page of its own, so that the damage is one thread's.
    func fill(_ mark: String) async throws -> String {
      let thread = try await client.newThread()
      for number in 0..<30 {
        let text = mark + String(repeating: "\(number) ", count: 900).prefix(2_500)
        _ = try await client.call(
          "message/append",
          [
            "thread_id": .string(thread),
            "messages": [["role": "user", "content": .string(text)]],
          ])
      }
      return thread
    }
    let (hurt, sound) = (try await fill("hurt-page-mark "), try await fill("sound-page-mark "))
    let copy = world.folder["copy.db"]
    _ = try await client.call("daemon/backup", ["path": .string(copy)])
    world.daemon.stop()

    // Under a daemon that runs and has not read the pages yet.
    try world.start()
    #expect(
      try Self.damage(
        world.database, where: "hurt-page-mark", but: ["sound-page-mark", "before"]) > 5)
    for _ in 0..<2 {
      let refused = try await world.client.request(
        "message/list", ["thread_id": .string(hurt), "limit": 100])
      #expect(refused["error"]?["data"]?["kind"] == "storage_corrupt", "\(refused)")
      let page = try await world.client.call(
        "message/list", ["thread_id": .string(sound), "limit": 100])
      #expect(page["data"]?.array?.count == 30)
      let turn = try await world.client.send("goes on", to: world.thread)
      let events = await world.client.untilDone(turn)
      #expect(events.last?["data"]?["status"] == "done", "\(events)")
      let report = try await world.client.call("daemon/doctor")
      let file = report["findings"]?.array?.first { $0["check"] == "file" }
      #expect(report["ok"] == false && file?["status"] == "error")
      #expect(
        file?["fix"]?.string?.contains("qlaud restore") == true, "\(report) \(world.daemon.log)")
      // The same for a start on the damaged file.
      world.daemon.stop()
      try world.start()
    }
    world.daemon.stop()
    let restored = try Spawn.run([
      "\(Daemon.programs)/qlaudd", "--restore", copy, "--database", world.database,
    ])
    #expect(restored.status == 0 && restored.text.contains("kept as"), "\(restored.text)")
    try world.start()
    let page = try await world.client.call(
      "message/list", ["thread_id": .string(hurt), "limit": 100])
    #expect(page["data"]?.array?.count == 30)
    try await world.expectWhole()
  }

  /// Overwrites the pages that hold one text and none of the others; how many.
  private static func damage(_ path: String, where mark: String, but others: [String]) throws
    -> Int
  {
    let handle = try #require(FileHandle(forUpdatingAtPath: path))
    defer { do { try handle.close() } catch { Issue.record(error) } }
    let bytes = try handle.readToEnd() ?? Data()
    var count = 0
    for start in stride(from: 4_096, to: bytes.count, by: 4_096) {
      let page = bytes[start..<min(start + 4_096, bytes.count)]
      func holds(_ text: String) -> Bool { page.range(of: Data(text.utf8)) != nil }
      guard holds(mark), !others.contains(where: holds) else { continue }
      try handle.seek(toOffset: UInt64(start))
      try handle.write(contentsOf: Data(repeating: 0xAB, count: page.count))
      count += 1
    }
    return count
  }
}
