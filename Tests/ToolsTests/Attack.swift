import Testing
import Wire

@testable import Tools

/// One try to get something past the tools: the row of a table.
struct Attack: Sendable, CustomStringConvertible {
  let category: String
  let name: String
  /// What got through; nil when nothing did.
  let problem: @Sendable () async throws -> String?
  var description: String { "\(category): \(name)" }

  init(
    _ category: String, _ name: String, problem: @escaping @Sendable () async throws -> String?
  ) {
    self.category = category
    self.name = name
    self.problem = problem
  }

  /// All of them; each is a row of another suite's, and counted as that.
  static let all: [Attack] =
    injections + locks + addresses + RealAnswers.attacks + answers + schemas

  private static let injections: [Attack] =
    InjectionTests.json.map { row in
      Attack("injection, JSON", row.description) { try await InjectionTests.problem(body: row) }
    }
    + InjectionTests.graphQL.map { row in
      Attack("injection, GraphQL", row.description) { try await InjectionTests.problem(body: row) }
    }
    + InjectionTests.forms.map { row in
      Attack("injection, form and XML", row.description) {
        try await InjectionTests.problem(body: row)
      }
    }
    + InjectionTests.urls.map { row in
      Attack("injection, URL", row.description) { try await InjectionTests.problem(url: row) }
    }
    + InjectionTests.headerValues.map { value in
      Attack("injection, header", "\(value.debugDescription)") {
        try await InjectionTests.problem(header: value)
      }
    }
    + InjectionTests.unsafeBodies.map { template, type in
      Attack("injection, unsafe template", template) {
        InjectionTests.refusal(of: template, type) == "config.body_template" ? nil : "registered"
      }
    }
    + InjectionTests.unsafeURLs.map { url in
      Attack("injection, unsafe template", url) {
        let refusal = InjectionTests.refusal(["url": .string(url), "method": "GET"])
        return refusal?.field == "config.url" ? nil : "registered"
      }
    }

  private static let locks: [Attack] =
    LockTests.rows.map { row in
      Attack(
        "lock bypass", "\(row) of \(row.user.id ?? "nobody") \(JSON.object(row.user.metadata).text)"
      ) { try LockTests.problem(row) }
    }
    + LockTests.doubled.map { text in
      Attack("lock bypass, duplicate keys", text) {
        do throws(JSONError) { return try JSON(parsing: text).text } catch { return nil }
      }
    }
    + LockTests.prototypes.map { input in
      Attack("lock bypass, __proto__", input.text) {
        try await LockTests.problem(sending: input)
      }
    }
    + LockTests.noObjects.map { input in
      Attack("lock bypass, no object", input.text) { try await LockTests.problem(sending: input) }
    }

  private static let addresses: [Attack] =
    InjectionTests.linkLocal.map { host in
      Attack("SSRF, link-local in a template", host) {
        InjectionTests.refusal(host: host) == nil ? "registered" : nil
      }
    }
    + FetchTests.noPlainURLs.map { url in
      Attack("SSRF, no plain web address", url.debugDescription) {
        try await FetchTests.problem(url)
      }
    }

  private static let answers: [Attack] =
    RedactionTests.echoes.flatMap { echo in
      [200, 500].map { status in
        Attack("secret echo", "\(echo) in a \(status)") {
          try await RedactionTests.problem(echo, status)
        }
      }
    }
    + (1...24).map { kept in
      Attack("secret echo, cut", "\(kept) bytes") { try await RedactionTests.problem(cut: kept) }
    }
    + ResponseTests.rows.filter { $0.isTrick }.map { row in
      Attack("invalid UTF-8 and JSON", row.name) { try await ResponseTests.problem(row) }
    }
    + (1...8).map { limit in
      Attack("oversize", "cut at \(limit) bytes") { try await ResponseTests.problem(limit: limit) }
    }

  private static let schemas: [Attack] =
    SchemaTests.refused.map { row in
      Attack("schema tricks", row.schema) {
        do {
          _ = try Schema(checking: try JSON(parsing: row.schema))
          return "taken"
        } catch let error as InvalidParams {
          return error.field == row.field ? nil : error.description
        }
      }
    }
    + PatternTests.refused.map { pattern in
      Attack("schema tricks, patterns", String(pattern.prefix(40))) {
        do throws(PatternError) {
          _ = try Pattern(pattern)
          return "taken"
        } catch { return nil }
      }
    }
    + PatternTests.cases.filter { $0.text.utf8.count >= 5_000 }.map { row in
      Attack("schema tricks, patterns", "\(row), \(row.text.count) characters") {
        var budget = 1_000_000
        let matches = try Pattern(row.pattern).matches(row.text, budget: &budget)
        return matches == row.matches && budget > 0 ? nil : "\(String(describing: matches))"
      }
    }
}

@Suite(.timeLimit(.minutes(1))) struct AttackTests {
  /// What became of each, in their order; a few at once, since some wait for a server.
  private func outcomes() async throws -> [(Attack, String?)] {
    await withTaskGroup(of: (Int, String?).self) { group in
      var problems = [String?](repeating: nil, count: Attack.all.count)
      for (index, attack) in Attack.all.enumerated() {
        if index >= 4, let (done, problem) = await group.next() { problems[done] = problem }
        group.addTask {
          do { return (index, try await attack.problem()) } catch {
            return (index, "threw \(error)")
          }
        }
      }
      for await (index, problem) in group { problems[index] = problem }
      return Array(zip(Attack.all, problems))
    }
  }

  @Test func `of all that is tried against tools nothing gets through`() async throws {
    var order: [String] = []
    var counts: [String: (rows: Int, passed: Int)] = [:]
    for (attack, problem) in try await outcomes() {
      #expect(problem == nil, "\(attack)")
      if counts[attack.category] == nil { order.append(attack.category) }
      var count = counts[attack.category] ?? (0, 0)
      count.rows += 1
      count.passed += problem == nil ? 1 : 0
      counts[attack.category] = count
    }
    func line(_ name: String, _ rows: Int, _ passed: Int) -> String {
      let padded = name + String(repeating: " ", count: max(1, 34 - name.count))
      return "\(padded)\(rows) rows, \(passed) passed"
    }
    let lines = order.map { line($0, counts[$0]?.rows ?? 0, counts[$0]?.passed ?? 0) }
    let passed = counts.values.map(\.passed).reduce(0, +)
    print((lines + [line("all", Attack.all.count, passed)]).joined(separator: "\n"))
    #expect(passed == Attack.all.count && passed >= 120)
    // A row that stands twice counts for nothing.
    let twice = Dictionary(grouping: Attack.all, by: \.description).filter { $1.count > 1 }.keys
    #expect(twice.isEmpty)
  }
}
