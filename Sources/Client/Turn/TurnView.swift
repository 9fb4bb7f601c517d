import Wire

/// What a turn's events mean for a person: a pure machine over the protocol's section 5.
struct TurnView {
  /// Something to show.
  enum Piece: Equatable {
    /// The model's words.
    case text(String)
    /// The model's reasoning.
    case thinking(String)
    /// The words end here; what follows begins a line of its own.
    case lineBreak
    /// What happens besides.
    case note(String)
    /// What was shown of this reply is void and comes again.
    case void(String)
    case finished(Outcome)
  }

  /// How it ended.
  enum Outcome: Equatable {
    case done
    case cancelled
    case queued(reason: String)
    case failed(kind: String, message: String)
  }

  /// What is known about the cost so far.
  private(set) var model: String?
  private(set) var inputTokens: Int64 = 0
  private(set) var outputTokens: Int64 = 0
  private(set) var cost: Int64?
  /// The number of the reply's message in its thread.
  private(set) var seq: Int64?
  /// Whether the words shown so far end within a line.
  private(set) var hasOpenLine = false
  private var failure: Outcome?
  /// Usage of the call that runs; later numbers replace earlier ones.
  private var callInput: Int64 = 0
  private var callOutput: Int64 = 0

  /// Takes the next event of the turn.
  mutating func take(_ event: String, _ data: JSON) -> [Piece] {
    switch event {
    case "message_start": return start(data["message"] ?? [:])
    case "content_block_start": return begin(data["content_block"] ?? [:])
    case "content_block_delta": return grow(data["delta"] ?? [:])
    case "message_delta":
      count(data["usage"] ?? [:])
      return []
    case "message_stop": return endLine()
    case "event/snapshot": return snapshot(data["message"] ?? data)
    case "qlaud.tool_dispatch_start":
      let input = data["input"].map { " " + Self.short($0.text) } ?? ""
      return endLine() + [.note("→ \(Self.name(data))\(input)")]
    case "qlaud.tool_dispatch_done":
      let failed = data["is_error"] == true
      let output = failed ? ": " + Self.short(Report.scalar(data["output"] ?? "")) : ""
      return [.note("← \(Self.name(data))\(failed ? " failed" : "")\(output)")]
    case "qlaud.approval_required": return endLine() + [.note(Self.approval(data))]
    case "qlaud.approval_resolved":
      return [.note("approval \(Report.scalar(data["decision"] ?? data["status"] ?? "answered"))")]
    case "qlaud.retry":
      let reason = data["reason"]?.string ?? "the provider failed"
      return endLine() + [.void("trying again: \(reason)")]
    case "qlaud.queued":
      return endLine() + [.finished(.queued(reason: data["reason"]?.string ?? "offline"))]
    case "qlaud.error":
      failure = .failed(kind: data["kind"]?.string ?? "internal", message: Self.error(data))
      return []
    case "qlaud.done": return finish(data)
    default: return []
    }
  }

  /// What went wrong, and whose words they are.
  private static func error(_ data: JSON) -> String {
    let message = data["message"]?.string ?? "failed"
    guard data["kind"] == "upstream_error" else { return message }
    return "the provider answers\(data["status"]?.int.map { " \($0)" } ?? ""): \(message)"
  }

  private mutating func start(_ message: JSON) -> [Piece] {
    settleCall()
    model = message["model"]?.string ?? model
    count(message["usage"] ?? [:])
    return []
  }

  private mutating func begin(_ block: JSON) -> [Piece] {
    guard block["type"] == "text" else { return endLine() }
    return endLine() + words(block["text"]?.string ?? "")
  }

  private mutating func grow(_ delta: JSON) -> [Piece] {
    if let text = delta["text"]?.string { return words(text) }
    if let thinking = delta["thinking"]?.string, !thinking.isEmpty { return [.thinking(thinking)] }
    return []
  }

  private mutating func words(_ text: String) -> [Piece] {
    guard !text.isEmpty else { return [] }
    hasOpenLine = text.last != "\n"
    return [.text(text)]
  }

  private mutating func endLine() -> [Piece] {
    guard hasOpenLine else { return [] }
    hasOpenLine = false
    return [.lineBreak]
  }

  /// A finished message in the place of its folded deltas.
  private mutating func snapshot(_ message: JSON) -> [Piece] {
    guard message["role"]?.string != "user" else { return [] }
    model = message["model"]?.string ?? model
    return MessageText.parts(message["content"] ?? .null).flatMap { words($0) + endLine() }
  }

  private mutating func count(_ usage: JSON) {
    let input = ["input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens"]
      .compactMap { usage[$0]?.int }
    // The last event of some families carries output tokens only.
    if !input.isEmpty { callInput = input.reduce(0) { $0 &+ max(0, $1) } }
    if let output = usage["output_tokens"]?.int { callOutput = max(0, output) }
  }

  private mutating func settleCall() {
    inputTokens &+= callInput
    outputTokens &+= callOutput
    callInput = 0
    callOutput = 0
  }

  private mutating func finish(_ data: JSON) -> [Piece] {
    settleCall()
    cost = data["cost_micros"]?.int
    seq = data["seq"]?.int
    var pieces = endLine()
    if data["hit_max_iterations"] == true {
      pieces.append(.note("stopped: the limit of model calls for one turn was reached"))
    }
    let outcome: Outcome =
      switch data["status"]?.string {
      case "cancelled": .cancelled
      case "failed": failure ?? .failed(kind: "internal", message: "the turn failed")
      default: failure ?? .done
      }
    return pieces + [.finished(outcome)]
  }

  /// Model, tokens and cost in a line.
  var summary: String {
    var parts = [model ?? "unknown model", "\(inputTokens) in, \(outputTokens) out"]
    if let cost { parts.append(Format.money(cost)) }
    return parts.joined(separator: " · ")
  }

  private static func name(_ data: JSON) -> String { data["name"]?.string ?? "tool" }
  private static func short(_ text: String) -> String {
    DisplayWidth.fit(Printable.oneLine(text), to: 100)
  }
  private static func approval(_ data: JSON) -> String {
    let until = data["expires_at"]?.int.map { " until \(Format.time($0))" } ?? ""
    let id = data["approval_id"]?.string ?? ""
    return
      "approval needed for \(name(data)) \(short((data["input"] ?? [:]).text)): waiting\(until), approval \(id)"
  }
}
