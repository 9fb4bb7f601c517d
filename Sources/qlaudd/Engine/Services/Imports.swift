import Domain
import Store

/// Reading what other programs keep.
package struct Imports: Sendable {
  /// One prompt and what came back.
  package struct Response: Sendable {
    package let model: String?
    package let prompt: String
    package let response: String
    package let time: String?
  }

  /// A conversation of another program.
  package struct Conversation: Sendable {
    package let id: String
    package let name: String?
    package let system: String?
    package let responses: [Response]
  }

  /// Some conversations.
  package struct Page: Sendable {
    package let conversations: [Conversation]
    package let next: String?
    package let done: Int
    package let total: Int
  }

  /// Conversations that are read at once.
  static let page = 50

  /// Conversations of a log that simonw/llm keeps, after an id. Nothing is stored: the caller imports them as threads.
  /// - Throws: ``QlaudError`` `invalid_params` for a path that is no such log.
  package func llm(path: String, after id: String?) async throws -> Page {
    guard path.hasPrefix("/") else { throw QlaudError.invalid("path", "must be absolute") }
    let page = try await LLMLog(path: path).page(after: id ?? "", limit: Self.page)
    return Page(
      conversations: page.conversations.map { one in
        Conversation(
          id: one.id, name: one.name, system: one.system,
          responses: one.responses.map {
            Response(model: $0.model, prompt: $0.prompt, response: $0.response, time: $0.time)
          })
      }, next: page.next, done: page.done, total: page.total)
  }
}
