import Domain
import Testing
import Wire

@testable import Upstream

/// Providers cache what a request begins with, so each request of a thread must begin with what the one before said: the same
/// bytes, then what is new.
///
/// Anthropic caches up to a mark. Marks move with the conversation and are no part of what is cached: the key of an entry is the
/// content before a mark, and a request reads the longest entry that ends at one of its own marks, or up to 20 blocks before one
/// (https://docs.claude.com/en/docs/build-with-claude/prompt-caching). So there the bytes are the same with the marks taken off,
/// and a request must mark a place where the one before wrote.
@Suite(.timeLimit(.minutes(1)))
struct PrefixTests {
  /// A conversation with all that turns have: media, thinking, parallel calls (once more than the 20 blocks that Anthropic looks
  /// back), failed calls, plain words.
  private static func talk(_ speaker: Speaker, turns: Int) throws -> Talk {
    var talk = Talk(cachesPrompt: true)
    for number in 1...turns {
      switch number % 5 {
      case 1: try RoundTripTests.turn(&talk, speaker)
      case 3:
        talk.user([.text("Look \(number) up.")])
        try talk.ask(
          speaker, calls: [Int](repeating: 0, count: number == 13 ? 25 : 2))
        talk.answer(Talk.plain, number == 8 ? [.text("And mind this.")] : [])
        try talk.ask(speaker, isHidden: true, says: "So it is, \(number).")
      default:
        talk.user([.text("Question \(number)")])
        try talk.ask(speaker, thinks: number % 2 == 0, says: "Answer \(number)")
      }
    }
    return talk
  }

  /// The conversation in a request, message by message.
  static func items(_ body: JSON) -> [JSON] {
    (body["messages"] ?? body["input"] ?? body["contents"])?.array ?? []
  }
  /// What stands around it. The rule for thoughts of others (`block_binding`) comes with the first thoughts in a thread and stays.
  private static func rest(_ body: JSON) -> String {
    var rest = body.object ?? [:]
    for name in ["messages", "input", "contents"] { rest[name] = nil }
    if var thinking = rest["thinking"]?.object {
      thinking["block_binding"] = nil
      rest["thinking"] = .object(thinking)
    }
    return JSON.object(rest).text
  }

  /// Some hosts want the reasoning of a tool loop back while the loop runs and not later (their models' templates drop it): there
  /// what was said in the loop changes once, after it.
  private static func forgets(_ speaker: Speaker) -> Bool {
    speaker.provider.shape == .openAIChat && Quirks(speaker.provider).reasoningBack == .inLoop
  }

  @Test(arguments: Speaker.all)
  func `each request begins with the whole one before, byte for byte`(_ speaker: Speaker) throws {
    let talk = try Self.talk(speaker, turns: 30)
    #expect(talk.problems == [])
    let bodies = talk.requests.map { CacheMarksTests.unmarked($0.body) }
    #expect(bodies.count > 45)
    var loopStart = 0
    for (before, after) in zip(bodies, bodies.dropFirst()) {
      let old = Self.items(before).map(\.text)
      let new = Self.items(after).map(\.text)
      #expect(new.count > old.count)
      #expect(Self.rest(after) == Self.rest(before))
      let isLoop = Self.isInLoop(after)
      let same = Self.forgets(speaker) && !isLoop ? min(loopStart, old.count) : old.count
      #expect(Array(new.prefix(same)) == Array(old.prefix(same)), "\(old.count) messages")
      if !isLoop { loopStart = new.count }
    }
  }

  /// Whether what stands behind the model's last words answers its calls.
  private static func isInLoop(_ body: JSON) -> Bool {
    let items = items(body)
    let last = items.lastIndex { $0["role"] == "assistant" || $0["role"] == "model" } ?? -1
    return items[(last + 1)...].contains { item in
      let parts = (item["content"] ?? item["parts"])?.array ?? []
      return item["role"] == "tool" || item["type"] == "function_call_output"
        || parts.contains { $0["type"] == "tool_result" || $0["functionResponse"] != nil }
    }
  }

  // MARK: Anthropic's marks

  private static let claudes = Speaker.all.filter { speaker in
    if case .anthropic = speaker.api { true } else { false }
  }

  /// The places of a request that are marked, as what stands up to and with each: the key of its cache entry.
  private static func marked(_ body: JSON) -> [String] {
    var keys: [String] = []
    var key = ""
    func walk(_ json: JSON, _ role: String) {
      key += "\(role) \(CacheMarksTests.unmarked(json).text)\n"
      if json["cache_control"]?.nonNull != nil { keys.append(key) }
    }
    for tool in body["tools"]?.array ?? [] { walk(tool, "tool") }
    for block in body["system"]?.array ?? [] { walk(block, "system") }
    for message in body["messages"]?.array ?? [] {
      for block in message["content"]?.array ?? [] { walk(block, message["role"]?.string ?? "") }
    }
    return keys
  }

  @Test(arguments: claudes)
  func
    `a request is marked where the one before wrote, so nothing but the new part is paid in full`(
      _ speaker: Speaker
    ) throws
  {
    let talk = try Self.talk(speaker, turns: 30)
    var written: Set<String> = []
    var last: String?
    for request in talk.requests {
      let keys = Self.marked(request.body)
      #expect((1...4).contains(keys.count))
      // The longest entry that any request before wrote is the end of the last one: read in whole, however far back it is.
      if let last { #expect(keys.last(where: written.contains) == last) }
      // And this one's own end is marked.
      let end = Self.items(request.body).last?["content"]?.array?.last
      #expect(end?["cache_control"]?.nonNull != nil)
      written.formUnion(keys)
      last = keys.last
    }
  }

  /// The user speaks again where the model never answered: both messages become one, whose middle was the end before.
  @Test func `after a turn that failed the cache of the turns before it is still read`() throws {
    func said(_ role: Role, _ text: String) -> ModelCall.Message {
      .init(role: role, blocks: [.text(text)])
    }
    var messages = [
      said(.user, "1"), said(.assistant, "a"), said(.user, "2"), said(.assistant, "b"),
    ]
    func keys() throws -> [String] {
      var call = ModelCall(
        model: "claude-x", maxTokens: 9, system: [.text("s")], messages: messages)
      call.cachesPrompt = true
      return Self.marked(.object(try AnthropicDialect.request(call).0))
    }
    messages.append(said(.user, "3"))
    let failed = try keys()
    messages.append(said(.user, "4"))
    let next = try keys()
    // What the failed call may have written ends one block before a mark of this one; what the call before it wrote, at one.
    #expect(next.last?.hasPrefix(failed.last ?? "-") == true)
    #expect(next.dropLast().last == failed.dropLast().last)
  }
}
