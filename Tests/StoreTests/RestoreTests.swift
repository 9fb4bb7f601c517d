import Domain
import Foundation
import GRDB
import Testing
import Wire

@testable import Store

@Suite(.timeLimit(.minutes(1))) struct RestoreTests {
  private func texts(_ store: LocalDatabase) async throws -> [JSON] {
    try await store.messages("t", order: .asc, limit: 9, after: nil, before: nil).map(\.content)
  }

  @Test func `a backup comes back, the file that was there is kept with what its log held`()
    async throws
  {
    let fixture = try await Fixture()
    try await fixture.thread("t")
    try await fixture.submit("turn", in: "t", text: "before")
    let backup = fixture.folder.path + "/backup.db"
    try await fixture.store.backup(to: backup)
    _ = try await fixture.store.appendMessages(
      "t", visibleTo: nil, [MessageDraft(role: .user, content: "after")])
    let last = fixture.store.lastEventSeq
    // As a crash leaves it: the newest message is in the log only.
    let crashed = fixture.folder.path + "/crashed.db"
    for suffix in ["", "-wal"] {
      try FileManager.default.copyItem(
        atPath: fixture.folder.file + suffix, toPath: crashed + suffix)
    }
    try await fixture.store.close()

    let outcome = try Restore.run(from: backup, to: crashed, source: fixture.clock.source)
    #expect(outcome.waitingTurns == 1)
    #expect(try mode(crashed) == 0o600)
    let restored = try await LocalDatabase.open(at: crashed, source: .system) {}
    #expect(try await texts(restored) == ["before"])
    #expect(try await restored.setting("queue_paused") == true)
    #expect(restored.lastEventSeq >= last, "a cursor of before would be refused, or numbers repeat")
    try await restored.close()
    let kept = try await LocalDatabase.open(
      at: try #require(outcome.keptAs), source: .system
    ) {}
    #expect(try await texts(kept) == ["before", "after"])
    try await kept.close()
  }

  @Test func `what is no backup, or is not sound, changes nothing`() async throws {
    let fixture = try await Fixture()
    for index in 0..<300 { try await fixture.thread("thread-\(index)") }
    let backup = fixture.folder.path + "/backup.db"
    try await fixture.store.backup(to: backup)
    try await fixture.store.close()
    let before = try Data(contentsOf: URL(fileURLWithPath: fixture.folder.file))
    await refusal(.notFound) {
      try Restore.run(from: "/nowhere", to: fixture.folder.file, source: .system)
    }
    let text = fixture.folder.path + "/text"
    try Data(String(repeating: "no database ", count: 99).utf8).write(
      to: URL(fileURLWithPath: text))
    await refusal(.storageCorrupt) {
      try Restore.run(from: text, to: fixture.folder.file, source: .system)
    }
    let handle = try #require(FileHandle(forUpdatingAtPath: backup))
    let size = try handle.seekToEnd()
    for offset in stride(from: UInt64(30 * 4096), to: size, by: 4096) {
      try handle.seek(toOffset: offset)
      try handle.write(contentsOf: Data(repeating: 0xAB, count: 4096))
    }
    try handle.close()
    await refusal(.storageCorrupt) {
      try Restore.run(from: backup, to: fixture.folder.file, source: .system)
    }
    #expect(try Data(contentsOf: URL(fileURLWithPath: fixture.folder.file)) == before)
    let names = try FileManager.default.contentsOfDirectory(atPath: fixture.folder.path)
    #expect(names.allSatisfy { !$0.contains("restor") }, "\(names)")
  }

  @Test
  func `a file that was removed or replaced takes no writes until it is back, and can be saved`()
    async throws
  {
    let fixture = try await Fixture()
    try await fixture.thread("t")
    let file = fixture.folder.file
    try FileManager.default.moveItem(atPath: file, toPath: file + ".away")
    #expect(await refusal(.storageUnavailable) { try await fixture.thread("u") }.contains(file))
    try Data("another".utf8).write(to: URL(fileURLWithPath: file))
    await refusal(.storageUnavailable) { try await fixture.thread("u") }
    #expect(try await fixture.store.thread("t", visibleTo: nil).id == "t")
    #expect(try await fixture.store.fileFindings().first?.status == .error)
    let saved = fixture.folder.path + "/saved.db"
    try await fixture.store.backup(to: saved)
    let copy = try await LocalDatabase.open(at: saved, source: .system) {}
    #expect(try await copy.thread("t", visibleTo: nil).id == "t")
    try await copy.close()
    try FileManager.default.removeItem(atPath: file)
    try FileManager.default.moveItem(atPath: file + ".away", toPath: file)
    try await fixture.thread("u")
    try await fixture.store.close()
  }

  @Test func `a log that was removed takes no writes, and closing saves what was acknowledged`()
    async throws
  {
    let fixture = try await Fixture()
    try await fixture.thread("t")
    try FileManager.default.removeItem(atPath: fixture.folder.file + "-wal")
    await refusal(.storageUnavailable) { try await fixture.thread("u") }
    try await fixture.store.close()
    let again = try await fixture.reopen()
    #expect(try await again.thread("t", visibleTo: nil).id == "t")
    try await again.close()
  }

  @Test func `the doctor finds lost rights, a clock that went back and turns that nobody runs`()
    async throws
  {
    let fixture = try await Fixture()
    try await fixture.thread("t")
    #expect(
      fixture.store.diskFindings().first
        == Finding("permissions", .ok, "the files are for their owner only"))
    #expect(try await fixture.store.clockFinding().status == .ok)
    #expect(try await fixture.store.fileFindings().allSatisfy { $0.status == .ok })
    try FileManager.default.setAttributes(
      [.posixPermissions: 0o644], ofItemAtPath: fixture.folder.file)
    let finding = try #require(fixture.store.diskFindings().first)
    #expect(finding.status == .error && finding.message.contains("mode 644"))
    #expect(finding.fix?.contains("chmod") == true)
    fixture.clock.advance(-3_600_000)
    #expect(try await fixture.store.clockFinding().message.contains("3600 s behind"))
    try await fixture.submit("turn", in: "t")
    _ = try await fixture.claim()
    #expect(try await fixture.store.orphanFindings { _ in true }.first?.status == .ok)
    let stuck = try await fixture.store.orphanFindings { _ in false }
    #expect(stuck.first?.status == .error && stuck.first?.message.contains("turn") == true)
    try await fixture.store.close()
  }
}
