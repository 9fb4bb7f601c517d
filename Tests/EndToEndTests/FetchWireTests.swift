#if os(Linux)
  import Foundation
  import TestSupport
  import Testing
  import Wire

  /// What a model can try with `web-fetch`, in an internet where all that must not be reached is there: 127.0.0.1, private and
  /// link-local addresses of both families, each with a server that would answer. Nothing but the public addresses may see so
  /// much as a connection.
  @Suite(.timeLimit(.minutes(1))) struct FetchWireTests {
    struct Row: Sendable {
      let category: String
      let url: String
      /// Whether the page at a public address may be read.
      var isRead = false
      /// Words that the model is told.
      var says = ""
    }
    private static func rows(_ category: String, _ urls: String) -> [Row] {
      urls.split(separator: " ").map { Row(category: category, url: String($0)) }
    }

    static let rows: [Row] =
      rows(
        "this machine, spelled",
        """
        http://127.0.0.1/ http://127.0.0.1:8080/ https://127.0.0.1/ http://localhost/ http://LOCALHOST/ http://localhost./ \
        http://a.localhost/ http://2130706433/ http://0x7f000001/ http://0x7F.1/ http://017700000001/ http://0177.0.0.01/ \
        http://127.1/ http://127.0.1/ http://127.127.127.127/ http://127.0.0.1./ http://0/ http://0.0.0.0/ http://0x0/ \
        http://[::1]/ http://[::]/ http://[0:0:0:0:0:0:0:1]/ http://[::ffff:127.0.0.1]/ http://[::ffff:7f00:1]/ \
        http://[::127.0.0.1]/ http://[64:ff9b::7f00:1]/ http://[2002:7f00:1::]/ http://[::1%25lo]/ http://[::1%lo]/
        """)
      + rows(
        "inner networks",
        """
        http://10.0.0.5/ http://167772165/ http://0xa000005/ http://10.5/ http://012.0.0.5/ http://172.16.0.1/ \
        http://192.168.1.1/ http://3232235777/ http://192.168.257/ http://100.64.0.1/ http://198.18.0.1/ \
        http://192.0.2.1/ http://203.0.113.1/ http://240.0.0.1/ http://[fc00::1]/ http://[::ffff:10.0.0.5]/ \
        http://[::ffff:c0a8:101]/
        """)
      + rows(
        "metadata services",
        """
        http://169.254.169.254/latest/meta-data/ http://2852039166/ http://0xA9FEA9FE/ http://0xa9.0xfe.0xa9.0xfe/ \
        http://0251.0376.0251.0376/ http://169.254.43518/ http://169.16689662/ http://169.254.169.254./ \
        http://169.254.170.2/v2/credentials http://100.100.100.200/latest/meta-data/ http://[fd00:ec2::254]/ \
        http://[::ffff:169.254.169.254]/ http://[::ffff:a9fe:a9fe]/ http://[fe80::a9fe:a9fe%25lo]/ http://[fe80::1]/ \
        http://metadata.google.internal/computeMetadata/v1/ http://METADATA.google.internal./
        """)
      + rows(
        "names of inner addresses",
        """
        http://loop.test/ https://loop.test/ http://ten.test/ http://link.test/ http://shared.test/ http://six.test/ \
        http://mapped.test/ http://both.test/ http://halves.test/ http://nothing.invalid/ http://loop.test:22/
        """)
      + rows(
        "user names and ports",
        """
        http://a.test@127.0.0.1/ http://a.test:80@10.0.0.5/ http://a.test%40127.0.0.1/ http://127.0.0.1%2f@a.test/ \
        http://a.test\\@127.0.0.1/ http://127.0.0.1\\@a.test/ http://a.test:0/ \
        http://a.test:65616/ http://a.test:080x/ http://a.test:-1/ http://a.test:+80/
        """)
      + rows(
        "other schemes",
        """
        file:///etc/passwd file://127.0.0.1/etc/passwd gopher://127.0.0.1:22/_x dict://127.0.0.1:11211/stat \
        ftp://127.0.0.1/ ldap://127.0.0.1/ tftp://127.0.0.1/x ws://127.0.0.1/ data:text/html,inside view-source:http://127.0.0.1/
        """)
      + rows(
        "redirects", redirects.keys.sorted().map { "http://a.test\($0)" }.joined(separator: " "))
      + [
        Row(category: "what may be read", url: "http://a.test/", isRead: true, says: "public"),
        Row(category: "what may be read", url: "https://a.test/", isRead: true, says: "public"),
        Row(category: "what may be read", url: "http://a.test/same", isRead: true, says: "public"),
        Row(
          category: "what may be read", url: "http://93.184.216.34/", isRead: true, says: "public"),
        Row(category: "what may be read", url: "http://1572395042/", isRead: true, says: "public"),
        Row(
          category: "what may be read", url: "http://[2606:4700::1111]/", isRead: true,
          says: "public"),
        // Its IPv6 address is an inner one: the other is used.
        Row(category: "what may be read", url: "http://split.test/", isRead: true, says: "public"),
      ]

    /// Where the paths of `a.test` lead.
    static let redirects: [String: String] = [
      "/r1": "http://127.0.0.1/", "/r2": "//169.254.169.254/latest/meta-data/",
      "/r3": "http://a.test:22/", "/r4": "https://a.test:8080/", "/r5": "http://a.test@10.0.0.5/",
      "/r6": "http://[::1]/", "/r7": "file:///etc/passwd", "/r8": "http://2130706433/",
      "/r9": "http://metadata.google.internal/", "/s1": "http://loop.test/", "/s2": "/s3",
      "/s3": "/s4", "/s4": "http://10.0.0.5/", "/s5": "/s5", "/s6": "http:\\\\127.0.0.1/",
      "/s7": "gopher://127.0.0.1:22/", "/s8": "\thttp://127.0.0.1/", "/s9": "http://a.test./",
    ]
    static let names: [String: [String]] = [
      "loop.test": ["127.0.0.1"], "localhost": ["127.0.0.1"], "127.0.0.1": ["127.0.0.1"],
      "ten.test": ["10.0.0.5"], "link.test": ["169.254.169.254"],
      "shared.test": ["100.64.0.1"], "metadata.google.internal": ["169.254.169.254"],
      // The first cannot be reached, so that the next is tried.
      "both.test": ["93.184.216.99", "127.0.0.1"], "halves.test": ["10.0.0.5", "127.0.0.1"],
      "six.test": [], "mapped.test": [],
    ]

    private func ask(_ client: RPCClient, _ url: String) async throws -> JSON {
      let answer = try await client.call(
        "tool/execute", ["calls": [["tool": "fetch", "args": ["url": .string(url)]]]])
      return answer["results"]?[0] ?? .null
    }

    private func open(_ hosts: [String] = ["a.test"]) throws -> Internet? {
      if let obstacle = Internet.obstacle {
        print("skipped: \(obstacle)")
        return nil
      }
      let internet = try Internet(hosts: hosts)
      try internet.answer("", "public", headers: ["content-type": "text/plain"])
      return internet
    }

    private func register(_ client: RPCClient) async throws {
      _ = try await client.call(
        "tool/register", ["name": "fetch", "provider": "qlaud-builtin/web-fetch"])
    }

    private static let open: Set<String> = [Internet.publicAddress, "2606:4700::1111"]

    @Test func `nothing but public addresses is ever connected to`() async throws {
      guard let internet = try open(["a.test", "loop.test"]) else { return }
      for (path, target) in Self.redirects {
        try internet.answer("a.test\(path)", status: 302, headers: ["location": .string(target)])
      }
      try internet.answer("a.test/same", status: 301, headers: ["location": "/"])
      for (name, addresses) in Self.names { try internet.resolve(name, [addresses]) }
      try internet.resolve("six.test", [["::1"]], ipv6: true)
      try internet.resolve("mapped.test", [["::ffff:127.0.0.1"]], ipv6: true)
      try internet.resolve("both.test", [["2606:4700::9999", "fc00::1"]], ipv6: true)
      try internet.resolve("split.test", [["fd00:ec2::254"]], ipv6: true)
      let daemon = try internet.daemon()
      let client = try RPCClient(daemon)
      try await register(client)
      var counts: [String: (rows: Int, passed: Int)] = [:]
      var order: [String] = []
      var before = 0
      for row in Self.rows {
        let result = try await ask(client, row.url)
        let seen = try internet.connections()
        let reached = seen[before...].filter { !Self.open.contains($0) }
        before = seen.count
        let text = result["output"]?.text ?? ""
        let isHeld =
          reached.isEmpty && result["is_error"] == .bool(!row.isRead)
          && (row.says.isEmpty || text.contains(row.says))
          && !text.contains("INSIDE") && !text.contains("root:")
        #expect(isHeld, "\(row.url): reached \(reached), said \(text)")
        if counts[row.category] == nil { order.append(row.category) }
        var count = counts[row.category] ?? (0, 0)
        count.rows += 1
        count.passed += isHeld ? 1 : 0
        counts[row.category] = count
      }
      for name in order {
        print(
          "web-fetch, \(name): \(counts[name]?.rows ?? 0) rows, \(counts[name]?.passed ?? 0) passed"
        )
      }
      let passed = counts.values.map(\.passed).reduce(0, +)
      print("web-fetch, all: \(Self.rows.count) rows, \(passed) passed")
      #expect(passed == Self.rows.count)
    }

    /// What a rebinding name server does: the public address for whoever checks, an inner one for whoever connects.
    @Test(arguments: ["127.0.0.1", "10.0.0.5", "169.254.169.254"])
    func
      `a name that changes its address is looked up once, and what was looked up is connected to`(
        inner: String
      ) async throws
    {
      guard let internet = try open(["rebind.test"]) else { return }
      try internet.resolve("rebind.test", [[Internet.publicAddress], [inner]])
      let folder = try TemporaryFolder()
      let first = try internet.daemon(in: folder)
      let client = try RPCClient(first)
      try await register(client)
      for path in ["", "again"] {
        let read = try await ask(client, "http://rebind.test/\(path)")
        #expect(read["output"] == "public", "\(read)")
      }
      #expect(try internet.connections().allSatisfy { $0 == Internet.publicAddress })
      // One look-up served both. Another port is looked up anew: the name is an inner one now, and refused though it was good.
      func questions() throws -> [JSON] {
        try internet.seen().filter { $0["kind"] == "question" && $0["name"] == "rebind.test" }
      }
      #expect(try questions().count == 1)
      let other = try await ask(client, "https://rebind.test/")
      #expect(other["output"]?.string?.contains("address is not allowed") == true, "\(other)")
      #expect(
        try questions().map { $0["answer"] } == [
          [.string(Internet.publicAddress)], [.string(inner)],
        ])
      first.stop()
      try internet.resolve("rebind.test", [[inner]])
      let second = try internet.daemon(in: folder)
      let again = try RPCClient(second)
      for scheme in ["http", "https"] {
        let refused = try await ask(again, "\(scheme)://rebind.test/")
        #expect(refused["is_error"] == true)
        #expect(refused["output"]?.string?.contains("address is not allowed") == true)
      }
      #expect(try questions().last?["answer"] == [.string(inner)])
      #expect(try internet.connections().allSatisfy { $0 == Internet.publicAddress })
    }

    @Test func `a redirect of a rebinding name does not lead inside`() async throws {
      guard let internet = try open(["rebind.test"]) else { return }
      try internet.resolve("rebind.test", [[Internet.publicAddress], ["127.0.0.1"]])
      // The connection ends, so that the next step opens one.
      try internet.answer(
        "rebind.test", status: 302, headers: ["location": "/next", "connection": "close"])
      let daemon = try internet.daemon()
      let client = try RPCClient(daemon)
      try await register(client)
      let result = try await ask(client, "http://rebind.test/")
      #expect(result["is_error"] == true && !result.text.contains("INSIDE"))
      #expect(Set(try internet.connections()) == [Internet.publicAddress])
    }

    @Test func `a name of a metadata service is refused to every kind of tool`() async throws {
      guard let internet = try open(["meta.test"]) else { return }
      try internet.resolve("meta.test", [["169.254.169.254"]])
      let daemon = try internet.daemon()
      let client = try RPCClient(daemon)
      try await client.registerHTTP("plain", "http://meta.test/", method: "GET")
      _ = try await client.call(
        "tool/register",
        [
          "name": "hook", "description": "d", "webhook_url": "https://meta.test/",
          "input_schema": RPCClient.anyInput,
        ])
      for name in ["plain", "hook"] {
        let results = try await client.call(
          "tool/execute", ["calls": [["tool": .string(name), "args": ["x": 1]]]])
        #expect(results["results"]?[0]?["is_error"] == true)
        #expect(results.text.contains("address is not allowed"), "\(results)")
      }
      #expect(try internet.connections().isEmpty)
    }

    @Test(arguments: ["gzip", "endless"])
    func `a page without end, packed or not, takes bounded memory`(stream: String) async throws {
      guard let internet = try open() else { return }
      var headers: JSON.Object = ["content-type": "text/html"]
      if stream == "gzip" { headers["content-encoding"] = "gzip" }
      try internet.answer("a.test", headers: headers, stream: stream)
      let daemon = try internet.daemon()
      let client = try RPCClient(daemon)
      try await register(client)
      _ = try await ask(client, "http://127.0.0.1/")
      let before = try peakMemory(of: daemon)
      let result = try await ask(client, "http://a.test/")
      let grown = try peakMemory(of: daemon) - before
      print("web-fetch of a page without end (\(stream)): peak memory grew by \(grown) KiB")
      #expect(grown < 64 << 10)
      #expect((result["output"]?.text.utf8.count ?? 0) < 30_000)
      let word = stream == "gzip" ? "compressed answer, not shown: gzip" : "[…truncated…]"
      #expect(result.text.contains(word), "\(result.text.prefix(300))")
      // It is cut off soon after the limit: what it got rid of is the limit and what the sockets hold.
      var cut: JSON?
      while cut == nil {
        cut = try internet.seen().first { $0["kind"] == "cut" }
        await Task.yield()
      }
      #expect((cut?["sent"]?.int ?? .max) < 32 << 20)
    }

    /// KiB that the daemon has held at once at most.
    private func peakMemory(of daemon: Daemon) throws -> Int {
      let status = try String(contentsOfFile: "/proc/\(daemon.pid)/status", encoding: .utf8)
      let line = try #require(status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") })
      return try #require(line.split(whereSeparator: { !$0.isNumber }).first.flatMap { Int($0) })
    }
  }
#endif
