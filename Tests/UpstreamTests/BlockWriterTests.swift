import Domain
import Testing
import Wire

@testable import Upstream

@Suite struct BlockWriterTests {
  @Test func `a call without input gets an empty one`() {
    var writer = BlockWriter()
    writer.open(.toolUse(id: "t", name: "f", input: [:]))
    writer.end(stopReason: "tool_use", usage: Usage())
    let events = writer.drain()
    #expect(events.contains(.blockDelta(index: 0, .inputJSON("{}"))))
    #expect(GrammarChecker.violations(events) == [])
  }

  @Test func `nothing is written twice and nothing after the end`() {
    var writer = BlockWriter()
    writer.start(id: "a", model: "m", usage: Usage())
    writer.start(id: "b", model: "m", usage: Usage())
    writer.close()
    writer.text("x")
    writer.end(stopReason: "end_turn", usage: Usage())
    writer.end(stopReason: "refusal", usage: Usage())
    writer.text("late")
    writer.delta(.text("late"))
    writer.ping()
    writer.opaque(0, family: "f", "late")
    #expect(
      writer.drain() == [
        .messageStart(id: "a", model: "m", usage: Usage()), .blockStart(index: 0, .text("")),
        .blockDelta(index: 0, .text("x")), .blockStop(index: 0),
        .messageDelta(stopReason: "end_turn", stopSequence: nil, usage: Usage()), .messageStop,
      ])
    #expect(writer.drain() == [])
  }

  @Test(arguments: 0..<50)
  func `any order of steps gives a stream in order`(_ seed: Int) {
    var random = Steps(state: UInt64(seed) &* 0x9E37_79B9_7F4A_7C15 | 1)
    var writer = BlockWriter()
    var events: [StreamEvent] = []
    for _ in 0..<200 {
      switch Int.random(in: 0..<9, using: &random) {
      case 0: writer.start(id: "i", model: "m", usage: Usage())
      case 1: writer.open(.toolUse(id: "t", name: "f", input: [:]))
      case 2: writer.open(.text(""))
      case 3: writer.close()
      case 4: writer.text("t")
      case 5: writer.thinking("h")
      case 6: if writer.openType == "tool_use" { writer.delta(.inputJSON("")) }
      case 7: writer.opaque(Int.random(in: 0..<20, using: &random), family: "f", 1)
      default: events += writer.drain()
      }
    }
    writer.end(stopReason: "max_tokens", usage: Usage())
    events += writer.drain()
    #expect(GrammarChecker.violations(events) == [])
  }

  /// A linear congruential generator: the same steps on every run.
  private struct Steps: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return state
    }
  }
}

@Suite struct NameMapTests {
  @Test func `accepted names stay, others do not depend on the order of the tools`() {
    let names = ["a/b", "a_b", "a.b", "plain", "x y", ""]
    let one = NameMap(names, .openAI)
    let two = NameMap(names.reversed(), .openAI)
    for name in names {
      #expect(one.upstream(name) == two.upstream(name))
      #expect(one.original(one.upstream(name)) == name)
      #expect(NameRule.openAI.accepts(one.upstream(name)))
    }
    #expect(one.upstream("a_b") == "a_b")
    #expect(one.upstream("x y") == "x_y")
    #expect(Set(names.map(one.upstream)).count == names.count)
    #expect(one.original("unheard_of") == "unheard_of")
  }

  @Test func `names of the history are known without their tools`() {
    var call = ModelCall.asking(model: "m")
    call.messages.append(
      .init(role: .assistant, blocks: [.toolUse(id: "1", name: "old tool", input: [:])]))
    let map = NameMap(call, .openAI)
    #expect(map.original(map.upstream("old tool")) == "old tool")
  }

  @Test func `ids are new in the whole conversation and the same for the same bytes`() {
    var call = ModelCall.asking(model: "m")
    call.messages.append(
      .init(role: .assistant, blocks: [.toolUse(id: "f:0", name: "f", input: [:])]))
    var one = CallIDs(history: call)
    var two = CallIDs(history: call)
    let ids: [String?] = ["f:0", nil, "", "own", "own"]
    let first = ids.map { one.claim($0, reply: "r") }
    #expect(first == ids.map { two.claim($0, reply: "r") })
    #expect(Set(first + ["f:0"]).count == 6)
    #expect(first[3] == "own")
  }
}
