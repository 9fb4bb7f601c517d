import Foundation
import TestSupport
import Testing
import Wire

@Suite(.timeLimit(.minutes(1))) struct SearchTests {
  @Test func `what was said is found at once, over both dialects and by the command line`()
    async throws
  {
    let daemon = try Daemon()
    let client = try RPCClient(daemon)
    let thread = try await client.thread([
      ("user", "Where did we put the Brûlée torch?"),
      ("assistant", "You put the torches into the kitchen drawer."),
    ])
    let found = try await client.call("search/query", ["q": "torch brulee"])
    #expect(
      found["object"] == "list" && found["query"] == "torch brulee" && found["mode"] == "text")
    #expect(found.seqs == [1, 2])
    let first = found["data"]?[0]
    #expect(first?["thread_id"]?.string == thread && first?["role"] == "user")
    #expect(first?["snippet"] == "Where did we put the Brûlée torch?")
    #expect(first?["highlights"] == [[21, 27], [28, 33]])
    let http = try HTTPReply.request(daemon, "GET", "/v1/search?q=torch&role=assistant")
    #expect(http.status == 200 && http.json.seqs == [2])
    let scoped = try HTTPReply.request(
      daemon, "GET", "/v1/threads/\(thread)/search?q=%22kitchen+drawer%22")
    #expect(scoped.json.seqs == [2])
    #expect(try HTTPReply.request(daemon, "GET", "/v1/threads/none/search?q=x").status == 404)
    let typo = try await client.call("search/query", ["q": "kitchne"])
    #expect(typo.seqs == [2] && typo["corrected"] == ["kitchen"])
    let status = try await client.call("search/status")
    #expect(status["documents"] == 2 && status["waiting"] == 0)
    let remade = try await client.call("search/rebuild")
    #expect(remade["documents"] == 2)
    #expect(try await client.call("search/query", ["q": "torch brulee"]).seqs == [1, 2])
  }

  @Test func `pages continue what the first one saw`() async throws {
    let daemon = try Daemon()
    let client = try RPCClient(daemon)
    _ = try await client.thread((1...25).map { ("user", "apple number \($0)") })
    var seen: [Int64] = []
    var cursor: JSON = .null
    repeat {
      let page = try await client.call(
        "search/query", ["q": "apple", "limit": 10, "cursor": cursor])
      seen += page.seqs
      cursor = page["next_cursor"] ?? .null
      // What comes meanwhile moves nothing.
      _ = try await client.thread([("user", "apple apple apple")])
    } while !cursor.isNull
    #expect(seen.sorted() == Array(1...25))
    await client.refused("invalid_params", "search/query", ["q": "pear", "cursor": "1.2.abc"])
    await client.refused("invalid_params", "search/query", ["q": "pear", "limit": 51])
  }

  @Test func `nobody finds what is not theirs, however they ask`() async throws {
    let daemon = try Daemon()
    let owner = try RPCClient(daemon)
    let clients = try await ["ann", "bob", nil].asyncMap { endUser in
      let key = try await owner.call(
        "key/create",
        .record([
          "name": "k", "scope": "standard", "end_user_id": endUser.map(JSON.string),
        ]))
      let client = try RPCClient(daemon)
      _ = try await client.call("initialize", ["key": key["secret"] ?? .null])
      return client
    }
    var threads: [String] = []
    for client in clients {
      threads.append(try await client.thread([("user", "the shared password")]))
    }
    threads.append(try await owner.thread([("user", "the shared password")], endUser: "ann"))
    for (index, client) in clients.enumerated() {
      let found = try await client.call("search/query", ["q": "shared password"])
      #expect(found.threads == [threads[index]])
      for (other, thread) in threads.enumerated() where other != index {
        let asked: JSON = ["q": "password", "thread_id": .string(thread)]
        await client.refused("not_found", "search/query", asked)
        await client.refused("not_found", "search/thread", asked)
        let typed = try await client.call(
          "search/query", ["q": .string("password thread:\(thread)")])
        #expect(typed.threads == [])
        let page = try await client.call(
          "search/query", ["q": .string("from:user thread:\(thread)")])
        #expect(page.threads == [])
      }
    }
    await clients[0].refused("forbidden", "search/query", ["q": "x", "end_user_id": "bob"])
    let all = try await owner.call("search/query", ["q": "password"])
    #expect(Set(all.threads) == Set(threads))
    let ann = try await owner.call("search/query", ["q": "password", "end_user_id": "ann"])
    #expect(Set(ann.threads) == [threads[0], threads[3]])
  }

  @Test func `among many messages the few are found, however they are asked for`() async throws {
    let daemon = try Daemon()
    let client = try RPCClient(daemon)
    // More than are ranked one by one.
    for start in [0, 900, 1_800, 2_700, 3_600] {
      _ = try await client.thread((start..<start + 900).map { ("user", "filler \($0)") })
    }
    let thread = try await client.thread([
      ("user", "filler, and where is my umbrella"), ("assistant", "getUmbrellaStand() has filler"),
    ])
    while try await client.call("search/status")["waiting"] != 0 {
      _ = try await client.call("search/query", ["q": "x"])
    }
    for query in [
      "umbrel*", "umbrella", "filler umbrella", "\"my umbrella\"", "umbrella -stand", "umbrela",
    ] {
      let found = try await client.call("search/query", ["q": .string(query)])
      #expect(found.threads.first == thread && found.seqs.contains(1), "\(query)")
    }
    // A word that must not begin so, in all and in one thread.
    let without = try await client.call("search/query", ["q": "umbrella -get*"])
    #expect(without.threads == [thread] && without.seqs == [1])
    let none = try await client.call("search/query", ["q": "filler -u*", "limit": 50])
    #expect(none.seqs.count == 50 && !none.threads.contains(thread))
    #expect(
      try await client.call(
        "search/query", ["q": "filler -GET*", "thread_id": .string(thread)]
      ).seqs == [1])
    #expect(try await client.call("search/query", ["q": "umb* f*"]).threads.first == thread)
    #expect(try await client.call("search/query", ["q": "getUmbrellaStand"]).seqs == [2])
    #expect(try await client.call("search/query", ["q": "filler from:assistant"]).seqs == [2])
    #expect(try await client.call("search/query", ["q": "filler", "limit": 50]).seqs.count == 50)
  }

  @Test func `after kill -9 everything that was stored is found`() async throws {
    let folder = try TemporaryFolder()
    var daemon = try Daemon(in: folder)
    for round in 1...4 {
      let client = try RPCClient(daemon)
      _ = try await client.thread((1...300).map { ("user", "round \(round) message \($0)") })
      daemon.crash()
      daemon = try Daemon(in: folder)
    }
    let client = try RPCClient(daemon)
    while try await client.call("search/status")["waiting"] != 0 {
      _ = try await client.call("search/query", ["q": "x"])
    }
    #expect(try await client.call("search/status")["documents"] == 1_200)
    for round in 1...4 {
      #expect(
        try await client.call("search/query", ["q": .string("\"round \(round) message 300\"")])
          .seqs == [300])
    }
    #expect(try await client.call("daemon/doctor")["ok"] == true)
  }

  @Test func `an erased thread leaves no byte, a deleted one is not found`() async throws {
    let daemon = try Daemon()
    let client = try RPCClient(daemon)
    let kept = try await client.thread([("user", "zanzibarian nights")])
    let thread = try await client.thread([
      ("user", "qwertzuiopia nights"), ("assistant", "zanzibarian days"),
    ])
    #expect(try await client.call("search/query", ["q": "qwertzuiopia"]).threads == [thread])
    _ = try await client.call("thread/delete", ["thread_id": .string(thread)])
    #expect(try await client.call("search/query", ["q": "qwertzuiopia"]).threads == [])
    _ = try await client.call("thread/erase", ["thread_id": .string(thread)])
    for suffix in ["", "-wal"] {
      let bytes = FileManager.default.contents(atPath: daemon.database + suffix) ?? Data()
      #expect(bytes.range(of: Data("qwertzuiop".utf8)) == nil)
    }
    #expect(try await client.call("search/query", ["q": "nights zanzib*"]).threads == [kept])
  }

  @Test func `nothing that anybody types is an error`() async throws {
    let daemon = try Daemon()
    let client = try RPCClient(daemon)
    _ = try await client.thread(
      (1...50).map { ("user", "some words \($0) to be found, 東京 and أخبار and naïve_names") })
    let wanted = ProcessInfo.processInfo.environment["QLAUD_FUZZ"].flatMap(Int.init) ?? 1_500
    let seed = UInt64.random(in: 0 ... .max)
    print("seed \(seed)")
    var random = SeededGenerator(seed)
    var slowest = (time: Duration.zero, text: "")
    for _ in 0..<wanted {
      let text = RandomQuery.make(&random)
      let start = ContinuousClock.now
      defer {
        let time = ContinuousClock.now - start
        if time > slowest.time { slowest = (time, text) }
      }
      do {
        let found = try await client.call("search/query", ["q": .string(text)])
        #expect(found["object"] == "list")
      } catch { Issue.record("\(error) for \(text.debugDescription)") }
    }
    print(
      "\(wanted) queries, the slowest \(slowest.time): \(slowest.text.prefix(80).debugDescription)")
  }
}

/// Texts as nobody should type them.
enum RandomQuery {
  private static let pieces = [
    "some", "words", "found", "\"", "\"\"", "-", "--", "*", "(", ")", "AND", "OR", "NOT", "NEAR(",
    "^",
    ":", "+", "{", "}", "from:", "from:user", "thread:", "before:2026-01-01", "after:", "東京",
    "أخبار",
    "👩‍👩‍👧‍👦", "\u{202E}", "\u{0}", "é", "e\u{301}", "_", ".", "/", "'", ";", "\\", "%", "\n", "\t",
    "wor*", "naive_names", "\u{FEFF}", "ﬁ", "🇩🇪", "a", "0", "\u{10FFFF}",
  ]

  static func make(_ random: inout SeededGenerator) -> String {
    switch Int.random(in: 0..<10, using: &random) {
    case 0:
      let bytes = (0..<Int.random(in: 0...200, using: &random)).map { _ in
        UInt8.random(in: 0...255, using: &random)
      }
      return String(decoding: bytes, as: UTF8.self)
    case 1:
      let scalars = (0..<Int.random(in: 0...50, using: &random)).compactMap { _ in
        Unicode.Scalar(UInt32.random(in: 0...0x10FFFF, using: &random))
      }
      var text = String.UnicodeScalarView()
      text.append(contentsOf: scalars)
      return String(text)
    case 2 where Int.random(in: 0..<10, using: &random) == 0:
      return (0..<1_500).map { _ in piece(&random) }.joined(separator: " ")
    default:
      let separator = Bool.random(using: &random) ? " " : ""
      return (0..<Int.random(in: 0...12, using: &random)).map { _ in piece(&random) }
        .joined(separator: separator)
    }
  }

  private static func piece(_ random: inout SeededGenerator) -> String {
    pieces[Int.random(in: 0..<pieces.count, using: &random)]
  }
}

extension JSON {
  var seqs: [Int64] { self["data"]?.array?.compactMap { $0["seq"]?.int } ?? [] }
  var threads: [String] { self["data"]?.array?.compactMap { $0["thread_id"]?.string } ?? [] }
}

extension Sequence {
  fileprivate func asyncMap<T>(_ change: (Element) async throws -> T) async throws -> [T] {
    var all: [T] = []
    for element in self { all.append(try await change(element)) }
    return all
  }
}

extension RPCClient {
  /// A thread with these messages.
  func thread(_ messages: [(String, String)], endUser: String? = nil) async throws -> String {
    let made = try await call(
      "thread/create", .record(["end_user_id": endUser.map(JSON.string)]))
    let id = made["id"]?.string ?? ""
    _ = try await call(
      "message/append",
      [
        "thread_id": .string(id),
        "messages": .array(messages.map { ["role": .string($0.0), "content": .string($0.1)] }),
      ])
    return id
  }

  /// Calls what must be refused.
  func refused(_ kind: String, _ method: String, _ params: JSON) async {
    do {
      _ = try await call(method, params)
      Issue.record("\(method) was not refused")
    } catch let fault as RPC.Fault {
      #expect(fault.data?["kind"]?.string == kind, "\(fault.message)")
    } catch { Issue.record(error) }
  }
}
