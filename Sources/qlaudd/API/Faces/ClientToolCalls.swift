import Domain
import Engine
import Synchronization
import Wire

/// Calls of tools that the client runs, put to the client that sent the turn as requests `client_tool/call` over its own
/// connection, beside the events that everybody sees. Its answer counts like `tool/result`: the first one wins, and a
/// question that was answered elsewhere, or too late, is taken back with `$/cancel_request`.
///
/// A client that knows no such request says so (`-32601`) or nothing, and answers by `tool/result`.
final class ClientToolCalls: Sendable {
  /// A turn whose calls are put to this client.
  private struct Asked: Sendable {
    let submitted: SubmittedTurn
    let principal: Principal
    /// The client's own tools.
    let names: Set<String>
  }
  private struct Question: Sendable {
    let turn: TurnID
    let thread: ThreadID
    let toolUseID: String
    let principal: Principal
  }
  private struct State {
    var turns: [Asked] = []
    var questions: [RPC.ID: Question] = [:]
    var count = 0
    var isClosed = false
  }
  private let state = Mutex(State())
  private let changed = Bell()
  private let engine: LocalEngine
  private let send: @Sendable (JSON) async -> Void

  init(engine: LocalEngine, send: @escaping @Sendable (JSON) async -> Void) {
    self.engine = engine
    self.send = send
  }

  /// Puts the calls of a turn to this client from now on.
  func follow(_ submitted: SubmittedTurn, as principal: Principal) {
    let names = submitted.turn.request.clientTools.compactMap { $0["name"]?.string }
    guard !names.isEmpty, !submitted.turn.status.isFinal else { return }
    let asked = Asked(submitted: submitted, principal: principal, names: Set(names))
    state.withLock { $0.turns.append(asked) }
    changed.ring()
  }

  /// Nothing more will be read from the client, so nothing more is asked.
  func close() {
    state.withLock { $0.isClosed = true }
    changed.ring()
  }

  /// Follows turns until the connection's side is closed.
  func run() async {
    await withDiscardingTaskGroup { group in
      while !Task.isCancelled {
        let seen = changed.generation
        let (turns, isClosed) = state.withLock { state in
          defer { state.turns = [] }
          return (state.turns, state.isClosed)
        }
        if isClosed { break }
        for turn in turns { group.addTask { await self.follow(turn) } }
        await changed.wait(past: seen)
      }
      group.cancelAll()
    }
  }

  private func follow(_ asked: Asked) async {
    let turn = asked.submitted.turn.id
    // Cancelled, or the log cannot be read: `tool/result` stays open to the client.
    do { try await put(asked, turn) } catch { await takeBack { $0.turn == turn } }
  }

  private func put(_ asked: Asked, _ turn: TurnID) async throws {
    for try await page in engine.turns.feed(of: turn, after: asked.submitted.cursor) {
      let answered = Set(page.filter { $0.name == EventName.toolDispatchDone }.map(\.toolUseID))
      for event in page where event.name == EventName.toolDispatchStart {
        guard asked.names.contains(event.data["name"]?.string ?? "") else { continue }
        if !answered.contains(event.toolUseID) { await ask(event, asked) }
      }
      for id in answered { await takeBack { $0.turn == turn && $0.toolUseID == id } }
    }
    await takeBack { $0.turn == turn }
  }

  private func ask(_ event: Event, _ asked: Asked) async {
    guard let turn = event.turnID, let thread = event.threadID else { return }
    let question = Question(
      turn: turn, thread: thread, toolUseID: event.toolUseID, principal: asked.principal)
    let id = state.withLock { state in
      state.count += 1
      let id = RPC.ID.string("client_tool/\(state.count)")
      state.questions[id] = question
      return id
    }
    let params: JSON = [
      "thread_id": thread.json, "turn_id": turn.json, "tool_use_id": .string(event.toolUseID),
      "name": event.data["name"] ?? .null, "input": event.data["input"] ?? [:],
    ]
    await send(RPC.Request(id: id, method: "client_tool/call", params: params).json)
  }

  /// Tells the client that some questions need no answer any more.
  private func takeBack(where test: (Question) -> Bool) async {
    let ids = state.withLock { state in
      let ids = state.questions.filter { test($0.value) }.map(\.key)
      for id in ids { state.questions[id] = nil }
      return ids
    }
    for id in ids { await send(RPC.notification("$/cancel_request", ["id": id.json])) }
  }

  /// The client's answer to one of the questions; others are nobody's.
  func take(_ response: RPC.Response) async {
    let taken = state.withLock { $0.questions.removeValue(forKey: response.id) }
    guard let question = taken else { return }
    switch response.result {
    case .success(let result):
      let isWrapped = result["output"] != nil
      await answer(
        question, isWrapped ? result["output"] ?? .null : result,
        isError: isWrapped && result["is_error"] == true)
    case .failure(let fault) where fault.code == -32601 || fault.code == -32800: return
    case .failure(let fault): await answer(question, .string(fault.message), isError: true)
    }
  }

  private func answer(_ question: Question, _ output: JSON, isError: Bool) async {
    do {
      try await engine.keys.confirm(question.principal)
      try await engine.tools.answer(
        thread: question.thread, toolUseID: question.toolUseID, output: output, isError: isError,
        as: question.principal)
    } catch let error as QlaudError where error.kind == .tooLarge {
      await answer(question, .string(error.message), isError: true)
    } catch let error as QlaudError where error.kind == .notFound || error.kind == .unauthorized {
      // Somebody else was first, or the key holds no longer.
      return
    } catch {
      engine.logUnexpected(error, during: "client_tool/call")
    }
  }
}

extension Event {
  fileprivate var toolUseID: String { data["tool_use_id"]?.string ?? "" }
}
