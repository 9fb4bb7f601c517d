import Domain
import Testing

@testable import Upstream

@Suite struct PriceTests {
  static let claude = Price(
    base: .init(
      input: 3_000_000, output: 15_000_000, cacheRead: 300_000, cacheWrite: 3_750_000,
      cacheWriteHour: 6_000_000),
    tiers: [
      .init(
        tokens: 200_000,
        rates: .init(
          input: 6_000_000, output: 22_500_000, cacheRead: 600_000, cacheWrite: 7_500_000,
          cacheWriteHour: 12_000_000))
    ])

  @Test(
    arguments: [
      (Usage(input: 1_000, output: 500), 10_500),
      (Usage(input: 1, output: 0), 3),
      (Usage(input: 0, output: 0, cacheRead: 1), 0),
      (Usage(input: 0, output: 0, cacheRead: 2), 1),
      (
        Usage(input: 10, output: 20, cacheRead: 1_000, cacheWrite: 2_000, cacheWriteHour: 500),
        11_130
      ),
      (Usage(input: 200_000, output: 1), 600_015),
      (Usage(input: 200_001, output: 1), 1_200_029),
      (Usage(input: 1_000, output: 1, cacheRead: 199_001), 125_423),
    ] as [(Usage, Int64)])
  func `a call costs the exact sum of tokens times rates, rounded once`(usage: Usage, micros: Int64)
  {
    #expect(Self.claude.cost(of: usage) == micros)
  }

  @Test func `reasoning tokens are part of the output, not on top of it`() {
    let plain = Usage(input: 10, output: 100)
    #expect(
      Self.claude.cost(of: Usage(input: 10, output: 100, reasoning: 80))
        == Self.claude.cost(of: plain))
  }

  @Test func `a host without cache rates bills cached tokens as input`() {
    let price = Price(base: .init(input: 1_000_000, output: 2_000_000))
    #expect(
      price.cost(of: Usage(input: 1, output: 0, cacheRead: 2, cacheWrite: 3, cacheWriteHour: 4))
        == 10)
  }

  @Test func `the ceiling is never below what the same tokens can cost`() {
    for cached in [0, 50, 100] {
      let usage = Usage(input: 100 - cached, output: 7, cacheWriteHour: cached)
      #expect(Self.claude.ceiling(input: 100, output: 7) >= Self.claude.cost(of: usage))
    }
  }

  @Test func `absurd numbers saturate instead of crashing`() {
    let price = Price(base: .init(input: .max, output: .max))
    #expect(price.cost(of: Usage(input: 1_000_000_000, output: 1_000_000_000)) == .max)
    #expect(price.ceiling(input: .max, output: .max) == .max)
  }
}

@Suite struct CatalogTests {
  @Test func `every line of the shipped table is read`() {
    let lines = modelTable.split(separator: "\n").count - 1
    #expect(Catalog.shipped.models.count == lines)
    #expect(lines > 900)
    #expect(
      Catalog.shipped.models.allSatisfy { $0.price.base.input >= 0 && $0.price.base.output >= 0 })
  }

  @Test func `slugs are found in any case, cheapest host first`() {
    let hosts = Catalog.shipped.hosts(of: "DeepSeek-Chat")
    #expect(hosts.count > 1)
    let prices = hosts.map { $0.price.base.input + $0.price.base.output }
    #expect(prices == prices.sorted())
  }

  @Test func `a dated name falls back on the name without its date`() {
    #expect(
      Catalog.shipped.model("claude-opus-4-6-29991231", at: "anthropic")?.model == "claude-opus-4-6"
    )
    #expect(Catalog.shipped.model("no-such-model-20250101", at: "anthropic") == nil)
    #expect(Catalog.shipped.model("claude-opus-4-6", at: "openai") == nil)
  }

  @Test func `tiers are read, and what they leave open scales with their input`() throws {
    let table =
      "h\np\tm\tchat\t1000000\t64000\t2000000\t12000000\t200000\t2500000\t4000000\t200000:4000000:18000000::\tvision"
    let model = try #require(Catalog(table: table).models.first)
    #expect(
      model.price.tiers == [
        .init(
          tokens: 200_000,
          rates: .init(
            input: 4_000_000, output: 18_000_000, cacheRead: 400_000, cacheWrite: 5_000_000,
            cacheWriteHour: 8_000_000))
      ])
  }

  @Test func `a row that cannot be read is left out, and the others stand`() {
    let good = "p\tm\tchat\t1000\t100\t5\t10\t\t\t\t\tvision"
    let bad = [
      "p\tx\tchat", "p\tx\tsong\t1\t1\t1\t1\t\t\t\t\t", "p\tx\tchat\t1\t1\tfree\t1\t\t\t\t\t",
    ]
    let catalog = Catalog(table: (["h"] + bad + [good]).joined(separator: "\n"))
    #expect(catalog.models.map(\.model) == ["m"])
    #expect(catalog.models[0].price == Price(base: .init(input: 5, output: 10)))
  }

  /// The dearer rates of a long request count for what is held, too.
  @Test func `what is held for a long request is at the rates above the threshold`() throws {
    let price = try #require(Catalog.shipped.model("gpt-5.4", at: "openai")?.price)
    #expect(price.ceiling(input: 272_000, output: 1_000) == 695_000)
    #expect(price.ceiling(input: 272_001, output: 1_000) == 1_382_505)
  }

  @Test
  func `presets have unique names, https addresses unless local, and every catalog host has one`() {
    let names = Preset.all.map(\.name)
    #expect(Set(names).count == names.count)
    for preset in Preset.all {
      #expect(preset.baseURL.hasPrefix("https://") || !preset.needsKey, "\(preset.name)")
    }
    let hosts = Set(Catalog.shipped.models.filter { $0.mode == .chat }.map(\.provider))
    #expect(hosts.subtracting(names) == [])
  }
}
