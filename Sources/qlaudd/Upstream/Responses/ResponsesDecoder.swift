import Domain
import Outbound
import Wire

/// Reads a Responses reply, whole or as a stream of typed events.
///
/// States:
/// ```
///   waiting ──response.created──▶ replying ──response.completed / incomplete──▶ done
///      └──────────── error, response.failed ────────────▶ thrown
/// ```
/// The API may interleave output items; ours may not. Text and reasoning let go of the open block when another item has
/// something to say, a tool call holds it until it is done, and events of other items wait that long. Each `done` event
/// and the final response repeat whole items: what no delta brought is taken from there, so a host that sends no deltas
/// loses nothing.
struct ResponsesDecoder: ReplyDecoder {
  private let call: ModelCall
  private let names: NameMap
  private var blocks: ResponsesBlocks
  private var ids: CallIDs
  /// Events of other items while a call holds the open block.
  private var waiting: [JSON] = []
  private var hasCalls = false
  private var hasRefused = false
  private var isDone = false
  private var responseID = ""
  /// The item that the last event named; hosts that leave the number out go on with it.
  private var lastIndex = 0

  init(call: ModelCall) {
    self.call = call
    names = ResponsesDialect.toolNames(call)
    blocks = ResponsesBlocks(model: call.model)
    ids = CallIDs(history: call)
  }

  mutating func take(_ event: SSEEvent) throws(UpstreamFailure) -> [StreamEvent] {
    guard !isDone, let json = try event.json() else { return [] }
    try take(json)
    return blocks.writer.drain()
  }

  mutating func finish() throws(UpstreamFailure) -> [StreamEvent] { blocks.writer.drain() }

  mutating func whole(_ json: JSON) throws(UpstreamFailure) -> [StreamEvent] {
    if json["error"]?.nonNull != nil, json["output"]?.array?.isEmpty != false {
      throw UpstreamFailure.reported(json)
    }
    guard json["output"]?.array != nil else {
      throw UpstreamFailure(.malformed, "the reply is no response object: it has no output")
    }
    start(json, of: json)
    try end(json)
    return blocks.writer.drain()
  }

  // MARK: Events

  private mutating func take(_ event: JSON) throws(UpstreamFailure) {
    switch event["type"]?.string {
    case "response.created", "response.queued", "response.in_progress":
      start(event["response"], of: event)
    case "response.completed", "response.incomplete":
      start(event["response"], of: event)
      try end(event["response"] ?? .null)
    case "response.failed", "response.cancelled":
      throw ResponsesDialect.failure(event["response"] ?? .null)
    case "error":
      throw UpstreamFailure.reported(event)
    case nil:
      // Some hosts report an error without a type.
      if event["error"]?.nonNull != nil { throw UpstreamFailure.reported(event) }
    default:
      // Signs of life and kinds to come may stand before the beginning, which names the reply.
      if Self.members.contains(where: { event[$0] != nil }) { start(nil, of: event) }
      item(event)
    }
  }

  /// What an event of an item has at least one of.
  private static let members = ["item", "delta", "text", "refusal", "arguments", "annotation"]

  private mutating func start(_ response: JSON?, of event: JSON) {
    guard !blocks.writer.hasStarted else { return }
    // Without an id, one made from the first event is the same on every reading.
    responseID = response?["id"]?.string ?? "resp_" + StableHash.hex(event.text)
    blocks.writer.start(
      id: responseID, model: response?["model"]?.string ?? call.model, usage: Usage())
  }

  /// An event of one output item.
  private mutating func item(_ event: JSON) {
    let index = event["output_index"]?.int.map { Int(clamping: $0) } ?? lastIndex
    lastIndex = index
    if let holder = blocks.holder, holder.item != index, holder.part == .call {
      waiting.append(event)
      return
    }
    var part: Int { Int(clamping: event["content_index"]?.int ?? 0) }
    var summary: Int { Int(clamping: event["summary_index"]?.int ?? 0) }
    let delta = event["delta"]?.string ?? ""
    switch event["type"]?.string ?? "" {
    case "response.output_item.added": added(index, event["item"] ?? .null)
    case "response.output_text.delta": blocks.grow(index, .text(part), delta)
    case "response.refusal.delta":
      hasRefused = true
      blocks.grow(index, .text(part), delta)
    case "response.output_text.annotation.added":
      if let annotation = event["annotation"] { blocks.cite(index, .text(part), annotation) }
    case "response.output_text.done": blocks.complete(index, .text(part), event["text"])
    case "response.refusal.done": blocks.complete(index, .text(part), event["refusal"])
    case "response.reasoning_summary_text.delta": blocks.grow(index, .summary(summary), delta)
    case "response.reasoning_summary_text.done":
      blocks.complete(index, .summary(summary), event["text"])
    case "response.reasoning_text.delta": blocks.grow(index, .reasoning(part), delta)
    case "response.reasoning_text.done": blocks.complete(index, .reasoning(part), event["text"])
    case "response.function_call_arguments.delta":
      if blocks.holds(index, { $0 == .call }) { blocks.grow(index, .call, delta) }
    case "response.function_call_arguments.done":
      blocks.complete(index, .call, event["arguments"])
    case "response.output_item.done": done(index, event["item"] ?? .null)
    // Progress of server tools, brackets of parts: the item itself says it all when it is done.
    default: break
    }
  }

  private mutating func added(_ index: Int, _ item: JSON) {
    guard item["type"] == "function_call" else { return }
    openCall(index, item)
  }

  private mutating func done(_ index: Int, _ item: JSON) {
    switch item["type"]?.string ?? "" {
    case "message": doneMessage(index, item)
    case "reasoning": doneReasoning(index, item)
    case "function_call":
      openCall(index, item)
      blocks.complete(index, .call, item["arguments"])
    case "custom_tool_call": doneCustomCall(index, item)
    case "": break
    default: doneServerTool(index, item)
    }
    blocks.finish(index, kind: item["type"]?.string)
    release(index)
  }

  private mutating func release(_ index: Int) {
    if blocks.holder?.item == index { blocks.close() }
    let held = waiting
    waiting = []
    for event in held { item(event) }
  }

  // MARK: Kinds of items

  private mutating func doneMessage(_ index: Int, _ item: JSON) {
    for (number, content) in (item["content"]?.array ?? []).enumerated() {
      let part = blocks.seen(index, number, \.isText) ?? .text(number)
      blocks.complete(index, part, content["text"] ?? content["refusal"])
      if content["type"] == "refusal" { hasRefused = true }
      let cited = blocks.items[index]?.citations[part] ?? 0
      for annotation in (content["annotations"]?.array ?? []).dropFirst(cited) {
        blocks.cite(index, part, annotation)
      }
    }
    guard let phase = item["phase"]?.nonNull else { return }
    for block in blocks.items[index]?.blocks ?? [] { blocks.store(block, ["phase": phase]) }
  }

  private mutating func doneReasoning(_ index: Int, _ item: JSON) {
    for (number, content) in (item["summary"]?.array ?? []).enumerated() {
      blocks.complete(
        index, blocks.seen(index, number, \.isSummary) ?? .summary(number), content["text"])
    }
    for (number, content) in (item["content"]?.array ?? []).enumerated() {
      blocks.complete(
        index, blocks.seen(index, number, \.isReasoning) ?? .reasoning(number), content["text"])
    }
    blocks.keep(index, item)
  }

  private mutating func openCall(_ index: Int, _ item: JSON) {
    guard blocks.items[index]?.block == nil, let name = item["name"]?.string else { return }
    let id = ids.claim(item["call_id"]?.string ?? item["id"]?.string, reply: responseID)
    blocks.open(index, .call, .toolUse(id: id, name: names.original(name), input: [:]))
    hasCalls = true
  }

  /// A tool whose input is free text: ours are objects, so the text stands in one member.
  private mutating func doneCustomCall(_ index: Int, _ item: JSON) {
    openCall(index, item)
    guard let block = blocks.items[index]?.block, blocks.items[index]?.count(.call) == 0 else {
      return
    }
    let input: JSON = ["input": item["input"] ?? ""]
    blocks.grow(index, .call, input.text)
    blocks.store(block, ["type": "custom_tool_call"])
  }

  /// What the provider ran itself, in the shape of Anthropic's server tools: the name is the item's type without
  /// `_call`, the input its `action`. The item stays on the block and goes back as it came.
  private mutating func doneServerTool(_ index: Int, _ item: JSON) {
    guard blocks.items[index]?.block == nil, let type = item["type"]?.string else { return }
    let name = type.hasSuffix("_call") ? String(type.dropLast("_call".count)) : type
    let id = item["id"]?.string ?? ids.claim(nil, reply: responseID)
    blocks.open(
      index, .call,
      Block(["type": "server_tool_use", "id": .string(id), "name": .string(name), "input": [:]]))
    blocks.grow(index, .call, (item["action"]?.nonNull ?? [:]).text)
    if let block = blocks.items[index]?.block { blocks.store(block, ["item": item]) }
  }

  // MARK: The end

  private mutating func end(_ response: JSON) throws(UpstreamFailure) {
    let status = response["status"]?.string ?? "completed"
    guard status == "completed" || status == "incomplete" else {
      throw ResponsesDialect.failure(response)
    }
    let output = response["output"]?.array ?? []
    while let holder = blocks.holder {
      // A call that was never done: the final response has the rest of it.
      let item = output.indices.contains(holder.item) ? output[holder.item] : .null
      if holder.part == .call, item["call_id"] != nil { done(holder.item, item) }
      release(holder.item)
    }
    // Where as many items came as there are, they are the same ones, whatever numbers the events gave them.
    let hasAll = blocks.items.count >= output.count
    for (index, item) in output.enumerated() {
      if blocks.items[index]?.isDone == true {
        let isKept = blocks.items[index]?.kind == "reasoning" && blocks.items[index]?.block != nil
        if isKept, item["type"] == "reasoning" { blocks.keep(index, item) }
      } else if !hasAll || blocks.items[index] != nil {
        done(index, item)
      }
    }
    let usage =
      response["usage"]?.nonNull.flatMap(ResponsesDialect.usage)
      ?? UsageEstimate.of(call, outputBytes: blocks.outputBytes)
    blocks.writer.end(stopReason: stopReason(response), usage: usage)
    isDone = true
  }

  private func stopReason(_ response: JSON) -> String {
    switch response["incomplete_details"]?["reason"]?.string {
    case "max_output_tokens", "max_tokens": return "max_tokens"
    case "content_filter": return "refusal"
    default:
      if hasCalls { return "tool_use" }
      return hasRefused ? "refusal" : "end_turn"
    }
  }
}
