import Foundation
import TestSupport
import Testing
import Wire

@Suite(.timeLimit(.minutes(1))) struct SemanticSearchTests {
  /// An embedding model that knows four subjects; what it does not know points its own way.
  private static func embed(_ text: String) -> JSON {
    let subjects = [
      ["dog", "puppy", "hound"], ["bread", "cake", "bakery"], ["ship", "boat", "harbour"],
      ["snow", "ice", "winter"],
    ]
    var vector = [Double](repeating: 0, count: 16)
    for word in text.lowercased().split(whereSeparator: { !$0.isLetter }) {
      let subject = subjects.firstIndex { $0.contains(String(word)) }
      let place = subject ?? 4 + word.utf8.reduce(0) { ($0 * 31 + Int($1)) % 12 }
      vector[place] += subject == nil ? 0.1 : 1
    }
    return .array(vector.map { .double($0 + 0.01) })
  }

  private static func answer(_ body: JSON, _ connection: LoopbackConnection) throws {
    let texts = body["input"]?.array?.compactMap(\.string) ?? []
    let data = texts.enumerated().map { index, text -> JSON in
      ["object": "embedding", "index": .integer(index), "embedding": embed(text)]
    }
    let reply: JSON = [
      "object": "list", "data": .array(data), "model": "e", "usage": ["prompt_tokens": 3],
    ]
    try connection.respond(
      status: 200, headers: [("content-type", "application/json")], body: reply.bytes)
  }

  private static let messages = [
    ("user", "the puppy sleeps under the table"), ("assistant", "we ate cake on Sunday"),
    ("user", "a boat came into view"), ("assistant", "winter was long this year"),
    ("user", "nothing of note"), ("assistant", "all is quiet"),
  ]

  private static func start(_ script: @escaping StandIn.Script = answer) async throws
    -> (StandIn, TemporaryFolder, Daemon, RPCClient)
  {
    let standIn = try StandIn(script)
    let folder = try TemporaryFolder()
    let daemon = try Daemon(in: folder)
    let client = try RPCClient(daemon)
    try await client.use(standIn)
    _ = try await client.call("settings/set", ["settings": ["embedder": "up/stand-in"]])
    return (standIn, folder, daemon, client)
  }

  @Test func `what is meant is found where no word of it stands`() async throws {
    let (standIn, _, daemon, client) = try await Self.start()
    defer { standIn.server.stop() }
    defer { daemon.stop() }
    let thread = try await client.thread(Self.messages)
    try await client.untilEmbedded(6)
    let found = try await client.call("search/query", ["q": "hound"])
    #expect(found["mode"] == "hybrid")
    #expect(found.seqs.first == 1)
    #expect((found["data"]?[0]?["semantic_score"]?.double ?? 0) > 0)
    #expect(
      try await client.call("search/query", ["q": "harbour", "mode": "semantic"]).seqs.first == 3)
    #expect(try await client.call("search/query", ["q": "hound", "mode": "text"]).seqs == [])
    // Words decide where they stand.
    #expect(try await client.call("search/query", ["q": "Sunday"]).seqs.first == 2)
    let user = try await client.call("search/query", ["q": "ice", "role": "user"])
    #expect(Set(user.seqs).isSubset(of: [1, 3, 5]))
    #expect(try await client.call("search/query", ["q": "hound -puppy"]).seqs.contains(1) == false)
    _ = try await client.call("thread/delete", ["thread_id": .string(thread)])
    #expect(try await client.call("search/query", ["q": "hound"]).seqs == [])
  }

  @Test func `meaning does not lead to what is not theirs`() async throws {
    let (standIn, _, daemon, owner) = try await Self.start()
    defer { standIn.server.stop() }
    defer { daemon.stop() }
    let mine = try await owner.thread(Self.messages, endUser: "ann")
    let key = try await owner.call("key/create", ["name": "k", "scope": "standard"])
    let other = try RPCClient(daemon)
    _ = try await other.call("initialize", ["key": key["secret"] ?? .null])
    let theirs = try await other.thread([("user", "a quiet dog"), ("user", "a loud ship")])
    try await owner.untilEmbedded(8)
    for mode in ["hybrid", "semantic"] {
      let params: JSON = ["q": "hound", "mode": .string(mode), "limit": 50]
      #expect(Set(try await other.call("search/query", params).threads) == [theirs])
      #expect(Set(try await owner.call("search/query", params).threads) == [mine, theirs])
      let ann: JSON = ["q": "hound", "mode": .string(mode), "end_user_id": "ann"]
      #expect(Set(try await owner.call("search/query", ann).threads) == [mine])
      let scoped: JSON = ["q": "hound", "mode": .string(mode), "thread_id": .string(theirs)]
      #expect(Set(try await owner.call("search/query", scoped).threads) == [theirs])
    }
  }

  @Test func `an endpoint that is away delays the vectors and nothing else`() async throws {
    let (standIn, folder, daemon, client) = try await Self.start { _, connection in
      try connection.respond(
        status: 503, headers: [("content-type", "application/json")],
        body: Array(#"{"error":{"message":"away"}}"#.utf8))
    }
    defer { standIn.server.stop() }
    _ = try await client.thread(Self.messages)
    let found = try await client.call("search/query", ["q": "puppy"])
    #expect(found["mode"] == "text" && found.seqs == [1])
    while try await client.call("search/status")["problem"]?.nonNull == nil {}
    #expect(try await client.call("search/status")["unembedded"] == 6)
    standIn.change(Self.answer)
    // A new message is a reason to try again.
    _ = try await client.thread([("user", "one more")])
    try await client.untilEmbedded(7)
    daemon.crash()
    let again = try Daemon(in: folder)
    defer { again.stop() }
    let second = try RPCClient(again)
    try await second.untilEmbedded(7)
    #expect(try await second.call("search/query", ["q": "hound"]).seqs.first == 1)
    // Nothing is embedded twice.
    let texts = standIn.requests.flatMap { $0["input"]?.array?.compactMap(\.string) ?? [] }
    #expect(texts.count { $0 == "one more" } == 1)
  }

  @Test func `without weights a search is by words and says so`() async throws {
    let daemon = try Daemon()
    let client = try RPCClient(daemon)
    _ = try await client.thread(Self.messages)
    #expect(
      try await client.call("search/query", ["q": "cake", "mode": "hybrid"])["mode"] == "text")
    await client.refused("invalid_params", "search/query", ["q": "cake", "mode": "semantic"])
    while try await client.call("search/status")["problem"]?.nonNull == nil {}
    #expect(try await client.call("search/status")["embedder"] == "none")
  }
}

extension RPCClient {
  /// Waits until that many messages have vectors.
  func untilEmbedded(_ count: Int64) async throws {
    while true {
      let status = try await call("search/status")
      if status["embedded"]?.int == count, status["unembedded"] == 0 { return }
    }
  }
}
