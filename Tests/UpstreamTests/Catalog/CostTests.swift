import Domain
import Testing
import Wire

@testable import Upstream

/// Counts in the forms and on the edges that no recording happens to hold: what the dialects read of them, at the shipped list's
/// prices, costs what was computed apart, to the micro-dollar. Recorded replies: ``RecordedCostTests``.
@Suite struct CostTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let shape: Provider.Shape
    let provider: String
    let model: String
    let usages: [JSON]
    let arithmetic: String
    let micros: Int64

    init(_ line: Substring) throws {
      let fields = line.split(separator: "\t").map(String.init)
      try #require(fields.count == 7)
      testDescription = "\(fields[2]) \(fields[3]): \(fields[0])"
      shape = try #require(Provider.Shape(rawValue: fields[1]))
      provider = fields[2]
      model = fields[3]
      usages = try fields[4].split(separator: ";").map { try JSON(parsing: String($0)) }
      arithmetic = fields[5]
      micros = try #require(Int64(fields[6]))
    }
  }

  static let cases = Result {
    try costTable.split(separator: "\n").map { try Case($0) }
  }

  @Test func `there are thirty, of every shape, with each kind of tokens`() throws {
    let cases = try Self.cases.get()
    #expect(cases.count == 30)
    #expect(Set(cases.map(\.shape)) == Set(Provider.Shape.allCases))
  }

  @Test func `each costs what was computed by hand`() throws {
    for one in try Self.cases.get() {
      let price = try #require(Catalog.shipped.model(one.model, at: one.provider)?.price)
      let usage = try Self.usage(one)
      #expect(price.cost(of: usage) == Microdollars(one.micros), "\(one.testDescription) \(usage)")
    }
  }

  /// The written sums are right themselves: counted in millionths of a micro-dollar, rounded half up.
  @Test func `the arithmetic shown is right`() throws {
    for one in try Self.cases.get() {
      let sides = one.arithmetic.split(separator: " = ")
      try #require(sides.count == 2)
      var sum = 0
      for term in sides[0].split(separator: " + ") {
        let factors = term.split(separator: " × ")
        let tokens = try #require(Int(factors[0]))
        sum += tokens * (try Self.millionths(factors[1]))
      }
      #expect(sum == (try Self.millionths(sides[1])), "\(one.testDescription)")
      #expect(Int64((sum + 500_000) / 1_000_000) == one.micros, "\(one.testDescription)")
    }
  }

  private static func millionths(_ text: Substring) throws -> Int {
    let parts = text.split(separator: ".")
    let whole = try #require(Int(parts[0]))
    let fraction = parts.count > 1 ? String(parts[1]) : ""
    let digits = fraction + String(repeating: "0", count: 6 - fraction.count)
    return whole * 1_000_000 + (try #require(Int(digits)))
  }

  /// The usage objects as the shape's stream brings them, read by its dialect.
  private static func usage(_ one: Case) throws -> Usage {
    let call = ModelCall.asking(model: one.model)
    let decoder = Dialect.of(one.shape).makeDecoder(call)
    return try reply(try events(of: decoder, data: stream(one))).usage
  }

  private static func stream(_ one: Case) -> [JSON] {
    let model = JSON.string(one.model)
    switch one.shape {
    case .anthropic:
      let start: JSON = [
        "type": "message_start",
        "message": [
          "id": "m", "role": "assistant", "model": model, "content": [],
          "usage": one.usages.first ?? [:],
        ],
      ]
      let end: JSON = [
        "type": "message_delta", "delta": ["stop_reason": "end_turn"],
        "usage": one.usages.last ?? [:],
      ]
      return [start, end, ["type": "message_stop"]]
    case .openAIChat:
      let choice: JSON = [
        "index": 0, "delta": ["content": "x"], "finish_reason": "stop",
      ]
      return [["id": "c", "model": model, "choices": [choice]]]
        + one.usages.map { ["id": "c", "choices": [], "usage": $0] }
    case .openAIResponses:
      let response: JSON = [
        "id": "r", "status": "completed", "output": [], "usage": one.usages.last ?? [:],
      ]
      return [["type": "response.completed", "response": response]]
    case .gemini, .vertex:
      return one.usages.map { usage in
        let candidate: JSON = ["content": ["parts": [["text": "x"]]], "finishReason": "STOP"]
        return ["candidates": [candidate], "usageMetadata": usage]
      }
    }
  }
}
