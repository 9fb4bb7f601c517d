import Domain
import Foundation
import GRDB
import Testing
import Wire

@testable import Store

@Suite(.timeLimit(.minutes(1))) struct FileTests {
  @Test(arguments: [
    ("journal_mode", "\"wal\""), ("synchronous", "2"), ("secure_delete", "1"),
    ("foreign_keys", "1"), ("mmap_size", "0"), ("temp_store", "2"), ("cache_size", "-2048"),
    ("journal_size_limit", "4194304"), ("busy_timeout", "5000"), ("trusted_schema", "0"),
    ("application_id", "\(Schema.applicationID)"), ("user_version", "\(Schema.version)"),
  ])
  func `the writer has the settings of the house`(name: String, value: String) async throws {
    let fixture = try await Fixture()
    #expect(try await fixture.pragma(name) == value)
    try await fixture.store.close()
  }

  @Test func `the files are for the owner only`() async throws {
    let fixture = try await Fixture()
    try await fixture.thread("t")
    for suffix in ["", "-wal", "-shm"] {
      #expect(try mode(fixture.folder.file + suffix) == 0o600, "\(suffix)")
    }
    try await fixture.store.close()
  }

  @Test func `a file that others could read is closed to them`() async throws {
    let fixture = try await Fixture()
    try await fixture.store.close()
    try FileManager.default.setAttributes(
      [.posixPermissions: 0o644], ofItemAtPath: fixture.folder.file)
    try await fixture.reopen().close()
    #expect(try mode(fixture.folder.file) == 0o600)
  }

  @Test func `what is no database is refused and left as it is`() async throws {
    let folder = Folder()
    let garbage = Data(String(repeating: "this is no database ", count: 500).utf8)
    try garbage.write(to: URL(fileURLWithPath: folder.file))
    let message = await refusal(.storageCorrupt) {
      try await LocalDatabase.open(at: folder.file, source: .system) {}
    }
    #expect(message.contains("is not an SQLite database"))
    #expect(try Data(contentsOf: URL(fileURLWithPath: folder.file)) == garbage)
  }

  @Test func `another program's database is refused and left as it is`() async throws {
    let folder = Folder()
    let other = try DatabaseQueue(path: folder.file)
    try await other.write { try $0.execute(sql: "CREATE TABLE notes (text TEXT)") }
    try other.close()
    let before = try Data(contentsOf: URL(fileURLWithPath: folder.file))
    let message = await refusal(.conflict) {
      try await LocalDatabase.open(at: folder.file, source: .system) {}
    }
    #expect(message.contains("another program"))
    #expect(try Data(contentsOf: URL(fileURLWithPath: folder.file)) == before)
  }

  @Test func `a newer schema is refused`() async throws {
    let fixture = try await Fixture()
    try await fixture.store.pool.write {
      try $0.execute(sql: "PRAGMA user_version = \(Schema.version + 1)")
    }
    try await fixture.store.close()
    let message = await refusal(.conflict) { try await fixture.reopen() }
    #expect(message.contains("newer version (schema \(Schema.version + 1))"))
  }

  @Test func `a newer schema that only the log holds is refused`() async throws {
    let fixture = try await Fixture()
    let crashed = Folder()
    try await fixture.store.pool.writeWithoutTransaction { db in
      try db.checkpoint(.truncate)
      try db.execute(sql: "PRAGMA user_version = \(Schema.version + 1)")
    }
    for suffix in ["", "-wal"] {
      try FileManager.default.copyItem(
        atPath: fixture.folder.file + suffix, toPath: crashed.file + suffix)
    }
    #expect(DatabaseHead(of: crashed.file)?.version == Schema.version)
    let message = await refusal(.conflict) {
      try await LocalDatabase.open(at: crashed.file, source: .system) {}
    }
    #expect(message.contains("newer version"))
    try await fixture.store.close()
  }

  @Test func `the head of a file says whose it is`() async throws {
    let fixture = try await Fixture()
    try await fixture.store.close()
    let head = try #require(DatabaseHead(of: fixture.folder.file))
    #expect(head.isOurs)
    #expect(head.version == Schema.version)
    #expect(head.application == Schema.applicationID)
    let bytes = try Array(Data(contentsOf: URL(fileURLWithPath: fixture.folder.file)).prefix(100))
    for (place, value): (Int, UInt8) in [
      (18, 1), (63, UInt8(Schema.version) + 1), (63, 0), (71, 0),
    ] {
      var other = bytes
      other[place] = value
      #expect(DatabaseHead(other)?.isOurs == false, "byte \(place) = \(value)")
    }
    #expect(DatabaseHead(Array(bytes.dropLast())) == nil)
    #expect(DatabaseHead([UInt8](repeating: 0, count: 100)) == nil)
    #expect(DatabaseHead(of: fixture.folder.path + "/none") == nil)
  }

  @Test
  func
    `a file that was closed in good order is opened with one page of log and the schema as it was`()
    async throws
  {
    let fixture = try await Fixture()
    let before = try await fixture.pragma("schema_version")
    try await fixture.store.close()
    let again = try await fixture.reopen()
    // The log's head, then a page with its own.
    #expect(DatabaseFile.size(fixture.folder.file + "-wal") == 32 + 24 + 4096)
    let after = try await again.pool.read { try String.fetchOne($0, sql: "PRAGMA schema_version") }
    #expect(after == before)
    try await again.close()
  }

  @Test func `a first start that broke off before the schema is taken up again`() async throws {
    let folder = Folder()
    let half = try DatabaseQueue(path: folder.file)
    try await half.write { db in
      try db.execute(sql: "CREATE TABLE grdb_migrations (identifier TEXT NOT NULL PRIMARY KEY)")
    }
    try half.close()
    let store = try await LocalDatabase.open(at: folder.file, source: .system) {}
    #expect(try await store.keys().map(\.id) == [.local])
    try await store.close()
  }

  @Test func `a folder that is not there is named`() async throws {
    let message = await refusal(.storageUnavailable) {
      try await LocalDatabase.open(at: "/nowhere/qlaud.db", source: .system) {}
    }
    #expect(message.contains("/nowhere/qlaud.db"))
  }

  @Test func `closing empties the write-ahead log, twice is harmless, then all is refused`()
    async throws
  {
    let fixture = try await Fixture()
    try await fixture.store.append([draft("ping")])
    try await fixture.store.close()
    try await fixture.store.close()
    #expect(DatabaseFile.size(fixture.folder.file + "-wal") == 0)
    #expect(await refusal(.internal) { try await fixture.store.keys() }.contains("closed"))
    await refusal(.internal) { try await fixture.thread("t") }
    let again = try await fixture.reopen()
    #expect(try await again.statistics().events == 1)
    try await again.close()
  }

  @Test func `a checkpoint empties the write-ahead log`() async throws {
    let fixture = try await Fixture()
    for index in 0..<50 { try await fixture.thread("t\(index)") }
    #expect(try await fixture.store.statistics().walBytes > 0)
    try await fixture.store.checkpoint()
    let statistics = try await fixture.store.statistics()
    #expect(statistics.walBytes == 0)
    #expect(statistics.threads == 50)
    try await fixture.store.close()
  }

  @Test func `a full disk is storage_full, changes nothing and burns the numbers`() async throws {
    let fixture = try await Fixture()
    try await fixture.thread("t")
    let last = fixture.store.lastEventSeq
    let pages = try await fixture.pragma("page_count")
    _ = try await fixture.pragma("max_page_count = \(pages)")
    let big = MessageDraft(role: .user, content: .string(String(repeating: "x", count: 1 << 20)))
    await refusal(.storageFull) {
      try await fixture.store.appendMessages("t", visibleTo: nil, [big])
    }
    _ = try await fixture.pragma("max_page_count = 1000000")
    #expect(
      try await fixture.store.messages("t", order: .asc, limit: 9, after: nil, before: nil).isEmpty)
    let seqs = try await fixture.store.appendMessages("t", visibleTo: nil, [big])
    #expect(seqs == [1])
    #expect(fixture.store.lastEventSeq > last)
    try await fixture.store.close()
  }

  @Test func `a damaged file is storage_corrupt`() async throws {
    let fixture = try await Fixture()
    for index in 0..<200 { try await fixture.thread("thread-\(index)") }
    try await fixture.store.close()
    let handle = try #require(FileHandle(forUpdatingAtPath: fixture.folder.file))
    let size = try handle.seekToEnd()
    for offset in stride(from: UInt64(8 * 4096), to: size, by: 4096) {
      try handle.seek(toOffset: offset)
      try handle.write(contentsOf: Data(repeating: 0xAB, count: 4096))
    }
    try handle.close()
    await refusal(.storageCorrupt) {
      let store = try await fixture.reopen()
      let complaints = try await store.integrityCheck()
      #expect(!complaints.isEmpty)
      _ = try await store.threads(limit: 100, cursor: nil, endUserID: nil, visibleTo: nil)
    }
  }

  @Test func `a backup is one sound file that opens, made while writing goes on`() async throws {
    let fixture = try await Fixture()
    try await fixture.thread("t")
    try await fixture.submit("turn", in: "t", text: "keep me")
    try await fixture.store.append([draft("ping")])
    let path = fixture.folder.path + "/backup.db"
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await fixture.store.backup(to: path) }
      for index in 0..<50 { group.addTask { try await fixture.thread("more-\(index)") } }
      try await group.waitForAll()
    }
    #expect(try mode(path) == 0o600)
    #expect(DatabaseFile.size(path + "-wal") == 0)
    await refusal(.conflict) { try await fixture.store.backup(to: path) }
    let copy = try await LocalDatabase.open(at: path, source: .system) {}
    #expect(try await copy.integrityCheck().isEmpty)
    let message = try await copy.messages("t", order: .asc, limit: 1, after: nil, before: nil).first
    #expect(message?.content == "keep me")
    try await copy.close()
    #expect(try await fixture.store.integrityCheck().isEmpty)
    try await fixture.store.close()
  }

  @Test func `text with a NUL is refused, never cut short`() async throws {
    let fixture = try await Fixture()
    try await fixture.thread("t", endUser: "alice")
    #expect(
      await refusal(.invalidParams) {
        try await fixture.store.thread("t\u{0}x", visibleTo: nil)
      }.contains("U+0000"))
    await refusal(.invalidParams) { try await fixture.thread("u", endUser: "alice\u{0}bob") }
    try await fixture.submit("turn", in: "t", text: "in a message\u{0}it is only text")
    let message = try await fixture.store.messages(
      "t", order: .asc, limit: 1, after: nil, before: nil
    ).first
    #expect(message?.content == "in a message\u{0}it is only text")
    try await fixture.store.close()
  }

  @Test func `what a cancelled task asks for is carried out`() async throws {
    let fixture = try await Fixture()
    let task = Task {
      withUnsafeCurrentTask { $0?.cancel() }
      try await fixture.thread("t")
      #expect(try await fixture.store.keys().map(\.id) == [.local])
    }
    try await task.value
    #expect(try await fixture.store.thread("t", visibleTo: nil).id == "t")
    try await fixture.store.close()
  }
}
