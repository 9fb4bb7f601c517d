import Domain
import Outbound
import Testing
import Wire

@testable import Upstream

/// Recordings with events lost, doubled, swapped and cut: whatever comes, what goes out is in order or a failure.
@Suite(.timeLimit(.minutes(1)))
struct DamageTests {
  static let recordings = RecordedReply.all([
    "anthropic-messages", "anthropic-vertex", "openai-chat", "openai-responses", "gemini-generate",
  ]).filter { $0.status == 200 && $0.isStream && $0.body.utf8.count < 60_000 }

  static func dialect(_ recording: RecordedReply) -> Dialect {
    if recording.body.contains("message_start") { return .anthropic }
    if recording.body.contains("\"candidates\"") { return .gemini }
    return recording.body.contains("\"response.") ? .openAIResponses : .openAIChat
  }

  /// What damage may do to a stream: it may end early, and lose what made its input whole or its stop reason right.
  static let forgivable: Set<String> = [
    "stream ends without message_stop", "no stop_reason", "tool input is no JSON object",
    "stop_reason tool_use without a tool_use block", "tool_use block but stop_reason end_turn",
  ]

  @Test(arguments: recordings)
  func `a damaged stream stays in order or fails`(_ recording: RecordedReply) throws {
    var framing = SSEDecoder()
    var whole: [SSEEvent] = []
    try framing.append(Array(recording.body.utf8))
    while let event = framing.next() { whole.append(event) }
    var random = Steps(state: UInt64(recording.body.utf8.count) | 1)
    for _ in 0..<20 {
      var events = whole
      for _ in 0..<Int.random(in: 1...4, using: &random) where events.count > 1 {
        let place = events.indices.randomElement(using: &random) ?? 0
        let other = events.indices.randomElement(using: &random) ?? 0
        switch Int.random(in: 0..<4, using: &random) {
        case 0: events.remove(at: place)
        case 1: events.insert(events[other], at: place)
        case 2: events.swapAt(place, other)
        default: events.removeSubrange(max(1, place)...)
        }
      }
      var decoder = Self.dialect(recording).makeDecoder(.asking(model: recording.model))
      var seen: [StreamEvent] = []
      do throws(UpstreamFailure) {
        for event in events { seen += try decoder.take(event) }
        seen += try decoder.finish()
      } catch {
        #expect(!error.message.isEmpty)
      }
      let problems = GrammarChecker.violations(seen).filter { !Self.forgivable.contains($0) }
      #expect(problems == [])
    }
  }

  /// A linear congruential generator: the same damage on every run.
  private struct Steps: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return state
    }
  }
}
