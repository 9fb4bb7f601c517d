import Domain
import Wire

/// What the name of a Claude model tells: which of the API's rules hold for its generation. Names of other makers' models, which
/// compatible hosts serve, and names without a version are spoken to by the rules of the API's first years.
///
/// Sources: https://platform.claude.com/docs/en/about-claude/models/migration-guide and the guides of Opus 5.5, Sonnet 5.5 and
/// Fable 5; https://platform.claude.com/docs/en/build-with-claude/preserved-thinking
struct ClaudeModel {
  private enum Line: String, CaseIterable { case opus, sonnet, haiku, fable, mythos }
  private let line: Line?
  /// 4.5 is 405; nil for what is no Claude model and for names without a version.
  private let version: Int?
  private let name: String

  /// Takes `claude-opus-4-7-20260416`, `claude-3-7-sonnet@20250219`, `anthropic/claude-sonnet-5.5`.
  init(_ model: String) {
    let words = model.lowercased().split { !$0.isLetter && !$0.isNumber }
    guard let start = words.firstIndex(of: "claude") else {
      (line, version, name) = (nil, nil, model)
      return
    }
    line = Line.allCases.first { line in words.contains { $0 == line.rawValue } }
    let numbers = words[start...].compactMap { $0.count < 3 ? Int($0) : nil }
    version = numbers.first.map { $0 * 100 + (numbers.dropFirst().first ?? 0) }
    // Without a date, a version of the host's and the maker's name before it.
    name = words[start...].filter { $0.count < 8 || Int($0) == nil }.joined(separator: "-")
  }

  /// Whether what one of them signed can be read by the other: thinking is tied to the model that produced it, and another one
  /// ignores it at best.
  func reads(_ other: ClaudeModel) -> Bool { name == other.name }

  private var isAlwaysThinking: Bool { line == .fable || line == .mythos }

  /// Whether it can think at all: those before 3.7 refuse to be asked.
  var canThink: Bool { version.map { $0 >= 307 } ?? true }
  /// Whether thinking is asked for with a budget. From 4.7 on it is adaptive, and how deep it goes is an effort.
  var takesBudget: Bool { !isAlwaysThinking && !isFrom(407) }
  /// Whether `temperature`, `top_p` and `top_k` may be set; later models refuse them.
  var takesSampling: Bool { takesBudget }
  /// Whether a call of a tool can be demanded.
  var canBeForced: Bool { !isPreserving }
  /// Whether its thinking is bound to what stood before it. Where that has changed since, by a window over the history or another
  /// system prompt, the API refuses the request unless it was told to drop such blocks.
  var isPreserving: Bool { isFrom(isAlwaysThinking ? 501 : 505) }

  /// How it is told not to think; nil where it is not told: it does not think by itself, or cannot stop.
  var stopThinking: JSON? {
    if isAlwaysThinking || !canThink { return nil }
    if line == .sonnet, isFrom(505) { return ["type": "between_tools"] }
    if line == .opus, isFrom(505) { return nil }
    return isFrom(407) && !isFrom(500) ? nil : ["type": "disabled"]
  }
  /// Whether it thinks whatever it is told, so that a low effort is the least.
  var cannotStopThinking: Bool { isAlwaysThinking || (line == .opus && isFrom(505)) }

  private func isFrom(_ version: Int) -> Bool { (self.version ?? 0) >= version }
}
