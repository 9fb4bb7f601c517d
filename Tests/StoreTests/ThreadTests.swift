import Domain
import Foundation
import GRDB
import Testing
import Wire

@testable import Store

@Suite(.timeLimit(.minutes(1))) struct ThreadTests {
  @Test func `a thread comes back as it was stored`() async throws {
    let fixture = try await Fixture()
    let thread = Thread(
      id: "t", keyID: "k", endUserID: "alice", title: "Ünïcode 🦊",
      metadata: ["z": 1, "a": ["deep": [1, nil, "x"]]], defaultModel: "m", system: ["text"],
      createdAt: 5, lastActiveAt: 7)
    try await fixture.store.createThread(thread)
    #expect(try await fixture.store.thread("t", visibleTo: "k") == thread)
    await refusal(.conflict) { try await fixture.store.createThread(thread) }
    #expect(try await fixture.allEvents().map(\.name) == ["thread.created"])
    try await fixture.store.close()
  }

  @Test func `what another key owns is not there`() async throws {
    let fixture = try await Fixture()
    let store = fixture.store
    try await fixture.thread("t", key: "mine")
    try await fixture.submit("turn", in: "t", key: .local)
    #expect(try await store.turn("turn", visibleTo: "mine").id == "turn")
    #expect(
      await refusal(.notFound) { try await store.thread("t", visibleTo: "other") } == "no thread t")
    await refusal(.notFound) { try await store.turn("turn", visibleTo: "other") }
    await refusal(.notFound) {
      try await store.updateThread("t", visibleTo: "other", ThreadChange())
    }
    await refusal(.notFound) { try await store.deleteThread("t", visibleTo: "other") }
    await refusal(.notFound) { try await store.eraseThread("t", visibleTo: "other") }
    await refusal(.notFound) { try await store.appendMessages("t", visibleTo: "other", []) }
    await refusal(.notFound) { try await store.activeTurns(of: "t", visibleTo: "other") }
    await refusal(.notFound) { try await store.cancelQueuedTurn("turn", visibleTo: "other") }
    await refusal(.notFound) { try await store.retryTurn("turn", visibleTo: "other") }
    await refusal(.notFound) {
      try await store.forkThread("t", visibleTo: "other", as: "f", keyID: "other", atSeq: nil)
    }
    #expect(
      try await store.turns(thread: nil, status: nil, limit: 9, cursor: nil, visibleTo: "other")
        .items.isEmpty)
    #expect(
      try await store.turns(thread: nil, status: nil, limit: 9, cursor: nil, visibleTo: "mine")
        .items.count == 1)
    // A turn that an administrator sends in a key's thread belongs to the key, and so do its events.
    #expect(try await fixture.allEvents(EventFilter(visibleTo: "mine")).count == 2)
    #expect(try await fixture.allEvents(EventFilter(visibleTo: "other")).isEmpty)
    try await store.close()
  }

  @Test func `an update changes what it names, merges metadata and removes null members`()
    async throws
  {
    let fixture = try await Fixture()
    try await fixture.store.createThread(
      Thread(
        id: "t", keyID: .local, title: "old", metadata: ["a": 1, "b": ["x": 1], "c": 3],
        defaultModel: "m", createdAt: 1, lastActiveAt: 1))
    let changed = try await fixture.store.updateThread(
      "t", visibleTo: nil,
      ThreadChange(
        title: .set("new"), defaultModel: .clear, metadata: ["b": ["y": 2], "c": nil, "d": 4]))
    #expect(changed.title == "new")
    #expect(changed.defaultModel == nil)
    #expect(JSON.object(changed.metadata).text == #"{"a":1,"b":{"y":2},"d":4}"#)
    #expect(try await fixture.store.thread("t", visibleTo: nil) == changed)
    #expect(try await fixture.allEvents().last?.name == "thread.updated")
    let big = JSON.string(String(repeating: "x", count: Limits.metadataBytes))
    await refusal(.tooLarge) {
      try await fixture.store.updateThread(
        "t", visibleTo: nil, ThreadChange(metadata: ["big": big]))
    }
    try await fixture.store.close()
  }

  @Test func `lists go from the newest active thread to the oldest, each once`() async throws {
    let fixture = try await Fixture()
    for index in 0..<25 {
      // Three in a row share a moment.
      if index % 3 == 0 { fixture.clock.advance(1) }
      try await fixture.thread(
        "t\(index)", key: index % 2 == 0 ? "even" : "odd", endUser: index % 5 == 0 ? "alice" : nil)
    }
    fixture.clock.advance(10)
    _ = try await fixture.store.appendMessages(
      "t3", visibleTo: nil, [MessageDraft(role: .user, content: "up")])
    try await fixture.store.deleteThread("t4", visibleTo: nil)
    func list(endUser: String? = nil, key: KeyID? = nil) async throws -> [Thread] {
      var cursor: String?
      var all: [Thread] = []
      repeat {
        let page = try await fixture.store.threads(
          limit: 4, cursor: cursor, endUserID: endUser, visibleTo: key)
        all += page.items
        cursor = page.nextCursor
      } while cursor != nil
      return all
    }
    let all = try await list()
    #expect(all.count == 24)
    #expect(all.first?.id == "t3")
    #expect(all.map { ($0.lastActiveAt, $0.id) }.sorted { $0 > $1 }.map(\.1) == all.map(\.id))
    #expect(Set(try await list(key: "odd").map(\.keyID)) == ["odd"])
    #expect(try await list(key: "odd").count == 12)
    #expect(Set(try await list(endUser: "alice").map(\.id)) == ["t0", "t5", "t10", "t15", "t20"])
    #expect(try await list(endUser: "alice", key: "odd").map(\.id) == ["t15", "t5"])
    for cursor in ["", "x", "1", "x.y"] {
      await refusal(.invalidParams) {
        try await fixture.store.threads(limit: 4, cursor: cursor, endUserID: nil, visibleTo: nil)
      }
    }
    try await fixture.store.close()
  }

  @Test func `a deleted thread is gone for readers and its waiting turns are cancelled`()
    async throws
  {
    let fixture = try await Fixture()
    try await fixture.thread("t")
    try await fixture.submit("a", in: "t")
    try await fixture.submit("b", in: "t")
    #expect(try await fixture.claim() == "a")
    #expect(try await fixture.store.activeTurns(of: "t", visibleTo: nil) == ["a"])
    try await fixture.store.deleteThread("t", visibleTo: nil)
    await refusal(.notFound) { try await fixture.store.thread("t", visibleTo: nil) }
    await refusal(.notFound) { try await fixture.store.deleteThread("t", visibleTo: nil) }
    await refusal(.notFound) { try await fixture.submit("c", in: "t") }
    #expect(try await fixture.store.turn("b", visibleTo: nil).status == .cancelled)
    let names = try await fixture.allEvents().suffix(2)
    #expect(names.map(\.name) == ["qlaud.done", "thread.deleted"])
    #expect(names.first?.data["status"] == "cancelled")
    await refusal(.conflict) { try await fixture.store.eraseThread("t", visibleTo: nil) }
    try await fixture.finish("a")
    try await fixture.store.eraseThread("t", visibleTo: nil)
    await refusal(.notFound) { try await fixture.store.turn("a", visibleTo: nil) }
    try await fixture.store.close()
  }

  /// Searches the files for every eight-byte piece of what was erased.
  @Test(arguments: [false, true])
  func `erasing leaves no byte of a thread in the files`(softly: Bool) async throws {
    let fixture = try await Fixture()
    let store = fixture.store
    var generator = SystemRandomNumberGenerator()
    // Two alphabets, so that no piece of what is kept is one of what is erased.
    func words(_ count: Int, _ alphabet: ClosedRange<UInt8> = 0x67...0x7A) -> String {
      String(
        decoding: (0..<2 * count).map { _ in UInt8.random(in: alphabet, using: &generator) },
        as: UTF8.self)
    }
    let capitals: ClosedRange<UInt8> = 0x41...0x5A
    var secrets: [String] = []
    for index in 0..<12 { try await fixture.thread("keep\(index)") }
    try await store.createThread(
      Thread(
        id: "t", keyID: .local, title: "first title", metadata: ["m": "x"], system: "s",
        createdAt: 1, lastActiveAt: 1))
    // Its rows lie among others', grow and shrink.
    for index in 0..<40 {
      let secret = words(8 + index * index)
      secrets.append(secret)
      try await fixture.submit("turn-\(index)", in: "t", text: secret)
      try await fixture.submit(
        "keep-\(index)", in: "keep\(index % 12)", text: words(40 + index * 17, capitals))
      let data: JSON = ["type": "e", "text": .string(secret)]
      try await store.append([
        EventDraft(threadID: "t", turnID: nil, keyID: nil, name: "e", data: data)
      ])
      if index % 3 != 2 { try await store.flushEvents() }
      let title = words(4 + index * 3)
      secrets.append(title)
      _ = try await store.updateThread(
        "t", visibleTo: nil, ThreadChange(title: .set(title), metadata: ["m": .string(title)]))
    }
    while let turn = try await fixture.claim() {
      let isErased = turn.hasPrefix("turn")
      let reply = isErased ? words(300) : words(300, capitals)
      if isErased { secrets.append(reply) }
      try await store.startIteration(TurnID(rawValue: turn), iteration: 1, requestID: "r")
      try await fixture.finish(turn, reply: reply)
    }
    if softly {
      try await store.deleteThread("t", visibleTo: nil)
      fixture.clock.advance(1)
      #expect(try await store.sweepDeletedThreads(deletedBefore: fixture.clock.now, limit: 10) == 1)
    } else {
      try await store.eraseThread("t", visibleTo: nil)
    }
    try await store.flushEvents()
    try await store.checkpoint()
    #expect(DatabaseFile.size(fixture.folder.file + "-wal") == 0)

    let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: fixture.folder.file)))
    var pieces = Set<UInt64>()
    func piece(_ bytes: ArraySlice<UInt8>) -> UInt64 { bytes.reduce(0) { $0 << 8 | UInt64($1) } }
    for secret in secrets {
      let text = Array(secret.utf8)
      for start in stride(from: 0, through: text.count - 8, by: 1) {
        pieces.insert(piece(text[start..<start + 8]))
      }
    }
    var window: UInt64 = 0
    var found = 0
    for byte in bytes {
      window = window << 8 | UInt64(byte)
      if pieces.contains(window) { found += 1 }
    }
    #expect(found == 0)
    // The search can find: what was kept is there.
    #expect(
      try await store.messages("keep0", order: .asc, limit: 9, after: nil, before: nil).count > 0)
    #expect(String(decoding: bytes, as: UTF8.self).contains("keep0"))

    await refusal(.notFound) { try await store.eraseThread("t", visibleTo: nil) }
    let left = try await fixture.allEvents(EventFilter(threadID: "t"))
    #expect(left.map(\.name) == ["thread.deleted"])
    #expect(left.first?.data["erased"] == true)
    #expect(try await store.integrityCheck().isEmpty)
    try await store.close()
  }

  @Test func `a sweep takes what was deleted long enough ago, and no more than asked`() async throws
  {
    let fixture = try await Fixture()
    for index in 0..<5 {
      try await fixture.thread("t\(index)")
      try await fixture.store.deleteThread(ThreadID(rawValue: "t\(index)"), visibleTo: nil)
      fixture.clock.advance(10)
    }
    let limit = fixture.clock.now - 15
    #expect(try await fixture.store.sweepDeletedThreads(deletedBefore: limit, limit: 3) == 3)
    #expect(try await fixture.store.sweepDeletedThreads(deletedBefore: limit, limit: 3) == 1)
    #expect(try await fixture.store.sweepDeletedThreads(deletedBefore: limit, limit: 3) == 0)
    try await fixture.store.close()
  }

  @Test func `a fork is a copy that its source's erasure does not touch`() async throws {
    let fixture = try await Fixture()
    let store = fixture.store
    try await fixture.thread("t", endUser: "alice")
    for index in 1...3 {
      try await fixture.submit("a\(index)", in: "t", text: "question \(index)")
      _ = try await fixture.claim()
      try await fixture.finish("a\(index)", reply: "answer \(index)")
    }
    let fork = try await store.forkThread("t", visibleTo: nil, as: "f", keyID: "k", atSeq: 4)
    #expect(fork.endUserID == "alice")
    let whole = try await store.forkThread("t", visibleTo: nil, as: "g", keyID: "k", atSeq: nil)
    await refusal(.invalidParams) {
      try await store.forkThread("t", visibleTo: nil, as: "h", keyID: "k", atSeq: 7)
    }
    await refusal(.conflict) {
      try await store.forkThread("t", visibleTo: nil, as: "f", keyID: "k", atSeq: 1)
    }
    try await store.eraseThread("t", visibleTo: nil)
    let messages = try await store.messages("f", order: .asc, limit: 99, after: nil, before: nil)
    #expect(messages.map(\.seq) == [1, 2, 3, 4])
    #expect(messages.last?.content == "answer 2")
    #expect(
      try await store.messages(whole.id, order: .asc, limit: 99, after: nil, before: nil).count == 6
    )
    #expect(
      try await store.appendMessages(
        "f", visibleTo: nil, [MessageDraft(role: .user, content: "on")]) == [5])
    try await store.close()
  }

  @Test func `an imported thread has its messages as they were`() async throws {
    let fixture = try await Fixture()
    let thread = Thread(id: "t", keyID: .local, createdAt: 1, lastActiveAt: 2)
    let messages = [
      Message(threadID: "x", seq: 1, role: .user, content: "q", createdAt: 1),
      Message(
        threadID: "x", seq: 2, role: .assistant, content: [["type": "text", "text": "a"]],
        requestID: "r", turnID: "old", model: "m", stopReason: "end_turn",
        usage: Usage(input: 1, output: 2), createdAt: 2),
    ]
    await refusal(.invalidParams) {
      try await fixture.store.importThread(thread, messages: [messages[1]])
    }
    try await fixture.store.importThread(thread, messages: messages)
    await refusal(.conflict) { try await fixture.store.importThread(thread, messages: []) }
    let stored = try await fixture.store.messages(
      "t", order: .asc, limit: 9, after: nil, before: nil)
    #expect(stored.map(\.content) == messages.map(\.content))
    #expect(stored[1].usage == messages[1].usage)
    #expect(stored[1].turnID == nil)
    #expect(
      try await fixture.store.appendMessages(
        "t", visibleTo: nil, [MessageDraft(role: .user, content: "n")]) == [3])
    try await fixture.store.close()
  }

  @Test func `messages are paged both ways`() async throws {
    let fixture = try await Fixture()
    try await fixture.thread("t")
    let drafts = (1...10).map { MessageDraft(role: .user, content: .int(Int64($0))) }
    #expect(try await fixture.store.appendMessages("t", visibleTo: nil, drafts) == Array(1...10))
    func page(
      _ order: Domain.SortOrder, _ limit: Int, after: MessageSeq? = nil, before: MessageSeq? = nil
    )
      async throws -> [MessageSeq]
    {
      try await fixture.store.messages(
        "t", order: order, limit: limit, after: after, before: before
      )
      .map(\.seq)
    }
    #expect(try await page(.asc, 3) == [1, 2, 3])
    #expect(try await page(.asc, 3, after: 3) == [4, 5, 6])
    #expect(try await page(.desc, 3) == [10, 9, 8])
    #expect(try await page(.desc, 3, before: 8) == [7, 6, 5])
    #expect(try await page(.asc, 9, after: 3, before: 6) == [4, 5])
    #expect(try await page(.asc, 9, after: 10).isEmpty)
    try await fixture.store.close()
  }

  @Test func `numbers have no gap and no double however many write at once`() async throws {
    let fixture = try await Fixture()
    for index in 0..<3 { try await fixture.thread("t\(index)") }
    try await withThrowingTaskGroup(of: Void.self) { group in
      for index in 0..<90 {
        group.addTask {
          if index % 2 == 0 {
            try await fixture.submit("turn-\(index)", in: "t\(index % 3)")
          } else {
            _ = try await fixture.store.appendMessages(
              ThreadID(rawValue: "t\(index % 3)"), visibleTo: nil,
              [
                MessageDraft(role: .user, content: "a"),
                MessageDraft(role: .assistant, content: "b"),
              ])
          }
        }
      }
      try await group.waitForAll()
    }
    for index in 0..<3 {
      let seqs = try await fixture.store.messages(
        ThreadID(rawValue: "t\(index)"), order: .asc, limit: 999, after: nil, before: nil
      ).map(\.seq)
      #expect(seqs == Array(1...45))
    }
    try await fixture.store.close()
  }

  /// ```
  ///   seq   1  a's question      history through 1: 1 4 5 6   (a's own, not b's question)
  ///         2  b's question      history through 2: 1 4 5 6 2 7
  ///         3  appended          history through 3: 1 4 5 6 2 7 3
  ///         4  a calls a tool    the last two starts through 3: 2 7 3
  ///         5  its result
  ///         6  a's answer
  ///         7  b's answer
  /// ```
  @Test(arguments: [
    (MessageSeq(1), 50, [1, 4, 5, 6]), (2, 50, [1, 4, 5, 6, 2, 7]), (3, 50, [1, 4, 5, 6, 2, 7, 3]),
    (3, 2, [2, 7, 3]), (3, 1, [3]), (2, 1, [2, 7]), (1, 1, [1, 4, 5, 6]), (3, 0, []),
  ])
  func `history follows the conversation, not the order of storing`(
    through: MessageSeq, turns: Int, expected: [MessageSeq]
  ) async throws {
    let fixture = try await Fixture()
    try await fixture.thread("t")
    try await fixture.submit("a", in: "t")
    try await fixture.submit("b", in: "t")
    _ = try await fixture.store.appendMessages(
      "t", visibleTo: nil, [MessageDraft(role: .user, content: "note")])
    #expect(try await fixture.claim() == "a")
    let call = Block.toolUse(id: "x", name: "n", input: [:])
    let result = Block.toolResult(id: "x", content: "42", isError: false)
    _ = try await fixture.store.storeIteration(
      "a",
      messages: [
        MessageDraft(role: .assistant, content: [call.json]),
        MessageDraft(role: .user, content: [result.json]),
      ], usage: nil
    )
    try await fixture.finish("a")
    #expect(try await fixture.claim() == "b")
    try await fixture.finish("b")
    let history = try await fixture.store.history("t", through: through, turns: turns)
    #expect(history.map(\.seq) == expected)
    try await fixture.store.close()
  }
}
