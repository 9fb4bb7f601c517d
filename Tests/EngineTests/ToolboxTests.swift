import Domain
import Testing
import Wire

@testable import Engine

@Suite struct ToolboxTests {
  static let names = ["web_search", "send_email", "team/create_issue", "fetch"]

  @Test(arguments: [
    ("web-search", "web_search"), ("fetsh", "fetch"), ("SEND_EMAIL", "send_email"),
    ("create_issue", "team/create_issue"),
  ])
  func `the nearest names come first`(asked: String, meant: String) {
    let near = NearestNames.of(asked, among: Self.names)
    #expect(near.first == meant)
    #expect(near.count == NearestNames.most)
  }

  @Test(arguments: [("", "", 0), ("abc", "", 3), ("", "ab", 2), ("kitten", "sitting", 3)])
  func `a distance counts the changes`(a: String, b: String, distance: Int) {
    #expect(
      NearestNames.distance(Array(a.unicodeScalars), Array(b.unicodeScalars)) == distance)
  }

  private func message(_ seq: MessageSeq, _ role: Role, _ types: [JSON], turn: String = "t")
    -> Message
  {
    Message(
      threadID: ThreadID(rawValue: "th"), seq: seq, role: role,
      content: .array(types.map { ["type": $0, "id": "x", "tool_use_id": "x"] }),
      turnID: TurnID(rawValue: turn), createdAt: 0)
  }

  @Test func `a turn stands where its own messages say`() {
    let turn = TurnID(rawValue: "t")
    let question = message(3, .user, ["text"])
    let asks = message(4, .assistant, ["text", "tool_use"])
    let results = message(5, .user, ["tool_result"])
    let older = message(2, .assistant, ["tool_use"], turn: "older")
    func steps(_ own: [Message]) -> TurnSteps {
      TurnSteps(history: [older, question] + own, turn: turn, after: 3)
    }
    #expect(steps([]).openReply == nil && steps([]).modelCalls == 0)
    #expect(steps([asks]).openReply == asks && steps([asks]).modelCalls == 1)
    #expect(steps([asks, results]).openReply == nil)
    #expect(steps([asks, results]).modelCalls == 1)
    // What an earlier try left behind is no step.
    #expect(steps([message(4, .assistant, ["text"])]).modelCalls == 0)
  }
}
