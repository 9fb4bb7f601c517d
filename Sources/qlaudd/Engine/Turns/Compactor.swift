import Domain
import Store
import Upstream
import Wire

/// Writes summaries that stand for the beginning of a thread in later model calls. History is never rewritten: a
/// summary is a row beside it. Only whole, finished turns are summarised, and only what no summary covers yet, so that
/// a second run finds nothing to do.
struct Compactor: Sendable {
  let core: Core
  let principal: Principal

  /// The newest turns that stay as they are.
  static let keptTurns = 2
  /// Output tokens of a summary.
  static let summaryTokens = 2_048
  /// Estimated tokens that are summarised at a time where nobody knows the model's window.
  static let unknownRoom = 8_000
  /// Characters of one text or result that go into the transcript.
  static let longestText = 8_000

  /// Summarises a thread but for its newest turns.
  /// - Parameters:
  ///   - model: who writes the summary.
  ///   - keep: turns that stay as they are; one that is not finished always does, with all behind it.
  /// - Returns: the newest summary; nil where there is none and nothing to summarise.
  /// - Throws: ``QlaudError`` as a stateless call of the model does; nothing is stored then.
  func compact(_ thread: ThreadID, model: String, keep: Int = keptTurns) async throws -> Compaction?
  {
    let earlier = try await core.store.compaction(thread)
    let messages = try await core.store.history(
      thread, from: (earlier?.through ?? 0) + 1, through: .max,
      turns: Limits.historyTurns.upperBound)
    let estimate = TokenEstimate(model: model)
    let spans = HistoryWindow.spans(
      messages, tokens: messages.map { estimate.tokens(of: $0.blocks) })
    let unfinished = try await core.store.firstUnfinished(thread) ?? .max
    let end = Self.end(
      spans, messages, keep: max(keep, spans.count { $0.start >= unfinished }))
    guard end > 0 else { return earlier }
    let route = try await ModelRouter(store: core.store).route(model)
    let terms = try await core.accountant.terms(route).writing(atMost: Self.summaryTokens)
    let room = terms.contextWindow.map { $0 / 2 } ?? Self.unknownRoom
    var summary = earlier?.summary
    var rest = spans[..<end]
    while !rest.isEmpty {
      let part = Self.part(rest, room: room)
      rest = rest.dropFirst(part.count)
      let texts = part.flatMap { messages[$0.messages].map(Transcript.text) }
      summary = try await write(
        Transcript.request(texts, after: summary), model: model, maxTokens: terms.maxOutput)
    }
    let through = messages[spans[0].messages.lowerBound..<spans[end - 1].messages.upperBound]
      .map(\.seq).max()
    guard let summary, let through else { return earlier }
    return try await core.store.addCompaction(
      core.source.uuid(), to: thread, visibleTo: principal.visibleKey, through: through,
      summary: summary, model: model)
  }

  /// How many spans can be summarised: as many as `keep` leaves, and so that a place parts them from the others. Answers
  /// may have been stored after later questions.
  static func end(_ spans: [HistoryWindow.Span], _ messages: [Message], keep: Int) -> Int {
    var end = max(0, spans.count - keep)
    while end > 0, end < spans.count {
      let last = messages[..<spans[end - 1].messages.upperBound].map(\.seq).max() ?? 0
      if last < spans[end].start { break }
      end -= 1
    }
    return end
  }

  /// The first spans that fit, at least one.
  private static func part(_ spans: ArraySlice<HistoryWindow.Span>, room: Int)
    -> ArraySlice<HistoryWindow.Span>
  {
    var sum = 0
    let count = spans.prefix { span in
      sum += span.tokens
      return sum <= room
    }.count
    return spans.prefix(max(1, count))
  }

  private func write(_ request: String, model: String, maxTokens: Int) async throws -> String {
    let call = ModelCall(
      model: model, maxTokens: maxTokens, system: [.text(Transcript.instruction)],
      messages: [.init(role: .user, blocks: [.text(request)])])
    let reply = try await Inference(core: core).run(
      Inference.Request(call: call), as: principal
    ) { _ in }
    // Reasoning never becomes the summary.
    let text = reply.blocks.filter { $0.type == "text" }.compactMap { $0["text"]?.string }.joined()
    guard text.contains(where: { !$0.isWhitespace }) else {
      throw QlaudError(
        .upstreamError, "model \"\(model)\" wrote no summary", details: ["model": .string(model)])
    }
    return text
  }
}

/// A conversation as a text to be summarised.
enum Transcript {
  static let instruction = """
    You write summaries of conversations between a user and an assistant, so that the assistant can go on with nothing \
    but the summary. Keep the user's goals and wishes, decisions, facts, names, numbers, identifiers, file names and what \
    is still open. Do not answer the conversation and add nothing to it. Write only the summary.
    """

  /// What the model is asked.
  static func request(_ texts: [String], after summary: String?) -> String {
    let earlier = summary.map { "Summary of what came before:\n\n\($0)\n\n" } ?? ""
    let conversation = texts.joined(separator: "\n\n")
    return """
      \(earlier)<conversation>
      \(conversation)
      </conversation>

      Write one summary of \(summary == nil ? "the conversation" : "all of it, the earlier summary included").
      """
  }

  /// A message as lines of text; thinking is left out.
  static func text(_ message: Message) -> String {
    let who = message.role == .user ? "User" : "Assistant"
    let parts = message.blocks.compactMap(text)
    return "\(who): \(parts.joined(separator: "\n"))"
  }

  private static func text(_ block: Block) -> String? {
    switch block.type {
    case "text": short(block["text"]?.string ?? "")
    case "tool_use": "[calls \(block["name"]?.string ?? "") \(short(block["input"]?.text ?? "{}"))]"
    case "tool_result":
      "[result: \(Block.list(block["content"] ?? .null).compactMap(text).joined(separator: "\n"))]"
    case "image", "document": "[\(block.type)]"
    default: nil
    }
  }

  /// The beginning and the end of a text that is too long.
  private static func short(_ text: String) -> String {
    let limit = Compactor.longestText
    guard text.utf8.count > limit, text.count > limit else { return text }
    return "\(text.prefix(limit / 4 * 3)) […] \(text.suffix(limit / 4))"
  }
}
