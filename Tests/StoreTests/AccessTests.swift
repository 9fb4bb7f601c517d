import Domain
import Foundation
import Testing
import Wire

@testable import Store

/// Keys, secrets, providers, models, settings, tools, usage and the ledger.
@Suite(.timeLimit(.minutes(1))) struct AccessTests {
  private func key(_ id: KeyID, models: [String]? = nil) -> Key {
    Key(
      id: id, name: "name", prefix: "qlk_live_a…z", scope: .standard, endUserID: nil, maxSpend: 5,
      period: .day, expiresAt: 9, models: models, createdAt: 1)
  }

  @Test func `keys are found by id and hash, changed, touched and revoked for ever`() async throws {
    let fixture = try await Fixture()
    let store = fixture.store
    let hash = [UInt8](repeating: 7, count: 32)
    try await store.insertKey(key("k", models: ["a", "b"]), hash: hash)
    #expect(try await store.key(hash: hash) == key("k", models: ["a", "b"]))
    #expect(try await store.key("k")?.models == ["a", "b"])
    #expect(try await store.key("none") == nil)
    #expect(try await store.keys().map(\.id) == [.local, "k"])
    await refusal(.conflict) { try await store.insertKey(key("l"), hash: hash) }
    await refusal(.conflict) {
      try await store.insertKey(key("k"), hash: [UInt8](repeating: 8, count: 32))
    }
    await refusal(.conflict) { try await store.insertKey(key("m"), hash: [1]) }
    let changed = try await store.updateKey(
      "k",
      KeyChange(name: "new", maxSpend: .clear, period: .month, expiresAt: .set(10), models: .clear))
    #expect(changed.name == "new" && changed.maxSpend == nil && changed.period == .month)
    #expect(changed.expiresAt == 10 && changed.models == nil)
    #expect(try await store.key("k") == changed)
    try await store.touchKey("k", now: 50)
    try await store.touchKey("k", now: 40)
    #expect(try await store.key("k")?.lastUsedAt == 50)
    try await store.revokeKey("k", now: 60)
    try await store.revokeKey("k", now: 70)
    #expect(try await store.key("k")?.revokedAt == 60)
    await refusal(.conflict) { try await store.updateKey("k", KeyChange()) }
    await refusal(.conflict) { try await store.revokeKey(.local, now: 1) }
    await refusal(.notFound) { try await store.revokeKey("none", now: 1) }
    try await store.close()
  }

  @Test func `a secret is replaced under its name and stays while a provider names it`()
    async throws
  {
    let fixture = try await Fixture()
    let store = fixture.store
    func sealed(_ bytes: [UInt8], _ time: Milliseconds) -> SealedSecret {
      SealedSecret(
        id: "1", name: "s", kind: "secret", sealed: bytes, createdAt: time, updatedAt: time)
    }
    try await store.upsertSecret(sealed([0, 1, 2], 1))
    try await store.upsertSecret(sealed([3, 0], 2))
    let secret = try #require(try await store.secret(named: "s"))
    #expect(secret.sealed == [3, 0] && secret.createdAt == 1 && secret.updatedAt == 2)
    #expect(try await store.secrets().map(\.name) == ["s"])
    let provider = Provider(
      name: "p", baseURL: "https://x", shape: .openAIChat, secretName: "s",
      headers: [HeaderField("b", "1"), HeaderField("a", "2")], updatedAt: 1)
    try await store.setProvider(provider)
    #expect(try await store.provider(named: "p") == provider)
    #expect(await refusal(.conflict) { try await store.deleteSecret(named: "s") }.contains("\"p\""))
    try await store.deleteProvider("p")
    await refusal(.notFound) { try await store.deleteProvider("p") }
    #expect(try await store.providers().isEmpty)
    try await store.deleteSecret(named: "s")
    await refusal(.notFound) { try await store.deleteSecret(named: "s") }
    #expect(try await store.vaultHeader() == nil)
    try await store.setVaultHeader([1])
    try await store.setVaultHeader([2, 0])
    #expect(try await store.vaultHeader() == [2, 0])
    try await store.close()
  }

  @Test func `a model is found by slug and alias in any case, and a name means one model`()
    async throws
  {
    let fixture = try await Fixture()
    let store = fixture.store
    let model = ModelRow(
      slug: "Big-1", provider: "p", upstreamName: "Big-1-2026", aliases: ["Big", "b1"],
      details: ["price": 3], updatedAt: 1)
    try await store.setModel(model)
    for name in ["big-1", "BIG-1", "big", "B1"] { #expect(try await store.model(name) == model) }
    #expect(try await store.model("none") == nil)
    let other = ModelRow(
      slug: "small", provider: "p", upstreamName: "s", aliases: ["big"], updatedAt: 1)
    await refusal(.conflict) { try await store.setModel(other) }
    #expect(try await store.model("small") == nil)
    await refusal(.conflict) {
      try await store.setModel(ModelRow(slug: "b1", provider: "p", upstreamName: "s", updatedAt: 1))
    }
    try await store.setModel(
      ModelRow(slug: "big-1", provider: "q", upstreamName: "x", updatedAt: 2))
    #expect(try await store.model("big") == nil)
    #expect(try await store.models().map(\.provider) == ["q"])
    try await store.deleteModel("BIG-1")
    await refusal(.notFound) { try await store.deleteModel("big-1") }
    try await store.close()
  }

  @Test func `settings merge, null removes`() async throws {
    let fixture = try await Fixture()
    try await fixture.store.setSettings(["a": 1, "b": ["x": [1.50]], "c": true])
    try await fixture.store.setSettings(["a": nil, "c": "new", "none": nil])
    #expect(try await fixture.store.settings() == ["b": ["x": [1.50]], "c": "new"])
    #expect(try await fixture.store.setting("c") == "new")
    #expect(try await fixture.store.setting("a") == nil)
    try await fixture.store.close()
  }

  @Test func `a tool's name is its own`() async throws {
    let fixture = try await Fixture()
    let store = fixture.store
    func tool(_ id: String, _ name: String) -> ToolRow {
      ToolRow(
        id: ToolID(rawValue: id), name: name, kind: "webhook", definition: ["z": 1, "a": 2],
        createdAt: 1, updatedAt: 1)
    }
    try await store.insertTool(tool("1", "a"))
    try await store.insertTool(tool("2", "b"))
    await refusal(.conflict) { try await store.insertTool(tool("3", "a")) }
    await refusal(.conflict) { try await store.updateTool(tool("2", "a")) }
    await refusal(.notFound) { try await store.updateTool(tool("3", "c")) }
    try await store.updateTool(tool("2", "c"))
    #expect(try await store.tool(named: "c") == tool("2", "c"))
    #expect(try await store.tools().map(\.name) == ["a", "c"])
    try await store.deleteTool(ToolID(rawValue: "1"))
    await refusal(.notFound) { try await store.tool(ToolID(rawValue: "1")) }
    await refusal(.notFound) { try await store.deleteTool(ToolID(rawValue: "1")) }
    try await store.close()
  }

  @Test(arguments: [
    (UsageGrouping.key, ["a": 15, "b": 1]), (.model, ["m": 6, "n": 10]),
    (.day, ["1970-01-01": 6, "1970-01-02": 10]), (.endUser, ["": 16]),
  ])
  func `usage is summed by what is asked for`(grouping: UsageGrouping, expected: [String: Int64])
    async throws
  {
    let fixture = try await Fixture()
    let day: Milliseconds = 86_400_000
    try await fixture.store.recordUsage(usage("1", key: "a", cost: 5, at: 1))
    try await fixture.store.recordUsage(usage("2", key: "b", cost: 1, at: day - 1))
    try await fixture.store.recordUsage(usage("3", key: "a", model: "n", cost: 10, at: day))
    try await fixture.store.recordUsage(usage("4", key: "a", cost: 99, at: 2 * day))
    let sums = try await fixture.store.usageSummary(from: 1, to: 2 * day, groupBy: grouping)
    #expect(Dictionary(uniqueKeysWithValues: sums.map { ($0.group ?? "", $0.cost) }) == expected)
    #expect(
      try await fixture.store.usageSummary(from: 1, to: 2 * day, groupBy: grouping, key: "b").map(
        \.cost) == [1])
    await refusal(.conflict) { try await fixture.store.recordUsage(usage("4")) }
    try await fixture.store.close()
  }

  private static let spans = CapSpans(day: 100..<200, month: 50..<500)

  private func hold(_ id: String, _ amount: Microdollars?, turn: TurnID? = nil) -> Reservation {
    Reservation(id: id, key: "k", turn: turn, amount: amount)
  }

  @Test func `concurrent reservations never pass a cap together`() async throws {
    let fixture = try await Fixture()
    let store = fixture.store
    try await cappedKey(store, cap: 100)
    let granted = await withTaskGroup(of: Bool.self) { group in
      for index in 0..<50 {
        group.addTask {
          do {
            try await store.reserve(self.hold("r\(index)", 10), spans: Self.spans)
            return true
          } catch { return false }
        }
      }
      return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
    }
    #expect(granted == 10)
    #expect(try await store.spending(of: "k", since: 0) == (0, 100))
    do {
      try await store.reserve(hold("more", 1), spans: Self.spans)
      Issue.record("was not refused")
    } catch let error as QlaudError {
      #expect(error.kind == .keyCapExceeded)
      #expect(
        error.details
          == ["limit": 100, "spent": 0, "reserved": 100, "asked": 1, "resets_at": nil])
    }
    await refusal(.keyCapExceeded) {
      try await store.reserve(self.hold("huge", .max), spans: Self.spans)
    }
    await refusal(.priceUnknown) {
      try await store.reserve(self.hold("unpriced", nil), spans: Self.spans)
    }
    try await store.close()
  }

  @Test func `a call settles what was held for it under its own id`() async throws {
    let fixture = try await Fixture()
    let store = fixture.store
    try await cappedKey(store, cap: 100)
    try await store.reserve(hold("a", 60), spans: Self.spans)
    await refusal(.keyCapExceeded) {
      try await store.reserve(self.hold("b", 60), spans: Self.spans)
    }
    try await store.recordUsage(usage("a", key: "k", cost: 12, at: 1))
    #expect(try await store.spending(of: "k", since: 0) == (12, 0))
    try await store.reserve(hold("b", 60), spans: Self.spans)
    try await store.release("b")
    try await store.release("b")
    #expect(try await store.spending(of: "k", since: 0) == (12, 0))
    try await store.close()
  }

  @Test func `what a crash left open is settled at what was held, once, and marked`() async throws {
    let fixture = try await Fixture()
    let store = fixture.store
    try await cappedKey(store, cap: 100)
    try await store.reserve(hold("a", 60), spans: Self.spans)
    #expect(try await store.settleUnknownOutcomes() == 1)
    #expect(try await store.settleUnknownOutcomes() == 0)
    #expect(try await store.spending(of: "k", since: 0) == (60, 0))
    let sum = try await store.usageSummary(from: 0, to: .max, groupBy: .key).first
    #expect(sum?.cost == 60)
    #expect(sum?.usage.isEstimated == true)
    try await store.close()
  }

  @Test func `a wallet limits nothing until it was credited, then every key`() async throws {
    let fixture = try await Fixture()
    let store = fixture.store
    try await store.reserve(
      Reservation(id: "before", key: .local, turn: nil, amount: 1_000), spans: Self.spans)
    try await store.recordUsage(usage("before", key: .local, cost: 1_000, at: 1))
    #expect(try await store.wallet() == nil)
    #expect(try await store.credit("c1", amount: 50, note: nil).balance == 50)
    #expect(try await store.credit("c1", amount: 50, note: nil).balance == 50)
    try await store.reserve(
      Reservation(id: "a", key: .local, turn: nil, amount: 40), spans: Self.spans)
    await refusal(.walletExhausted) {
      try await store.reserve(
        Reservation(id: "b", key: .local, turn: nil, amount: 11), spans: Self.spans)
    }
    try await store.recordUsage(usage("a", key: .local, cost: 45, at: 1))
    #expect(try await store.wallet() == WalletBalance(credited: 50, spent: 45, reserved: 0))
    try await store.close()
  }

  private func cappedKey(_ store: LocalDatabase, cap: Microdollars) async throws {
    try await store.insertKey(
      Key(
        id: "k", name: "k", prefix: "p", scope: .standard, endUserID: nil, maxSpend: cap,
        period: .lifetime, expiresAt: nil, models: nil, createdAt: 0),
      hash: [UInt8](repeating: 7, count: 32))
  }
}
