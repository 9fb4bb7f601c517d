import Testing

@testable import Tools

@Suite struct PatternTests {
  struct Case: Sendable, CustomStringConvertible {
    let pattern: String
    let text: String
    let matches: Bool
    init(_ pattern: String, _ text: String, _ matches: Bool) {
      self.pattern = pattern
      self.text = text
      self.matches = matches
    }
    var description: String { "/\(pattern)/ on \"\(text.prefix(40))\"" }
  }
  static let cases: [Case] = [
    Case("", "", true), Case("b", "abc", true), Case("^abc$", "abc", true),
    Case("^abc$", "abcd", false), Case("^a|b$", "xb", true), Case("^(a|b)$", "xb", false),
    Case("^a*$", "aaaa", true), Case("^a+$", "", false), Case("^a?$", "aa", false),
    Case("^a{2}$", "aa", true), Case("^a{2}$", "aaa", false), Case("^a{2,}$", "aaaa", true),
    Case("^a{1,3}$", "aaaa", false), Case("^a{1,3}?$", "aaa", true),
    Case("^(ab){2}$", "abab", true),
    Case("^x{,3}$", "x{,3}", true), Case("^a{$", "a{", true), Case("^]$", "]", true),
    Case("^[a-c]+$", "abcabc", true), Case("^[^a-c]+$", "abd", false), Case("^[a-]$", "-", true),
    Case("^[\\w.-]+@[\\w.-]+$", "a.b@c-d.e", true), Case("^\\d{4}-\\d\\d$", "2026-11", true),
    Case("^\\d$", "٣", false), Case("^\\w$", "é", false), Case("^\\p{L}+$", "éßж", true),
    Case("^\\p{Lu}$", "a", false), Case("^\\P{L}$", "1", true), Case("^\\s$", "\u{00A0}", true),
    Case("^\\S+$", "a b", false), Case("^.$", "\n", false), Case("^.$", "💥", true),
    Case("^\\u{1F4A5}$", "💥", true), Case("^\\uD83D\\uDCA5$", "💥", true),
    Case("^\\x41\\u0042$", "AB", true), Case("^\\cJ$", "\n", true),
    Case("^\\/\\-\\@$", "/-@", true),
    Case("\\bcat\\b", "a cat.", true), Case("\\bcat\\b", "concat", false),
    Case("\\Bcat", "concat", true), Case("^(?:a|b)(?<name>c)$", "bc", true),
    Case("^(?=.*\\d)(?=.*[a-z]).{4,}$", "abc1", true),
    Case("^(?=.*\\d)(?=.*[a-z]).{4,}$", "abcd", false), Case("^(?!foo)", "food", false),
    Case("^(?!foo)", "bar", true), Case("^(|a)+$", "aaa", true), Case("^(a*)*$", "aaab", false),
    Case("^[\\d\\s]+$", "1 2", true), Case("^[^\\d]$", "x", true), Case("[]", "a", false),
    Case("[^]", "a", true), Case("^a$", "a\n", false), Case("^[\\b]$", "\u{8}", true),
    Case("^(a+)+$", String(repeating: "a", count: 5_000) + "!", false),
    Case("^(a|a)*$", String(repeating: "a", count: 5_000) + "!", false),
    Case("^(a|aa)+$", String(repeating: "a", count: 5_000) + "!", false),
    Case("(.*)*x", String(repeating: "y", count: 5_000), false),
    Case("^(([a-z])+.)+[A-Z]([a-z])+$", String(repeating: "a", count: 5_000), false),
    Case("^.{1,5000}$", String(repeating: "a", count: 5_000), true),
    Case("^.{1,5000}$", String(repeating: "a", count: 5_001), false),
  ]
  @Test(.timeLimit(.minutes(1)), arguments: cases)
  func `a pattern is searched as ECMA-262 says, in linear time`(_ row: Case) throws {
    var budget = 1_000_000
    #expect(try Pattern(row.pattern).matches(row.text, budget: &budget) == row.matches)
    #expect(budget > 0)
  }

  static let refused = [
    "(", ")", "a)", "[a", "[z-a]", "*a", "a**", "\\", "(?<=a)b", "(?<!a)b", "(a)\\1", "\\k<a>",
    "a{3,2}", "(?x)", "\\u12", "\\u{110000}", "\\xZZ", "\\p{Nonsense}", "^*", "(?<",
    "((a{100}){100}){100}", "(?:a{1000000})",
    String(repeating: "(", count: 100) + String(repeating: ")", count: 100),
  ]
  @Test(arguments: refused)
  func `a pattern that cannot be run is refused when it is read`(_ pattern: String) {
    #expect(throws: PatternError.self) { try Pattern(pattern) }
  }

  @Test func `a look-ahead asked for at every place runs into the budget, not into the night`()
    throws
  {
    var budget = 1_000_000
    let text = String(repeating: "a", count: 20_000)
    #expect(try Pattern("^(?:(?=.*x)a|a)*$").matches(text, budget: &budget) == nil)
  }
}
