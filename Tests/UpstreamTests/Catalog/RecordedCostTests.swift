import Domain
import Testing
import Wire

@testable import Upstream

/// Recorded replies, read by their dialects as they came, cost what ``RecordedCosts`` says, to the micro-dollar.
@Suite struct RecordedCostTests {
  /// One row of the table.
  struct Row {
    let file: String
    var changes: [(from: String, to: String)] = []
    var price: Price?
    var counts: [(name: String, count: Int64)] = []
    /// Tokens and micro-dollars a token in millionths, as the row multiplies them.
    var terms: [(tokens: Int64, rate: Int64)] = []
    /// The sum that the row states, in millionths of a micro-dollar.
    var sum: Int64 = 0
    var micros: Int64 = 0

    init(_ lines: [Substring]) throws {
      file = String(try #require(lines.first))
      for line in lines.dropFirst() {
        if line.hasPrefix("altered: ") {
          changes = line.dropFirst(9).pieces(between: "; ").map { change in
            let sides = change.pieces(between: " → ")
            return (sides[0], sides[1])
          }
        } else if line.hasPrefix("price: ") {
          let names = line.dropFirst(7).pieces(between: " ")
          price = Catalog.shipped.model(names[1], at: names[0])?.price
        } else if line.hasPrefix("rates: ") {
          price = try Self.price(line.dropFirst(7))
        } else if line.contains(" × ") {
          try read(sum: line)
        } else {
          counts = try line.pieces(between: ", ").map { pair in
            let words = pair.pieces(between: " ")
            return (words[0], try #require(Int64(words[1])))
          }
        }
      }
    }

    private mutating func read(sum line: Substring) throws {
      let sides = line.pieces(between: " → ")
      micros = try #require(Int64(sides[1]))
      let equation = sides[0].pieces(between: " = ")
      sum = try Self.millionths(equation[1])
      terms = try equation[0].pieces(between: " + ").map { term in
        let factors = term.pieces(between: " × ")
        return (try #require(Int64(factors[0])), try Self.millionths(factors[1]))
      }
    }

    private static func price(_ rates: Substring) throws -> Price {
      var named: [String: Int64] = [:]
      for rate in rates.pieces(between: ", ") {
        let words = rate.pieces(between: " ")
        named[words[0]] = try millionths(words[1])
      }
      return Price(
        base: .init(
          input: try #require(named["in"]), output: try #require(named["out"]),
          cacheRead: named["read"]))
    }

    private static func millionths(_ text: String) throws -> Int64 {
      let parts = text.pieces(between: ".")
      let fraction = parts.count > 1 ? parts[1] : ""
      let digits = parts[0] + fraction + String(repeating: "0", count: 6 - fraction.count)
      return try #require(Int64(digits))
    }
  }

  private static func rows(_ table: String) throws -> [Row] {
    try table.split(separator: "\n", omittingEmptySubsequences: false).split(separator: "").map {
      try Row(Array($0))
    }
  }

  private static let recordings = Dictionary(
    uniqueKeysWithValues: RecordedReply.all([
      "anthropic-messages", "openai-chat", "openai-responses", "gemini-generate",
    ]).map { ($0.file, $0) })

  /// The recording of a row with its changes; nil where there are no recordings on this machine.
  private static func recording(_ row: Row) throws -> RecordedReply? {
    guard !recordings.isEmpty else { return nil }
    var recording = try #require(recordings[row.file], "\(row.file) is not among the recordings")
    for change in row.changes {
      recording = try #require(
        recording.replacing(change.from, by: change.to), "\(row.file) has no \(change.from)")
    }
    return recording
  }

  @Test func `the table has what it is there to show`() throws {
    let rows = try Self.rows(RecordedCosts.listed)
    let straight = rows.filter(\.changes.isEmpty)
    #expect(straight.count >= 30)
    #expect(Set(straight.map(\.file)).count == straight.count)
    func count(_ names: Set<String>, in rows: [Row]) -> Int {
      rows.count { $0.counts.contains { names.contains($0.name) } }
    }
    let read: Set = ["cached_tokens", "cache_read_input_tokens", "cachedContentTokenCount"]
    #expect(count(read, in: straight) >= 15)
    #expect(count(["cache_creation_input_tokens", "cache_write_tokens"], in: straight) >= 4)
    #expect(count(["ephemeral_5m_input_tokens"], in: straight) >= 3)
    let thought: Set = ["reasoning_tokens", "thoughtsTokenCount", "thinking_tokens"]
    #expect(count(thought, in: straight) >= 20)
    // No recording has these.
    let altered = rows.filter { !$0.changes.isEmpty }
    #expect(count(["ephemeral_1h_input_tokens"], in: altered) >= 2)
    let long = altered.filter { row in
      row.price?.tiers.contains { tier in row.counts.contains { $0.count > tier.tokens } } == true
    }
    #expect(long.count >= 5)
  }

  @Test(arguments: [RecordedCosts.listed, RecordedCosts.billed])
  func `each row multiplies, adds and rounds rightly`(_ table: String) throws {
    for row in try Self.rows(table) {
      #expect(!row.counts.isEmpty && row.price != nil, "\(row.file)")
      #expect(row.terms.reduce(0) { $0 + $1.tokens * $1.rate } == row.sum, "\(row.file)")
      #expect((row.sum + 500_000) / 1_000_000 == row.micros, "\(row.file)")
    }
  }

  @Test(arguments: [RecordedCosts.listed, RecordedCosts.billed])
  func `each row's counts are those of its recording`(_ table: String) throws {
    for row in try Self.rows(table) {
      guard let recording = try Self.recording(row) else { return }
      let told = try Self.told(by: recording)
      for (name, count) in row.counts { #expect(told[name] == count, "\(row.file) \(name)") }
    }
  }

  @Test(arguments: [RecordedCosts.listed, RecordedCosts.billed])
  func `each recorded reply costs what its row says, to the micro-dollar`(_ table: String) throws {
    for row in try Self.rows(table) {
      guard let recording = try Self.recording(row) else { return }
      let price = try #require(row.price)
      let usage = try Self.usage(of: recording)
      #expect(price.cost(of: usage) == row.micros, "\(row.file) \(usage)")
      #expect(!usage.isEstimated)
      // Beside the sum, each kind of token is what the row multiplies: two mistakes must not cancel out.
      let tokens = [
        usage.input, usage.cacheRead, usage.cacheWrite, usage.cacheWriteHour, usage.output,
      ]
      #expect(
        tokens.filter { $0 > 0 } == row.terms.map { Int($0.tokens) }.filter { $0 > 0 },
        "\(row.file)")
    }
  }

  /// Some hosts write their own bill into the reply: xAI in ten-billionths of a dollar, gateways in dollars.
  @Test func `what we compute at a host's rates is what the host billed`() throws {
    for row in try Self.rows(RecordedCosts.billed) {
      guard let recording = try Self.recording(row) else { return }
      let bills = try recording.objects().compactMap { object -> Double? in
        let usage = object["usage"] ?? object["response"]?["usage"]
        return usage?["cost_in_usd_ticks"]?.double.map { $0 / 10_000 }
          ?? usage?["cost"]?.double.map { $0 * 1_000_000 }
      }
      let bill = try #require(bills.last, "\(row.file)")
      #expect(abs(bill - Double(row.sum) / 1_000_000) < 0.000_5, "\(row.file) \(bill)")
    }
  }

  private static func usage(of recording: RecordedReply) throws -> Usage {
    var decoder = recording.dialect.makeDecoder(.asking(model: recording.model))
    guard recording.isStream else { return try reply(try decoder.whole(recording.whole)).usage }
    return try reply(try events(of: decoder, pieces: [Array(recording.body.utf8)])).usage
  }

  /// The counts in a reply by their own names, the last of each, read without the code under test.
  private static func told(by recording: RecordedReply) throws -> [String: Int64] {
    var told: [String: Int64] = [:]
    func read(_ json: JSON) {
      for member in json.object?.members ?? [] {
        if let count = member.value.int { told[member.key] = count } else { read(member.value) }
      }
    }
    for object in try recording.objects() {
      let places = [object, object["message"], object["response"], object["x_groq"]]
      for place in places { read(place?["usage"] ?? place?["usageMetadata"] ?? .null) }
    }
    return told
  }
}

extension StringProtocol {
  /// What stands between a separator.
  fileprivate func pieces(between separator: String) -> [String] {
    split(separator: separator).map { String($0) }
  }
}
