import Domain
import Foundation
import GRDB
import Synchronization
import Testing
import Wire

@testable import Store

@Suite(.timeLimit(.minutes(1))) struct ErasureTests {
  /// Words of 8 bytes and more that stand nowhere else.
  private static func secret(_ number: Int) -> String { "geheim\(number)wort" }

  /// Which of the pieces stand in a file.
  static func traces(of pieces: Set<String>, in path: String) throws -> Set<String> {
    guard FileManager.default.fileExists(atPath: path) else { return [] }
    let data = try Data(contentsOf: URL(fileURLWithPath: path))
    return pieces.filter { data.range(of: Data($0.utf8)) != nil }
  }

  private final class Order: Sendable {
    private let list = Mutex<[String]>([])
    func add(_ name: String) { list.withLock { $0.append(name) } }
    var names: [String] { list.withLock { $0 } }
  }

  @Test
  func `an erasure waits for the backup that runs, and the next backup waits for the erasure`()
    async throws
  {
    let fixture = try await Fixture()
    let store = fixture.store
    try await fixture.thread("t")
    let order = Order()
    let begun = Bell()
    let release = DispatchSemaphore(value: 0)
    async let first: Void = store.readAside { _ in
      begun.ring()
      release.wait()
      order.add("backup")
    }
    await begun.wait(past: 0)
    async let erasure: Void = {
      try await store.eraseThread("t", visibleTo: nil)
      order.add("erasure")
    }()
    while !store.checkpoints.hasScrub { await Task.yield() }
    async let second: Void = store.readAside { _ in
      // Its turn comes when nothing is owed any more.
      order.add("next")
    }
    release.signal()
    try await first
    try await erasure
    try await second
    #expect(order.names.first == "backup")
    #expect(try await store.read { try !CareTable.isScrubOwed($0) })
    #expect(Set(order.names) == ["backup", "erasure", "next"])
  }

  @Test func `rows that SQLite moved between pages leave nothing behind when they are erased`()
    async throws
  {
    let fixture = try await Fixture()
    var random = SystemRandomNumberGenerator()
    for index in 0..<12 { try await fixture.thread("t\(index)") }
    for number in 0..<720 {
      let thread = ThreadID(rawValue: "t\(number % 12)")
      let word = number % 12 == 7 ? Self.secret(number) : "public\(number)word"
      let text = String(
        repeating: word, count: [1, 3, 20, 80, 300].randomElement(using: &random) ?? 1)
      _ = try await fixture.store.appendMessages(
        thread, visibleTo: nil, [MessageDraft(role: .user, content: .string(text))])
      try await fixture.store.append([
        EventDraft(
          threadID: thread, turnID: nil, keyID: nil, name: "ping", data: ["x": .string(word)])
      ])
    }
    try await fixture.store.flushEvents()
    for number in 0..<12 where number != 7 && number % 3 == 0 {
      try await fixture.store.eraseThread(ThreadID(rawValue: "t\(number)"), visibleTo: nil)
    }
    try await fixture.store.eraseThread("t7", visibleTo: nil)
    // Work goes on with what the writer has in its cache.
    for number in 0..<200 { try await fixture.thread("more\(number)") }
    let backup = fixture.folder.path + "/copy.db"
    try await fixture.store.backup(to: backup)
    let pieces = Set((0..<720).filter { $0 % 12 == 7 }.map { Self.secret($0) })
    for path in [fixture.folder.file, fixture.folder.file + "-wal", backup] {
      #expect(try Self.traces(of: ["geheim"], in: path).isEmpty, "\(path)")
      #expect(try Self.traces(of: pieces, in: path).isEmpty, "\(path)")
    }
    #expect(try await fixture.store.integrityCheck().isEmpty)
    #expect(try await fixture.store.statistics().threads == 207)
    try await fixture.store.close()
  }

  @Test func `an erasure that a crash cut short is finished later`() async throws {
    let fixture = try await Fixture()
    try await fixture.thread("t")
    _ = try await fixture.store.appendMessages(
      "t", visibleTo: nil, [MessageDraft(role: .user, content: .string(Self.secret(1)))])
    try await fixture.store.checkpoint()
    // The rows are gone, the log and the pages are as the crash left them.
    let outside = try DatabaseQueue(path: fixture.folder.file)
    try await outside.write { db in
      try db.execute(
        sql: """
          PRAGMA secure_delete = OFF; DELETE FROM messages; DELETE FROM threads;
          UPDATE file_care SET scrub_owed = 1
          """)
    }
    try outside.close()
    try await fixture.store.checkpoint()
    #expect(try !Self.traces(of: [Self.secret(1)], in: fixture.folder.file).isEmpty)
    try await fixture.store.scrubIfOwed()
    #expect(try Self.traces(of: [Self.secret(1)], in: fixture.folder.file).isEmpty)
    #expect(try await fixture.store.integrityCheck().isEmpty)
    try await fixture.store.close()
  }

  @Test func `the holes of a page are what no cell, pointer or link uses`() throws {
    var page = [UInt8](repeating: 7, count: 512)
    // A leaf of a table: one free block at 400, two cells, content from 380, no fragments.
    page.replaceSubrange(0..<8, with: [13, 1, 144, 0, 2, 1, 124, 0])
    page.replaceSubrange(400..<404, with: [0, 0, 0, 20])
    #expect(
      page.withUnsafeBytes { PageHoles.ranges(in: $0, isFirst: false) } == [12..<380, 404..<420])
    page[0] = 0
    #expect(page.withUnsafeBytes { PageHoles.ranges(in: $0, isFirst: false) }.isEmpty)
    // Nonsense is left alone.
    page.replaceSubrange(0..<8, with: [13, 0, 0, 255, 255, 1, 124, 0])
    #expect(page.withUnsafeBytes { PageHoles.ranges(in: $0, isFirst: false) }.isEmpty)
  }

  @Test func `the write-ahead log stays bounded while readers follow one another without a pause`()
    async throws
  {
    let fixture = try await Fixture()
    try await fixture.thread("t")
    let store = fixture.store
    let text = JSON.string(String(repeating: "x", count: 200_000))
    try await withThrowingTaskGroup(of: Int.self) { group in
      for _ in 0..<3 {
        group.addTask {
          while !Task.isCancelled { _ = try await store.statistics() }
          return 0
        }
      }
      group.addTask {
        var largest = 0
        for _ in 0..<400 {
          _ = try await store.appendMessages(
            "t", visibleTo: nil, [MessageDraft(role: .user, content: text)])
          largest = max(largest, DatabaseFile.size(fixture.folder.file + "-wal"))
        }
        return largest
      }
      while let largest = try await group.next() {
        guard largest > 0 else { continue }
        // 80 MB went through it.
        #expect(largest < 2 * LocalDatabase.walLimit, "\(largest)")
        group.cancelAll()
      }
    }
    try await store.close()
  }
}
