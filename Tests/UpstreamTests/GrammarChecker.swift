import Domain
import Wire

/// The strict rules of Anthropic's streams, checked on events as clients see them.
///
/// `message_start`, then per block start, deltas, stop with indexes 0, 1, 2 …, one `message_delta`, `message_stop`; deltas fit their block; the input
/// of a tool is a JSON object and comes in at least one delta; the stop reason fits what was sent.
struct GrammarChecker {
  private var found: [String] = []
  private var state = State.initial
  private var next: Int64 = 0
  private var open: (index: Int64, type: String)?
  private var input = ""
  private var inputDeltas = 0
  private var hasWholeInput = false
  private var badInputs = 0
  private var messageDeltas = 0
  private var toolUses = 0
  private var stop: String?

  private enum State { case initial, started, stopped }

  private static let blocksOfDelta: [String: Set<String>] = [
    "text_delta": ["text"], "citations_delta": ["text"],
    "input_json_delta": ["tool_use", "server_tool_use", "mcp_tool_use"],
    "thinking_delta": ["thinking"], "signature_delta": ["thinking"],
    "compaction_delta": ["compaction"],
  ]
  private static let stops: Set<String> = [
    "end_turn", "max_tokens", "stop_sequence", "tool_use", "pause_turn", "refusal",
    "model_context_window_exceeded", "compaction",
  ]
  /// A reply that was cut may leave an input unfinished.
  private static let cuts: Set<String> = [
    "max_tokens", "refusal", "model_context_window_exceeded",
  ]

  /// What is wrong with a stream; empty for a clean one.
  static func violations(_ events: [StreamEvent]) -> [String] {
    var checker = GrammarChecker()
    for event in events {
      guard let (name, data) = event.wire else { continue }
      if data["type"]?.string != name { checker.say("event line \(name) is not the type") }
      checker.take(name, data)
    }
    return checker.finish()
  }

  private mutating func say(_ text: String) { found.append(text) }

  private mutating func take(_ type: String, _ event: JSON) {
    if type == "ping" { return }
    if state == .stopped { return say("\(type) after message_stop") }
    if type == "message_start" { return start(event["message"] ?? .null) }
    if state == .initial { return say("\(type) before message_start") }
    let index = event["index"]?.int
    switch type {
    case "content_block_start": openBlock(index, event["content_block"] ?? .null)
    case "content_block_delta": grow(index, event["delta"] ?? .null)
    case "content_block_stop": closeBlock(index)
    case "message_delta": end(event)
    case "message_stop":
      if let open { say("message_stop while block \(open.index) open") }
      if messageDeltas != 1 { say("message_stop after \(messageDeltas) message_deltas") }
      state = .stopped
    default: say("unknown event \(type)")
    }
  }

  private mutating func start(_ message: JSON) {
    if state != .initial { say("second message_start") }
    state = .started
    for key in ["id", "type", "role", "model", "content", "usage"] where message[key] == nil {
      say("message_start.message lacks \(key)")
    }
    if message["role"] != "assistant" { say("role is not assistant") }
    if message["content"] != [] { say("message_start.content not empty") }
    for key in ["input_tokens", "output_tokens"] where message["usage"]?[key]?.int == nil {
      say("message_start.usage.\(key) is no integer")
    }
    if message["stop_reason"]?.nonNull != nil { say("message_start.stop_reason set") }
  }

  private mutating func openBlock(_ index: Int64?, _ block: JSON) {
    if let open { say("block \(index ?? -1) opened while \(open.index) open") }
    if index != next { say("block index \(index ?? -1), expected \(next)") }
    if messageDeltas > 0 { say("content_block_start after message_delta") }
    if block["_opaque"] != nil { say("opaque data is shown") }
    open = (index ?? -1, block["type"]?.string ?? "")
    next += 1
    input = ""
    inputDeltas = 0
    hasWholeInput = block["input"]?.object?.isEmpty == false
    guard block["type"] == "tool_use" else { return }
    toolUses += 1
    for key in ["id", "name", "input"] where block[key] == nil {
      say("tool_use block lacks \(key)")
    }
    if block["id"]?.string?.isEmpty != false { say("tool_use block without an id") }
  }

  private mutating func grow(_ index: Int64?, _ delta: JSON) {
    guard let open, open.index == index else {
      return say("delta for block \(index ?? -1) that is not open")
    }
    let type = delta["type"]?.string ?? ""
    guard let fitting = Self.blocksOfDelta[type] else { return say("unknown delta type \(type)") }
    if !fitting.contains(open.type) { say("\(type) in a \(open.type) block") }
    if type == "input_json_delta" {
      input += delta["partial_json"]?.string ?? ""
      inputDeltas += 1
    }
  }

  private mutating func closeBlock(_ index: Int64?) {
    guard let closing = open, closing.index == index else {
      return say("stop for block \(index ?? -1) that is not open")
    }
    open = nil
    guard closing.type == "tool_use" || closing.type == "server_tool_use", !hasWholeInput else {
      return
    }
    if inputDeltas == 0 { say("\(closing.type) without a delta of input") }
    guard !input.isEmpty else { return }
    do throws(JSONError) {
      if try JSON(parsing: input).object == nil { badInputs += 1 }
    } catch {
      badInputs += 1
    }
  }

  private mutating func end(_ event: JSON) {
    if let open { say("message_delta while block \(open.index) open") }
    messageDeltas += 1
    stop = event["delta"]?["stop_reason"]?.string
    if event["usage"]?["output_tokens"]?.int == nil {
      say("message_delta.usage.output_tokens is no integer")
    }
    if let stop, !Self.stops.contains(stop) { say("unknown stop_reason \(stop)") }
  }

  private mutating func finish() -> [String] {
    if state != .stopped { say("stream ends without message_stop") }
    if stop == nil { say("no stop_reason") }
    if stop == "tool_use", toolUses == 0 { say("stop_reason tool_use without a tool_use block") }
    if stop == "end_turn", toolUses > 0 { say("tool_use block but stop_reason end_turn") }
    if badInputs > 0, !Self.cuts.contains(stop ?? "") { say("tool input is no JSON object") }
    return found
  }
}
