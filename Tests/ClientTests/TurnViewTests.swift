import Testing
import Wire

@testable import Client

@Suite struct TurnViewTests {
  private func pieces(_ view: inout TurnView, _ events: [(String, JSON)]) -> [TurnView.Piece] {
    events.flatMap { view.take($0.0, $0.1) }
  }

  @Test func `Tokens of all calls are added and later numbers of a call replace earlier ones`() {
    var view = TurnView()
    _ = pieces(
      &view,
      [
        (
          "message_start",
          ["message": ["model": "m", "usage": ["input_tokens": 10, "output_tokens": 1]]]
        ),
        (
          "message_delta",
          ["usage": ["input_tokens": 10, "cache_read_input_tokens": 4, "output_tokens": 7]]
        ),
        ("message_start", ["message": ["model": "m", "usage": ["input_tokens": 20]]]),
        ("message_delta", ["usage": ["output_tokens": 3]]),
        ("qlaud.done", ["status": "done", "cost_micros": 2000, "seq": 4]),
      ])
    #expect(view.summary == "m · 34 in, 10 out · $0.002")
    #expect(view.seq == 4)
  }

  @Test func `Tools are told between the lines of text`() {
    var view = TurnView()
    let shown = pieces(
      &view,
      [
        ("content_block_delta", ["delta": ["text": "look"]]), ("message_stop", [:]),
        ("qlaud.tool_dispatch_start", ["name": "grep", "input": ["q": 1]]),
        ("qlaud.tool_dispatch_done", ["name": "grep", "is_error": true, "output": "no\nluck"]),
        ("content_block_delta", ["delta": ["text": "done\n"]]), ("message_stop", [:]),
      ])
    #expect(
      shown == [
        .text("look"), .lineBreak, .note("→ grep {\"q\":1}"), .note("← grep failed: no luck"),
        .text("done\n"),
      ])
  }

  @Test(arguments: [
    ("done", TurnView.Outcome.done), ("cancelled", .cancelled),
    ("failed", .failed(kind: "internal", message: "the turn failed")),
  ])
  func `qlaud.done ends the turn`(_ status: String, _ outcome: TurnView.Outcome) {
    var view = TurnView()
    #expect(view.take("qlaud.done", ["status": .string(status)]) == [.finished(outcome)])
  }

  @Test func `A snapshot stands in for folded deltas`() {
    var view = TurnView()
    let message: JSON = [
      "message": ["role": "assistant", "content": [["type": "text", "text": "all"]]]
    ]
    #expect(view.take("event/snapshot", message) == [.text("all"), .lineBreak])
  }

  @Test func `Events that are not known are passed over`() {
    var view = TurnView()
    #expect(view.take("qlaud.new_thing", ["x": 1]) == [])
    #expect(view.take("ping", [:]) == [])
  }
}
