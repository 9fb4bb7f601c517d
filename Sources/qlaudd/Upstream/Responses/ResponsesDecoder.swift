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
/// The API may interleave output items; ours may not. So one item at a time holds the open block: text and reasoning
/// let go when another item has something to say (and open a new block if they speak again), a tool call holds it until it is
/// done, and events of other items wait that long. Each `done` event and the final response repeat whole items:
/// what no delta brought is taken from there, so a host that sends no deltas loses nothing.
struct ResponsesDecoder: ReplyDecoder {
  private let call: ModelCall
  private let names: NameMap
  private var writer = BlockWriter()
  private var ids: CallIDs
  private var items: [Int: ResponsesItem] = [:]
  /// The item whose block is open, and which part of it.
  private var holder: (item: Int, part: ResponsesItem.Part)?
  private var waiting: [JSON] = []
  private var hasCalls = false
  private var hasRefused = false
  private var isDone = false
  private var responseID = ""
  private var outputBytes = 0

  init(call: ModelCall) {
    self.call = call
    names = ResponsesDialect.toolNames(call)
    ids = CallIDs(history: call)
  }

  mutating func take(_ event: SSEEvent) throws(UpstreamFailure) -> [StreamEvent] {
    guard !isDone, let json = try event.json() else { return [] }
    try take(json)
    return writer.drain()
  }

  mutating func finish() throws(UpstreamFailure) -> [StreamEvent] { writer.drain() }

  mutating func whole(_ json: JSON) throws(UpstreamFailure) -> [StreamEvent] {
    if json["error"]?.nonNull != nil, json["output"]?.array?.isEmpty != false {
      throw UpstreamFailure.reported(json)
    }
    guard json["output"]?.array != nil else {
      throw UpstreamFailure(.malformed, "the reply is no response object: it has no output")
    }
    start(json, of: json)
    try end(json)
    return writer.drain()
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
      start(nil, of: event)
      item(event)
    }
  }

  private mutating func start(_ response: JSON?, of event: JSON) {
    guard !writer.hasStarted else { return }
    // Without an id, one made from the first event is the same on every reading.
    responseID = response?["id"]?.string ?? "resp_" + StableHash.hex(event.text)
    writer.start(id: responseID, model: response?["model"]?.string ?? call.model, usage: Usage())
  }

  /// An event of one output item.
  private mutating func item(_ event: JSON) {
    guard let index = event["output_index"]?.int.map({ Int(clamping: $0) }) else { return }
    if let holder, holder.item != index, holder.part == .call {
      waiting.append(event)
      return
    }
    var part: Int { Int(clamping: event["content_index"]?.int ?? 0) }
    var summary: Int { Int(clamping: event["summary_index"]?.int ?? 0) }
    let delta = event["delta"]?.string ?? ""
    switch event["type"]?.string ?? "" {
    case "response.output_item.added": added(index, event["item"] ?? .null)
    case "response.output_text.delta": grow(index, .text(part), delta)
    case "response.refusal.delta":
      hasRefused = true
      grow(index, .text(part), delta)
    case "response.output_text.annotation.added":
      if let annotation = event["annotation"] { cite(index, .text(part), annotation) }
    case "response.output_text.done": complete(index, .text(part), event["text"])
    case "response.refusal.done": complete(index, .text(part), event["refusal"])
    case "response.reasoning_summary_text.delta": grow(index, .summary(summary), delta)
    case "response.reasoning_summary_text.done": complete(index, .summary(summary), event["text"])
    case "response.reasoning_text.delta": grow(index, .reasoning(part), delta)
    case "response.reasoning_text.done": complete(index, .reasoning(part), event["text"])
    case "response.function_call_arguments.delta":
      if holds(index, { $0 == .call }) { grow(index, .call, delta) }
    case "response.function_call_arguments.done":
      complete(index, .call, event["arguments"])
    case "response.output_item.done": done(index, event["item"] ?? .null)
    default: break  // Progress of server tools, part brackets: the item itself says it all when it is done.
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
      complete(index, .call, item["arguments"])
    case "custom_tool_call": doneCustomCall(index, item)
    case "": break
    default: doneServerTool(index, item)
    }
    items[index, default: ResponsesItem()].isDone = true
    items[index]?.kind = item["type"]?.string
    release(index)
  }

  private mutating func release(_ index: Int) {
    if holder?.item == index { close() }
    let held = waiting
    waiting = []
    for event in held { item(event) }
  }

  // MARK: Kinds of items

  private mutating func doneMessage(_ index: Int, _ item: JSON) {
    for (number, content) in (item["content"]?.array ?? []).enumerated() {
      let part = seen(index, number, \.isText) ?? .text(number)
      complete(index, part, content["text"] ?? content["refusal"])
      if content["type"] == "refusal" { hasRefused = true }
      let cited = items[index]?.citations[part] ?? 0
      for annotation in (content["annotations"]?.array ?? []).dropFirst(cited) {
        cite(index, part, annotation)
      }
    }
    guard let phase = item["phase"]?.nonNull else { return }
    for block in items[index]?.blocks ?? [] { store(block, ["phase": phase]) }
  }

  private mutating func doneReasoning(_ index: Int, _ item: JSON) {
    for (number, content) in (item["summary"]?.array ?? []).enumerated() {
      complete(index, seen(index, number, \.isSummary) ?? .summary(number), content["text"])
    }
    for (number, content) in (item["content"]?.array ?? []).enumerated() {
      complete(index, seen(index, number, \.isReasoning) ?? .reasoning(number), content["text"])
    }
    keep(index, item)
  }

  /// The part that deltas grew at that place among its like: some hosts count the parts of a stream otherwise than those
  /// of the finished item.
  private func seen(
    _ index: Int, _ number: Int, _ isLike: (ResponsesItem.Part) -> Bool
  ) -> ResponsesItem.Part? {
    items[index]?.parts.filter(isLike).dropFirst(number).first
  }

  /// Leaves on the block what lets the reasoning go back. Without encrypted content or the raw text the provider could not find
  /// it again (`store` is false), so there is nothing to keep. The last payload wins: encrypted content is made anew in each
  /// event, and what stands in `output_item.added` is unfinished.
  private mutating func keep(_ index: Int, _ item: JSON) {
    let encrypted = item["encrypted_content"]?.nonNull
    let raw = item["content"]?.array ?? []
    guard encrypted != nil || !raw.isEmpty else { return }
    if items[index]?.block == nil {
      open(index, .summary(0), Block(["type": "redacted_thinking", "data": ""]))
      close()
    }
    guard let block = items[index]?.block else { return }
    let own = JSON.record([
      "id": item["id"]?.nonNull, "encrypted_content": encrypted,
      "summary": item["summary"]?.nonNull, "content": raw.isEmpty ? JSON?.none : .array(raw),
    ])
    store(block, own.object ?? [:])
  }

  private mutating func openCall(_ index: Int, _ item: JSON) {
    guard items[index]?.block == nil, let name = item["name"]?.string else { return }
    let id = ids.claim(item["call_id"]?.string ?? item["id"]?.string, reply: responseID)
    open(index, .call, .toolUse(id: id, name: names.original(name), input: [:]))
    hasCalls = true
  }

  /// A tool whose input is free text: ours are objects, so the text stands in one member.
  private mutating func doneCustomCall(_ index: Int, _ item: JSON) {
    openCall(index, item)
    guard let block = items[index]?.block, items[index]?.count(.call) == 0 else { return }
    let input: JSON = ["input": item["input"] ?? ""]
    grow(index, .call, input.text)
    store(block, ["type": "custom_tool_call"])
  }

  /// What the provider ran itself, in the shape of Anthropic's server tools: the name is the item's type without `_call`,
  /// the input its `action`. The item stays on the block and goes back as it came.
  private mutating func doneServerTool(_ index: Int, _ item: JSON) {
    guard items[index]?.block == nil, let type = item["type"]?.string else { return }
    let name = type.hasSuffix("_call") ? String(type.dropLast("_call".count)) : type
    let id = item["id"]?.string ?? ids.claim(nil, reply: responseID)
    open(
      index, .call,
      Block(["type": "server_tool_use", "id": .string(id), "name": .string(name), "input": [:]]))
    grow(index, .call, (item["action"]?.nonNull ?? [:]).text)
    if let block = items[index]?.block { store(block, ["item": item]) }
  }

  private mutating func cite(_ index: Int, _ part: ResponsesItem.Part, _ annotation: JSON) {
    items[index, default: ResponsesItem()].citations[part, default: 0] += 1
    guard holds(index, { $0 == part }) else { return }
    writer.delta(
      .other(["type": "citations_delta", "citation": ResponsesItem.citation(annotation)]))
  }

  // MARK: Blocks

  /// Adds to a part, in its open block or a new one.
  private mutating func grow(_ index: Int, _ part: ResponsesItem.Part, _ text: String) {
    guard !text.isEmpty else { return }
    switch part {
    case .call:
      writer.delta(.inputJSON(text))
    case .text:
      if !holds(index, { $0 == part }) { open(index, part, .text("")) }
      writer.delta(.text(text))
    case .summary, .reasoning:
      if !holds(index, \.isThinking) {
        open(index, part, Block(["type": "thinking", "thinking": "", "signature": ""]))
      } else if !holds(index, { $0 == part }) {
        // The parts of one reasoning are paragraphs of one block.
        holder = (index, part)
        writer.delta(.thinking("\n\n"))
      }
      writer.delta(.thinking(text))
    }
    items[index, default: ResponsesItem()].count(part, text.utf8.count)
    outputBytes += text.utf8.count
  }

  /// Adds what of a whole part no delta has brought.
  private mutating func complete(_ index: Int, _ part: ResponsesItem.Part, _ whole: JSON?) {
    guard let whole = whole?.string, items[index]?.isDone != true else { return }
    guard part != .call || holds(index, { $0 == .call }) else { return }
    let missing = whole.utf8.dropFirst(items[index]?.count(part) ?? 0)
    grow(index, part, String(decoding: Array(missing), as: UTF8.self))
  }

  private func holds(_ index: Int, _ test: (ResponsesItem.Part) -> Bool) -> Bool {
    holder.map { $0.item == index && test($0.part) } ?? false
  }

  private mutating func open(_ index: Int, _ part: ResponsesItem.Part, _ block: Block) {
    close()
    items[index, default: ResponsesItem()].blocks.append(writer.open(block))
    holder = (index, part)
  }

  private mutating func close() {
    guard holder != nil else { return }
    writer.close()
    holder = nil
  }

  private mutating func store(_ block: Int, _ members: JSON.Object) {
    var members = members
    members["model"] = .string(call.model)
    writer.opaque(block, family: ResponsesDialect.family, .object(members))
  }

  // MARK: The end

  private mutating func end(_ response: JSON) throws(UpstreamFailure) {
    let status = response["status"]?.string ?? "completed"
    guard status == "completed" || status == "incomplete" else {
      throw ResponsesDialect.failure(response)
    }
    let output = response["output"]?.array ?? []
    if let holder {
      // A call that was never done: the final response has the rest of it.
      let item = output.indices.contains(holder.item) ? output[holder.item] : .null
      if holder.part == .call, item["call_id"] != nil { done(holder.item, item) }
      release(holder.item)
    }
    // Where as many items came as there are, they are the same ones, whatever numbers the events gave them.
    let hasAll = items.count >= output.count
    for (index, item) in output.enumerated() {
      if items[index]?.isDone == true {
        let isKept = items[index]?.kind == "reasoning" && items[index]?.block != nil
        if isKept, item["type"] == "reasoning" { keep(index, item) }
      } else if !hasAll || items[index] != nil {
        done(index, item)
      }
    }
    let usage =
      response["usage"]?.nonNull.map(ResponsesDialect.usage)
      ?? UsageEstimate.of(call, outputBytes: outputBytes)
    writer.end(stopReason: stopReason(response), usage: usage)
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
