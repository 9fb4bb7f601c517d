import Domain
import Outbound
import Wire

/// Reads a chat completion, whole or streamed, with all that hosts do differently.
///
/// States:
/// ```
///   waiting ──a chunk that says something──▶ replying ──finish_reason──▶ stopping ──[DONE] / end──▶ done
///      └───────────── error in any form ────────────▶ thrown          (replying ──[DONE]──▶ done)
/// ```
/// In `stopping` content and usage may still come, and another `finish_reason`. An end without `finish_reason` and without
/// `[DONE]` says nothing: the reply broke off.
struct ChatDecoder: ReplyDecoder {
  private let call: ModelCall
  private let names: NameMap
  private var writer = BlockWriter()
  private var ids: CallIDs
  private var calls = ChatCalls()
  private var usage = ChatUsage()
  private var reasoning = ChatReasoning()
  /// The thinking block that `reasoning` belongs to.
  private var reasoningBlock: Int?
  private var stop = ChatStop()
  private var isDone = false
  private var replyID = ""
  /// All text so far: some hosts send the whole of it again.
  private var text = ""
  private var outputBytes = 0
  /// Text and reasoning that came amid an unfinished call.
  private var held: [Held] = []
  private var sources: [JSON] = []

  private enum Held {
    case text(String)
    case thinking(String)
  }

  init(call: ModelCall) {
    self.call = call
    names = NameMap(call, .openAI)
    ids = CallIDs(history: call)
  }

  mutating func take(_ event: SSEEvent) throws(UpstreamFailure) -> [StreamEvent] {
    guard !isDone else { return [] }
    guard let json = try event.json() else {
      if event.isDone, writer.hasStarted { end() }
      return writer.drain()
    }
    if event.name == "error" { throw .reported(json) }
    try chunk(json)
    return writer.drain()
  }

  mutating func finish() throws(UpstreamFailure) -> [StreamEvent] {
    if stop.hasCome { end() }
    return writer.drain()
  }

  mutating func whole(_ reply: JSON) throws(UpstreamFailure) -> [StreamEvent] {
    try chunk(reply)
    guard reply["choices"]?.array?.isEmpty == false else {
      throw UpstreamFailure(.malformed, "the reply has no choices")
    }
    end()
    return writer.drain()
  }

  // MARK: One chunk

  private mutating func chunk(_ json: JSON) throws(UpstreamFailure) {
    try refuseError(json)
    usage.take(json["usage"]?.nonNull ?? json["x_groq"]?["usage"])
    if sources.isEmpty { sources = json["search_results"]?.array ?? [] }
    guard let choice = json["choices"]?.array?.first(where: { ($0["index"]?.int ?? 0) == 0 })
    else { return }
    usage.take(choice["usage"])
    if choice["error"]?.nonNull != nil { throw .reported(choice) }
    start(json)
    if let delta = choice["delta"]?.nonNull { content(delta) }
    if let message = choice["message"]?.nonNull {
      whole(message: message, isOnly: choice["delta"]?.nonNull == nil)
    }
    try stop.take(choice)
  }

  private func refuseError(_ json: JSON) throws(UpstreamFailure) {
    let isError =
      json["error"]?.nonNull != nil || json["object"] == "error" || json["type"] == "error"
      || (json["choices"] == nil && json["usage"] == nil && json["id"] == nil
        && ErrorBody(json).message != nil)
    if isError { throw .reported(json) }
  }

  private mutating func start(_ json: JSON) {
    guard !writer.hasStarted else { return }
    replyID = json["id"]?.string ?? ""
    let model = json["model"]?.string ?? ""
    writer.start(
      id: replyID, model: model.isEmpty ? call.model : model, usage: usage.total ?? Usage())
  }

  /// A delta, or a message that stands where a delta should.
  private mutating func content(_ delta: JSON) {
    let thought = reasoning.take(delta)
    if !thought.isEmpty { add(thinking: thought) }
    switch delta["content"] {
    case .string(let text): add(text: text)
    case .array(let parts): for part in parts { add(part) }
    case .object(let part): add(.object(part))
    default: break
    }
    if let refusal = delta["refusal"]?.string, !refusal.isEmpty {
      stop.hasRefused = true
      add(text: refusal)
    }
    // Speech that nobody asked for: its words are the reply.
    if let spoken = delta["audio"]?["transcript"]?.string { add(text: spoken) }
    cite(delta["annotations"]?.array ?? [])
    for piece in delta["tool_calls"]?.array ?? [] { add(call: piece) }
    if let piece = delta["function_call"]?.nonNull { add(call: piece) }
  }

  /// A whole message: all of a reply that is not streamed; in a stream it repeats what the deltas said, and adds what they left out.
  private mutating func whole(message: JSON, isOnly: Bool) {
    if text.isEmpty, calls.isEmpty, isOnly {
      content(message)
    } else if let all = message["content"]?.string, all.utf8.starts(with: text.utf8) {
      add(text: String(decoding: Array(all.utf8.dropFirst(text.utf8.count)), as: UTF8.self))
      if calls.isEmpty, isOnly {
        for piece in message["tool_calls"]?.array ?? [] { add(call: piece) }
      }
    }
  }

  private mutating func add(_ part: JSON) {
    switch part["type"]?.string {
    case "text", "output_text", nil: add(text: part["text"]?.string ?? part.string ?? "")
    case "thinking":
      let pieces = part["thinking"]?.array?.compactMap { $0["text"]?.string }
      let thought = pieces?.joined() ?? part["thinking"]?.string ?? ""
      guard !thought.isEmpty else { return }
      reasoning.came(in: ChatReply.contentParts)
      add(thinking: thought)
    case "reasoning":
      // Databricks; what it signs here cannot be told to the host again.
      let pieces = part["summary"]?.array?.compactMap { $0["text"]?.string }
      let thought = pieces?.joined() ?? part["text"]?.string ?? ""
      if !thought.isEmpty { add(thinking: thought) }
    case "refusal":
      stop.hasRefused = true
      add(text: part["refusal"]?.string ?? "")
    default: break  // References and media have no place in a text reply.
    }
  }

  // MARK: Blocks

  private mutating func add(text piece: String) {
    guard !piece.isEmpty else { return }
    text += piece
    outputBytes += piece.utf8.count
    guard closeCompleteCall() else { return held.append(.text(piece)) }
    leaveReasoning()
    writer.text(piece)
  }

  private mutating func add(thinking piece: String) {
    outputBytes += piece.utf8.count
    guard closeCompleteCall() else { return held.append(.thinking(piece)) }
    reasoningBlock = writer.thinking(piece)
  }

  /// Reasoning ends where something else begins: what must go back with it is left on its block. Encrypted reasoning without
  /// a word of text has none, and waits for the call it belongs to, or for the end.
  private mutating func leaveReasoning() {
    guard let block = reasoningBlock else { return }
    remember(on: block)
    reasoningBlock = nil
  }

  private mutating func remember(on block: Int) {
    writer.opaque(block, family: ChatDialect.family, reasoning.memory(model: call.model))
    reasoning = ChatReasoning()
  }

  private mutating func add(call piece: JSON) {
    let before = calls.all.count
    calls.take(piece)
    stop.hasCalls = true
    if calls.all.count > before { _ = closeCompleteCall() }
    pass()
  }

  /// Passes on what the open call has got; opens the first that waits where none is open.
  private mutating func pass() {
    if calls.open == nil, let next = calls.next {
      guard !calls[next].name.isEmpty else { return }
      openCall(next)
    }
    guard let open = calls.open, let piece = calls[open].nextPiece() else { return }
    outputBytes += piece.utf8.count
    writer.delta(.inputJSON(piece))
  }

  private mutating func openCall(_ position: Int) {
    leaveReasoning()
    let call = calls[position]
    let id = ids.claim(call.id, reply: replyID)
    let block = writer.open(.toolUse(id: id, name: names.original(call.name), input: [:]))
    if !reasoning.details.isEmpty { remember(on: block) }
    calls[position].isOpened = true
  }

  /// Closes the open call if its input is complete.
  /// - Returns: whether no call is open any more.
  private mutating func closeCompleteCall() -> Bool {
    guard let open = calls.open else { return true }
    guard calls[open].hasCompleteInput else { return false }
    closeCall(open)
    return true
  }

  private mutating func closeCall(_ position: Int) {
    if let piece = calls[position].lastPiece() {
      outputBytes += piece.utf8.count
      writer.delta(.inputJSON(piece))
    }
    calls[position].isClosed = true
    writer.close()
  }

  private mutating func cite(_ annotations: [JSON]) {
    guard writer.openType == "text" else { return }
    for annotation in annotations {
      // Here the members stand one level deeper than in the Responses API.
      guard annotation["type"] == "url_citation", var flat = annotation["url_citation"]?.object
      else {
        continue
      }
      flat["type"] = "url_citation"
      citation(.object(flat))
    }
  }

  private mutating func citation(_ annotation: JSON) {
    writer.delta(
      .other(["type": "citations_delta", "citation": ResponsesItem.citation(annotation)]))
  }

  // MARK: The end

  private mutating func end() {
    guard !isDone else { return }
    isDone = true
    if writer.openType == "text" {
      for source in sources where source["url"]?.string != nil {
        citation(.record(["type": "url_citation", "url": source["url"], "title": source["title"]]))
      }
    }
    if let open = calls.open { closeCall(open) }
    while let next = calls.next {
      openCall(next)
      closeCall(next)
    }
    for piece in held {
      switch piece {
      case .text(let text):
        leaveReasoning()
        writer.text(text)
      case .thinking(let text): reasoningBlock = writer.thinking(text)
      }
    }
    leaveReasoning()
    if !reasoning.details.isEmpty, writer.count > 0 { remember(on: writer.count - 1) }
    let (reason, sequence) = stop.reason(call.stopSequences)
    writer.end(
      stopReason: reason, stopSequence: sequence,
      usage: usage.total ?? UsageEstimate.of(call, outputBytes: outputBytes))
  }
}

extension SSEEvent {
  /// Whether it is the end mark of OpenAI's streams.
  var isDone: Bool { data.utf8.drop { $0 == 0x20 }.starts(with: "[DONE]".utf8) }
}
