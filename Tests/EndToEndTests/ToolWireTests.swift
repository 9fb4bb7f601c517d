#if os(Linux)
  import Foundation
  import TestSupport
  import Testing
  import Wire

  /// Tools from their registration to the request as it comes in, over real names, certificates and sockets, with nothing in
  /// their definitions changed. Where the machine lets us make no network, the tests say so and do nothing.
  @Suite(.timeLimit(.minutes(1))) struct ToolWireTests {
    private func check(_ rows: [WireRow]) async throws {
      if let obstacle = Internet.obstacle { return print("skipped: \(obstacle)") }
      let internet = try Internet(hosts: Set(rows.map(\.host)).sorted())
      let daemon = try internet.daemon()
      let client = try RPCClient(daemon)
      for (index, row) in rows.enumerated() {
        try internet.answer(row.host, row.answer)
        let made = try await client.call("tool/register", row.registration)
        let warnings = made["warnings"]?.text
        #expect((warnings == nil) == (row.warning == nil), "\(row.name): \(warnings ?? "")")
        if let warning = row.warning { #expect(warnings?.contains(warning) == true) }
        let thread = try await client.call(
          "thread/create", ["end_user_id": "u_alice", "metadata": .object(row.metadata)])
        let results = try await client.call(
          "tool/execute",
          [
            "thread_id": thread["id"] ?? .null,
            "calls": [["tool": .string(row.name), "args": row.input]],
          ])
        #expect(results["results"]?[0]?["output"] == row.output, "\(row.name): \(results.text)")
        #expect(results["results"]?[0]?["is_error"] == .bool(row.isError))
        let requests = try internet.requests()
        #expect(requests.count == index + 1)
        let request = try #require(requests.last)
        #expect(request.canonical == row.request)
        #expect(request.isTLS && request.port == 443)
        #expect(request.address == Internet.publicAddress)
      }
      print("\(rows.count) tools registered, called, and their requests as they came in compared")
    }

    @Test func `each recipe of the reference, unchanged, sends exactly the request it describes`()
      async throws
    {
      let rows = try WireRow.recipes()
      #expect(Set(rows.map(\.name)) == Set(Recipes.all.keys))
      try await check(rows)
    }

    @Test func `what looks right but is not is registered with a word about it, and harms nothing`()
      async throws
    {
      try await check(WireRow.mistakes)
    }

    @Test func `each built-in sends its vendor the documented request`() async throws {
      try await check(WireRow.vendors)
      // What is left are the kinds that ask no vendor.
      let daemon = try Daemon()
      let all = try await RPCClient(daemon).call("builtin/list")["data"]?.array ?? []
      let tried = Set(WireRow.vendors.compactMap { $0.registration["provider"]?.string })
      let others = Set(all.compactMap { $0["provider"]?.string }).subtracting(tried)
      #expect(
        others.isSubset(of: [
          "qlaud-builtin/http-call", "qlaud-builtin/web-fetch", "qlaud-builtin/code-execution",
        ]))
    }

    @Test func `the recipes here are those of the page, letter for letter`() throws {
      let page = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("shared/reference/http-call.txt").path
      guard FileManager.default.fileExists(atPath: page) else {
        return print("skipped: \(page) is not there")
      }
      let text = try String(contentsOfFile: page, encoding: .utf8)
      for (name, recipe) in Recipes.all { #expect(text.contains(recipe), "\(name)") }
      #expect(text.components(separatedBy: "\"provider\": \"qlaud-builtin/").count - 1 == 7)
    }

    @Test func `a certificate for another name is refused, and nothing is sent`() async throws {
      if let obstacle = Internet.obstacle { return print("skipped: \(obstacle)") }
      let internet = try Internet(hosts: ["slack.com"])
      let daemon = try internet.daemon()
      let client = try RPCClient(daemon)
      let recipe = try #require(Recipes.all["get_customer_account"])
      _ = try await client.call("tool/register", try JSON(parsing: recipe))
      let results = try await client.call(
        "tool/execute", ["end_user_id": "u", "calls": [["tool": "get_customer_account"]]])
      #expect(results["results"]?[0]?["is_error"] == true)
      #expect(results.text.contains("network error"))
      #expect(try internet.requests().isEmpty)
      #expect(try internet.connections() == [Internet.publicAddress])
    }
  }
#endif
