import Domain
import Foundation
import GRDB
import Testing
import Wire

@testable import Store

@Suite(.timeLimit(.minutes(1))) struct IndexCareTests {
  /// Two threads with a segment of several pages, embedded.
  private func filled() async throws -> Fixture {
    let fixture = try await Fixture()
    let store = fixture.store
    for thread in ["a", "b"] { try await fixture.thread(thread, endUser: "ann") }
    for number in 0..<4 {
      let words = (0..<400).map { "w\(number)x\($0 * 7919)" }.joined(separator: " ")
      _ = try await store.appendMessages(
        "a", visibleTo: nil, [MessageDraft(role: .user, content: .string("fox \(words)"))])
    }
    _ = try await store.appendMessages(
      "b", visibleTo: nil, [MessageDraft(role: .user, content: "a hen of another thread")])
    while try await store.indexRound().looked > 0 {}
    let model = try await store.vectorModel(named: "m")
    let unseen = try #require(try await store.unseenMessages(of: model, limit: 10))
    let vectors = unseen.messages.map {
      StoredVector(
        id: $0.id, vector: [UInt8](repeating: 7, count: 32), code: [UInt8](repeating: 1, count: 32))
    }
    _ = try await store.storeVectors(vectors, of: unseen, by: model, dimension: 32)
    return fixture
  }

  /// What FTS5 itself says of the index; throws where it finds it damaged.
  private func checkIndex(_ store: LocalDatabase) async throws {
    try await store.write { transaction in
      try transaction.db.execute(
        sql: "INSERT INTO search_text (search_text) VALUES ('integrity-check')")
    }
  }

  private func expectWhole(_ fixture: Fixture) async throws {
    let store = fixture.store
    while try await store.indexRound().looked > 0 {}
    try await checkIndex(store)
    #expect(try await store.search("fox").map(\.seq).sorted() == [1, 2, 3, 4])
    #expect(try await store.search("hen").map(\.threadID) == ["b"])
    #expect(try await store.indexStatus() == IndexStatus(documents: 5, waiting: 0))
    #expect(try await store.codes(of: store.vectorModel(named: "m"), after: 0, limit: 9).count == 5)
    #expect(try await store.unseenCount(of: store.vectorModel(named: "m")) == 0)
    #expect(try await store.indexFinding().status == .ok)
    #expect(try await store.integrityCheck() == [])
  }

  private static let breaks = [
    // As if 2,001 levels had come about, of which one has a segment that is not there.
    """
    UPDATE search_text_data SET block = CAST(x'000000008F510000' || zeroblob(4002) AS BLOB)
    WHERE id = 10
    """,
    "UPDATE search_text_data SET block = x'00000000FF7F' WHERE id = 10",
    "DELETE FROM search_text_data WHERE id = 10",
    "DELETE FROM search_text_data WHERE id = (SELECT min(id) FROM search_text_data WHERE id > 10)",
  ]

  /// Changes the file as nobody should, on a connection of its own.
  private func damage(_ fixture: Fixture, _ sql: String) throws {
    let queue = try DatabaseQueue(path: fixture.folder.file, configuration: .house)
    try queue.write { try $0.execute(sql: sql) }
    try queue.close()
  }

  @Test func `as many erasures as anybody likes leave an index that can be read`() async throws {
    let fixture = try await filled()
    let store = fixture.store
    // Each one adds two levels; FTS5 refuses an index for ever that has more than 2,000.
    var highest = 0
    for round in 0..<120 {
      // What indexing and erasing write to the index, without their rows and their waits for the disk.
      try await store.write(isDurable: false) { transaction in
        let text = IndexedText(body: "cat number\(round)", words: [])
        try SearchTextTable.insert(transaction.db, 1_000_000, text, scope: "")
      }
      try await store.write(isDurable: false) { transaction in
        let text = IndexedText(body: "cat number\(round)", words: [])
        try SearchTextTable.delete(transaction.db, 1_000_000, text, scope: "")
        try SearchStateTable.noteRemoval(transaction.db, documents: 1)
        try transaction.db.execute(sql: "UPDATE search_state SET documents = documents + 1")
      }
      try await store.purgeIndex()
      let levels = try await store.read { try SearchTextTable.levels($0)?.levels.count ?? 0 }
      highest = max(highest, levels)
    }
    #expect(highest > SegmentLevels.kept && highest <= SegmentLevels.most + 2)
    #expect(try await store.search("cat").isEmpty)
    #expect(store.takeIndexMends() == [])
    try await expectWhole(fixture)
  }

  @Test func `levels that are too many already are taken out, and nothing is indexed again`()
    async throws
  {
    let fixture = try await filled()
    let store = fixture.store
    let levels = try #require(try await store.read { try SearchTextTable.levels($0) })
    // The same segments with 2,100 empty levels below them.
    let old = levels.record
    var record = Array(old[..<4])
    record += SegmentLevels.bytes(2_100 + UInt64(levels.levels.count))
    record += old[5..<7]
    record += [UInt8](repeating: 0, count: 4_200)
    record += old[7...]
    #expect(SegmentLevels(record: record) != nil)
    let hex = record.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    try damage(fixture, "UPDATE search_text_data SET block = x'\(hex)' WHERE id = 10")
    await #expect(throws: (any Error).self) { try await checkIndex(store) }
    #expect(try await store.indexFinding().status == .error)
    #expect(try await store.search("fox").count == 4)
    #expect(store.takeIndexMends().count == 1)
    #expect(try await store.indexStatus().waiting == 0)
    try await expectWhole(fixture)
  }

  @Test(arguments: breaks + ["DELETE FROM search_text_config"])
  func `a broken index is told of, and made again by itself with the next round`(_ sql: String)
    async throws
  {
    let fixture = try await filled()
    let store = fixture.store
    try damage(fixture, sql)
    let finding = try await store.indexFinding()
    #expect(finding.status == .error && finding.fix != nil, "\(finding)")
    // The file is opened anew: FTS5 reads what it may have in memory still.
    try await store.close()
    let again = try await fixture.reopen()
    _ = try await again.appendMessages(
      "b", visibleTo: nil, [MessageDraft(role: .user, content: "w1x0 fox")])
    for word in ["fox", "hen", "w1x7919"] { _ = try await again.search(word) }
    while try await again.indexRound().looked > 0 {}
    #expect(again.takeIndexMends().count == 1)
    #expect(try await again.search("fox").count == 5)
    #expect(try await again.search("hen").count == 1)
    try await checkIndex(again)
    #expect(try await again.indexFinding().status == .ok)
    #expect(try await again.codes(of: again.vectorModel(named: "m"), after: 0, limit: 9).count == 5)
    #expect(try await again.unseenCount(of: again.vectorModel(named: "m")) == 1)
    try await again.close()
  }

  @Test(arguments: breaks)
  func `threads are changed and erased whatever state the index is in`(_ sql: String) async throws {
    let fixture = try await filled()
    let store = fixture.store
    try damage(fixture, sql)
    _ = try await store.updateThread("b", visibleTo: nil, ThreadChange(endUserID: .set("zoe")))
    while try await store.indexRound().looked > 0 {}
    try damage(fixture, sql)
    try await store.eraseThread("a", visibleTo: nil)
    #expect(!fixture.holds("w3x"))
    #expect(try await store.indexStatus().documents == 1)
    while try await store.indexRound().looked > 0 {}
    #expect(try await store.search("fox").isEmpty)
    let filter = SearchFilter(visibleTo: nil, endUserID: "zoe")
    #expect(try await store.search("hen", filter).count == 1)
    try await checkIndex(store)
    #expect(try await store.indexFinding().status == .ok)
  }

  @Test func `threads that are erased or deleted while the index is made again leave it sound`()
    async throws
  {
    let fixture = try await filled()
    let store = fixture.store
    try await fixture.thread("c")
    _ = try await store.appendMessages(
      "c", visibleTo: nil, [MessageDraft(role: .user, content: "an owl")])
    while try await store.indexRound().looked > 0 {}
    try await store.deleteThread("c", visibleTo: nil)
    try await store.remakeIndex()
    _ = try await store.updateThread("b", visibleTo: nil, ThreadChange(endUserID: .set("zoe")))
    try await store.eraseThread("b", visibleTo: nil)
    while try await store.indexRound().looked > 0 {}
    #expect(try await store.indexFinding().status == .ok)
    try await store.eraseThread("c", visibleTo: nil)
    try await checkIndex(store)
    #expect(try await store.search("fox").count == 4)
    #expect(try await store.indexStatus() == IndexStatus(documents: 4, waiting: 0))
    #expect(try await store.indexFinding().status == .ok)
  }

  @Test func `an index that is asked for is made again whole`() async throws {
    let fixture = try await filled()
    try await fixture.store.remakeIndex()
    #expect(try await fixture.store.indexStatus() == IndexStatus(documents: 5, waiting: 5))
    try await expectWhole(fixture)
  }

  @Test func `missing rows are found, though all that is there can be read`() async throws {
    let fixture = try await filled()
    try damage(fixture, "DELETE FROM search_text_docsize WHERE id = 2")
    let finding = try await fixture.store.indexFinding()
    #expect(finding.status == .error && finding.message.hasPrefix("1 messages are missing"))
  }
}
