import Domain
import Foundation
import GRDB
import Testing

@testable import Store

@Suite(.timeLimit(.minutes(1))) struct VectorTests {
  private func filled() async throws -> Fixture {
    let fixture = try await Fixture()
    try await fixture.thread("a", endUser: "ann")
    try await fixture.thread("b", key: "other", endUser: "bob")
    for thread in ["a", "b"] {
      _ = try await fixture.store.appendMessages(
        ThreadID(rawValue: thread), visibleTo: nil,
        (1...9).map { number in
          MessageDraft(role: number % 2 == 1 ? .user : .assistant, content: "word\(number) fox")
        })
    }
    try await fixture.store.index()
    return fixture
  }

  /// A model whose vector of a document is its number, once.
  private func embed(_ store: LocalDatabase) async throws -> VectorModel {
    let model = try await store.vectorModel(named: "m")
    let unseen = try #require(try await store.unseenMessages(of: model, limit: 300))
    let vectors = unseen.messages.map { message in
      StoredVector(
        id: message.id, vector: [UInt8(message.id)], code: [UInt8](repeating: 0, count: 32))
    }
    let codes = try await store.storeVectors(vectors, of: unseen, by: model, dimension: 1)
    #expect(codes.map(\.id) == vectors.map(\.id))
    return try await store.vectorModel(named: "m")
  }

  private func near(_ model: VectorModel, _ ids: [Int64], limit: Int) -> NearVectors {
    NearVectors(
      model: model, vectors: ids.map { ($0, Float.infinity) }, limit: limit
    ) { Float($0.first ?? 0) }
  }

  @Test func `the nearest are taken with what stands around them, each once`() async throws {
    let fixture = try await filled()
    let store = fixture.store
    let model = try await embed(store)
    let hits = try await store.search("word2")
    #expect(hits.map(\.id) == [11, 2])
    let (pointed, passages) = try await store.passages(
      around: hits.map(\.id), near: near(model, [1, 2, 3, 4, 999], limit: 2),
      filter: SearchFilter(visibleTo: nil), model: model, score: { Float($0.first ?? 0) / 2 })
    #expect(pointed == [2, 3, 4, 11])
    #expect(passages.map(\.id).sorted() == [1, 2, 3, 4, 5, 6, 10, 11, 12, 13])
    #expect(passages.allSatisfy { $0.score == Float($0.id) / 2 && $0.vector == nil })
  }

  @Test func `what is not expected to be among the nearest is not looked at`() async throws {
    let fixture = try await filled()
    let store = fixture.store
    _ = try await store.appendMessages(
      "a", visibleTo: nil, (1...200).map { MessageDraft(role: .user, content: "more \($0)") })
    try await store.index()
    let model = try await embed(store)
    func nearest(_ most: @escaping (Int64) -> Float) async throws -> Set<Int64> {
      let near = NearVectors(
        model: model, vectors: (1...200).map { ($0, most($0)) }, limit: 2
      ) { Float($0.first ?? 0) }
      return try await store.passages(
        around: [], near: near, filter: SearchFilter(visibleTo: nil), model: model
      ).pointed
    }
    #expect(try await nearest { _ in .infinity } == [199, 200])
    // They are read 64 at a time: of the first, 63 is the second best.
    #expect(try await nearest { _ in 63.5 } == [127, 128])
    #expect(try await nearest { $0 > 64 ? 63 : .infinity } == [63, 64])
  }

  @Test func `a vector does not lead to what a filter shuts out`() async throws {
    let fixture = try await filled()
    let store = fixture.store
    let model = try await embed(store)
    func found(_ change: (inout SearchFilter) -> Void) async throws -> Set<Int64> {
      var filter = SearchFilter(visibleTo: nil)
      change(&filter)
      return try await store.passages(
        around: [], near: near(model, Array(1...18), limit: 18), filter: filter, model: model
      ).pointed
    }
    #expect(try await found { _ in } == Set(1...18))
    #expect(try await found { $0.visibleTo = "other" } == Set(10...18))
    #expect(try await found { $0.endUserID = "ann" } == Set(1...9))
    #expect(try await found { $0.thread = "b" } == Set(10...18))
    #expect(try await found { $0.role = .assistant }.count == 8)
    #expect(try await found { $0.since = fixture.clock.now + 1 } == [])
    #expect(try await found { $0.until = fixture.clock.now } == [])
    #expect(try await found { $0.through = 4 } == [1, 2, 3, 4])
    try await store.deleteThread("a", visibleTo: nil)
    #expect(try await found { _ in } == Set(10...18))
  }

  @Test func `vectors of an older file are found after its schema is brought up to date`()
    async throws
  {
    let folder = Folder()
    let old = try DatabaseQueue(path: folder.file, configuration: .house)
    try Schema.migrator.migrate(old, upTo: "tool calls by time")
    try await old.write { db in
      for (number, name) in [(1, "m"), (2, "n")] {
        try db.execute(
          sql: "INSERT INTO search_models VALUES (?, ?, 1, 7)", arguments: [number, name])
        for id in [3, 5] {
          try db.execute(
            sql: "INSERT INTO search_vectors VALUES (?, ?, ?)",
            arguments: [number, id, Data([UInt8(number * 10 + id)])])
        }
      }
    }
    try old.close()
    let store = try await LocalDatabase.open(at: folder.file, source: .system) {}
    let model = try await store.vectorModel(named: "n")
    #expect(model.number == 2 && model.through == 7)
    let scores = try await store.read { db in
      try VectorTable.scores(db, model.number, [5, 4, 3]) { Float($0.first ?? 0) }
    }
    #expect(scores.map(\.id) == [3, 5] && scores.map(\.score) == [23, 25])
    try await store.close()
  }
}
