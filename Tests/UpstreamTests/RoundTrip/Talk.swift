import Domain
import Testing
import Wire

@testable import Upstream

/// A conversation that goes from model to model: each is sent all of it, its request is read strictly, and what it answers is
/// decoded and kept as the store would keep it.
struct Talk {
  static let tools: [ModelCall.Tool] = [
    .init(
      name: "look up", description: "Looks up.",
      inputSchema: ["type": "object", "properties": ["q": ["type": "string"]]]),
    .init(name: "files/read", description: "", inputSchema: [:]),
    .init(name: "add", description: "Adds.", inputSchema: ["type": "object"]),
  ]
  static let pixel: JSON = ["type": "base64", "media_type": "image/png", "data": "iVBORw0KGgo="]

  private(set) var messages: [ModelCall.Message] = []
  private(set) var issued: [String: JSON] = [:]
  private(set) var requests: [(speaker: Speaker, body: JSON)] = []
  /// Calls that wait for their answers.
  private(set) var open: [Block] = []
  private var number = 0
  /// Whether the prompt's beginning is to be cached.
  private let cachesPrompt: Bool
  /// What strict providers would have refused.
  private(set) var problems: [String] = []

  init(cachesPrompt: Bool = false) { self.cachesPrompt = cachesPrompt }

  /// The user speaks.
  mutating func user(_ blocks: [Block]) {
    messages.append(.init(role: .user, blocks: blocks))
    open = []
  }

  /// The open calls are answered, with `more` behind.
  mutating func answer(_ result: (Int, Block) -> Block, _ more: [Block] = []) {
    user(open.enumerated().map { result($0, $1) } + more)
  }

  /// A plain answer.
  static func plain(_ index: Int, _ call: Block) -> Block {
    .toolResult(id: call["id"]?.string ?? "", content: "answer \(index)", isError: false)
  }

  /// A model is asked and answers.
  mutating func ask(
    _ speaker: Speaker, thinks: Bool = true, isHidden: Bool = false, says text: String? = nil,
    calls: [Int] = [], isCut: Bool = false, thinking: JSON? = Talk.thinking
  ) throws {
    var call = ModelCall(
      model: speaker.model, maxTokens: 8_000,
      system: [
        Block([
          "type": "text", "text": "Be brief.", "cache_control": ["type": "ephemeral"],
        ])
      ],
      messages: messages, tools: Self.tools, thinking: thinking, cachesPrompt: cachesPrompt)
    call.toolChoice = ["type": "auto"]
    let encoded = try speaker.dialect.encode(call, speaker.provider)
    problems += speaker.problems(encoded, issued: issued).map { "\(number) \(speaker.name) \($0)" }
    requests.append((speaker, encoded.body))
    number += 1
    let names = Self.names(speaker, encoded.body)
    let speech = Speech(
      number: number, thinks: thinks, isHidden: isHidden, text: text,
      calls: calls.map { tool in
        .init(
          upstream: names[tool], original: Self.tools[tool].name,
          input: ["q": .string("\(number)/\(tool)")])
      }, isCut: isCut)
    var decoder = speaker.dialect.makeDecoder(call)
    var events: [StreamEvent] = []
    for event in speech.events(speaker, &issued) { events += try decoder.take(event) }
    events += try decoder.finish()
    #expect(GrammarChecker.violations(events) == [])
    let answer = try reply(events)
    #expect(Outcome(answer) == speech.outcome(speaker), "\(speaker.name)")
    let stored = try answer.blocks.map { block in
      Block(try JSON(parsing: block.json.bytes).object ?? [:])
    }
    messages.append(.init(role: .assistant, blocks: stored))
    open = stored.filter { $0.type == "tool_use" }
  }

  static let thinking: JSON = ["type": "enabled", "budget_tokens": 2_048]
  /// What a request may say of it.
  static let thinkings: [JSON?] = [thinking, thinking, ["type": "disabled"], JSON?.none]

  private static func names(_ speaker: Speaker, _ body: JSON) -> [String] {
    let isClaude = if case .anthropic = speaker.api { true } else { false }
    return Sample.toolNames(isClaude ? .anthropic : speaker.provider.shape, body)
  }
}
