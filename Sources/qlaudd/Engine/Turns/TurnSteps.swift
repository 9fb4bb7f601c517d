import Domain
import Store
import Wire

/// How far a turn has come, by what is stored of it: what a crash leaves and what the loop goes on from.
struct TurnSteps: Sendable {
  /// Replies of this turn that ask for tools: the model calls that are behind it.
  private(set) var modelCalls: Int
  /// The reply whose tool calls have no message with results yet; nil where the model is to be called.
  private(set) var openReply: Message?

  /// The steps of a turn in a thread.
  static func load(_ store: LocalDatabase, _ turn: Turn) async throws -> TurnSteps {
    guard let thread = turn.threadID, let question = turn.userSeq else {
      return TurnSteps(history: [], turn: turn.id, after: 0)
    }
    let history = try await store.history(thread, from: question, through: question, turns: 1)
    return TurnSteps(history: history, turn: turn.id, after: question)
  }

  /// A reply that asks for tools was stored.
  mutating func add(reply: Message) {
    modelCalls += 1
    openReply = reply
  }

  /// The results of its calls were stored.
  mutating func addResults() { openReply = nil }

  /// - Parameter history: the turn's question and what came of it so far.
  init(history: [Message], turn: TurnID, after question: MessageSeq) {
    let own = history.filter { $0.turnID == turn && $0.seq > question }
    modelCalls = own.count { $0.role == .assistant && $0.asksForTools }
    openReply = own.last.flatMap { $0.role == .assistant && $0.asksForTools ? $0 : nil }
  }
}

extension Message {
  /// Whether a model asks for calls of tools here.
  fileprivate var asksForTools: Bool { blocks.contains { $0.type == "tool_use" } }
}
