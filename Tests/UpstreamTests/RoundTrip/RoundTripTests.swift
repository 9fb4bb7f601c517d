import Domain
import Testing
import Wire

@testable import Upstream

/// One thread through every family: each request is accepted by a strict reading of that API's rules, and what a family needs back
/// comes back to it, unchanged and to no other.
@Suite(.timeLimit(.minutes(1)))
struct RoundTripTests {
  static let image = Block(["type": "image", "source": Talk.pixel])
  static let document = Block([
    "type": "document", "title": "Paper",
    "source": ["type": "base64", "media_type": "application/pdf", "data": "JVBERi0xLjQ="],
  ])

  /// Everything a turn can have: an image and a document, thinking, parallel calls, an image in a result, a failed one.
  static func turn(_ talk: inout Talk, _ speaker: Speaker) throws {
    talk.user([.text("Look at this."), image, document])
    try talk.ask(speaker, says: "I look. ", calls: [0, 1, 2])
    talk.answer { index, call in
      let content: JSON =
        index == 0 ? [["type": "text", "text": "seen"], image.json] : "answer \(index)"
      return .toolResult(
        id: call["id"]?.string ?? "", content: content, isError: index == 2)
    }
    try talk.ask(speaker, calls: [1])
    talk.answer(Talk.plain)
    try talk.ask(speaker, says: "So it is.")
  }

  /// Signatures in a request, by the words they begin with.
  static func signatures(_ body: JSON, of speaker: Speaker) -> Int {
    body.text.ranges(of: "\(speaker.mark)signature-").count
  }

  @Test(arguments: [[Speaker.gptChat], [.gptResponses], [.gptResponses, .gptChat]])
  func `Claude to GPT to Gemini to DeepSeek and back to Claude`(_ gpt: [Speaker]) throws {
    var talk = Talk()
    let order = [Speaker.claude] + gpt + [.gemini, .deepSeek, .claude]
    for speaker in order { try Self.turn(&talk, speaker) }
    #expect(talk.problems == [])
    // The first request of Claude's second turn has the three signatures of its first.
    let back = talk.requests[(order.count - 1) * 3]
    #expect(back.speaker.name == "claude")
    #expect(Self.signatures(back.body, of: .claude) == 3)
    #expect(Self.signatures(talk.requests.last?.body ?? .null, of: .claude) == 5)
    // And its words, calls and results are those that all the others saw.
    for word in ["seen", "answer 1", "So it is.", "iVBORw0KGgo=", "JVBERi0xLjQ="] {
      #expect(talk.requests.last?.body.text.contains(word) == true)
    }
    // A family that came in between has its own back, too.
    try Self.turn(&talk, .gemini)
    #expect(Self.signatures(talk.requests.last?.body ?? .null, of: .gemini) == 5)
    try Self.turn(&talk, .gptResponses)
    #expect(talk.problems == [])
  }

  /// A fallback may change the model while a tool loop runs.
  @Test(arguments: Speaker.all, Speaker.all)
  func `a loop that one model began is finished by another`(_ first: Speaker, _ second: Speaker)
    throws
  {
    var talk = Talk()
    talk.user([.text("Go.")])
    try talk.ask(first, says: "Wait. ", calls: [0, 2])
    talk.answer(Talk.plain)
    try talk.ask(second, calls: [1])
    talk.answer(Talk.plain)
    try talk.ask(first, says: "Done.")
    talk.user([.text("And again.")])
    try talk.ask(second, says: "Done.")
    #expect(talk.problems == [])
  }

  @Test(arguments: Speaker.all)
  func `a reply that was cut while it thought is no trouble for the next`(_ speaker: Speaker)
    throws
  {
    var talk = Talk()
    talk.user([.text("Go.")])
    try talk.ask(speaker, isCut: true)
    talk.user([.text("Go on.")])
    try talk.ask(speaker, isHidden: true, says: "Done.")
    for other in Speaker.all {
      talk.user([.text("And you?")])
      try talk.ask(other, says: "I agree.")
    }
    #expect(talk.problems == [])
  }

  /// Orders and contents by chance; a seed that fails is added to the list below and stays there.
  @Test(arguments: 0..<150)
  func `any order of models and turns is accepted by each`(_ seed: Int) throws {
    var chance = Chance(seed: UInt64(seed))
    var talk = Talk()
    for _ in 0..<14 {
      Self.speak(&talk, &chance)
      let speaker = Speaker.all[chance.below(Speaker.all.count)]
      let isCut = chance.below(12) == 0
      let callCount = isCut ? 0 : [0, 0, 1, 1, 2, 3][chance.below(6)]
      let calls = (0..<callCount).map { _ in chance.below(Talk.tools.count) }
      try talk.ask(
        speaker, thinks: isCut || chance.below(3) > 0, isHidden: chance.below(5) == 0,
        says: isCut || (callCount > 0 && chance.below(2) == 0) ? nil : "Words of \(speaker.name).",
        calls: calls, isCut: isCut,
        thinking: Talk.thinkings[chance.below(4)])
    }
    #expect(talk.problems == [], "seed \(seed)")
  }

  /// What the user brings next: answers where calls are open, else words, media, several messages.
  static func speak(_ talk: inout Talk, _ chance: inout Chance) {
    guard talk.open.isEmpty else {
      let kind = chance.below(4)
      let more: [Block] = chance.below(5) == 0 ? [.text("And mind this.")] : []
      talk.answer(
        { index, call in
          let id = call["id"]?.string ?? ""
          switch (kind, index) {
          case (1, 0):
            return .toolResult(id: id, content: [image.json, document.json], isError: false)
          case (2, 0): return .toolResult(id: id, content: [], isError: true)
          default: return Talk.plain(index, call)
          }
        }, more)
      return
    }
    switch chance.below(5) {
    case 0: talk.user([.text("What is this?"), image])
    case 1: talk.user([document, .text("Read it.")])
    case 2:
      talk.user([.text("One.")])
      talk.user([.text(""), .text("Two.")])
    case 3:
      talk.user([
        .text("Plain: "),
        Block([
          "type": "document",
          "source": ["type": "text", "media_type": "text/plain", "data": "all of it"],
        ]),
      ])
    default: talk.user([.text("Go on.")])
    }
  }
}

/// Numbers that only look like chance: the same for a seed on every machine (SplitMix64).
struct Chance {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func below(_ bound: Int) -> Int {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return Int((mixed ^ (mixed >> 31)) % UInt64(bound))
  }
}
