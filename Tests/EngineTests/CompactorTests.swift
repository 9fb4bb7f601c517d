import Domain
import Testing
import Wire

@testable import Engine

@Suite struct CompactorTests {
  private func message(_ seq: MessageSeq, _ role: Role, _ content: JSON = "x") -> Message {
    Message(
      threadID: HistoryWindowTests.thread, seq: seq, role: role, content: content, createdAt: 0)
  }
  private func end(_ messages: [Message], keep: Int) -> Int {
    Compactor.end(
      HistoryWindow.spans(messages, tokens: messages.map { _ in 1 }), messages, keep: keep)
  }

  @Test(arguments: [(0, 3), (1, 2), (2, 1), (3, 0), (9, 0)])
  func `the newest turns stay`(keep: Int, expected: Int) {
    let messages = [
      message(1, .user), message(2, .assistant), message(3, .user), message(4, .assistant),
      message(5, .user), message(6, .assistant),
    ]
    #expect(end(messages, keep: keep) == expected)
  }

  @Test func `a summary ends only where one place parts what it covers from the rest`() {
    // The second question was stored before the first answer.
    let messages = [
      message(1, .user), message(3, .assistant), message(2, .user), message(4, .assistant),
      message(5, .user),
    ]
    #expect(end(messages, keep: 2) == 0)
    #expect(end(messages, keep: 1) == 2)
  }

  @Test func `a transcript has words, calls and results, but no thinking`() {
    let reply: JSON = [
      ["type": "thinking", "thinking": "hm", "signature": "s"],
      ["type": "text", "text": "I look."],
      ["type": "tool_use", "id": "c", "name": "look", "input": ["at": "sky"]],
    ]
    #expect(
      Transcript.text(message(2, .assistant, reply))
        == "Assistant: I look.\n[calls look {\"at\":\"sky\"}]")
    let result: JSON = [
      ["type": "tool_result", "tool_use_id": "c", "content": [["type": "text", "text": "blue"]]],
      ["type": "image", "source": ["type": "url", "url": "https://x.example"]],
    ]
    #expect(Transcript.text(message(3, .user, result)) == "User: [result: blue]\n[image]")
  }

  @Test func `a long text keeps its beginning and its end`() {
    let text = "begin" + String(repeating: "x", count: 50_000) + "end"
    let short = Transcript.text(message(1, .user, .string(text)))
    #expect(short.hasPrefix("User: begin") && short.hasSuffix("end"))
    #expect(short.count < Compactor.longestText + 100)
  }

  @Test func `a later summary is asked to hold the earlier one`() {
    let request = Transcript.request(["User: more"], after: "EARLIER")
    #expect(request.contains("EARLIER") && request.contains("User: more"))
    #expect(!Transcript.request(["User: first"], after: nil).contains("Summary of what came"))
  }
}
