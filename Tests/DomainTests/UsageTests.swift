import Testing
import Wire

@testable import Domain

@Suite struct UsageTests {
  @Test(arguments: [
    Usage(), Usage(input: 5, output: 7), Usage(input: 1, output: 2, cacheRead: 3),
    Usage(input: 1, output: 2, cacheWrite: 4), Usage(input: 1, output: 2, cacheWriteHour: 5),
    Usage(input: 1, output: 2, cacheRead: 3, cacheWrite: 4, cacheWriteHour: 5, reasoning: 1),
    Usage(output: 9, reasoning: 0), Usage(input: 1, isEstimated: true),
    Usage(input: Usage.mostTokens, output: Usage.mostTokens),
  ])
  func `usage reads back as it was written`(usage: Usage) throws {
    #expect(Usage(json: usage.json) == usage)
    #expect(Usage(json: try JSON(parsing: usage.json.bytes)) == usage)
  }

  @Test func `usage is written as Anthropic writes it`() {
    #expect(Usage(input: 5, output: 7).json.text == #"{"input_tokens":5,"output_tokens":7}"#)
    #expect(
      Usage(input: 1, output: 2, cacheRead: 3, cacheWrite: 4, cacheWriteHour: 5).json.text == """
        {"input_tokens":1,"cache_creation_input_tokens":9,"cache_read_input_tokens":3,\
        "cache_creation":{"ephemeral_5m_input_tokens":4,"ephemeral_1h_input_tokens":5},\
        "output_tokens":2}
        """)
  }

  @Test func `what Anthropic sends is read`() throws {
    let text = """
      {"input_tokens":10,"cache_creation_input_tokens":30,"cache_read_input_tokens":40,\
      "cache_creation":{"ephemeral_5m_input_tokens":20,"ephemeral_1h_input_tokens":10},\
      "output_tokens":50,"service_tier":"standard"}
      """
    let usage = Usage(json: try JSON(parsing: text))
    #expect(
      usage == Usage(input: 10, output: 50, cacheRead: 40, cacheWrite: 20, cacheWriteHour: 10))
    #expect(usage.totalInput == 80)
  }

  @Test(arguments: [
    "null", "[]", "{}", #"{"input_tokens":"5"}"#, #"{"input_tokens":null}"#,
    #"{"input_tokens":-5,"output_tokens":-9223372036854775808}"#, #"{"input_tokens":1.5}"#,
  ])
  func `what is no count is zero`(text: String) throws {
    #expect(Usage(json: try JSON(parsing: text)) == Usage())
  }

  @Test func `an upstream's absurd numbers are cut and never overflow`() throws {
    let text = """
      {"input_tokens":9223372036854775807,"cache_creation_input_tokens":9223372036854775807,\
      "cache_read_input_tokens":9223372036854775807,"output_tokens":9223372036854775807,\
      "cache_creation":{"ephemeral_1h_input_tokens":9223372036854775807},\
      "reasoning_tokens":9223372036854775807}
      """
    var usage = Usage(json: try JSON(parsing: text))
    #expect(usage.input == Usage.mostTokens && usage.reasoning == Usage.mostTokens)
    #expect(usage.totalInput <= 4 * Usage.mostTokens)
    for _ in 0..<1_000 { usage += Usage(json: usage.json) }
    #expect(usage.json["input_tokens"]?.int ?? 0 > 0)
    #expect(Usage(input: -1, output: .min).totalInput == 0)
  }

  @Test func `calls add up`() {
    var sum = Usage(input: 1, output: 2, cacheRead: 3, cacheWrite: 4, cacheWriteHour: 5)
    sum += Usage(
      input: 10, output: 20, cacheRead: 30, cacheWrite: 40, cacheWriteHour: 50, reasoning: 6,
      isEstimated: true)
    #expect(
      sum
        == Usage(
          input: 11, output: 22, cacheRead: 33, cacheWrite: 44, cacheWriteHour: 55, reasoning: 6,
          isEstimated: true))
    sum += Usage()
    #expect(sum.reasoning == 6 && sum.isEstimated)
  }
}
