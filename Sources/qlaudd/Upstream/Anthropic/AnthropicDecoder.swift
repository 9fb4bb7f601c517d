import Domain
import Outbound
import Wire

/// Reads an Anthropic reply, whole or streamed. Types of blocks and deltas that are not known here pass untouched.
///
/// States:
/// ```
///   waiting ──message_start──▶ replying ──message_stop / stop_reason and end──▶ done
///      └───────────── error ─────────────▶ thrown
/// ```
/// Anthropic sends one block after the other. Compatible hosts interleave them now and then: events of another block than
/// the open one wait until that one stops.
struct AnthropicDecoder: ReplyDecoder {
  private let call: ModelCall
  private let names: NameMap
  private var writer = BlockWriter()
  private var ids: CallIDs
  private var usage = AnthropicUsage()
  private var replyID = ""
  private var stopReason: String?
  private var stopSequence: String?
  /// The provider's index of the open block.
  private var openIndex: Int64?
  private var waiting: [JSON] = []
  private var outputBytes = 0

  init(call: ModelCall) {
    self.call = call
    names = NameMap(call, .anthropic)
    ids = CallIDs(history: call)
  }

  mutating func take(_ event: SSEEvent) throws(UpstreamFailure) -> [StreamEvent] {
    guard let json = try event.json() else { return [] }
    try take(json)
    return writer.drain()
  }

  mutating func finish() throws(UpstreamFailure) -> [StreamEvent] {
    if stopReason != nil { end() }
    return writer.drain()
  }

  mutating func whole(_ reply: JSON) throws(UpstreamFailure) -> [StreamEvent] {
    guard reply["type"] == "message" || reply["role"] == "assistant",
      let content = Self.content(reply["content"])
    else {
      if ErrorBody(reply).message != nil, reply["error"]?.nonNull != nil { throw .reported(reply) }
      throw UpstreamFailure(.malformed, "the reply is no message of Anthropic's")
    }
    usage.take(end: reply["usage"])
    start(reply)
    for element in content {
      if let object = element.object { add(whole: Block(object)) }
    }
    stopReason = reply["stop_reason"]?.string ?? "end_turn"
    stopSequence = reply["stop_sequence"]?.string
    end()
    return writer.drain()
  }

  /// The blocks; some hosts send a plain text instead.
  private static func content(_ json: JSON?) -> [JSON]? {
    json?.array ?? json?.string.map { [["type": "text", "text": .string($0)]] }
  }

  // MARK: Events

  private mutating func take(_ event: JSON) throws(UpstreamFailure) {
    switch event["type"]?.string {
    case "message_start": start(event["message"] ?? .null)
    case "content_block_start", "content_block_delta", "content_block_stop": block(event)
    case "message_delta":
      usage.take(end: event["usage"])
      if let reason = event["delta"]?["stop_reason"]?.string { stopReason = reason }
      if let sequence = event["delta"]?["stop_sequence"]?.string { stopSequence = sequence }
    case "message_stop": end()
    case "ping": writer.ping()
    case "error": throw .reported(event)
    default:
      // A gateway's error in another form than Anthropic's; any other event is a later addition to the protocol.
      if event["error"]?.nonNull != nil { throw .reported(event) }
    }
  }

  private mutating func start(_ message: JSON) {
    usage.take(start: message["usage"])
    replyID = message["id"]?.string ?? ""
    let model = message["model"]?.string ?? ""
    writer.start(id: replyID, model: model.isEmpty ? call.model : model, usage: usage.total)
  }

  private mutating func block(_ event: JSON) {
    let index = event["index"]?.int ?? openIndex ?? 0
    if let openIndex, openIndex != index {
      waiting.append(event)
      return
    }
    switch event["type"]?.string {
    case "content_block_start":
      guard let object = event["content_block"]?.object else { return }
      openIndex = index
      open(Block(object))
    case "content_block_delta":
      if openIndex != nil { grow(event["delta"] ?? .null) }
    default:
      guard openIndex != nil else { return }
      close()
      openIndex = nil
      let held = waiting
      waiting = []
      for event in held { block(event) }
    }
  }

  private mutating func grow(_ delta: JSON) {
    for name in ["text", "partial_json", "thinking"] {
      outputBytes += delta[name]?.string?.utf8.count ?? 0
    }
    switch delta["type"]?.string {
    case "text_delta": writer.delta(.text(delta["text"]?.string ?? ""))
    case "input_json_delta": writer.delta(.inputJSON(delta["partial_json"]?.string ?? ""))
    case "thinking_delta": writer.delta(.thinking(delta["thinking"]?.string ?? ""))
    case "signature_delta": writer.delta(.signature(delta["signature"]?.string ?? ""))
    default: if let object = delta.object { writer.delta(.other(object)) }
    }
  }

  // MARK: Blocks

  private mutating func open(_ block: Block) {
    var block = block
    var input: JSON?
    if block.type == "tool_use" {
      block["id"] = .string(ids.claim(block["id"]?.string, reply: replyID))
      block["name"] = .string(names.original(block["name"]?.string ?? ""))
      // A host that sends the whole call in its start: the input goes where readers of streams look for it.
      if block["input"]?.object?.isEmpty == false { input = block["input"] }
      block["input"] = [:]
    }
    let index = writer.open(block)
    if let input { writer.delta(.inputJSON(input.text)) }
    if block.type == "thinking" || block.type == "redacted_thinking" {
      writer.opaque(
        index, family: AnthropicDialect.family, ["model": .string(call.model)])
    }
  }

  private mutating func close() { writer.close() }

  /// A block that came in one piece, as the stream would have brought it.
  private mutating func add(whole block: Block) {
    var empty = block
    var deltas: [StreamEvent.Delta] = []
    switch block.type {
    case "text":
      empty["text"] = ""
      let citations = block["citations"]?.array
      if citations != nil { empty["citations"] = [] }
      let text = block["text"]?.string ?? ""
      if !text.isEmpty { deltas.append(.text(text)) }
      for citation in citations ?? [] {
        deltas.append(.other(["type": "citations_delta", "citation": citation]))
      }
    case "thinking":
      empty["thinking"] = ""
      empty["signature"] = ""
      deltas.append(.thinking(block["thinking"]?.string ?? ""))
      if let signature = block["signature"]?.string { deltas.append(.signature(signature)) }
    case "tool_use", "server_tool_use", "mcp_tool_use":
      empty["input"] = [:]
      deltas.append(.inputJSON((block["input"]?.nonNull ?? [:]).text))
    default: break
    }
    open(empty)
    for delta in deltas { writer.delta(delta) }
    outputBytes += block.publicJSON.text.utf8.count
    close()
  }

  private mutating func end() {
    while !waiting.isEmpty {
      close()
      openIndex = nil
      let held = waiting
      waiting = []
      for event in held { block(event) }
    }
    writer.end(
      stopReason: stopReason ?? "end_turn", stopSequence: stopSequence,
      usage: usage.final(UsageEstimate.of(call, outputBytes: outputBytes)))
  }
}

/// Token counts as they come in `message_start` and `message_delta`: totals, of which later ones replace earlier ones.
struct AnthropicUsage: Sendable {
  private var members: JSON.Object = [:]
  /// Whether the output was counted when it was all there; at the start of a stream a few tokens stand for all to come.
  private var hasWholeOutput = false

  /// Takes what a stream begins with, or all of a reply that is not streamed.
  mutating func take(start usage: JSON?) { take(usage) }

  /// Takes what a stream ends with.
  mutating func take(end usage: JSON?) {
    take(usage)
    if usage?["output_tokens"]?.countedTokens != nil { hasWholeOutput = true }
  }

  private mutating func take(_ usage: JSON?) {
    for member in usage?.object?.members ?? [] where !member.value.isNull {
      members[member.key] = member.value.countedTokens.map(JSON.integer) ?? member.value
    }
  }

  /// What is booked: the host's counts, with ours for those that it did not send.
  func final(_ estimate: Usage) -> Usage {
    var usage = total
    if usage.totalInput == 0 {
      usage.input = estimate.input
      usage.isEstimated = true
    }
    if usage.output == 0 || !hasWholeOutput, usage.output < estimate.output {
      usage.output = estimate.output
      usage.isEstimated = true
    }
    return usage
  }

  var total: Usage {
    var usage = Usage(json: .object(members))
    if let thinking = members["output_tokens_details"]?["thinking_tokens"]?.int {
      usage.reasoning = max(0, Int(clamping: thinking))
    }
    // With server tools the breakdown of cache writes is that of the first step, the sum that of all steps.
    let breakdown = members["cache_creation"]
    let first = breakdown?["ephemeral_5m_input_tokens"]?.int ?? 0
    if usage.cacheWriteHour > 0, first == 0 {
      usage.cacheWriteHour += usage.cacheWrite
      usage.cacheWrite = 0
    }
    return usage
  }
}
