import Domain
import Store
import Tools
import Wire

/// The meta-tools in a turn. None of them does anything twice that must not be done twice: the calls inside a
/// `qlaud_multi_execute` have rows of their own, so a call that a crash cut off is simply taken up again.
extension ToolRound {
  /// Answers a call of a meta-tool that makes no further calls.
  func answerMeta(_ call: PendingCall, _ tool: MetaTool) async throws -> Answer {
    let row = try await begun(call).row
    switch tool.request(call.input) {
    case .failure(let error):
      return try await finish(row, .failure("the call was not made: \(error)"))
    case .success(.search(let intent, let limit)):
      let shelf = try await ToolShelf.load(core, for: thread.accountOwner)
      return try await finish(row, ToolResult(output: try shelf.found(intent, limit: limit)))
    case .success(.schemas(let names)):
      let shelf = try await ToolShelf.load(core, for: thread.accountOwner)
      return try await finish(row, ToolResult(output: shelf.schemas(names)))
    case .success(.connections(let action, let name)):
      let connections = Connections(core: core)
      return try await finish(
        row, try await connections.answer(action, name, for: thread.accountOwner))
    case .success(.execute):
      // Its calls are answered one by one, and then it is; there is none to make here.
      return try await finish(row, .failure("the call was not made: it holds no calls"))
    }
  }

  /// The call with its row, which is written where it was not.
  func begun(_ call: PendingCall) async throws -> PendingCall {
    guard !call.isStarted, case .meta(let tool)? = call.entry?.runner else { return call }
    let row = try await start(call, call.redactor.redact(tool.shown(call.input)))
    return PendingCall(
      input: call.input, problem: call.problem, row: row, entry: call.entry, isStarted: true,
      secrets: call.secrets, items: call.items)
  }

  /// Answers a call of several with what came of each.
  func finish(_ call: PendingCall, _ answers: [Answer]) async throws -> Answer {
    try await finish(
      call.row, MultiResult.result(zip(call.items.map(\.row.name), answers).map { ($0, $1) }))
  }
}

/// What `qlaud_multi_execute` answers.
enum MultiResult {
  /// One result for each call, in their order. It is no error itself: each of its results says whether it is one.
  static func result(_ answers: [(tool: String, answer: ToolRound.Answer)]) -> ToolResult {
    var further: [JSON] = []
    let results = answers.map { tool, answer -> JSON in
      var output = Self.output(answer.content)
      if let blocks = answer.content.array {
        // Pictures cannot stand inside JSON: they follow it.
        let others = blocks.filter { $0["type"] != "text" }
        output = .string(
          blocks.compactMap { $0["text"]?.string }.joined(separator: "\n")
            + others.indices.map { "[attachment \(further.count + $0 + 1)]" }.joined())
        further += others
      }
      return ["tool": .string(tool), "output": output, "is_error": .bool(answer.isError)]
    }
    let json: JSON = ["results": .array(results)]
    guard !further.isEmpty else { return ToolResult(output: json) }
    let text: JSON = ["type": "text", "text": .string(json.text)]
    return ToolResult(output: .array([text] + further), isBlocks: true)
  }

  /// JSON stays JSON, also after it was stored as text.
  private static func output(_ content: JSON) -> JSON {
    guard let text = content.string, text.hasPrefix("{") || text.hasPrefix("[") else {
      return content
    }
    do throws(JSONError) { return try JSON(parsing: text) } catch { return content }
  }
}
