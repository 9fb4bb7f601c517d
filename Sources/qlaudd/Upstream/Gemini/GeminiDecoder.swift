import Domain
import Outbound
import Wire

/// Reads a Gemini reply: `GenerateContentResponse` objects, one an SSE event, without event names and without an end
/// mark.
///
/// States:
/// ```
///   waiting ──first chunk──▶ replying ──finishReason / blockReason──▶ stopping ──finish()──▶ done
///      └──────────────────── error, tool call the API could not read ───────────▶ thrown
/// ```
/// `finish()` in `replying` says nothing: the reply broke off. In `stopping` usage may still come.
/// Adjacent text parts make one block; a function call comes whole and becomes one block with one input delta.
struct GeminiDecoder: ReplyDecoder {
  private let family: String
  private let call: ModelCall
  private let names: NameMap
  private var writer = BlockWriter()
  private var ids: CallIDs
  private var usage = GeminiUsage()
  private var stop: GeminiStop?
  private var responseID = ""
  /// The block that signatures may still belong to: the open one, or the last one closed.
  private var current: Current?
  /// Signatures on empty text parts before the first block.
  private var early: [String] = []
  private var hasCalls = false
  private var outputBytes = 0

  private struct Current {
    enum Kind { case text, thinking, whole }
    let index: Int
    let kind: Kind
    var length = 0
    var marks = GeminiSignatures()
    var members: JSON.Object = [:]
    var isOpen: Bool
  }

  init(family: String, call: ModelCall) {
    self.family = family
    self.call = call
    names = GeminiDialect.toolNames(call)
    ids = CallIDs(history: call)
  }

  mutating func take(_ event: SSEEvent) throws(UpstreamFailure) -> [StreamEvent] {
    guard let json = try event.json() else { return [] }
    try chunk(json)
    return writer.drain()
  }

  mutating func finish() throws(UpstreamFailure) -> [StreamEvent] {
    guard let stop else { return writer.drain() }
    close()
    writer.end(
      stopReason: stop.reason(hasCalls: hasCalls),
      usage: usage.total ?? UsageEstimate.of(call, outputBytes: outputBytes))
    self.stop = nil
    return writer.drain()
  }

  /// A whole reply is one object; without `alt=sse` a stream is an array of them.
  mutating func whole(_ json: JSON) throws(UpstreamFailure) -> [StreamEvent] {
    for chunk in json.array ?? [json] { try self.chunk(chunk) }
    guard stop != nil else {
      throw UpstreamFailure(
        .malformed, "the reply has neither a candidate that ended nor a block reason")
    }
    return writer.drain() + (try finish())
  }

  // MARK: One chunk

  /// What a chunk of a reply has at least one of.
  private static let members = ["candidates", "usageMetadata", "promptFeedback", "responseId"]

  private mutating func chunk(_ json: JSON) throws(UpstreamFailure) {
    if json["error"]?.nonNull != nil { throw UpstreamFailure.reported(json) }
    // Signs of life that gateways send say nothing of the reply.
    guard Self.members.contains(where: { json[$0]?.nonNull != nil }) else { return }
    if responseID.isEmpty {
      // Older models send no id; one made from the first chunk is the same on every reading.
      responseID = json["responseId"]?.string ?? "gen_" + StableHash.hex(json.text)
    }
    usage.take(json["usageMetadata"])
    writer.start(
      id: responseID, model: json["modelVersion"]?.string ?? call.model,
      usage: usage.total ?? Usage())
    let candidate = json["candidates"]?.array?.first { ($0["index"]?.int ?? 0) == 0 }
    for part in candidate?["content"]?["parts"]?.array ?? [] {
      if let part = part.object { add(part) }
    }
    ground(candidate?["groundingMetadata"])
    if let reason = candidate?["finishReason"]?.string, reason != "FINISH_REASON_UNSPECIFIED" {
      stop = try GeminiStop(finishReason: reason, message: candidate?["finishMessage"]?.string)
    } else if json["promptFeedback"]?["blockReason"]?.nonNull != nil {
      stop = .refused
    }
  }

  private mutating func add(_ part: JSON.Object) {
    let signature = part["thoughtSignature"]?.string
    if let text = part["text"]?.string {
      add(text: text, isThought: part["thought"] == true, signature: signature)
    } else if let call = part["functionCall"]?.nonNull {
      add(call: call, signature: signature)
    } else if signature != nil || part.members.contains(where: Self.says) {
      add(other: part, signature: signature)
    }
  }

  /// Whether a member of a part holds something. Parts that hold nothing come from some gateways; Google refuses them back.
  private static func says(_ member: JSON.Object.Member) -> Bool {
    member.key != "thought" && !member.value.isNull
  }

  private mutating func add(text: String, isThought: Bool, signature: String?) {
    guard !text.isEmpty else {
      if let signature { add(lone: signature) }
      return
    }
    let kind: Current.Kind = isThought ? .thinking : .text
    if current?.isOpen != true || current?.kind != kind {
      let empty: Block =
        isThought ? Block(["type": "thinking", "thinking": "", "signature": ""]) : .text("")
      open(empty, kind)
    }
    writer.delta(isThought ? .thinking(text) : .text(text))
    let from = current?.length ?? 0
    let to = from + text.utf8.count
    outputBytes += text.utf8.count
    current?.length = to
    if let signature { current?.marks.add(signature, from: from, to: to) }
  }

  private mutating func add(call: JSON, signature: String?) {
    let id = call["id"]?.string
    let name = names.original(call["name"]?.string ?? "")
    let ours = ids.claim(id, reply: responseID)
    open(.toolUse(id: ours, name: name, input: [:]), .whole)
    hasCalls = true
    let input = call["args"]?.object.map(JSON.object) ?? [:]
    writer.delta(.inputJSON(input.text))
    outputBytes += input.text.utf8.count
    if let id { current?.members["call_id"] = .string(id) }
    if let signature { current?.marks.add(signature, from: 0, to: 0) }
    close()
  }

  /// A signature on an empty text part belongs behind what came before it, else before what comes next.
  private mutating func add(lone signature: String) {
    guard let now = current else {
      early.append(signature)
      return
    }
    current?.marks.add(signature, from: now.length, to: now.length, alone: true)
    if !now.isOpen { store() }
  }

  /// Images, code execution and kinds that are not known here: shown where there is a shape for them, else kept out of
  /// sight; all go back as they came.
  private mutating func add(other part: JSON.Object, signature: String?) {
    open(GeminiParts.block(part, id: ids.claim(nil, reply: responseID)), .whole)
    var kept = part
    kept["thoughtSignature"] = nil
    current?.members["part"] = .object(kept)
    if let signature { current?.marks.add(signature, from: 0, to: 0) }
    close()
  }

  private mutating func ground(_ metadata: JSON?) {
    guard let metadata, let now = current, now.isOpen, now.kind == .text else { return }
    for citation in GeminiParts.citations(metadata) {
      writer.delta(.other(["type": "citations_delta", "citation": citation]))
    }
  }

  // MARK: Blocks

  private mutating func open(_ block: Block, _ kind: Current.Kind) {
    close()
    var next = Current(index: writer.open(block), kind: kind, isOpen: true)
    for signature in early { next.marks.add(signature, from: 0, to: 0, alone: true) }
    early = []
    current = next
  }

  private mutating func close() {
    guard current?.isOpen == true else { return }
    store()
    writer.close()
    current?.isOpen = false
  }

  private mutating func store() {
    guard let now = current else { return }
    var members = now.members
    members.merge(now.marks.members(length: now.length))
    guard !members.isEmpty else { return }
    members["model"] = .string(call.model)
    writer.opaque(now.index, family: family, .object(members))
  }
}
